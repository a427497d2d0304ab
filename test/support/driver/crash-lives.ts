/**
 * Small migrations through Temporal whose workers are killed one after the other: each at the boundary that it was told, until a last one finishes the work. They
 * pass what no process of activities passes: the steps of workflows, and the shards of the id map.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CrashPoint } from '../../../domain/crash-point';
import { ENDED_STATES, readStatus } from '../../../client/migration-status';
import type { MigrationStatus } from '../../../client/migration-status';
import { connectPortage } from '../../../client/portage-client';
import type { RunState } from '../../../domain/phase';
import { openLedger } from '../../../ledger/open-ledger';
import type { RunningProgram } from '../../../local/node-program';
import type * as workerProcess from '../../../local/worker-process';
import type { CallLog, CanonicalDump } from '../../../simulator/control-plane';
import { createHubspotSimulator } from '../../../simulator/hubspot/create-hubspot-simulator';
import { finalizeSignal, resumeSignal, rollbackSignal, taskQueues, workflowIds } from '../../../workflows/messages';
import type { MigrationInput } from '../../../workflows/messages';
import type { migration } from '../../../workflows/migration';
import { compiled, compiledFile } from '../compiled';
import { crashPointsInCode } from '../crash-points-in-code';
import { simulatedPortal } from '../simulated-portal';
import type { SuiteTemporal } from '../temporal';
import type { CrashOrders } from './crash-orders';
import type { Side } from './crash-routes';
import { drivenDefinition } from './drive';
import { DRIVEN_TOKEN, smallPortal, writeSmallExport } from './small-export';

/** What a worker alone passes. */
export const THROUGH_TEMPORAL: readonly CrashPoint[] = [...crashPointsInCode().filter((point) => point.startsWith('workflow:')), 'activity:closeShards', 'activity:compareShards', 'activity:readShardDigest', 'activity:recoverShard'];

export interface Death {
  readonly point: CrashPoint;
  readonly side: Side;
  /** Default 1, in the life of this worker. */
  readonly passage?: number;
  /** A person ends the first partition before this worker starts, and resumes the migration, which says that a part of it failed. */
  readonly partition?: 'ended-by-hand';
  /** Before this worker starts, Temporal loses the migration, and a person recovers it from the ledger. */
  readonly temporal?: 'lost';
}

export interface Story {
  readonly deaths: readonly Death[];
  /** Finalized or rolled back, as soon as it is verified. */
  readonly end: 'verified' | 'finalized' | 'rolled-back';
  /** Continue as new at this many events. */
  readonly maxHistoryLength?: number;
}

export interface StoryEnd {
  readonly status: MigrationStatus;
  /** Boundaries that the last worker passed, in order. */
  readonly passed: readonly string[];
  /** How each worker ended: the signal, and the last boundary that it reached. */
  readonly lives: readonly { readonly signal: NodeJS.Signals | null; readonly diedAt: string }[];
  readonly fingerprints: { readonly before: string; readonly after: string };
  readonly dump: CanonicalDump;
  readonly calls: CallLog;
}

/** As rehearsal.ts has it. */
const POLL_MS = 200;
/** Time-outs of tasks and heartbeats, on a busy machine. */
const LIFE_MS = 240_000;
const LAST_STEPS_MS = 5_000;

/** A worker outlived the migration: it never came to the boundary at which it was to die. */
export class NotReached extends Error {}

/** @throws NotReached */
export async function live(temporal: SuiteTemporal, name: string, story: Story): Promise<StoryEnd> {
  const folder = mkdtempSync(join(tmpdir(), 'portage-lives-'));
  const simulator = createHubspotSimulator({ portal: smallPortal() });
  const portal = simulatedPortal((await simulator.listen(0)).url);
  await portal.limits({ burst: 10_000, searchPerSecond: 100 });
  await portal.switches({ searchLagMs: 0 });
  const location = join(folder, 'ledger.db');
  const ledger = await openLedger({ location });
  const ordersFile = join(folder, 'orders.json');
  const { startWorkerProcess } = compiled<typeof workerProcess>('local/worker-process');
  let worker: RunningProgram | null = null;

  const startWorker = (life: number) =>
    startWorkerProcess({
      temporalAddress: temporal.address, ledger: location, hubspotBaseUrl: portal.url, hubspotAccessToken: DRIVEN_TOKEN, program: compiledFile('test/support/driver/watched-worker'),
      environment: { PORTAGE_TEST_CRASH_ORDERS: ordersFile }, logFile: join(folder, `worker-${life}.log`),
    });

  try {
    const before = await portal.fingerprint();
    const { ledgerId, epoch } = await ledger.identity();
    const definition = drivenDefinition('driven', writeSmallExport(join(folder, 'export')));
    // The stories share a server; what the definition's name shows in the portal is the same in all of them.
    const migrationId = `${temporal.suiteId}-${name}`;
    const { run } = await ledger.runs.open({ migrationId, kind: 'migration', definition, definitionDigest: name, now: new Date().toISOString() });
    const input: MigrationInput = {
      run, migrationId, ledgerId, epoch, expectedPlanDigest: null, approve: null, rate: 1, reserve: 0, rollbackWindowMs: 3_600_000, searchLagMs: 1, quietMs: 0,
      ...(story.maxHistoryLength === undefined ? {} : { maxHistoryLength: story.maxHistoryLength }),
    };
    const handle = await temporal.client.workflow.start<typeof migration>('migration', { workflowId: workflowIds.migration(run), taskQueue: taskQueues.ledger(ledgerId), args: [input] });
    const status = async (): Promise<MigrationStatus> => readStatus(ledger, (await ledger.runs.find(run))!);
    let isTold = story.end === 'verified';
    const until = async (isWanted: (status: MigrationStatus) => boolean): Promise<MigrationStatus> => {
      const deadline = Date.now() + LIFE_MS;
      for (;;) {
        const now = await status();
        if (isWanted(now)) return now;
        if (now.state === 'verified' && !isTold) {
          isTold = true;
          await (story.end === 'finalized' ? handle.signal(finalizeSignal) : handle.signal(rollbackSignal, { confirm: run }));
        }
        if (Date.now() > deadline) throw new Error(`Story "${name}" does not get on: ${JSON.stringify(now)}`);
        await sleep(POLL_MS);
      }
    };
    const order = (life: number, orders: CrashOrders): string => {
      const log = join(folder, `passed-${life}.log`);
      writeFileSync(ordersFile, JSON.stringify({ ...orders, log }));
      return log;
    };
    const linesOf = (log: string): readonly string[] => readFileSync(log, 'utf8').trim().split('\n');

    const lives: StoryEnd['lives'][number][] = [];
    let isRecovered = false;
    for (const { point, side, passage = 1, partition, temporal: memory } of story.deaths) {
      const log = order(lives.length, { crash: { point, side, passage, signal: 'SIGKILL' } });
      if (partition === 'ended-by-hand') {
        await temporal.client.workflow.getHandle(workflowIds.partition(run, 'companies', 0)).terminate();
      }
      if (memory === 'lost') {
        await handle.terminate();
        await recoverFromLedger(temporal, location, folder, run);
        isRecovered = true;
      }
      worker = await startWorker(lives.length);
      const { exited, isRunning } = worker;
      if (partition === 'ended-by-hand') {
        await until(({ reasons }) => reasons.some(({ kind }) => kind === 'invariant'));
        await handle.signal(resumeSignal);
      }
      const isEnded = (state: RunState): boolean => ENDED_STATES.has(state) && (state !== 'verified' || story.end === 'verified');
      const outlived = until(({ state }) => !isRunning() || isEnded(state));
      // What a worker still does when the end is in the ledger takes no longer.
      await Promise.race([exited, outlived.then(() => sleep(LAST_STEPS_MS))]);
      if (isRunning()) {
        throw new NotReached(`Story "${name}": passage ${passage} of ${side} ${point} was not reached before the end`);
      }
      lives.push({ signal: (await exited).signal, diedAt: linesOf(log).at(-1) ?? '' });
    }

    const log = order(lives.length, {});
    worker = await startWorker(lives.length);
    if (isRecovered) {
      await temporal.client.workflow.getHandle(workflowIds.migration(run)).signal(resumeSignal);
    }
    const ended = await until(({ state }) => state === story.end);
    return { status: ended, lives, passed: linesOf(log), fingerprints: { before, after: await portal.fingerprint() }, dump: await portal.canonicalDump(), calls: await portal.calls() };
  } finally {
    await worker?.kill();
    await ledger.close();
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function recoverFromLedger(temporal: SuiteTemporal, location: string, folder: string, run: string): Promise<void> {
  const portage = await connectPortage({ environment: { PORTAGE_LEDGER: location, TEMPORAL_ADDRESS: temporal.address }, folder, userConfigFile: 'ignore' });
  try {
    await (await portage.recovery(run)).proceed();
  } finally {
    await portage.close();
  }
}
