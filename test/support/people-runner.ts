/** Drives one migration through a schedule of people's edits, against a fresh portal, and judges what it left. */
import { OBJECT_TYPES } from '../../domain/object-type';
import { openDrivenScene } from './driver/driven-scene';
import type { DrivenScene } from './driver/driven-scene';
import { smallPortal } from './driver/small-export';
import { judge, readAftermath } from './people-laws';
import type { Aftermath, Judgement } from './people-laws';
import { KEY, randomPeopleSchedule, toEvents } from './people-schedule';
import type { Landscape, LandscapeRecord, PeopleSchedule } from './people-schedule';

export interface PeopleCase {
  readonly seed: number;
  /** Where the edits go: anywhere but between a run's look at a record and its write, or just there. */
  readonly gap: 'avoid' | 'only';
}

export interface PeopleEnd extends Pick<Aftermath, 'schedule' | 'state' | 'edits' | 'calls' | 'differences'> {
  readonly judgement: Judgement;
}

export interface PeopleRunner {
  run(asked: PeopleCase): Promise<PeopleEnd>;
  close(): Promise<void>;
}

export async function openPeopleRunner(): Promise<PeopleRunner> {
  const scene = await openDrivenScene();
  const landscape = await readLandscape(scene);
  return {
    async run({ seed, gap }) {
      const aftermath = await runSchedule(scene, randomPeopleSchedule(seed, landscape, gap), landscape);
      const { schedule, state, edits, calls, differences } = aftermath;
      return { schedule, state, edits, calls, differences, judgement: judge(aftermath) };
    },
    close: () => scene.close(),
  };
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
