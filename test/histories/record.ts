/**
 * Records the histories that test/replay replays: `node --require tsx/cjs test/histories/record.ts`. Run it after a change of workflow commands, give the new
 * files a name of their own, and keep the old ones as long as runs of that version may be open. Real exports of a real server, of fake records.
 */
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { finalizeSignal, pauseSignal, resumeSignal, retrySignal, rollbackSignal, throttleSignal, workflowIds } from '../../workflows/messages';
import type { planning } from '../../workflows/planning';
import { aFailure, aGate } from '../support/fake-activities';
import { eventually, startFakeWorker } from '../support/fake-run';
import { aPlan } from '../support/plan-facts';
import { connectSuite } from '../support/temporal';
import type { SuiteTemporal } from '../support/temporal';
import setUpTemporal from '../support/temporal-global-setup';
import tearDownTemporal from '../support/temporal-global-teardown';

const isPaused = ({ state }: { state: string }) => state === 'paused';
const isOpen = ({ phase }: { phase: string }) => phase === 'open';

async function record(temporal: SuiteTemporal, name: string, workflowId: string, runId?: string): Promise<void> {
  const history = await temporal.client.workflow.getHandle(workflowId, runId).fetchHistory();
  // Identities name this machine and its processes, stack traces its folders.
  const text = historyToJSON(history).replaceAll(`${process.pid}@${hostname()}`, 'recorder').replaceAll(/"stackTrace":\s*"(?:[^"\\]|\\.)*"/g, '"stackTrace":""');
  await writeFile(join(__dirname, `${name}.json`), `${JSON.stringify(JSON.parse(text))}\n`);
}

/** Approved, paused, throttled, refused by the portal, resumed, finalized. */
async function recordFinalized(temporal: SuiteTemporal): Promise<void> {
  const worker = await startFakeWorker(temporal, aPlan({ simulator: false, creates: { companies: 1_500, contacts: 130, deals: 90 }, links: { 'contacts-companies': 130 } }));
  const { handle, status, run } = await worker.start({ run: 'recorded.1' });
  await eventually(status, isPaused);
  const gate = aGate();
  let broken = true;
  worker.fake.onCall = ({ name, input }) => {
    if (name === 'writeRecords' && input.batch === 3) return gate.arrived();
    if (name === 'writeRecords' && input.objectType === 'contacts' && broken) throw aFailure('AuthorizationError', { code: 'token-revoked' });
    return undefined;
  };
  await handle.signal(resumeSignal, { approve: 'plan-digest' });
  await gate.passed;
  await handle.signal(pauseSignal);
  await handle.signal(throttleSignal, { rate: 0.5 });
  gate.open();
  await eventually(status, isPaused);
  await handle.signal(resumeSignal);
  await eventually(status, ({ reasons }) => reasons[0]?.kind === 'authorization');
  broken = false;
  await handle.signal(resumeSignal);
  await eventually(status, isOpen);
  await handle.signal(finalizeSignal);
  await handle.result();

  await record(temporal, 'migration-finalized', workflowIds.migration(run));
  await record(temporal, 'phase-companies-paused', workflowIds.phase(run, 'companies'));
  await record(temporal, 'partition-companies-paused', workflowIds.partition(run, 'companies', 0));
  await record(temporal, 'partition-contacts-blocked', workflowIds.partition(run, 'contacts', 0));
  await record(temporal, 'partition-relink', workflowIds.partition(run, 'relink', 0));
  await record(temporal, 'id-map-shard', workflowIds.shard(run, 'companies', 0));
  await worker.stop();
}

/** Rolled back in the middle of the contacts. */
async function recordRolledBack(temporal: SuiteTemporal): Promise<void> {
  const worker = await startFakeWorker(temporal, aPlan({ creates: { companies: 250, contacts: 4_000 } }));
  const gate = aGate();
  worker.fake.onCall = ({ name, input }) => (name === 'writeRecords' && input.objectType === 'contacts' && Number(input.batch) > 3 ? gate.arrived() : undefined);
  const { handle, run } = await worker.start({ run: 'recorded.2' });
  await gate.passed;
  await handle.signal(rollbackSignal, { confirm: run });
  gate.open();
  await handle.result();

  await record(temporal, 'migration-rolled-back', workflowIds.migration(run));
  await record(temporal, 'rollback', workflowIds.rollback(run));
  await record(temporal, 'phase-stopped', workflowIds.phase(run, 'contacts'));
  await record(temporal, 'partition-stopped', workflowIds.partition(run, 'contacts', 0));
  await record(temporal, 'partition-undo', workflowIds.partition(run, 'undo-contacts', 0));
  await worker.stop();
}

/** Continued as new between phases. */
async function recordContinued(temporal: SuiteTemporal): Promise<void> {
  const worker = await startFakeWorker(temporal, aPlan({ batchesAPartition: 1, creates: { companies: 1_200 }, links: {} }));
  const { handle, status, run } = await worker.start({ run: 'recorded.3', maxHistoryLength: 60 });
  await eventually(status, isOpen);
  await record(temporal, 'migration-first-execution', workflowIds.migration(run), handle.firstExecutionRunId);
  await record(temporal, 'migration-continued', workflowIds.migration(run));
  await record(temporal, 'phase-continued', workflowIds.phase(run, 'companies'));
  await handle.terminate();
  await worker.stop();
}

/** Obeys a plan of which too much became otherwise, and meets a schema that an administrator changed. */
async function recordOfPlan(temporal: SuiteTemporal): Promise<void> {
  const worker = await startFakeWorker(temporal, aPlan({ recordDrift: { changed: 100, written: 470 } }));
  let mended = false;
  worker.fake.onCall = ({ name, input }) => {
    if (name === 'compareSchema' && input.objectType === 'contacts' && !mended) throw aFailure('PlanError', { code: 'option-gone contacts.industry' });
  };
  const { handle, status, run } = await worker.start({ run: 'recorded.4', expectedPlanDigest: 'plan-digest' });
  await eventually(status, isPaused);
  await handle.signal(resumeSignal, { acceptDrift: true });
  await eventually(status, ({ reasons }) => reasons[0]?.kind === 'portal-changed');
  mended = true;
  await handle.signal(resumeSignal);
  await eventually(status, isOpen);
  await handle.signal(finalizeSignal);
  await handle.result();

  await record(temporal, 'migration-of-a-plan', workflowIds.migration(run));
  await record(temporal, 'partition-compared', workflowIds.partition(run, 'contacts', 0));
  await worker.stop();
}

/** Told of its pauses, one round of retry after its end, paused in its middle. */
async function recordRetried(temporal: SuiteTemporal): Promise<void> {
  const plan = aPlan({ creates: { contacts: 5 }, links: { 'contacts-companies': 5 } });
  const round = { partition: 1, firstBatch: 100, batchCounts: [2], round: 1 };
  const worker = await startFakeWorker(temporal, plan);
  worker.fake.retried = { ...plan, records: plan.records.map((each) => ({ ...each, partitions: [...each.partitions, round] })), associations: plan.associations.map((each) => ({ ...each, partitions: [...each.partitions, round] })) };
  const { handle, status, run } = await worker.start({ run: 'recorded.5', notify: true });
  await eventually(status, isOpen);
  let broken = true;
  worker.fake.onCall = ({ name, input }) => {
    if (name === 'writeRecords' && input.batch === 100 && broken) throw aFailure('AuthorizationError', { code: 'token-revoked' });
  };
  await handle.signal(retrySignal, { round: 1 });
  await eventually(status, isPaused);
  broken = false;
  await handle.signal(resumeSignal);
  await eventually(status, isOpen);
  await handle.signal(finalizeSignal);
  await handle.result();

  await record(temporal, 'migration-retried', workflowIds.migration(run));
  await worker.stop();
}

async function recordPlanning(temporal: SuiteTemporal): Promise<void> {
  const worker = await startFakeWorker(temporal, aPlan());
  const run = `recorded-${randomUUID()}`;
  const handle = await temporal.client.workflow.start<typeof planning>('planning', {
    workflowId: workflowIds.planning(run),
    taskQueue: `portage-${worker.ledgerId}`,
    args: [{ run, ledgerId: worker.ledgerId, stopAfter: 'plan' }],
  });
  await handle.result();
  await record(temporal, 'planning', handle.workflowId);
  await worker.stop();
}

async function main(): Promise<void> {
  await setUpTemporal();
  const temporal = await connectSuite('record');
  try {
    await recordFinalized(temporal);
    await recordRolledBack(temporal);
    await recordContinued(temporal);
    await recordOfPlan(temporal);
    await recordPlanning(temporal);
    await recordRetried(temporal);
  } finally {
    await temporal.close();
    await tearDownTemporal();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
