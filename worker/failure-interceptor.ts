/**
 * The one place where an error of an activity becomes a failure of Temporal. Type, code and times cross; words stay in the ledger of this machine, because they
 * may quote a vendor or a record.
 */
import type { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Logger } from 'pino';
import { MigrationError } from '../domain/migration-error';
import type { FactStore } from '../ledger/ledger';

/** A longer wait is a workflow's timer: it outlives this worker, and the person looking on is told. */
const LONGEST_RETRY_DELAY_MS = 60_000;

export interface FailureInterceptorOptions {
  readonly facts: Pick<FactStore, 'recordError'>;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export function createFailureInterceptor(options: FailureInterceptorOptions): ActivityInterceptorsFactory {
  return (context: Context) => ({
    inbound: {
      async execute(input, next) {
        try {
          return await next(input);
        } catch (error) {
          if (error instanceof ApplicationFailure || error instanceof CancelledFailure) {
            throw error;
          }
          if (context.cancellationSignal.aborted) {
            throw new CancelledFailure('The activity was cancelled');
          }
          const failure = toFailure(error);
          await keepWords(options, { run: runOf(input.args[0]), place: `${context.info.activityType} attempt ${context.info.attempt}`, error, failure });
          throw failure;
        }
      },
    },
  });
}

/** Pure: the failure as it crosses into Temporal. An error of a type that nobody knows is never repeated. */
export function toFailure(error: unknown): ApplicationFailure {
  if (!(error instanceof MigrationError)) {
    const type = error instanceof Error ? error.constructor.name : typeof error;
    return ApplicationFailure.create({ message: `${type}${placeOf(error)}`, type, nonRetryable: true, details: [{ code: 'unexpected-error' }] });
  }
  const { type, details } = error;
  const { code, mayHaveLanded, retryAfterMs, resetsAt, exitCode } = details;
  const isWaited = type === 'QuotaExhaustedError' || type === 'RateLimitedError';
  return ApplicationFailure.create({
    message: `${type}: ${code}`,
    type,
    nonRetryable: !isRetried(error),
    ...(isRetried(error) && retryAfterMs !== undefined ? { nextRetryDelay: retryAfterMs } : {}),
    ...(isWaited ? { category: ApplicationFailureCategory.BENIGN } : {}),
    details: [
      {
        code,
        ...(mayHaveLanded === undefined ? {} : { mayHaveLanded }),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        ...(resetsAt === undefined ? {} : { resetsAt }),
        ...(exitCode === undefined ? {} : { exitCode }),
      },
    ],
  });
}

const isRetried = ({ type, details }: MigrationError): boolean =>
  (type === 'TransientError' || type === 'RateLimitedError') && (details.retryAfterMs ?? 0) <= LONGEST_RETRY_DELAY_MS;

interface FailedActivity {
  readonly run: string | null;
  readonly place: string;
  readonly error: unknown;
  readonly failure: ApplicationFailure;
}

async function keepWords({ facts, logger, clock }: FailureInterceptorOptions, { run, place, error, failure }: FailedActivity): Promise<void> {
  const code = error instanceof MigrationError ? error.details.code : 'unexpected-error';
  const type = failure.type ?? 'unknown';
  logger[failure.category === ApplicationFailureCategory.BENIGN ? 'info' : 'warn']({ run, place, type, code }, 'An activity failed');
  if (run === null) {
    return;
  }
  try {
    await facts.recordError(run, { type, code, message: wordsOf(error), place, at: new Date(clock()).toISOString() });
  } catch (recordingError) {
    // The failure itself matters more than its words: it goes on to Temporal.
    logger.error({ run, place, type: recordingError instanceof Error ? recordingError.name : 'unknown' }, 'The words of an error could not be kept in the ledger');
  }
}

/** The error and what caused it, first to last. */
function wordsOf(error: unknown): string {
  const messages: string[] = [];
  for (let each: unknown = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth += 1) {
    messages.push(each.message);
  }
  return messages.length > 0 ? messages.join(' <- ') : typeof error;
}

/** ` at activities/write-records.ts:33`: the first line of the stack that is ours. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const place = /[/\\]((?:activities|connectors|ledger|domain|worker)[/\\][\w./\\-]+:\d+)/.exec(stack);
  return place?.[1] === undefined ? '' : ` at ${place[1]}`;
}

function runOf(input: unknown): string | null {
  const run: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, 'run') : undefined;
  return typeof run === 'string' ? run : null;
}
