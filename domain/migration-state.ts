import { initialControl } from './control';
import type { ControlState } from './control';
import { OVER_STATES } from './phase';
import type { Phase, RunState } from './phase';
import type { PlanFacts } from './plan-facts';
import { OBJECT_TYPES } from './object-type';
import type { InDoubt, ProblemsSeen } from './problem';
import { EMPTY_PROGRESS } from './progress';
import type { Progress } from './progress';
import { isDriftToAccept } from './verdict-changes';

/** What was lost, and whether the home that was lost stands again. */
export type Recovery =
  | { readonly lost: 'temporal'; readonly rebuilt: boolean }
  /** `expected`: digests of the lost plan's parts that the portal has no say in; null where an older version kept none. */
  | { readonly lost: 'ledger'; readonly rebuilt: boolean; readonly expected: { readonly source: string; readonly mapping: string } | null };

/** What a round of retry goes through, in order. */
export const RETRY_STEPS = ['take', 'properties', ...OBJECT_TYPES, 'relink', 'verify', 'report'] as const;
export type RetryStep = (typeof RETRY_STEPS)[number];

/** All that a migration carries from one execution to the next. */
export interface MigrationState {
  readonly phase: Phase;
  /** Phases that are over. */
  readonly done: readonly Phase[];
  readonly portalId: string | null;
  readonly facts: PlanFacts | null;
  readonly controls: ControlState;
  readonly approved: boolean;
  readonly progress: Progress;
  /** As the ledger told them when state or phase was last recorded. */
  readonly problems?: ProblemsSeen | null;
  /** Probes that found the portal still closed, since it last worked. */
  readonly quotaProbes: number;
  readonly portalProbes: number;
  /** ISO-8601: when the last record was written; the search index lags behind it. */
  readonly writtenAt: string | null;
  /** How the run ended, once the report is there. */
  readonly outcome: RunState | null;
  /** ISO-8601: the end of the rollback window. */
  readonly openUntil: string | null;
  readonly rollback: { readonly includeEdited: boolean } | null;
  readonly finalize: boolean;
  /** Rounds of retry that were asked for and are not over, and how far the first of them is. Absent where none was ever asked for. */
  readonly retry?: { readonly rounds: readonly number[]; readonly done: readonly RetryStep[] };
  /** Absent in a run that never lost one of its homes. */
  readonly recovery?: Recovery;
}

export const initialState = (settings: { readonly rate: number; readonly reserve: number }): MigrationState => ({
  phase: 'preflight',
  done: [],
  portalId: null,
  facts: null,
  controls: initialControl(settings),
  approved: false,
  progress: EMPTY_PROGRESS,
  quotaProbes: 0,
  portalProbes: 0,
  writtenAt: null,
  outcome: null,
  openUntil: null,
  rollback: null,
  finalize: false,
});

export const roundUnderWay = ({ retry }: MigrationState): number | null => retry?.rounds[0] ?? null;

/** Asked for once more, it is the same round. */
export function roundAsked({ retry }: MigrationState, round: number): NonNullable<MigrationState['retry']> {
  const rounds = retry?.rounds ?? [];
  return { rounds: rounds.includes(round) ? rounds : [...rounds, round], done: retry?.done ?? [] };
}

/** Phases that change nothing in the portal: a run that fails in them has not started. */
const BEFORE_WRITING: readonly Phase[] = ['preflight', 'stage', 'plan'];

export const hasLostItsShards = ({ recovery }: MigrationState): boolean => recovery?.lost === 'temporal' && !recovery.rebuilt;

/** A run whose ledger was lost had written, whatever it goes through again. */
const lostItsLedger = ({ recovery }: MigrationState): boolean => recovery?.lost === 'ledger';

export const hasBegunWriting = (state: MigrationState): boolean => lostItsLedger(state) || !BEFORE_WRITING.includes(state.phase);

/** The phases that have begun, so that only what may have been written is undone. */
export const hasBegun = (state: MigrationState, asked: Phase): boolean => lostItsLedger(state) || state.phase === asked || state.done.includes(asked);

/** In doubt, although the phase that wrote them is over: each of its batches said that it had settled. Asked between two phases, while nothing is under way. */
export function leftInDoubt({ phase, done, problems }: MigrationState): readonly InDoubt[] {
  return (problems?.inDoubt ?? []).filter(({ workType }) => {
    const wroteIt: Phase = OBJECT_TYPES.find((objectType) => objectType === workType) ?? 'relink';
    return wroteIt !== phase && done.includes(wroteIt);
  });
}

/** Where the run stands for a person. */
export function toRunState(state: MigrationState): RunState {
  if (state.outcome !== null && OVER_STATES.includes(state.outcome)) {
    return state.outcome;
  }
  if (state.controls.control.reasons.length > 0) {
    return 'paused';
  }
  if (state.rollback !== null) {
    return 'rolling-back';
  }
  return state.outcome ?? (hasBegunWriting(state) ? 'running' : 'planning');
}

/** What a person states with `resume`, `--yes` or `--accept-drift`. */
export interface StatedApproval {
  readonly approve?: string | undefined;
  readonly acceptLeftOut?: number | undefined;
  readonly acceptDrift?: boolean | undefined;
}

/**
 * Is the plan approved by what a person stated? Records left out for a reason that is not the person's own decision need their number, and an approved plan of which much
 * became otherwise needs a word of its own. A simulated portal needs no more than that word.
 * @returns the code of what is missing, or null
 */
export function missingApproval(facts: PlanFacts, stated: StatedApproval | null): 'plan' | 'left-out-number' | 'record-drift' | null {
  if (!facts.simulator && stated?.approve !== facts.digest) {
    return 'plan';
  }
  if (!facts.simulator && facts.leftOutToAccept > 0 && stated?.acceptLeftOut !== facts.leftOutToAccept) {
    return 'left-out-number';
  }
  return isDriftToAccept(facts.recordDrift) && stated?.acceptDrift !== true ? 'record-drift' : null;
}
