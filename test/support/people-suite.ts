/**
 * The suites of people's edits: each schedule is drawn from a seed alone, driven against a portal of its own and judged. `PORTAGE_TEST_SEED=123` runs that one and tells
 * its edits; `PORTAGE_TEST_SEED=301-900` runs those.
 */
import { basename } from 'node:path';
import { askedSeeds } from './driver/asked-seeds';
import { openCases } from './driver/cases';
import { LAWS } from './people-laws';
import type { PeopleEnd } from './people-runner';

/** After so many broken schedules the rest says nothing new. */
const ENOUGH_BROKEN = 5;

export function describePeopleEdits(file: string, counts: { readonly anywhere: number; readonly inGap: number }, timeoutMs: number): void {
  const suite = basename(file, '.test.ts');

  describe('a migration while people work in the portal', () => {
    const cases = openCases('people');
    afterAll(() => cases.close());

    it.each([
      { what: 'loses nothing of theirs, and names what they changed', gap: 'avoid' as const, count: counts.anywhere },
      { what: 'names what they set between its look and its write', gap: 'only' as const, count: counts.inGap },
    ])('$what, $count times', async ({ gap, count }) => {
      const totals = createTotals();
      const broken: string[] = [];
      const seeds = askedSeeds() ?? Array.from({ length: count }, (_, place) => place + 1);
      for (const seed of seeds) {
        const end = await cases.run({ seed, gap });
        totals.add(end);
        if (seeds.length === 1) {
          process.stdout.write(`${traceOf(end).join('\n')}\n`);
        }
        if (end.judgement.breaches.length > 0) {
          const long = suite.includes('.long') ? 'PORTAGE_TEST_LONG=1 ' : '';
          broken.push([`seed ${seed}:`, ...end.judgement.breaches.map(({ law, words }) => `  ${law}: ${words}`), `  ${long}PORTAGE_TEST_SEED=${seed} npx jest test/activities/${suite} --selectProjects activities -t ${gap === 'avoid' ? 'loses' : 'names.what.they.set'}`].join('\n'));
        }
        if (broken.length === ENOUGH_BROKEN) {
          break;
        }
      }
      process.stdout.write(`${suite}, edits ${gap === 'avoid' ? 'anywhere but in the gap' : 'in the gap'}: ${totals.told()}\n`);

      expect(broken.join('\n\n')).toBe('');
    }, timeoutMs);
  });
}

function traceOf({ schedule, state, edits, calls, differences, judgement }: PeopleEnd): readonly string[] {
  return [
    JSON.stringify({ ...schedule, edits: schedule.edits.length, state }),
    ...calls.flatMap(({ number, method, path, inputCount, status }, place) => {
      const at = (when: string) => edits.filter((done) => done.at.call === place && done.at.when === when).map(({ edit, id, mergedId }) => `    ${JSON.stringify({ id, mergedId, ...edit })}`);
      return [...at('before'), `${number} ${method} ${path} ${inputCount} ${status}`, ...at('after')];
    }),
    ...differences.map((each) => JSON.stringify(each)),
    JSON.stringify(judgement, null, 1),
  ];
}

function createTotals() {
  const edits: Record<string, number> = {};
  const breaches: Record<string, number> = {};
  const counts = { schedules: 0, back: 0, edits: 0, done: 0, namedInGap: 0, matchedSince: 0, deletedSince: 0, mergedSince: 0 };
  const add = (sums: Record<string, number>, name: string, count = 1): void => void (sums[name] = (sums[name] ?? 0) + count);
  return {
    add({ schedule, edits: done, judgement: { breaches: found, ...more } }: PeopleEnd): void {
      done.forEach(({ edit }) => add(edits, edit.action));
      found.forEach(({ law }) => add(breaches, law));
      Object.entries({ schedules: 1, back: schedule.direction === 'back' ? 1 : 0, edits: schedule.edits.length, done: done.length, ...more }).forEach(([name, count]) => add(counts, name, count));
    },
    told: (): string =>
      `${counts.schedules} schedules (${counts.back} with a rollback), ${counts.done} of ${counts.edits} edits took effect (${Object.entries(edits).sort().map(([name, count]) => `${name} ${count}`).join(', ')}); ` +
      `matched since the plan ${counts.matchedSince}, deleted and named ${counts.deletedSince}, merged and named ${counts.mergedSince}, overwritten in the gap and named ${counts.namedInGap}; ` +
      `${LAWS.map((law) => `${law} ${breaches[law] ?? 0}`).join(', ')}`,
  };
}
