import { setTimeout as sleep } from 'node:timers/promises';
import type { CallLog, CanonicalDump } from '../../simulator/control-plane';
import { NPSP_FOLDER, startRehearsal, until, type Rehearsal } from '../support/rehearsal';

/** Writes of one undisturbed batch window: what may be looked up again after a crash. */
const WINDOW_BATCHES = 24;
const RECORDS = 1223 + 1011 + 1517;
/** Each record read back once, 100 a call. */
const VERIFYING_READS = 13 + 11 + 16;

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

/** The calls once none has come for longer than nearly every call takes. */
async function callsAtRest({ portal }: Rehearsal): Promise<CallLog> {
  for (let last = await portal.calls(); ; ) {
    await sleep(4_000);
    const now = await portal.calls();
    if (now.total === last.total) {
      return now;
    }
    last = now;
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
    // A landed record that is sent again collides on its key, and the answer is no longer a plain 201.
    expect(creates.filter(({ status }) => status !== 201 && status !== 0)).toEqual([]);
    expect(creates.filter(({ status }) => status === 201).reduce((sum, { inputCount }) => sum + inputCount, 0)).toBeLessThanOrEqual(RECORDS);
    // Asked about again, by key and then among the archived: one window of batches a kill at most. The rest of the reads verify.
    const reads = calls.filter(({ kind }) => /^(companies|contacts|deals)\.batch\.read$/.test(kind)).length;
    expect(reads - VERIFYING_READS).toBeLessThanOrEqual(3 * WINDOW_BATCHES * 2);
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
    const swift = await startRehearsal();
    try {
      // 25 % of 400 stay: the run may use 40 calls, which is in the middle of the companies, then the day is over for it.
      await swift.portal.limits({ daily: 400, usedToday: 260 });
      await swift.portal.clock({ resetsInMs: 20_000 });
      const migration = await swift.portage.start(swift.migrationFile(NPSP_FOLDER));
      const stopped = await until(migration, (status) => status.reasons.some(({ kind }) => kind === 'quota'));
      await swift.stack.worker().stop();
      await swift.stack.temporal().stop();
      const { resetsAt, now } = await swift.portal.clock();

      expect(stopped.reasons.find(({ kind }) => kind === 'quota')?.until).toBe(resetsAt);
      expect((await swift.portal.limits()).usedToday).toBeLessThanOrEqual(400 - 100 + 2 * WINDOW_BATCHES);
      await sleep(Math.max(0, Date.parse(resetsAt) - Date.parse(now)) + 200);
      await swift.portal.limits({ daily: 625_000 });
      await swift.stack.startTemporal();
      await swift.stack.startWorker();
      const status = await migration.ended();

      expect(status.state).toBe('verified');
      expect(await swift.portal.canonicalDump()).toEqual(undisturbed);
    } finally {
      await swift.end();
    }
  }, 240_000);

  it('takes hold of a pause within a batch and goes on where it was', async () => {
    const migration = await rehearsal.portage.start(rehearsal.migrationFile(NPSP_FOLDER));
    await until(migration, (status) => status.phase === 'contacts');
    await migration.pause();
    await until(migration, (status) => status.reasons.some(({ kind }) => kind === 'operator'));
    const atPause = (await rehearsal.portal.calls()).total;
    const atRest = await callsAtRest(rehearsal);

    // The batches under way end and no other begins: nothing of the next phase.
    expect(atRest.total - atPause).toBeLessThanOrEqual(WINDOW_BATCHES);
    expect(atRest.byKind['deals.batch.create']).toBeUndefined();
    await sleep(2_000);
    expect((await rehearsal.portal.calls()).total).toBe(atRest.total);
    await migration.resume();
    const status = await migration.ended();

    expect(status.state).toBe('verified');
    expect(await rehearsal.portal.canonicalDump()).toEqual(undisturbed);
  }, 240_000);
});
