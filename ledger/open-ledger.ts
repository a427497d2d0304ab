import type Database from 'better-sqlite3';
import { Kysely, Migrator } from 'kysely';
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { nobodyWatches } from '../domain/crash-point';
import type { CrashWatch } from '../domain/crash-point';
import { LedgerDatabase } from './database';
import { createFactStore } from './fact-store';
import type { Ledger, LedgerStores } from './ledger';
import { ledgerNewer, ledgerPostgresLater } from './ledger-errors';
import { createLinkingStore } from './linking-store';
import { MIGRATIONS } from './migrations/migrations';
import { createPaceStore } from './pace-store';
import type { SharedPace } from './pace-store';
import { createDriftStore } from './drift-store';
import { createPlanStore } from './plan-store';
import { createRecoveryStore } from './recovery-store';
import { createRetryStore } from './retry-store';
import { createRunStore } from './run-store';
import { createSchemaStore } from './schema-store';
import { configureSqlite, LedgerSqliteDialect, migrationsDone, openSqlite, sqliteTroubleOf, withoutSync } from './sqlite-dialect';
import { createStagingStore } from './staging-store';
import { statement } from './statement';
import type { Tables } from './tables';
import { createWritingStore } from './writing-store';

const LOCK_PATIENCE_MS = 30_000;

export interface OpenLedgerOptions {
  /** A file path, made if it is not there, or `:memory:`. A Postgres URL is refused for now. */
  readonly location: string;
  /** Epoch milliseconds. Given, it also stands for the database's own clock and for elapsed time: for tests with a clock of their own. */
  readonly clock?: () => number;
  /** Waits; rejects when aborted. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** How long a call waits for another process's lock, by default 30 s. */
  readonly lockPatienceMs?: number;
  /** Told the size a file may grow to, in pages of 4 KiB: for tests of a full disk. */
  readonly maxPageCount?: number;
  /** Told of each commit: for tests that kill the process there. */
  readonly crashWatch?: CrashWatch;
}

/**
 * Opens the ledger and brings its tables up to date. Several processes may have the same file open.
 * @throws PlanError `ledger-postgres-later`, `ledger-newer`, `ledger-not-writable`; IdentityError `ledger-unreadable`; TransientError `ledger-locked`, `ledger-disk-full`
 */
export async function openLedger(options: OpenLedgerOptions): Promise<Ledger> {
  if (/^postgres(ql)?:\/\//i.test(options.location)) {
    throw ledgerPostgresLater();
  }
  const connection = new SqliteConnection(options);
  try {
    await connection.prepare();
  } catch (error) {
    await connection.close();
    throw error;
  }
  return assembleLedger(connection);
}

class SqliteConnection {
  readonly database: LedgerDatabase;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly monotonicMs: () => number;
  private sqlite: Database.Database | null = null;
  private kysely: Kysely<Tables> | null = null;
  /** The file as it was opened; null for one in memory. */
  private opened: string | null = null;

  constructor(private readonly options: OpenLedgerOptions) {
    const { clock } = options;
    this.sleep = options.sleep ?? (async (ms, signal) => sleepFor(ms, undefined, signal ? { signal } : {}));
    this.monotonicMs = clock ?? (() => performance.now());
    this.database = new LedgerDatabase({
      kysely: () => this.connected(),
      withoutSync: (work) => withoutSync(this.file(), this.connected(), work),
      troubleOf: sqliteTroubleOf,
      sleep: this.sleep,
      monotonicMs: this.monotonicMs,
      lockPatienceMs: options.lockPatienceMs ?? LOCK_PATIENCE_MS,
      isReplaced: () => this.opened !== null && fileAt(options.location) !== this.opened,
      clock: clock ?? (() => Date.now()),
      crashWatch: options.crashWatch ?? nobodyWatches,
    });
  }

  async prepare(): Promise<void> {
    await this.database.committed('bring-up-to-date', async () => {
      this.sqlite ??= openSqlite(this.options.location, this.options.clock ?? Date.now);
      this.opened = fileAt(this.options.location);
      configureSqlite(this.sqlite);
      if (this.options.maxPageCount !== undefined) {
        this.sqlite.pragma(`max_page_count = ${this.options.maxPageCount}`);
      }
      await this.bringUpToDate();
    });
    await this.database.write('identify-ledger', async (db) => {
      const facts = [
        { name: 'ledger-id', value: randomUUID().slice(0, 8) },
        { name: 'epoch', value: '1' },
      ];
      await db.insertInto('ledger_facts').values(facts).onConflict((conflict) => conflict.column('name').doNothing()).execute();
    });
  }

  async close(): Promise<void> {
    await this.kysely?.destroy();
    this.sqlite?.close();
  }

  private file(): Database.Database {
    if (!this.sqlite) {
      throw new Error('The ledger is not open.');
    }
    return this.sqlite;
  }

  private connected(): Kysely<Tables> {
    this.kysely ??= new Kysely<Tables>({ dialect: new LedgerSqliteDialect(this.file()) });
    return this.kysely;
  }

  private async bringUpToDate(): Promise<void> {
    const migrator = new Migrator({ db: this.connected(), provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
    const done = migrationsDone(this.file());
    const unknown = done.find((name) => !Object.hasOwn(MIGRATIONS, name));
    if (unknown !== undefined) {
      throw ledgerNewer(unknown);
    }
    if (done.length < Object.keys(MIGRATIONS).length) {
      const { error } = await migrator.migrateToLatest();
      if (error) {
        throw new Error('The tables of the ledger could not be brought up to date.', { cause: error });
      }
    }
  }
}

/** Which file stands at a path, by volume and number; null where there is none. */
function fileAt(location: string): string | null {
  const found = location === ':memory:' ? undefined : statSync(location, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}/${found.ino}`;
}

const readFacts = statement((db) => db.selectFrom('ledger_facts').selectAll());

function assembleLedger(connection: SqliteConnection): Ledger {
  const { database } = connection;
  const paces = new Map<string, SharedPace>();
  const pace = (portalId: string): SharedPace => {
    const known = paces.get(portalId) ?? createPaceStore({ database, portalId, sleep: connection.sleep });
    paces.set(portalId, known);
    return known;
  };
  return {
    ...createStores(database),
    pace,
    async identity() {
      const facts = new Map((await database.ask(readFacts, {})).map((fact) => [fact.name, fact.value]));
      return { ledgerId: facts.get('ledger-id') ?? '', epoch: Number(facts.get('epoch')) };
    },
    fenced(writer) {
      const own = database.fenced(writer);
      return { ...createStores(own), pace: (portalId) => ({ setRate: (rate) => pace(portalId).setRate(rate, own) }) };
    },
    close: () => connection.close(),
  };
}

/** They keep nothing themselves: made anew for each writer. */
function createStores(database: LedgerDatabase): LedgerStores {
  const plans = createPlanStore(database);
  const writing = createWritingStore(database);
  return {
    runs: createRunStore(database),
    staging: createStagingStore(database),
    plans,
    writing,
    linking: createLinkingStore(database),
    schema: createSchemaStore(database),
    facts: createFactStore(database),
    recovery: createRecoveryStore(database),
    drift: createDriftStore(database),
    retries: createRetryStore(database, { plans, writing }),
  };
}
