import type { CallContext, TargetConnector } from '../connectors/connector';
import { isMadeBy } from '../domain/schema-check';
import type { SchemaIntent } from '../ledger/ledger';
import { createPlannedPortals } from './batch-context';
import type { PlannedPortal } from './batch-context';
import type { PortalActivities } from './migration-activities';
import { inRun } from './run-context';
import type { PortalCollaborators } from './run-context';

/** A group goes after its properties. */
const ORDER: readonly SchemaIntent['kind'][] = ['pipeline', 'property', 'group'];

/** Removes what the run made and nothing uses. Repeat-safe: what is gone already counts as undone. */
export function createUndoSchema(collaborators: PortalCollaborators): Pick<PortalActivities, 'undoSchema'> {
  const { ledger, target } = collaborators;
  const plannedPortal = createPlannedPortals(ledger);
  return {
    undoSchema: (input) =>
      inRun(collaborators, input, 'rollback', async ({ row, call }) => {
        const portal = await plannedPortal(row.stagingId);
        const intents = await ledger.schema.read(input.run);
        const undone = await ledger.facts.undoTally(input.run);
        const tally = { archived: 0, kept: 0, gone: 0 };
        for (const kind of ORDER) {
          for (const intent of intents.filter((each) => each.kind === kind && (each.state === 'created' || each.state === 'intended'))) {
            if (intent.state === 'intended' && !(await isOurs(target, input.run, portal, intent, call))) {
              continue;
            }
            const answer = holdsValues(undone[intent.objectType]) ? 'in-use' : await archive(target, intent, call);
            await ledger.schema.settle(input.run, [{ kind, objectType: intent.objectType, name: intent.name, state: answer === 'in-use' ? 'kept' : 'undone' }]);
            tally[answer === 'in-use' ? 'kept' : answer === 'absent' ? 'gone' : 'archived'] += 1;
          }
        }
        return tally;
      }),
  };
}

/** Records that stay keep their values: their properties and stages stay with them. */
function holdsValues(states: Readonly<Record<string, number>> | undefined): boolean {
  return ['kept', 'failed', 'pending', 'sent'].some((state) => (states?.[state] ?? 0) > 0);
}

/** Intended by an attempt that died: made after all? */
async function isOurs(target: TargetConnector, run: string, { snapshot }: PlannedPortal, { kind, objectType, name }: SchemaIntent, call: CallContext): Promise<boolean> {
  const before = snapshot.objects.find((object) => object.objectType === objectType);
  switch (kind) {
    case 'property':
      return (await target.readProperties(objectType, [name], call)).some((property) => !property.archived && isMadeBy(run, property));
    case 'pipeline':
      return before?.pipelines.some((pipeline) => pipeline.id === name) !== true;
    case 'group':
      return before?.groups.includes(name) !== true;
  }
}

function archive(target: TargetConnector, { kind, objectType, name }: SchemaIntent, call: CallContext): Promise<'archived' | 'in-use' | 'absent'> {
  switch (kind) {
    case 'property':
      return target.archiveProperty(objectType, name, call);
    case 'pipeline':
      return target.archivePipeline(objectType, name, call);
    case 'group':
      return target.archivePropertyGroup(objectType, name, call);
  }
}
