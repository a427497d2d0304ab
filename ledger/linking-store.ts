import type { Transaction } from 'kysely';
import { ASSOCIATION_ENDS } from '../domain/object-type';
import type { AssociationType, ObjectType } from '../domain/object-type';
import { labelThingName } from '../domain/association-label';
import { MigrationError } from '../domain/migration-error';
import { inChunks } from './database';
import type { LedgerDatabase } from './database';
import type { BatchAssociation, LinkingStore, LinkOutcome, UndoState } from './ledger';
import { toLabelNames } from './json-columns';
import { ledgerRowInvalid } from './ledger-errors';
import { stagingIdOf } from './run-store';
import { statement } from './statement';
import type { Tables } from './tables';
import { clearSent, firstRow, markSent, settleOnce, settleUndo } from './write-protocol';
import type { Work } from './write-protocol';

export function createLinkingStore(database: LedgerDatabase): LinkingStore {
  return {
    readBatch: (run, associationType, batch) =>
      database.read(async (db) => (await readLinks(db, run, associationType, batch)).map((link) => link.association)),

    /** After the first send a read may see what we wrote ourselves: then the older one stays. */
    keepPreKinds: (run, associationType, kinds) =>
      database.write('keep-pre-kinds', async (db) => {
        const batchOf = await findBatches(db, run, associationType, kinds.map(({ ordinal }) => ordinal));
        const rows = kinds.flatMap(({ ordinal, preKinds }) => {
          const batch = batchOf.get(ordinal);
          return batch === undefined ? [] : [{ ...firstRow({ run, workType: associationType }, ordinal, batch), pre_image: preKinds }];
        });
        for (const chunk of inChunks(rows)) {
          await db
            .insertInto('writes')
            .values([...chunk])
            .onConflict((conflict) =>
              conflict
                .columns(['run', 'work_type', 'ordinal'])
                .doUpdateSet((row) => ({ pre_image: row.ref('excluded.pre_image') }))
                .where('writes.attempt', '=', 0)
                .where('writes.outcome', 'is', null),
            )
            .execute();
        }
        return readPreKinds(db, { run, workType: associationType }, kinds.map(({ ordinal }) => ordinal));
      }),

    markSent: (run, associationType, links, now) =>
      database.write('mark-associations-sent', async (db) => {
        const batchOf = await findBatches(db, run, associationType, links.map(({ ordinal }) => ordinal));
        return markSent(db, { run, workType: associationType }, links, batchOf, now);
      }),

    clearSent: (run, associationType, links) => database.write('clear-associations-sent', (db) => clearSent(db, { run, workType: associationType }, links)),

    settle: (run, associationType, settlements, now) =>
      database.write('settle-associations', async (db) => {
        const batchOf = await findBatches(db, run, associationType, settlements.map(({ ordinal }) => ordinal));
        const rows = settlements.map(({ ordinal, outcome, refusal }) => {
          const batch = batchOf.get(ordinal);
          if (batch === undefined) {
            throw new MigrationError('InvariantError', `An outcome was reported for ${associationType} ${ordinal}, which no batch holds.`, { code: 'outcome-without-plan' });
          }
          return { ordinal, batch, outcome, targetId: null, refusal, postImage: null };
        });
        return (await settleOnce(db, { run, workType: associationType }, rows, now)).size;
      }),

    /** Only what this run added: the rest was there before. */
    readUndo: (run, associationType, batch) =>
      database.read(async (db) => {
        const links = await readLinks(db, run, associationType, batch);
        return links.filter((link) => link.association.outcome === 'added').map((link) => ({ ...link.association, undo: link.undo }));
      }),

    settleUndo: (run, associationType, settlements, now) => database.write('settle-association-undo', (db) => settleUndo(db, { run, workType: associationType }, settlements, now)),
  };
}

const readRows = statement((db, given: { run: string; stagingId: string; associationType: AssociationType; from: ObjectType; to: ObjectType; batch: number }) =>
  db
    .selectFrom('planned_associations as planned')
    .leftJoin('id_map as source', (join) => join.onRef('source.source_id', '=', 'planned.from_source_id').on('source.run', '=', given.run).on('source.object_type', '=', given.from))
    .leftJoin('id_map as target', (join) => join.onRef('target.source_id', '=', 'planned.to_source_id').on('target.run', '=', given.run).on('target.object_type', '=', given.to))
    .leftJoin('writes', (join) => join.onRef('writes.ordinal', '=', 'planned.ordinal').on('writes.run', '=', given.run).on('writes.work_type', '=', given.associationType))
    .select(['planned.ordinal', 'planned.from_source_id', 'planned.to_source_id', 'planned.is_primary', 'planned.labels'])
    .select(['source.target_id as from_target_id', 'source.origin as from_origin', 'target.target_id as to_target_id'])
    .select(['writes.state', 'writes.attempt', 'writes.outcome', 'writes.pre_image', 'writes.undo'])
    .where('planned.staging_id', '=', given.stagingId)
    .where('planned.association_type', '=', given.associationType)
    .where('planned.batch', '=', given.batch)
    .orderBy('planned.from_source_id')
    .orderBy('planned.ordinal'),
);

async function readLinks(db: Transaction<Tables>, run: string, associationType: AssociationType, batch: number): Promise<readonly { readonly association: BatchAssociation; readonly undo: UndoState }[]> {
  const kinds = await readLabelKinds(db, run);
  const rows = await readRows(db, { run, stagingId: await stagingIdOf(db, run), associationType, ...ASSOCIATION_ENDS[associationType], batch });
  return rows.map((row) => ({
    association: {
      ordinal: Number(row.ordinal),
      fromSourceId: row.from_source_id,
      toSourceId: row.to_source_id,
      primary: row.is_primary === 1,
      labels: toLabelNames(row.labels).flatMap((label) => kinds.get(labelThingName({ associationType, label })) ?? []),
      fromTargetId: row.from_target_id,
      toTargetId: row.to_target_id,
      fromOrigin: row.from_origin,
      state: row.outcome === null ? (row.state ?? 'unsent') : 'settled',
      attempt: row.attempt ?? 0,
      outcome: toLinkOutcome(row.outcome),
      preKinds: row.pre_image,
    },
    undo: row.undo ?? 'pending',
  }));
}

const readLabels = statement((db, given: { run: string }) =>
  db.selectFrom('schema_intents').select(['name', 'association_kind']).where('run', '=', given.run).where('kind', '=', 'label').where('association_kind', 'is not', null),
);

/** By the label's name in the ledger. */
async function readLabelKinds(db: Transaction<Tables>, run: string): Promise<ReadonlyMap<string, string>> {
  const rows = await readLabels(db, { run });
  return new Map(rows.flatMap(({ name, association_kind: kind }) => (kind === null ? [] : [[name, kind] as const])));
}

async function readPreKinds(db: Transaction<Tables>, { run, workType }: Work, ordinals: readonly number[]): Promise<readonly { readonly ordinal: number; readonly preKinds: string }[]> {
  const kept: { ordinal: number; preKinds: string }[] = [];
  for (const chunk of inChunks(ordinals)) {
    const rows = await db.selectFrom('writes').select(['ordinal', 'pre_image']).where('run', '=', run).where('work_type', '=', workType).where('ordinal', 'in', [...chunk]).execute();
    kept.push(...rows.map((row) => ({ ordinal: Number(row.ordinal), preKinds: row.pre_image ?? '' })));
  }
  return kept;
}

function toLinkOutcome(outcome: string | null): LinkOutcome | null {
  switch (outcome) {
    case null:
    case 'added':
    case 'already-there':
    case 'refused':
    case 'end-not-written':
      return outcome;
    default:
      throw ledgerRowInvalid('writes.outcome');
  }
}

/** The batch of each of the ordinals that are in one. */
async function findBatches(db: Transaction<Tables>, run: string, associationType: AssociationType, ordinals: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const stagingId = await stagingIdOf(db, run);
  const batchOf = new Map<number, number>();
  for (const chunk of inChunks(ordinals)) {
    const rows = await db
      .selectFrom('planned_associations')
      .select(['ordinal', 'batch'])
      .where('staging_id', '=', stagingId)
      .where('association_type', '=', associationType)
      .where('ordinal', 'in', [...chunk])
      .execute();
    rows.forEach((row) => row.batch !== null && batchOf.set(Number(row.ordinal), row.batch));
  }
  return batchOf;
}
