import { stateFromLedger, stateFromWorkflows } from '../../domain/recovered-state';
import type { Phase } from '../../domain/phase';
import { PHASES } from '../../domain/phase';
import { resumeSignal, rollbackSignal } from '../../workflows/messages';
import type { MigrationWorkflowInput } from '../../workflows/migration';
import { aFailure } from '../support/fake-activities';
import { eventually, startFakeWorker } from '../support/fake-run';
import type { FakeWorker } from '../support/fake-run';
import { aPlan } from '../support/plan-facts';
import { connectSuite } from '../support/temporal';
import type { SuiteTemporal } from '../support/temporal';

const plan = aPlan();
const NOW = '2026-11-22T08:00:00.000Z';
const settings = { rate: 1, reserve: 0.25 };
const lostTemporalIn = (phase: Phase): Partial<MigrationWorkflowInput> => ({
  carried: stateFromLedger({
    settings, phase, portalId: plan.portalId, facts: plan, outcome: phase === 'open' ? 'verified' : null, written: {}, verified: {}, rounds: [], rollbackWindowMs: 60 * 24 * 3_600_000, now: NOW,
    phases: PHASES.slice(0, PHASES.indexOf(phase) + 1).map((each) => ({ phase: each, startedAt: new Date().toISOString() })),
  }),
});
const lostLedger = (standing: 'running' | 'rolling-back' = 'running'): Partial<MigrationWorkflowInput> => ({ carried: stateFromWorkflows({ settings, portalId: plan.portalId, expected: { source: 's', mapping: 'm' }, standing, now: NOW }) });

let temporal: SuiteTemporal;
let worker: FakeWorker;
beforeAll(async () => {
  temporal = await connectSuite('recovery');
  worker = await startFakeWorker(temporal, plan);
});
afterAll(async () => {
  await worker.stop();
  await temporal.close();
});
beforeEach(() => worker.renew(plan));

describe('a recovered migration', () => {
  const names = () => worker.fake.calls.map(({ name }) => name).filter((name) => name !== 'recordState');
  const isOpen = ({ phase, state }: { phase: string; state: string }) => phase === 'open' && state === 'verified';
  const isUndone = (story: readonly string[]) => story.at(-1) === 'rollback: rolled-back';

  it('seals the finished partitions anew while it waits, and after a resume does what is left', async () => {
    const { handle, status } = await worker.start(lostTemporalIn('contacts'));
    await eventually(names, (called) => called.includes('recoverShard'));
    const whilePaused = names();

    await handle.signal(resumeSignal);
    await eventually(status, isOpen);

    expect(whilePaused).toEqual(['recoverShard']);
    expect(worker.fake.calls.filter(({ name }) => name === 'recoverShard').map(({ input }) => [input.objectType, input.firstBatch, input.batchCount])).toEqual([['companies', 0, 3]]);
    expect(new Set(worker.fake.calls.filter(({ name }) => name === 'writeRecords').map(({ input }) => input.objectType))).toEqual(new Set(['contacts', 'deals']));
    expect(worker.fake.count('planMigration')).toBe(0);
    await handle.terminate();
  });

  it('can be rolled back at once when it was lost after its end', async () => {
    const { handle, run } = await worker.start(lostTemporalIn('open'));
    await handle.signal(rollbackSignal, { confirm: run });

    await eventually(() => worker.fake.story(), isUndone);

    expect(worker.fake.count('recoverShard')).toBe(3);
    expect(worker.fake.count('writeRecords')).toBe(0);
    expect(worker.fake.count('undoRecords')).toBe(6);
  });

  it('plans again after its ledger was lost and looks up every record before it writes one', async () => {
    const { handle, status } = await worker.start(lostLedger());

    await eventually(status, isOpen);

    const called = names();
    expect(called.slice(0, 7)).toEqual(['inspectSource', 'inspectPortal', 'stageSource', 'planMigration', 'recoverRecords', 'recoverRecords', 'recoverRecords']);
    expect(worker.fake.calls.find(({ name }) => name === 'planMigration')?.input).toMatchObject({ recovered: { expected: { source: 's', mapping: 'm' } } });
    await handle.terminate();
  });

  it('waits for a person, once, where portal and workflows tell a record differently', async () => {
    worker.fake.differing = 1;
    const { handle, status } = await worker.start(lostLedger());
    const paused = await eventually(status, ({ state }) => state === 'paused');

    worker.fake.differing = 0;
    await handle.signal(resumeSignal);
    await eventually(status, isOpen);

    expect(paused.reasons).toMatchObject([{ kind: 'invariant', code: 'id-map-witness-differs' }]);
    await handle.terminate();
  });

  it('pauses where a mistake would have ended a run that had not begun', async () => {
    let isMended = false;
    worker.fake.onCall = ({ name }) => {
      if (name === 'planMigration' && !isMended) throw aFailure('PlanError', { code: 'drift-source' });
    };
    const { handle, status } = await worker.start(lostLedger());
    const paused = await eventually(status, ({ state }) => state === 'paused');

    isMended = true;
    await handle.signal(resumeSignal);
    await eventually(status, isOpen);

    expect(paused.reasons).toMatchObject([{ kind: 'portal-changed', code: 'drift-source' }]);
    await handle.terminate();
  });

  it.each([{ when: 'was under way when the ledger was lost' as const }, { when: 'is asked for before the ledger stands again' as const }])('looks up what was written before it undoes it: a rollback that $when', async ({ when }) => {
    const { handle, run, status } = await worker.start(lostLedger(when === 'is asked for before the ledger stands again' ? 'running' : 'rolling-back'));
    if (when === 'is asked for before the ledger stands again') {
      await handle.signal(rollbackSignal, { confirm: run });
    } else {
      await eventually(status, ({ state }) => state === 'paused');
      await handle.signal(resumeSignal);
    }

    await eventually(() => worker.fake.story(), isUndone);

    const called = names();
    expect(called.lastIndexOf('recoverRecords')).toBeLessThan(called.indexOf('undoRecords'));
    expect(worker.fake.count('recoverRecords')).toBe(3);
    expect([worker.fake.count('writeRecords'), worker.fake.count('undoRecords')]).toEqual([0, 6]);
  });
});

describe('rollback', () => {
  it('compares ledger and shards before it undoes anything, and lets a person decide where they differ', async () => {
    const { handle, run, status } = await worker.start();
    await eventually(status, ({ phase }) => phase === 'open');
    worker.fake.onCall = ({ name, input }) => {
      if (name === 'compareShards' && input.objectType === 'contacts') throw aFailure('InvariantError', { code: 'sealed-map-differs' });
    };
    await handle.signal(rollbackSignal, { confirm: run });
    const paused = await eventually(status, ({ state }) => state === 'paused');
    const undoneBefore = worker.fake.count('undoAssociations') + worker.fake.count('undoRecords');
    await handle.signal(resumeSignal);

    expect(await handle.result()).toEqual({ state: 'rolled-back' });
    expect(paused.reasons).toMatchObject([{ kind: 'invariant', code: 'sealed-map-differs' }]);
    expect(undoneBefore).toBe(0);
    expect(worker.fake.count('compareShards')).toBe(3);
  });
});
