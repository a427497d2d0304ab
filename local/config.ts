/** What this room reads from the environment: where executables may be, and what child processes may inherit. */
import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

export interface LocalConfig {
  /** PORTAGE_TEMPORAL_CLI: an executable to use in place of any other. */
  readonly temporalCli: string | null;
  /** PORTAGE_TEMPORAL_TEST_SERVER: the same for the time-skipping server of the tests. */
  readonly temporalTestServer: string | null;
  /** Folders of PATH, in order. */
  readonly searchPath: readonly string[];
  /** Where fetched executables are kept: $XDG_CACHE_HOME/portage, else ~/.cache/portage. */
  readonly cacheFolder: string;
}

/** Pure: reads only its argument (and the home folder, where XDG_CACHE_HOME is not set). */
export function loadLocalConfig(environment: Environment): LocalConfig {
  return Object.freeze({
    temporalCli: given(environment.PORTAGE_TEMPORAL_CLI),
    temporalTestServer: given(environment.PORTAGE_TEMPORAL_TEST_SERVER),
    searchPath: (environment.PATH ?? '').split(process.platform === 'win32' ? ';' : ':').filter((folder) => folder !== ''),
    cacheFolder: join(given(environment.XDG_CACHE_HOME) ?? join(homedir(), '.cache'), 'portage'),
  });
}

/** As loadLocalConfig, but deaf to PORTAGE_*: for demo, tests and bench, which must end alike on every machine. */
export function hermeticLocalConfig(environment: Environment = process.env): LocalConfig {
  return loadLocalConfig(withoutSteering(environment));
}

/**
 * What a child process inherits: everything (proxies, certificates, locale, folders) but the variables that steer Portage,
 * Temporal or HubSpot. A child gets those from its caller by name, so that a forgotten export in somebody's shell steers nothing.
 */
export function inheritedEnvironment(environment: Environment = process.env): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(withoutSteering(environment)).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

const STEERING = /^(HUBSPOT|TEMPORAL|PORTAGE)_/i;

function withoutSteering(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !STEERING.test(name)));
}

function given(value: string | undefined): string | null {
  return value === undefined || value.trim() === '' ? null : value;
}
