import { sleep } from '@temporalio/workflow';
import { toActivityEnd } from './failed-call';

/** What the ledger refuses for good is mended from outside (a worker on the right ledger); without it nothing can be told to anybody. */
const ASK_AGAIN_MS = 60_000;

/** Does it until it is done: for what must not end a run, and needs no portal. */
export async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (toActivityEnd(error).end === 'failed') {
        await sleep(ASK_AGAIN_MS, { summary: 'until the ledger is asked again' });
      }
    }
  }
}
