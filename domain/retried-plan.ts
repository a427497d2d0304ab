/** A run's plan after a round of retry: what was planned at the start, with the verdicts and the schema of the round. */
import { labelThingName } from './association-label';
import { MigrationError } from './migration-error';
import { leftOutToAccept, schemaChanges } from './migration-plan';
import type { AssociationType, ObjectType } from './object-type';
import type { WorkType } from './phase';
import type { PlanSummary } from './plan-summary.schema';
import type { PartitionManifest } from './planned-record';
import type { PortalSnapshot } from './portal-snapshot.schema';
import type { SchemaKind, SchemaThingState } from './schema-state';

/** What the plan counts now. */
export interface CountsNow {
  readonly byWord: (workType: WorkType) => Readonly<Record<string, number>>;
  readonly leftOut: (objectType: ObjectType) => Readonly<Record<string, number>>;
  readonly partitions: (workType: WorkType) => readonly PartitionManifest[];
}

type Schema = PlanSummary['schema'];
type SchemaProperty = Schema['properties'][number];

/**
 * Its digest stays that of the plan that was approved; its parts become those of the dry run, because by them the run would have to be planned anew.
 * @throws PlanError when the dry run would tie records to their source by another property
 */
export function retriedPlan(before: PlanSummary, dryRun: PlanSummary, now: CountsNow): PlanSummary {
  if (before.schema.keyProperty !== dryRun.schema.keyProperty) {
    throw new MigrationError('PlanError', `The run's records carry their source id in ${before.schema.keyProperty}; by the new plan it would be ${dryRun.schema.keyProperty}. Mend the property in HubSpot.`, { code: 'retry-other-key' });
  }
  const schema = mergedSchema(before.schema, dryRun.schema);
  const records = before.records.map((forecast) => {
    const count = countOf(now, forecast.objectType);
    return { ...forecast, create: count('create'), update: count('update'), unchanged: count('unchanged'), fold: count('fold'), leftOut: { ...now.leftOut(forecast.objectType) }, partitions: [...now.partitions(forecast.objectType)] };
  });
  const associations = before.associations.map((forecast) => {
    const count = countOf(now, forecast.associationType);
    const verdicts = { planned: count('planned'), duplicate: count('duplicate'), selfLink: count('self-link'), missingEnd: count('missing-end') };
    return { ...forecast, ...verdicts, source: Object.values(verdicts).reduce((sum, each) => sum + each, 0), partitions: [...now.partitions(forecast.associationType)] };
  });
  return { ...before, parts: dryRun.parts, records, associations, schema, schemaChanges: [...schemaChanges(schema)], leftOutToAccept: leftOutToAccept(records) };
}

/** What a round by this dry run adds to the portal's schema, beside what the run has made itself. */
export function furtherSchema(before: Schema, dryRun: Schema): PlanSummary['schemaChanges'] {
  const nameOf = ({ kind, objectType, name }: { readonly kind: string; readonly objectType: string; readonly name: string }): string => `${kind} ${objectType} ${name}`;
  const made = new Set(schemaChanges(before).map(nameOf));
  const options = dryRun.properties.flatMap(({ objectType, definition }) => {
    const own = before.properties.find((property) => property.objectType === objectType && property.definition.name === definition.name);
    const known = new Set((own?.definition.options ?? []).map(({ value }) => value));
    const added = own === undefined ? [] : (definition.options ?? []).filter(({ value }) => !known.has(value));
    return added.map(({ value, label }) => ({ kind: 'option' as const, objectType, name: `${definition.name}:${value}`, label }));
  });
  return [...schemaChanges(dryRun).filter((change) => !made.has(nameOf(change))), ...options];
}

const countOf = (now: CountsNow, workType: ObjectType | AssociationType) => (word: string): number => now.byWord(workType)[word] ?? 0;

/** A property that both make has the options of both: those that it lacks are added to it. */
function mergedSchema(before: Schema, dryRun: Schema): Schema {
  const further = <T extends { readonly objectType: ObjectType }>(known: readonly T[], more: readonly T[], nameOf: (item: T) => string): T[] => {
    const names = new Set(known.map((item) => `${item.objectType} ${nameOf(item)}`));
    return [...known, ...more.filter((item) => !names.has(`${item.objectType} ${nameOf(item)}`))];
  };
  const again = new Map(dryRun.properties.map((property) => [`${property.objectType} ${property.definition.name}`, property]));
  const properties = before.properties.map((property) => withOptionsOf(property, again.get(`${property.objectType} ${property.definition.name}`)));
  return {
    keyProperty: before.keyProperty,
    groups: further(before.groups, dryRun.groups, ({ name }) => name),
    properties: further(properties, dryRun.properties, ({ definition }) => definition.name),
    pipelines: further(before.pipelines, dryRun.pipelines, ({ definition }) => definition.pipelineId),
    options: further(before.options, dryRun.options, ({ property, definition }) => `${property}:${definition.value}`),
    // What the run made itself is there for the dry run: it stays what it was.
    labels: [...before.labels, ...dryRun.labels.filter((label) => !before.labels.some((known) => labelThingName(known) === labelThingName(label)))],
  };
}

function withOptionsOf(property: SchemaProperty, other: SchemaProperty | undefined): SchemaProperty {
  const { options } = property.definition;
  const known = new Set(options.map(({ value }) => value));
  const added = (other?.definition.options ?? []).filter(({ value }) => !known.has(value)).map((option, index) => ({ ...option, displayOrder: options.length + index }));
  return added.length === 0 ? property : { ...property, definition: { ...property.definition, options: [...options, ...added] } };
}

/** The portal without the lists of options that the run has made itself: what they lack is added, as it was when they were made. */
export function withoutOwnLists(snapshot: PortalSnapshot, intents: readonly { readonly kind: SchemaKind; readonly objectType: ObjectType; readonly name: string; readonly state: SchemaThingState }[]): PortalSnapshot {
  const own = new Set(intents.filter(({ kind, state }) => kind === 'property' && state === 'created').map(({ objectType, name }) => `${objectType} ${name}`));
  return { ...snapshot, objects: snapshot.objects.map((object) => ({ ...object, properties: object.properties.filter(({ name, type }) => type !== 'enumeration' || !own.has(`${object.objectType} ${name}`)) })) };
}
