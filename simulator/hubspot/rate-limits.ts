import type { SimulatorClock } from '../clock';
import type { LimitFigures, LimitsChange, LimitsState, RateLimitPolicy, Tier } from '../control-plane';
import { nextMidnightMs } from './account-midnight';

export type Lane = 'general' | 'search' | 'associations';

const WINDOW_MS = 10_000;
const DAY_MS = 86_400_000;

/** HubSpot docs, "API usage guidelines" (2026): privately distributed apps; associations from the guide "Associate records". */
const TIERS: Readonly<Record<Tier | 'off', LimitFigures>> = {
  free: { burst: 100, daily: 250_000, searchPerSecond: 5, associationsBurst: 100 },
  starter: { burst: 100, daily: 250_000, searchPerSecond: 5, associationsBurst: 100 },
  professional: { burst: 190, daily: 625_000, searchPerSecond: 5, associationsBurst: 150 },
  enterprise: { burst: 190, daily: 1_000_000, searchPerSecond: 5, associationsBurst: 150 },
  off: { burst: 1e9, daily: 1e9, searchPerSecond: 1e9, associationsBurst: 1e9 },
};

export interface Admission {
  /** The policy that refuses the call, if one does. */
  readonly refusedBy: RateLimitPolicy | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Counts calls against the burst windows and the day. A refused call takes no place in a window and none of the day
 * (whether it does on the real thing is not known).
 */
export class RateLimits {
  private figures: LimitFigures;
  private tier: LimitsState['tier'];
  private used = 0;
  private resetMs: number;
  private shifted = false;
  private readonly windows = new Map<string, RollingWindow>();

  constructor(
    private readonly clock: SimulatorClock,
    private readonly timeZone: string,
    tier: Tier | 'off',
  ) {
    this.tier = tier;
    this.figures = TIERS[tier];
    this.resetMs = nextMidnightMs(clock.nowMs(), timeZone);
  }

  admit(token: string, lane: Lane): Admission {
    const nowMs = this.clock.nowMs();
    this.startDayIfDue(nowMs);
    if (this.used >= this.figures.daily) return { refusedBy: 'DAILY', headers: this.headers(token, lane, nowMs) };
    const windows = this.windowsOf(token, lane);
    const full = windows.find(({ window, limit }) => window.countAt(nowMs) >= limit);
    if (!full) {
      for (const { window } of windows) window.add(nowMs);
      this.used += 1;
    }
    return { refusedBy: full?.policy, headers: this.headers(token, lane, nowMs) };
  }

  change({ tier, usedToday, ...figures }: LimitsChange): void {
    if (tier !== undefined) {
      this.tier = tier;
      this.figures = TIERS[tier];
    }
    const given = Object.entries(figures).filter(([, figure]) => figure !== undefined);
    if (given.length > 0) {
      this.tier = 'custom';
      this.figures = { ...this.figures, ...Object.fromEntries(given) };
    }
    if (usedToday !== undefined) {
      this.startDayIfDue(this.clock.nowMs());
      this.used = usedToday;
    }
  }

  /** Puts the account's midnight at this distance, and every 24 h after it. */
  resetIn(ms: number): void {
    this.startDayIfDue(this.clock.nowMs());
    this.resetMs = this.clock.nowMs() + ms;
    this.shifted = true;
  }

  state(): LimitsState {
    this.startDayIfDue(this.clock.nowMs());
    return { ...this.figures, tier: this.tier, usedToday: this.used, resetsAt: new Date(this.resetMs).toISOString() };
  }

  private startDayIfDue(nowMs: number): void {
    if (nowMs < this.resetMs) return;
    this.used = 0;
    if (this.shifted) this.resetMs += DAY_MS * (Math.floor((nowMs - this.resetMs) / DAY_MS) + 1);
    else this.resetMs = nextMidnightMs(nowMs, this.timeZone);
  }

  private windowsOf(token: string, lane: Lane): { window: RollingWindow; limit: number; policy: RateLimitPolicy }[] {
    const { burst, searchPerSecond, associationsBurst } = this.figures;
    // Search counts for the whole account, the others for each token.
    if (lane === 'search') return [{ window: this.window('search', 1_000), limit: searchPerSecond, policy: 'SECONDLY' }];
    const general = { window: this.window(`general ${token}`, WINDOW_MS), limit: burst, policy: 'TEN_SECONDLY_ROLLING' as const };
    if (lane === 'general') return [general];
    return [{ window: this.window(`associations ${token}`, WINDOW_MS), limit: associationsBurst, policy: 'TEN_SECONDLY_ROLLING' }, general];
  }

  private window(key: string, lengthMs: number): RollingWindow {
    const window = this.windows.get(key) ?? new RollingWindow(lengthMs);
    this.windows.set(key, window);
    return window;
  }

  /** HubSpot docs, "API usage guidelines": none on search. On associations they tell of the tighter of the two windows. */
  private headers(token: string, lane: Lane, nowMs: number): Record<string, string> {
    if (lane === 'search') return {};
    const [tightest] = this.windowsOf(token, lane)
      .map(({ window, limit }) => ({ limit, remaining: Math.max(0, limit - window.countAt(nowMs)) }))
      .sort((a, b) => a.limit - b.limit);
    const { limit, remaining } = tightest ?? { limit: 0, remaining: 0 };
    const secondly = Math.floor(limit / 10);
    return {
      'x-hubspot-ratelimit-max': String(limit),
      'x-hubspot-ratelimit-remaining': String(remaining),
      'x-hubspot-ratelimit-interval-milliseconds': String(WINDOW_MS),
      'x-hubspot-ratelimit-daily': String(this.figures.daily),
      'x-hubspot-ratelimit-daily-remaining': String(Math.max(0, this.figures.daily - this.used)),
      'x-hubspot-ratelimit-secondly': String(secondly),
      'x-hubspot-ratelimit-secondly-remaining': String(Math.min(secondly, remaining)),
    };
  }
}

/** Instants of the calls within the last `lengthMs`. */
class RollingWindow {
  private instants: number[] = [];
  private first = 0;

  constructor(private readonly lengthMs: number) {}

  add(atMs: number): void {
    this.instants.push(atMs);
  }

  countAt(nowMs: number): number {
    while (this.first < this.instants.length && (this.instants[this.first] ?? 0) <= nowMs - this.lengthMs) this.first += 1;
    if (this.first > 1_000) {
      this.instants = this.instants.slice(this.first);
      this.first = 0;
    }
    return this.instants.length - this.first;
  }
}
