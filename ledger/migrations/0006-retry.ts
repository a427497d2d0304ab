import type { Kysely, Migration } from 'kysely';

/**
 * Rounds in which failed and skipped records of a run are driven once more. A record that is taken into a round moves to a new batch, and what had become of it before
 * stays in `retried_writes`.
 */
export const retry: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('runs').addColumn('round', 'integer', (column) => column.notNull().defaultTo(0)).execute();
    await db.schema.alterTable('planned_partitions').addColumn('round', 'integer', (column) => column.notNull().defaultTo(0)).execute();
    await db.schema
      .createTable('retries')
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('round', 'integer', (column) => column.notNull())
      .addColumn('planning', 'text', (column) => column.notNull())
      .addColumn('which', 'text', (column) => column.notNull())
      .addColumn('reason', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('definition', 'text', (column) => column.notNull())
      .addColumn('asked_at', 'text', (column) => column.notNull())
      .addColumn('ended_at', 'text')
      .addPrimaryKeyConstraint('retries_key', ['run', 'round'])
      .addForeignKeyConstraint('retries_run', ['run'], 'runs', ['run'])
      .execute();
    await db.schema
      .createTable('retried_writes')
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('round', 'integer', (column) => column.notNull())
      .addColumn('work_type', 'text', (column) => column.notNull())
      .addColumn('ordinal', 'bigint', (column) => column.notNull())
      .addColumn('was', 'text', (column) => column.notNull())
      .addColumn('code', 'text')
      .addColumn('refusal', 'text')
      .addColumn('attempt', 'integer', (column) => column.notNull())
      .addColumn('settled_at', 'text')
      .addPrimaryKeyConstraint('retried_writes_key', ['run', 'round', 'work_type', 'ordinal'])
      .addForeignKeyConstraint('retried_writes_run', ['run'], 'runs', ['run'])
      .execute();
    // What a person's own command was told of, so that a repeated call does not tell it twice.
    await db.schema
      .createTable('notices')
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('notice', 'text', (column) => column.notNull())
      .addColumn('told_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('notices_key', ['run', 'notice'])
      .addForeignKeyConstraint('notices_run', ['run'], 'runs', ['run'])
      .execute();
  },
};
