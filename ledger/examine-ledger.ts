/** Looks at a ledger without opening it for work: makes no file, changes no table, and never throws. */
import Database from 'better-sqlite3';
import { statSync } from 'node:fs';
import { z } from 'zod';
import { MIGRATIONS } from './migrations/migrations';
import { migrationsDone, sqliteTroubleOf } from './sqlite-dialect';

export type LedgerExamination =
  /** better-sqlite3 has no binary for this machine and version of Node. */
  | { readonly state: 'driver-missing'; readonly reason: string }
  | { readonly state: 'postgres' }
  /** No file yet: the first command makes it. */
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly reason: string }
  | {
      /** `older`: brought up to date by the next command; `newer`: made by a newer version, which this one refuses. */
      readonly state: 'ready' | 'older' | 'newer';
      readonly ledgerId: string;
      readonly runCount: number;
      /** Name of the newest change of tables that the file has. */
      readonly schema: string;
      /** Permission bits, e.g. 0o600. */
      readonly mode: number;
      readonly sizeBytes: number;
    };

const factSchema = z.object({ value: z.string() });
const countSchema = z.object({ count: z.number() });

/** Why better-sqlite3 cannot be used here; null where it can. */
export function sqliteDriverFailure(): string | null {
  try {
    new Database(':memory:').close();
    return null;
  } catch (error) {
    return firstLine(error);
  }
}

/** @param location a file path or a Postgres URL */
export function examineLedger(location: string): LedgerExamination {
  if (/^postgres(ql)?:\/\//i.test(location)) {
    return { state: 'postgres' };
  }
  const driver = sqliteDriverFailure();
  if (driver !== null) {
    return { state: 'driver-missing', reason: driver };
  }
  let database: Database.Database | null = null;
  try {
    const file = statSync(location, { throwIfNoEntry: false });
    if (file === undefined) {
      return { state: 'absent' };
    }
    database = new Database(location, { readonly: true, fileMustExist: true, timeout: 1_000 });
    const names = migrationsDone(database);
    const ledgerId = factSchema.parse(database.prepare("select value from ledger_facts where name = 'ledger-id'").get()).value;
    const runCount = countSchema.parse(database.prepare('select count(*) as count from runs').get()).count;
    const known = Object.keys(MIGRATIONS);
    const state = names.some((name) => !known.includes(name)) ? 'newer' : names.length < known.length ? 'older' : 'ready';
    return { state, ledgerId, runCount, schema: names.at(-1) ?? '', mode: file.mode & 0o777, sizeBytes: file.size };
  } catch (error) {
    return { state: 'unreadable', reason: reasonOf(error) };
  } finally {
    database?.close();
  }
}

function reasonOf(error: unknown): string {
  switch (sqliteTroubleOf(error)) {
    case 'busy':
      return 'another process holds it locked';
    case 'not-writable':
      return 'it cannot be opened';
    case 'disk-full':
      return 'the disk is full or failing';
    case 'unreadable':
    case 'run-unknown':
    case null:
      return 'it is damaged, or is no ledger';
  }
}

const firstLine = (error: unknown): string => (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
