import type { Transaction } from 'kysely';
import { MigrationError } from '../domain/migration-error';
import { inChunks } from './database';
import type { LedgerDatabase } from './database';
import type { RecoveryStore } from './ledger';
import { runUnknown } from './ledger-errors';
import { readEpoch, toRunRow } from './run-store';
import type { Tables } from './tables';
import { toPair } from './writing-store';

export function createRecoveryStore(database: LedgerDatabase): RecoveryStore {
  return {
    raiseEpoch: (run) =>
      database.write('raise-epoch', async (db) => {
        const row = await db.selectFrom('runs').select('epoch').where('run', '=', run).executeTakeFirst();
        if (!row) {
          throw runUnknown();
        }
        const epoch = await enterEpochAbove(db, row.epoch);
        await db.updateTable('runs').set({ epoch }).where('run', '=', run).execute();
        return epoch;
      }),

    adopt: ({ run, migrationId, definition, definitionDigest, portalId, epoch: lostEpoch, createdAt }) =>
      database.write('adopt-run', async (db) => {
        const epoch = await enterEpochAbove(db, lostEpoch);
        const row = await db
          .insertInto('runs')
          .values({
            run, migration_id: migrationId, kind: 'migration', number: numberOf(run), definition: JSON.stringify(definition), definition_digest: definitionDigest, staging_id: run,
            state: 'paused', phase: 'preflight', reasons: '[]', portal_id: portalId, created_at: createdAt, ended_at: null, epoch, round: 0,
          })
          .onConflict((conflict) => conflict.column('run').doUpdateSet({ epoch }))
          .returningAll()
          .executeTakeFirstOrThrow();
        return toRunRow(row);
      }),

    saveWitnesses: (run, objectType, pairs) =>
      database.write('save-witnesses', async (db) => {
        const rows = pairs.map(([sourceId, targetId, origin]) => ({ run, object_type: objectType, source_id: sourceId, target_id: targetId, origin }));
        for (const chunk of inChunks(rows)) {
          await db.insertInto('id_map_witnesses').values([...chunk]).onConflict((conflict) => conflict.columns(['run', 'object_type', 'source_id']).doNothing()).execute();
        }
      }),

    findWitnesses: (run, objectType, sourceIds) =>
      database.read(async (db) => {
        const rows = [];
        for (const chunk of inChunks(sourceIds)) {
          rows.push(
            ...(await db
              .selectFrom('id_map_witnesses')
              .select(['source_id', 'target_id', 'origin'])
              .where('run', '=', run)
              .where('object_type', '=', objectType)
              .where('source_id', 'in', [...chunk])
              .execute()),
          );
        }
        return rows.map(toPair);
      }),

    countWitnesses: (run) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom('id_map_witnesses')
          .select((row) => ['object_type', row.fn.countAll().as('count')])
          .where('run', '=', run)
          .groupBy('object_type')
          .execute();
        return Object.fromEntries(rows.map((row) => [row.object_type, Number(row.count)]));
      }),
  };
}

/** The ledger's epoch only grows, and a recovered run's is above the one it had: no number comes twice. */
async function enterEpochAbove(db: Transaction<Tables>, lost: number): Promise<number> {
  const epoch = Math.max(await readEpoch(db), lost) + 1;
  await db.updateTable('ledger_facts').set({ value: String(epoch) }).where('name', '=', 'epoch').execute();
  return epoch;
}

/** `acme-2026.3` → 3. */
function numberOf(run: string): number {
  const number = Number(/\.(\d+)$/.exec(run)?.[1]);
  if (!Number.isInteger(number)) {
    throw new MigrationError('InvariantError', `${run} is not the id of a run.`, { code: 'run-without-number' });
  }
  return number;
}
