/** A rehearsal with a generated export, for measuring. Nothing of it outlives `end`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectPortage, type PortageClient } from '../../client/portage-client';
import { startStack, type LocalStack } from '../../local/stack';
import { simulatedPortal, type SimulatedPortal } from '../support/simulated-portal';
import { generateExport, type ExportSize } from './generate-export';

/** `professional`: its limits, and latencies as seen on the real thing. `off`: neither. */
export type Limits = 'professional' | 'off';

export interface BenchScene {
  readonly stack: LocalStack;
  readonly portal: SimulatedPortal;
  readonly portage: PortageClient;
  /** The migration file of the export. */
  readonly file: string;
  end(): Promise<void>;
}

const SEED = 7;

export async function openScene(size: ExportSize, limits: Limits): Promise<BenchScene> {
  const folder = mkdtempSync(join(tmpdir(), 'portage-bench-'));
  const source = join(folder, 'export');
  await generateExport(source, size, SEED);
  const file = join(folder, 'bench.yaml');
  writeFileSync(file, `id: bench\nsource: { crm: salesforce, files: ${source}, currency: USD }\ntarget: { crm: hubspot }\n`);
  const stack = await startStack({
    folder,
    latency: limits === 'off' ? 'none' : 'realistic',
    tier: 'professional',
    seed: SEED,
    ui: 'none',
    workerEnvironment: limits === 'off' ? { PORTAGE_PORTAL_ACTIVITIES_PER_SECOND: 'off' } : {},
  });
  const portal = simulatedPortal(stack.simulatorUrl);
  if (limits === 'off') {
    // Headers still name a limit: one that is never reached.
    await portal.limits({ burst: 1_000_000, daily: 1_000_000_000, searchPerSecond: 1_000, associationsBurst: 1_000_000 });
  }
  const portage = await connectPortage({ environment: stack.environment, folder, userConfigFile: 'ignore' });
  return {
    stack,
    portal,
    portage,
    file,
    async end() {
      await portage.close();
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface MemoryMb {
  readonly start: number;
  readonly peak: number;
  readonly end: number;
}

/** Resident memory of the worker while `work` runs, looked at twice a second. */
export async function watchingMemory<Result>(pid: number, work: () => Promise<Result>): Promise<{ readonly result: Result; readonly memoryMb: MemoryMb }> {
  const start = residentMb(pid);
  let peak = start;
  let watching = true;
  const watch = async () => {
    while (watching) {
      peak = Math.max(peak, residentMb(pid));
      await sleep(500);
    }
  };
  const watched = watch();
  try {
    const result = await work();
    return { result, memoryMb: { start, peak, end: residentMb(pid) } };
  } finally {
    watching = false;
    await watched;
  }
}

function residentMb(pid: number): number {
  const line = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
}
