/**
 * Tells a person's own command of each new reason to wait, and of the end. Nothing waits for it but the closing of the workflow, and
 * what becomes of it changes nothing.
 */
import { CancellationScope, proxyActivities } from '@temporalio/workflow';
import { toRunState } from '../domain/migration-state';
import type { MigrationState } from '../domain/migration-state';
import { OVER_STATES } from '../domain/phase';
import type { PauseReason, RunState } from '../domain/phase';
import type { LedgerActivities } from '../activities/migration-activities';
import { NOTIFY } from './activity-options';
import { taskQueues } from './messages';
import type { MigrationInput } from './messages';

export interface Notices {
  /** Looks for news in the state. Resolves at once, but where the run is over: then when the command was told. */
  look(state: MigrationState): Promise<void>;
  /** Nobody is being told. */
  isQuiet(): boolean;
}

/** States that are an end for whoever waits for one. */
const ENDS: readonly RunState[] = ['verified', 'differs', 'finished-with-refusals', ...OVER_STATES];

/** For a migration whose file names a command. @param initial what an earlier execution has told already is no news */
export function ownNotices({ run, ledgerId }: MigrationInput, initial: MigrationState): Notices {
  const { notify } = proxyActivities<LedgerActivities>({ ...NOTIFY, taskQueue: taskQueues.ledger(ledgerId) });
  let reasons: readonly PauseReason[] = initial.controls.control.reasons;
  let ended: RunState | null = endOf(initial);
  let underWay = 0;

  const tell = async (news: Omit<Parameters<LedgerActivities['notify']>[0], 'run'>): Promise<void> => {
    underWay += 1;
    try {
      await CancellationScope.nonCancellable(() => notify({ run, ...news }));
    } catch {
      // Time-outs and a worker that died: the news stands in ledger and Web UI.
    } finally {
      underWay -= 1;
    }
  };

  return {
    isQuiet: () => underWay === 0,
    async look(state) {
      const now = toRunState(state);
      const standing = state.controls.control.reasons;
      const added = standing.filter(({ kind, since }) => !reasons.some((known) => known.kind === kind && known.since === since));
      reasons = standing;
      if (added.length > 0) {
        const key = added.map(({ kind, since }) => `${kind} ${since}`).join(', ');
        void tell({ key, event: 'waits', state: now, reasons: standing.map(({ kind, code, since, until }) => ({ kind, code, since, until })) });
      }
      const before = ended;
      ended = endOf(state);
      if (ended !== null && ended !== before) {
        const told = tell({ key: `${ended} ${new Date(Date.now()).toISOString()}`, event: 'ended', state: now, reasons: [] });
        await (OVER_STATES.includes(ended) ? told : undefined);
      }
    },
  };
}

/** The outcome stands in the state as soon as the report is there. */
function endOf({ outcome }: MigrationState): RunState | null {
  return outcome !== null && ENDS.includes(outcome) ? outcome : null;
}
