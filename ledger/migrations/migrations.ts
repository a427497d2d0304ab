import type { Migration } from 'kysely';
import { firstTables } from './0001-first-tables';
import { recovery } from './0002-recovery';
import { portalClaims } from './0003-portal-claims';
import { outputs } from './0004-outputs';
import { drift } from './0005-drift';
import { retry } from './0006-retry';
import { labels } from './0007-labels';
import { pace } from './0008-pace';

/** Every change of the ledger's tables, by name in order. Listed here, not read from a folder, so that a bundled build has them too. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first-tables': firstTables,
  '0002-recovery': recovery,
  '0003-portal-claims': portalClaims,
  '0004-outputs': outputs,
  '0005-drift': drift,
  '0006-retry': retry,
  '0007-labels': labels,
  '0008-pace': pace,
};
