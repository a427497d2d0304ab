/**
 * How a child obeys the migration. It keeps the highest control it was told, says when it cannot go on, and then waits for a newer one. While it waits it asks
 * nobody and adds no event to its history.
 */
import { condition, setHandler, workflowInfo } from '@temporalio/workflow';
import { isPaused, newerControl } from '../domain/control';
import type { Control } from '../domain/phase';
import { toStopCause } from '../domain/stop-cause';
import type { FailedCall, StopCause } from '../domain/stop-cause';
import { atCrashPoint } from './crash-points';
import { toActivityEnd } from './failed-call';
import { blockedSignal, controlSignal } from './messages';
import { tellMigration } from './tell';

export interface FollowedControl {
  current(): Control;
  /** Nothing holds the work. */
  isRunning(): boolean;
  /** Tells the migration, once for each cause and control version, and holds the work until a newer control comes. */
  block(cause: StopCause): void;
  /** Blocks on a failed call, and waits for a newer control, or until `isStopping`. */
  holdFor(call: FailedCall, isStopping: () => boolean): Promise<void>;
  /** Does it again until it is done; each failure holds the work as long as the migration says. */
  perform<T>(work: () => Promise<T>): Promise<T>;
}

/** Sets the handler of `control`: call it before the first await. `told` hears of each newer control. */
export function followControl(run: string, initial: Control, told: (control: Control) => void = () => undefined): FollowedControl {
  let control = initial;
  let blockedAtVersion = -1;
  let reported: readonly string[] = [];

  setHandler(controlSignal, (next) => {
    control = newerControl(control, next);
    told(control);
  });

  const isRunning = () => !isPaused(control) && control.version > blockedAtVersion;

  const block = (cause: StopCause) => {
    if (control.version > blockedAtVersion) {
      reported = [];
    }
    blockedAtVersion = control.version;
    if (!reported.includes(cause.kind)) {
      reported = [...reported, cause.kind];
      void tellMigration(run, blockedSignal, { ...cause, from: workflowInfo().workflowId, version: control.version });
    }
  };

  return {
    current: () => control,
    isRunning,
    block,
    async holdFor(call, isStopping) {
      block(toStopCause(call, Date.now()));
      await condition(() => isRunning() || isStopping());
    },
    async perform(work) {
      for (;;) {
        await condition(isRunning);
        try {
          return await atCrashPoint('workflow:step', work);
        } catch (error) {
          const ended = toActivityEnd(error);
          if (ended.end === 'failed') {
            block(toStopCause(ended.call, Date.now()));
          }
        }
      }
    },
  };
}
