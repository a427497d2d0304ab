import { isGrpcServiceError, ServiceError } from '@temporalio/client';

/** gRPC's codes of a server that is away, or silent for too long. */
const AWAY: readonly number[] = [14, 4];

/** Did a call fail because Temporal's server was away? The client wraps what gRPC said in some of its calls. */
export function isTemporalAway(error: unknown): boolean {
  const told = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(told) && AWAY.includes(Number(told.code));
}
