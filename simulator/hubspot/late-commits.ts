import type { SimulatorClock } from '../clock';

interface LateCommit {
  readonly dueMs: number;
  readonly commit: () => void;
  readonly timer: NodeJS.Timeout;
}

/** Calls that are carried out after their connection has ended. Each commits once: by a timer, or when the clock is advanced past its instant. */
export class LateCommits {
  private readonly waiting = new Set<LateCommit>();

  constructor(private readonly clock: SimulatorClock) {}

  get pending(): number {
    return this.waiting.size;
  }

  add(delayMs: number, commit: () => void): void {
    const late: LateCommit = { dueMs: this.clock.nowMs() + delayMs, commit, timer: setTimeout(() => this.carryOut(late), delayMs) };
    // A simulator that is closed does not stay for them.
    late.timer.unref();
    this.waiting.add(late);
  }

  /** Carries out what is due by the clock, in order of the instants. */
  catchUp(): void {
    const due = [...this.waiting].filter(({ dueMs }) => dueMs <= this.clock.nowMs()).sort((one, other) => one.dueMs - other.dueMs);
    for (const late of due) this.carryOut(late);
  }

  /** They were about a portal that is gone. */
  forget(): void {
    for (const { timer } of this.waiting) clearTimeout(timer);
    this.waiting.clear();
  }

  private carryOut(late: LateCommit): void {
    clearTimeout(late.timer);
    if (this.waiting.delete(late)) late.commit();
  }
}
