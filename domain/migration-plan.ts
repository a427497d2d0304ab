/** The plan as a whole: counts that add up, what it will cost, and the facts that workflows get. */
import type { PlanFacts } from './plan-facts';
import type { AssociationForecast, PlanSummary, RecordForecast, SchemaChange } from './plan-summary.schema';
import type { LeftOutReason, PartitionManifest } from './planned-record';
import type { SchemaPlan } from './schema-plan';

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

/** Forecast of calls by phase. Batches: 100 records a call, 1,000 sources a read and 2,000 pairs a write of associations (HubSpot, 2026-09). */
export function forecastCalls(records: readonly RecordForecast[], associations: readonly AssociationForecast[], schema: SchemaPlan, matchingCalls: number, contactUpdates: 'one' | 'two' = 'one'): Readonly<Record<string, number>> {
  const written = records.map(({ objectType, create, update, unchanged }): readonly [string, number] => [
    objectType,
    batches(create, 100) + (objectType === 'contacts' && contactUpdates === 'two' ? 3 : 2) * batches(update, 100) + batches(unchanged, 100),
  ]);
  const links = associations.reduce((sum, forecast) => sum + batchCountOf(forecast), 0);
  const readBack = records.reduce((sum, forecast) => sum + batches(forecast.create + forecast.update + forecast.unchanged, 100), 0);
  return {
    preflight: PREFLIGHT_CALLS,
    plan: matchingCalls,
    // All is looked for before it is made; each property batch and each pipeline is read back.
    properties: 2 * schema.groups.length + 3 * new Set(schema.properties.map(({ objectType }) => objectType)).size + 3 * schema.pipelines.length,
    ...Object.fromEntries(written),
    // Links are read before they are written.
    relink: 2 * links,
    // Of what was written over, the history is read: 50 records a call.
    verify: readBack + records.reduce((sum, { update }) => sum + batches(update, 50), 0) + links + records.length,
  };
}

export function schemaChanges({ groups, properties, pipelines }: SchemaPlan): readonly SchemaChange[] {
  return [
    ...groups.map(({ objectType, name, label }): SchemaChange => ({ kind: 'group', objectType, name, label })),
    ...properties.map(({ objectType, definition: { name, label } }): SchemaChange => ({ kind: 'property', objectType, name, label })),
    ...pipelines.map(({ objectType, definition: { pipelineId, label } }): SchemaChange => ({ kind: 'pipeline', objectType, name: pipelineId, label })),
  ];
}

/** What of a plan may stand in Temporal's history. */
export function planFacts({ digest, parts, portal, records, associations, leftOutToAccept: toAccept, undecided, openDealsToAccept, calls }: PlanSummary): PlanFacts {
  return { digest, parts: { source: parts.source, mapping: parts.mapping }, portalId: portal.id, simulator: portal.simulator, records, associations, leftOutToAccept: toAccept, undecided, openDealsToAccept, calls: Object.values(calls).reduce((sum, count) => sum + count, 0) };
}
