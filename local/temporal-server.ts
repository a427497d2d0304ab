/**
 * Temporal on this machine: the CLI's development server with a file database that survives a crash, our search attributes and
 * a retention that is long enough to look back. Ready means: answers calls, knows the namespace and all attributes, serves its UI.
 */
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines, startChild, type ChildExit, type Lifetime, type RunningChild } from './child-process';
import { inheritedEnvironment } from './config';
import { findFreePort, isListening, requireFreePort } from './free-port';
import { LocalError, reasonOf } from './local-error';

export type SearchAttributeKind = 'Keyword' | 'Int';

/** What the workflows upsert (design: phase and partition boundaries). An attribute that is not registered would block its workflow. */
export const SEARCH_ATTRIBUTES: Readonly<Record<string, SearchAttributeKind>> = {
  PortageMigration: 'Keyword',
  PortagePhase: 'Keyword',
  PortageState: 'Keyword',
  PortageDone: 'Int',
  PortageTotal: 'Int',
};

export interface TemporalServerOptions {
  /** Path of the Temporal CLI; see findTemporalCli. */
  readonly cli: string;
  /** A file that is made where it is missing, or a store that ends with the process. */
  readonly database: { readonly kind: 'file'; readonly path: string } | { readonly kind: 'memory' };
  /** 0 = any free one. */
  readonly port: number;
  /** 0 = any free one; 'none' = no Web UI. */
  readonly uiPort: number | 'none';
  /** The server's own log; appended to. */
  readonly logFile: string;
  readonly namespace?: string;
  readonly searchAttributes?: Readonly<Record<string, SearchAttributeKind>>;
  readonly lifetime?: Lifetime;
}

export interface TemporalServer {
  /** host:port for clients and workers. */
  readonly address: string;
  readonly namespace: string;
  readonly port: number;
  readonly uiUrl: string | null;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<ChildExit>;
  readonly isRunning: () => boolean;
  /** Cleanly; settles when the process is gone. */
  readonly stop: () => Promise<ChildExit>;
  /** As a power cut would. */
  readonly kill: () => Promise<ChildExit>;
}

const LOOPBACK = '127.0.0.1';
const RETENTION = '30 days';
/** Measured 0.4 s; a loaded laptop may need many times that. */
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
const CALL_TIMEOUT_MS = 5_000;
/** A free port may be gone before the server binds it. */
const PORT_ATTEMPTS = 3;

/** @throws PortInUseError when a port that was asked for is taken; LocalError when the server ends or does not answer within a minute. */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port === 0 ? await findFreePort() : await requireFreePort(options.port, { purpose: "Temporal's server", option: '--temporal-port' });
    const uiPort = options.uiPort === 0 ? await findFreePort() : options.uiPort === 'none' ? null : await requireFreePort(options.uiPort, { purpose: "Temporal's Web UI", option: '--ui-port' });
    try {
      return await startOn(options, port, uiPort);
    } catch (error) {
      const lostARace = error instanceof LocalError && /address already in use/i.test(error.message) && (options.port === 0 || options.uiPort === 0);
      if (!lostARace || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function startOn(options: TemporalServerOptions, port: number, uiPort: number | null): Promise<TemporalServer> {
  const namespace = options.namespace ?? 'default';
  const searchAttributes = options.searchAttributes ?? SEARCH_ATTRIBUTES;
  if (options.database.kind === 'file') mkdirSync(dirname(options.database.path), { recursive: true });

  const { child } = await startChild({
    name: "Temporal's server",
    executable: options.cli,
    arguments: serverArguments({ ...options, namespace, searchAttributes, port, uiPort }),
    environment: inheritedEnvironment(),
    logFile: options.logFile,
    // Its banner is for people who started it by hand.
    stdout: 'logged',
    lifetime: options.lifetime ?? 'ends-with-us',
  });
  const uiUrl = uiPort === null ? null : `http://${LOOPBACK}:${uiPort}`;
  try {
    await untilReady(child, { port, namespace, searchAttributes, uiUrl });
  } catch (error) {
    await child.kill();
    throw error;
  }
  return {
    address: `${LOOPBACK}:${port}`,
    namespace,
    port,
    uiUrl,
    pid: child.pid,
    logFile: child.logFile,
    exited: child.exited,
    isRunning: child.isRunning,
    stop: () => child.stop(),
    kill: () => child.kill(),
  };
}

interface ServerArguments {
  readonly database: TemporalServerOptions['database'];
  readonly namespace: string;
  readonly port: number;
  readonly uiPort: number | null;
  readonly searchAttributes: Readonly<Record<string, SearchAttributeKind>>;
}

export function serverArguments({ database, namespace, port, uiPort, searchAttributes }: ServerArguments): readonly string[] {
  const dynamicConfig = [
    // One partition: a task waits in one place, so that a short queue is served in order and at once.
    'matching.numTaskqueueReadPartitions=1',
    'matching.numTaskqueueWritePartitions=1',
    // A new search attribute is known at once, not after a minute.
    'system.forceSearchAttributesCacheRefreshOnRead=true',
    // A server of one shard looks for tasks at most 20 times a second by default, so that each waits 50 ms: a small migration would take 4 seconds of which it works one.
    'history.transferProcessorMaxPollRPS=1000',
    'history.timerProcessorMaxPollRPS=1000',
    // The server asks nobody on the internet for newer versions.
    'frontend.enableServerVersionCheck=false',
  ];
  // Survives a power cut; measured 134 activities a second, and a portal allows 19.
  const pragmas = ['journal_mode=wal', 'synchronous=full'];
  return [
    ...['server', 'start-dev', '--ip', LOOPBACK, '--port', String(port), '--namespace', namespace, '--log-level', 'warn', '--log-format', 'json'],
    ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
    ...(database.kind === 'file' ? ['--db-filename', database.path, ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma])] : []),
    ...Object.entries(searchAttributes).flatMap(([name, kind]) => ['--search-attribute', `${name}=${kind}`]),
    ...dynamicConfig.flatMap((setting) => ['--dynamic-config-value', setting]),
  ];
}

interface Awaited {
  readonly port: number;
  readonly namespace: string;
  readonly searchAttributes: Readonly<Record<string, SearchAttributeKind>>;
  readonly uiUrl: string | null;
}

async function untilReady(child: RunningChild, awaited: Awaited): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let lastReason = 'it does not listen';
  const until = async (isDone: () => Promise<boolean>): Promise<void> => {
    for (;;) {
      if (!child.isRunning()) throw new LocalError(`Temporal's server ended while it started. The end of its log (${child.logFile}):\n${lastLines(child.logFile)}`);
      try {
        if (await isDone()) return;
      } catch (error) {
        lastReason = reasonOf(error);
      }
      if (Date.now() > deadline) throw new LocalError(`Temporal's server did not get ready within ${READY_TIMEOUT_MS / 1000} s (${lastReason}). Its log: ${child.logFile}`);
      await sleep(POLL_MS);
    }
  };

  // First a bare socket: a client that cannot connect leaves a channel behind that goes on trying.
  await until(() => isListening(awaited.port));
  const open = await connectToTemporal(`${LOOPBACK}:${awaited.port}`);
  try {
    await until(() => withinCallTime(open, () => hasNamespace(open, awaited.namespace)));
    await until(() => withinCallTime(open, () => setRetention(open, awaited.namespace)));
    await until(() => withinCallTime(open, () => hasSearchAttributes(open, awaited.namespace, awaited.searchAttributes)));
  } finally {
    await open.close();
  }
  const { uiUrl, namespace } = awaited;
  if (uiUrl !== null) await until(async () => (await fetch(`${uiUrl}/api/v1/namespaces/${namespace}`, { signal: AbortSignal.timeout(CALL_TIMEOUT_MS) })).ok);
}

/** A connection to a server on loopback, past any proxy that the environment names. */
export function connectToTemporal(address: string, connectTimeoutMs = CALL_TIMEOUT_MS): Promise<Connection> {
  return Connection.connect({ address, connectTimeout: connectTimeoutMs, tls: false, channelArgs: { 'grpc.enable_http_proxy': 0 } });
}

function withinCallTime(connection: Connection, call: () => Promise<boolean>): Promise<boolean> {
  return connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);
}

async function hasNamespace(connection: Connection, namespace: string): Promise<boolean> {
  await connection.workflowService.describeNamespace({ namespace });
  return true;
}

/** The server's own default is 24 h: a migration that ended on Friday would be gone on Monday. */
async function setRetention(connection: Connection, namespace: string): Promise<boolean> {
  await connection.workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: msToTs(RETENTION) } });
  return true;
}

/** A database of an older version lacks what was added since: its start flags are read only when the file is made. */
async function hasSearchAttributes(connection: Connection, namespace: string, wanted: Readonly<Record<string, SearchAttributeKind>>): Promise<boolean> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(wanted).filter(([name]) => customAttributes?.[name] === undefined);
  if (missing.length === 0) return true;
  await registerSearchAttributes(connection, namespace, Object.fromEntries(missing));
  return false;
}

/** For a server that somebody else started. */
export async function registerSearchAttributes(connection: Connection, namespace: string, attributes = SEARCH_ATTRIBUTES): Promise<void> {
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(Object.entries(attributes).map(([name, kind]) => [name, INDEXED_VALUE_TYPE[kind]])) });
}

/** temporal.api.enums.v1.IndexedValueType */
const INDEXED_VALUE_TYPE: Readonly<Record<SearchAttributeKind, number>> = { Keyword: 2, Int: 3 };
