import type { Fault, FaultPlan, FaultRule, ScheduledEvent } from '../../simulator/control-plane';
import { createSeededRandom, type SeededRandom } from '../../simulator/seeded-random';

/** Which calls a rule may be about. Half of them are the writes, where a fault costs most. */
const WRITES = '^POST .*/(objects|associations)/.*/batch/(create|update)$';
const PATHS: readonly (string | undefined)[] = [
  undefined,
  WRITES,
  '^POST .*/contacts/batch/create$',
  '^POST .*/objects/.*/batch/(create|update|archive)$',
  '/batch/read',
  '^POST .*/associations/.*/batch/create$',
  '/associations/',
  '^(POST|PATCH|DELETE) .*/(properties|pipelines)/',
];
const SERVER_ERRORS = [500, 502, 503, 504, 524] as const;
const MOST_RULES = 6;
/** Fewer than the five attempts of a batch, so that one rule alone never uses them up. */
const MOST_STRIKES = 3;
const LAST_CALL_NUMBER = 25;
const LONGEST_DELAY_MS = 20;
/** Calls per 10 s that a portal may shrink to: the lowest and the highest of the vendor's tiers. Never to so few that a suite waits. */
const [LOWEST_BURST, HIGHEST_BURST] = [100, 190];

/**
 * A random schedule of faults that a run must survive without a person: 1 to 6 rules, each striking three times at most, so that the run ends. The same seed gives
 * the same schedule. Left out on purpose: whatever waits for a person (tokens), for midnight (the day's quota) or changes what a run should end with (refusals).
 */
export function randomFaultPlan(seed: number): FaultPlan {
  const random = createSeededRandom(seed);
  const rules = Array.from({ length: between(random, 1, MOST_RULES) }, () => randomRule(random));
  return random() < 0.3 ? { seed, rules, events: [shrinkingLimits(random)] } : { seed, rules };
}

function shrinkingLimits(random: SeededRandom): ScheduledEvent {
  return { when: 'before', callNumbers: [between(random, 1, LAST_CALL_NUMBER)], event: { kind: 'limits', change: { burst: between(random, LOWEST_BURST, HIGHEST_BURST) } } };
}

function randomRule(random: SeededRandom): FaultRule {
  const fault = pick(random, KINDS)(random);
  // A read that leaves out what is there is a lie that no later read corrects: it changes what a plan says, and is left to suites that look for just that.
  const path = fault.kind === 'results-missing' ? WRITES : pick(random, PATHS);
  const times = between(random, 1, MOST_STRIKES);
  const occasion = random() < 0.6 ? { callNumbers: someNumbers(random) } : { probability: 0.05 + random() * 0.45 };
  return { fault, times, ...occasion, ...(path === undefined ? {} : { path }) };
}

const KINDS: readonly ((random: SeededRandom) => Fault)[] = [
  () => ({ kind: 'request-lost' }),
  () => ({ kind: 'answer-lost-after-commit' }),
  (random) => ({ kind: 'connection-reset', when: beforeOrAfter(random) }),
  (random) => ({ kind: 'status', status: pick(random, SERVER_ERRORS), when: beforeOrAfter(random) }),
  () => ({ kind: 'locked' }),
  (random) => ({ kind: 'rate-limited', policy: pick(random, ['TEN_SECONDLY_ROLLING', 'SECONDLY'] as const), ...(random() < 0.5 ? {} : { retryAfterSeconds: between(random, 1, 3) }) }),
  () => ({ kind: 'answer-cut-short' }),
  (random) => ({ kind: 'commits-late', delayMs: between(random, 1, LONGEST_DELAY_MS), ...(random() < 0.5 ? {} : { status: 524 }) }),
  (random) => ({ kind: 'not-json', when: beforeOrAfter(random), body: pick(random, ['web-page', 'half-json'] as const) }),
  // Never before the call: an empty 2xx is what an archive is answered, so that one which was not carried out could not be told.
  () => ({ kind: 'not-json', when: 'after', body: 'empty' }),
  (random) => ({ kind: 'results-missing', count: between(random, 1, MOST_STRIKES) }),
  (random) => ({ kind: 'results-repeated', count: between(random, 1, MOST_STRIKES) }),
  (random) => ({ kind: 'slow', delayMs: between(random, 1, LONGEST_DELAY_MS), when: beforeOrAfter(random) }),
];

function beforeOrAfter(random: SeededRandom): 'before' | 'after' {
  return random() < 0.5 ? 'before' : 'after';
}

function someNumbers(random: SeededRandom): number[] {
  const numbers = Array.from({ length: between(random, 1, MOST_STRIKES) }, () => between(random, 1, LAST_CALL_NUMBER));
  return [...new Set(numbers)].sort((one, other) => one - other);
}

/** A whole number from `low` to `high`, both included. */
function between(random: SeededRandom, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

function pick<T>(random: SeededRandom, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]!;
}
