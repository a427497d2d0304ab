import { sql } from 'kysely';
import type { Kysely, RawBuilder, Transaction } from 'kysely';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { passCrashPoint } from '../domain/crash-point';
import type { CrashWatch } from '../domain/crash-point';
import { MigrationError } from '../domain/migration-error';
import { ledgerDiskFull, ledgerLocked, ledgerNotWritable, ledgerReplaced, ledgerUnreadable, otherEpoch, runUnknown } from './ledger-errors';
import type { LedgerTrouble } from './ledger-errors';
import { statement } from './statement';
import type { Statement } from './statement';
import type { Tables } from './tables';

const FIRST_BACK_OFF_MS = 10;
const LONGEST_BACK_OFF_MS = 500;
/** Rows of one insert statement: with 20 columns far below SQLite's 32,766 variables. */
export const INSERT_CHUNK = 500;
/** Of those that a plan writes by the ten thousand: a statement of this length is remembered and need not be prepared again. */
export const ROWS_PER_REMEMBERED_INSERT = 100;

/** Epoch milliseconds by the clock of the database, which has a function for it. */
export const nowMs: RawBuilder<number> = sql<number>`portage_now_ms()`;

/** A run's work of one epoch. */
export interface Writer {
  readonly run: string;
  readonly epoch: number;
}

const epochOf = statement((db, given: { run: string }) => db.selectFrom('runs').select('epoch').where('run', '=', given.run));

export interface LedgerDatabaseOptions {
  readonly kysely: () => Kysely<Tables>;
  /** Runs `work` on one connection whose commits need not have reached the disk when they are reported. */
  readonly withoutSync: <Result>(work: (connection: Kysely<Tables>) => Promise<Result>) => Promise<Result>;
  readonly troubleOf: (error: unknown) => LedgerTrouble | null;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Milliseconds that only go forward, for measuring waits. */
  readonly monotonicMs: () => number;
  /** How long a call waits for another process's lock before it fails with `ledger-locked`. */
  readonly lockPatienceMs: number;
  /** Is the file that is open no longer the one at its path? */
  readonly isReplaced: () => boolean;
  /** Epoch milliseconds by the clock of this process, for dates in rows. */
  readonly clock: () => number;
  readonly crashWatch: CrashWatch;
}

/** Runs transactions, waits for locks without stopping the process, and says in our own words what went wrong. */
export class LedgerDatabase {
  /** @param writer null: for whoever is in no epoch */
  constructor(private readonly options: LedgerDatabaseOptions, private readonly writer: Writer | null = null) {}

  /** The same database for this writer: each `write` and `writePage` compares the run's epoch in its own transaction. */
  fenced(writer: Writer): LedgerDatabase {
    return new LedgerDatabase(this.options, writer);
  }

  get nowIso(): string {
    return new Date(this.options.clock()).toISOString();
  }

  /** One transaction that sees one state of the ledger and changes nothing. */
  async read<Result>(work: (transaction: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    return this.patiently(() => this.options.kysely().transaction().setAccessMode('read only').execute(work));
  }

  /** As `read`, where one statement says it all: it sees one state by itself, and two thirds of the statements, begin and commit, are saved. */
  async ask<Values, Row>(question: Statement<Values, Row>, values: Values): Promise<readonly Row[]> {
    return this.patiently(() => question(this.options.kysely(), values));
  }

  /** One transaction, all or nothing, under the name of its crash point. `work` may run again after a lock, so it must change nothing outside the database. */
  async write<Result>(commit: string, work: (transaction: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    return this.committed(commit, () =>
      this.options.kysely().transaction().execute(async (transaction) => {
        await this.refuseStale(transaction);
        return work(transaction);
      }),
    );
  }

  /**
   * As `write`, for a page of a longer piece of work whose last commit is a `write`: that one brings all before it to the disk. A killed process loses no page; a power
   * cut may lose pages from the end, of work that nobody was told to be done and that is done again.
   */
  async writePage<Result>(commit: string, work: (transaction: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    return this.committed(commit, () =>
      this.options.withoutSync((connection) =>
        connection.transaction().execute(async (transaction) => {
          await this.refuseStale(transaction);
          return work(transaction);
        }),
      ),
    );
  }

  /** As `write`, for what is worthless after a power cut (who has which slot, how many calls there were): a killed process loses none of it, a power cut may. */
  async writeUnsynced<Result>(commit: string, work: (transaction: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    return this.committed(commit, async () => {
      this.refuseReplaced();
      return this.options.withoutSync((connection) => connection.transaction().execute(work));
    });
  }

  private async refuseStale(transaction: Transaction<Tables>): Promise<void> {
    this.refuseReplaced();
    if (this.writer !== null) {
      const { run, epoch } = this.writer;
      const [row] = await epochOf(transaction, { run });
      if (row?.epoch !== epoch) {
        throw otherEpoch(run, epoch);
      }
    }
  }

  /** A worker whose ledger was deleted under it goes on in a file without a name, where nobody finds its marks: it must not send on their word. */
  private refuseReplaced(): void {
    if (this.options.isReplaced()) {
      throw ledgerReplaced();
    }
  }

  /** Whatever changes the database's file goes through here. */
  async committed<Result>(commit: string, attempt: () => Promise<Result>): Promise<Result> {
    return passCrashPoint(this.options.crashWatch, `ledger:${commit}`, () => this.patiently(attempt));
  }

  /** Lets timers and sockets run between two slices of a long piece of work. */
  async breathe(): Promise<void> {
    await nextTurn();
  }

  async patiently<Result>(attempt: () => Promise<Result>): Promise<Result> {
    const startedMs = this.options.monotonicMs();
    for (let backOffMs = FIRST_BACK_OFF_MS; ; backOffMs = Math.min(backOffMs * 2, LONGEST_BACK_OFF_MS)) {
      try {
        return await attempt();
      } catch (error) {
        const trouble = error instanceof MigrationError ? null : this.options.troubleOf(error);
        if (trouble !== 'busy') {
          throw toMigrationError(error, trouble);
        }
        if (this.options.monotonicMs() - startedMs >= this.options.lockPatienceMs) {
          throw ledgerLocked(error);
        }
        await this.options.sleep(backOffMs);
      }
    }
  }
}

function toMigrationError(error: unknown, trouble: Exclude<LedgerTrouble, 'busy'> | null): unknown {
  switch (trouble) {
    case 'disk-full':
      return ledgerDiskFull(error);
    case 'unreadable':
      return ledgerUnreadable(error);
    case 'not-writable':
      return ledgerNotWritable(error);
    case 'run-unknown':
      return runUnknown();
    case null:
      return error;
  }
}

/** `items` in order, in lists of at most `size`. */
export function inChunks<Item>(items: readonly Item[], size: number = INSERT_CHUNK): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/** Items by key, keys in order of first appearance. */
export function byKey<Key, Item>(items: readonly Item[], keyOf: (item: Item) => Key): ReadonlyMap<Key, readonly Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) {
      group.push(item);
    } else {
      groups.set(keyOf(item), [item]);
    }
  }
  return groups;
}
