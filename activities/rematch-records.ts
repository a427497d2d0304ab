import type { TargetReader } from '../connectors/connector';
import { MigrationError } from '../domain/migration-error';
import { forecastCalls, leftOutToAccept, planFacts } from '../domain/migration-plan';
import { OBJECT_TYPES } from '../domain/object-type';
import { DRIFT_EXIT_CODE } from '../domain/plan-drift';
import type { AssociationForecast, PlanSummary, RecordForecast } from '../domain/plan-summary.schema';
import { comesOrGoes, recordDrift, verdictChange } from '../domain/verdict-changes';
import { expectedPlan } from './adopt-plan';
import type { PortalActivities } from './migration-activities';
import { openScope } from './open-scope';
import { planAssociations } from './plan-associations';
import { lifeCycleCalls } from './plan-life-cycle';
import { planMatches } from './plan-matches';
import { planRequirements } from './plan-requirements';
import { plannedPages, rememberUsed } from './planning-scope';
import type { PlanningScope } from './planning-scope';
import { roleLabelsOf } from './role-labels';
import { createQuotaGuard } from './quota-guard';
import { inPresentEpoch, withHeartbeat } from './run-context';
import type { UnfencedLedger } from './unfenced-ledger';

export interface RematchCollaborators {
  readonly ledger: UnfencedLedger;
  readonly target: TargetReader;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/**
 * Takes over the planned records of an approved plan as they were before they were matched, matches them with the portal as it is now, and tells whose verdict became
 * another. Each attempt begins anew from the approved plan, which is never touched.
 */
export function createRematchRecords({ ledger, target, clock }: RematchCollaborators): Pick<PortalActivities, 'rematchRecords'> {
  const quota = createQuotaGuard({ ledger, target, clock });
  return {
    rematchRecords: ({ run, expectedDigest }) =>
      withHeartbeat((signal) => inPresentEpoch(ledger, run, async (ledger) => {
        const scope: PlanningScope = { ...(await openScope({ ledger, target, quota }, run, null, signal)), only: null, ownRecords: 'unknown' };
        const { stagingId } = scope;
        const { from, summary } = await expectedPlan(ledger, expectedDigest, stagingId);
        await ledger.plans.clear(stagingId);
        await ledger.drift.copyUnmatched(from, stagingId);
        for (const object of scope.objects) {
          // They come from the ledger: no step of planning has seen what they use.
          for await (const page of plannedPages(scope, object.objectType)) {
            rememberUsed(scope, page);
          }
          await planMatches(scope, object);
          await planRequirements(scope, object);
        }
        const differing = await ledger.drift.differingVerdicts(from, stagingId);
        const changes = differing.map((each) => verdictChange(each));
        await ledger.drift.saveVerdictChanges(run, changes);
        if (summary.associations.some(({ source }) => source > 0)) {
          // An association needs both its ends: planned anew only where a record came or went.
          await (differing.some(comesOrGoes) ? planAssociations(scope, roleLabelsOf(summary.schema.labels)) : ledger.drift.copyAssociations(from, stagingId));
        }
        await ledger.plans.assignBatches(stagingId);
        for (const { objectType } of scope.objects) {
          const kept = await ledger.drift.readSchemaBasis(from, objectType);
          if (kept !== null) {
            await ledger.drift.saveSchemaBasis(stagingId, kept.basis, kept.digest);
          }
        }
        const written = summary.records.reduce((sum, { create, update, unchanged }) => sum + create + update + unchanged, 0);
        const rematched: PlanSummary = { ...(await counted(scope, summary)), recordDrift: recordDrift(changes, written) };
        await refuseOtherSchema(scope, summary, rematched);
        await ledger.plans.save(stagingId, rematched);
        return planFacts(rematched);
      })),
  };
}

/** The approved plan with the counts of the records as they are matched now. */
async function counted(scope: PlanningScope, summary: PlanSummary): Promise<PlanSummary> {
  const { ledger, run, stagingId, definition } = scope;
  const records = await Promise.all(
    summary.records.map(async (forecast): Promise<RecordForecast> => {
      const { byAction, leftOut, cells } = await ledger.plans.countRecords(stagingId, forecast.objectType);
      const [create = 0, update = 0, unchanged = 0, fold = 0] = ['create', 'update', 'unchanged', 'fold'].map((action) => byAction[action]);
      return { ...forecast, create, update, unchanged, fold, leftOut, cells, partitions: [...(await ledger.plans.readPartitions(stagingId, forecast.objectType))] };
    }),
  );
  const associations = await Promise.all(
    summary.associations.map(async (forecast): Promise<AssociationForecast> => {
      const counts = await ledger.plans.countAssociations(stagingId, forecast.associationType);
      const [planned = 0, duplicate = 0, selfLink = 0, missingEnd = 0] = ['planned', 'duplicate', 'self-link', 'missing-end'].map((verdict) => counts[verdict]);
      return { ...forecast, planned, duplicate, selfLink, missingEnd, partitions: [...(await ledger.plans.readPartitions(stagingId, forecast.associationType))] };
    }),
  );
  const matchingCalls = (await ledger.facts.readCalls(run)).filter(({ phase }) => phase === 'plan').reduce((sum, { count }) => sum + count, 0);
  const ambiguous = (forecasts: readonly RecordForecast[]): number =>
    forecasts.reduce((sum, { objectType, leftOut }) => sum + (definition.objects[objectType].ambiguous === 'ask' ? (leftOut['ambiguous-match'] ?? 0) : 0), 0);
  return {
    ...summary,
    records,
    associations,
    leftOutToAccept: leftOutToAccept(records),
    undecided: summary.undecided - ambiguous(summary.records) + ambiguous(records),
    calls: { ...forecastCalls(records, associations, summary.schema, matchingCalls, lifeCycleCalls(scope)) },
    newContactsWithEmail: await ledger.plans.countNewWithEmail(stagingId, 'contacts'),
  };
}

/** The plan makes properties for the types of which it writes records: one of which it wrote none lacks them. */
async function refuseOtherSchema({ ledger, run }: PlanningScope, before: PlanSummary, now: PlanSummary): Promise<void> {
  const writes = ({ records }: PlanSummary, objectType: (typeof OBJECT_TYPES)[number]): boolean => records.some((forecast) => forecast.objectType === objectType && forecast.partitions.length > 0);
  const added = OBJECT_TYPES.filter((objectType) => writes(now, objectType) && !writes(before, objectType));
  if (added.length > 0) {
    const message = `Records of ${added.join(', ')} can be written by now, of which the plan wrote none.`;
    await ledger.runs.addFindings(run, [{ code: 'drift-records', severity: 'error', place: 'portal', message, remedy: 'Plan again, look at what changed, and start with the new digest.', count: added.length, exitCode: DRIFT_EXIT_CODE }]);
    throw new MigrationError('PlanError', `${message} Plan again.`, { code: 'drift-records', exitCode: DRIFT_EXIT_CODE });
  }
}
