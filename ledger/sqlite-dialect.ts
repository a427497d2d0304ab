/** All that only SQLite says or needs; the stores speak through Kysely in words that Postgres takes as well. */
import Database from 'better-sqlite3';
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver } from 'kysely';
import type { DatabaseConnection, DialectAdapter, Driver, Kysely, SqliteDatabase, SqliteDialectConfig, TransactionSettings } from 'kysely';
import { z } from 'zod';
import type { LedgerTrouble } from './ledger-errors';
import type { Tables } from './tables';

// better-sqlite3 waits for a lock synchronously, so a longer time-out would stop heartbeats; the rest of the wait is asynchronous (database.ts).
const BUSY_TIMEOUT_MS = 50;
// Keeps the write-ahead log from staying at its largest size for ever.
const WAL_SIZE_LIMIT_BYTES = 64 * 1024 * 1024;
// What a run says of a batch of 100 records; statements on 500 rows hold a megabyte each, values included, and are prepared anew.
const MAX_STATEMENT_LENGTH = 8_000;
const MAX_STATEMENTS = 100;

/** Opens or makes the file, readable by its owner alone. SQLite gives -wal and -shm the mode of the main file. @param clock epoch milliseconds, for database.ts */
export function openSqlite(location: string, clock: () => number): Database.Database {
  if (location !== ':memory:') {
    mkdirSync(dirname(location), { recursive: true, mode: 0o700 });
    closeSync(openSync(location, 'a', 0o600));
    chmodSync(location, 0o600);
  }
  return new Database(location, { timeout: BUSY_TIMEOUT_MS }).function('portage_now_ms', () => clock());
}

const namesSchema = z.array(z.object({ name: z.string() }));

/** Names of the migrations that a file has had, in order. Asked whenever it is opened: a look at all its tables by the query builder takes far longer. */
export function migrationsDone(database: Database.Database): readonly string[] {
  const isNew = database.prepare("select 1 from sqlite_master where name = 'kysely_migration'").get() === undefined;
  return isNew ? [] : namesSchema.parse(database.prepare('select name from kysely_migration order by name').all()).map(({ name }) => name);
}

/**
 * Keeps prepared statements: the ledger says the same few dozen again and again, and preparing one takes longer than running it. Those that take a list of values
 * differ by its length, so that there is an end to what is kept. Pragmas act while they are prepared.
 */
export function rememberingStatements(database: Database.Database): SqliteDatabase {
  const known = new Map<string, Database.Statement>();
  return {
    close: () => database.close(),
    prepare(text) {
      const remembered = known.get(text);
      if (remembered !== undefined) {
        return remembered;
      }
      const statement = database.prepare(text);
      if (text.length <= MAX_STATEMENT_LENGTH && !/^\s*pragma/i.test(text)) {
        const [oldest] = known.keys();
        if (oldest !== undefined && known.size >= MAX_STATEMENTS) {
          known.delete(oldest);
        }
        known.set(text, statement);
      }
      return statement;
    },
  };
}

/**
 * Runs `work` with commits that a killed process cannot lose but a power cut can: they reach the disk with the next commit of the other kind. Waiting for the
 * disk stops the whole process, so what is worthless after a power cut does not wait.
 */
export function withoutSync<Result>(database: Database.Database, kysely: Kysely<Tables>, work: (connection: Kysely<Tables>) => Promise<Result>): Promise<Result> {
  return kysely.connection().execute(async (connection) => {
    // Said to the file itself: twice a call through the query builder is a fifth of what its pace costs.
    database.pragma('synchronous = normal');
    try {
      return await work(connection);
    } finally {
      database.pragma('synchronous = full');
    }
  });
}

/** Settings of the connection. May meet a lock: switching to WAL needs the file alone for a moment. */
export function configureSqlite(database: Database.Database): void {
  database.pragma('journal_mode = WAL');
  // FULL: a commit that was reported must survive a power cut, or a sent record would be forgotten.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma(`journal_size_limit = ${WAL_SIZE_LIMIT_BYTES}`);
}

/** What an error of better-sqlite3 or of the file system means; null when it is not about the database's state. */
export function sqliteTroubleOf(error: unknown): LedgerTrouble | null {
  const code = codeOf(error);
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy';
  // A full disk shows as FULL, or as IOERR where the shared-memory file could not grow.
  if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR') || code === 'ENOSPC' || code === 'EDQUOT') return 'disk-full';
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'unreadable';
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EISDIR') return 'not-writable';
  // The only foreign keys are those to runs.
  if (code === 'SQLITE_CONSTRAINT_FOREIGNKEY') return 'run-unknown';
  return null;
}

/** Of the error or, where it has none, of its cause. Not by `instanceof Error`: native modules may throw another realm's errors. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : '';
}

// Built once: of the ledger's statements every third is one of these.
const BEGIN = CompiledQuery.raw('begin');
const BEGIN_IMMEDIATE = CompiledQuery.raw('begin immediate');
const COMMIT = CompiledQuery.raw('commit');

class LedgerSqliteDriver extends SqliteDriver {
  constructor(
    config: SqliteDialectConfig,
    private readonly database: Database.Database,
  ) {
    super(config);
  }

  /** A writer asks for the lock at once: a transaction that began by reading could not be raised to writing beside another writer. */
  override async beginTransaction(connection: DatabaseConnection, settings?: TransactionSettings): Promise<void> {
    await connection.executeQuery(settings?.accessMode === 'read only' ? BEGIN : BEGIN_IMMEDIATE);
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(COMMIT);
  }

  /** SQLite rolls back by itself when the disk is full; a second rollback would hide that error behind its own. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.database.inTransaction) {
      await super.rollbackTransaction(connection);
    }
  }
}

class LedgerSqliteAdapter extends SqliteAdapter {
  // SQLite does undo DDL. Said here so that all migrations run in one transaction, and two processes opening a new ledger take turns.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

export class LedgerSqliteDialect extends SqliteDialect {
  constructor(private readonly database: Database.Database) {
    super({ database });
  }

  override createDriver(): Driver {
    return new LedgerSqliteDriver({ database: rememberingStatements(this.database) }, this.database);
  }

  override createAdapter(): DialectAdapter {
    return new LedgerSqliteAdapter();
  }
}
