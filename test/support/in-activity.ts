import { asyncLocalStorage, Context } from '@temporalio/activity';

/** Heartbeats and cancellation are Temporal's: here nothing is cancelled and nobody waits for a sign of life. */
const everywhere = new Context({} as never, new Promise<never>(() => undefined), new AbortController().signal, () => undefined, undefined, {} as never, {} as never, {});

/** Runs one activity once. Whoever is in no activity of Temporal's has one and the same context: to carry one along with the calls makes every promise of the process dearer. */
export function inActivity<T>(work: () => Promise<T>): Promise<T> {
  Context.current = () => asyncLocalStorage.getStore() ?? everywhere;
  return work();
}
