const WINDOW_MS = 10_000;

/** Calls a second over the last ten seconds, from a counter that only grows. */
export class CallRate {
  private samples: readonly { readonly atMs: number; readonly count: number }[] = [];

  /** @returns calls per second; null until two samples differ in time */
  observe(count: number, atMs: number): number | null {
    this.samples = [...this.samples.filter((sample) => sample.atMs >= atMs - WINDOW_MS), { atMs, count }];
    const [first] = this.samples;
    return first === undefined || first.atMs === atMs ? null : ((count - first.count) * 1000) / (atMs - first.atMs);
  }
}
