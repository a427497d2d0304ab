/** Everything that the worker reads from its environment. `.env.example` names every variable with its reason. */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import { Secret } from './secret';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The vendor's own host. */
const HUBSPOT_BASE_URL = 'https://api.hubapi.com';
/** 1.5 × the 19 calls a second of HubSpot's Professional tier (190 in 10 s, 2026-09): a backstop behind the exact pace in the ledger, it must never be what slows us. */
const PORTAL_ACTIVITIES_PER_SECOND = 28;

export type TokenSource = { readonly kind: 'value'; readonly token: Secret } | { readonly kind: 'file'; readonly path: string } | { readonly kind: 'none' };

export interface WorkerConfig {
  readonly hubspot: { readonly baseUrl: string; readonly token: TokenSource };
  /** A file, or the URL of a Postgres database. */
  readonly ledger: string;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Null switches the task queue's own limit off, for measuring. */
  readonly portalActivitiesPerSecond: number | null;
}

/** Every problem at once; the command line ends with 3. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(`The worker's configuration has ${problems.length} problem(s):\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  }
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const environmentSchema = z
  .object({
    HUBSPOT_ACCESS_TOKEN: z.string().optional(),
    HUBSPOT_ACCESS_TOKEN_FILE: z.string().optional(),
    HUBSPOT_BASE_URL: z.url({ protocol: /^https?$/, error: 'give a URL like https://api.hubapi.com, or leave it out' }).default(HUBSPOT_BASE_URL),
    PORTAGE_LEDGER: z.string().default('.portage/ledger.db'),
    PORTAGE_LOG_LEVEL: z.enum(LOG_LEVELS, { error: `give one of ${LOG_LEVELS.join(', ')}` }).default('info'),
    PORTAGE_PORTAL_ACTIVITIES_PER_SECOND: z
      .union([z.literal('off'), z.coerce.number().positive().max(1_000)], { error: 'give a number of activities a second, or off' })
      .default(PORTAL_ACTIVITIES_PER_SECOND),
  })
  .superRefine((values, context) => {
    if (values.HUBSPOT_ACCESS_TOKEN !== undefined && values.HUBSPOT_ACCESS_TOKEN_FILE !== undefined) {
      context.addIssue({ code: 'custom', path: ['HUBSPOT_ACCESS_TOKEN_FILE'], message: 'give either the token or a file with it, not both' });
    }
  });

/** Pure. An empty variable counts as one that is not set. @throws ConfigError */
export function loadConfig(environment: Environment): WorkerConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  }
  const { HUBSPOT_ACCESS_TOKEN, HUBSPOT_ACCESS_TOKEN_FILE, HUBSPOT_BASE_URL: baseUrl, PORTAGE_LEDGER, PORTAGE_LOG_LEVEL, PORTAGE_PORTAL_ACTIVITIES_PER_SECOND: rate } = parsed.data;
  const token: TokenSource =
    HUBSPOT_ACCESS_TOKEN !== undefined
      ? { kind: 'value', token: new Secret(HUBSPOT_ACCESS_TOKEN.trim()) }
      : HUBSPOT_ACCESS_TOKEN_FILE !== undefined
        ? { kind: 'file', path: HUBSPOT_ACCESS_TOKEN_FILE }
        : { kind: 'none' };
  return Object.freeze({ hubspot: { baseUrl, token }, ledger: PORTAGE_LEDGER, logLevel: PORTAGE_LOG_LEVEL, portalActivitiesPerSecond: rate === 'off' ? null : rate });
}

/** Where Temporal is: `TEMPORAL_*` and the SDK's own configuration file, as the SDK reads them. @throws ConfigError */
export function loadTemporalConfig(environment: Environment): ClientConnectConfig {
  const set = Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  try {
    return loadClientConnectConfig({ overrideEnvVars: set });
  } catch (error) {
    throw new ConfigError([`TEMPORAL_*: ${error instanceof Error ? error.message : 'cannot be read'}`]);
  }
}
