import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import type { Context } from '@temporalio/activity';
import { pino } from 'pino';
import { MigrationError } from '../../domain/migration-error';
import type { FactStore } from '../../ledger/ledger';
import { createFailureInterceptor, toFailure } from '../../worker/failure-interceptor';

describe('toFailure', () => {
  it.each([
    { type: 'TransientError' as const, details: { code: 'http-503' }, nonRetryable: false, nextRetryDelay: undefined },
    { type: 'RateLimitedError' as const, details: { code: 'http-429', retryAfterMs: 11_000 }, nonRetryable: false, nextRetryDelay: 11_000 },
    { type: 'RateLimitedError' as const, details: { code: 'http-477', retryAfterMs: 60_001 }, nonRetryable: true, nextRetryDelay: undefined },
    { type: 'QuotaExhaustedError' as const, details: { code: 'reserve-reached', resetsAt: '2026-11-23T00:00:00.000Z' }, nonRetryable: true, nextRetryDelay: undefined },
    { type: 'AuthorizationError' as const, details: { code: 'missing-scope', exitCode: 4 }, nonRetryable: true, nextRetryDelay: undefined },
    { type: 'InvariantError' as const, details: { code: 'id-map-differs' }, nonRetryable: true, nextRetryDelay: undefined },
  ])('gives $type ($details.code) its retry', ({ type, details, nonRetryable, nextRetryDelay }) => {
    const failure = toFailure(new MigrationError(type, 'words of Jane Canary', details));
    const delay: unknown = failure.nextRetryDelay ?? undefined;

    expect({ type: failure.type, nonRetryable: failure.nonRetryable, nextRetryDelay: delay, details: failure.details }).toEqual({ type, nonRetryable, nextRetryDelay, details: [details] });
    expect(failure.message).not.toContain('Canary');
  });

  it('calls an expected wait benign, so that it is no error in metrics', () => {
    expect(toFailure(new MigrationError('QuotaExhaustedError', 'x', { code: 'c' })).category).toBe(ApplicationFailureCategory.BENIGN);
    expect(toFailure(new MigrationError('TransientError', 'x', { code: 'c' })).category).not.toBe(ApplicationFailureCategory.BENIGN);
  });

  it('lets an error that nobody knows cross as its type and place, without its message', () => {
    const failure = toFailure(new RangeError('Jane Canary'));

    expect(failure).toMatchObject({ type: 'RangeError', nonRetryable: true, details: [{ code: 'unexpected-error' }] });
    expect(failure.message).not.toContain('Canary');
    expect(failure.cause).toBeUndefined();
  });
});

type Recorded = Parameters<FactStore['recordError']>;

describe('createFailureInterceptor', () => {
  const intercept = async (error: Error, aborted: 'running' | 'cancelled' = 'running') => {
    const recorded: Recorded[] = [];
    const controller = new AbortController();
    if (aborted === 'cancelled') controller.abort();
    const context = { cancellationSignal: controller.signal, info: { activityType: 'writeRecords', attempt: 2 } } as unknown as Context;
    const factory = createFailureInterceptor({ facts: { recordError: async (...fact) => void recorded.push(fact) }, logger: pino({ level: 'silent' }), clock: () => 0 });
    const thrown: unknown = await factory(context).inbound?.execute?.({ args: [{ run: 'acme.1' }], headers: {} }, () => Promise.reject(error)).catch((caught: unknown) => caught);
    return { thrown, recorded };
  };

  it('keeps the words and their causes in the ledger', async () => {
    const { thrown, recorded } = await intercept(new MigrationError('TransientError', 'The portal said no', { code: 'http-503' }, { cause: new Error('socket hang up') }));

    expect(thrown).toBeInstanceOf(ApplicationFailure);
    expect(recorded).toEqual([
      ['acme.1', { type: 'TransientError', code: 'http-503', message: 'The portal said no <- socket hang up', place: 'writeRecords attempt 2', at: '1970-01-01T00:00:00.000Z' }],
    ]);
  });

  it('tells of a cancelled activity as cancelled', async () => {
    const { thrown, recorded } = await intercept(new Error('aborted'), 'cancelled');

    expect(thrown).toBeInstanceOf(CancelledFailure);
    expect(recorded).toEqual([]);
  });
});
