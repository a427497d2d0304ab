import type { Lane } from '../domain/pace';

export interface LaneLimit {
  readonly windowMs: number;
  readonly windowLimit: number;
}

// Until the first header: the smallest limit of any account, and five searches a second. HubSpot, usage guidelines, 2026-09.
const UNTIL_LEARNED: Readonly<Record<Lane, LaneLimit>> = {
  general: { windowMs: 10_000, windowLimit: 100 },
  search: { windowMs: 1_000, windowLimit: 5 },
  associations: { windowMs: 10_000, windowLimit: 100 },
};
// 3 % below the limit pays for calls that leave up to 2 % of a window late: 0.97 × 1.02 < 1.
const SHARE_OF_LIMIT = 0.97;
const LATE_SHARE_OF_WINDOW = 0.02;

/** Milliseconds between two slots of a lane. @param rate share of the limit to use, 0..1 */
export function spacingMs(lane: Lane, learned: LaneLimit | null, rate: number): number {
  const { windowMs, windowLimit } = learned ?? UNTIL_LEARNED[lane];
  return windowMs / (SHARE_OF_LIMIT * windowLimit * rate);
}

/** How late a slot may be used: 200 ms where the window is 10 s. */
export function latenessAllowedMs(lane: Lane, learned: LaneLimit | null): number {
  return LATE_SHARE_OF_WINDOW * (learned ?? UNTIL_LEARNED[lane]).windowMs;
}
