/** A run of the real workflows against fake activities on a real server. */
import { nobodyWatches } from '../../domain/crash-point';
import { createCrashPointSinks } from '../../worker/crash-point-sinks';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import type { PlanFacts } from '../../domain/plan-facts';
import { statusQuery, workflowIds } from '../../workflows/messages';
import type { StatusView } from '../../workflows/messages';
import type { MigrationWorkflowInput, migration } from '../../workflows/migration';
import { FakeActivities } from './fake-activities';
import type { ActivityName } from './fake-activities';
import type { SuiteTemporal } from './temporal';

export const aMigrationInput = (ledgerId: string, run: string, named: Partial<MigrationWorkflowInput> = {}): MigrationWorkflowInput => ({
  run,
  migrationId: run,
  ledgerId,
  epoch: 1,
  expectedPlanDigest: null,
  approve: null,
  rate: 1,
  reserve: 0.25,
  // Longer than any wait of a test, so that no skipped time ends it.
  rollbackWindowMs: 60 * 24 * 3_600_000,
  searchLagMs: 1,
  quietMs: 0,
  ...named,
});

/** The worker of one ledger. To start one takes longer than most tests of a suite, so that they share it, each with activities of its own. */
export interface FakeWorker {
  readonly ledgerId: string;
  /** Of the runs that are started now. */
  readonly fake: FakeActivities;
  /** Fresh activities for the next test; what an earlier run may still ask, it asks its own. */
  renew(plan: PlanFacts): void;
  start(named?: Partial<MigrationWorkflowInput>): Promise<StartedRun>;
  stop(): Promise<void>;
}
export interface StartedRun {
  readonly run: string;
  readonly handle: WorkflowHandleWithFirstExecutionRunId<typeof migration>;
  status(): Promise<StatusView>;
}

export async function startFakeWorker(temporal: SuiteTemporal, plan: PlanFacts): Promise<FakeWorker> {
  const ledgerId = randomUUID();
  let fake = new FakeActivities(plan, temporal.client);
  const fakeOf = new Map<string, FakeActivities>();
  const activities = Object.fromEntries(
    Object.keys(fake.activities).map((name) => [name, (input: { readonly run?: string }): Promise<unknown> => ((fakeOf.get(input.run ?? '') ?? fake).activities[name as ActivityName] as (given: object) => Promise<unknown>)(input)]),
  );
  const options = { connection: temporal.nativeConnection, namespace: temporal.namespace, activities, maxHeartbeatThrottleInterval: 1_000 };
  const workers = await Promise.all([
    Worker.create({ ...options, taskQueue: `portage-${ledgerId}`, workflowBundle: temporal.workflowBundle, sinks: createCrashPointSinks(nobodyWatches), maxCachedWorkflows: 200, stickyQueueScheduleToStartTimeout: '3 s' }),
    Worker.create({ ...options, taskQueue: `portage-${ledgerId}-portal` }),
  ]);
  const running = workers.map((worker) => worker.run());
  return {
    ledgerId,
    get fake() {
      return fake;
    },
    renew(plan) {
      fake = new FakeActivities(plan, temporal.client);
    },
    async start(named = {}) {
      const run = named.run ?? `acme-${randomUUID()}.1`;
      fakeOf.set(run, fake);
      const handle = await temporal.client.workflow.start<typeof migration>('migration', {
        workflowId: workflowIds.migration(run),
        taskQueue: `portage-${ledgerId}`,
        args: [aMigrationInput(ledgerId, run, named)],
      });
      return { run, handle, status: () => handle.query(statusQuery) };
    },
    async stop() {
      for (const worker of workers) {
        worker.shutdown();
      }
      await Promise.all(running);
    },
  };
}

const FIRST_PAUSE_MS = 20;
/** On a busy machine each question delays what it waits for: a query keeps server and worker at work. */
const LONGEST_PAUSE_MS = 400;

/** Asks until the answer fits. Bounded, so that a wrong answer is told instead of waited for. */
export async function eventually<T>(ask: () => Promise<T> | T, isRight: (answer: T) => boolean, attempts = 300): Promise<T> {
  let answer = await ask();
  for (let attempt = 1, pauseMs = FIRST_PAUSE_MS; attempt < attempts && !isRight(answer); attempt += 1, pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    answer = await ask();
  }
  if (!isRight(answer)) {
    throw new Error(`Still not so: ${JSON.stringify(answer)}`);
  }
  return answer;
}

/** The types of the events in the history of the latest execution. */
export async function eventTypes(temporal: SuiteTemporal, workflowId: string): Promise<readonly string[]> {
  const { events } = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).map((event) => Object.keys(event).find((key) => key.endsWith('EventAttributes')) ?? 'unknown');
}

/** How many events of a history are of a type, by the start of its name. */
export const countEvents = (types: readonly string[], start: string): number => types.filter((type) => type.startsWith(start)).length;

/** Nothing is under way in this history: no task, no activity, no message to another workflow. */
export const isAtRest = (types: readonly string[]): boolean =>
  countEvents(types, 'workflowTaskScheduled') === countEvents(types, 'workflowTaskCompleted') &&
  countEvents(types, 'activityTaskScheduled') === countEvents(types, 'activityTaskCompleted') &&
  countEvents(types, 'signalExternalWorkflowExecutionInitiated') === countEvents(types, 'externalWorkflowExecutionSignaled');
