/**
 * The migration's side of control: it alone adds and lifts reasons to wait, tells its child and the ledger of each change, and asks the portal again when a
 * wait is over. While the migration waits for a person nothing here polls and no event is added.
 */
import { CancellationScope, condition, proxyActivities, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { isBlockValid, isLiftedByResume, isPaused, reasonAdded, reasonsLifted, stopRequested, throttled, toPauseReason } from '../domain/control';
import type { MigrationState } from '../domain/migration-state';
import { hasBegunWriting, missingApproval, toRunState } from '../domain/migration-state';
import type { PauseReason, PauseReasonKind, RunState } from '../domain/phase';
import { progressMade, recordsDone, refusalsAccepted, typesRefusedTooOften, workBegun } from '../domain/progress';
import { portalProbeDelayMs, quotaProbeDelayMs, untilResetMs } from '../domain/quota-wait';
import { toStatusDetails } from '../domain/status-details';
import { isWorthWaiting, toStopCause } from '../domain/stop-cause';
import type { StopCause } from '../domain/stop-cause';
import type { LedgerActivities, PortalActivities } from '../activities/migration-activities';
import { LEDGER, PROBE } from './activity-options';
import { atCrashPoint } from './crash-points';
import { toActivityEnd } from './failed-call';
import {
  blockedSignal,
  controlSignal,
  finalizeSignal,
  pauseSignal,
  problemsQuery,
  progressSignal,
  resumeSignal,
  rollbackSignal,
  statusQuery,
  taskQueues,
  throttleSignal,
} from './messages';
import type { MigrationInput, ProgressInput } from './messages';
import { toNotStarted } from './not-started';
import { ownNotices } from './notices';
import { persistently } from './persistently';
import { PORTAGE_DONE, PORTAGE_MIGRATION, PORTAGE_PHASE, PORTAGE_STATE, PORTAGE_TOTAL } from './search-attributes';
import { toProblems, toStatusView } from './status-view';
import { tellChild } from './tell';

/** A rollback was confirmed: the way forward ends here, and what was written is undone. */
export class RollbackRequested extends Error {}

export interface OwnedControl {
  state(): MigrationState;
  update(change: Partial<MigrationState>): void;
  /** Waits until nothing holds the work. @throws RollbackRequested */
  ready(): Promise<void>;
  /** @throws RollbackRequested */
  unlessStopping(): Promise<void>;
  /** Does it until it is done; before the first write a failure ends the run, unless waiting alone mends it. @throws RollbackRequested */
  perform<T>(work: () => Promise<T>): Promise<T>;
  /** Adds a reason to wait. */
  hold(cause: StopCause): void;
  /** Counts what was done, and holds where too much of it was refused. */
  progressed(report: ProgressInput): void;
  /** The child that is told of each change of control from now on. */
  openChild(workflowId: string | null, toldVersion: number): Promise<void>;
  /** Shows state and phase in the ledger and in Temporal's list. */
  show(): Promise<void>;
  /** Nothing is under way in the background: the execution may end. */
  isQuiet(): boolean;
}

const TIMED: readonly PauseReasonKind[] = ['quota', 'portal-unavailable'];
/** The list of workflows shows how far it is after each of these many records: an entry costs an event. */
const RECORDS_A_MARK = 10_000;

/** Sets all handlers and starts what watches over pauses: call it before the first await. */
export function ownControl(input: MigrationInput, initial: MigrationState): OwnedControl {
  const { run, ledgerId, epoch } = input;
  const { recordState } = proxyActivities<LedgerActivities>({ ...LEDGER, taskQueue: taskQueues.ledger(ledgerId) });
  const { probePortal } = proxyActivities<PortalActivities>({ ...PROBE, taskQueue: taskQueues.portal(ledgerId) });
  const notices = input.notify === true ? ownNotices(input, initial) : null;
  let state = initial;
  let child: string | null = null;
  let publishedVersion = state.controls.control.version;
  let publishing = false;
  let probing = false;
  let shownMark = -1;

  const update = (change: Partial<MigrationState>) => {
    state = { ...state, ...change };
    setCurrentDetails(toStatusDetails(toStatusView(run, state, Date.now())));
  };
  const reasons = () => state.controls.control.reasons;
  const isStopping = () => state.rollback !== null && state.phase !== 'rollback';
  const nowIso = () => new Date(Date.now()).toISOString();

  const hold = ({ kind, until, code }: StopCause) => {
    const since = nowIso();
    const known = until ?? (kind === 'quota' ? inMs(quotaProbeDelayMs(state.quotaProbes)) : kind === 'portal-unavailable' ? inMs(portalProbeDelayMs(state.portalProbes)) : null);
    const standing = reasons().find((reason) => reason.kind === kind);
    if (standing !== undefined && TIMED.includes(kind) && until === null) {
      return;
    }
    update({ controls: reasonAdded(state.controls, toPauseReason(kind, { since, until: known, code })) });
  };
  const lift = (isLifted: (reason: PauseReason) => boolean) => {
    const controls = reasonsLifted(state.controls, isLifted);
    update({ controls, progress: isPaused(controls.control) ? state.progress : workBegun(state.progress, Date.now()) });
  };

  setHandler(pauseSignal, () => hold({ kind: 'operator', until: null, code: null }), { description: 'Stop launching work until resume' });
  setHandler(
    resumeSignal,
    (stated = {}) => {
      const missing = state.facts === null || state.approved ? null : missingApproval(state.facts, stated);
      update({ approved: state.approved || (state.facts !== null && missing === null), progress: refusalsAccepted(state.progress), portalProbes: 0 });
      lift((reason) => isLiftedByResume(reason, missing === null ? 'approved' : 'not-approved'));
      if (missing !== null && missing !== 'plan' && reasons().some(({ kind }) => kind === 'approval')) {
        hold({ kind: 'approval', until: null, code: missing });
      }
    },
    { description: 'Lift what a person can lift; { approve: <plan digest> } approves the plan' },
  );
  setHandler(throttleSignal, (settings) => update({ controls: throttled(state.controls, settings) }), { description: 'Shares from 0 to 1: { rate, reserve }' });
  setHandler(
    rollbackSignal,
    (asked = {}) => {
      if (asked.confirm !== run) {
        hold({ kind: 'operator', until: null, code: 'rollback-dry-run' });
      } else if (state.rollback === null) {
        update({ rollback: { includeEdited: asked.includeEdited ?? false }, controls: stopRequested(state.controls) });
      }
    },
    { description: 'With { confirm: <run> } undo everything; without it pause' },
  );
  setHandler(finalizeSignal, () => update({ finalize: state.finalize || state.phase === 'open' }), { description: 'End the rollback window' });
  setHandler(blockedSignal, (block) => {
    if (isBlockValid(state.controls, block.version)) {
      hold({ kind: block.kind, until: block.until, code: block.code ?? 'unknown-error' });
    }
  });
  const progressed = (report: ProgressInput) => {
    update({ progress: progressMade(state.progress, report, Date.now()), portalProbes: 0 });
    const refused = state.phase === 'rollback' ? undefined : typesRefusedTooOften(state.progress)[0];
    if (refused !== undefined) {
      hold({ kind: 'refusals', until: null, code: refused });
    }
    markRecords();
  };
  setHandler(progressSignal, progressed);
  setHandler(statusQuery, () => toStatusView(run, state, Date.now()), { description: 'Phase, counts, rate, expected end and reasons to wait' });
  setHandler(problemsQuery, () => toProblems(state), { description: 'What went wrong, by code' });

  const attributes = { state: '', phase: '' };
  const showAttributes = () => {
    const shown: { state: RunState; phase: string } = { state: toRunState(state), phase: state.phase };
    if (shown.state !== attributes.state || shown.phase !== attributes.phase) {
      const first = attributes.state === '';
      Object.assign(attributes, shown);
      const { done, total } = recordsDone(state.progress, state.facts);
      shownMark = Math.floor(done / RECORDS_A_MARK);
      upsertSearchAttributes([
        ...(first ? [{ key: PORTAGE_MIGRATION, value: run }] : []),
        { key: PORTAGE_STATE, value: shown.state },
        { key: PORTAGE_PHASE, value: shown.phase },
        { key: PORTAGE_DONE, value: done },
        { key: PORTAGE_TOTAL, value: total },
      ]);
    }
  };
  const markRecords = () => {
    const { done } = recordsDone(state.progress, state.facts);
    if (Math.floor(done / RECORDS_A_MARK) !== shownMark) {
      shownMark = Math.floor(done / RECORDS_A_MARK);
      upsertSearchAttributes([{ key: PORTAGE_DONE, value: done }]);
    }
  };
  // One after the other: the ledger keeps what was told last.
  let shown = Promise.resolve();
  const show = () => {
    const told = async () => {
      showAttributes();
      const { control } = state.controls;
      const problems = await persistently(() => atCrashPoint('workflow:show', () => recordState({ run, state: toRunState(state), phase: state.phase, reasons: control.reasons, rate: control.rate, epoch })));
      // An answer recorded by an older version is empty.
      update({ problems: problems ?? null });
      // Without a command not even a turn of the loop: older runs had none here.
      if (notices !== null) {
        await notices.look(state);
      }
    };
    shown = shown.then(() => CancellationScope.nonCancellable(told));
    return shown;
  };

  const publish = async (): Promise<never> => {
    for (;;) {
      await condition(() => state.controls.control.version > publishedVersion);
      publishing = true;
      const { control } = state.controls;
      publishedVersion = control.version;
      await Promise.all([child === null ? undefined : tellChild(child, controlSignal, control), show()]);
      publishing = false;
    }
  };

  const timed = () => reasons().find(({ kind }) => TIMED.includes(kind));
  const keepTimers = async (): Promise<never> => {
    for (;;) {
      await condition(() => timed() !== undefined);
      const reason = timed();
      if (reason !== undefined && !(await condition(() => timed() !== reason, waitMsOf(reason), { summary: summaryOf(reason) }))) {
        probing = true;
        await probe(reason);
        probing = false;
      }
    }
  };
  const probe = async (reason: PauseReason): Promise<void> => {
    const { portalId } = state;
    const swap = (next?: StopCause) => {
      lift(({ kind }) => kind === reason.kind || (next === undefined && TIMED.includes(kind)));
      if (next !== undefined) {
        hold(next);
      }
    };
    try {
      if (portalId !== null) {
        await probePortal({ run, ledgerId, epoch, portalId, reserve: state.controls.control.reserve });
      }
      update({ quotaProbes: 0 });
      swap();
    } catch (error) {
      const ended = toActivityEnd(error);
      if (ended.end === 'lost') {
        swap({ kind: reason.kind, until: inMs(portalProbeDelayMs(0)), code: reason.code ?? 'no-answer' });
        return;
      }
      const cause = toStopCause(ended.call, Date.now());
      if (cause.kind === 'quota') {
        swap({ ...cause, until: inMs(quotaProbeDelayMs(state.quotaProbes)) });
        update({ quotaProbes: state.quotaProbes + 1 });
      } else if (cause.kind === 'portal-unavailable') {
        update({ portalProbes: state.portalProbes + 1 });
        swap(cause);
      } else {
        swap(cause);
      }
    }
  };

  const unlessStopping = async () => {
    if (isStopping()) {
      throw new RollbackRequested();
    }
  };
  const ready = async () => {
    await condition(() => isStopping() || !isPaused(state.controls.control));
    await unlessStopping();
  };

  // A cancelled migration ends by its own story; these end with it.
  void CancellationScope.nonCancellable(publish);
  void CancellationScope.nonCancellable(keepTimers);

  return {
    state: () => state,
    update,
    ready,
    unlessStopping,
    hold,
    progressed,
    show,
    async perform(work) {
      for (;;) {
        await ready();
        try {
          return await atCrashPoint('workflow:step', work);
        } catch (error) {
          const ended = toActivityEnd(error);
          if (ended.end === 'lost') {
            continue;
          }
          if (!hasBegunWriting(state) && !isWorthWaiting(ended.call.type)) {
            throw toNotStarted(ended.call);
          }
          hold(toStopCause(ended.call, Date.now()));
        }
      }
    },
    async openChild(workflowId, toldVersion) {
      child = workflowId;
      if (child !== null && state.controls.control.version > toldVersion) {
        await tellChild(child, controlSignal, state.controls.control);
      }
    },
    isQuiet: () => !publishing && !probing && (notices?.isQuiet() ?? true) && publishedVersion === state.controls.control.version,
  };
}

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

function waitMsOf({ kind, until }: PauseReason): number {
  const atMs = until === null ? Date.now() : Date.parse(until);
  return kind === 'quota' ? untilResetMs({ nowMs: Date.now(), resetsAtMs: atMs, random: Math.random() }) : Math.max(1_000, atMs - Date.now());
}

const summaryOf = ({ kind, until }: PauseReason): string => `${kind}, asked again ${until ?? 'soon'}`;
