import fc from 'fast-check';
import { callCalendar, leftToday } from '../../domain/call-calendar';
import type { PlanSummary } from '../../domain/plan-summary.schema';

const aQuota = (change: Partial<NonNullable<PlanSummary['quota']>> = {}): NonNullable<PlanSummary['quota']> => ({ limit: 1_000, remaining: 600, resetsAt: '2026-11-23T05:00:00.000Z', timeZone: 'America/New_York', reserve: 0.25, ...change });

describe('callCalendar', () => {
  it('fills today with what is left above the reserve, and each further day with what the reserve lets through', () => {
    const days = callCalendar({ calls: { properties: 50, companies: 400, relink: 700 }, quota: aQuota() });

    expect(days).toEqual([
      { day: '2026-11-22', calls: 350, phases: ['properties', 'companies'] },
      { day: '2026-11-23', calls: 750, phases: ['companies', 'relink'] },
      { day: '2026-11-24', calls: 50, phases: ['relink'] },
    ]);
  });

  it('begins on the next day where today is within the reserve', () => {
    expect(callCalendar({ calls: { companies: 10 }, quota: aQuota({ remaining: 200 }) })).toEqual([
      { day: '2026-11-22', calls: 0, phases: [] },
      { day: '2026-11-23', calls: 10, phases: ['companies'] },
    ]);
  });

  it("names the portal's own days, whichever way its clocks change", () => {
    const days = callCalendar({ calls: { companies: 2_500 }, quota: aQuota({ remaining: 1_000, reserve: 0, resetsAt: '2026-11-01T04:00:00.000Z' }) });

    expect(days.map(({ day }) => day)).toEqual(['2026-10-31', '2026-11-01', '2026-11-02']);
  });

  it('has nothing to say where the portal states no limit, or the reserve leaves nothing', () => {
    expect([callCalendar({ calls: { companies: 5 }, quota: null }), callCalendar({ calls: { companies: 5 }, quota: aQuota({ limit: null }) }), callCalendar({ calls: { companies: 5 }, quota: aQuota({ reserve: 1 }) })]).toEqual([[], [], []]);
  });

  it('makes every call once and never more on a day than that day has', () => {
    const calls = fc.record({ properties: fc.nat(100), companies: fc.nat(2_000), relink: fc.nat(2_000) });
    fc.assert(
      fc.property(calls, fc.nat(1_000), fc.constantFrom(0, 0.25, 0.6), (byPhase, remaining, reserve) => {
        const quota = aQuota({ remaining, reserve });

        const days = callCalendar({ calls: byPhase, quota });

        expect(days.reduce((sum, { calls: made }) => sum + made, 0)).toBe(byPhase.properties + byPhase.companies + byPhase.relink);
        expect(days.every(({ calls: made }, at) => made <= (at === 0 ? (leftToday(quota) ?? 0) : Math.floor(1_000 * (1 - reserve))))).toBe(true);
      }),
    );
  });
});
