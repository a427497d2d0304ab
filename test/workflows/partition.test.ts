import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import { initialControl } from '../../domain/control';
import { idMapDigest } from '../../domain/id-map';
import type { IdPair } from '../../domain/id-map';
import { reportsTogether } from '../../domain/progress';
import { toItems } from '../../domain/window';
import { closeShardSignal, idMapQuery, workflowIds } from '../../workflows/messages';
import type { ProgressInput } from '../../workflows/messages';
import type { partition } from '../../workflows/partition';
import type { phase } from '../../workflows/phase';
import { aGate } from '../support/fake-activities';
import { eventTypes, eventually, startFakeWorker } from '../support/fake-run';
import type { FakeWorker } from '../support/fake-run';
import { aPlan, partitionsOf } from '../support/plan-facts';
import { connectSuite } from '../support/temporal';
import type { SuiteTemporal } from '../support/temporal';

let temporal: SuiteTemporal;
let worker: FakeWorker;
let run: string;

beforeAll(async () => {
  temporal = await connectSuite('partition');
  worker = await startFakeWorker(temporal, aPlan());
});
afterAll(async () => {
  await worker.stop();
  await temporal.close();
});
beforeEach(() => {
  worker.renew(aPlan());
  run = `acme-${randomUUID()}.1`;
});

const { control } = initialControl({ rate: 1, reserve: 0.25 });
const identity = () => ({ run, ledgerId: worker.ledgerId, epoch: 1, portalId: '4711', includeEdited: false });
const itemsOf = (records: number, batchesAPartition?: number) => toItems('write-records', 'companies', partitionsOf(records, batchesAPartition));
const startPartition = (records: number, window = control.window) =>
  temporal.client.workflow.start<typeof partition>('partition', {
    workflowId: workflowIds.partition(run, 'companies', 0),
    taskQueue: `portage-${worker.ledgerId}`,
    args: [{ ...identity(), item: itemsOf(records)[0]!, control: { ...control, window } }],
  });
const progressToldTo = async (migration: WorkflowHandle): Promise<readonly ProgressInput[]> => {
  const { events } = await migration.fetchHistory();
  return (events ?? []).flatMap((event) => event.workflowExecutionSignaledEventAttributes?.input?.payloads ?? []).map((payload) => defaultPayloadConverter.fromPayload<ProgressInput>(payload));
};
const pairsOf = (records: number) => Array.from({ length: records }, (_, index): IdPair => [`S${index}`, `T${index}`, 'c']);

describe('partition', () => {
  it('writes 10,000 records in a full window with at most 430 events', async () => {
    worker.fake.latencyMs = 100;
    const handle = await startPartition(10_000);

    expect(await handle.result()).toEqual({ complete: true });

    expect(worker.fake.maxInFlight).toBeLessThanOrEqual(24);
    expect(worker.fake.maxInFlight).toBeGreaterThan(12);
    expect((await eventTypes(temporal, handle.workflowId)).length).toBeLessThanOrEqual(430);
  });

  it('stays within 640 events when its batches end one by one', async () => {
    // Uneven, as a real portal is: hardly two end in the same workflow task.
    worker.fake.onCall = ({ name, input }) => (name === 'writeRecords' ? new Promise((resolve) => setTimeout(resolve, 100 + ((Number(input.batch) * 173) % 500))) : undefined);
    const handle = await startPartition(10_000, 6);

    await handle.result();

    expect(worker.fake.maxInFlight).toBeLessThanOrEqual(6);
    expect((await eventTypes(temporal, handle.workflowId)).length).toBeLessThanOrEqual(640);
  });

  it('seals its pairs into a shard that stays open and answers for them', async () => {
    const handle = await startPartition(250);
    await handle.result();

    const shard = temporal.client.workflow.getHandle(workflowIds.shard(run, 'companies', 0));

    expect((await shard.describe()).status.name).toBe('RUNNING');
    expect(idMapDigest(await shard.query(idMapQuery))).toBe(idMapDigest(pairsOf(250)));
    expect(worker.fake.shards).toHaveLength(1);
    expect((await eventTypes(temporal, shard.workflowId)).length).toBe(4);
    await shard.signal(closeShardSignal);
  });

  it('takes a shard for its own that an earlier execution started with the same digest', async () => {
    const pairs = pairsOf(100);
    const shard = await temporal.client.workflow.start('idMapShard', {
      workflowId: workflowIds.shard(run, 'companies', 0),
      taskQueue: `portage-${worker.ledgerId}`,
      args: [{ pairs, digest: idMapDigest(pairs) }],
    });
    const handle = await startPartition(100);

    expect(await handle.result()).toEqual({ complete: true });

    expect(worker.fake.count('readShardDigest')).toBe(1);
    await shard.terminate();
  });

  it('names each batch by the records that it covers', async () => {
    const handle = await startPartition(250);
    await handle.result();

    const { events } = await handle.fetchHistory();
    const summaries = (events ?? []).flatMap(({ userMetadata }) => (userMetadata?.summary?.data ? [Buffer.from(userMetadata.summary.data).toString()] : []));

    expect(summaries.filter((summary) => summary.includes('companies'))).toEqual(['"companies 1–100"', '"companies 101–200"', '"companies 201–250"']);
  });

  it('settles what is in flight and closes when it is cancelled', async () => {
    worker.fake.latencyMs = 300;
    const handle = await startPartition(10_000);
    await eventually(() => worker.fake.inFlight, (inFlight) => inFlight > 0);

    await handle.cancel();

    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(worker.fake.inFlight).toBe(0);
    expect(worker.fake.pairs.size).toBe(worker.fake.count('writeRecords'));
    expect(worker.fake.shards).toEqual([]);
  });
});

describe('phase', () => {
  it('continues as new when drained, does each partition once, and passes on what all of them did', async () => {
    // Hears what is told on the way, on a slow machine.
    const migration = await temporal.client.workflow.start('a-migration', { workflowId: workflowIds.migration(run), taskQueue: `nobody-${run}` });
    const handle = await temporal.client.workflow.start<typeof phase>('phase', {
      workflowId: workflowIds.phase(run, 'companies'),
      taskQueue: `portage-${worker.ledgerId}`,
      args: [{ ...identity(), name: 'companies', items: itemsOf(1_200, 1), control, maxHistoryLength: 25 }],
    });

    const { complete, untold = [] } = await handle.result();
    const told = await progressToldTo(migration);
    await migration.terminate();

    expect(complete).toBe(true);
    expect(reportsTogether([...told, ...untold])).toEqual([{ kind: 'write-records', workType: 'companies', batches: 12, counts: { created: 1_200, updated: 0, unchanged: 0, refused: 0 } }]);
    expect(worker.fake.pairs.size).toBe(12);
    expect(worker.fake.count('writeRecords')).toBe(12);
    expect((await handle.describe()).runId).not.toBe(handle.firstExecutionRunId);
  });

  it('tells of refusals while other partitions go on, so that too many of them pause the migration', async () => {
    const gate = aGate();
    worker.fake.refusedShare = 0.25;
    worker.fake.onCall = ({ name, input }) => (name === 'writeRecords' && input.batch === 1 ? gate.arrived() : undefined);
    const migration = await temporal.client.workflow.start('a-migration', { workflowId: workflowIds.migration(run), taskQueue: `nobody-${run}` });
    const handle = await temporal.client.workflow.start<typeof phase>('phase', {
      workflowId: workflowIds.phase(run, 'companies'),
      taskQueue: `portage-${worker.ledgerId}`,
      args: [{ ...identity(), name: 'companies', items: itemsOf(200, 1), control }],
    });

    const told = await eventually(() => progressToldTo(migration), (reports) => reports.length > 0);
    gate.open();
    await handle.result();
    await migration.terminate();

    expect(told).toEqual([{ kind: 'write-records', workType: 'companies', batches: 1, counts: { created: 75, updated: 0, unchanged: 0, refused: 25 } }]);
  });

  it('costs at most 9 events a partition', async () => {
    const handle = await temporal.client.workflow.start<typeof phase>('phase', {
      workflowId: workflowIds.phase(run, 'companies'),
      taskQueue: `portage-${worker.ledgerId}`,
      args: [{ ...identity(), name: 'companies', items: itemsOf(1_000, 1), control }],
    });
    await handle.result();

    // Beside the partitions: its start, first task and end.
    expect((await eventTypes(temporal, handle.workflowId)).length - 5).toBeLessThanOrEqual(9 * 10);
  });
});
