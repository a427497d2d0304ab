/** Cuts a finished plan into batches and partitions. Deterministic, so that a repeated call gives every row the same number again. */
import { sql } from 'kysely';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { AssociationType, ObjectType } from '../domain/object-type';
import type { WorkType } from '../domain/phase';
import type { PartitionManifest } from '../domain/planned-record';
import { byKey, inChunks } from './database';
import type { LedgerDatabase } from './database';
import { WRITTEN_ACTIONS } from './planned-rows';

// 100 inputs a batch call: HubSpot, CRM objects API, 2026-09.
export const RECORDS_PER_BATCH = 100;
// 1,000 sources a batch read and 2,000 pairs a batch call: HubSpot, associations API v4, 2026-09.
export const SOURCES_PER_ASSOCIATION_BATCH = 1_000;
export const PAIRS_PER_ASSOCIATION_BATCH = 2_000;
// 10,000 pairs of a partition stay below Temporal's 2 MB a payload.
export const BATCHES_PER_PARTITION = 100;
/** Rows of one slice: short enough to leave the process responsive. */
const PAGE = 1_000;

export async function assignBatches(database: LedgerDatabase, stagingId: string): Promise<void> {
  for (const objectType of OBJECT_TYPES) {
    await savePartitions(database, stagingId, objectType, await assignRecordBatches(database, stagingId, objectType));
    await saveRecordCounts(database, stagingId, objectType);
  }
  for (const associationType of ASSOCIATION_TYPES) {
    await savePartitions(database, stagingId, associationType, await assignAssociationBatches(database, stagingId, associationType));
    await saveAssociationCounts(database, stagingId, associationType);
  }
}

/** @returns how many records each batch holds */
async function assignRecordBatches(database: LedgerDatabase, stagingId: string, objectType: ObjectType): Promise<readonly number[]> {
  const sizes: number[] = [];
  for (const action of WRITTEN_ACTIONS) {
    let afterOrdinal = -1;
    for (;;) {
      const page = await database.writePage('batch-records', async (db) => {
        const rows = await db
          .selectFrom('planned_records')
          .select('ordinal')
          .where('staging_id', '=', stagingId)
          .where('object_type', '=', objectType)
          .where('action', '=', action)
          .where('ordinal', '>', afterOrdinal)
          .orderBy('ordinal')
          .limit(PAGE)
          .execute();
        const batches = inChunks(rows.map((row) => Number(row.ordinal)), RECORDS_PER_BATCH);
        for (const [index, ordinals] of batches.entries()) {
          await db
            .updateTable('planned_records')
            .set({ batch: sizes.length + index })
            .where('staging_id', '=', stagingId)
            .where('object_type', '=', objectType)
            .where('ordinal', 'in', [...ordinals])
            .execute();
        }
        return batches;
      });
      // PAGE is a multiple of a batch, so only the last page of an action ends in a short batch.
      sizes.push(...page.map((ordinals) => ordinals.length));
      const last = page.at(-1)?.at(-1);
      if (last === undefined) {
        break;
      }
      afterOrdinal = last;
      await database.breathe();
    }
  }
  return sizes;
}

/** All planned pairs of a source share a batch, so that its links are read once and its primary is decided in one place; only a source with more than a full batch of pairs is split. */
async function assignAssociationBatches(database: LedgerDatabase, stagingId: string, associationType: AssociationType): Promise<readonly number[]> {
  const sizes: number[] = [];
  let open: number[] = [];
  let openSources = 0;
  let after: { readonly from: string; readonly to: string } | null = null;
  /** Sources read and not in a batch yet; the last of them may go on in the next page. */
  let waiting: { readonly id: string; readonly ordinals: number[] }[] = [];

  const seal = async () => {
    const ordinals = open;
    await database.writePage('batch-associations', (db) =>
      db
        .updateTable('planned_associations')
        .set({ batch: sizes.length })
        .where('staging_id', '=', stagingId)
        .where('association_type', '=', associationType)
        .where('ordinal', 'in', ordinals)
        .execute(),
    );
    sizes.push(open.length);
    open = [];
    openSources = 0;
  };
  const addSource = async (ordinals: readonly number[]) => {
    if (open.length > 0 && (open.length + ordinals.length > PAIRS_PER_ASSOCIATION_BATCH || openSources === SOURCES_PER_ASSOCIATION_BATCH)) {
      await seal();
    }
    for (const part of inChunks(ordinals, PAIRS_PER_ASSOCIATION_BATCH)) {
      if (open.length + part.length > PAIRS_PER_ASSOCIATION_BATCH) {
        await seal();
      }
      open.push(...part);
    }
    openSources += 1;
  };

  for (;;) {
    const place: { readonly from: string; readonly to: string } | null = after;
    const rows = await database.read((db) => {
      let query = db
        .selectFrom('planned_associations')
        .select(['ordinal', 'from_source_id', 'to_source_id'])
        .where('staging_id', '=', stagingId)
        .where('association_type', '=', associationType)
        .where('verdict', '=', 'planned')
        // Said again as a literal: only so does SQLite see that the unique index, which has this order, applies.
        .where('verdict', '<>', sql.lit('duplicate'))
        .orderBy('from_source_id')
        .orderBy('to_source_id')
        .limit(PAGE);
      if (place) {
        query = query.where((row) => row(row.refTuple('from_source_id', 'to_source_id'), '>', row.tuple(place.from, place.to)));
      }
      return query.execute();
    });
    for (const row of rows) {
      const source = waiting.at(-1);
      if (source?.id === row.from_source_id) {
        source.ordinals.push(Number(row.ordinal));
      } else {
        waiting.push({ id: row.from_source_id, ordinals: [Number(row.ordinal)] });
      }
    }
    for (const { ordinals } of waiting.slice(0, -1)) {
      await addSource(ordinals);
    }
    waiting = waiting.slice(-1);
    const last = rows.at(-1);
    if (!last) {
      break;
    }
    after = { from: last.from_source_id, to: last.to_source_id };
    await database.breathe();
  }
  for (const { ordinals } of waiting) {
    await addSource(ordinals);
  }
  if (open.length > 0) {
    await seal();
  }
  return sizes;
}

async function savePartitions(database: LedgerDatabase, stagingId: string, workType: WorkType, batchSizes: readonly number[]): Promise<void> {
  const partitions = inChunks(batchSizes, BATCHES_PER_PARTITION).map((sizes, partition): PartitionManifest => ({
    partition,
    firstBatch: partition * BATCHES_PER_PARTITION,
    batchCounts: sizes,
  }));
  await database.write('save-partitions', async (db) => {
    await db.deleteFrom('planned_partitions').where('staging_id', '=', stagingId).where('work_type', '=', workType).execute();
    for (const chunk of inChunks(partitions)) {
      await db
        .insertInto('planned_partitions')
        .values(
          chunk.map(({ partition, firstBatch, batchCounts }) => ({ staging_id: stagingId, work_type: workType, partition, first_batch: firstBatch, batch_counts: JSON.stringify(batchCounts), round: 0 })),
        )
        .execute();
    }
  });
}

async function saveRecordCounts(database: LedgerDatabase, stagingId: string, objectType: ObjectType): Promise<void> {
  const rows = await database.read((db) =>
    db
      .selectFrom('planned_records')
      .select((row) => ['action', row.fn.countAll().as('count')])
      .where('staging_id', '=', stagingId)
      .where('object_type', '=', objectType)
      .groupBy('action')
      .execute(),
  );
  await saveCounts(database, stagingId, objectType, rows.map((row) => ({ word: row.action, count: Number(row.count) })));
}

async function saveAssociationCounts(database: LedgerDatabase, stagingId: string, associationType: AssociationType): Promise<void> {
  const rows = await database.read((db) =>
    db
      .selectFrom('planned_associations')
      .select((row) => ['verdict', row.fn.countAll().as('count')])
      .where('staging_id', '=', stagingId)
      .where('association_type', '=', associationType)
      .groupBy('verdict')
      .execute(),
  );
  await saveCounts(database, stagingId, associationType, rows.map((row) => ({ word: row.verdict, count: Number(row.count) })));
}

async function saveCounts(database: LedgerDatabase, stagingId: string, workType: WorkType, counts: readonly { readonly word: string; readonly count: number }[]): Promise<void> {
  await database.write('save-counts', async (db) => {
    await db.deleteFrom('planned_counts').where('staging_id', '=', stagingId).where('work_type', '=', workType).execute();
    for (const [word, [entry]] of byKey(counts, (count) => count.word)) {
      await db.insertInto('planned_counts').values({ staging_id: stagingId, work_type: workType, word, count: entry?.count ?? 0 }).execute();
    }
  });
}
