import { z } from 'zod';
import type { LedgerDatabase } from './database';
import { parseJsonColumn } from './json-columns';
import type { SchemaStore } from './ledger';

export function createSchemaStore(database: LedgerDatabase): SchemaStore {
  return {
    intend: (run, intents) =>
      database.write('intend-schema', async (db) => {
        const last = await db.selectFrom('schema_intents').select('position').where('run', '=', run).orderBy('position', 'desc').limit(1).executeTakeFirst();
        let position = (last?.position ?? -1) + 1;
        for (const { kind, objectType, name, definition } of intents) {
          await db
            .insertInto('schema_intents')
            .values({ run, position, kind, object_type: objectType, name, state: 'intended', definition: JSON.stringify(definition ?? null) })
            .onConflict((conflict) => conflict.columns(['run', 'kind', 'object_type', 'name']).doNothing())
            .execute();
          position += 1;
        }
      }),

    settle: (run, settlements) =>
      database.write('settle-schema', async (db) => {
        for (const { kind, objectType, name, state } of settlements) {
          let update = db.updateTable('schema_intents').set({ state }).where('run', '=', run).where('kind', '=', kind).where('object_type', '=', objectType).where('name', '=', name);
          if (state === 'existed') {
            // What we made ourselves is found by a repeated call; it stays ours, or rollback would leave it behind.
            update = update.where('state', '<>', 'created');
          }
          await update.execute();
        }
      }),

    /** In the order in which they were intended. */
    read: (run) =>
      database.read(async (db) => {
        const rows = await db.selectFrom('schema_intents').selectAll().where('run', '=', run).orderBy('position').execute();
        return rows.map((row) => ({
          kind: row.kind,
          objectType: row.object_type,
          name: row.name,
          state: row.state,
          definition: parseJsonColumn(z.unknown(), row.definition, 'schema_intents.definition'),
        }));
      }),
  };
}
