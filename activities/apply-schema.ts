import type { CallContext, TargetConnector } from '../connectors/connector';
import { MigrationError } from '../domain/migration-error';
import { OBJECT_TYPES } from '../domain/object-type';
import type { ObjectType } from '../domain/object-type';
import { isMadeBy, markedDescription, pipelineMisfit, propertyMisfit } from '../domain/schema-check';
import type { PipelineDefinition, PropertyDefinition, SchemaPlan } from '../domain/schema-plan';
import type { Ledger, RunRow, SchemaIntent } from '../ledger/ledger';
import { createPlannedPortals } from './batch-context';
import type { PlannedPortal } from './batch-context';
import type { PortalActivities, RunIdentity } from './migration-activities';
import { inRun, otherRunWriting } from './run-context';
import type { PortalCollaborators } from './run-context';

// 100 inputs a batch create: HubSpot properties API, 2026-09.
const MAX_PROPERTIES_A_CALL = 100;

type Settlement = Pick<SchemaIntent, 'kind' | 'objectType' | 'name' | 'state'>;

/**
 * Makes the groups, properties and pipelines of the plan. Intent first: what an attempt that died has made is recognised by its mark and counts as ours.
 * Everything is read back before a record is written.
 */
export function createApplySchema(collaborators: PortalCollaborators): Pick<PortalActivities, 'applySchema'> {
  const { ledger, target } = collaborators;
  const plannedPortal = createPlannedPortals(ledger);
  return {
    applySchema: (input) =>
      inRun(collaborators, input, 'properties', async ({ row, call }) => {
        await claim(ledger, row, input);
        const portal = await plannedPortal(row.stagingId);
        const intendedBefore = new Set((await ledger.schema.read(input.run)).map(intentKey));
        await ledger.schema.intend(input.run, intentsOf(portal.schemaPlan));
        const made = new Set((await ledger.schema.read(input.run)).filter((intent) => intent.state === 'created').map(intentKey));
        const work = { ledger, target, call, run: input.run, portal, made, intendedBefore };
        // A write takes a second, so object types and their pipelines go side by side. Within a type the group comes first: its properties stand in it.
        await allEnded(
          OBJECT_TYPES.flatMap((objectType) => [
            async () => {
              await makeGroups(work, objectType);
              await makeProperties(work, objectType);
              await readPropertiesBack(work, objectType);
            },
            async () => {
              await makePipelines(work, objectType);
              await readPipelinesBack(work, objectType);
            },
          ]),
        );
        const settled = await ledger.schema.read(input.run);
        return { created: settled.filter((intent) => intent.state === 'created').length, existed: settled.filter((intent) => intent.state === 'existed').length };
      }),
  };
}

/** Before the first thing that this run changes: from here on no other run writes these object types, and another that does so keeps this one from it. */
async function claim(ledger: Ledger, { stagingId }: RunRow, { run, portalId }: RunIdentity): Promise<void> {
  const plan = await ledger.plans.read(stagingId);
  if (plan === null) {
    throw new MigrationError('InvariantError', `Run ${run} has no plan.`, { code: 'no-plan' });
  }
  const { records, schema } = plan;
  const touched = new Set([...records.filter(({ partitions }) => partitions.length > 0), ...schema.groups, ...schema.properties, ...schema.pipelines].map(({ objectType }) => objectType));
  const other = await ledger.runs.claimPortal(run, { portalId, keyProperty: schema.keyProperty, objectTypes: [...touched] });
  if (other !== null) {
    throw otherRunWriting(other, portalId);
  }
}

interface Work {
  readonly ledger: Ledger;
  readonly target: TargetConnector;
  readonly call: CallContext;
  readonly run: string;
  readonly portal: PlannedPortal;
  /** Known as made by this run: nothing to do. */
  readonly made: ReadonlySet<string>;
  /** Intended by an attempt before this one, which may have made it. */
  readonly intendedBefore: ReadonlySet<string>;
}

function intentsOf({ groups, properties, pipelines }: SchemaPlan): readonly Omit<SchemaIntent, 'state'>[] {
  return [
    ...groups.map(({ objectType, name, label }) => ({ kind: 'group' as const, objectType, name, definition: { name, label } })),
    ...properties.map(({ objectType, definition }) => ({ kind: 'property' as const, objectType, name: definition.name, definition })),
    ...pipelines.map(({ objectType, definition }) => ({ kind: 'pipeline' as const, objectType, name: definition.pipelineId, definition })),
  ];
}

function intentKey({ kind, objectType, name }: Pick<SchemaIntent, 'kind' | 'objectType' | 'name'>): string {
  return `${kind} ${objectType} ${name}`;
}

/** Runs the tasks side by side and lets all of them end before it fails with the first error: a call of a failed attempt must not be under way beside the next attempt. */
async function allEnded(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks.map((task) => task()))).find((end) => end.status === 'rejected');
  if (failed !== undefined) {
    throw failed.reason;
  }
}

/**
 * Groups and pipelines carry no mark. One that stands there although nobody of this run had intended it yet is not ours, even if the snapshot did not show it (an empty
 * group shows nowhere); one that an attempt before this had intended, and that the snapshot did not hold, was made by it.
 */
function stateOf(answer: 'created' | 'existed', before: { readonly wasThere: boolean; readonly wasIntended: boolean }): 'created' | 'existed' {
  return answer === 'existed' && (before.wasThere || !before.wasIntended) ? 'existed' : 'created';
}

async function makeGroups({ ledger, target, call, run, portal, made, intendedBefore }: Work, objectType: ObjectType): Promise<void> {
  for (const { name, label } of portal.schemaPlan.groups.filter((group) => group.objectType === objectType)) {
    const key = intentKey({ kind: 'group', objectType, name });
    if (!made.has(key)) {
      const answer = await target.createPropertyGroup(objectType, { name, label }, call);
      const wasThere = snapshotOf(portal, objectType)?.groups.includes(name) === true;
      await ledger.schema.settle(run, [{ kind: 'group', objectType, name, state: stateOf(answer, { wasThere, wasIntended: intendedBefore.has(key) }) }]);
    }
  }
}

async function makeProperties({ ledger, target, call, run, portal, made }: Work, objectType: ObjectType): Promise<void> {
  const toMake = plannedProperties(portal, objectType)
    .filter(({ name }) => !made.has(intentKey({ kind: 'property', objectType, name })))
    .map((definition) => ({ ...definition, description: markedDescription(definition.description, run) }));
  for (let start = 0; start < toMake.length; start += MAX_PROPERTIES_A_CALL) {
    const part = toMake.slice(start, start + MAX_PROPERTIES_A_CALL);
    const { created, existed, refused } = await target.createProperties(objectType, part, call);
    const found = existed.length === 0 ? [] : await target.readProperties(objectType, existed, call);
    const ours = new Set([...created, ...found.filter((property) => isMadeBy(run, property)).map((property) => property.name)]);
    await ledger.schema.settle(run, [...created, ...existed].map((name): Settlement => ({ kind: 'property', objectType, name, state: ours.has(name) ? 'created' : 'existed' })));
    const [first] = refused;
    if (first !== undefined) {
      throw new MigrationError('PlanError', `The portal refused ${refused.length} properties of ${objectType}, the first ${first.property ?? '?'} with ${first.code} (${first.correlationId ?? 'no correlation id'}). Mend the mapping and plan again.`, { code: 'schema-refused' });
    }
  }
}

async function makePipelines({ ledger, target, call, run, portal, made, intendedBefore }: Work, objectType: ObjectType): Promise<void> {
  for (const definition of plannedPipelines(portal, objectType)) {
    const name = definition.pipelineId;
    const key = intentKey({ kind: 'pipeline', objectType, name });
    if (!made.has(key)) {
      const answer = await target.createPipeline(objectType, definition, call);
      const wasThere = snapshotOf(portal, objectType)?.pipelines.some((pipeline) => pipeline.id === name) === true;
      await ledger.schema.settle(run, [{ kind: 'pipeline', objectType, name, state: stateOf(answer, { wasThere, wasIntended: intendedBefore.has(key) }) }]);
    }
  }
}

/** An archived name that is made again comes back as the old property, with its old type: only reading tells. */
async function readPropertiesBack({ target, call, portal }: Work, objectType: ObjectType): Promise<void> {
  const planned = plannedProperties(portal, objectType);
  const found = new Map((await target.readProperties(objectType, planned.map(({ name }) => name), call)).filter((property) => !property.archived).map((property) => [property.name, property]));
  for (const definition of planned) {
    const misfit = propertyMisfit(definition, found.get(definition.name));
    if (misfit !== null) {
      throw new MigrationError('PlanError', `Property ${definition.name} of ${objectType} in the portal is not what the plan needs: ${misfit}. Rename or remove it, then plan again.`, { code: misfit });
    }
  }
}

async function readPipelinesBack({ target, call, portal }: Work, objectType: ObjectType): Promise<void> {
  const planned = plannedPipelines(portal, objectType);
  const found = planned.length === 0 ? [] : await target.readPipelines(objectType, call);
  for (const definition of planned) {
    const misfit = pipelineMisfit(definition, found.find((pipeline) => pipeline.pipelineId === definition.pipelineId));
    if (misfit !== null) {
      throw new MigrationError('PlanError', `Pipeline ${definition.pipelineId} of ${objectType} in the portal is not what the plan needs: ${misfit}.`, { code: misfit });
    }
  }
}

function plannedProperties({ schemaPlan }: PlannedPortal, objectType: ObjectType): readonly PropertyDefinition[] {
  return schemaPlan.properties.filter((property) => property.objectType === objectType).map(({ definition }) => definition);
}

function plannedPipelines({ schemaPlan }: PlannedPortal, objectType: ObjectType): readonly PipelineDefinition[] {
  return schemaPlan.pipelines.filter((pipeline) => pipeline.objectType === objectType).map(({ definition }) => definition);
}

function snapshotOf({ snapshot }: PlannedPortal, objectType: ObjectType): PlannedPortal['snapshot']['objects'][number] | undefined {
  return snapshot.objects.find((object) => object.objectType === objectType);
}
