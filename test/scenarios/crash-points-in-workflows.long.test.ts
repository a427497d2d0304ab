import { live, NotReached, THROUGH_TEMPORAL } from '../support/driver/crash-lives';
import type { Story, StoryEnd } from '../support/driver/crash-lives';
import { connectSuite } from '../support/temporal';
import type { SuiteTemporal } from '../support/temporal';

/** Boundaries that need a person's hand, or a recovery: the shorter suite has them. */
const NEEDS_MORE: readonly string[] = ['activity:readShardDigest', 'activity:recoverShard', 'workflow:seal-anew'];
/** There and back, and continued as new wherever that can be. */
const STORY: Omit<Story, 'deaths'> = { end: 'rolled-back', maxHistoryLength: 20 };
/** Workers side by side: each mostly waits for the time-outs of the one that died before it. */
const LANES = 6;
const HOUR_MS = 3_600_000;

let temporal: SuiteTemporal;
beforeAll(async () => {
  temporal = await connectSuite('crash-all');
});
afterAll(() => temporal.close());

interface Kill {
  readonly boundary: string;
  readonly passage: number;
  readonly end: StoryEnd | 'not-reached';
}

describe('a worker that is killed at any passage of any boundary in workflows', () => {
  it('leaves a migration that another one rolls back to what was', async () => {
    const { passed } = await live(temporal, 'undisturbed', { ...STORY, deaths: [] });
    const own = passed.filter((boundary) => THROUGH_TEMPORAL.some((point) => boundary.endsWith(` ${point}`)));
    const counts = new Map<string, number>();
    const pending = own.map((boundary) => {
      const passage = (counts.get(boundary) ?? 0) + 1;
      counts.set(boundary, passage);
      return { boundary, passage };
    });
    const count = pending.length;
    const kills: Kill[] = [];

    await Promise.all(
      Array.from({ length: LANES }, async () => {
        for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
          const [side, point] = next.boundary.split(' ') as ['before' | 'after', (typeof THROUGH_TEMPORAL)[number]];
          const end = await live(temporal, `kill-${count - pending.length}`, { ...STORY, deaths: [{ side, point, passage: next.passage }] }).catch((error: unknown) => {
            // How often the state is shown depends on who is faster.
            if (error instanceof NotReached) return 'not-reached' as const;
            throw error;
          });
          kills.push({ ...next, end });
        }
      }),
    );

    const reached = kills.flatMap(({ boundary, end }) => (end === 'not-reached' ? [] : [{ boundary, end }]));
    process.stderr.write(`\n${[...counts].map(([boundary, passages]) => `${boundary}: ${kills.filter((kill) => kill.boundary === boundary && kill.end !== 'not-reached').length} of ${passages} passages`).join('\n')}\n${reached.length} kills\n`);
    expect(reached.filter(({ boundary, end }) => end.lives[0]?.signal !== 'SIGKILL' || end.lives[0].diedAt !== boundary)).toEqual([]);
    expect(reached.filter(({ end }) => end.status.state !== 'rolled-back' || end.fingerprints.after !== end.fingerprints.before)).toEqual([]);
    expect(new Set(reached.map(({ boundary }) => boundary))).toEqual(new Set(THROUGH_TEMPORAL.filter((point) => !NEEDS_MORE.includes(point)).flatMap((point) => [`before ${point}`, `after ${point}`])));
    expect(kills.length - reached.length).toBeLessThanOrEqual(count / 20);
  }, 3 * HOUR_MS);
});
