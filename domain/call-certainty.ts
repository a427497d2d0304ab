import { MigrationError } from './migration-error';

/**
 * Did the portal certainly not carry out the call that failed with this? Only then may a sent mark go without looking the record up.
 * An error of our own bookkeeping, or one that nobody knows, proves nothing.
 */
export function wasCertainlyNotCarriedOut(error: unknown): boolean {
  if (!(error instanceof MigrationError)) {
    return false;
  }
  switch (error.type) {
    case 'TransientError':
    case 'PortalUnavailableError':
      return error.details.mayHaveLanded === false;
    case 'InvariantError':
      return false;
    case 'RateLimitedError':
    case 'AuthorizationError':
    case 'PlanError':
    case 'QuotaExhaustedError':
    case 'IdentityError':
      return error.details.mayHaveLanded !== true;
  }
}
