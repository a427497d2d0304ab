import { callCalendar } from '../domain/call-calendar';
import type { PlanSummary } from '../domain/plan-summary.schema';
import type { PlanView } from '../domain/plan-view.schema';

/** The plan for a script: counts by object type and association type, without what only the engine needs. */
export function planView(migration: string, plan: PlanSummary): PlanView {
  const { digest, parts, portal, leftOutToAccept, undecided, openDealsToAccept, newContactsWithEmail, owners, mapping, schemaChanges, calls } = plan;
  return {
    migration,
    digest,
    parts,
    portal,
    records: Object.fromEntries(plan.records.map(({ objectType, source, create, update, unchanged, fold, leftOut, cells }) => [objectType, { source, create, update, unchanged, fold, leftOut, cells }])),
    associations: Object.fromEntries(plan.associations.map(({ associationType, source, planned, duplicate, selfLink, missingEnd }) => [associationType, { source, planned, duplicate, selfLink, missingEnd }])),
    calls: { total: Object.values(calls).reduce((sum, count) => sum + count, 0), byPhase: calls, byDay: callCalendar(plan).map(({ day, calls: made, phases }) => ({ day, calls: made, phases: [...phases] })) },
    leftOutToAccept,
    undecided,
    openDealsToAccept,
    newContactsWithEmail,
    owners,
    mapping,
    schemaChanges,
  };
}
