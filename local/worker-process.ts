/** A worker as a process of this machine, on a Temporal server that is named here: the user's own profiles do not count. */
import { dirname, join } from 'node:path';
import type { Lifetime } from './child-process';
import { startNodeProgram, type RunningProgram } from './node-program';

export interface WorkerProcessOptions {
  /** host:port */
  readonly temporalAddress: string;
  readonly temporalNamespace?: string;
  /** PORTAGE_LEDGER: a file or a Postgres URL. */
  readonly ledger: string;
  readonly hubspotBaseUrl?: string;
  /** Goes through the environment, never through arguments, which every user of the machine can read. */
  readonly hubspotAccessToken?: string;
  readonly logLevel?: string;
  /** Further variables, by name. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly arguments?: readonly string[];
  /** As startNodeProgram takes it. Default `worker/main`. */
  readonly program?: string;
  readonly logFile: string;
  readonly lifetime?: Lifetime;
  readonly readyTimeoutMs?: number;
}

/** Settles when the worker polls. @throws LocalError with the end of its log. */
export function startWorkerProcess(options: WorkerProcessOptions): Promise<RunningProgram> {
  return startNodeProgram({
    name: 'the worker',
    program: options.program ?? 'worker/main',
    arguments: options.arguments ?? [],
    environment: workerEnvironment(options),
    logFile: options.logFile,
    ...(options.lifetime === undefined ? {} : { lifetime: options.lifetime }),
    ...(options.readyTimeoutMs === undefined ? {} : { readyTimeoutMs: options.readyTimeoutMs }),
  });
}

/** The variables by which a worker is steered, all of them: it sees no other HUBSPOT_*, TEMPORAL_* or PORTAGE_*. */
export function workerEnvironment(options: WorkerProcessOptions): Readonly<Record<string, string>> {
  return {
    // A profile in the user's own configuration would bring its API key and TLS to our server. A file that does not exist is read as none.
    TEMPORAL_CONFIG_FILE: join(dirname(options.logFile), 'no-temporal-profile.toml'),
    TEMPORAL_ADDRESS: options.temporalAddress,
    ...(options.temporalNamespace === undefined ? {} : { TEMPORAL_NAMESPACE: options.temporalNamespace }),
    PORTAGE_LEDGER: options.ledger,
    ...(options.hubspotBaseUrl === undefined ? {} : { HUBSPOT_BASE_URL: options.hubspotBaseUrl }),
    ...(options.hubspotAccessToken === undefined ? {} : { HUBSPOT_ACCESS_TOKEN: options.hubspotAccessToken }),
    ...(options.logLevel === undefined ? {} : { PORTAGE_LOG_LEVEL: options.logLevel }),
    ...options.environment,
  };
}
