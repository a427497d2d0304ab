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
import { openLedger } from '../../../ledger/open-ledger';
import { startWorkerProcess } from '../../../local/worker-process';
import type { CallLog } from '../../../simulator/control-plane';
import { createHubspotSimulator } from '../../../simulator/hubspot/create-hubspot-simulator';
import { finalizeSignal, resumeSignal, rollbackSignal, taskQueues, workflowIds } from '../../../workflows/messages';
import type { MigrationInput } from '../../../workflows/messages';
import type { migration } from '../../../workflows/migration';
import { crashPointsInCode } from '../crash-points-in-code';
import { simulatedPortal } from '../simulated-portal';
import type { SuiteTemporal } from '../temporal';
import type { CrashOrders } from './crash-orders';
import type { Side } from './crash-routes';
import { drivenDefinition } from './drive';
import { DRIVEN_TOKEN, smallPortal, writeSmallExport } from './small-export';

/** What a worker alone passes. */
export const THROUGH_TEMPORAL: readonly CrashPoint[] = [...crashPointsInCode().filter((point) => point.startsWith('workflow:')), 'activity:closeShards', 'activity:readShardDigest'];

export interface Death {
  readonly point: CrashPoint;
  readonly side: Side;
  /** Default 1, in the life of this worker. */
  readonly passage?: number;
  /** What a person does while this worker lives, or before it starts. */
  readonly told?: 'finalize' | 'roll-back' | 'end the first partition by hand, then resume';
}

export interface Story {
  readonly deaths: readonly Death[];
  readonly end: 'verified' | 'finalized' | 'rolled-back';
  /** Continue as new at this many events. */
  readonly maxHistoryLength?: number;
}

export interface StoryEnd {
  readonly status: MigrationStatus;
  /** How each worker ended: the signal, and the last boundary that it reached. */
  readonly lives: readonly { readonly signal: NodeJS.Signals | null; readonly diedAt: string }[];
  readonly fingerprints: { readonly before: string; readonly after: string };
  /** As text. */
  readonly dump: string;
  readonly calls: CallLog;
}

const POLL_MS = 100;
/** Time-outs of tasks and heartbeats, on a busy machine. */
const LIFE_MS = 240_000;
const LAST_STEPS_MS = 5_000;

/** @throws Error where a worker outlives the migration: it never came to the boundary at which it was to die */
export async function live(temporal: SuiteTemporal, name: string, story: Story): Promise<StoryEnd> {
  const folder = mkdtempSync(join(tmpdir(), 'portage-lives-'));
  const simulator = createHubspotSimulator({ portal: smallPortal() });
  const portal = simulatedPortal((await simulator.listen(0)).url);
  await portal.limits({ burst: 10_000, searchPerSecond: 100 });
  await portal.switches({ searchLagMs: 0 });
  const location = join(folder, 'ledger.db');
  const ledger = await openLedger({ location });
  const ordersFile = join(folder, 'orders.json');
  let worker: Awaited<ReturnType<typeof startWorkerProcess>> | null = null;

  const startWorker = (life: number) =>
    startWorkerProcess({
      temporalAddress: temporal.address, ledger: location, hubspotBaseUrl: portal.url, hubspotAccessToken: DRIVEN_TOKEN, program: join(__dirname, 'watched-worker.ts'),
      environment: { PORTAGE_TEST_CRASH_ORDERS: ordersFile }, logFile: join(folder, `worker-${life}.log`),
    });

  try {
    const before = await portal.fingerprint();
    const { ledgerId, epoch } = await ledger.identity();
    const definition = drivenDefinition(`${temporal.suiteId}-${name}`, writeSmallExport(join(folder, 'export')));
    const { run } = await ledger.runs.open({ migrationId: definition.id, kind: 'migration', definition, definitionDigest: name, now: new Date().toISOString() });
    const input: MigrationInput = {
      run, migrationId: definition.id, ledgerId, epoch, expectedPlanDigest: null, approve: null, rate: 1, reserve: 0, rollbackWindowMs: 3_600_000, searchLagMs: 1, quietMs: 0,
      ...(story.maxHistoryLength === undefined ? {} : { maxHistoryLength: story.maxHistoryLength }),
    };
    const handle = await temporal.client.workflow.start<typeof migration>('migration', { workflowId: workflowIds.migration(run), taskQueue: taskQueues.ledger(ledgerId), args: [input] });
    const status = async (): Promise<MigrationStatus> => readStatus(ledger, (await ledger.runs.find(run))!);
    const until = async (isWanted: (status: MigrationStatus) => boolean): Promise<MigrationStatus> => {
      const deadline = Date.now() + LIFE_MS;
      for (;;) {
        const now = await status();
        if (isWanted(now)) return now;
        if (Date.now() > deadline) throw new Error(`Story "${name}" does not get on: ${JSON.stringify(now)}`);
        await sleep(POLL_MS);
      }
    };

    const lives: StoryEnd['lives'][number][] = [];
    let isToldToEnd = false;
    for (const { point, side, passage = 1, told } of story.deaths) {
      const log = join(folder, `passed-${lives.length}.log`);
      const orders: CrashOrders = { crash: { point, side, passage, signal: 'SIGKILL' }, log };
      writeFileSync(ordersFile, JSON.stringify(orders));
      if (told === 'end the first partition by hand, then resume') {
        await temporal.client.workflow.getHandle(workflowIds.partition(run, 'companies', 0)).terminate();
      }
      worker = await startWorker(lives.length);
      const { exited, isRunning } = worker;
      if (told === 'end the first partition by hand, then resume') {
        await until(({ reasons }) => reasons.some(({ kind }) => kind === 'invariant'));
        await handle.signal(resumeSignal);
      } else if (told !== undefined) {
        await until(({ state }) => state === 'verified');
        isToldToEnd = true;
        await (told === 'finalize' ? handle.signal(finalizeSignal) : handle.signal(rollbackSignal, { confirm: run }));
      }
      const outlived = until(({ state }) => !isRunning() || (ENDED_STATES.has(state) && !(isToldToEnd && state === 'verified')));
      // What a worker still does when the end is in the ledger takes no longer.
      await Promise.race([exited, outlived.then(() => sleep(LAST_STEPS_MS))]);
      if (isRunning()) {
        throw new Error(`Story "${name}": ${side} ${point} was not reached before the end`);
      }
      lives.push({ signal: (await exited).signal, diedAt: readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? '' });
    }

    worker = await startWorker(lives.length);
    const ended = await until(({ state }) => state === story.end);
    return { status: ended, lives, fingerprints: { before, after: await portal.fingerprint() }, dump: JSON.stringify(await portal.canonicalDump()), calls: await portal.calls() };
  } finally {
    await worker?.kill();
    await ledger.close();
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
