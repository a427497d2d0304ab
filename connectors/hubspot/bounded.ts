/**
 * Runs tasks side by side, `limit` at a time. After the first failure nothing more is started: its error is the one to hear about, and calls cost quota.
 * The rejection of a task that was never started is that same error.
 */
export function createBounded(limit: number): <Result>(task: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  let failure: { readonly error: unknown } | null = null;

  return async (task) => {
    if (running >= limit) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      if (failure !== null) {
        throw failure.error;
      }
      return await task();
    } catch (error) {
      failure ??= { error };
      throw error;
    } finally {
      // A place is handed on, not given up: nobody can slip in between.
      const next = waiting.shift();
      if (next === undefined) {
        running -= 1;
      } else {
        next();
      }
    }
  };
}
