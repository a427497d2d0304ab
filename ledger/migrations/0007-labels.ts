import type { Kysely, Migration } from 'kysely';

/** Labels of associations: which ones a planned association carries, and the type that the portal gave each label. What was planned earlier has none. */
export const labels: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('planned_associations').addColumn('labels', 'text', (column) => column.notNull().defaultTo('[]')).execute();
    await db.schema.alterTable('schema_intents').addColumn('association_kind', 'text').execute();
  },
};
