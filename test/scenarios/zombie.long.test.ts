/** As zombie.test.ts, at every boundary at which durable state changes, before and after it. */
import type { CanonicalDump } from '../../simulator/control-plane';
import { openDrivenScene } from '../support/driver/driven-scene';
import type { DrivenScene } from '../support/driver/driven-scene';
import { haunt } from '../support/driver/haunted-run';

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
      // In the middle of the passages, where there are several: the first of a commit is often made before anything has been written.
      const { stopped, driven, dump, edited, awake, lateWrites } = await haunt(scene, await scene.begin({ window: 1 }), { point, side, passage: Math.ceil((passed.get(boundary) ?? 1) / 2) });
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

const sameAs = (one: CanonicalDump | null, other: CanonicalDump | null): boolean => JSON.stringify(one) === JSON.stringify(other);
