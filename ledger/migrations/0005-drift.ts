import type { Kysely, Migration } from 'kysely';

/** What a start needs to hold the portal against the plan that it obeys: records as they were before they were matched, the schema that the plan stands on, and which records alone are moved. */
export const drift: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('unmatched_records')
      .addColumn('staging_id', 'text', (column) => column.notNull())
      .addColumn('object_type', 'text', (column) => column.notNull())
      .addColumn('ordinal', 'integer', (column) => column.notNull())
      .addColumn('properties', 'text', (column) => column.notNull())
      .addColumn('identity_email', 'text')
      .addColumn('identity_domain', 'text')
      .addColumn('reason_code', 'text')
      .addColumn('fold_into', 'text')
      .addColumn('cells', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('unmatched_records_key', ['staging_id', 'object_type', 'ordinal'])
      .execute();
    await db.schema
      .createTable('verdict_changes')
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('object_type', 'text', (column) => column.notNull())
      .addColumn('ordinal', 'integer', (column) => column.notNull())
      .addColumn('source_id', 'text')
      .addColumn('planned', 'text', (column) => column.notNull())
      .addColumn('found', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('verdict_changes_key', ['run', 'object_type', 'ordinal'])
      .addForeignKeyConstraint('verdict_changes_run', ['run'], 'runs', ['run'])
      .execute();
    await db.schema
      .createTable('schema_fingerprints')
      .addColumn('staging_id', 'text', (column) => column.notNull())
      .addColumn('object_type', 'text', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('basis', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('schema_fingerprints_key', ['staging_id', 'object_type'])
      .execute();
    await db.schema
      .createTable('portal_schemas')
      .addColumn('portal_id', 'text', (column) => column.notNull())
      .addColumn('object_type', 'text', (column) => column.notNull())
      .addColumn('read_ms', 'bigint', (column) => column.notNull())
      .addColumn('schema_read', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('portal_schemas_key', ['portal_id', 'object_type'])
      .execute();
    await db.schema
      .createTable('only_ids')
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('line', 'integer', (column) => column.notNull())
      .addColumn('source_id', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('only_ids_key', ['run', 'line'])
      .addForeignKeyConstraint('only_ids_run', ['run'], 'runs', ['run'])
      .execute();
  },
};
