import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationStatus } from '../../client/migration-status';
import type { CallLog, CanonicalDump, LimitsState } from '../../simulator/control-plane';
import { openDrivenScene } from '../support/driver/driven-scene';
import { DRIVEN_TOKEN, writeSmallExport } from '../support/driver/small-export';
import { collisionsIn, landedIn } from '../support/driver/crash-suite';
import { startRehearsal, until, type Rehearsal } from '../support/rehearsal';

const SIZE = { accounts: 500, contacts: 600, opportunities: 400 };
/** Batches that may be under way at once: what may be looked up again after a crash. */
const WINDOW_BATCHES = 24;
/** By key, then among the archived. */
const LOOKS_A_BATCH = 2;
/** A quarter of the day is the reserve: one more call is left before it. */
const DAY = { calls: 400, used: 299, reserve: 100 };

interface Undisturbed {
  readonly dump: CanonicalDump;
  readonly calls: CallLog;
}
let undisturbed: Undisturbed;
let folder: string;

/** Each interruption has a Portage of its own. They mostly wait, so they are begun together. */
let killed: Promise<Undisturbed & { readonly status: MigrationStatus }>;
let reserved: Promise<{ readonly stopped: MigrationStatus; readonly resetsAt: string; readonly limits: LimitsState; readonly status: MigrationStatus; readonly dump: CanonicalDump }>;
let paused: Promise<{ readonly atPause: number; readonly atRest: CallLog; readonly later: number; readonly status: MigrationStatus; readonly dump: CanonicalDump }>;

async function during<T>(story: (rehearsal: Rehearsal) => Promise<T>): Promise<T> {
  const rehearsal = await startRehearsal({ latency: 'realistic', seed: 7 });
  try {
    return await story(rehearsal);
  } finally {
    await rehearsal.end();
  }
}

const killing = (): typeof killed =>
  during(async ({ portage, portal, stack, migrationFile }) => {
    const migration = await portage.start(migrationFile(folder, '', 'driven'));
    for (const phase of ['companies', 'contacts', 'deals'] as const) {
      await until(migration, (status) => status.phase === phase && (status.objects[phase]?.created ?? 0) > 0, 240_000);
      await stack.worker().kill();
      await stack.startWorker();
    }
    await until(migration, (status) => status.phase === 'relink' || status.phase === 'verify', 240_000);
    await stack.temporal().kill();
    await stack.startTemporal();
    return { status: await migration.ended(), dump: await portal.canonicalDump(), calls: await portal.calls() };
  });

const reserving = (): typeof reserved =>
  during(async ({ portage, portal, stack, migrationFile }) => {
    const migration = await portage.start(migrationFile(folder, '', 'driven'));
    await until(migration, (status) => (status.objects.companies?.created ?? 0) > 0, 240_000);
    // In the middle of the writing, the day is nearly used up; its end is near as well, so that nobody waits for hours.
    await portal.clock({ resetsInMs: 20_000 });
    await portal.limits({ daily: DAY.calls, usedToday: DAY.used });
    const stopped = await until(migration, (status) => status.reasons.some(({ kind }) => kind === 'quota'), 240_000);
    await stack.worker().stop();
    await stack.temporal().stop();
    const { resetsAt, now } = await portal.clock();
    const limits = await portal.limits();
    await sleep(Math.max(0, Date.parse(resetsAt) - Date.parse(now)) + 200);
    await portal.limits({ daily: 625_000 });
    await stack.startTemporal();
    await stack.startWorker();
    return { stopped, resetsAt, limits, status: await migration.ended(), dump: await portal.canonicalDump() };
  });

const pausing = (): typeof paused =>
  during(async ({ portage, portal, migrationFile }) => {
    const migration = await portage.start(migrationFile(folder, '', 'driven'));
    await until(migration, (status) => status.phase === 'contacts', 240_000);
    await migration.pause();
    await until(migration, (status) => status.reasons.some(({ kind }) => kind === 'operator'), 240_000);
    const atPause = (await portal.calls()).total;
    // No call for longer than nearly every call takes.
    let atRest = await portal.calls();
    for (let last = -1; last !== atRest.total; atRest = await portal.calls()) {
      last = atRest.total;
      await sleep(4_000);
    }
    await sleep(1_000);
    const later = (await portal.calls()).total;
    await migration.resume();
    return { atPause, atRest, later, status: await migration.ended(), dump: await portal.canonicalDump() };
  });

beforeAll(async () => {
  folder = writeSmallExport(mkdtempSync(join(tmpdir(), 'portage-interrupted-')), SIZE);
  killed = killing();
  reserved = reserving();
  paused = pausing();
  // What fails is told by its own test.
  const over = Promise.allSettled([killed, reserved, paused]);
  const scene = await openDrivenScene(SIZE);
  await (await scene.begin({}, { tokens: [{ token: DRIVEN_TOKEN, scopes: 'all' }] })).drive();
  undisturbed = { dump: await scene.dump(), calls: await scene.portal.calls() };
  await scene.close();
  await over;
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const readsIn = ({ calls }: CallLog): number => calls.filter(({ kind }) => /^(companies|contacts|deals)\.batch\.read$/.test(kind)).length;

describe('a migration that is interrupted', () => {
  it('ends the same when its worker is killed at three moments, and the Temporal server at a fourth', async () => {
    const { status, dump, calls } = await killed;

    expect(status.state).toBe('verified');
    expect(dump).toEqual(undisturbed.dump);
    // A landed record that is sent again collides on its key; one that was written twice counts twice.
    expect(collisionsIn(calls)).toBe(0);
    expect(landedIn(calls)).toMatchObject({ 'companies.batch.create': SIZE.accounts, 'contacts.batch.create': SIZE.contacts - 1, 'deals.batch.create': SIZE.opportunities });
    expect(readsIn(calls) - readsIn(undisturbed.calls)).toBeLessThanOrEqual(4 * WINDOW_BATCHES * LOOKS_A_BATCH);
  });

  it('stops at the reserve of the daily quota, and goes on after the reset with everything restarted in between', async () => {
    const { stopped, resetsAt, limits, status, dump } = await reserved;

    expect(stopped.reasons.find(({ kind }) => kind === 'quota')?.until).toBe(resetsAt);
    expect(limits.usedToday).toBeLessThanOrEqual(DAY.calls - DAY.reserve + 2 * WINDOW_BATCHES);
    expect(stopped.objects.deals?.created).toBe(0);
    expect(status.state).toBe('verified');
    expect(dump).toEqual(undisturbed.dump);
  });

  it('takes hold of a pause within a batch and goes on where it was', async () => {
    const { atPause, atRest, later, status, dump } = await paused;

    // The batches under way end and no other begins: nothing of the next phase.
    expect(atRest.total - atPause).toBeLessThanOrEqual(WINDOW_BATCHES);
    expect(atRest.byKind['deals.batch.create']).toBeUndefined();
    expect(later).toBe(atRest.total);
    expect(status.state).toBe('verified');
    expect(dump).toEqual(undisturbed.dump);
  });
});
