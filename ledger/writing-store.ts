import type { Transaction } from 'kysely';
import { MigrationError } from '../domain/migration-error';
import type { IdPair, PairOrigin } from '../domain/id-map';
import type { ObjectType } from '../domain/object-type';
import { byKey, inChunks } from './database';
import type { LedgerDatabase } from './database';
import { nullableTextsSchema, parseJsonColumn, parseNullableJsonColumn, refusalSchema, textsSchema } from './json-columns';
import type { BatchRecord, RecordSettlement, UndoRecord, WritingStore } from './ledger';
import { ledgerRowInvalid } from './ledger-errors';
import { stagingIdOf } from './run-store';
import { statement } from './statement';
import type { Tables } from './tables';
import { clearSent, firstRow, markSent, settleOnce, settleUndo } from './write-protocol';

export function createWritingStore(database: LedgerDatabase): WritingStore {
  return {
    readBatch: (run, objectType, batch) => database.read((db) => readBatch(db, run, objectType, batch)),

    keepPreImages: (run, objectType, images) =>
      database.write('keep-pre-images', async (db) => {
        for (const chunk of inChunks(images)) {
          await keepPreImages(db, run, objectType, chunk);
        }
      }),

    markSent: (run, objectType, records, now) =>
      database.write('mark-sent', async (db) => {
        const planned = await findPlanned(db, run, objectType, records.map(({ ordinal }) => ordinal));
        return markSent(db, { run, workType: objectType }, records, new Map([...planned].map(([ordinal, row]) => [ordinal, row.batch])), now);
      }),

    clearSent: (run, objectType, records) => database.write('clear-sent', (db) => clearSent(db, { run, workType: objectType }, records)),

    settle: (run, objectType, settlements, now) => database.write('settle-records', (db) => settle(db, run, objectType, settlements, now)),

    readPairs: (run, objectType, batch) => database.read((db) => readPairs(db, run, objectType, batch, 1)),

    readPartitionPairs: (run, objectType, firstBatch, batchCount) => database.read((db) => readPairs(db, run, objectType, firstBatch, batchCount)),

    findPairs: (run, objectType, sourceIds) => database.read((db) => findPairsBy(db, run, objectType, 'source_id', sourceIds)),

    findByTargetIds: (run, objectType, targetIds) => database.read((db) => findPairsBy(db, run, objectType, 'target_id', targetIds)),

    recordShard: (run, objectType, partition, workflowId, digest, pairCount) =>
      database.write('record-shard', async (db) => {
        const row = { workflow_id: workflowId, digest, pair_count: pairCount };
        await db
          .insertInto('id_map_shards')
          .values({ run, object_type: objectType, partition, ...row })
          .onConflict((conflict) => conflict.columns(['run', 'object_type', 'partition']).doUpdateSet(row))
          .execute();
      }),

    readShards: (run) =>
      database.read(async (db) => {
        const rows = await db.selectFrom('id_map_shards').selectAll().where('run', '=', run).orderBy('object_type').orderBy('partition').execute();
        return rows.map((row) => ({ objectType: row.object_type, partition: row.partition, workflowId: row.workflow_id, digest: row.digest, pairCount: row.pair_count }));
      }),

    readUndo: (run, objectType, batch) => database.read((db) => readUndo(db, run, objectType, batch)),

    settleUndo: (run, objectType, settlements, now) => database.write('settle-undo', (db) => settleUndo(db, { run, workType: objectType }, settlements, now)),
  };
}

async function readBatch(db: Transaction<Tables>, run: string, objectType: ObjectType, batch: number): Promise<readonly BatchRecord[]> {
  const stagingId = await stagingIdOf(db, run);
  const rows = await readRows(db, { run, stagingId, objectType, batch });
  const folded = await foldedInto(db, stagingId, objectType, rows.flatMap((row) => row.source_id ?? []));
  return rows.map((row): BatchRecord => {
    const sourceId = row.source_id;
    if (sourceId === null || row.action === 'fold' || row.action === 'left-out') {
      throw ledgerRowInvalid('planned_records.action');
    }
    return {
      ordinal: Number(row.ordinal),
      sourceId,
      foldedSourceIds: folded.get(sourceId) ?? [],
      kind: row.action,
      targetId: row.written_target_id ?? row.planned_target_id,
      properties: parseJsonColumn(textsSchema, row.properties, 'planned_records.properties'),
      state: row.outcome === null ? (row.state ?? 'unsent') : 'settled',
      attempt: row.attempt ?? 0,
      outcome: toSettlement(row),
      preImage: parseNullableJsonColumn(nullableTextsSchema, row.pre_image, 'writes.pre_image'),
    };
  });
}

const readRows = statement((db, given: { run: string; stagingId: string; objectType: ObjectType; batch: number }) =>
  db
    .selectFrom('planned_records as planned')
    .leftJoin('writes', (join) => join.onRef('writes.ordinal', '=', 'planned.ordinal').on('writes.run', '=', given.run).on('writes.work_type', '=', given.objectType))
    .select(['planned.ordinal', 'planned.source_id', 'planned.action', 'planned.target_id as planned_target_id', 'planned.properties'])
    .select(['writes.state', 'writes.attempt', 'writes.outcome', 'writes.target_id as written_target_id', 'writes.refusal', 'writes.pre_image', 'writes.post_image', 'writes.undo'])
    .where('planned.staging_id', '=', given.stagingId)
    .where('planned.object_type', '=', given.objectType)
    .where('planned.batch', '=', given.batch)
    .orderBy('planned.ordinal'),
);

function toSettlement(row: { readonly outcome: string | null; readonly written_target_id: string | null; readonly refusal: string | null; readonly post_image: string | null }): RecordSettlement | null {
  switch (row.outcome) {
    case null:
      return null;
    case 'created':
    case 'updated':
    case 'unchanged':
    case 'refused':
      return {
        outcome: row.outcome,
        targetId: row.written_target_id,
        refusal: parseNullableJsonColumn(refusalSchema, row.refusal, 'writes.refusal'),
        postImage: parseNullableJsonColumn(nullableTextsSchema, row.post_image, 'writes.post_image'),
      };
    default:
      throw ledgerRowInvalid('writes.outcome');
  }
}

/** Source ids folded into each of these, through any number of folds, in source order. */
async function foldedInto(db: Transaction<Tables>, stagingId: string, objectType: ObjectType, sourceIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const survivorOf = new Map(sourceIds.map((sourceId) => [sourceId, sourceId]));
  const folded = new Map<string, string[]>();
  for (let into = [...sourceIds]; into.length > 0; ) {
    const found: string[] = [];
    for (const chunk of inChunks(into)) {
      const rows = await db
        .selectFrom('planned_records')
        .select(['ordinal', 'source_id', 'fold_into'])
        .where('staging_id', '=', stagingId)
        .where('object_type', '=', objectType)
        .where('fold_into', 'in', [...chunk])
        .execute();
      // Sorted here: asked for this order, SQLite would walk the whole type by ordinal.
      for (const { source_id: sourceId, fold_into: foldInto } of rows.sort((one, other) => Number(one.ordinal) - Number(other.ordinal))) {
        const survivor = foldInto === null ? undefined : survivorOf.get(foldInto);
        if (sourceId !== null && survivor !== undefined && !survivorOf.has(sourceId)) {
          survivorOf.set(sourceId, survivor);
          folded.set(survivor, [...(folded.get(survivor) ?? []), sourceId]);
          found.push(sourceId);
        }
      }
    }
    into = found;
  }
  return folded;
}

interface PlannedPlace {
  readonly sourceId: string;
  readonly batch: number;
  readonly targetId: string | null;
}

/** Those of the ordinals that are in a batch. */
async function findPlanned(db: Transaction<Tables>, run: string, objectType: ObjectType, ordinals: readonly number[]): Promise<ReadonlyMap<number, PlannedPlace>> {
  const stagingId = await stagingIdOf(db, run);
  const planned = new Map<number, PlannedPlace>();
  for (const chunk of inChunks(ordinals)) {
    const rows = await db
      .selectFrom('planned_records')
      .select(['ordinal', 'source_id', 'batch', 'target_id'])
      .where('staging_id', '=', stagingId)
      .where('object_type', '=', objectType)
      .where('ordinal', 'in', [...chunk])
      .execute();
    for (const row of rows) {
      if (row.batch !== null && row.source_id !== null) {
        planned.set(Number(row.ordinal), { sourceId: row.source_id, batch: row.batch, targetId: row.target_id });
      }
    }
  }
  return planned;
}

async function keepPreImages(db: Transaction<Tables>, run: string, objectType: ObjectType, images: Parameters<WritingStore['keepPreImages']>[2]): Promise<void> {
  const stagingId = await stagingIdOf(db, run);
  const ordinals = images.map(({ ordinal }) => ordinal);
  const rows = await db
    .selectFrom('planned_records as planned')
    .leftJoin('writes', (join) => join.onRef('writes.ordinal', '=', 'planned.ordinal').on('writes.run', '=', run).on('writes.work_type', '=', objectType))
    .select(['planned.ordinal', 'planned.batch', 'planned.properties', 'writes.pre_image', 'writes.outcome'])
    .where('planned.staging_id', '=', stagingId)
    .where('planned.object_type', '=', objectType)
    .where('planned.ordinal', 'in', ordinals)
    .execute();
  const known = new Map(rows.map((row) => [Number(row.ordinal), row]));
  for (const { ordinal, targetId, values } of images) {
    const row = known.get(ordinal);
    // After the outcome the portal holds our own values: they are no pre-image.
    if (!row || row.batch === null || row.outcome !== null) {
      continue;
    }
    const kept = parseNullableJsonColumn(nullableTextsSchema, row.pre_image, 'writes.pre_image') ?? {};
    const planned = parseJsonColumn(textsSchema, row.properties, 'planned_records.properties');
    const merged: Record<string, string | null> = { ...kept };
    for (const [property, value] of Object.entries(values)) {
      if (!Object.hasOwn(kept, property) || value !== planned[property]) {
        merged[property] = value;
      }
    }
    const image = { target_id: targetId, pre_image: JSON.stringify(merged) };
    await db
      .insertInto('writes')
      .values({ ...firstRow({ run, workType: objectType }, ordinal, row.batch), ...image })
      .onConflict((conflict) => conflict.columns(['run', 'work_type', 'ordinal']).doUpdateSet(image).where('writes.outcome', 'is', null))
      .execute();
  }
}

async function settle(db: Transaction<Tables>, run: string, objectType: ObjectType, settlements: Parameters<WritingStore['settle']>[2], now: string): Promise<readonly number[]> {
  const planned = await findPlanned(db, run, objectType, settlements.map(({ ordinal }) => ordinal));
  const rows = settlements.map((settlement) => {
    const place = planned.get(settlement.ordinal);
    if (!place) {
      throw new MigrationError('InvariantError', `An outcome was reported for ${objectType} ${settlement.ordinal}, which no batch holds.`, { code: 'outcome-without-plan' });
    }
    const targetId = settlement.targetId ?? (settlement.outcome === 'refused' ? null : place.targetId);
    if (targetId === null && settlement.outcome !== 'refused') {
      throw new MigrationError('InvariantError', `${objectType} ${settlement.ordinal} was reported as ${settlement.outcome} without a target id.`, { code: 'landed-without-id' });
    }
    return { ...settlement, ...place, targetId };
  });
  const settled = await settleOnce(
    db,
    { run, workType: objectType },
    rows.map((row) => ({ ...row, postImage: row.postImage ? JSON.stringify(row.postImage) : null })),
    now,
  );
  const landed = [...byKey(rows, (row) => row.ordinal).values()].flatMap(([first]) => (first && first.outcome !== 'refused' && settled.has(first.ordinal) ? [first] : []));
  const folded = await foldedInto(db, await stagingIdOf(db, run), objectType, landed.map(({ sourceId }) => sourceId));
  const pairs = landed.flatMap(({ sourceId, targetId, outcome, batch }) => {
    const origin: PairOrigin = outcome === 'created' ? 'c' : 'm';
    return targetId === null ? [] : [sourceId, ...(folded.get(sourceId) ?? [])].map((id) => ({ run, object_type: objectType, source_id: id, target_id: targetId, origin, batch }));
  });
  for (const chunk of inChunks(pairs)) {
    // A pair is immutable once recorded.
    await db.insertInto('id_map').values([...chunk]).onConflict((conflict) => conflict.columns(['run', 'object_type', 'source_id']).doNothing()).execute();
  }
  return settled.size === planned.size ? [...settled] : readSettled(db, run, objectType, [...planned.keys()]);
}

async function readSettled(db: Transaction<Tables>, run: string, objectType: ObjectType, ordinals: readonly number[]): Promise<readonly number[]> {
  const settled: number[] = [];
  for (const chunk of inChunks(ordinals)) {
    const rows = await db.selectFrom('writes').select('ordinal').where('run', '=', run).where('work_type', '=', objectType).where('ordinal', 'in', [...chunk]).where('outcome', 'is not', null).execute();
    settled.push(...rows.map(({ ordinal }) => Number(ordinal)));
  }
  return settled;
}

async function readPairs(db: Transaction<Tables>, run: string, objectType: ObjectType, firstBatch: number, batchCount: number): Promise<readonly IdPair[]> {
  const rows = await db
    .selectFrom('id_map')
    .select(['source_id', 'target_id', 'origin'])
    .where('run', '=', run)
    .where('object_type', '=', objectType)
    .where('batch', '>=', firstBatch)
    .where('batch', '<', firstBatch + batchCount)
    .orderBy('source_id')
    .execute();
  return rows.map(toPair);
}

async function findPairsBy(db: Transaction<Tables>, run: string, objectType: ObjectType, column: 'source_id' | 'target_id', ids: readonly string[]): Promise<readonly IdPair[]> {
  const pairs: IdPair[] = [];
  for (const chunk of inChunks(ids)) {
    const rows = await db
      .selectFrom('id_map')
      .select(['source_id', 'target_id', 'origin'])
      .where('run', '=', run)
      .where('object_type', '=', objectType)
      .where(column, 'in', [...chunk])
      .execute();
    pairs.push(...rows.map(toPair));
  }
  return pairs.sort(([one], [other]) => (one < other ? -1 : 1));
}

export function toPair(row: { readonly source_id: string; readonly target_id: string; readonly origin: PairOrigin }): IdPair {
  return [row.source_id, row.target_id, row.origin];
}

/** Records that this run changed. One that was already right was never written, so there is nothing to undo. */
async function readUndo(db: Transaction<Tables>, run: string, objectType: ObjectType, batch: number): Promise<readonly UndoRecord[]> {
  const rows = await readRows(db, { run, stagingId: await stagingIdOf(db, run), objectType, batch });
  return rows.flatMap((row): UndoRecord[] => {
    if ((row.outcome !== 'created' && row.outcome !== 'updated') || row.source_id === null || row.written_target_id === null) {
      return [];
    }
    return [
      {
        ordinal: Number(row.ordinal),
        sourceId: row.source_id,
        targetId: row.written_target_id,
        origin: row.outcome === 'created' ? 'c' : 'm',
        properties: parseJsonColumn(textsSchema, row.properties, 'planned_records.properties'),
        preImage: parseNullableJsonColumn(nullableTextsSchema, row.pre_image, 'writes.pre_image'),
        postImage: parseNullableJsonColumn(nullableTextsSchema, row.post_image, 'writes.post_image'),
        undo: row.undo ?? 'pending',
      },
    ];
  });
}
