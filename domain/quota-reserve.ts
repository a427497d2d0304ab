import type { QuotaFacts } from './portal-snapshot.schema';

/** What the headers of answers last told of the day's quota. */
export interface LearnedQuota {
  readonly limit: number | null;
  readonly remaining: number | null;
  /** ISO-8601. */
  readonly learnedAt: string | null;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * Is what is left today within the reserve? Headers learned before the last reset tell nothing of today: then the portal's own figure decides, if it gives one.
 * @param reserve share of the day's limit that stays for other apps, 0..1
 * @param asked what the portal says now; null when it has not been asked
 */
export function isReserveReached(learned: LearnedQuota, asked: QuotaFacts | null, reserve: number): boolean {
  const byHeaders = isWithin(learned.limit, learned.remaining, reserve);
  if (asked === null) {
    return byHeaders;
  }
  const learnedToday = learned.learnedAt !== null && Date.parse(learned.learnedAt) >= Date.parse(asked.resetsAt) - DAY_MS;
  return (byHeaders && learnedToday) || isWithin(asked.limit, asked.remaining, reserve);
}

function isWithin(limit: number | null, remaining: number | null, reserve: number): boolean {
  return limit !== null && remaining !== null && remaining <= reserve * limit;
}
