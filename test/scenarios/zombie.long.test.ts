/** As zombie.test.ts, at every boundary at which durable state changes, before and after it. */
import { MigrationError } from '../../domain/migration-error';
import type { CanonicalDump } from '../../simulator/control-plane';
import { openDrivenScene } from '../support/driver/driven-scene';
import type { DrivenScene } from '../support/driver/driven-scene';
import { haunt, NOWHERE } from '../support/driver/haunted-run';
import type { Haunted } from '../support/driver/haunted-run';

let scene: DrivenScene;
let undisturbed: CanonicalDump;
const passed = new Map<string, number>();
beforeAll(async () => {
  scene = await openDrivenScene();
  await (await scene.begin({ window: 1 })).drive((point, side) => passed.set(`${side} ${point}`, (passed.get(`${side} ${point}`) ?? 0) + 1));
  undisturbed = await scene.dump();
}, 120_000);
afterAll(() => scene.close());

describe('a worker that wakes up late', () => {
  it('doubles, loses and overwrites nothing, wherever it was suspended', async () => {
    const broken: string[] = [];
    for (const boundary of passed.keys()) {
      const [side, point] = boundary.split(' ') as ['before' | 'after', string];
      const { stopped, driven, dump, edited, awake, lateWrites } = await hauntAt(point, side, passed.get(boundary) ?? 1);
      const isSound = stopped && driven?.state === 'verified' && sameAs(dump, undisturbed) && sameAs(awake, edited) && lateWrites.length === 0;
      if (!isSound) {
        broken.push(`${boundary}: ${stopped ? `${driven?.state ?? 'nothing'}, ${sameAs(dump, undisturbed) ? 'same' : 'other'} end, ${sameAs(awake, edited) ? 'same' : 'other'} after waking, ${lateWrites.map(({ kind, status }) => `${kind} ${status}`).join(', ')}` : 'never stopped there'}`);
      }
    }
    process.stdout.write(`Suspended at ${passed.size} boundaries, ${broken.length} of them broken.\n`);

    expect(broken).toEqual([]);
    expect(passed.size).toBeGreaterThan(40);
  }, 3_600_000);
});

/**
 * In the middle of the passages: the first of a commit is often made before anything has been written. At another one where it does not come to that (how often a lease
 * is renewed is chance), or where it stops in the midst of another call's commit: it keeps the ledger locked then, and nobody can go on before it does.
 */
async function hauntAt(point: string, side: 'before' | 'after', passages: number): Promise<Haunted> {
  for (const passage of [Math.ceil(passages / 2), 1, passages]) {
    const haunted = await haunt(scene, await scene.begin({ window: 1 }), { point, side, passage }).catch(unlessLocked);
    if (haunted?.stopped === true) {
      return haunted;
    }
  }
  return NOWHERE;
}

function unlessLocked(error: unknown): null {
  if (error instanceof MigrationError && error.details.code === 'ledger-locked') {
    return null;
  }
  throw error;
}

const sameAs = (one: CanonicalDump | null, other: CanonicalDump | null): boolean => JSON.stringify(one) === JSON.stringify(other);
