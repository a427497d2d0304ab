/**
 * Everything that a rehearsal needs on one machine: Temporal's server with its UI, a simulated portal and a worker, in one folder, on free loopback
 * ports. Used by the demo, by --simulate, by tests and by the bench; deaf to the environment, so that it ends alike everywhere.
 */
import { join } from 'node:path';
import { findTemporalCli } from './temporal-cli';
import { hermeticLocalConfig } from './config';
import { startSimulatorProcess } from './simulator-process';
import { startTemporalServer, type TemporalServer } from './temporal-server';
import type { RunningProgram } from './node-program';
import { startWorkerProcess } from './worker-process';

/** What the simulator accepts unless a portal file says otherwise. */
export const SIMULATED_TOKEN = 'simulated-token';

export interface StackOptions {
  /** Holds databases and logs; made where it is missing. */
  readonly folder: string;
  readonly latency: 'none' | 'realistic';
  readonly tier?: 'free' | 'starter' | 'professional' | 'enterprise' | 'off';
  /** A portal to load, by path. */
  readonly portalFile?: string;
  readonly seed?: number;
  /** 'none' saves a second where nobody looks. */
  readonly ui?: 'with-ui' | 'none';
  /** Told of each part as it is up. */
  readonly onStep?: (line: string) => void;
  /** Further variables of the worker. */
  readonly workerEnvironment?: Readonly<Record<string, string>>;
  /** In place of `worker/main`: an absolute path. */
  readonly workerProgram?: string;
}

export interface LocalStack {
  readonly folder: string;
  readonly uiUrl: string | null;
  readonly simulatorUrl: string;
  /** What a client needs to reach this stack and nothing else. */
  readonly environment: Readonly<Record<string, string>>;
  /** The one that was started last. */
  readonly worker: () => RunningProgram;
  readonly temporal: () => TemporalServer;
  /** Starts another worker: beside those that run, or after the last was killed or stopped. `environment`: further variables of this one. */
  startWorker(environment?: Readonly<Record<string, string>>): Promise<RunningProgram>;
  /** Starts the server again on the same database and port. */
  startTemporal(): Promise<void>;
  /** Ends it for good: workers first, so that nothing is polled from a server that is gone. Leaves nothing running. */
  stop(): Promise<void>;
}

export async function startStack(options: StackOptions): Promise<LocalStack> {
  const { folder, onStep = () => undefined } = options;
  const cli = await findTemporalCli(hermeticLocalConfig());
  onStep(cli.told);
  const launchTemporal = (port: number, uiPort: number | 'none') =>
    startTemporalServer({ cli: cli.path, database: { kind: 'file', path: join(folder, 'temporal.db') }, port, uiPort, logFile: join(folder, 'temporal.log') });

  const [launchedTemporal, launchedSimulator] = await Promise.allSettled([
    launchTemporal(0, options.ui === 'none' ? 'none' : 0),
    startSimulatorProcess({ port: 0, arguments: simulatorArguments(options), logFile: join(folder, 'simulator.log') }),
  ]);
  if (launchedTemporal.status === 'rejected' || launchedSimulator.status === 'rejected') {
    // What did start must not outlive what did not.
    await Promise.all(
      [launchedTemporal, launchedSimulator].map(async (launched) => {
        if (launched.status === 'fulfilled') await launched.value.stop();
      }),
    );
    throw launchedTemporal.status === 'rejected' ? launchedTemporal.reason : launchedSimulator.status === 'rejected' ? launchedSimulator.reason : undefined;
  }
  let temporal = launchedTemporal.value;
  const simulator = launchedSimulator.value;
  const environment = { PORTAGE_LEDGER: join(folder, 'ledger.db'), TEMPORAL_ADDRESS: temporal.address };
  const launchWorker = (more: Readonly<Record<string, string>> = {}) =>
    startWorkerProcess({
      temporalAddress: environment.TEMPORAL_ADDRESS,
      ledger: environment.PORTAGE_LEDGER,
      hubspotBaseUrl: simulator.url,
      hubspotAccessToken: SIMULATED_TOKEN,
      environment: { ...options.workerEnvironment, ...more },
      ...(options.workerProgram === undefined ? {} : { program: options.workerProgram }),
      logFile: join(folder, 'worker.log'),
    });
  const first = await launchWorker().catch(async (error: unknown) => {
    await Promise.all([simulator.stop(), temporal.stop()]);
    throw error;
  });
  const workers = [first];
  onStep(`Temporal ${temporal.address}${temporal.uiUrl === null ? '' : `, its Web UI ${temporal.uiUrl}`}`);
  onStep(`Simulated HubSpot ${simulator.url}`);
  return {
    folder,
    uiUrl: temporal.uiUrl,
    simulatorUrl: simulator.url,
    environment,
    worker: () => workers.at(-1) ?? first,
    temporal: () => temporal,
    async startWorker(environment) {
      const worker = await launchWorker(environment);
      workers.push(worker);
      return worker;
    },
    async startTemporal() {
      temporal = await launchTemporal(temporal.port, temporal.uiUrl === null ? 'none' : Number(new URL(temporal.uiUrl).port));
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
      // The server's orderly end takes a second and keeps a database in order that goes with the folder.
      await Promise.all([simulator.stop(), temporal.kill()]);
    },
  };
}

export function simulatorArguments(options: Pick<StackOptions, 'latency' | 'tier' | 'portalFile' | 'seed'>): readonly string[] {
  return [
    'hubspot',
    ...['--latency', options.latency],
    ...(options.tier === undefined ? [] : ['--tier', options.tier]),
    ...(options.portalFile === undefined ? [] : ['--portal', options.portalFile]),
    ...(options.seed === undefined ? [] : ['--seed', String(options.seed)]),
  ];
}
