import type { Transaction } from 'kysely';
import { z } from 'zod';
import { inChunks } from './database';
import type { LedgerDatabase } from './database';
import { parseJsonColumn } from './json-columns';
import type { SchemaIntent, SchemaStore } from './ledger';
import type { Tables } from './tables';

export function createSchemaStore(database: LedgerDatabase): SchemaStore {
  return {
    intend: (run, objectType, things) =>
      database.write('intend-schema', async (db) => {
        const last = await db.selectFrom('schema_intents').select('position').where('run', '=', run).orderBy('position', 'desc').limit(1).executeTakeFirst();
        const first = (last?.position ?? -1) + 1;
        const rows = things.map(({ kind, name, definition }, index) => ({ run, position: first + index, kind, object_type: objectType, name, state: 'intended' as const, definition: JSON.stringify(definition ?? null), association_kind: null }));
        for (const chunk of inChunks(rows)) {
          await db
            .insertInto('schema_intents')
            .values([...chunk])
            .onConflict((conflict) => conflict.columns(['run', 'kind', 'object_type', 'name']).doNothing())
            .execute();
        }
        return (await readIntents(db, run)).filter((intent) => intent.objectType === objectType);
      }),

    settle: (run, objectType, changes) =>
      database.write('settle-schema', async (db) => {
        const changed: { readonly kind: SchemaIntent['kind']; readonly name: string }[] = [];
        for (const { kind, name, from, to, associationKind } of changes) {
          const rows = await db
            .updateTable('schema_intents')
            .set({ state: to, ...(associationKind === undefined ? {} : { association_kind: associationKind }) })
            .where('run', '=', run)
            .where('kind', '=', kind)
            .where('object_type', '=', objectType)
            .where('name', '=', name)
            .where('state', 'in', [...from])
            .returning('name')
            .execute();
          changed.push(...rows.map(() => ({ kind, name })));
        }
        return changed;
      }),

    read: (run) => database.read((db) => readIntents(db, run)),
  };
}

async function readIntents(db: Transaction<Tables>, run: string): Promise<readonly SchemaIntent[]> {
  const rows = await db.selectFrom('schema_intents').selectAll().where('run', '=', run).orderBy('position').execute();
  return rows.map((row) => ({ kind: row.kind, objectType: row.object_type, name: row.name, state: row.state, associationKind: row.association_kind, definition: parseJsonColumn(z.unknown(), row.definition, 'schema_intents.definition') }));
}
