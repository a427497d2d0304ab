import type { MigrationErrorDetails, MigrationErrorType } from './migration-error';
import { MIGRATION_ERROR_TYPES } from './migration-error';
import type { PauseReasonKind } from './phase';

/** A failed call as a workflow sees it: the type by which it was thrown, and what it carried. */
export interface FailedCall {
  readonly type: string;
  readonly details: MigrationErrorDetails;
}

/** What to do about a failed call after the first write. */
export interface StopCause {
  readonly kind: PauseReasonKind;
  /** ISO-8601, where it is known. */
  readonly until: string | null;
  readonly code: string | null;
}

/** Never anything but a pause: what a person can mend never ends a run that has written. */
export function toStopCause({ type, details }: FailedCall, nowMs: number): StopCause {
  if (!isMigrationErrorType(type)) {
    return { kind: 'invariant', until: null, code: details.code };
  }
  switch (type) {
    case 'QuotaExhaustedError':
      return { kind: 'quota', until: details.resetsAt ?? null, code: details.code };
    case 'RateLimitedError':
      return { kind: 'portal-unavailable', until: new Date(nowMs + (details.retryAfterMs ?? 0)).toISOString(), code: 'rate-limited' };
    case 'TransientError':
    case 'PortalUnavailableError':
      return { kind: 'portal-unavailable', until: details.retryAfterMs === undefined ? null : new Date(nowMs + details.retryAfterMs).toISOString(), code: details.code };
    case 'AuthorizationError':
      return { kind: 'authorization', until: null, code: details.code };
    case 'PlanError':
      return { kind: 'portal-changed', until: null, code: details.code };
    case 'IdentityError':
      return { kind: 'identity', until: null, code: details.code };
    case 'InvariantError':
      return { kind: 'invariant', until: null, code: details.code };
  }
}

/** Before the first write a failed call ends the run, unless waiting alone mends it. */
export const isWorthWaiting = (type: string): boolean => type === 'QuotaExhaustedError' || type === 'RateLimitedError';

/** The exit code of the command line for a run that ended before its first write, where the error names none. */
export function exitCodeOf({ type, details }: FailedCall): number {
  if (details.exitCode !== undefined) {
    return details.exitCode;
  }
  if (!isMigrationErrorType(type)) {
    return 1;
  }
  switch (type) {
    case 'AuthorizationError':
      return 4;
    case 'PlanError':
      return 5;
    case 'IdentityError':
      return 3;
    case 'QuotaExhaustedError':
    case 'RateLimitedError':
    case 'TransientError':
    case 'PortalUnavailableError':
      return 8;
    case 'InvariantError':
      return 1;
  }
}

const isMigrationErrorType = (type: string): type is MigrationErrorType => MIGRATION_ERROR_TYPES.some((known) => known === type);
