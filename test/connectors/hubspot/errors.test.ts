import { toCallError, toFailureError, type CallName } from '../../../connectors/hubspot/errors';
import { errorEnvelopeSchema } from '../../../connectors/hubspot/responses';
import { TransportFailure } from '../../../connectors/hubspot/transport';
import { DAILY_LIMIT, MISSING_SCOPES, SECONDLY_LIMIT, TEN_SECONDLY_LIMIT, TOKEN_EXPIRED, TOKEN_REFUSED, UNKNOWN_PROPERTY } from './support/recorded-replies';

const CREATE = { kind: 'create', what: 'contacts batch/create' } as const;
const READ = { kind: 'read', what: 'contacts batch/read' } as const;

const anAnswer = (status: number, body: unknown = null, retryAfterMs: number | null = null) => ({
  status,
  envelope: body === null ? null : errorEnvelopeSchema.parse(body),
  retryAfterMs,
  correlationId: 'c-1',
});

describe('toCallError', () => {
  it.each`
    status | body                  | told      | type                     | code               | retryAfterMs
    ${401} | ${TOKEN_REFUSED}      | ${null}   | ${'AuthorizationError'}  | ${'token-refused'} | ${undefined}
    ${401} | ${null}               | ${null}   | ${'AuthorizationError'}  | ${'token-refused'} | ${undefined}
    ${401} | ${TOKEN_EXPIRED}      | ${null}   | ${'AuthorizationError'}  | ${'token-expired'} | ${undefined}
    ${401} | ${{ ...TOKEN_EXPIRED, context: { 'expire time': ['1970-01-01T00:00:00Z'] } }} | ${null} | ${'AuthorizationError'} | ${'token-refused'} | ${undefined}
    ${403} | ${MISSING_SCOPES}     | ${null}   | ${'AuthorizationError'}  | ${'missing-scope'} | ${undefined}
    ${423} | ${null}               | ${null}   | ${'RateLimitedError'}    | ${'http-423'}      | ${2_000}
    ${429} | ${TEN_SECONDLY_LIMIT} | ${null}   | ${'RateLimitedError'}    | ${'http-429'}      | ${10_000}
    ${429} | ${SECONDLY_LIMIT}     | ${null}   | ${'RateLimitedError'}    | ${'http-429'}      | ${1_000}
    ${429} | ${TEN_SECONDLY_LIMIT} | ${3_000}  | ${'RateLimitedError'}    | ${'http-429'}      | ${3_000}
    ${429} | ${null}               | ${null}   | ${'RateLimitedError'}    | ${'http-429'}      | ${10_000}
    ${429} | ${DAILY_LIMIT}        | ${null}   | ${'QuotaExhaustedError'} | ${'daily-limit'}   | ${undefined}
    ${477} | ${null}               | ${86_400_000} | ${'RateLimitedError'} | ${'http-477'}     | ${86_400_000}
    ${488} | ${null}               | ${null}   | ${'PlanError'}           | ${'wrong-host'}    | ${undefined}
    ${301} | ${null}               | ${null}   | ${'PlanError'}           | ${'wrong-host'}    | ${undefined}
    ${404} | ${{ status: 'error' }} | ${null}  | ${'PlanError'}           | ${'http-404'}      | ${undefined}
  `('makes $status $body.policyName$body.category a $type $code', ({ status, body, told, type, code, retryAfterMs }: { status: number; body: unknown; told: number | null; type: string; code: string; retryAfterMs?: number }) => {
    const error = toCallError(CREATE, anAnswer(status, body, told));

    expect({ type: error.type, code: error.details.code, retryAfterMs: error.details.retryAfterMs }).toEqual({ type, code, retryAfterMs });
    expect(error.details.mayHaveLanded ?? false).toBe(false);
  });

  it.each([500, 502, 503, 504, 521, 524])('leaves open whether a write that was answered %i has landed', (status) => {
    const write = toCallError(CREATE, anAnswer(status));
    const read = toCallError(READ, anAnswer(status));

    expect(write).toMatchObject({ type: 'TransientError', details: { code: `http-${status}`, mayHaveLanded: true } });
    expect(read).toMatchObject({ type: 'TransientError', details: { code: `http-${status}`, mayHaveLanded: false } });
  });

  it('names the missing scope, the object, the correlation id and what to do', () => {
    const { message } = toCallError(READ, anAnswer(403, MISSING_SCOPES));

    expect(message).toBe('HubSpot answered 403 to contacts batch/read [correlation id c-1]: the token lacks a scope, one of: crm.objects.deals.read. Grant it to the app, then resume.');
  });

  it('decides by policy, not by message text', () => {
    const misleading = toCallError(CREATE, anAnswer(429, { ...DAILY_LIMIT, message: 'You have reached your secondly limit.' }));

    expect(misleading.type).toBe('QuotaExhaustedError');
  });

  it("repeats none of the vendor's words", () => {
    const { message } = toCallError(CREATE, anAnswer(418, { ...UNKNOWN_PROPERTY, message: 'canary@example.com is taken' }));

    expect(message).not.toContain('canary');
  });
});

describe('toFailureError', () => {
  it.each`
    reached           | failureCode       | call      | code                 | mayHaveLanded
    ${'nothing-sent'} | ${'ECONNREFUSED'} | ${CREATE} | ${'unreachable'}     | ${false}
    ${'nothing-sent'} | ${'ENOTFOUND'}    | ${CREATE} | ${'unreachable'}     | ${false}
    ${'nothing-sent'} | ${'timeout'}      | ${CREATE} | ${'unreachable'}     | ${false}
    ${'nothing-sent'} | ${'aborted'}      | ${CREATE} | ${'aborted'}         | ${false}
    ${'perhaps-sent'} | ${'ECONNRESET'}   | ${CREATE} | ${'connection-lost'} | ${true}
    ${'perhaps-sent'} | ${'timeout'}      | ${CREATE} | ${'timeout'}         | ${true}
    ${'perhaps-sent'} | ${'aborted'}      | ${CREATE} | ${'aborted'}         | ${true}
    ${'perhaps-sent'} | ${'ECONNRESET'}   | ${READ}   | ${'connection-lost'} | ${false}
  `('calls $failureCode ($reached) of a $call.kind $code, landed perhaps: $mayHaveLanded', ({ reached, failureCode, call, code, mayHaveLanded }: { reached: TransportFailure['reached']; failureCode: string; call: CallName; code: string; mayHaveLanded: boolean }) => {
    const error = toFailureError(call, new TransportFailure(reached, failureCode));

    expect(error).toMatchObject({ type: 'TransientError', details: { code, mayHaveLanded } });
  });
});
