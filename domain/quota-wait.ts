/**
 * How long to wait before the portal is asked again. Every wait here is a workflow timer: it outlives workers and servers.
 */
const MINUTE_MS = 60_000;
/** Migrations that share a quota must not wake in the same second: up to a minute later, at most 5 % of the wait. */
const MAX_JITTER_MS = MINUTE_MS;
const MAX_JITTER_SHARE = 0.05;
const QUOTA_FIRST_MS = 15 * MINUTE_MS;
const QUOTA_LAST_MS = 120 * MINUTE_MS;
const PORTAL_LAST_MS = 15 * MINUTE_MS;

/** Milliseconds until the day's quota is worth a probe. @param random from 0 to 1 */
export function untilResetMs({ nowMs, resetsAtMs, random }: { readonly nowMs: number; readonly resetsAtMs: number; readonly random: number }): number {
  const waitMs = Math.max(0, resetsAtMs - nowMs);
  return Math.max(1_000, Math.ceil(waitMs + random * Math.min(MAX_JITTER_MS, waitMs * MAX_JITTER_SHARE)));
}

/** The reset has passed and the quota is still used up: 15 min, doubling to 2 h. @param attempt from 0 */
export const quotaProbeDelayMs = (attempt: number): number => Math.min(QUOTA_LAST_MS, QUOTA_FIRST_MS * 2 ** attempt);

/** The portal does not answer: 1 min, doubling to 15 min. @param attempt from 0 */
export const portalProbeDelayMs = (attempt: number): number => Math.min(PORTAL_LAST_MS, MINUTE_MS * 2 ** attempt);
