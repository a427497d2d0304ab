import { portalProbeDelayMs, quotaProbeDelayMs, untilResetMs } from '../../domain/quota-wait';

const MINUTE_MS = 60_000;

describe('untilResetMs', () => {
  it.each([
    { waitMs: 20_000, random: 0, expected: 20_000 },
    { waitMs: 20_000, random: 1, expected: 21_000 },
    { waitMs: 10 * 3_600_000, random: 1, expected: 10 * 3_600_000 + MINUTE_MS },
    { waitMs: -5_000, random: 1, expected: 1_000 },
  ])('waits $expected ms for $waitMs ms at random $random', ({ waitMs, random, expected }) => {
    expect(untilResetMs({ nowMs: 1_000_000, resetsAtMs: 1_000_000 + waitMs, random })).toBe(expected);
  });
});

describe('quotaProbeDelayMs', () => {
  it('doubles from 15 minutes to 2 hours', () => {
    expect([0, 1, 2, 3, 4, 40].map((attempt) => quotaProbeDelayMs(attempt) / MINUTE_MS)).toEqual([15, 30, 60, 120, 120, 120]);
  });
});

describe('portalProbeDelayMs', () => {
  it('doubles from 1 to 15 minutes', () => {
    expect([0, 1, 2, 3, 4, 5].map((attempt) => portalProbeDelayMs(attempt) / MINUTE_MS)).toEqual([1, 2, 4, 8, 15, 15]);
  });
});
