/** On which days the forecast calls fit into what the portal lets this migration use. */
import type { PlanSummary } from './plan-summary.schema';
import { dayOfInstant } from './portal-dates';
import type { CalendarDay } from './portal-dates';

export interface CallDay {
  /** In the portal's time zone: from one reset of the day's calls to the next. */
  readonly day: CalendarDay;
  readonly calls: number;
  /** What is worked on that day, in order. */
  readonly phases: readonly string[];
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** A run open for longer is none that a person would wait for: its rollback window has ended. */
const MOST_DAYS = 90;

/**
 * Fills day after day, the first with what is left of today above the reserve. Empty where the portal states no daily limit (all fits), or where the reserve
 * leaves nothing.
 */
export function callCalendar({ calls, quota }: Pick<PlanSummary, 'calls' | 'quota'>): readonly CallDay[] {
  if (quota === null || quota.limit === null) {
    return [];
  }
  const kept = quota.limit * quota.reserve;
  const usableADay = Math.floor(quota.limit - kept);
  if (usableADay <= 0) {
    return [];
  }
  const open = Object.entries(calls).map(([phase, count]) => ({ phase, left: count }));
  const days: CallDay[] = [];
  for (let at = 0; at < MOST_DAYS && open.some(({ left }) => left > 0); at += 1) {
    let room = at === 0 ? Math.max(0, Math.floor((quota.remaining ?? quota.limit) - kept)) : usableADay;
    const phases: string[] = [];
    let made = 0;
    for (const entry of open) {
      const taken = Math.min(room, entry.left);
      entry.left -= taken;
      room -= taken;
      made += taken;
      if (taken > 0) {
        phases.push(entry.phase);
      }
    }
    // Noon between two resets is the same day on both sides of a change of the clocks.
    const noon = new Date(Date.parse(quota.resetsAt) - DAY_MS / 2 + at * DAY_MS).toISOString();
    days.push({ day: dayOfInstant(noon, quota.timeZone) ?? noon.slice(0, 10), calls: made, phases });
  }
  return days;
}

/** The calls that are above the reserve today; null where the portal states no limit. */
export const leftToday = ({ limit, remaining, reserve }: NonNullable<PlanSummary['quota']>): number | null =>
  limit === null ? null : Math.max(0, Math.floor((remaining ?? limit) - limit * reserve));
