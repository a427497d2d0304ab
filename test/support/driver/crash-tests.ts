/** The tests of one share of the crash points: all of them, before and after. The shares are suites of their own, so that they run side by side. */
import { crashPointsInCode } from '../crash-points-in-code';
import { THROUGH_TEMPORAL } from './crash-lives';
import { openCases } from './cases';
import { toTable } from './crash-suite';
import type { Killed } from './crash-suite';

/** What the driver has under way at once. */
const WINDOW_BATCHES = 2;
/**
 * A batch of creates in doubt is looked for by its keys, then among the archived; updates and associations are asked about, and read once more before they are sent
 * again, associations from both ends. What is undone is looked at anew: its records, their history, and what people attached to them, by type.
 */
const LOOKS_A_BATCH = { forward: 3, back: 8 };
/** Two runs of a second each, on a machine that does much else. */
const TIMEOUT_MS = 240_000;

/** Whatever a process of activities passes; the rest is passed by a worker alone. */
export const drivenPoints = () => crashPointsInCode().filter((point) => !THROUGH_TEMPORAL.includes(point));

/** @param share 0 or 1: every second point */
export function describeCrashes(share: 0 | 1): void {
  const runs = openCases('crashes');
  const results: Killed[] = [];
  afterAll(async () => {
    await runs.close();
    process.stderr.write(`\n${toTable(results)}\n`);
  });

  const cases = drivenPoints()
    .filter((_, index) => index % 2 === share)
    .flatMap((point) => [{ side: 'before' as const, point }, { side: 'after' as const, point }]);

  describe('a process that is killed', () => {
    it.each(cases)('$side $point costs no record and no second write', async ({ side, point }) => {
      const killed = await runs.run({ point, side });
      results.push(killed);
      const { signal, diedAt, end, undisturbed } = killed;

      expect({ signal, diedAt }).toEqual({ signal: 'SIGKILL', diedAt: `${side} ${point}` });
      expect({ ...end, looks: 0, calls: 0 }).toEqual({ ...undisturbed, looks: 0, calls: 0 });
      expect({ inDoubt: end.inDoubt, collisions: end.collisions }).toEqual({ inDoubt: 0, collisions: 0 });
      expect(end.looks - undisturbed.looks).toBeLessThanOrEqual(WINDOW_BATCHES * LOOKS_A_BATCH[end.state === 'rolled-back' ? 'back' : 'forward']);
    }, TIMEOUT_MS);
  });
}
