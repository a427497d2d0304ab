import type { Socket } from 'node:net';
import type { SimulatorClock } from '../clock';

interface LateCommit {
  readonly dueMs: number;
  readonly commit: () => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Calls whose connection has ended and that are carried out all the same: because a fault plan wants it, each once, by a timer or when the clock is advanced past
 * its instant; and because their client gave up, or died, while they were on their way.
 */
export class LateCommits {
  private readonly waiting = new Set<LateCommit>();
  private readonly abandoned = new Set<object>();

  constructor(private readonly clock: SimulatorClock) {}

  get pending(): number {
    return this.waiting.size + this.abandoned.size;
  }

  add(delayMs: number, commit: () => void): void {
    const late: LateCommit = { dueMs: this.clock.nowMs() + delayMs, commit, timer: setTimeout(() => this.carryOut(late), delayMs) };
    // A simulator that is closed does not stay for them.
    late.timer.unref();
    this.waiting.add(late);
  }

  /** Counts a call that is on its `way` to its commit from the moment its client is gone. */
  async watch(connection: Socket, way: () => Promise<void>): Promise<void> {
    const call = {};
    const onGone = (): void => void this.abandoned.add(call);
    connection.once('close', onGone);
    await way();
    connection.off('close', onGone);
    this.abandoned.delete(call);
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
    this.abandoned.clear();
  }

  private carryOut(late: LateCommit): void {
    clearTimeout(late.timer);
    if (this.waiting.delete(late)) late.commit();
  }
}
