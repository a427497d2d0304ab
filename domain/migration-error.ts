/**
 * The errors of a call, grouped by what must happen next (not by where they arose). What becomes of a single record is an outcome, see record-outcome.ts.
 *
 * | type | what follows |
 * |---|---|
 * | TransientError | the call may be repeated; `mayHaveLanded` tells whether it was perhaps carried out |
 * | RateLimitedError | wait `retryAfterMs`, then repeat |
 * | AuthorizationError | the migration pauses until a person resumes it |
 * | PlanError | source, mapping, plan or portal disagree: mend and plan again |
 * | QuotaExhaustedError | the day's reserve is reached: wait until `resetsAt` |
 * | PortalUnavailableError | five attempts failed: pause with a timer |
 * | IdentityError | token, ledger, epoch or count are not the run's |
 * | InvariantError | our own bookkeeping does not add up |
 */
export const MIGRATION_ERROR_TYPES = [
  'TransientError',
  'RateLimitedError',
  'AuthorizationError',
  'PlanError',
  'QuotaExhaustedError',
  'PortalUnavailableError',
  'IdentityError',
  'InvariantError',
] as const;
export type MigrationErrorType = (typeof MIGRATION_ERROR_TYPES)[number];

/** What an error carries across a process boundary: codes, counts and times, never a vendor's words or a customer's value. */
export interface MigrationErrorDetails {
  /** A short stable word for the cause, e.g. `missing-scope`, `http-503`, `file-truncated`. */
  readonly code: string;
  /** TransientError: was the request perhaps carried out? */
  readonly mayHaveLanded?: boolean;
  readonly retryAfterMs?: number;
  /** ISO-8601. */
  readonly resetsAt?: string;
  /** The exit code of the command line that fits, when the run has not written yet. */
  readonly exitCode?: number;
}

/** An error of a call. Its message is for logs and the ledger on this machine; only type and details cross into Temporal. */
export class MigrationError extends Error {
  override readonly name: MigrationErrorType;

  constructor(
    readonly type: MigrationErrorType,
    message: string,
    readonly details: MigrationErrorDetails,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = type;
  }
}
