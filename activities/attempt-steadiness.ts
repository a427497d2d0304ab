/**
 * Under the heartbeat time-out of 5 s (workflows/activity-options.ts) by more than the second that lies between two heartbeats: an attempt that stood still for longer
 * is perhaps no longer the one that Temporal waits for.
 */
const LONGEST_GAP_MS = 3_000;

export interface AttemptSteadiness {
  /** Notes that the process runs; called once a second. */
  tick(): void;
  /** Has the process run through since the attempt began? Once it has not, never again: another attempt may have the work. */
  readonly isSteady: () => boolean;
}

/** @param nowMs wall time, which goes on while a process is suspended */
export function createAttemptSteadiness(nowMs: () => number = () => Date.now()): AttemptSteadiness {
  let lastMs = nowMs();
  let steady = true;
  const isSteady = (): boolean => {
    const now = nowMs();
    steady &&= now - lastMs <= LONGEST_GAP_MS;
    lastMs = now;
    return steady;
  };
  return { tick: () => void isSteady(), isSteady };
}
