/** How long our clock may stand still before a slot that was taken earlier counts as stale (design: writing, step 4). */
const LONGEST_GAP_MS = 3_000;
const TICK_MS = 1_000;

/**
 * Tells whether this process was suspended between two moments. A slot taken before a suspension must not be used after it: the rate has moved on, and a write
 * that leaves minutes late may overtake what another worker did meanwhile.
 */
export interface FreshClock {
  /** Marks this moment. */
  mark(): number;
  /** Has the clock ticked without a gap from that mark up to now? */
  isSteadySince(mark: number): boolean;
  nowMs(): number;
}

/** What the fresh clock stands on: wall time, which goes on while a process is suspended, and a repeating timer. */
export interface TickSource {
  nowMs(): number;
  /** Calls `tick` every `periodMs` without keeping the process alive. */
  every(periodMs: number, tick: () => void): void;
}

export const SYSTEM_TICKS: TickSource = {
  nowMs: () => Date.now(),
  every: (periodMs, tick) => void setInterval(tick, periodMs).unref(),
};

export function createFreshClock(source: TickSource = SYSTEM_TICKS): FreshClock {
  let lastTickMs = source.nowMs();
  // Counted, not just compared with the last tick: after a suspension the timer may fire before the code that waited.
  let gapCount = 0;
  const tick = (): void => {
    const nowMs = source.nowMs();
    if (nowMs - lastTickMs > LONGEST_GAP_MS) {
      gapCount += 1;
    }
    lastTickMs = nowMs;
  };
  source.every(TICK_MS, tick);

  return {
    nowMs: () => source.nowMs(),
    mark() {
      tick();
      return gapCount;
    },
    isSteadySince(mark) {
      tick();
      return gapCount === mark;
    },
  };
}
