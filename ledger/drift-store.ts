import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import type { ObjectType } from '../domain/object-type';
import { portalSchemaSchema } from '../domain/portal-snapshot.schema';
import { schemaBasisSchema } from '../domain/schema-basis.schema';
import type { DifferingVerdict } from '../domain/verdict-changes';
import { inChunks } from './database';
import type { LedgerDatabase } from './database';
import { parseJsonColumn } from './json-columns';
import type { DriftStore } from './ledger';
import { refuseInUse } from './run-store';
import type { Tables } from './tables';

/** Rows that one transaction copies: some 50 ms. */
const PAGE = 2_000;

/** Every column but the batch, which is given anew; one that is added cannot be forgotten in a copy. */
const PLANNED_RECORD: Readonly<Record<Exclude<keyof Tables['planned_records'], 'staging_id' | 'batch'>, true>> = {
  object_type: true, ordinal: true, source_object: true, source_id: true, action: true, reason: true, reason_code: true, fold_into: true, target_id: true,
  properties: true, before_values: true, identity_email: true, identity_domain: true, identity_name: true, cells: true,
};
const PLANNED_ASSOCIATION: Readonly<Record<Exclude<keyof Tables['planned_associations'], 'staging_id' | 'batch'>, true>> = {
  association_type: true, ordinal: true, from_source_id: true, to_source_id: true, verdict: true, is_primary: true, stated_by: true, labels: true,
};
const STAGED_RECORD: Readonly<Record<Exclude<keyof Tables['staged_records'], 'staging_id'>, true>> = {
  source_object: true, ordinal: true, source_id: true, file_index: true, line: true, state: true, cell_values: true,
};

export function createDriftStore(database: LedgerDatabase): DriftStore {
  return {
    keepUnmatched: (stagingId, records) =>
      database.writePage('keep-unmatched', async (db) => {
        for (const chunk of inChunks(records)) {
          await db
            .insertInto('unmatched_records')
            .values(chunk.map(({ objectType, ordinal, properties, identity, reasonCode, foldInto, cells }) => ({
              staging_id: stagingId, object_type: objectType, ordinal, properties: JSON.stringify(properties), identity_email: identity.email, identity_domain: identity.domain, reason_code: reasonCode, fold_into: foldInto, cells: JSON.stringify(cells),
            })))
            .onConflict((conflict) => conflict.columns(['staging_id', 'object_type', 'ordinal']).doNothing())
            .execute();
        }
      }),

    async copyStaged(from, to) {
      const objects = await database.read((db) => db.selectFrom('staged_objects').selectAll().where('staging_id', '=', from).execute());
      for (const object of objects) {
        const done = await database.read((db) => db.selectFrom('staged_objects').select('done').where('staging_id', '=', to).where('source_object', '=', object.source_object).executeTakeFirst());
        if (done?.done === 1) {
          continue;
        }
        for (let first = 0; first < Number(object.next_ordinal); first += PAGE) {
          await database.write('copy-rows', async (db) => {
            await copyRows(db, 'staged_records', STAGED_RECORD, { from, to }, sql`source_object = ${object.source_object} and ordinal >= ${first} and ordinal < ${first + PAGE}`);
          });
          await database.breathe();
        }
        // Last, so that what was copied in part is copied again.
        await database.write('copy-rows', async (db) => {
          const row = { ...object, staging_id: to };
          await db.insertInto('staged_objects').values(row).onConflict((conflict) => conflict.columns(['staging_id', 'source_object']).doUpdateSet(row)).execute();
        });
      }
    },

    async copyUnmatched(from, to) {
      for (const { objectType, first } of await pagesOf(database, from)) {
        await database.write('copy-rows', async (db) => {
          await refuseInUse(db, to);
          await copyRows(db, 'planned_records', PLANNED_RECORD, { from, to }, sql`object_type = ${objectType} and ordinal >= ${first} and ordinal < ${first + PAGE}`);
          await unmatch(db, { from, to }, sql`object_type = ${objectType} and ordinal >= ${first} and ordinal < ${first + PAGE}`);
        });
        await database.breathe();
      }
    },

    async copyAssociations(from, to) {
      const types = await database.read((db) => db.selectFrom('planned_associations').select((row) => ['association_type', row.fn.max('ordinal').as('last')]).where('staging_id', '=', from).groupBy('association_type').execute());
      for (const { association_type: associationType, last } of types) {
        for (let first = 0; first <= Number(last); first += PAGE) {
          await database.write('copy-rows', async (db) => {
            await refuseInUse(db, to);
            await copyRows(db, 'planned_associations', PLANNED_ASSOCIATION, { from, to }, sql`association_type = ${associationType} and ordinal >= ${first} and ordinal < ${first + PAGE}`);
          });
          await database.breathe();
        }
      }
    },

    async differingVerdicts(planned, found) {
      const differing: DifferingVerdict[] = [];
      for (const { objectType, first } of await pagesOf(database, planned)) {
        differing.push(...(await database.read((db) => readDiffering(db, { planned, found, objectType, first }))));
        await database.breathe();
      }
      return differing;
    },

    saveVerdictChanges: (run, changes) =>
      database.write('save-verdict-changes', async (db) => {
        await db.deleteFrom('verdict_changes').where('run', '=', run).execute();
        for (const chunk of inChunks(changes)) {
          await db.insertInto('verdict_changes').values(chunk.map(({ objectType, ordinal, sourceId, planned, found }) => ({ run, object_type: objectType, ordinal, source_id: sourceId, planned, found }))).execute();
        }
      }),

    readVerdictChanges: (run) =>
      database.read(async (db) => {
        const rows = await db.selectFrom('verdict_changes').selectAll().where('run', '=', run).orderBy('object_type').orderBy('ordinal').execute();
        return rows.map((row) => ({ objectType: row.object_type, ordinal: Number(row.ordinal), sourceId: row.source_id, planned: row.planned, found: row.found }));
      }),

    saveSchemaBasis: (stagingId, basis, digest) =>
      database.write('save-schema-basis', async (db) => {
        const row = { digest, basis: JSON.stringify(basis) };
        await db.insertInto('schema_fingerprints').values({ staging_id: stagingId, object_type: basis.objectType, ...row }).onConflict((conflict) => conflict.columns(['staging_id', 'object_type']).doUpdateSet(row)).execute();
      }),

    readSchemaBasis: (stagingId, objectType) =>
      database.read(async (db) => {
        const row = await db.selectFrom('schema_fingerprints').selectAll().where('staging_id', '=', stagingId).where('object_type', '=', objectType).executeTakeFirst();
        return row === undefined ? null : { basis: parseJsonColumn(schemaBasisSchema, row.basis, 'schema_fingerprints.basis'), digest: row.digest };
      }),

    rememberSchema: (portalId, schema, readMs) =>
      database.writeUnsynced('remember-schema', async (db) => {
        const row = { read_ms: readMs, schema_read: JSON.stringify(schema) };
        await db.insertInto('portal_schemas').values({ portal_id: portalId, object_type: schema.objectType, ...row }).onConflict((conflict) => conflict.columns(['portal_id', 'object_type']).doUpdateSet(row)).execute();
      }),

    recallSchema: (portalId, objectType) =>
      database.read(async (db) => {
        const row = await db.selectFrom('portal_schemas').selectAll().where('portal_id', '=', portalId).where('object_type', '=', objectType).executeTakeFirst();
        // What a worker of another version has kept is read from the portal again.
        const parsed = row === undefined ? null : portalSchemaSchema.safeParse(JSON.parse(row.schema_read));
        return row === undefined || parsed?.success !== true ? null : { schema: parsed.data, readMs: Number(row.read_ms) };
      }),

    saveOnly: (run, ids) =>
      database.write('save-only', async (db) => {
        await db.deleteFrom('only_ids').where('run', '=', run).execute();
        for (const chunk of inChunks(ids)) {
          await db.insertInto('only_ids').values(chunk.map(({ line, sourceId }) => ({ run, line, source_id: sourceId }))).execute();
        }
      }),

    readOnly: (run) =>
      database.read(async (db) => {
        const rows = await db.selectFrom('only_ids').selectAll().where('run', '=', run).orderBy('line').execute();
        return rows.length === 0 ? null : rows.map(({ line, source_id: sourceId }) => ({ line: Number(line), sourceId }));
      }),
  };
}

/** Where the planned records of a staging lie, in pages: types in alphabetical order. */
async function pagesOf(database: LedgerDatabase, stagingId: string): Promise<readonly { readonly objectType: ObjectType; readonly first: number }[]> {
  const types = await database.read((db) =>
    db.selectFrom('planned_records').select((row) => ['object_type', row.fn.max('ordinal').as('last')]).where('staging_id', '=', stagingId).groupBy('object_type').orderBy('object_type').execute(),
  );
  return types.flatMap(({ object_type: objectType, last }) => Array.from({ length: Math.floor(Number(last) / PAGE) + 1 }, (_, page) => ({ objectType, first: page * PAGE })));
}

interface Comparison {
  readonly planned: string;
  readonly found: string;
  readonly objectType: ObjectType;
  readonly first: number;
}

async function readDiffering(db: Transaction<Tables>, { planned, found, objectType, first }: Comparison): Promise<readonly DifferingVerdict[]> {
  const rows = await db
    .selectFrom('planned_records as was')
    .innerJoin('planned_records as is', (join) => join.onRef('is.object_type', '=', 'was.object_type').onRef('is.ordinal', '=', 'was.ordinal').on('is.staging_id', '=', found))
    .select(['was.ordinal', 'was.source_id', 'was.action as was_action', 'was.reason as was_reason', 'was.reason_code as was_code', 'was.target_id as was_target', 'is.action', 'is.reason', 'is.reason_code', 'is.target_id'])
    .where('was.staging_id', '=', planned)
    .where('was.object_type', '=', objectType)
    .where('was.ordinal', '>=', first)
    .where('was.ordinal', '<', first + PAGE)
    .where((row) => row.or([row('was.action', '<>', row.ref('is.action')), ...(['reason', 'reason_code', 'target_id'] as const).map((column) => sql<boolean>`coalesce(${sql.ref(`was.${column}`)}, '') <> coalesce(${sql.ref(`is.${column}`)}, '')`)]))
    .orderBy('was.ordinal')
    .execute();
  return rows.map((row) => ({
    objectType,
    ordinal: Number(row.ordinal),
    sourceId: row.source_id,
    planned: { action: row.was_action, reason: row.was_reason, reasonCode: row.was_code, targetId: row.was_target },
    found: { action: row.action, reason: row.reason, reasonCode: row.reason_code, targetId: row.target_id },
  }));
}

type Copy = { readonly from: string; readonly to: string };

/** What is there already stays: a copy that was cut off goes on. */
async function copyRows(db: Transaction<Tables>, table: 'staged_records' | 'planned_records' | 'planned_associations', columns: Readonly<Record<string, true>>, { from, to }: Copy, which: ReturnType<typeof sql>): Promise<void> {
  const names = sql.join(Object.keys(columns).map((name) => sql.ref(name)));
  await sql`insert into ${sql.table(table)} (staging_id, ${names}) select ${to}, ${names} from ${sql.table(table)} where staging_id = ${from} and ${which} on conflict do nothing`.execute(db);
}

/** Back to what the records were before they were matched. */
async function unmatch(db: Transaction<Tables>, { from, to }: Copy, which: ReturnType<typeof sql>): Promise<void> {
  const kept = (column: string) => sql`(select ${sql.ref(`kept.${column}`)} from unmatched_records kept where kept.staging_id = ${from} and kept.object_type = planned_records.object_type and kept.ordinal = planned_records.ordinal)`;
  await sql`update planned_records set action = case when ${kept('fold_into')} is null then 'create' else 'fold' end, reason = null, reason_code = ${kept('reason_code')}, fold_into = ${kept('fold_into')}, target_id = null, before_values = '{}', properties = ${kept('properties')}, identity_email = ${kept('identity_email')}, identity_domain = ${kept('identity_domain')}, cells = ${kept('cells')}
    where staging_id = ${to} and ${which} and exists ${kept('ordinal')}`.execute(db);
}
