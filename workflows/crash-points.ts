/** The boundaries inside workflows, told to the worker by a sink: no command, so no event and no change for histories. In production nobody listens. */
import { proxySinks } from '@temporalio/workflow';
import type { Sinks } from '@temporalio/workflow';
import { passCrashPoint } from '../domain/crash-point';
import type { CrashPoint, CrashWatch } from '../domain/crash-point';

type WorkflowCrashPoint = Extract<CrashPoint, `workflow:${string}`>;

export interface CrashPointSinks extends Sinks {
  readonly crashPoints: { reached: CrashWatch<WorkflowCrashPoint> };
}

const { crashPoints } = proxySinks<CrashPointSinks>();

/** `before`: the step's commands are not with the server yet. `after`: this execution has just been told its result. */
export const atCrashPoint = <T>(point: WorkflowCrashPoint, step: () => Promise<T>): Promise<T> => passCrashPoint(crashPoints.reached, point, step);

/** For what ends an execution: its `after` is the beginning of the next. */
export const continuedAt = (point: WorkflowCrashPoint): void => crashPoints.reached(point, 'after');
