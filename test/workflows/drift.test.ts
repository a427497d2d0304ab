/** A run that obeys a plan: the plan is taken over and matched again, and what changed in the portal stops what it concerns and nothing else. */
import { resumeSignal, rollbackSignal } from '../../workflows/messages';
import type { StatusView } from '../../workflows/messages';
import { aFailure } from '../support/fake-activities';
import { eventually, startFakeWorker } from '../support/fake-run';
import type { FakeWorker } from '../support/fake-run';
import { aPlan } from '../support/plan-facts';
import { connectSuite } from '../support/temporal';
import type { SuiteTemporal } from '../support/temporal';

let temporal: SuiteTemporal;
let worker: FakeWorker;
beforeAll(async () => {
  temporal = await connectSuite('drift');
});
afterAll(() => temporal.close());
afterEach(() => worker.stop());

const isPaused = ({ state }: StatusView) => state === 'paused';
const isOpen = ({ phase }: StatusView) => phase === 'open';
const asked = ({ fake }: FakeWorker) => fake.calls.map(({ name }) => name).filter((name) => ['stageSource', 'adoptPlan', 'planMigration', 'rematchRecords'].includes(name));

describe('a start that names a plan', () => {
  it('takes the plan over and matches it again, and asks above a hundredth of its records alone', async () => {
    worker = await startFakeWorker(temporal, aPlan({ recordDrift: { changed: 48, written: 4_700 } }));
    const { handle, status } = await worker.start({ expectedPlanDigest: 'plan-digest' });

    expect((await eventually(status, isPaused)).reasons).toMatchObject([{ kind: 'approval', code: 'record-drift', remedy: expect.stringContaining('--accept-drift') as string }]);
    expect(asked(worker)).toEqual(['adoptPlan', 'stageSource', 'rematchRecords']);
    await handle.signal(resumeSignal);
    expect((await status()).reasons).toMatchObject([{ kind: 'approval', code: 'record-drift' }]);
    expect(worker.fake.count('applySchema')).toBe(0);
    await handle.signal(resumeSignal, { approve: 'plan-digest', acceptDrift: true });

    expect((await eventually(status, isOpen)).state).toBe('verified');
    await handle.terminate();
  });

  it('goes on by itself below that, and above it where that was accepted beforehand', async () => {
    worker = await startFakeWorker(temporal, aPlan({ simulator: false, recordDrift: { changed: 47, written: 4_700 } }));
    const below = await worker.start({ expectedPlanDigest: 'plan-digest', approve: { acceptLeftOut: 0 } });
    await eventually(below.status, isOpen);
    worker.fake.plan = aPlan({ simulator: false, recordDrift: { changed: 4_700, written: 4_700 } });
    const above = await worker.start({ expectedPlanDigest: 'plan-digest', approve: { acceptLeftOut: 0 }, acceptDrift: true });
    await eventually(above.status, isOpen);

    expect(worker.fake.story().filter((line) => line.includes('paused'))).toEqual([]);
    await Promise.all([below.handle.terminate(), above.handle.terminate()]);
  });

  it('ends with nothing written where the plan drifted', async () => {
    worker = await startFakeWorker(temporal, aPlan());
    worker.fake.onCall = ({ name }) => {
      if (name === 'adoptPlan') throw aFailure('PlanError', { code: 'drift-mapping', exitCode: 5 });
    };
    const { handle } = await worker.start({ expectedPlanDigest: 'plan-digest' });

    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'PlanError', details: [{ code: 'drift-mapping', exitCode: 5 }] } });
    expect(asked(worker)).toEqual(['adoptPlan']);
    expect(worker.fake.states.at(-1)).toMatchObject({ state: 'not-started' });
  });
});

describe('a portal whose schema an administrator changes', () => {
  const changed = (objectType: string, isMended: () => boolean) => ({ name, input }: { readonly name: string; readonly input: Record<string, unknown> }) => {
    if (name === 'compareSchema' && input.objectType === objectType && !isMended()) throw aFailure('PlanError', { code: 'option-gone contacts.industry' });
  };

  it('stops the phase that writes there, and no other, until it is mended', async () => {
    worker = await startFakeWorker(temporal, aPlan());
    let mended = false;
    worker.fake.onCall = changed('contacts', () => mended);
    const { handle, status } = await worker.start();

    const paused = await eventually(status, isPaused);
    expect(paused).toMatchObject({ phase: 'contacts', reasons: [{ kind: 'portal-changed', code: 'option-gone contacts.industry', remedy: expect.stringContaining('compared again') as string }] });
    expect(worker.fake.calls.filter(({ name }) => name === 'writeRecords').map(({ input }) => input.objectType)).toEqual(['companies', 'companies', 'companies']);
    await handle.signal(resumeSignal);
    await eventually(() => worker.fake.calls.filter(({ name, input }) => name === 'compareSchema' && input.objectType === 'contacts').length, (count) => count === 2);
    await eventually(status, isPaused);
    mended = true;
    await handle.signal(resumeSignal);

    expect((await eventually(status, isOpen)).state).toBe('verified');
    expect(worker.fake.calls.filter(({ name, input }) => name === 'compareSchema' && input.objectType === 'contacts')).toHaveLength(3);
    await handle.terminate();
  });

  it('can be rolled back while it waits', async () => {
    worker = await startFakeWorker(temporal, aPlan());
    worker.fake.onCall = changed('contacts', () => false);
    const { handle, status, run } = await worker.start();
    await eventually(status, isPaused);

    await handle.signal(rollbackSignal, { confirm: run });

    expect(await handle.result()).toEqual({ state: 'rolled-back' });
    expect(worker.fake.calls.filter(({ name, input }) => name === 'writeRecords' && input.objectType === 'contacts')).toEqual([]);
  });
});
