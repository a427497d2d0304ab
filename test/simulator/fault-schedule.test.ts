import { createFaultPlanner } from '../../simulator/faults';
import { faultPlanBody } from '../../simulator/hubspot/fault-plan-body';
import { randomFaultPlan } from '../support/fault-schedule';

const SEEDS = Array.from({ length: 300 }, (_, place) => place + 1);

describe('randomFaultPlan', () => {
  it('gives the same plan for the same seed, and others for others', () => {
    const plans = new Set(SEEDS.map((seed) => JSON.stringify(randomFaultPlan(seed))));

    expect(randomFaultPlan(7)).toEqual(randomFaultPlan(7));
    expect(plans.size).toBe(SEEDS.length);
  });

  it.each([1, 2, 3, 100, 299])('is a plan that the simulator takes (seed %i)', (seed) => {
    expect(faultPlanBody.parse(randomFaultPlan(seed))).toEqual(randomFaultPlan(seed));
  });

  it('ends: one to six rules, each of a few strikes', () => {
    const plans = SEEDS.map(randomFaultPlan);

    expect(plans.every(({ rules }) => rules.length >= 1 && rules.length <= 6)).toBe(true);
    expect(plans.flatMap(({ rules }) => rules).every(({ times }) => times !== undefined && times <= 3)).toBe(true);
  });

  it('draws every kind that a run survives by itself, and none that needs a person', () => {
    const kinds = new Set(SEEDS.flatMap((seed) => randomFaultPlan(seed).rules.map(({ fault }) => fault.kind)));

    expect([...kinds].sort()).toEqual([
      'answer-cut-short',
      'answer-lost-after-commit',
      'commits-late',
      'connection-reset',
      'locked',
      'not-json',
      'rate-limited',
      'request-lost',
      'results-missing',
      'results-repeated',
      'slow',
      'status',
    ]);
  });

  it('strikes in most schedules, with every kind', () => {
    const calls = ['properties/contacts/batch/create', ...Array.from({ length: 10 }, () => ['objects/contacts/batch/read', 'objects/contacts/batch/create', 'associations/contacts/companies/batch/create']).flat()];
    const struck = SEEDS.map((seed) => {
      const planner = createFaultPlanner();
      planner.set(randomFaultPlan(seed));
      return calls.flatMap((call) => planner.meet('POST', `/crm/${call}`).fault?.kind ?? []);
    });

    expect(struck.filter((kinds) => kinds.length > 0).length).toBeGreaterThan(SEEDS.length * 0.8);
    expect(new Set(struck.flat()).size).toBe(12);
  });
});
