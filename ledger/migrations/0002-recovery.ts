import type { Kysely, Migration } from 'kysely';

/** What a run needs that is recovered: an epoch of its own, so that work of the world before can be told, and the pairs that the workflows still knew. */
export const recovery: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('runs').addColumn('epoch', 'integer', (column) => column.notNull().defaultTo(1)).execute();
    await db.schema
      .createTable('id_map_witnesses')
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('object_type', 'text', (column) => column.notNull())
      .addColumn('source_id', 'text', (column) => column.notNull())
      .addColumn('target_id', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('id_map_witnesses_key', ['run', 'object_type', 'source_id'])
      .addForeignKeyConstraint('id_map_witnesses_run', ['run'], 'runs', ['run'])
      .execute();
  },
};
