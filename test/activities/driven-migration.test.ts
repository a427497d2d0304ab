import { crashPointsInCode } from '../support/crash-points-in-code';
import { openDrivenScene } from '../support/driver/driven-scene';
import type { DrivenScene } from '../support/driver/driven-scene';

let scene: DrivenScene;
beforeAll(async () => {
  scene = await openDrivenScene();
});
afterAll(() => scene.close());

describe('a driven migration', () => {
  it('ends verified, and alike in a process of its own', async () => {
    const inThisProcess = await (await scene.begin()).drive();
    const dump = await scene.dump();

    const inItsOwn = await (await scene.begin()).spawn();

    expect(inThisProcess).toMatchObject({ state: 'verified', pauses: {} });
    expect(inItsOwn).toMatchObject({ driven: { state: 'verified' }, signal: null });
    expect(await scene.dump()).toEqual(dump);
  });

  it('puts the portal back as it was', async () => {
    const run = await scene.begin({ direction: 'back' });
    const before = await scene.portal.fingerprint();

    expect(await run.drive()).toMatchObject({ state: 'rolled-back' });

    expect(await scene.portal.fingerprint()).toBe(before);
  });

  it('goes on after a real kill where it stood', async () => {
    await (await scene.begin()).drive();
    const undisturbed = await scene.dump();
    const run = await scene.begin();

    const killed = await run.spawn({ crash: { point: 'call:create', side: 'after', passage: 2, signal: 'SIGKILL' } });
    const finished = await run.drive();

    expect(killed.signal).toBe('SIGKILL');
    expect(finished.state).toBe('verified');
    expect(await scene.dump()).toEqual(undisturbed);
  });

  it('passes no crash point that the list, read from the code, does not know', async () => {
    const passed = new Set<string>();

    await (await scene.begin({ direction: 'back' })).drive((point) => passed.add(point));

    expect([...passed].filter((point) => !crashPointsInCode().some((known) => known === point))).toEqual([]);
  });
});
