/**
 * The boundaries at which durable state changes: what a process can die on either side of. Each has a name and is passed through `passCrashPoint`, so that the list
 * of them is what the code itself says (`test/support/crash-points-in-code.ts` reads it there), and a test can kill or stop the process before and after each.
 */

/** A ledger commit, a call to the portal, an activity's end, or a step of a workflow. */
export type CrashPoint = `${'ledger' | 'call' | 'activity' | 'workflow'}:${string}`;

/** Told when a boundary is reached. In production nobody watches. */
export type CrashWatch<Point extends CrashPoint = CrashPoint> = (point: Point, side: 'before' | 'after') => void;

export const nobodyWatches: CrashWatch = () => undefined;

/** `after` means that the change is durable and that nobody has been told of it yet. A step that fails has no `after`. */
export async function passCrashPoint<T, Point extends CrashPoint>(watch: CrashWatch<Point>, point: Point, step: () => Promise<T>): Promise<T> {
  watch(point, 'before');
  const result = await step();
  watch(point, 'after');
  return result;
}
