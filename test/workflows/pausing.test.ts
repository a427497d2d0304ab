import { aFailure, aGate } from '../support/fake-activities';
import { countEvents, eventTypes, eventually, startFakeWorker } from '../support/fake-run';
import type { FakeWorker } from '../support/fake-run';
import { aPlan } from '../support/plan-facts';
import { connectSuite } from '../support/temporal';
import type { SuiteTemporal } from '../support/temporal';
import { pauseSignal, problemsQuery, resumeSignal, rollbackSignal, statusQuery, throttleSignal, workflowIds } from '../../workflows/messages';

let temporal: SuiteTemporal;
let worker: FakeWorker;

beforeAll(async () => {
  temporal = await connectSuite('pausing');
  worker = await startFakeWorker(temporal, aPlan());
});
afterAll(async () => {
  await worker.stop();
  await temporal.close();
});

const isOpen = ({ phase }: { phase: string }) => phase === 'open';
const isPaused = ({ state }: { state: string }) => state === 'paused';

describe('pause and resume', () => {
  it('let what is in flight end, launch nothing more, and cost a partition at most 12 events', async () => {
    worker.renew(aPlan({ creates: { companies: 10_000 }, links: {} }));
    const gate = aGate();
    const { fake } = worker;
    // The first 24 batches are in flight and held; those after them pass.
    fake.onCall = ({ name, input }) => (name === 'writeRecords' && Number(input.batch) < 24 ? gate.arrived() : undefined);
    const { handle, status, run } = await worker.start();
    const partitionId = workflowIds.partition(run, 'companies', 0);
    await eventually(() => fake.count('writeRecords'), (count) => count === 24);
    const isSettled = (types: readonly string[]) => countEvents(types, 'workflowTaskScheduled') === countEvents(types, 'workflowTaskCompleted');
    const running = (await eventually(() => eventTypes(temporal, partitionId), isSettled)).length;

    await handle.signal(pauseSignal);
    await eventually(() => fake.states.at(-1), (state) => state?.state === 'paused');
    const held = (await eventually(() => eventTypes(temporal, partitionId), (types) => types.length > running && isSettled(types))).length;
    gate.open();
    const isDrained = (types: readonly string[]) => countEvents(types, 'activityTaskCompleted') === 24 && isSettled(types);
    const drained = (await eventually(() => eventTypes(temporal, partitionId), isDrained)).length;
    expect(fake.count('writeRecords')).toBe(24);

    const waiting = aGate();
    fake.onCall = ({ name }) => (name === 'writeRecords' ? waiting.arrived() : undefined);
    await handle.signal(resumeSignal);
    const isLaunched = (types: readonly string[]) => countEvents(types, 'activityTaskScheduled') === 48 && isSettled(types);
    const resumed = (await eventually(() => eventTypes(temporal, partitionId), isLaunched)).length;
    waiting.open();

    const cost = held - running + (resumed - drained - 24);
    expect(cost).toBeLessThanOrEqual(12);
    expect((await eventually(status, isOpen)).state).toBe('verified');
    await handle.terminate();
  });

  it('does not let a bare resume approve a plan, and asks for the number of records left out', async () => {
    worker.renew(aPlan({ simulator: false, leftOutToAccept: 37 }));
    const { handle, status } = await worker.start();
    expect((await eventually(status, isPaused)).reasons).toMatchObject([{ kind: 'approval', code: 'plan' }]);

    await handle.signal(resumeSignal);
    expect((await status()).reasons).toMatchObject([{ kind: 'approval' }]);

    await handle.signal(resumeSignal, { approve: 'plan-digest', acceptLeftOut: 36 });
    expect((await status()).reasons).toMatchObject([{ kind: 'approval', code: 'left-out-number' }]);
    expect(worker.fake.count('applySchema')).toBe(0);

    await handle.signal(resumeSignal, { approve: 'plan-digest', acceptLeftOut: 37 });
    expect((await eventually(status, isOpen)).state).toBe('verified');
    await handle.terminate();
  });

  it('starts by itself when the number of records left out was accepted beforehand', async () => {
    worker.renew(aPlan({ simulator: false, leftOutToAccept: 37 }));
    const { handle, status } = await worker.start({ approve: { acceptLeftOut: 37 } });

    await eventually(status, isOpen);

    expect(worker.fake.story().filter((line) => line.includes('paused'))).toEqual([]);
    await handle.terminate();
  });
});

describe('a batch that cannot go on', () => {
  it('pauses the migration, and only unfinished batches are done again after resume', async () => {
    worker.renew(aPlan({ creates: { companies: 1_000 }, links: {} }));
    let broken = true;
    worker.fake.onCall = ({ name, input }) => {
      if (name === 'writeRecords' && broken && Number(input.batch) >= 7) throw aFailure('AuthorizationError', { code: 'token-revoked' });
    };
    const { handle, status } = await worker.start();
    expect((await eventually(status, isPaused)).reasons).toMatchObject([{ kind: 'authorization', code: 'token-revoked' }]);

    broken = false;
    await handle.signal(resumeSignal);
    await eventually(status, isOpen);

    const batches = worker.fake.calls.filter(({ name }) => name === 'writeRecords').map(({ input }) => input.batch);
    expect([0, 1, 2, 3, 4, 5, 6].map((batch) => batches.filter((each) => each === batch).length)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect([7, 8, 9].map((batch) => batches.filter((each) => each === batch).length)).toEqual([2, 2, 2]);
    await handle.terminate();
  });

  it.each([
    { type: 'IdentityError' as const, reason: 'identity' },
    { type: 'InvariantError' as const, reason: 'invariant' },
    { type: 'TypeError' as const, reason: 'invariant' },
    { type: 'PlanError' as const, reason: 'portal-changed' },
  ])('pauses with $reason on $type', async ({ type, reason }) => {
    worker.renew(aPlan({ creates: { companies: 100 }, links: {} }));
    worker.fake.onCall = ({ name }) => {
      if (name === 'writeRecords') throw aFailure(type, { code: 'a-code' });
    };
    const { handle, status } = await worker.start();

    expect((await eventually(status, isPaused)).reasons).toMatchObject([{ kind: reason, code: 'a-code', until: null }]);
    await handle.terminate();
  });

  it('names by ordinals what is in doubt, and does not leave it behind at the end of a phase', async () => {
    worker.renew(aPlan({ creates: { companies: 100, contacts: 100 }, links: {} }));
    const none = worker.fake.problems;
    worker.fake.onCall = ({ name, input }) => {
      if (name === 'compareShard' && input.objectType === 'companies') {
        worker.fake.problems = { ...none, inDoubt: [{ workType: 'companies', count: 2, ordinals: [7, 9], oldest: { ordinal: 9, sentAt: none.at } }] };
      }
    };
    const { handle, status } = await worker.start();
    const paused = await eventually(status, isPaused);

    expect(paused).toMatchObject({ phase: 'contacts', reasons: [{ kind: 'invariant', code: 'left-in-doubt', until: null }], problems: { inDoubt: [{ workType: 'companies', count: 2 }] } });
    expect(await handle.query(problemsQuery)).toEqual([{ code: 'in-doubt', workType: 'companies', count: 2, ordinals: [7, 9], since: none.at }]);
    expect(worker.fake.calls.filter(({ name, input }) => name === 'writeRecords' && input.objectType === 'contacts')).toEqual([]);
    worker.fake.problems = none;
    worker.fake.onCall = () => undefined;
    await handle.signal(resumeSignal);
    await eventually(status, isOpen);
    expect(await handle.query(problemsQuery)).toEqual([]);
    await handle.terminate();
  });

  it('pauses with refusals when more than 5 % and 20 are refused, and goes on in sight of them', async () => {
    worker.renew(aPlan({ creates: { companies: 1_000, contacts: 100 }, links: {} }));
    worker.fake.refusedShare = 0.1;
    const { handle, status } = await worker.start();
    expect((await eventually(status, isPaused)).reasons).toMatchObject([{ kind: 'refusals', code: 'companies' }]);

    await handle.signal(resumeSignal);

    const view = await eventually(status, isOpen);
    expect(view.progress[0]).toMatchObject({ workType: 'companies', done: 1_000, counts: { created: 900, refused: 100 } });
    await handle.terminate();
  });

  it('pauses with invariant when the sealed pairs differ from the ledger', async () => {
    worker.renew(aPlan({ creates: { companies: 200 }, links: {} }));
    const { fake } = worker;
    fake.onCall = ({ name }) => {
      if (name === 'compareShard' && fake.count('compareShard') === 1) throw aFailure('InvariantError', { code: 'shard-differs' });
    };
    const { handle, status } = await worker.start();
    expect((await eventually(status, isPaused)).reasons).toMatchObject([{ kind: 'invariant', code: 'shard-differs' }]);

    await handle.signal(resumeSignal);

    expect((await eventually(status, isOpen)).state).toBe('verified');
    await handle.terminate();
  });
});

describe('rollback in the middle', () => {
  it('drains what is in flight, then undoes only what has begun', async () => {
    worker.renew(aPlan({ creates: { companies: 4_000, contacts: 500, deals: 500 } }));
    const gate = aGate();
    const { fake } = worker;
    fake.onCall = ({ name, input }) => (name === 'writeRecords' && Number(input.batch) > 30 ? gate.arrived() : undefined);
    const { handle, run } = await worker.start();
    await eventually(() => fake.inFlight, (inFlight) => inFlight >= 9);

    await handle.signal(rollbackSignal, { confirm: run });
    await eventually(() => handle.query(statusQuery), ({ state }) => state === 'rolling-back');
    expect(fake.count('undoRecords')).toBe(0);
    gate.open();

    expect(await handle.result()).toEqual({ state: 'rolled-back' });
    expect([...fake.pairs.keys()]).toEqual([]);
    expect([...new Set(fake.calls.filter(({ name }) => name === 'undoRecords').map(({ input }) => input.objectType))]).toEqual(['companies']);
    expect(fake.count('undoAssociations')).toBe(0);
  });

  it('acts on a paused migration, and can itself be paused', async () => {
    worker.renew(aPlan({ creates: { companies: 1_000 }, links: {} }));
    const { fake } = worker;
    const gate = aGate();
    fake.onCall = ({ name, input }) => (name === 'writeRecords' && Number(input.batch) === 9 ? gate.arrived() : undefined);
    const { handle, status, run } = await worker.start();
    await gate.passed;
    await handle.signal(pauseSignal);
    gate.open();
    await eventually(status, isPaused);

    const undoing = aGate();
    fake.onCall = ({ name, input }) => (name === 'undoRecords' && Number(input.batch) === 0 ? undoing.arrived() : undefined);
    await handle.signal(rollbackSignal, { confirm: run });
    await undoing.passed;
    await handle.signal(pauseSignal);
    await eventually(status, ({ state, phase }) => state === 'paused' && phase === 'rollback');
    undoing.open();
    await handle.signal(resumeSignal);

    expect(await handle.result()).toEqual({ state: 'rolled-back' });
    expect([...fake.pairs.keys()]).toEqual([]);
  });

  it('ends a run that has written nothing without undoing anything', async () => {
    worker.renew(aPlan({ simulator: false }));
    const { handle, status, run } = await worker.start();
    await eventually(status, isPaused);

    await handle.signal(rollbackSignal, { confirm: run });

    expect(await handle.result()).toEqual({ state: 'rolled-back' });
    expect(worker.fake.count('undoSchema')).toBe(0);
  });
});

describe('cancelling the migration', () => {
  it('settles what is in flight and lets the cancellation through', async () => {
    worker.renew(aPlan({ creates: { companies: 4_000 }, links: {} }));
    worker.fake.latencyMs = 200;
    const { handle } = await worker.start();
    await eventually(() => worker.fake.inFlight, (inFlight) => inFlight > 4);

    await handle.cancel();

    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(worker.fake.inFlight).toBe(0);
    expect(worker.fake.pairs.size).toBe(worker.fake.count('writeRecords'));
  });
});

describe('throttle', () => {
  it('tells the ledger the rate and the next batches the reserve', async () => {
    worker.renew(aPlan({ simulator: false, creates: { companies: 100 }, links: {} }));
    const { handle, status } = await worker.start();
    await eventually(status, isPaused);

    await handle.signal(throttleSignal, { rate: 0.6, reserve: 0.4 });
    await handle.signal(resumeSignal, { approve: 'plan-digest' });
    await eventually(status, isOpen);

    expect(worker.fake.states.at(-1)).toMatchObject({ rate: 0.6 });
    expect(worker.fake.calls.find(({ name }) => name === 'writeRecords')?.input).toMatchObject({ reserve: 0.4 });
    await handle.terminate();
  });
});
