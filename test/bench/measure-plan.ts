/**
 * One planning, as a user's `portage plan` runs it: Temporal's server, the worker as a process of its own, the ledger as a SQLite file, the simulated portal over
 * HTTP with records that match. Seconds are Temporal's own, from the start of the workflow to its end; processor seconds and memory are the kernel's, of the worker.
 */
import { Client } from '@temporalio/client';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectPortage } from '../../client/portage-client';
import type { PlanSummary } from '../../domain/plan-summary.schema';
import { connectToTemporal } from '../../local/temporal-server';
import { startStack } from '../../local/stack';
import { bundleWorkflows } from '../../worker/bundle-workflows';
import { workflowIds } from '../../workflows/messages';
import { simulatedPortal } from '../support/simulated-portal';
import { generateOrg, orgSize } from './generate-org';
import type { Limits } from './scene';

export interface PlanFigures {
  /** Rows of leads, contacts, accounts, opportunities and roles. */
  readonly records: number;
  readonly exportMb: number;
  readonly limits: Limits;
  readonly seconds: number;
  readonly recordsPerSecond: number;
  readonly secondsByStep: Readonly<Record<string, number>>;
  /** User and system time, with garbage collection and SQLite. */
  readonly processorSeconds: { readonly worker: number };
  readonly calls: Readonly<Record<string, number>>;
  readonly workerMemoryMb: { readonly start: number; readonly peak: number };
  readonly ledgerMb: number;
  readonly objects: PlanSummary['records'];
  readonly associations: PlanSummary['associations'];
}

const SEED = 7;
const MB = 1024 * 1024;

export async function measurePlan(records: number, limits: Limits): Promise<PlanFigures> {
  // A worker's first start bundles the workflows, which takes more memory than planning; a second start finds the bundle.
  await bundleWorkflows();
  const folder = mkdtempSync(join(tmpdir(), 'portage-bench-'));
  try {
    const source = join(folder, 'export');
    const org = await generateOrg(source, orgSize(records), SEED);
    const file = join(folder, 'bench.yaml');
    writeFileSync(file, `id: bench\nsource: { crm: salesforce, files: ${source}, currency: USD }\ntarget: { crm: hubspot }\n`);
    const portalFile = join(folder, 'portal.json');
    writeFileSync(portalFile, JSON.stringify(org.portal));
    const stack = await startStack({ folder, latency: limits === 'off' ? 'none' : 'realistic', tier: 'professional', portalFile, seed: SEED, ui: 'none', workerEnvironment: limits === 'off' ? { PORTAGE_PORTAL_ACTIVITIES_PER_SECOND: 'off' } : {} });
    const portage = await connectPortage({ environment: stack.environment, folder, userConfigFile: 'ignore' });
    try {
      const portal = simulatedPortal(stack.simulatorUrl);
      if (limits === 'off') {
        await portal.limits({ burst: 1_000_000, daily: 1_000_000_000, searchPerSecond: 1_000, associationsBurst: 1_000_000 });
      }
      await portal.clearCalls();
      const { pid } = stack.worker();
      const [startMb, before] = [statusMb(pid, 'VmRSS'), processorSeconds(pid)];
      const { run, ended } = await portage.plan(file, 'plan');
      await ended();
      const row = await portage.ledger.runs.find(run);
      const summary = row === null ? null : await portage.ledger.plans.read(row.stagingId);
      if (summary === null) {
        throw new Error(`The bench has no plan: ${JSON.stringify(await portage.ledger.runs.readFindings(run))}`);
      }
      const { seconds, secondsByStep } = await stepsOf(stack.temporal().address, workflowIds.planning(run));
      return {
        records: org.records,
        exportMb: Math.round(org.bytes / MB),
        limits,
        seconds,
        recordsPerSecond: Math.round(org.records / seconds),
        secondsByStep,
        processorSeconds: { worker: rounded(processorSeconds(pid) - before) },
        calls: Object.fromEntries((await portage.ledger.facts.readCalls(run)).map(({ phase, kind, count }) => [`${phase} ${kind}`, count])),
        workerMemoryMb: { start: startMb, peak: statusMb(pid, 'VmHWM') },
        ledgerMb: Math.round(statSync(stack.environment.PORTAGE_LEDGER ?? '').size / MB),
        objects: summary.records,
        associations: summary.associations,
      };
    } finally {
      await portage.close();
      await stack.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From the workflow's history: how long it took, and each of its activities from its schedule to its end. */
async function stepsOf(address: string, workflowId: string): Promise<Pick<PlanFigures, 'seconds' | 'secondsByStep'>> {
  const connection = await connectToTemporal(address);
  try {
    const { events } = await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory();
    const history = events ?? [];
    const secondsAt = (at: number): number => Number(history[at]?.eventTime?.seconds ?? 0) + (history[at]?.eventTime?.nanos ?? 0) / 1e9;
    const steps: Record<string, number> = {};
    history.forEach(({ activityTaskCompletedEventAttributes: completed }, at) => {
      if (completed) {
        const scheduledAt = Number(completed.scheduledEventId) - 1;
        const name = history[scheduledAt]?.activityTaskScheduledEventAttributes?.activityType?.name ?? 'unknown';
        steps[name] = rounded((steps[name] ?? 0) + secondsAt(at) - secondsAt(scheduledAt));
      }
    });
    return { seconds: rounded(secondsAt(history.length - 1) - secondsAt(0)), secondsByStep: steps };
  } finally {
    await connection.close();
  }
}

/** Of a process, from the kernel: VmRSS now, VmHWM the most it ever was. */
function statusMb(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const [, kilobytes] = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes ?? 0) / 1024);
}

/** User and system time of all its threads. Linux counts it in hundredths of a second. */
function processorSeconds(pid: number): number {
  const [, fields = ''] = /\) (.*)$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8').trim()) ?? [];
  const [user, system] = fields.split(' ').slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
