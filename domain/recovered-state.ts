/** The state that a migration goes on with after one of the two homes of its memory was lost. Pure: from what the other home knows. */
import { initialControl, reasonAdded, stopRequested, toPauseReason } from './control';
import type { ControlState } from './control';
import { initialState } from './migration-state';
import type { MigrationState, Recovery } from './migration-state';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from './object-type';
import { PHASES } from './phase';
import type { Phase, RunState, WorkType } from './phase';
import type { PlanFacts } from './plan-facts';
import { EMPTY_PROGRESS } from './progress';
import type { Progress } from './progress';

type Counts = Readonly<Record<string, number>>;

interface Settings {
  readonly rate: number;
  readonly reserve: number;
}

/** What the ledger knows of a run. Times are ISO-8601. */
export interface LedgerMemory {
  readonly settings: Settings;
  readonly portalId: string | null;
  readonly facts: PlanFacts | null;
  readonly phase: Phase;
  readonly phases: readonly { readonly phase: Phase; readonly startedAt: string }[];
  /** How the report says that it ended; null before there is one. */
  readonly outcome: RunState | null;
  readonly written: Readonly<Partial<Record<WorkType, Counts>>>;
  readonly verified: Counts;
  /** Rounds of retry that were asked for and are not over. */
  readonly rounds: readonly number[];
  readonly rollbackWindowMs: number;
  readonly now: string;
}

/** Phases that change or end a run, in order. */
const FORWARD: readonly Phase[] = PHASES.filter((phase) => phase !== 'retry' && phase !== 'open' && phase !== 'rollback');

/**
 * Temporal was lost. Phases that are over stay over; the one in the middle is gone through again, which costs no call for what is settled. It starts paused: a
 * pause that a person had set is among what is lost. A rollback that was under way goes on as one, without the edited records.
 */
export function stateFromLedger(memory: LedgerMemory): MigrationState {
  const { facts, settings, now } = memory;
  const forward = furthestForward(memory);
  const isThrough = forward === 'open' || forward === 'retry';
  const done = isThrough ? FORWARD : FORWARD.slice(0, FORWARD.indexOf(forward));
  const openedAt = memory.phases.find(({ phase }) => phase === 'open')?.startedAt;
  const isPlanned = done.includes('plan');
  const isUndoing = memory.phase === 'rollback';
  return {
    ...initialState(settings),
    phase: forward,
    done,
    portalId: memory.portalId,
    facts: isPlanned ? facts : null,
    controls: pausedControls(settings, now, isUndoing ? 'stopping' : 'going-on'),
    approved: isPlanned,
    progress: isPlanned ? progressOf(memory, done) : EMPTY_PROGRESS,
    // The search may not have caught up with what was written last; when that was is not known to the second.
    writtenAt: isPlanned ? now : null,
    outcome: done.includes('report') && !isUndoing ? memory.outcome : null,
    openUntil: isThrough && openedAt !== undefined ? new Date(Date.parse(openedAt) + memory.rollbackWindowMs).toISOString() : null,
    rollback: isUndoing ? { includeEdited: false } : null,
    ...(memory.rounds.length === 0 ? {} : { retry: { rounds: memory.rounds, done: [] } }),
    recovery: { lost: 'temporal', rebuilt: false },
  };
}

/**
 * The ledger was lost. Everything is gone through again from the start, but as of a run that has written: what it finds as its own in the portal is kept, what its
 * workflows knew and the portal lacks is not made a second time, and no mistake ends it.
 */
export function stateFromWorkflows(memory: {
  readonly settings: Settings;
  readonly portalId: string;
  readonly expected: Extract<Recovery, { lost: 'ledger' }>['expected'];
  readonly standing: 'running' | 'paused' | 'rolling-back';
  readonly now: string;
}): MigrationState {
  const { settings, now, standing } = memory;
  const controls = standing === 'running' ? initialControl(settings) : pausedControls(settings, now, standing === 'rolling-back' ? 'stopping' : 'going-on');
  return {
    ...initialState(settings),
    portalId: memory.portalId,
    controls,
    approved: true,
    rollback: standing === 'rolling-back' ? { includeEdited: false } : null,
    recovery: { lost: 'ledger', rebuilt: false, expected: memory.expected },
  };
}

/** Partitions whose pairs no workflow holds any more. */
export const finishedTypes = ({ done }: MigrationState) => OBJECT_TYPES.filter((objectType) => done.includes(objectType));

function furthestForward({ phase, phases }: LedgerMemory): Phase {
  if (phase !== 'rollback') {
    return phase;
  }
  const begun = phases.filter((known) => known.phase !== 'rollback').map((known) => PHASES.indexOf(known.phase));
  return PHASES[Math.max(0, ...begun)] ?? 'preflight';
}

function pausedControls(settings: Settings, since: string, work: 'going-on' | 'stopping'): ControlState {
  const controls = initialControl(settings);
  return reasonAdded(work === 'stopping' ? stopRequested(controls) : controls, toPauseReason('operator', { since, code: 'recovered' }));
}

/** Counts of the phases that are over: the partitions of the one in the middle tell theirs again. */
function progressOf({ facts, written, verified }: LedgerMemory, done: readonly Phase[]): Progress {
  const isOver = (workType: WorkType): boolean => (ASSOCIATION_TYPES.some((known) => known === workType) ? done.includes('relink') : done.some((phase) => phase === workType));
  const types = [...OBJECT_TYPES, ...ASSOCIATION_TYPES].filter(isOver);
  const batchesOf = (workType: WorkType): number =>
    [...(facts?.records ?? []).filter(({ objectType }) => objectType === workType), ...(facts?.associations ?? []).filter(({ associationType }) => associationType === workType)]
      .flatMap(({ partitions }) => partitions)
      .reduce((sum, { batchCounts }) => sum + batchCounts.length, 0);
  const writtenBatches = types.reduce((sum, workType) => sum + batchesOf(workType), 0);
  return {
    ...EMPTY_PROGRESS,
    written: Object.fromEntries(types.flatMap((workType) => (written[workType] === undefined ? [] : [[workType, written[workType]]]))),
    verified: done.includes('verify') ? verified : {},
    batchesDone: writtenBatches * (done.includes('verify') ? 2 : 1),
  };
}
