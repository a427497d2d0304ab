import { judge, readAftermath, resolveMergedIds } from '../support/people-laws';
import { randomPeopleSchedule, toEvents } from '../support/people-schedule';
import type { Landscape, LandscapeRecord } from '../support/people-schedule';
import { openDrivenScene } from '../support/driver/driven-scene';
import type { DrivenScene } from '../support/driver/driven-scene';
import { OBJECT_TYPES } from '../../domain/object-type';

const only = process.env['PORTAGE_TEST_SEED'];
const seeds = only === undefined ? Array.from({ length: Number(process.env['PPN'] ?? 50) }, (_, index) => index + Number(process.env['PP0'] ?? 1)) : [Number(only)];

let scene: DrivenScene;
let landscape: Landscape;
beforeAll(async () => {
  scene = await openDrivenScene();
  const run = await scene.begin({ window: 1 });
  const before = await scene.portal.dump();
  await run.drive();
  const { calls } = await scene.portal.calls();
  const { records } = await scene.portal.dump();
  const made = (objectType: string, id: string, properties: Readonly<Record<string, string>>): LandscapeRecord['made'] =>
    before.records[objectType]?.some((record) => record.id === id) !== true ? 'by-run' : properties['salesforce_id'] === undefined ? 'stranger' : 'matched';
  landscape = { calls, records: Object.fromEntries(OBJECT_TYPES.map((type) => [type, (records[type] ?? []).map(({ id, properties }) => ({ id, properties, made: made(type, id, properties) }))])) as unknown as Landscape['records'] };
});
afterAll(() => scene.close());

describe('people at work', () => {
  it('all', async () => {
    const out: string[] = []; const note = (t: string) => { out.push(t); require('node:fs').appendFileSync('/tmp/pp/'+(process.env['PPO']??'o'), t+'\n'); }; const sums: Record<string, number> = {};
    for (const seed of seeds) {
      const schedule = randomPeopleSchedule(seed, landscape);
      const { onMatch } = schedule;
      const objects = Object.fromEntries(OBJECT_TYPES.map((type) => [type, { onMatch }]));
      const { smallPortal } = await import('../support/driver/small-export');
      const run = await scene.begin({ window: 1, direction: schedule.direction, definition: { objects } }, { ...smallPortal(), switches: schedule.switches });
      const before = await scene.portal.dump();
      await scene.portal.faults({ rules: [], events: toEvents(schedule, landscape) });
      let state = '';
      try {
        const driven = await run.drive();
        state = Object.keys(driven.pauses).length > 0 ? `paused ${JSON.stringify(driven.pauses)}` : driven.state;
      } catch (error) {
        state = String(error);
      }
      const aftermath = await readAftermath(scene, run, schedule, landscape, before, state);
      resolveMergedIds(aftermath);
      const { broken, ...counts } = judge(aftermath);
      if (broken.length > 0) note(`${seed} ${schedule.onMatch} ${schedule.direction} ${JSON.stringify(schedule.switches)} done ${JSON.stringify(aftermath.edits.map(({ edit, at, id }) => [landscape.calls[at.call]?.kind, at, id, edit]))}\n    ${broken.join('\n    ')}`);
      note(String(seed));
      for (const [k, v] of Object.entries(counts)) sums[k] = (sums[k] ?? 0) + v;
      if (only !== undefined) out.push(JSON.stringify(counts));
    }
    console.log(JSON.stringify(sums) + out.join('\n'));
  }, 3_000_000);
});
