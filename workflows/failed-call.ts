/** What a workflow learns from an activity that failed for good. */
import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure, isCancellation } from '@temporalio/workflow';
import type { MigrationErrorDetails } from '../domain/migration-error';
import type { FailedCall } from '../domain/stop-cause';

/**
 * `failed`: the activity said why. `lost`: its worker died or was too slow, five times over: no failure of the portal, it is simply done again.
 * Cancellation and mistakes of our own in workflow code are thrown on.
 */
export type ActivityEnd = { readonly end: 'failed'; readonly call: FailedCall } | { readonly end: 'lost' };

export function toActivityEnd(error: unknown): ActivityEnd {
  if (isCancellation(error) || !(error instanceof ActivityFailure) || error.cause instanceof CancelledFailure) {
    throw error;
  }
  if (error.cause instanceof TimeoutFailure) {
    return { end: 'lost' };
  }
  const cause = error.cause;
  if (!(cause instanceof ApplicationFailure)) {
    return { end: 'failed', call: { type: 'unknown', details: { code: 'unknown-error' } } };
  }
  return { end: 'failed', call: { type: cause.type ?? 'unknown', details: toDetails(cause.details?.[0]) } };
}

/** Details crossed a boundary: taken member by member, so that an older worker's failure can still be read. */
function toDetails(value: unknown): MigrationErrorDetails {
  const member = (key: string): unknown => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined);
  const code = member('code');
  const retryAfterMs = member('retryAfterMs');
  const resetsAt = member('resetsAt');
  const exitCode = member('exitCode');
  return {
    code: typeof code === 'string' ? code : 'unknown-error',
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
    ...(typeof resetsAt === 'string' ? { resetsAt } : {}),
    ...(typeof exitCode === 'number' ? { exitCode } : {}),
  };
}
