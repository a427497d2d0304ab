import type { Transaction } from 'kysely';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { ObjectType } from '../domain/object-type';
import { planSummarySchema } from '../domain/plan-summary.schema';
import { portalSnapshotSchema } from '../domain/portal-snapshot.schema';
import { byKey, inChunks, ROWS_PER_REMEMBERED_INSERT } from './database';
import type { LedgerDatabase } from './database';
import { batchCountsSchema, cellNotesSchema, parseJsonColumn, parseSteadyColumn } from './json-columns';
import type { IdentityGroup, PlanStore } from './ledger';
import { assignBatches } from './plan-batches';
import { createPlannedAssociations } from './planned-associations';
import { toPlannedRecord, toPlannedRow, WRITTEN_ACTIONS } from './planned-rows';
import { refuseInUse } from './run-store';
import { sumByWord } from './sum-by-word';
import type { Tables } from './tables';

const PAGE = 4_000;
/** Notes are many to a row, and what is held at a time decides how much memory the runtime asks for. */
const CELLS_PAGE = 1_000;

export function createPlanStore(database: LedgerDatabase): PlanStore {
  return {
    saveSnapshot: (stagingId, snapshot, digest) =>
      database.write('save-snapshot', async (db) => {
        const row = { snapshot: JSON.stringify(snapshot), digest };
        await db.insertInto('snapshots').values({ staging_id: stagingId, ...row }).onConflict((conflict) => conflict.column('staging_id').doUpdateSet(row)).execute();
      }),

    readSnapshot: (stagingId) =>
      database.read(async (db) => {
        const row = await db.selectFrom('snapshots').selectAll().where('staging_id', '=', stagingId).executeTakeFirst();
        return row ? { snapshot: parseSteadyColumn(portalSnapshotSchema, row.snapshot, 'snapshots.snapshot'), digest: row.digest } : null;
      }),

    clear: (stagingId) => clearPlan(database, stagingId),

    writeRecords: (stagingId, records) =>
      database.writePage('plan-records', async (db) => {
        await refuseInUse(db, stagingId);
        for (const chunk of inChunks(records, ROWS_PER_REMEMBERED_INSERT)) {
          await db
            .insertInto('planned_records')
            .values(chunk.map((record) => toPlannedRow(stagingId, record)))
            .onConflict((conflict) =>
              conflict.columns(['staging_id', 'object_type', 'ordinal']).doUpdateSet((row) => ({
                source_object: row.ref('excluded.source_object'),
                source_id: row.ref('excluded.source_id'),
                action: row.ref('excluded.action'),
                reason: row.ref('excluded.reason'),
                reason_code: row.ref('excluded.reason_code'),
                fold_into: row.ref('excluded.fold_into'),
                target_id: row.ref('excluded.target_id'),
                properties: row.ref('excluded.properties'),
                before_values: row.ref('excluded.before_values'),
                identity_email: row.ref('excluded.identity_email'),
                identity_domain: row.ref('excluded.identity_domain'),
                identity_name: row.ref('excluded.identity_name'),
                cells: row.ref('excluded.cells'),
                batch: row.ref('excluded.batch'),
              })),
            )
            .execute();
        }
      }),

    readRecords: (stagingId, objectType, afterOrdinal, limit) =>
      database.read(async (db) => {
        const rows = await pageOfRecords(db, stagingId, objectType, afterOrdinal, limit).execute();
        return rows.map(toPlannedRecord);
      }),

    readFolds: (stagingId, objectType, afterOrdinal, limit) =>
      database.read(async (db) => {
        const rows = await pageOfRecords(db, stagingId, objectType, afterOrdinal, limit).where('action', '=', 'fold').execute();
        return rows.map(toPlannedRecord);
      }),

    findRecords: (stagingId, objectType, sourceIds) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom('planned_records')
          .selectAll()
          .where('staging_id', '=', stagingId)
          .where('object_type', '=', objectType)
          .where('source_id', 'in', [...sourceIds])
          .execute();
        // Sorted here: asked for this order, SQLite would walk the whole type by ordinal.
        return rows.map(toPlannedRecord).sort((one, other) => one.ordinal - other.ordinal);
      }),

    findFates: (stagingId, objectType, sourceIds) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom('planned_records')
          .select(['ordinal', 'source_id', 'action', 'reason', 'reason_code', 'fold_into'])
          .where('staging_id', '=', stagingId)
          .where('object_type', '=', objectType)
          .where('source_id', 'in', [...sourceIds])
          .execute();
        return rows
          .sort((one, other) => Number(one.ordinal) - Number(other.ordinal))
          .map((row) => ({ objectType, sourceId: row.source_id, action: row.action, reason: row.reason, reasonCode: row.reason_code, foldInto: row.fold_into }));
      }),

    readIdentityGroups: (stagingId, objectType, identity, afterValue, limit) =>
      database.read(async (db): Promise<readonly IdentityGroup[]> => {
        const column = identity === 'email' ? 'identity_email' : 'identity_domain';
        const written = db
          .selectFrom('planned_records')
          .where('staging_id', '=', stagingId)
          .where('object_type', '=', objectType)
          .where('action', 'in', [...WRITTEN_ACTIONS]);
        const shared = await written
          .select(column)
          .where(column, '>', afterValue)
          .where(column, 'is not', null)
          .groupBy(column)
          .having((row) => row.fn.countAll(), '>', 1)
          .orderBy(column)
          .limit(limit)
          .execute();
        const values = shared.map((row) => row[column]).filter((value) => value !== null);
        const groups: IdentityGroup[] = [];
        for (const chunk of inChunks(values)) {
          const rows = await written.selectAll().where(column, 'in', [...chunk]).orderBy(column).orderBy('ordinal').execute();
          for (const [value, members] of byKey(rows, (row) => row[column])) {
            if (value !== null) {
              groups.push({ value, members: members.map(toPlannedRecord) });
            }
          }
        }
        return groups;
      }),

    ...createPlannedAssociations(database),

    assignBatches: (stagingId) => assignBatches(database, stagingId),

    readPartitions: (stagingId, workType) =>
      database.read(async (db) => {
        const rows = await db.selectFrom('planned_partitions').selectAll().where('staging_id', '=', stagingId).where('work_type', '=', workType).orderBy('partition').execute();
        return rows.map((row) => ({ partition: row.partition, firstBatch: row.first_batch, batchCounts: parseJsonColumn(batchCountsSchema, row.batch_counts, 'planned_partitions.batch_counts'), ...(row.round === 0 ? {} : { round: row.round }) }));
      }),

    async countRecords(stagingId, objectType) {
      const counts = await database.read(async (db) => {
        const ofType = db.selectFrom('planned_records').select((row) => row.fn.countAll().as('count')).where('staging_id', '=', stagingId).where('object_type', '=', objectType);
        return {
          actions: await ofType.select('action').groupBy('action').execute(),
          leftOut: await ofType.select('reason').where('action', '=', 'left-out').groupBy('reason').execute(),
        };
      });
      return {
        byAction: sumByWord(counts.actions, (row) => row.action),
        leftOut: sumByWord(counts.leftOut, (row) => row.reason ?? 'unknown'),
        cells: await countCells(database, stagingId, objectType),
      };
    },

    countNewWithEmail: (stagingId, objectType) =>
      database.read(async (db) => {
        const row = await db
          .selectFrom('planned_records')
          .select((count) => count.fn.countAll().as('count'))
          .where('staging_id', '=', stagingId)
          .where('object_type', '=', objectType)
          .where('action', '=', 'create')
          .where('identity_email', 'is not', null)
          .executeTakeFirstOrThrow();
        return Number(row.count);
      }),

    save: (stagingId, summary) =>
      database.write('save-plan', async (db) => {
        const row = { digest: summary.digest, summary: JSON.stringify(summary), saved_at: database.nowIso };
        await db.insertInto('plans').values({ staging_id: stagingId, ...row }).onConflict((conflict) => conflict.column('staging_id').doUpdateSet(row)).execute();
      }),

    read: (stagingId) =>
      database.read(async (db) => {
        const row = await db.selectFrom('plans').select('summary').where('staging_id', '=', stagingId).executeTakeFirst();
        return row ? parseSteadyColumn(planSummarySchema, row.summary, 'plans.summary') : null;
      }),

    findByDigest: (digest, except) =>
      database.read(async (db) => {
        const row = await db
          .selectFrom('plans')
          .leftJoin('runs', 'runs.run', 'plans.staging_id')
          .select('plans.staging_id')
          .where('digest', '=', digest)
          .where('plans.staging_id', '<>', except ?? '')
          // What a start made of the plan of a planning is the plan with its changes.
          .orderBy((row) => row.case().when('runs.kind', '=', 'migration').then(1).else(0).end())
          .orderBy('saved_at', 'desc')
          .orderBy('plans.staging_id', 'desc')
          .limit(1)
          .executeTakeFirst();
        return row?.staging_id ?? null;
      }),
  };
}

const pageOfRecords = (db: Transaction<Tables>, stagingId: string, objectType: ObjectType, afterOrdinal: number, limit: number) =>
  db.selectFrom('planned_records').selectAll().where('staging_id', '=', stagingId).where('object_type', '=', objectType).where('ordinal', '>', afterOrdinal).orderBy('ordinal').limit(limit);

/** Notes by code. Read page by page: both databases can look into JSON, but not in the same words. */
async function countCells(database: LedgerDatabase, stagingId: string, objectType: (typeof OBJECT_TYPES)[number]): Promise<Readonly<Record<string, number>>> {
  const sums = new Map<string, number>();
  for (let afterOrdinal = -1; ; ) {
    const place = afterOrdinal;
    const rows = await database.read((db) =>
      db
        .selectFrom('planned_records')
        .select(['ordinal', 'cells'])
        .where('staging_id', '=', stagingId)
        .where('object_type', '=', objectType)
        .where('ordinal', '>', place)
        .where('cells', '<>', '[]')
        .orderBy('ordinal')
        .limit(CELLS_PAGE)
        .execute(),
    );
    for (const { code } of rows.flatMap((row) => parseJsonColumn(cellNotesSchema, row.cells, 'planned_records.cells'))) {
      sums.set(code, (sums.get(code) ?? 0) + 1);
    }
    const last = rows.at(-1);
    if (!last) {
      return Object.fromEntries(sums);
    }
    afterOrdinal = Number(last.ordinal);
    await database.breathe();
  }
}

/** In pages, because deleting a large plan in one go would stop the process for seconds. The summary goes first: half a plan is none. */
async function clearPlan(database: LedgerDatabase, stagingId: string): Promise<void> {
  await database.write('clear-plan', async (db) => {
    await refuseInUse(db, stagingId);
    await db.deleteFrom('plans').where('staging_id', '=', stagingId).execute();
    await db.deleteFrom('planned_partitions').where('staging_id', '=', stagingId).execute();
    await db.deleteFrom('planned_counts').where('staging_id', '=', stagingId).execute();
    await db.deleteFrom('schema_fingerprints').where('staging_id', '=', stagingId).execute();
  });
  for (const objectType of OBJECT_TYPES) {
    await inOrdinalPages(database, () => database.writePage('clear-planned-records', async (db) => (await refuseInUse(db, stagingId), deleteRecordPage(db, stagingId, objectType))));
  }
  for (const associationType of ASSOCIATION_TYPES) {
    await inOrdinalPages(database, () => database.writePage('clear-planned-associations', async (db) => (await refuseInUse(db, stagingId), deleteAssociationPage(db, stagingId, associationType))));
  }
}

async function inOrdinalPages(database: LedgerDatabase, deletePage: () => Promise<'more' | 'none'>): Promise<void> {
  while ((await deletePage()) === 'more') {
    await database.breathe();
  }
}

async function deleteRecordPage(db: Transaction<Tables>, stagingId: string, objectType: (typeof OBJECT_TYPES)[number]): Promise<'more' | 'none'> {
  const first = await db.selectFrom('planned_records').select('ordinal').where('staging_id', '=', stagingId).where('object_type', '=', objectType).orderBy('ordinal').limit(1).executeTakeFirst();
  if (!first) {
    return 'none';
  }
  await db.deleteFrom('planned_records').where('staging_id', '=', stagingId).where('object_type', '=', objectType).where('ordinal', '<', Number(first.ordinal) + PAGE).execute();
  await db.deleteFrom('unmatched_records').where('staging_id', '=', stagingId).where('object_type', '=', objectType).where('ordinal', '<', Number(first.ordinal) + PAGE).execute();
  return 'more';
}

async function deleteAssociationPage(db: Transaction<Tables>, stagingId: string, associationType: (typeof ASSOCIATION_TYPES)[number]): Promise<'more' | 'none'> {
  const first = await db.selectFrom('planned_associations').select('ordinal').where('staging_id', '=', stagingId).where('association_type', '=', associationType).orderBy('ordinal').limit(1).executeTakeFirst();
  if (!first) {
    return 'none';
  }
  await db.deleteFrom('planned_associations').where('staging_id', '=', stagingId).where('association_type', '=', associationType).where('ordinal', '<', Number(first.ordinal) + PAGE).execute();
  return 'more';
}
