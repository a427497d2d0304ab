import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';

const environmentSchema = z.object({
  PORTAGE_LEDGER: z.string().min(1).default('.portage/ledger.db'),
  PORTAGE_TEMPORAL_CLI: z.string().optional(),
  HUBSPOT_BASE_URL: z.url().optional(),
  HUBSPOT_ACCESS_TOKEN: z.string().optional(),
  HUBSPOT_ACCESS_TOKEN_FILE: z.string().optional(),
  PORTAGE_LOG_LEVEL: z.string().optional(),
  XDG_CACHE_HOME: z.string().optional(),
  HOME: z.string().optional(),
  PATH: z.string().optional(),
});

export interface ClientConfig {
  /** A file, made absolute, or a Postgres URL. */
  readonly ledger: string;
  readonly temporalCli: string | null;
  /** What a worker that this command starts is given, as found. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Pure: reads only what it is given. Throws a zod error that names every variable at fault. */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>, folder: string): ClientConfig {
  const parsed = environmentSchema.parse(environment);
  const isUrl = /^[a-z]+:\/\//.test(parsed.PORTAGE_LEDGER);
  return Object.freeze({
    ledger: isUrl || isAbsolute(parsed.PORTAGE_LEDGER) ? parsed.PORTAGE_LEDGER : resolve(folder, parsed.PORTAGE_LEDGER),
    temporalCli: parsed.PORTAGE_TEMPORAL_CLI ?? null,
    environment,
  });
}

/** The one place where a command reads the process's environment. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
