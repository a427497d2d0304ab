import { MigrationError } from '../domain/migration-error';
import { OBJECT_TYPES } from '../domain/object-type';
import { assembleReport, refusedCount } from '../domain/report';
import type { LedgerActivities } from './migration-activities';
import { requireRun, withHeartbeat } from './run-context';
import type { UnfencedLedger } from './unfenced-ledger';

/** Of the records that a rollback left alone the report names so many; the ledger has them all. */
const MAX_KEPT_LISTED = 1_000;

/** Of what is in doubt (of each type), and of what was refused, the report names so many. */
const MAX_NAMED = 1_000;

/** Reads the ledger only; a repeat replaces the report. */
export function createAssembleReport({ ledger, clock }: { readonly ledger: UnfencedLedger; readonly clock: () => number }): Pick<LedgerActivities, 'assembleReport'> {
  return {
    assembleReport: (input) =>
      withHeartbeat(async () => {
        const row = await requireRun(ledger, input);
        const { run } = input;
        const { facts, plans } = ledger;
        const plan = await plans.read(row.stagingId);
        if (plan === null) {
          throw new MigrationError('InvariantError', `Run ${run} ended without a plan.`, { code: 'no-plan' });
        }
        const tallies = await facts.tallies(run);
        const counts = await Promise.all(OBJECT_TYPES.map((objectType) => plans.countRecords(row.stagingId, objectType)));
        const verification = await facts.readVerification(run);
        const pace = await ledger.pace(input.portalId).read();
        const report = assembleReport({
          migration: row.migrationId,
          run,
          rolledBack: input.rolledBack ? 'yes' : 'no',
          ...tallies,
          verification,
          matchedSince: await facts.matchedSince(run),
          verdictsChanged: plan.recordDrift?.groups ?? [],
          calls: await facts.readCalls(run),
          forecastCalls: Object.values(plan.calls).reduce((sum, count) => sum + count, 0),
          quota: { dailyLimit: pace.dailyLimit, dailyRemaining: pace.dailyRemaining, reserve: row.definition.quota.reserve },
          phases: (await facts.readPhases(run)).map(({ phase, startedAt, endedAt }) => ({ phase, startedMs: Date.parse(startedAt), endedMs: endedAt === null ? null : Date.parse(endedAt) })),
          startedMs: Date.parse(row.createdAt),
          nowMs: clock(),
          leftOut: counts.map(({ leftOut }) => leftOut),
          cells: counts.map(({ cells }) => cells),
          refusals: await facts.refusalsByCode(run),
          problems: await facts.problemCounts(run),
          retries: [...(await ledger.retries.tallies(run))],
          inDoubt: await facts.inDoubt(run, MAX_NAMED),
          refused: await facts.readRefusals(run, MAX_NAMED),
          kept: input.rolledBack ? await facts.readKept(run, MAX_KEPT_LISTED) : null,
          findings: await ledger.runs.readFindings(run),
          unreadFiles: (await ledger.staging.readInspection(row.stagingId))?.unread ?? [],
        });
        await ledger.fenced(input).facts.saveReport(run, report);
        return { state: report.state, refused: refusedCount(tallies.records, tallies.associations), differences: verification.differences };
      }),
  };
}
