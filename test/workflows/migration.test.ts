import { aFailure } from '../support/fake-activities';
import { eventually, startFakeWorker } from '../support/fake-run';
import type { FakeWorker } from '../support/fake-run';
import { aPlan } from '../support/plan-facts';
import { connectSuite } from '../support/temporal';
import type { SuiteTemporal } from '../support/temporal';
import type { PlanFacts } from '../../domain/plan-facts';
import type { PartitionManifest } from '../../domain/planned-record';
import { finalizeSignal, pauseSignal, resumeSignal, retrySignal, rollbackSignal, workflowIds } from '../../workflows/messages';

let temporal: SuiteTemporal;
let worker: FakeWorker;

beforeAll(async () => {
  temporal = await connectSuite('migration');
  worker = await startFakeWorker(temporal, aPlan());
});
afterAll(async () => {
  await worker.stop();
  await temporal.close();
});
beforeEach(() => worker.renew(aPlan()));

const isOpen = ({ phase }: { phase: string }) => phase === 'open';

describe('migration', () => {
  it('writes, links and reads back what the plan says, and stays open', async () => {
    const { status, handle } = await worker.start();

    const view = await eventually(status, isOpen);

    expect(view.state).toBe('verified');
    expect(view.progress.map(({ workType, done, total }) => [workType, done, total])).toEqual([
      ['companies', 250, 250],
      ['contacts', 130, 130],
      ['deals', 90, 90],
      ['contacts-companies', 130, 130],
    ]);
    expect(view.batches).toEqual({ done: 16, total: 16 });
    expect(view.verified).toEqual({ recordsCompared: 470, cellsCompared: 0, associationsCompared: 130, differences: 0, unexpected: 0 });
    await handle.terminate();
  });

  it('tells the ledger of each phase in order', async () => {
    const { handle } = await worker.start();

    const story = await eventually(() => worker.fake.story(), (told) => told.at(-1) === 'open: verified');

    expect(story).toEqual([
      'preflight: planning',
      'stage: planning',
      'plan: planning',
      'properties: running',
      'companies: running',
      'contacts: running',
      'deals: running',
      'relink: running',
      'verify: running',
      'report: running',
      'open: verified',
    ]);
    await handle.terminate();
  });

  it('closes its shards and itself when it is finalized', async () => {
    const { status, handle, run } = await worker.start();
    await eventually(status, isOpen);

    await handle.signal(finalizeSignal);
    const result = await handle.result();

    expect(result).toEqual({ state: 'finalized' });
    const shard = await temporal.client.workflow.getHandle(workflowIds.shard(run, 'companies', 0)).describe();
    expect(shard.status.name).toBe('COMPLETED');
  });

  it('ends before its first write with the type, code and exit code of a mistake', async () => {
    worker.fake.onCall = ({ name }) => {
      if (name === 'inspectPortal') throw aFailure('AuthorizationError', { code: 'missing-scope', exitCode: 4 });
    };
    const { handle } = await worker.start();

    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'AuthorizationError', details: [{ code: 'missing-scope', exitCode: 4 }] } });
    expect(worker.fake.story().at(-1)).toBe('preflight: not-started');
    expect(worker.fake.count('applySchema')).toBe(0);
  });

  it('does not start while open deals would lose their owner', async () => {
    worker.fake.plan = aPlan({ openDealsToAccept: 3 });
    const { handle } = await worker.start();

    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'PlanError', details: [{ code: 'open-deals-without-owner', exitCode: 5 }] } });
  });

  it('does not start while a match is undecided', async () => {
    worker.fake.plan = aPlan({ undecided: 2 });
    const { handle } = await worker.start();

    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'PlanError', details: [{ code: 'undecided-matches', exitCode: 5 }] } });
  });

  it('pauses instead of ending once it writes, and goes on when a person resumes', async () => {
    let broken = true;
    worker.fake.onCall = ({ name }) => {
      if (name === 'applySchema' && broken) throw aFailure('AuthorizationError', { code: 'token-expired' });
    };
    const { handle, status } = await worker.start();
    const paused = await eventually(status, ({ state }) => state === 'paused');
    expect(paused.reasons).toMatchObject([{ kind: 'authorization', code: 'token-expired' }]);

    broken = false;
    await handle.signal(resumeSignal);

    expect((await eventually(status, isOpen)).state).toBe('verified');
    await handle.terminate();
  });

  it('continues as new between phases and ends the same', async () => {
    const { handle, status } = await worker.start({ maxHistoryLength: 20 });
    const view = await eventually(status, isOpen);

    expect(view.state).toBe('verified');
    expect(view.batches).toEqual({ done: 16, total: 16 });
    expect(worker.fake.count('writeRecords')).toBe(6);
    const { runId } = await handle.describe();
    expect(runId).not.toBe(handle.firstExecutionRunId);
    await handle.terminate();
  });

  it('undoes everything in reverse order when a rollback is confirmed at the end', async () => {
    const { handle, status, run } = await worker.start();
    await eventually(status, isOpen);

    await handle.signal(rollbackSignal, { confirm: run });
    const result = await handle.result();

    expect(result).toEqual({ state: 'rolled-back' });
    expect([...worker.fake.pairs.keys(), ...worker.fake.links]).toEqual([]);
    const order = worker.fake.calls.filter(({ name }) => name === 'undoRecords').map(({ input }) => input.objectType);
    expect([...new Set(order)]).toEqual(['deals', 'contacts', 'companies']);
    expect(worker.fake.story().slice(-2)).toEqual(['rollback: rolling-back', 'rollback: rolled-back']);
  });

  it('shows the dry run and pauses when a rollback is not confirmed', async () => {
    const { handle, status } = await worker.start();
    await eventually(status, isOpen);

    await handle.signal(rollbackSignal, { confirm: 'another-run' });

    const view = await eventually(status, ({ state }) => state === 'paused');
    expect(view.reasons).toMatchObject([{ kind: 'operator', code: 'rollback-dry-run' }]);
    expect(worker.fake.count('undoRecords')).toBe(0);
    await handle.terminate();
  });
});

const SMALL = aPlan({ creates: { contacts: 5 }, links: { 'contacts-companies': 5 } });
/** The plan with two contacts and their associations in partitions of a first round of retry. */
function retried(): PlanFacts {
  const round: PartitionManifest = { partition: 1, firstBatch: 100, batchCounts: [2], round: 1 };
  return { ...SMALL, records: SMALL.records.map((each) => ({ ...each, partitions: [...each.partitions, round] })), associations: SMALL.associations.map((each) => ({ ...each, partitions: [...each.partitions, round] })) };
}

describe('a round of retry', () => {
  beforeEach(() => {
    worker.fake.plan = SMALL;
    worker.fake.retried = retried();
  });
  const calls = (name: string) => worker.fake.calls.filter((call) => call.name === name);

  it.each([{ renewed: 'never renewed', more: {} }, { renewed: 'renewed between its steps', more: { maxHistoryLength: 20 } }])('writes, links and reads back its own batches alone, and is undone with all else ($renewed)', async ({ more }) => {
    const { handle, status, run } = await worker.start(more);
    await eventually(status, isOpen);
    const before = worker.fake.calls.length;

    await handle.signal(retrySignal, { round: 1 });
    await handle.signal(retrySignal, { round: 1 });
    await eventually(() => worker.fake.story(), (story) => story.slice(-2).join() === 'retry: running,open: verified');

    const since = worker.fake.calls.slice(before);
    const batches = (name: string) => since.filter((call) => call.name === name).map(({ input }) => input.batch);
    expect({ written: batches('writeRecords'), linked: batches('writeAssociations'), readBack: batches('verifyRecords') }).toEqual({ written: [100], linked: [100], readBack: [100] });
    expect([since.filter(({ name }) => name === 'planRetry'), since.filter(({ name }) => name === 'endRetry')]).toEqual([[expect.objectContaining({ input: expect.objectContaining({ run, round: 1 }) as object })], [expect.anything()]]);
    expect(worker.fake.shards.map(({ workflowId }) => workflowId)).toContain(workflowIds.shard(run, 'contacts', 1));

    await handle.signal(rollbackSignal, { confirm: run });
    expect(await handle.result()).toEqual({ state: 'rolled-back' });
    expect(calls('undoRecords').map(({ input }) => input.batch)).toContain(100);
    expect([...worker.fake.pairs.keys(), ...worker.fake.links]).toEqual([]);
  });

  it('pauses like every other phase, and a rollback in its middle undoes what it has taken', async () => {
    const { handle, status, run } = await worker.start();
    await eventually(status, isOpen);
    worker.fake.onCall = ({ name, input }) => {
      if (name === 'writeRecords' && input.batch === 100) throw aFailure('AuthorizationError', { code: 'token-expired' });
    };

    await handle.signal(retrySignal, { round: 1 });
    const paused = await eventually(status, ({ state }) => state === 'paused');
    await handle.signal(rollbackSignal, { confirm: run });

    expect(paused.phase).toBe('retry');
    expect(await handle.result()).toEqual({ state: 'rolled-back' });
    expect(calls('undoRecords').map(({ input }) => input.batch)).toContain(100);
  });
});

describe('a command that wants to be told', () => {
  beforeEach(() => {
    worker.fake.plan = SMALL;
  });
  const told = () => worker.fake.calls.filter(({ name }) => name === 'notify').map(({ input }) => input as { event: string; state: string; reasons: { kind: string; code: string | null }[] });

  it('is told of each new reason to wait, once, and of the end, whatever it does', async () => {
    let broken = true;
    worker.fake.onCall = ({ name }) => {
      if (name === 'applySchema' && broken) throw aFailure('AuthorizationError', { code: 'token-expired' });
      if (name === 'notify') throw aFailure('PlanError', { code: 'unknown-error' });
    };
    const { handle } = await worker.start({ notify: true });
    // What comes while a notice is being prepared stands in the same one.
    await eventually(told, ({ length }) => length === 1);
    await handle.signal(pauseSignal);
    await eventually(told, ({ length }) => length === 2);
    broken = false;

    await handle.signal(resumeSignal);
    await eventually(told, ({ length }) => length === 3);
    await handle.signal(finalizeSignal);
    expect(await handle.result()).toEqual({ state: 'finalized' });

    expect(told().map(({ event, state, reasons }) => [event, state, reasons.map(({ kind }) => kind).join(' ')])).toEqual([
      ['waits', 'paused', 'authorization'],
      ['waits', 'paused', 'authorization operator'],
      ['ended', 'verified', ''],
      ['ended', 'finalized', ''],
    ]);
  });

  it('is not asked for where the migration file names none', async () => {
    const { handle, status } = await worker.start();
    await eventually(status, isOpen);
    await handle.signal(finalizeSignal);
    await handle.result();

    expect(told()).toEqual([]);
  });
});
