import type { Lane, LimitFacts } from '../../domain/pace';
import type { ErrorEnvelope } from './responses';

/** Waits by policy where the answer names none: as long as the window that was used up. Source: usage guidelines, observed 429 bodies, 2026-09. */
const TEN_SECONDLY_WAIT_MS = 10_000;
const SECONDLY_WAIT_MS = 1_000;

/** The policy of a used-up day; it opens again at midnight of the account, not after a back-off. */
export const DAILY_POLICY = 'DAILY';

/** What an answer's headers say of the limits; null where they say nothing, as those of search. */
export function toLimitFacts(lane: Lane, headers: Readonly<Record<string, string>>): LimitFacts | null {
  const facts: LimitFacts = {
    lane,
    windowMs: toCount(headers['x-hubspot-ratelimit-interval-milliseconds']),
    windowLimit: toCount(headers['x-hubspot-ratelimit-max']),
    dailyLimit: toCount(headers['x-hubspot-ratelimit-daily']),
    dailyRemaining: toCount(headers['x-hubspot-ratelimit-daily-remaining']),
  };
  return facts.windowLimit === null && facts.dailyRemaining === null ? null : facts;
}

/** How long a 429 that is not the day's closes its lanes. */
export function burstWaitMs(envelope: ErrorEnvelope | null, toldMs: number | null): number {
  return toldMs ?? (envelope?.policyName === 'SECONDLY' ? SECONDLY_WAIT_MS : TEN_SECONDLY_WAIT_MS);
}

function toCount(header: string | undefined): number | null {
  return header !== undefined && /^\d+$/.test(header.trim()) ? Number(header) : null;
}
