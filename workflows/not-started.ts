import { ApplicationFailure } from '@temporalio/workflow';
import { exitCodeOf } from '../domain/stop-cause';
import type { FailedCall } from '../domain/stop-cause';

/** How a run ends that has written nothing: the type and code of the cause, and the exit code for the command line. Its words are in the ledger. */
export const toNotStarted = (call: FailedCall): ApplicationFailure =>
  ApplicationFailure.create({
    message: `${call.type}: ${call.details.code}`,
    type: call.type,
    nonRetryable: true,
    details: [{ ...call.details, exitCode: exitCodeOf(call) }],
  });
