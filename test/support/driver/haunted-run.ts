import { setTimeout as sleep } from 'node:timers/promises';
import type { CanonicalDump, LoggedCall } from '../../../simulator/control-plane';
import type { Driven } from './drive';
import type { DrivenRun, DrivenScene } from './driven-scene';
import { startZombie } from './zombie';
import type { Stop } from './zombie';

/** Longer than the three seconds after which an attempt counts as suspended (activities/attempt-steadiness.ts), in the machine's own time. */
const SLEEPS_MS = 3_500;

export interface Haunted {
  /** The zombie came to its point; if not, nothing below happened. */
  readonly stopped: boolean;
  /** How the run ended that took over while the zombie slept. */
  readonly driven: Driven | null;
  readonly dump: CanonicalDump | null;
  /** After a person's edits, before the zombie woke up. */
  readonly edited: CanonicalDump | null;
  readonly awake: CanonicalDump | null;
  /** Changes that were asked for from the waking on. */
  readonly lateWrites: readonly LoggedCall[];
}

/** It never came to where it was to stop. */
export const NOWHERE: Haunted = { stopped: false, driven: null, dump: null, edited: null, awake: null, lateWrites: [] };

/**
 * One process stops at a point; another finishes the run; a person edits what was updated; then the first goes on, as the attempt that it was and with all that it would
 * have done next. Batches go one by one: a process that stops in the midst of another batch's commit keeps the ledger locked, and then nobody goes on before it does.
 */
export async function haunt(scene: DrivenScene, run: DrivenRun, stop: Stop): Promise<Haunted> {
  const zombie = startZombie(run.options, stop);
  try {
    if (!(await zombie.suspended)) {
      return NOWHERE;
    }
    const sleptFrom = Date.now();
    const driven = await run.drive();
    const dump = await scene.dump();
    await editAsAPerson(scene);
    const edited = await scene.dump();
    await scene.portal.clearCalls();
    await sleep(Math.max(0, sleptFrom + SLEEPS_MS - Date.now()));
    await zombie.wake();
    const { calls } = await scene.portal.calls();
    return { stopped: true, driven, dump, edited, awake: await scene.dump(), lateWrites: calls.filter(({ kind }) => /create|update|archive|delete/.test(kind)) };
  } finally {
    zombie.kill();
  }
}

/** Of a company and a contact that stood in the portal before, a property that the run filled. */
async function editAsAPerson({ portal }: DrivenScene): Promise<void> {
  const { records } = await portal.dump();
  for (const [objectType, name, value, property] of [['companies', 'name', 'Company 2', 'city'], ['contacts', 'firstname', 'First2', 'jobtitle']] as const) {
    const found = records[objectType]?.find(({ properties, archived }) => !archived && properties[name] === value);
    if (found !== undefined) {
      await portal.edit({ action: 'update', objectType, id: found.id, properties: { [property]: 'by a person' } });
    }
  }
}
