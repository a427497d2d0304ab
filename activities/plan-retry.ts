import { MigrationError } from '../domain/migration-error';
import { planFacts } from '../domain/migration-plan';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { WorkType } from '../domain/phase';
import { retriedPlan } from '../domain/retried-plan';
import type { LedgerActivities } from './migration-activities';
import { requireRun, toIso, withHeartbeat } from './run-context';
import type { UnfencedLedger } from './unfenced-ledger';

/** Decides by reading; what it takes it takes in one commit, so that a death in between leaves the round as it was asked for, or taken whole. */
export function createPlanRetry({ ledger, clock }: { readonly ledger: UnfencedLedger; readonly clock: () => number }): Pick<LedgerActivities, 'planRetry' | 'endRetry'> {
  return {
    planRetry: (input) =>
      withHeartbeat(async () => {
        const row = await requireRun(ledger, input);
        const { run, round } = input;
        const asked = await ledger.retries.read(run, round);
        const dryRun = asked === null ? null : await ledger.runs.find(asked.planning);
        const [before, plan] = dryRun === null ? [null, null] : [await ledger.plans.read(row.stagingId), await ledger.plans.read(dryRun.stagingId)];
        if (asked === null || dryRun === null || before === null || plan === null) {
          throw new MigrationError('PlanError', `Round ${round} of run ${run} has no dry run to go by. Ask for the retry again.`, { code: 'retry-unknown' });
        }
        const { retries } = ledger.fenced(input);
        const takes = asked.state === 'asked' ? await retries.decide(asked, dryRun.stagingId) : {};
        const summary = await retries.take(run, round, takes, (now) => retriedPlan(before, plan, now));
        return { facts: planFacts(summary), written: await writtenBefore(ledger, run, round) };
      }),

    endRetry: (input) =>
      withHeartbeat(async () => {
        await requireRun(ledger, input);
        await ledger.fenced(input).retries.end(input.run, input.round, toIso(clock()));
      }),
  };
}

/** By the words of the tallies that batches tell. */
const TALLY_WORDS: Readonly<Record<string, string>> = {
  created: 'created', updated: 'updated', unchanged: 'unchanged', refused: 'refused', added: 'added', 'already-there': 'alreadyThere', 'end-not-written': 'endNotWritten',
};

async function writtenBefore(ledger: UnfencedLedger, run: string, round: number): Promise<Partial<Record<WorkType, Record<string, number>>>> {
  const written: Partial<Record<WorkType, Record<string, number>>> = {};
  for (const { workType, word, count } of await ledger.retries.settledBefore(run, round)) {
    const name = TALLY_WORDS[word];
    if (name !== undefined && [...OBJECT_TYPES, ...ASSOCIATION_TYPES].some((known) => known === workType)) {
      written[workType] = { ...written[workType], [name]: count };
    }
  }
  return written;
}
