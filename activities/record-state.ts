import { OVER_STATES } from '../domain/phase';
import type { Ledger } from '../ledger/ledger';
import type { LedgerActivities } from './migration-activities';
import { requireRow, toIso, withHeartbeat } from './run-context';

/** Of each type: the answer stays in a history. */
const ORDINALS_TOLD = 20;

/** Safe to repeat: the same state, phase and reasons are written again; a phase keeps its first start. */
export function createRecordState({ ledger, clock }: { readonly ledger: Ledger; readonly clock: () => number }): Pick<LedgerActivities, 'recordState'> {
  return {
    recordState: ({ run, state, phase, reasons, rate }) =>
      withHeartbeat(async () => {
        const row = await requireRow(ledger, run);
        const now = toIso(clock());
        const isEnded = OVER_STATES.includes(state);
        if (row.phase !== phase) {
          await ledger.facts.phaseEnded(run, row.phase, now);
        }
        const isOpen = (await ledger.facts.readPhases(run)).some((known) => known.phase === phase && known.endedAt === null);
        if (!isOpen && !isEnded) {
          await ledger.facts.phaseStarted(run, phase, now);
        }
        if (isEnded) {
          await ledger.facts.phaseEnded(run, phase, now);
        }
        await ledger.runs.update(run, { state, phase, reasons, ...(isEnded ? { endedAt: now } : {}) });
        if (row.portalId !== null) {
          await ledger.pace(row.portalId).setRate(rate);
        }
        return { at: now, inDoubt: await ledger.facts.inDoubt(run, ORDINALS_TOLD), refused: await ledger.facts.refused(run, ORDINALS_TOLD) };
      }),
  };
}
