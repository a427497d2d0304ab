import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats an expectation until it holds; after `patienceMs` its last failure counts. */
export async function eventually(expectation: () => void | Promise<void>, patienceMs = 20_000): Promise<void> {
  for (const deadline = Date.now() + patienceMs; ; ) {
    try {
      await expectation();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(25);
    }
  }
}
