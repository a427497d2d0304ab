import type { Kysely, Migration } from 'kysely';

/** Which run may write which object type of a portal under which key. `held` is 1 for the one that has it now; a run that had it before keeps its row, because it may have to undo. */
export const portalClaims: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('portal_claims')
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('portal_id', 'text', (column) => column.notNull())
      .addColumn('object_type', 'text', (column) => column.notNull())
      .addColumn('key_property', 'text', (column) => column.notNull())
      .addColumn('held', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('portal_claims_key', ['run', 'portal_id', 'object_type', 'key_property'])
      .addForeignKeyConstraint('portal_claims_run', ['run'], 'runs', ['run'])
      .execute();
    await db.schema.createIndex('portal_claims_held').on('portal_claims').columns(['portal_id', 'object_type', 'key_property', 'held']).execute();
  },
};
