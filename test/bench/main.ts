/**
 * `npm run bench`: figures of a whole migration against the simulator, as text and as JSON (.cache/bench.json).
 *
 *     npm run bench                     100,000 records at Professional limits and realistic latencies, and 20,000 with both off
 *     npm run bench -- --records 10000
 *
 * Timings of one run on one machine: compare ratios within a run.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectPortage } from '../../client/portage-client';
import type { Report } from '../../domain/report.schema';
import { startStack } from '../../local/stack';
import { connectToTemporal } from '../../local/temporal-server';
import { workflowIds } from '../../workflows/messages';
import { simulatedPortal } from '../support/simulated-portal';
import { generateExport } from './generate-export';

/** 95th percentile of the simulator's realistic writes. */
const P95_SECONDS = 2.5;
const WRITING_PHASES = ['properties', 'companies', 'contacts', 'deals', 'relink', 'verify'] as const;

interface Figures {
  readonly records: number;
  readonly report: Report;
  readonly secondsFromFirstWriteToLastRead: number;
  readonly tooManyRequests: number;
  readonly workerMemoryMb: { readonly start: number; readonly peak: number };
  readonly eventsOfFullPartition: number | null;
}

async function migrate(records: number, limits: 'professional' | 'off'): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'portage-bench-'));
  const stack = await startStack({
    folder,
    latency: limits === 'off' ? 'none' : 'realistic',
    tier: 'professional',
    seed: 1,
    ui: 'none',
    workerEnvironment: limits === 'off' ? { PORTAGE_PORTAL_ACTIVITIES_PER_SECOND: 'off' } : {},
  });
  const portal = simulatedPortal(stack.simulatorUrl);
  try {
    if (limits === 'off') {
      // Headers still name a limit: one that is never reached.
      await portal.limits({ burst: 1_000_000, daily: 1_000_000_000, searchPerSecond: 1_000, associationsBurst: 1_000_000 });
    }
    const source = join(folder, 'export');
    await generateExport(source, { accounts: Math.round(records * 0.2), contacts: Math.round(records * 0.5), opportunities: Math.round(records * 0.3) }, 7);
    const file = join(folder, 'bench.yaml');
    writeFileSync(file, `id: bench\nsource: { crm: salesforce, files: ${source}, currency: USD }\ntarget: { crm: hubspot }\n`);
    const portage = await connectPortage({ environment: stack.environment, folder, userConfigFile: 'ignore' });
    const start = residentMb(stack.worker().pid);
    let peak = start;
    let measuring = true;
    const sampling = (async () => {
      while (measuring) {
        peak = Math.max(peak, residentMb(stack.worker().pid));
        await sleep(500);
      }
    })();
    const migration = await portage.start(file);
    const status = await migration.ended();
    measuring = false;
    await sampling;
    const report = await migration.report();
    if (report === null) {
      throw new Error(`The bench ended as ${status.state} without a report.`);
    }
    const events = records >= 50_000 ? await eventsOf(stack.environment['TEMPORAL_ADDRESS'] ?? '', workflowIds.partition(migration.run, 'contacts', 0)) : null;
    await portage.close();
    return {
      records,
      report,
      secondsFromFirstWriteToLastRead: WRITING_PHASES.reduce((sum, phase) => sum + (report.durations[phase] ?? 0), 0) / 1000,
      tooManyRequests: (await portal.calls()).rateLimited,
      workerMemoryMb: { start, peak },
      eventsOfFullPartition: events,
    };
  } finally {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function residentMb(pid: number): number {
  const line = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
}

async function eventsOf(address: string, workflowId: string): Promise<number> {
  const connection = await connectToTemporal(address);
  try {
    return (await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory()).events?.length ?? 0;
  } finally {
    await connection.close();
  }
}

/** The least number of calls: each record written once and read once by 100, each association read before, written, and read after. */
function callFloor({ objects, associations }: Report): number {
  const records = Object.values(objects).reduce((sum, { created, updated }) => sum + Math.ceil((created + updated) / 100) * 2, 0);
  const pairs = Object.values(associations).reduce((sum, { planned }) => sum + Math.ceil(planned / 2000) + 2 * Math.ceil(planned / 1000), 0);
  return records + pairs;
}

function print(figures: Figures, limits: 'professional' | 'off'): void {
  const { report, records, secondsFromFirstWriteToLastRead: seconds } = figures;
  const rate = 19;
  const floorSeconds = report.calls.total / rate + WRITING_PHASES.length * P95_SECONDS;
  const lines = [
    `${records.toLocaleString('en-US')} records, ${limits === 'off' ? 'limits and latency off' : 'Professional limits, realistic latencies'}: ${report.state}`,
    `  calls ${report.calls.total} (floor ${callFloor(report)}, ratio ${(report.calls.total / callFloor(report)).toFixed(2)}), ${figures.tooManyRequests} answered 429`,
    limits === 'off' ? `  ${Math.round(records / seconds)} records/s written, linked and read back` : `  first write to last read-back ${seconds.toFixed(1)} s, floor ${floorSeconds.toFixed(1)} s, ratio ${(seconds / floorSeconds).toFixed(2)}`,
    `  phases ${Object.entries(report.durations).map(([phase, ms]) => `${phase} ${(ms / 1000).toFixed(1)} s`).join(', ')}`,
    `  worker memory ${figures.workerMemoryMb.start} MB at the start, ${figures.workerMemoryMb.peak} MB at most`,
    ...(figures.eventsOfFullPartition === null ? [] : [`  history events of a full write partition ${figures.eventsOfFullPartition}`]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function run(): Promise<void> {
  const asked = process.argv.indexOf('--records');
  const records = asked === -1 ? 100_000 : Number(process.argv[asked + 1]);
  const paced = await migrate(records, 'professional');
  print(paced, 'professional');
  const free = await migrate(Math.min(records, 20_000), 'off');
  print(free, 'off');
  const cache = join(__dirname, '..', '..', '.cache');
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'bench.json'), `${JSON.stringify({ paced, free }, null, 2)}\n`);
}

void run();
