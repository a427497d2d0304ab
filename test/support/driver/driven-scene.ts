/** A simulated portal for driven runs, and folders of their own for each: driven in this process, or in one that may be killed. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CrashWatch } from '../../../domain/crash-point';
import { nobodyWatches } from '../../../domain/crash-point';
import type { CanonicalDump, PortalDefinition } from '../../../simulator/control-plane';
import { createHubspotSimulator } from '../../../simulator/hubspot/create-hubspot-simulator';
import { simulatedPortal } from '../simulated-portal';
import type { SimulatedPortal } from '../simulated-portal';
import type { Mortal } from './crash-orders';
import { drive } from './drive';
import type { DriveOptions, Driven } from './drive';
import type { ChildOptions } from './drive-main';
import { createDriverProcesses } from './driver-processes';
import type { DriverProcesses } from './driver-processes';
import { DRIVEN_TOKEN, SMALL, smallPortal, writeSmallExport } from './small-export';
import type { ExportSize } from './small-export';
import { virtualNowMs } from './virtual-time';

export interface ChildEnd {
  /** Null where it was killed or stood still. */
  readonly driven: Driven | null;
  readonly stopped: string | null;
  readonly signal: NodeJS.Signals | null;
  /** Boundaries that it passed, in order, where that was asked for. */
  readonly passed: readonly string[];
}

export interface DrivenRun {
  readonly options: DriveOptions;
  /** In this process. */
  drive(watch?: CrashWatch): Promise<Driven>;
  /** In this process, up to a death that leaves what a kill leaves. Null when it died. */
  driveUntilDeath(mortal: Mortal): Promise<Driven | null>;
  /** In a process of its own. */
  spawn(more?: Pick<ChildOptions, 'crash' | 'stall'> & { readonly keepLog?: boolean }): Promise<ChildEnd>;
}

export interface DrivenScene {
  readonly portal: SimulatedPortal;
  /** A fresh portal, ledger and history. What an earlier run left is gone. */
  begin(change?: Partial<Pick<DriveOptions, 'direction' | 'window' | 'definition' | 'callTimeoutMs' | 'plan' | 'memory' | 'portal' | 'sourceFolder' | 'retry'>>, portal?: PortalDefinition): Promise<DrivenRun>;
  dump(): Promise<CanonicalDump>;
  close(): Promise<void>;
}

export async function openDrivenScene(size: ExportSize = SMALL): Promise<DrivenScene> {
  const folder = mkdtempSync(join(tmpdir(), 'portage-driven-'));
  const sourceFolder = writeSmallExport(join(folder, 'export'), size);
  const startedMs = Date.now();
  const simulator = createHubspotSimulator({ machineNowMs: () => virtualNowMs(startedMs) });
  const { url } = await simulator.listen(0);
  const portal = simulatedPortal(url);
  const processes = createDriverProcesses(folder);
  let runs = 0;
  return {
    portal,
    dump: () => portal.canonicalDump(),
    async begin(change = {}, definition = smallPortal()) {
      await portal.faults(null);
      await portal.load(definition);
      await portal.clearCalls();
      rmSync(join(folder, String(runs)), { recursive: true, force: true });
      runs += 1;
      const runFolder = join(folder, String(runs));
      mkdirSync(runFolder);
      const file = (name: string): string => join(runFolder, name);
      const options: DriveOptions = {
        simulatorUrl: url, token: DRIVEN_TOKEN, ledgerFile: file('ledger.db'), historyFile: file('history.jsonl'), sourceFolder, startedMs,
        direction: 'forward', window: 2, callTimeoutMs: 3_000, ...change,
      };
      return {
        options,
        drive: (watch = nobodyWatches) => drive(options, watch),
        driveUntilDeath: (mortal) =>
          drive(options, mortal.watch, mortal.isDead).catch((error: unknown) => {
            if (!mortal.isDead()) {
              throw error;
            }
            return null;
          }),
        spawn: ({ keepLog = false, ...orders } = {}) => driveIn(processes, { ...options, ...orders, ...(keepLog ? { log: file('passed.log') } : {}) }),
      };
    },
    async close() {
      processes.close();
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function driveIn(processes: DriverProcesses, options: ChildOptions): Promise<ChildEnd> {
  const { text, signal } = await processes.run(JSON.stringify(options));
  const said = text === '' ? {} : (JSON.parse(text) as { driven?: Driven; stopped?: string });
  const passed = options.log === undefined ? [] : readFileSync(options.log, 'utf8').trim().split('\n');
  return { driven: said.driven ?? null, stopped: said.stopped ?? null, signal, passed };
}
