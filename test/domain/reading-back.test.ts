import fc from 'fast-check';
import { wasCertainlyNotCarriedOut } from '../../domain/call-certainty';
import { MigrationError, MIGRATION_ERROR_TYPES } from '../../domain/migration-error';
import { changedSince } from '../../domain/property-history';
import { originFromStamp, stampOf } from '../../domain/provenance';
import { isReserveReached } from '../../domain/quota-reserve';
import { meansTheSame } from '../../domain/value-comparison';
import { differencesOf, expectedValues } from '../../domain/verification';
import type { WrittenRecord } from '../../domain/verification';

describe('meansTheSame', () => {
  it.each([
    { name: 'email', type: 'string', left: 'Ann@X.org', right: 'ann@x.org', same: true },
    { name: 'domain', type: 'string', left: 'ACME.com', right: 'acme.com', same: true },
    { name: 'city', type: 'string', left: 'Oslo', right: 'oslo', same: false },
    { name: 'city', type: 'string', left: ' Oslo ', right: 'Oslo', same: true },
    { name: 'city', type: 'string', left: '', right: null, same: true },
    { name: 'amount', type: 'number', left: '10.50', right: '10.5', same: true },
    { name: 'amount', type: 'number', left: '10', right: '11', same: false },
    { name: 'closedate', type: 'datetime', left: '2024-01-31T12:00:00Z', right: '1706702400000', same: true },
    { name: 'closedate', type: 'datetime', left: '2024-01-31T12:00:00Z', right: '2024-01-31T12:00:01Z', same: false },
    { name: 'day', type: 'date', left: '2024-01-31', right: '1706659200000', same: true },
    { name: 'kinds', type: 'enumeration', left: 'b;a', right: 'a;b', same: true },
    { name: 'kinds', type: 'enumeration', left: 'A', right: 'a', same: false },
    { name: 'done', type: 'bool', left: 'TRUE', right: 'true', same: true },
    { name: 'phone', type: 'phone_number', left: '+47 123', right: '+47123', same: false },
  ])('$name: $left and $right', ({ name, type, left, right, same }) => {
    expect(meansTheSame({ name, type }, left, right)).toBe(same);
  });

  it('is the same in both directions, and of a value with itself', () => {
    fc.assert(
      fc.property(fc.constantFrom('string', 'number', 'date', 'datetime', 'enumeration', 'bool'), fc.string(), fc.string(), (type, left, right) => {
        expect(meansTheSame({ name: 'x', type }, left, right)).toBe(meansTheSame({ name: 'x', type }, right, left));
        expect(meansTheSame({ name: 'x', type }, left, left)).toBe(true);
      }),
    );
  });
});

describe('expectedValues', () => {
  const record = (change: Partial<WrittenRecord>): WrittenRecord => ({ ordinal: 0, sourceId: 's', kind: 'create', outcome: 'created', targetId: '1', properties: { key: 's', a: '1', b: '2' }, preImage: null, postImage: null, ...change });

  it.each([
    { what: 'all that was planned, of a created record', change: {}, expected: { key: 's', a: '1', b: '2', migration_provenance: 'acme.1:created' } },
    { what: 'what the rule let through, of an updated one', change: { outcome: 'updated' as const, postImage: { a: '1', key: 's' } }, expected: { key: 's', a: '1', migration_provenance: 'acme.1:matched' } },
    { what: 'no stamp, of an unchanged one', change: { outcome: 'unchanged' as const, properties: { key: 's' } }, expected: { key: 's' } },
  ])('expects $what', ({ change, expected }) => {
    expect(expectedValues(record(change), 'acme.1', 'key')).toEqual(expected);
  });

  it('finds a cell that differs and one that is missing', () => {
    expect(differencesOf({ a: '1', b: '2', c: '3' }, { id: '1', archived: false, properties: { a: '1', b: 'x' } }, {})).toEqual([{ property: 'b', expected: '2', found: 'x' }, { property: 'c', expected: '3', found: null }]);
  });
});

describe('changedSince', () => {
  const same = (left: string | null, right: string | null): boolean => left === right;
  const at = (day: number, value: string, sourceType: string, sourceId = '1') => ({ value, sourceType, sourceId, userId: null, timestamp: `2026-01-0${day}T00:00:00Z` });

  it.each([
    { what: 'nothing after ours', history: [at(2, 'ours', 'INTEGRATION'), at(1, 'old', 'CRM_UI')], change: 'none' },
    { what: 'a user after ours', history: [at(1, 'ours', 'INTEGRATION'), at(2, 'new', 'CRM_UI')], change: 'person' },
    { what: 'another app after ours', history: [at(1, 'ours', 'INTEGRATION'), at(2, 'new', 'INTEGRATION', '2')], change: 'person' },
    { what: 'our own later call', history: [at(1, 'ours', 'INTEGRATION'), at(2, '', 'INTEGRATION')], change: 'none' },
    { what: 'a calculation after ours', history: [at(1, 'ours', 'INTEGRATION'), at(2, 'new', 'CALCULATED')], change: 'system' },
  ])('tells $what as $change', ({ history, change }) => {
    expect(changedSince(history, 'ours', same)).toBe(change);
  });
});

describe('originFromStamp', () => {
  it('knows this run’s stamps and no other', () => {
    expect([stampOf('acme.1', 'c'), stampOf('acme.1', 'm'), 'acme.2:created', 'acme.1', '', null, undefined].map((stamp) => originFromStamp(stamp, 'acme.1'))).toEqual(['c', 'm', null, null, null, null, null]);
  });
});

describe('isReserveReached', () => {
  const learned = (remaining: number, learnedAt = '2026-01-02T10:00:00Z') => ({ limit: 100, remaining, learnedAt });
  const asked = (remaining: number | null) => ({ limit: 100, remaining, resetsAt: '2026-01-03T05:00:00Z' });

  it.each([
    { what: 'more left than the reserve', facts: learned(26), answer: null, reached: false },
    { what: 'exactly the reserve', facts: learned(25), answer: null, reached: true },
    { what: 'headers of today against a portal that counts less', facts: learned(25), answer: asked(90), reached: true },
    { what: 'headers of yesterday, a new day', facts: learned(5, '2026-01-02T04:59:59Z'), answer: asked(100), reached: false },
    { what: 'headers of yesterday, a day used up already', facts: learned(5, '2026-01-02T04:00:00Z'), answer: asked(10), reached: true },
    { what: 'a portal without a limit', facts: { limit: null, remaining: null, learnedAt: null }, answer: null, reached: false },
  ])('$what', ({ facts, answer, reached }) => {
    expect(isReserveReached(facts, answer, 0.25)).toBe(reached);
  });
});

describe('wasCertainlyNotCarriedOut', () => {
  it('holds for refusals of the call, and for a transient error only when it says so', () => {
    const certain = MIGRATION_ERROR_TYPES.filter((type) => wasCertainlyNotCarriedOut(new MigrationError(type, '', { code: 'x' })));

    expect(certain).toEqual(['RateLimitedError', 'AuthorizationError', 'PlanError', 'QuotaExhaustedError', 'IdentityError']);
    expect(wasCertainlyNotCarriedOut(new MigrationError('TransientError', '', { code: 'x', mayHaveLanded: false }))).toBe(true);
    expect(wasCertainlyNotCarriedOut(new MigrationError('TransientError', '', { code: 'x', mayHaveLanded: true }))).toBe(false);
    expect(wasCertainlyNotCarriedOut(new Error('anything else'))).toBe(false);
  });
});
