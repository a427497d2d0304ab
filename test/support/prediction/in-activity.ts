import { asyncLocalStorage, Context } from '@temporalio/activity';

const neverCancelled = new AbortController().signal;

/** Runs one activity once. Heartbeats and cancellation are Temporal's: here nothing is cancelled and nobody waits for a sign of life. */
export function inActivity<T>(work: () => Promise<T>): Promise<T> {
  return asyncLocalStorage.run(new Context({} as never, new Promise<never>(() => undefined), neverCancelled, () => undefined, undefined, {} as never, {} as never, {}), work);
}
