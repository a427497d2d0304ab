/** Lets callers within one process go one after another, in order of arrival. */
export interface Turns {
  /** Waits for its turn, unless aborted, and does `work` in it. Who leaves the queue holds nobody up. */
  inTurn<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
}

export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve();
  return {
    async inTurn(signal, work) {
      const before = last;
      let over: () => void = () => undefined;
      const mine = new Promise<void>((resolve) => (over = resolve));
      last = before.then(() => mine);
      try {
        await unlessAborted(before, signal);
        return await work();
      } finally {
        over();
      }
    },
  };
}

async function unlessAborted(event: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => (stop = resolve));
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([event, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
}
