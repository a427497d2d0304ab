/** The worker as a process: reads its environment, builds everything, says one line of JSON on standard output when it polls, and ends cleanly on SIGTERM and SIGINT. */
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createHubspotConnector } from '../connectors/hubspot/hubspot-connector';
import { createSalesforceFileSource } from '../connectors/salesforce/source';
import { nobodyWatches } from '../domain/crash-point';
import type { CrashWatch } from '../domain/crash-point';
import { MigrationError } from '../domain/migration-error';
import type { MigrationDefinition } from '../domain/migration-definition.schema';
import { openLedger } from '../ledger/open-ledger';
import { version } from '../package.json';
import { bundleWorkflows } from './bundle-workflows';
import { ConfigError, loadConfig, loadTemporalConfig } from './config';
import type { Environment } from './config';
import { createLedgerActivities, createPortalActivities } from './create-activities';
import { createPortageWorker } from './create-worker';
import { createShards } from './id-map-shards';
import { createPacedTarget } from './known-portal';
import { createLogger, toTemporalLogger } from './logging';
import { createReadToken } from './read-token';
import { createTellCommand } from './tell-command';

export interface RunWorkerOptions {
  readonly environment: Environment;
  /** Told of each crash point: for tests that kill or stop the process there. */
  readonly crashWatch?: CrashWatch;
}

/** Resolves when the worker was told to stop and has stopped. Sets the process's exit code, and says why, where it cannot run. */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  try {
    await poll(options);
  } catch (error) {
    const { message, exitCode } = toEnd(error);
    process.stderr.write(`${message}\n`);
    process.exitCode = exitCode;
  }
}

async function poll({ environment, crashWatch = nobodyWatches }: RunWorkerOptions): Promise<void> {
  const config = loadConfig(environment);
  const temporal = loadTemporalConfig(environment);
  const logger = createLogger(config.logLevel);
  Runtime.install({ logger: toTemporalLogger(logger), shutdownSignals: [], telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } } });

  const ledger = await openLedger({ location: await toLocation(config.ledger), crashWatch });
  const workflowBundle = await bundleWorkflows();
  const connection = await NativeConnection.connect(temporal.connectionOptions);
  const clientConnection = await Connection.connect(temporal.connectionOptions);
  const namespace = temporal.namespace ?? 'default';
  try {
    const { ledgerId, epoch } = await ledger.identity();
    const readToken = createReadToken(config.hubspot.token);
    const clock = () => Date.now();
    const collaborators = {
      ledger,
      target: createPacedTarget(ledger, (pace) => createHubspotConnector({ baseUrl: config.hubspot.baseUrl, readToken, pace, crashWatch })),
      openSource: createSources(),
      shards: createShards(new Client({ connection: clientConnection, namespace })),
      tellCommand: createTellCommand(environment),
      clock,
      version,
    };
    const worker = await createPortageWorker({
      connection,
      namespace,
      ledger,
      ledgerId,
      ledgerActivities: createLedgerActivities(collaborators),
      portalActivities: createPortalActivities(collaborators),
      workflowBundle,
      logger,
      clock,
      portalActivitiesPerSecond: config.portalActivitiesPerSecond,
      crashWatch,
    });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => worker.shutdown());
    }
    const running = worker.run();
    process.stdout.write(`${JSON.stringify({ ready: true, ledgerId, epoch, taskQueues: worker.taskQueues })}\n`);
    await running;
  } finally {
    // Without this the process does not end: the native connection keeps it alive.
    await connection.close();
    await clientConnection.close();
    await ledger.close();
  }
}

/** One source for each folder: it remembers which files it has hashed. */
function createSources(): (definition: MigrationDefinition) => ReturnType<typeof createSalesforceFileSource> {
  const known = new Map<string, ReturnType<typeof createSalesforceFileSource>>();
  return ({ source }) => {
    const key = JSON.stringify([source.files, source.objects]);
    const opened = known.get(key) ?? createSalesforceFileSource({ folder: source.files, objects: source.objects });
    known.set(key, opened);
    return opened;
  };
}

/** A file's folder is made; a URL is left as it is. */
async function toLocation(ledger: string): Promise<string> {
  if (/^[a-z]+:\/\//i.test(ledger)) {
    return ledger;
  }
  const path = resolve(ledger);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return path;
}

function toEnd(error: unknown): { readonly message: string; readonly exitCode: number } {
  if (error instanceof ConfigError) {
    return { message: error.message, exitCode: 3 };
  }
  if (error instanceof MigrationError) {
    return { message: error.message, exitCode: error.details.exitCode ?? 8 };
  }
  return { message: `The worker cannot run: ${error instanceof Error ? error.message : String(error)}`, exitCode: 8 };
}
