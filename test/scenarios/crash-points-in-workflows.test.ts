import { isDeepStrictEqual } from 'node:util';
import type { CanonicalDump } from '../../simulator/control-plane';
import { openDrivenScene } from '../support/driver/driven-scene';
import { live, THROUGH_TEMPORAL } from '../support/driver/crash-lives';
import type { Story, StoryEnd } from '../support/driver/crash-lives';
import { collisionsIn, inDoubtIn, landedIn } from '../support/driver/crash-suite';
import { connectSuite } from '../support/temporal';
import type { SuiteTemporal } from '../support/temporal';

/** Several deaths in one migration: most of what a death costs is waiting for time-outs, and the stories wait side by side. */
const ALL_STORIES: Readonly<Record<string, Story>> = {
  steps: {
    deaths: [{ side: 'before', point: 'workflow:step' }, { side: 'after', point: 'workflow:step' }, { side: 'before', point: 'workflow:show' }, { side: 'after', point: 'workflow:show' }],
    end: 'verified',
  },
  starts: {
    deaths: [{ side: 'before', point: 'workflow:start-phase' }, { side: 'after', point: 'workflow:start-phase' }, { side: 'before', point: 'workflow:start-partition' }, { side: 'after', point: 'workflow:start-partition' }],
    end: 'verified',
  },
  batches: {
    deaths: [{ side: 'before', point: 'workflow:batch' }, { side: 'after', point: 'workflow:batch' }, { side: 'before', point: 'workflow:seal' }, { side: 'after', point: 'workflow:seal' }],
    end: 'verified',
  },
  shards: {
    deaths: [
      { side: 'before', point: 'workflow:compare-shard' },
      { side: 'before', point: 'activity:readShardDigest', partition: 'ended-by-hand' },
      { side: 'after', point: 'activity:readShardDigest' },
      { side: 'after', point: 'workflow:compare-shard' },
    ],
    end: 'verified',
  },
  ends: {
    deaths: [
      { side: 'before', point: 'workflow:end-phase' },
      { side: 'after', point: 'workflow:end-phase' },
      { side: 'before', point: 'activity:closeShards' },
      { side: 'after', point: 'activity:closeShards' },
    ],
    end: 'finalized',
  },
  renewals: {
    deaths: [
      { side: 'before', point: 'workflow:continue-migration' },
      { side: 'after', point: 'workflow:continue-migration' },
      { side: 'before', point: 'workflow:continue-phase' },
      { side: 'after', point: 'workflow:continue-phase' },
    ],
    end: 'verified',
    maxHistoryLength: 20,
  },
  recovery: {
    deaths: [
      // In the middle: the companies are done, the contacts nearly.
      { side: 'after', point: 'workflow:end-phase', passage: 2 },
      { side: 'before', point: 'workflow:seal-anew', temporal: 'lost' },
      { side: 'before', point: 'activity:recoverShard' },
      { side: 'after', point: 'activity:recoverShard' },
      { side: 'after', point: 'workflow:seal-anew' },
    ],
    end: 'verified',
  },
  'way-back': {
    deaths: [
      { side: 'before', point: 'workflow:end-partition' },
      { side: 'after', point: 'workflow:end-partition' },
      { side: 'before', point: 'workflow:start-rollback' },
      { side: 'after', point: 'workflow:start-rollback' },
      { side: 'before', point: 'activity:compareShards' },
      { side: 'after', point: 'activity:compareShards' },
    ],
    end: 'rolled-back',
  },
};

/** An activity's end, the sealing of a shard, and continuing as new, on both sides: the others take minutes, and are among the long tests. */
const SHORT_STORIES: readonly string[] = ['batches', 'renewals'];
const STORIES = Object.fromEntries(Object.entries(ALL_STORIES).filter(([name]) => process.env['PORTAGE_TEST_LONG'] === '1' || SHORT_STORIES.includes(name)));

/** Batches of one type under way at once in so small a migration, and calls that ask about one: its records by key and among the archived, or once more before it is sent. */
const [BATCHES, LOOKS_A_BATCH] = [2, 2];

let temporal: SuiteTemporal;
const ends = new Map<string, Promise<StoryEnd>>();
let undisturbed: { readonly dump: CanonicalDump; readonly landed: Readonly<Record<string, number>>; readonly reads: number };

const readsIn = ({ byKind }: StoryEnd['calls']): number => Object.entries(byKind).reduce((sum, [kind, count]) => (/\.batch\.read$/.test(kind) ? sum + count : sum), 0);

beforeAll(async () => {
  temporal = await connectSuite('crash');
  const scene = await openDrivenScene();
  await (await scene.begin()).drive();
  const calls = await scene.portal.calls();
  undisturbed = { dump: await scene.dump(), landed: landedIn(calls), reads: readsIn(calls) };
  await scene.close();
  for (const [name, story] of Object.entries(STORIES)) {
    ends.set(name, live(temporal, name, story));
  }
  await Promise.allSettled(ends.values());
}, 600_000);

afterAll(async () => {
  await temporal.close();
  process.stderr.write(`\n${await table()}\n`);
});

const isAsUndisturbed = ({ status, dump, fingerprints }: StoryEnd): boolean => (status.state === 'rolled-back' ? fingerprints.after === fingerprints.before : isDeepStrictEqual(dump, undisturbed.dump));

async function table(): Promise<string> {
  const lines: string[] = [];
  for (const [name, { deaths }] of Object.entries(STORIES)) {
    const end = await ends.get(name)!.then((ended) => `${ended.status.state}, ${isAsUndisturbed(ended) ? 'equal' : 'DIFFERS'}`, () => 'FAILED');
    lines.push(...deaths.map(({ point, side }) => `${point.padEnd(28)}${side.padEnd(8)}${name.padEnd(11)}${end}`));
  }
  const kills = Object.values(STORIES).flatMap(({ deaths }) => deaths);
  return [`${'boundary'.padEnd(28)}${'killed'.padEnd(8)}${'migration'.padEnd(11)}end`, ...lines, `${new Set(kills.map(({ point }) => point)).size} boundaries, ${kills.length} kills`].join('\n');
}

describe('a worker that is killed between the steps of workflows', () => {
  it.each(Object.entries(STORIES))('leaves the migration to the next one (%s)', async (name, { deaths, end }) => {
    const { status, lives, dump, fingerprints, calls } = await ends.get(name)!;

    expect(lives).toEqual(deaths.map(({ point, side }) => ({ signal: 'SIGKILL', diedAt: `${side} ${point}` })));
    expect(status).toMatchObject({ state: end, reasons: [], inDoubt: [] });
    expect(inDoubtIn({ records: status.objects, associations: status.associations })).toBe(0);
    expect(collisionsIn(calls)).toBe(0);
    if (end === 'rolled-back') {
      expect(fingerprints.after).toBe(fingerprints.before);
    } else {
      expect(dump).toEqual(undisturbed.dump);
      expect(landedIn(calls)).toEqual(undisturbed.landed);
      expect(readsIn(calls) - undisturbed.reads).toBeLessThanOrEqual(deaths.length * BATCHES * LOOKS_A_BATCH);
    }
  });

  it('is killed, here or in the long tests, on both sides of everything that only a worker passes', () => {
    const killed = Object.values(ALL_STORIES).flatMap(({ deaths }) => deaths.map(({ point, side }) => `${side} ${point}`));

    expect([...new Set(killed)].sort()).toEqual(THROUGH_TEMPORAL.flatMap((point) => [`after ${point}`, `before ${point}`]).sort());
  });
});
