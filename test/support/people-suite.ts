/**
 * The suites of people's edits: each schedule is drawn from a seed alone, driven against a portal of its own and judged. `PORTAGE_TEST_SEED=123` runs that one and tells
 * its edits; `PORTAGE_TEST_SEED=301-900` runs those.
 */
import { basename } from 'node:path';
import { OBJECT_TYPES } from '../../domain/object-type';
import { openDrivenScene } from './driver/driven-scene';
import type { DrivenScene } from './driver/driven-scene';
import { smallPortal } from './driver/small-export';
import { judge, LAWS, readAftermath } from './people-laws';
import type { Aftermath, Judgement } from './people-laws';
import { KEY, randomPeopleSchedule, toEvents } from './people-schedule';
import type { Landscape, LandscapeRecord, PeopleSchedule } from './people-schedule';

/** After so many broken schedules the rest says nothing new. */
const ENOUGH_BROKEN = 5;

export function describePeopleEdits(file: string, counts: { readonly anywhere: number; readonly inGap: number }, timeoutMs: number): void {
  const suite = basename(file, '.test.ts');

  describe('a migration while people work in the portal', () => {
    let scene: DrivenScene;
    let landscape: Landscape;
    beforeAll(async () => {
      scene = await openDrivenScene();
      landscape = await readLandscape(scene);
    }, timeoutMs);
    afterAll(() => scene.close());

    it.each([
      { what: 'loses nothing of theirs, and names what they changed', gap: 'avoid' as const, count: counts.anywhere },
      { what: 'names what they set between its look and its write', gap: 'only' as const, count: counts.inGap },
    ])('$what, $count times', async ({ gap, count }) => {
      const totals = createTotals();
      const broken: string[] = [];
      const seeds = askedSeeds() ?? Array.from({ length: count }, (_, place) => place + 1);
      for (const seed of seeds) {
        const schedule = randomPeopleSchedule(seed, landscape, gap);
        const aftermath = await runSchedule(scene, schedule, landscape);
        const judgement = judge(aftermath);
        totals.add(aftermath, judgement);
        if (seeds.length === 1) {
          process.stdout.write(`${traceOf(aftermath, judgement).join('\n')}\n`);
        }
        if (judgement.breaches.length > 0) {
          const long = suite.includes('.long') ? 'PORTAGE_TEST_LONG=1 ' : '';
          broken.push([`seed ${seed}:`, ...judgement.breaches.map(({ law, words }) => `  ${law}: ${words}`), `  ${long}PORTAGE_TEST_SEED=${seed} npx jest test/activities/${suite} --selectProjects activities -t ${gap === 'avoid' ? 'loses' : 'names.what.they.set'}`].join('\n'));
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

async function readLandscape(scene: DrivenScene): Promise<Landscape> {
  const run = await scene.begin({ window: 1 });
  const before = await scene.portal.dump();
  await run.drive();
  const { calls } = await scene.portal.calls();
  const { records } = await scene.portal.dump();
  const madeBy = (objectType: string, id: string, key: string | undefined): LandscapeRecord['made'] => {
    const wasThere = before.records[objectType]?.some((record) => record.id === id) === true;
    return !wasThere ? 'by-run' : key === undefined ? 'stranger' : 'matched';
  };
  const recordsOf = (objectType: string): readonly LandscapeRecord[] => (records[objectType] ?? []).map(({ id, properties }) => ({ id, properties, made: madeBy(objectType, id, properties[KEY]) }));
  return { calls, records: { companies: recordsOf('companies'), contacts: recordsOf('contacts'), deals: recordsOf('deals') } };
}

async function runSchedule(scene: DrivenScene, schedule: PeopleSchedule, landscape: Landscape): Promise<Aftermath> {
  const { onMatch, direction, switches } = schedule;
  const definition = { objects: Object.fromEntries(OBJECT_TYPES.map((objectType) => [objectType, { onMatch }])) };
  // One batch at a time: the same seed gives the same order of calls.
  const run = await scene.begin({ window: 1, direction, definition }, { ...smallPortal(), switches });
  const before = await scene.portal.dump();
  await scene.portal.faults({ rules: [], events: toEvents(schedule, landscape) });
  const state = await run.drive().then(
    (driven) => (Object.keys(driven.pauses).length > 0 ? `paused for ${JSON.stringify(driven.pauses)}` : driven.state),
    (error: unknown) => String(error),
  );
  return readAftermath(scene, run, schedule, landscape, before, state);
}

/** Null where nothing was asked for. */
function askedSeeds(): readonly number[] | null {
  const match = /^(\d+)(?:-(\d+))?$/.exec(process.env['PORTAGE_TEST_SEED'] ?? '');
  if (match === null) {
    return null;
  }
  const first = Number(match[1]);
  return Array.from({ length: Number(match[2] ?? first) - first + 1 }, (_, place) => first + place);
}

function traceOf({ schedule, state, edits, calls, differences }: Aftermath, judgement: Judgement): readonly string[] {
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
    add(aftermath: Aftermath, { breaches: found, ...more }: Judgement): void {
      aftermath.edits.forEach(({ edit }) => add(edits, edit.action));
      found.forEach(({ law }) => add(breaches, law));
      Object.entries({ schedules: 1, back: aftermath.schedule.direction === 'back' ? 1 : 0, edits: aftermath.schedule.edits.length, done: aftermath.edits.length, ...more }).forEach(([name, count]) => add(counts, name, count));
    },
    told: (): string =>
      `${counts.schedules} schedules (${counts.back} with a rollback), ${counts.done} of ${counts.edits} edits took effect (${Object.entries(edits).sort().map(([name, count]) => `${name} ${count}`).join(', ')}); ` +
      `matched since the plan ${counts.matchedSince}, deleted and named ${counts.deletedSince}, merged and named ${counts.mergedSince}, overwritten in the gap and named ${counts.namedInGap}; ` +
      `${LAWS.map((law) => `${law} ${breaches[law] ?? 0}`).join(', ')}`,
  };
}
