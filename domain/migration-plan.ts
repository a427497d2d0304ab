/** The plan as a whole: counts that add up, what it will cost, and the facts that workflows get. */
import { labelThingName } from './association-label';
import { ASSOCIATION_ENDS } from './object-type';
import type { ObjectType } from './object-type';
import type { PlanFacts } from './plan-facts';
import type { AssociationForecast, PlanSummary, RecordForecast, SchemaChange } from './plan-summary.schema';
import type { LeftOutReason, PartitionManifest } from './planned-record';
import type { SchemaPlan } from './schema-plan';
import { MAX_OPEN_PARTITIONS } from './window';

/** Left out by the user's own decision: counted, never asked about. An ambiguous match is asked about by itself. */
const NOT_TO_ACCEPT: ReadonlySet<LeftOutReason> = new Set(['deleted-in-source', 'filter', 'ambiguous-match']);

/** Records left out for a reason that is not the user's own decision; a start must state this number. */
export function leftOutToAccept(records: readonly RecordForecast[]): number {
  const isToAccept = (reason: string): boolean => ![...NOT_TO_ACCEPT].some((own) => own === reason);
  return records.reduce((sum, { leftOut }) => sum + Object.entries(leftOut).reduce((inner, [reason, count]) => inner + (isToAccept(reason) ? count : 0), 0), 0);
}

/** Does every source record of the type end in exactly one verdict? */
export const addsUp = ({ source, create, update, unchanged, fold, leftOut }: RecordForecast): boolean =>
  source === create + update + unchanged + fold + Object.values(leftOut).reduce((sum, count) => sum + count, 0);

export const associationsAddUp = ({ source, planned, duplicate, selfLink, missingEnd }: AssociationForecast): boolean => source === planned + duplicate + selfLink + missingEnd;

const batches = (count: number, size: number): number => Math.ceil(count / size);
const batchCountOf = ({ partitions }: { readonly partitions: readonly PartitionManifest[] }): number => partitions.reduce((sum, { batchCounts }) => sum + batchCounts.length, 0);

/** Account, token, quota, owners, limits; for each object type schema, rules and a look for records; pipelines of deals. More than 100 owners cost more. */
const PREFLIGHT_CALLS = 20;

/** Properties and rules, and the pipelines of deals: read before partitions begin, and compared with what the plan stands on. */
const SCHEMA_CALLS: Readonly<Record<ObjectType, number>> = { companies: 2, contacts: 2, deals: 3 };

/** Forecast of calls by phase. Batches: 100 records a call, 1,000 sources a read and 2,000 pairs a write of associations (HubSpot, 2026-09). */
export function forecastCalls(records: readonly RecordForecast[], associations: readonly AssociationForecast[], schema: SchemaPlan, matchingCalls: number, contactUpdates: 'one' | 'two' = 'one'): Readonly<Record<string, number>> {
  const written = records.map(({ objectType, create, update, unchanged, partitions }): readonly [string, number] => {
    // Partitions that begin together share what one of them reads.
    const schemaReads = SCHEMA_CALLS[objectType] * batches(partitions.length, MAX_OPEN_PARTITIONS);
    return [objectType, schemaReads + batches(create, 100) + (objectType === 'contacts' && contactUpdates === 'two' ? 3 : 2) * batches(update, 100) + batches(unchanged, 100)];
  });
  const links = associations.reduce((sum, forecast) => sum + batchCountOf(forecast), 0);
  const readBack = records.reduce((sum, forecast) => sum + batches(forecast.create + forecast.update + forecast.unchanged, 100), 0);
  return {
    preflight: PREFLIGHT_CALLS,
    plan: matchingCalls,
    // All is looked for before it is made; each property batch and each pipeline is read back, and a list of options once more before it grows. The labels of a pair of types are read together.
    properties:
      2 * schema.groups.length + 3 * new Set(schema.properties.map(({ objectType }) => objectType)).size + 3 * schema.pipelines.length + 3 * new Set(schema.options.map(({ objectType, property }) => `${objectType} ${property}`)).size +
      2 * new Set(schema.labels.map(({ associationType }) => associationType)).size + schema.labels.filter(({ isThere }) => !isThere).length,
    ...Object.fromEntries(written),
    // Links are read before they are written; those with a label are written without it and read once more first.
    relink: 2 * links + 2 * associations.reduce((sum, forecast) => sum + ((forecast.labelled ?? 0) > 0 ? batchCountOf(forecast) : 0), 0),
    // Of what was written over, the history is read: 50 records a call.
    verify: readBack + records.reduce((sum, { update }) => sum + batches(update, 50), 0) + links + records.length,
  };
}

export function schemaChanges({ groups, properties, pipelines, options, labels }: SchemaPlan): readonly SchemaChange[] {
  return [
    ...groups.map(({ objectType, name, label }): SchemaChange => ({ kind: 'group', objectType, name, label })),
    ...properties.map(({ objectType, definition: { name, label } }): SchemaChange => ({ kind: 'property', objectType, name, label })),
    ...pipelines.map(({ objectType, definition: { pipelineId, label } }): SchemaChange => ({ kind: 'pipeline', objectType, name: pipelineId, label })),
    ...options.map(({ objectType, property, definition: { value, label } }): SchemaChange => ({ kind: 'option', objectType, name: `${property}:${value}`, label })),
    ...labels.filter(({ isThere }) => !isThere).map((definition): SchemaChange => ({ kind: 'label', objectType: ASSOCIATION_ENDS[definition.associationType].from, name: labelThingName(definition), label: definition.label })),
  ];
}

/** What of a plan may stand in Temporal's history. */
export function planFacts({ digest, parts, portal, records, associations, leftOutToAccept: toAccept, undecided, openDealsToAccept, calls, recordDrift }: PlanSummary): PlanFacts {
  return { digest, parts: { source: parts.source, mapping: parts.mapping }, portalId: portal.id, simulator: portal.simulator, records, associations, leftOutToAccept: toAccept, undecided, openDealsToAccept, calls: Object.values(calls).reduce((sum, count) => sum + count, 0), ...(recordDrift === undefined ? {} : { recordDrift: { changed: recordDrift.changed, written: recordDrift.written } }) };
}
