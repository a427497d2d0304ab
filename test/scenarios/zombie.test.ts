import type { CanonicalDump } from '../../simulator/control-plane';
import { openDrivenScene } from '../support/driver/driven-scene';
import { haunt } from '../support/driver/haunted-run';
import type { Haunted } from '../support/driver/haunted-run';
import type { Stop } from '../support/driver/zombie';

const STOPS: readonly (Stop & { readonly what: string })[] = [
  { what: 'before the send of a batch of creates: marked as sent, and not a byte sent', point: 'call:create', side: 'before', passage: 1 },
  { what: 'after the send, before its answer is recorded', point: 'call:create', side: 'after', passage: 1 },
  { what: 'when it settles', point: 'ledger:settle-records', side: 'before', passage: 1 },
  // Nothing collides when an update goes out twice: it would overwrite what a person did since.
  { what: 'before the send of an update', point: 'call:update', side: 'before', passage: 1 },
  { what: 'before the send of associations', point: 'call:association-write', side: 'before', passage: 1 },
];

async function hauntApart(stop: Stop): Promise<Haunted> {
  const scene = await openDrivenScene();
  try {
    return await haunt(scene, await scene.begin({ window: 1 }), stop);
  } finally {
    await scene.close();
  }
}

describe('a worker that wakes up when another has long done its work', () => {
  let undisturbed: CanonicalDump;
  let haunted: ReadonlyMap<string, Haunted>;
  beforeAll(async () => {
    const scene = await openDrivenScene();
    await (await scene.begin({ window: 1 })).drive();
    undisturbed = await scene.dump();
    await scene.close();
    haunted = new Map(await Promise.all(STOPS.map(async (stop) => [stop.what, await hauntApart(stop)] as const)));
  }, 180_000);

  it.each(STOPS)('doubles and overwrites nothing where it was suspended $what', ({ what }) => {
    const scene = haunted.get(what)!;

    expect(scene.stopped).toBe(true);
    expect(scene.driven?.state).toBe('verified');
    expect(scene.dump).toEqual(undisturbed);
    expect(scene.edited).not.toEqual(undisturbed);
    expect(scene.lateWrites).toEqual([]);
    expect(scene.awake).toEqual(scene.edited);
  });
});
