import { OVER_STATES } from '../domain/phase';
import type { FencedLedger, RunRow } from '../ledger/ledger';
import type { LedgerActivities } from './migration-activities';
import { requireRow, toIso, withHeartbeat } from './run-context';
import type { UnfencedLedger } from './unfenced-ledger';

/** Of each type: the answer stays in a history. */
const ORDINALS_TOLD = 20;

type Told = Pick<Parameters<LedgerActivities['recordState']>[0], 'state' | 'phase' | 'reasons' | 'rate'>;

interface Collaborators {
  readonly ledger: UnfencedLedger;
  readonly clock: () => number;
}

/** Safe to repeat: the same state, phase and reasons are written again; a phase keeps its first start. What an older epoch tells is refused. */
export function createRecordState({ ledger, clock }: Collaborators): Pick<LedgerActivities, 'recordState'> {
  return {
    recordState: ({ run, epoch, ...told }) =>
      withHeartbeat(async () => {
        const row = await requireRow(ledger, run);
        // A dry run names no epoch: it is never recovered.
        await record(ledger.fenced({ run, epoch: epoch ?? row.epoch }), toIso(clock()), row, told);
        return { at: toIso(clock()), inDoubt: await ledger.facts.inDoubt(run, ORDINALS_TOLD), refused: await ledger.facts.refused(run, ORDINALS_TOLD) };
      }),
  };
}

async function record(ledger: FencedLedger, now: string, { run, portalId, phase: before }: RunRow, { state, phase, reasons, rate }: Told): Promise<void> {
  const isEnded = OVER_STATES.includes(state);
  if (before !== phase) {
    await ledger.facts.phaseEnded(run, before, now);
  }
  const isOpen = (await ledger.facts.readPhases(run)).some((known) => known.phase === phase && known.endedAt === null);
  if (!isOpen && !isEnded) {
    await ledger.facts.phaseStarted(run, phase, now);
  }
  if (isEnded) {
    await ledger.facts.phaseEnded(run, phase, now);
  }
  await ledger.runs.update(run, { state, phase, reasons, ...(isEnded ? { endedAt: now } : {}) });
  if (portalId !== null) {
    await ledger.pace(portalId).setRate(rate);
  }
}
