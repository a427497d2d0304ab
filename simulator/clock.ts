/** The only source of time in a simulator: the machine's clock plus an offset that the control plane can grow. Never runs backwards by itself. */
export interface SimulatorClock {
  nowMs(): number;
  offsetMs(): number;
  /** @throws RangeError when asked to go back */
  advance(byMs: number): void;
}

export function createClock(machineNowMs: () => number = Date.now): SimulatorClock {
  let offsetMs = 0;
  return {
    nowMs: () => machineNowMs() + offsetMs,
    offsetMs: () => offsetMs,
    advance(byMs) {
      if (!Number.isFinite(byMs) || byMs < 0) throw new RangeError('The clock only moves forward: advanceMs must be 0 or more.');
      offsetMs += byMs;
    },
  };
}
