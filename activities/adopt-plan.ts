import { MigrationError } from '../domain/migration-error';
import { driftedParts } from '../domain/plan-digest';
import { DRIFT_EXIT_CODE, driftFinding } from '../domain/plan-drift';
import type { PlanBasis } from '../domain/plan-drift';
import type { PlanSummary } from '../domain/plan-summary.schema';
import type { FencedLedger } from '../ledger/ledger';
import type { LedgerActivities } from './migration-activities';
import { ownerEmails, partsOf } from './plan-parts';
import { inPresentEpoch, requireRow, withHeartbeat } from './run-context';
import type { UnfencedLedger } from './unfenced-ledger';

/**
 * Holds source, mapping, portal and version against those of the plan that the start names, and takes over what was staged for it: rows are copied within the ledger,
 * so that runs stay apart. A copy that was cut off goes on; what is refused has written nothing.
 */
export function createAdoptPlan({ ledger, version }: { readonly ledger: UnfencedLedger; readonly version: string }): Pick<LedgerActivities, 'adoptPlan'> {
  return {
    adoptPlan: ({ run, expectedDigest }) =>
      withHeartbeat(() => inPresentEpoch(ledger, run, async (ledger) => {
        const { stagingId } = await requireRow(ledger, run);
        const { from, summary } = await expectedPlan(ledger, expectedDigest, stagingId);
        const emails = await ownerEmails(ledger, from, (await requireRow(ledger, from)).definition);
        const both = { before: await basisOf(ledger, from, emails), now: await basisOf(ledger, run, emails) };
        const drifted = driftedParts(summary.parts, partsOf(both.now, version));
        const [first] = drifted;
        if (first !== undefined) {
          await ledger.runs.addFindings(run, drifted.map((part) => driftFinding(part, both)));
          throw new MigrationError('PlanError', `The plan has drifted in its part ${first}: ${driftFinding(first, both).message}`, { code: `drift-${first}`, exitCode: DRIFT_EXIT_CODE });
        }
        await ledger.drift.copyStaged(from, stagingId);
        await ledger.runs.addFindings(run, await ledger.runs.readFindings(from));
      })),
  };
}

/**
 * The plan with this digest, in whatever planning it was made last; where there is none, in another start. @param own the asking run's own staging, which may hold it too
 * @throws PlanError `plan-unknown`
 */
export async function expectedPlan(ledger: FencedLedger, digest: string, own: string): Promise<{ readonly from: string; readonly summary: PlanSummary }> {
  const from = await ledger.plans.findByDigest(digest, own);
  const summary = from === null ? null : await ledger.plans.read(from);
  if (from === null || summary === null) {
    throw new MigrationError('PlanError', `No plan with the digest ${digest} is in this ledger. Plan again.`, { code: 'plan-unknown', exitCode: DRIFT_EXIT_CODE });
  }
  return { from, summary };
}

/** What a run is, or was, planned from. Stagings have the names of the runs that they were made by. */
async function basisOf(ledger: FencedLedger, run: string, emails: ReadonlySet<string>): Promise<PlanBasis> {
  const { stagingId, definition } = await requireRow(ledger, run);
  const [inspection, saved, only] = [await ledger.staging.readInspection(stagingId), await ledger.plans.readSnapshot(stagingId), await ledger.drift.readOnly(run)];
  if (inspection === null || saved === null) {
    throw new MigrationError('InvariantError', `Source inspection or snapshot of ${run} is not in the ledger.`, { code: 'nothing-to-plan' });
  }
  return { inspection, definition, only, snapshot: saved.snapshot, ownerEmails: emails };
}
