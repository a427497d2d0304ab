import type { Kysely, Migration } from 'kysely';

/** What matched records held when the plan was made, for before → after. Plans that were made earlier have nothing there. */
export const outputs: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('planned_records').addColumn('before_values', 'text', (column) => column.notNull().defaultTo('{}')).execute();
  },
};
