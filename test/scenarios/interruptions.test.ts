import { setTimeout as sleep } from 'node:timers/promises';
import type { CanonicalDump } from '../../simulator/control-plane';
import { NPSP_FOLDER, startRehearsal, until, type Rehearsal } from '../support/rehearsal';

/** Writes of one undisturbed batch window: what may be looked up again after a crash. */
const WINDOW_BATCHES = 36;

async function undisturbedDump(): Promise<CanonicalDump> {
  const rehearsal = await startRehearsal();
  try {
    const migration = await rehearsal.portage.start(rehearsal.migrationFile(NPSP_FOLDER));
    const status = await migration.ended();
    expect(status.state).toBe('verified');
    return await rehearsal.portal.canonicalDump();
  } finally {
    await rehearsal.end();
  }
}

describe('a migration that is interrupted', () => {
  let undisturbed: CanonicalDump;
  beforeAll(async () => {
    undisturbed = await undisturbedDump();
  }, 180_000);

  let rehearsal: Rehearsal;
  beforeEach(async () => {
    rehearsal = await startRehearsal({ latency: 'realistic', seed: 7 });
  }, 60_000);
  afterEach(() => rehearsal.end());

  const createdTwice = (calls: readonly { readonly kind: string; readonly status: number }[]) => calls.filter(({ kind, status }) => kind.endsWith('.batch.create') && (status === 201 || status === 200 || status === 207)).length;

  it('ends the same when its worker is killed at three moments', async () => {
    const migration = await rehearsal.portage.start(rehearsal.migrationFile(NPSP_FOLDER));
    for (const [phase, type] of [
      ['companies', 'companies'],
      ['contacts', 'contacts'],
      ['deals', 'deals'],
    ] as const) {
      await until(migration, (status) => status.phase === phase && (status.objects[type]?.created ?? 0) > 0);
      await rehearsal.stack.worker().kill();
      await rehearsal.stack.startWorker();
    }
    const status = await migration.ended();

    expect(status.state).toBe('verified');
    expect(await rehearsal.portal.canonicalDump()).toEqual(undisturbed);
    const { calls } = await rehearsal.portal.calls();
    const creates = calls.filter(({ kind }) => /^(companies|contacts|deals)\.batch\.create$/.test(kind));
    const written = creates.reduce((sum, { inputCount }) => sum + inputCount, 0);
    // A killed window is asked about by key, and only what never arrived is sent again.
    expect(written - (1223 + 1011 + 1517)).toBeLessThanOrEqual(3 * WINDOW_BATCHES * 100);
    expect(createdTwice(creates)).toBeGreaterThan(0);
  }, 240_000);

  it('ends the same when the Temporal server is killed', async () => {
    const migration = await rehearsal.portage.start(rehearsal.migrationFile(NPSP_FOLDER));
    await until(migration, (status) => status.phase === 'contacts');
    await rehearsal.stack.temporal().kill();
    await sleep(500);
    await rehearsal.stack.startTemporal();
    const status = await migration.ended();

    expect(status.state).toBe('verified');
    expect(await rehearsal.portal.canonicalDump()).toEqual(undisturbed);
  }, 240_000);

  it('stops at the reserve of the daily quota, and goes on after the reset with everything restarted in between', async () => {
    const { burst } = await rehearsal.portal.limits();
    expect(burst).toBeGreaterThan(0);
    // 25 % of 400 stay: the run may use 40 calls, then the day is over for it.
    await rehearsal.portal.limits({ daily: 400, usedToday: 260 });
    await rehearsal.portal.clock({ resetsInMs: 20_000 });
    const migration = await rehearsal.portage.start(rehearsal.migrationFile(NPSP_FOLDER));
    const stopped = await until(migration, (status) => status.reasons.some(({ kind }) => kind === 'quota'));
    const until_ = stopped.reasons.find(({ kind }) => kind === 'quota')?.until;
    expect(until_).not.toBeNull();

    await rehearsal.stack.worker().stop();
    await rehearsal.stack.temporal().stop();
    const limits = await rehearsal.portal.limits();
    expect(limits.usedToday).toBeLessThanOrEqual(400 - 100 + WINDOW_BATCHES);
    const { resetsAt, now } = await rehearsal.portal.clock();
    await sleep(Math.max(0, Date.parse(resetsAt) - Date.parse(now)) + 200);
    await rehearsal.portal.limits({ daily: 625_000 });
    await rehearsal.stack.startTemporal();
    await rehearsal.stack.startWorker();
    const status = await migration.ended();

    expect(status.state).toBe('verified');
    expect(await rehearsal.portal.canonicalDump()).toEqual(undisturbed);
  }, 240_000);

  it('takes hold of a pause within a batch and goes on where it was', async () => {
    const migration = await rehearsal.portage.start(rehearsal.migrationFile(NPSP_FOLDER));
    await until(migration, (status) => status.phase === 'contacts');
    await migration.pause();
    await until(migration, (status) => status.reasons.some(({ kind }) => kind === 'operator') && status.objects.contacts?.inDoubt === 0);
    await sleep(3_000);
    const before = await rehearsal.portal.calls();
    await sleep(2_000);
    expect((await rehearsal.portal.calls()).total).toBe(before.total);
    await migration.resume();
    const status = await migration.ended();

    expect(status.state).toBe('verified');
    expect(await rehearsal.portal.canonicalDump()).toEqual(undisturbed);
  }, 240_000);
});
