/** Puts the parts together: two workers of one process, one for workflows and the ledger, one for whatever calls the portal. */
import { Worker } from '@temporalio/worker';
import type { ActivityInterceptorsFactory, NativeConnection, WorkerOptions, WorkflowBundleOption } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { LedgerActivities, PortalActivities } from '../activities/migration-activities';
import { passCrashPoint } from '../domain/crash-point';
import type { CrashWatch } from '../domain/crash-point';
import type { Ledger } from '../ledger/ledger';
import { taskQueues } from '../workflows/messages';
import { createCrashPointSinks } from './crash-point-sinks';
import { createFailureInterceptor } from './failure-interceptor';

/** A batch in flight may end: its HTTP call takes 110 s at most, and nearly always less than this. A container's stop time-out must be longer. */
const SHUTDOWN_GRACE_MS = 30_000;
/** Heartbeats every second reach the server every second, so that a killed worker is noticed within the time-out of 5 s. */
const HEARTBEAT_THROTTLE_MS = 1_000;
/** Tasks of a worker that was killed wait this long for it before another may take them. */
const STICKY_TIMEOUT_MS = 3_000;
/** The window of 24 batches, and a few single activities beside them. */
const PORTAL_ACTIVITIES = 30;
/** Open partitions, phases, migrations and shards that are asked, with room to spare; each holds at most 10,000 pairs. */
const CACHED_WORKFLOWS = 200;

export interface PortageWorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly ledger: Pick<Ledger, 'facts'>;
  readonly ledgerId: string;
  readonly ledgerActivities: LedgerActivities;
  readonly portalActivities: PortalActivities;
  readonly workflowBundle: WorkflowBundleOption;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Null: no limit. */
  readonly portalActivitiesPerSecond: number | null;
  readonly crashWatch: CrashWatch;
}

export interface PortageWorker {
  readonly taskQueues: readonly string[];
  /** Polls until shutdown; rejects when one of the two fails. */
  run(): Promise<void>;
  /** Takes no more work and lets what is in flight end. Repeatable. */
  shutdown(): void;
}

export async function createPortageWorker(options: PortageWorkerOptions): Promise<PortageWorker> {
  const { connection, namespace, ledger, ledgerId, logger, clock, portalActivitiesPerSecond, crashWatch } = options;
  const shared: Omit<WorkerOptions, 'taskQueue'> = {
    connection,
    namespace,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    interceptors: { activity: [createActivityEnds(crashWatch), createFailureInterceptor({ facts: ledger.facts, logger, clock })] },
    sinks: createCrashPointSinks(crashWatch),
  };
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: taskQueues.ledger(ledgerId),
      workflowBundle: options.workflowBundle,
      activities: options.ledgerActivities,
      stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT_MS,
      maxCachedWorkflows: CACHED_WORKFLOWS,
    }),
    Worker.create({
      ...shared,
      taskQueue: taskQueues.portal(ledgerId),
      activities: options.portalActivities,
      maxConcurrentActivityTaskExecutions: PORTAL_ACTIVITIES,
      ...(portalActivitiesPerSecond === null ? {} : { maxTaskQueueActivitiesPerSecond: portalActivitiesPerSecond }),
    }),
  ]);
  const shutdown = () => {
    for (const worker of workers) {
      if (worker.getState() === 'RUNNING') {
        worker.shutdown();
      }
    }
  };
  return {
    taskQueues: [taskQueues.ledger(ledgerId), taskQueues.portal(ledgerId)],
    shutdown,
    async run() {
      const running = workers.map((worker) => worker.run());
      try {
        await Promise.all(running);
      } finally {
        // One that failed must not leave the other polling.
        shutdown();
        await Promise.allSettled(running);
      }
    },
  };
}

/** Before it begins, and when all that it did is durable and Temporal does not know yet. */
const createActivityEnds = (crashWatch: CrashWatch): ActivityInterceptorsFactory => ({ info }) => ({
  inbound: { execute: (input, next) => passCrashPoint(crashWatch, `activity:${info.activityType}`, () => next(input)) },
});
