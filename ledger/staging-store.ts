import { sql } from 'kysely';
import type { RawBuilder, Selectable, Transaction } from 'kysely';
import type { RejectedRow, SourceObject, SourceRecord } from '../domain/source-inspection';
import { inChunks, ROWS_PER_REMEMBERED_INSERT } from './database';
import type { LedgerDatabase } from './database';
import { countsSchema, inspectionSchema, nullableTextsSchema, parseJsonColumn } from './json-columns';
import type { StagedRecord, StagingStore } from './ledger';
import type { Tables } from './tables';

const DELETE_PAGE = 5_000;
// As a literal, not a parameter: only so does SQLite see that the index of usable ids applies.
const USABLE: RawBuilder<'ok'> = sql.lit('ok');

export function createStagingStore(database: LedgerDatabase): StagingStore {
  return {
    /** Beginning again goes on where reading stopped, unless the source has changed meanwhile: then what was staged is forgotten. */
    async begin(stagingId, inspection) {
      const known = await database.read((db) => db.selectFrom('stagings').select('source_digest').where('staging_id', '=', stagingId).executeTakeFirst());
      if (known && known.source_digest !== inspection.digest) {
        await forgetStaged(database, stagingId);
      }
      await database.write('begin-staging', async (db) => {
        const row = { inspection: JSON.stringify(inspection), source_digest: inspection.digest };
        await db
          .insertInto('stagings')
          .values({ staging_id: stagingId, ...row })
          .onConflict((conflict) => conflict.column('staging_id').doUpdateSet(row))
          .execute();
        for (const { object } of inspection.objects) {
          await ensureObject(db, stagingId, object);
        }
      });
    },

    readInspection: (stagingId) =>
      database.read(async (db) => {
        const row = await db.selectFrom('stagings').select('inspection').where('staging_id', '=', stagingId).executeTakeFirst();
        return row ? parseJsonColumn(inspectionSchema, row.inspection, 'stagings.inspection') : null;
      }),

    readCursor: (stagingId, sourceObject) =>
      database.read(async (db) => {
        const row = await findObject(db, stagingId, sourceObject);
        return { cursor: row?.cursor ?? null, done: row?.done === 1, nextOrdinal: Number(row?.next_ordinal ?? 0) };
      }),

    appendPage: (stagingId, { object: sourceObject }: SourceObject, page) => {
      const append = async (db: Transaction<Tables>): Promise<void> => {
        await ensureObject(db, stagingId, sourceObject);
        const state = await findObject(db, stagingId, sourceObject);
        if (!state || state.done === 1 || state.cursor !== page.from) {
          return;
        }
        const firstOrdinal = Number(state.next_ordinal);
        const known = await knownIds(db, stagingId, sourceObject, page.records);
        const rows = inSourceOrder(page.records, page.rejected).map((row, index) => toStagedRow(stagingId, sourceObject, firstOrdinal + index, row, known));
        for (const chunk of inChunks(rows, ROWS_PER_REMEMBERED_INSERT)) {
          await db.insertInto('staged_records').values([...chunk]).execute();
        }
        await db
          .updateTable('staged_objects')
          .set({
            cursor: page.cursor,
            done: page.cursor === null ? 1 : 0,
            next_ordinal: firstOrdinal + rows.length,
            usable: Number(state.usable) + rows.filter((row) => row.state === 'ok').length,
            filled: JSON.stringify(addFilled(parseJsonColumn(countsSchema, state.filled, 'staged_objects.filled'), page.records)),
          })
          .where('staging_id', '=', stagingId)
          .where('source_object', '=', sourceObject)
          .execute();
      };
      return page.cursor === null ? database.write('append-page', append) : database.writePage('append-page', append);
    },

    readPage: (stagingId, sourceObject, afterOrdinal, limit) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom('staged_records')
          .selectAll()
          .where('staging_id', '=', stagingId)
          .where('source_object', '=', sourceObject)
          .where('ordinal', '>', afterOrdinal)
          .orderBy('ordinal')
          .limit(limit)
          .execute();
        return rows.map(toStagedRecord);
      }),

    readUnusable: (stagingId, sourceObject, limit) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom('staged_records')
          .select(['file_index', 'line', 'state'])
          .where('staging_id', '=', stagingId)
          .where('source_object', '=', sourceObject)
          .where('state', '<>', USABLE)
          .orderBy('ordinal')
          .limit(limit)
          .execute();
        return rows.map((row) => ({ fileIndex: row.file_index, line: Number(row.line), state: row.state }));
      }),

    findRecords: (stagingId, sourceObject, sourceIds) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom('staged_records')
          .selectAll()
          .where('staging_id', '=', stagingId)
          .where('source_object', '=', sourceObject)
          .where('source_id', 'in', [...sourceIds])
          .where('state', '=', USABLE)
          .execute();
        return rows.map(toStagedRecord).sort((one, other) => one.ordinal - other.ordinal);
      }),

    countRows: (stagingId) =>
      database.read(async (db) => {
        const rows = await db.selectFrom('staged_objects').selectAll().where('staging_id', '=', stagingId).orderBy('source_object').execute();
        return Object.fromEntries(
          rows.map((row) => [row.source_object, { rows: Number(row.next_ordinal), usable: Number(row.usable), filled: parseJsonColumn(countsSchema, row.filled, 'staged_objects.filled') }]),
        );
      }),
  };
}

async function ensureObject(db: Transaction<Tables>, stagingId: string, sourceObject: string): Promise<void> {
  await db
    .insertInto('staged_objects')
    .values({ staging_id: stagingId, source_object: sourceObject, cursor: null, done: 0, next_ordinal: 0, usable: 0, filled: '{}' })
    .onConflict((conflict) => conflict.columns(['staging_id', 'source_object']).doNothing())
    .execute();
}

function findObject(db: Transaction<Tables>, stagingId: string, sourceObject: string): Promise<Selectable<Tables['staged_objects']> | undefined> {
  return db.selectFrom('staged_objects').selectAll().where('staging_id', '=', stagingId).where('source_object', '=', sourceObject).executeTakeFirst();
}

/** Ids of this page that an earlier page holds already. */
async function knownIds(db: Transaction<Tables>, stagingId: string, sourceObject: string, records: readonly SourceRecord[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (const chunk of inChunks(records)) {
    const rows = await db
      .selectFrom('staged_records')
      .select('source_id')
      .where('staging_id', '=', stagingId)
      .where('source_object', '=', sourceObject)
      .where('source_id', 'in', chunk.map((record) => record.sourceId))
      .where('state', '=', USABLE)
      .execute();
    rows.forEach((row) => row.source_id !== null && known.add(row.source_id));
  }
  return known;
}

type SourceRow = { readonly record: SourceRecord; readonly rejected: null } | { readonly record: null; readonly rejected: RejectedRow };

function inSourceOrder(records: readonly SourceRecord[], rejected: readonly RejectedRow[]): readonly SourceRow[] {
  const rows: SourceRow[] = [...records.map((record) => ({ record, rejected: null })), ...rejected.map((row) => ({ record: null, rejected: row }))];
  const placeOf = (row: SourceRow) => row.record ?? row.rejected;
  return rows.sort((one, other) => placeOf(one).fileIndex - placeOf(other).fileIndex || placeOf(one).line - placeOf(other).line);
}

function toStagedRow(stagingId: string, sourceObject: string, ordinal: number, { record, rejected }: SourceRow, known: Set<string>): Tables['staged_records'] {
  const place = { staging_id: stagingId, source_object: sourceObject, ordinal };
  if (!record) {
    return { ...place, source_id: null, file_index: rejected.fileIndex, line: rejected.line, state: rejected.code, cell_values: '{}' };
  }
  const repeated = known.has(record.sourceId);
  known.add(record.sourceId);
  return {
    ...place,
    source_id: record.sourceId,
    file_index: record.fileIndex,
    line: record.line,
    state: repeated ? 'repeated-id' : 'ok',
    cell_values: JSON.stringify(record.values),
  };
}

function addFilled(counts: Readonly<Record<string, number>>, records: readonly SourceRecord[]): Readonly<Record<string, number>> {
  const sums = new Map(Object.entries(counts));
  for (const { values } of records) {
    for (const [column, value] of Object.entries(values)) {
      if (value !== null) {
        sums.set(column, (sums.get(column) ?? 0) + 1);
      }
    }
  }
  return Object.fromEntries(sums);
}

function toStagedRecord(row: Selectable<Tables['staged_records']>): StagedRecord {
  return {
    sourceObject: row.source_object,
    ordinal: Number(row.ordinal),
    sourceId: row.source_id,
    fileIndex: row.file_index,
    line: Number(row.line),
    state: row.state,
    values: parseJsonColumn(nullableTextsSchema, row.cell_values, 'staged_records.cell_values'),
  };
}

/** In pages, because deleting a large source in one go would stop the process for seconds. */
async function forgetStaged(database: LedgerDatabase, stagingId: string): Promise<void> {
  const objects = await database.read((db) => db.selectFrom('staged_objects').select(['source_object', 'next_ordinal']).where('staging_id', '=', stagingId).execute());
  for (const { source_object: sourceObject, next_ordinal: nextOrdinal } of objects) {
    // From the end, so that a death in between leaves a staging that is short, not one with holes; its cursor goes first.
    await database.write('forget-cursor', (db) =>
      db.updateTable('staged_objects').set({ cursor: 'forgetting', done: 0 }).where('staging_id', '=', stagingId).where('source_object', '=', sourceObject).execute(),
    );
    for (let from = Math.floor(Number(nextOrdinal) / DELETE_PAGE) * DELETE_PAGE; from >= 0; from -= DELETE_PAGE) {
      await database.write('forget-rows', (db) =>
        db.deleteFrom('staged_records').where('staging_id', '=', stagingId).where('source_object', '=', sourceObject).where('ordinal', '>=', from).execute(),
      );
      await database.breathe();
    }
    await database.write('forget-object', (db) => db.deleteFrom('staged_objects').where('staging_id', '=', stagingId).where('source_object', '=', sourceObject).execute());
  }
}
