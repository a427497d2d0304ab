/** Time limits and retries by kind of work, and on which queue it is done. */
import type { ActivityOptions } from '@temporalio/workflow';
import type { MigrationErrorType } from '../domain/migration-error';

/** A worker that was killed is noticed after this long; the worker gives a sign of life every second beside each activity. */
const HEARTBEAT_TIMEOUT = '5 s';

/** What waiting a minute cannot mend goes back to the workflow at once, which pauses. */
const NOT_RETRIED: readonly MigrationErrorType[] = ['AuthorizationError', 'PlanError', 'QuotaExhaustedError', 'PortalUnavailableError', 'IdentityError', 'InvariantError'];
const nonRetryableErrorTypes = [...NOT_RETRIED];

/**
 * One batch that changes the portal. Five attempts 4, 8, 16 and 32 s apart, a minute in all: what fails for longer is a portal that does not answer, and the
 * migration waits for it by a timer. 10 min to one attempt: a call may take 110 s, a batch needs several, and each waits for its slot.
 */
export const WRITE: ActivityOptions = {
  startToCloseTimeout: '10 min',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '4 s', backoffCoefficient: 2, maximumAttempts: 5, nonRetryableErrorTypes },
};

/** Calls that change nothing: tried again sooner, and given up sooner, because a person may be looking on. */
export const READ: ActivityOptions = {
  startToCloseTimeout: '10 min',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumAttempts: 4, nonRetryableErrorTypes },
};

/** Reading and planning a whole source takes as long as it takes; progress is in the ledger, so that an attempt goes on where the last one died. */
export const LONG: ActivityOptions = {
  startToCloseTimeout: '24 h',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '2 s', backoffCoefficient: 2, maximumAttempts: 5, nonRetryableErrorTypes },
};

/** The ledger is on our side: it is waited for without end, as nothing can go on without it. */
export const LEDGER: ActivityOptions = {
  startToCloseTimeout: '10 min',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '10 s', nonRetryableErrorTypes },
};

/** One question whether the portal is back. The timer around it is the retry. */
export const PROBE: ActivityOptions = {
  startToCloseTimeout: '5 min',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { maximumAttempts: 1 },
};

/** A person's own program, which has 30 s. Whether it was told is worth two further tries of a worker, and no more. */
export const NOTIFY: ActivityOptions = {
  startToCloseTimeout: '1 min',
  scheduleToCloseTimeout: '5 min',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '2 s', maximumAttempts: 3, nonRetryableErrorTypes },
};
