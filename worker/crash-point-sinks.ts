import type { InjectedSinks } from '@temporalio/worker';
import type { CrashWatch } from '../domain/crash-point';
import type { CrashPointSinks } from '../workflows/crash-points';

/** Every worker that runs our workflows needs them: a sink that is missing is an error in its log. Told before the commands of a workflow task reach the server. */
export const createCrashPointSinks = (crashWatch: CrashWatch): InjectedSinks<CrashPointSinks> => ({
  crashPoints: { reached: { fn: (_, point, side) => crashWatch(point, side), callDuringReplay: false } },
});
