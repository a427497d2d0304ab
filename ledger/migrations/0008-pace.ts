import type { Kysely, Migration } from 'kysely';

/** When the portal's pace was changed before the last time, in place of a mere count of the changes: one statement locks the row, tells the time, and whether it went back. */
export const pace: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('pace_portals').renameColumn('turns', 'seen_before_ms').execute();
  },
};
