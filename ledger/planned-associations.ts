/** Associations of a plan: which are made, and which of those that the source states are not. */
import { sql } from 'kysely';
import type { Selectable, Transaction } from 'kysely';
import type { PlannedAssociation } from '../domain/planned-record';
import { byKey, inChunks, ROWS_PER_REMEMBERED_INSERT } from './database';
import { toLabelNames } from './json-columns';
import type { LedgerDatabase } from './database';
import type { PlanStore } from './ledger';
import { refuseInUse } from './run-store';
import { sumByWord } from './sum-by-word';
import type { Tables } from './tables';

export function createPlannedAssociations(database: LedgerDatabase): Pick<PlanStore, 'writeAssociations' | 'readUnmadeAssociations' | 'countAssociations'> {
  return {
    writeAssociations: (stagingId, associations) =>
      database.writePage('plan-associations', async (db) => {
        await refuseInUse(db, stagingId);
        for (const [associationType, stated] of byKey(associations, (association) => association.associationType)) {
          const last = await db
            .selectFrom('planned_associations')
            .select('ordinal')
            .where('staging_id', '=', stagingId)
            .where('association_type', '=', associationType)
            .orderBy('ordinal', 'desc')
            .limit(1)
            .executeTakeFirst();
          const firstOrdinal = Number(last?.ordinal ?? -1) + 1;
          const rows = stated.map((association, index) => toAssociationRow(stagingId, { ...association, ordinal: firstOrdinal + index }));
          for (const chunk of inChunks(rows, ROWS_PER_REMEMBERED_INSERT)) {
            await insertAssociations(db, chunk);
          }
        }
      }),

    readUnmadeAssociations: (stagingId, associationType, afterOrdinal, limit) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom('planned_associations')
          .selectAll()
          .where('staging_id', '=', stagingId)
          .where('association_type', '=', associationType)
          .where('ordinal', '>', afterOrdinal)
          .where('verdict', '<>', 'planned')
          .orderBy('ordinal')
          .limit(limit)
          .execute();
        return rows.map(toPlannedAssociation);
      }),

    countAssociations: (stagingId, associationType) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom('planned_associations')
          .select((row) => ['verdict', row.fn.countAll().as('count')])
          .where('staging_id', '=', stagingId)
          .where('association_type', '=', associationType)
          .groupBy('verdict')
          .execute();
        return sumByWord(rows, (row) => row.verdict);
      }),
  };
}

function toAssociationRow(stagingId: string, association: PlannedAssociation): Tables['planned_associations'] {
  return {
    staging_id: stagingId,
    association_type: association.associationType,
    ordinal: association.ordinal,
    from_source_id: association.fromSourceId,
    to_source_id: association.toSourceId,
    verdict: association.verdict,
    is_primary: association.primary ? 1 : 0,
    stated_by: association.statedBy,
    labels: JSON.stringify(association.labels),
    batch: null,
  };
}

const toPlannedAssociation = (row: Selectable<Tables['planned_associations']>): PlannedAssociation => ({
  associationType: row.association_type,
  ordinal: Number(row.ordinal),
  fromSourceId: row.from_source_id,
  toSourceId: row.to_source_id,
  verdict: row.verdict,
  primary: row.is_primary === 1,
  labels: toLabelNames(row.labels),
  statedBy: row.stated_by,
});

/** The first statement of a pair keeps its verdict, later ones are duplicates; if any of them is the source's main reference, the pair is primary, and it has the labels of all. */
async function insertAssociations(db: Transaction<Tables>, rows: readonly Tables['planned_associations'][]): Promise<void> {
  const inserted = await db
    .insertInto('planned_associations')
    .values([...rows])
    .onConflict((conflict) => conflict.columns(['staging_id', 'association_type', 'from_source_id', 'to_source_id']).where(sql.ref('verdict'), '<>', sql.lit('duplicate')).doNothing())
    .returning('ordinal')
    .execute();
  const first = new Set(inserted.map((row) => Number(row.ordinal)));
  const repeated = rows.filter((row) => !first.has(row.ordinal));
  if (repeated.length === 0) {
    return;
  }
  await db.insertInto('planned_associations').values(repeated.map((row) => ({ ...row, verdict: 'duplicate' as const }))).execute();
  for (const row of repeated.filter(({ is_primary: isPrimary, labels }) => isPrimary === 1 || labels !== '[]')) {
    await addToFirst(db, row);
  }
}

async function addToFirst(db: Transaction<Tables>, row: Tables['planned_associations']): Promise<void> {
  const first = await db
    .selectFrom('planned_associations')
    .select(['ordinal', 'is_primary', 'labels'])
    .where('staging_id', '=', row.staging_id)
    .where('association_type', '=', row.association_type)
    .where('from_source_id', '=', row.from_source_id)
    .where('to_source_id', '=', row.to_source_id)
    .where('verdict', '<>', sql.lit('duplicate'))
    .executeTakeFirstOrThrow();
  const labels = JSON.stringify([...new Set([...toLabelNames(first.labels), ...toLabelNames(row.labels)])]);
  const isPrimary = Math.max(first.is_primary, row.is_primary);
  if (labels !== first.labels || isPrimary !== first.is_primary) {
    await db
      .updateTable('planned_associations')
      .set({ is_primary: isPrimary, labels })
      .where('staging_id', '=', row.staging_id)
      .where('association_type', '=', row.association_type)
      .where('ordinal', '=', first.ordinal)
      .execute();
  }
}
