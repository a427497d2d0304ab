import { sql } from 'kysely';
import type { CreateTableBuilder, Kysely, Migration } from 'kysely';

/** The tables of the first version. A released migration is never edited; a change is a new file. */
export const firstTables: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createRunTables(db);
    await createStagingTables(db);
    await createPlanTables(db);
    await createWritingTables(db);
    await createFactTables(db);
    await createPaceTables(db);
  },
};

type ColumnType = 'text' | 'bigint' | 'integer' | 'double precision';
interface Columns {
  readonly [name: string]: ColumnType | `${ColumnType} null`;
}

/** Not null unless said; the key columns in order. `ownedByRun`: the rows belong to a run of this ledger. */
async function createTable(db: Kysely<unknown>, name: string, columns: Columns, key: readonly string[], ownedByRun: 'of-run' | 'free' = 'free'): Promise<void> {
  let table: CreateTableBuilder<string, string> = db.schema.createTable(name);
  for (const [column, type] of Object.entries(columns)) {
    const nullable = type.endsWith(' null');
    table = table.addColumn(column, sql.raw(nullable ? type.slice(0, -' null'.length) : type), (definition) => (nullable ? definition : definition.notNull()));
  }
  table = table.addPrimaryKeyConstraint(`${name}_key`, [...key]);
  if (ownedByRun === 'of-run') {
    table = table.addForeignKeyConstraint(`${name}_run`, ['run'], 'runs', ['run']);
  }
  await table.execute();
}

async function createRunTables(db: Kysely<unknown>): Promise<void> {
  await createTable(db, 'ledger_facts', { name: 'text', value: 'text' }, ['name']);
  await createTable(
    db,
    'runs',
    {
      run: 'text', migration_id: 'text', kind: 'text', number: 'integer', definition: 'text', definition_digest: 'text', staging_id: 'text',
      state: 'text', phase: 'text', reasons: 'text', portal_id: 'text null', created_at: 'text', ended_at: 'text null',
    },
    ['run'],
  );
  await db.schema.createIndex('runs_number').unique().on('runs').columns(['migration_id', 'kind', 'number']).execute();
  await createTable(
    db,
    'findings',
    { run: 'text', position: 'integer', code: 'text', severity: 'text', place: 'text', message: 'text', remedy: 'text', count: 'bigint', exit_code: 'integer null' },
    ['run', 'position'],
    'of-run',
  );
  await db.schema.createIndex('findings_once').unique().on('findings').columns(['run', 'code', 'place', 'message']).execute();
}

async function createStagingTables(db: Kysely<unknown>): Promise<void> {
  await createTable(db, 'stagings', { staging_id: 'text', inspection: 'text', source_digest: 'text' }, ['staging_id']);
  await createTable(
    db,
    'staged_objects',
    { staging_id: 'text', source_object: 'text', cursor: 'text null', done: 'integer', next_ordinal: 'bigint', usable: 'bigint', filled: 'text' },
    ['staging_id', 'source_object'],
  );
  await createTable(
    db,
    'staged_records',
    { staging_id: 'text', source_object: 'text', ordinal: 'bigint', source_id: 'text null', file_index: 'integer', line: 'bigint', state: 'text', cell_values: 'text' },
    ['staging_id', 'source_object', 'ordinal'],
  );
  await db.schema.createIndex('staged_records_id').unique().on('staged_records').columns(['staging_id', 'source_object', 'source_id']).where(sql.ref('state'), '=', sql.lit('ok')).execute();
}

async function createPlanTables(db: Kysely<unknown>): Promise<void> {
  await createTable(db, 'snapshots', { staging_id: 'text', snapshot: 'text', digest: 'text' }, ['staging_id']);
  await createTable(db, 'plans', { staging_id: 'text', digest: 'text', summary: 'text', saved_at: 'text' }, ['staging_id']);
  await db.schema.createIndex('plans_digest').on('plans').columns(['digest', 'saved_at']).execute();
  await createTable(
    db,
    'planned_records',
    {
      staging_id: 'text', object_type: 'text', ordinal: 'bigint', source_object: 'text', source_id: 'text null', action: 'text', reason: 'text null', reason_code: 'text null',
      fold_into: 'text null', target_id: 'text null', properties: 'text', identity_email: 'text null', identity_domain: 'text null', identity_name: 'text null', cells: 'text', batch: 'integer null',
    },
    ['staging_id', 'object_type', 'ordinal'],
  );
  const onRecords = (name: string, columns: readonly string[], present: string) =>
    db.schema.createIndex(name).on('planned_records').columns(['staging_id', 'object_type', ...columns]).where(sql.ref(present), 'is not', null).execute();
  await db.schema.createIndex('planned_records_action').on('planned_records').columns(['staging_id', 'object_type', 'action', 'ordinal']).execute();
  await onRecords('planned_records_id', ['source_id'], 'source_id');
  await onRecords('planned_records_batch', ['batch', 'ordinal'], 'batch');
  await onRecords('planned_records_fold', ['fold_into'], 'fold_into');
  await onRecords('planned_records_email', ['identity_email', 'action'], 'identity_email');
  await onRecords('planned_records_domain', ['identity_domain', 'action'], 'identity_domain');
  await createTable(
    db,
    'planned_associations',
    {
      staging_id: 'text', association_type: 'text', ordinal: 'bigint', from_source_id: 'text', to_source_id: 'text',
      verdict: 'text', is_primary: 'integer', stated_by: 'text', batch: 'integer null',
    },
    ['staging_id', 'association_type', 'ordinal'],
  );
  await db.schema
    .createIndex('planned_associations_once')
    .unique()
    .on('planned_associations')
    .columns(['staging_id', 'association_type', 'from_source_id', 'to_source_id'])
    .where(sql.ref('verdict'), '<>', sql.lit('duplicate'))
    .execute();
  await db.schema.createIndex('planned_associations_batch').on('planned_associations').columns(['staging_id', 'association_type', 'batch', 'ordinal']).where(sql.ref('batch'), 'is not', null).execute();
  await createTable(
    db,
    'planned_partitions',
    { staging_id: 'text', work_type: 'text', partition: 'integer', first_batch: 'integer', batch_counts: 'text' },
    ['staging_id', 'work_type', 'partition'],
  );
  await createTable(db, 'planned_counts', { staging_id: 'text', work_type: 'text', word: 'text', count: 'bigint' }, ['staging_id', 'work_type', 'word']);
}

async function createWritingTables(db: Kysely<unknown>): Promise<void> {
  await createTable(
    db,
    'writes',
    {
      run: 'text', work_type: 'text', ordinal: 'bigint', batch: 'integer', state: 'text', attempt: 'integer', sent_at: 'text null', outcome: 'text null', target_id: 'text null',
      refusal_code: 'text null', refusal: 'text null', pre_image: 'text null', post_image: 'text null', settled_at: 'text null', undo: 'text null', undo_code: 'text null', undo_at: 'text null',
    },
    ['run', 'work_type', 'ordinal'],
    'of-run',
  );
  await db.schema.createIndex('writes_in_doubt').on('writes').columns(['run', 'sent_at']).where(sql.ref('state'), '=', sql.lit('sent')).where(sql.ref('outcome'), 'is', null).execute();
  await db.schema.createIndex('writes_refused').on('writes').columns(['run', 'work_type', 'refusal_code']).where(sql.ref('refusal_code'), 'is not', null).execute();
  await db.schema.createIndex('writes_undone').on('writes').columns(['run', 'work_type', 'undo']).where(sql.ref('undo'), 'is not', null).execute();
  await createTable(db, 'batch_tallies', { run: 'text', work_type: 'text', batch: 'integer', word: 'text', count: 'bigint' }, ['run', 'work_type', 'batch', 'word'], 'of-run');
  await createTable(db, 'id_map', { run: 'text', object_type: 'text', source_id: 'text', target_id: 'text', origin: 'text', batch: 'integer' }, ['run', 'object_type', 'source_id'], 'of-run');
  await db.schema.createIndex('id_map_target').on('id_map').columns(['run', 'object_type', 'target_id']).execute();
  await db.schema.createIndex('id_map_batch').on('id_map').columns(['run', 'object_type', 'batch']).execute();
  await createTable(
    db,
    'id_map_shards',
    { run: 'text', object_type: 'text', partition: 'integer', workflow_id: 'text', digest: 'text', pair_count: 'integer' },
    ['run', 'object_type', 'partition'],
    'of-run',
  );
  await createTable(
    db,
    'schema_intents',
    { run: 'text', position: 'integer', kind: 'text', object_type: 'text', name: 'text', state: 'text', definition: 'text' },
    ['run', 'kind', 'object_type', 'name'],
    'of-run',
  );
}

async function createFactTables(db: Kysely<unknown>): Promise<void> {
  await createTable(
    db,
    'calls',
    { run: 'text', phase: 'text', kind: 'text', count: 'bigint', too_many: 'bigint', failed: 'bigint', duration_ms: 'double precision' },
    ['run', 'phase', 'kind'],
    'of-run',
  );
  await createTable(db, 'phases', { run: 'text', phase: 'text', started_at: 'text', ended_at: 'text null' }, ['run', 'phase'], 'of-run');
  await createTable(
    db,
    'verified_batches',
    { run: 'text', work_type: 'text', batch: 'integer', records_compared: 'bigint', cells_compared: 'bigint', associations_compared: 'bigint', differences: 'bigint' },
    ['run', 'work_type', 'batch'],
    'of-run',
  );
  await createTable(
    db,
    'differences',
    {
      run: 'text', work_type: 'text', batch: 'integer', position: 'integer', kind: 'text', object_type: 'text', ordinal: 'bigint null', source_id: 'text null', target_id: 'text null',
      property: 'text null', cause: 'text', expected: 'text null', found: 'text null',
    },
    ['run', 'work_type', 'batch', 'position'],
    'of-run',
  );
  await createTable(db, 'run_errors', { run: 'text', type: 'text', code: 'text', place: 'text', message: 'text', at: 'text', count: 'bigint' }, ['run', 'type', 'code', 'place'], 'of-run');
  await createTable(db, 'reports', { run: 'text', report: 'text', saved_at: 'text' }, ['run'], 'of-run');
}

async function createPaceTables(db: Kysely<unknown>): Promise<void> {
  await createTable(
    db,
    'pace_portals',
    {
      portal_id: 'text', rate: 'double precision', daily_limit: 'bigint null', daily_remaining: 'bigint null', learned_ms: 'bigint null',
      halved_until_ms: 'bigint', last_seen_ms: 'bigint', turns: 'bigint',
    },
    ['portal_id'],
  );
  await createTable(
    db,
    'pace_lanes',
    { portal_id: 'text', lane: 'text', window_ms: 'bigint null', window_limit: 'bigint null', next_free_ms: 'double precision', closed_until_ms: 'bigint' },
    ['portal_id', 'lane'],
  );
  await createTable(db, 'pace_permits', { portal_id: 'text', permit: 'text', expires_ms: 'bigint' }, ['portal_id', 'permit']);
}
