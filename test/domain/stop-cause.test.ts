import { MIGRATION_ERROR_TYPES } from '../../domain/migration-error';
import { exitCodeOf, toStopCause } from '../../domain/stop-cause';

describe('toStopCause', () => {
  it.each([
    { type: 'QuotaExhaustedError', details: { code: 'a', resetsAt: '2026-11-23T00:00:00.000Z' }, cause: { kind: 'quota', until: '2026-11-23T00:00:00.000Z', code: 'a' } },
    { type: 'RateLimitedError', details: { code: 'a', retryAfterMs: 90_000 }, cause: { kind: 'portal-unavailable', until: '1970-01-01T00:01:30.000Z', code: 'rate-limited' } },
    { type: 'TransientError', details: { code: 'a' }, cause: { kind: 'portal-unavailable', until: null, code: 'a' } },
    { type: 'PortalUnavailableError', details: { code: 'a' }, cause: { kind: 'portal-unavailable', until: null, code: 'a' } },
    { type: 'AuthorizationError', details: { code: 'a' }, cause: { kind: 'authorization', until: null, code: 'a' } },
    { type: 'PlanError', details: { code: 'a' }, cause: { kind: 'portal-changed', until: null, code: 'a' } },
    { type: 'IdentityError', details: { code: 'a' }, cause: { kind: 'identity', until: null, code: 'a' } },
    { type: 'InvariantError', details: { code: 'a' }, cause: { kind: 'invariant', until: null, code: 'a' } },
    { type: 'TypeError', details: { code: 'unexpected-error' }, cause: { kind: 'invariant', until: null, code: 'unexpected-error' } },
  ])('pauses with $cause.kind on $type', ({ type, details, cause }) => {
    expect(toStopCause({ type, details }, 0)).toEqual(cause);
  });
});

describe('exitCodeOf', () => {
  it('has a code for every type, and prefers what the error says', () => {
    expect(Object.fromEntries([...MIGRATION_ERROR_TYPES, 'TypeError'].map((type) => [type, exitCodeOf({ type, details: { code: 'a' } })]))).toEqual({
      TransientError: 8,
      RateLimitedError: 8,
      AuthorizationError: 4,
      PlanError: 5,
      QuotaExhaustedError: 8,
      PortalUnavailableError: 8,
      IdentityError: 3,
      InvariantError: 1,
      TypeError: 1,
    });
    expect(exitCodeOf({ type: 'PlanError', details: { code: 'a', exitCode: 3 } })).toBe(3);
  });
});
