import type { Selectable, Transaction, Updateable } from 'kysely';
import { migrationDefinitionSchema } from '../domain/migration-definition.schema';
import { OVER_STATES } from '../domain/phase';
import type { LedgerDatabase } from './database';
import { parseJsonColumn, parseSteadyColumn, pauseReasonsSchema } from './json-columns';
import type { RunRow, RunStore } from './ledger';
import { planInUse, runStands, runUndone, runUnknown } from './ledger-errors';
import { createPortalClaims } from './portal-claims';
import { statement } from './statement';
import type { Tables } from './tables';

const readRow = statement((db, given: { run: string }) => db.selectFrom('runs').selectAll().where('run', '=', given.run));

export function createRunStore(database: LedgerDatabase): RunStore {
  return {
    open: ({ migrationId, kind, definition, definitionDigest, now }) =>
      database.write('open-run', async (db) => {
        const last = await db
          .selectFrom('runs')
          .select(['number', 'run', 'state'])
          .where('migration_id', '=', migrationId)
          .where('kind', '=', kind)
          .orderBy('number', 'desc')
          .limit(1)
          .executeTakeFirst();
        if (kind === 'migration' && last !== undefined && !OVER_STATES.includes(last.state)) {
          throw runStands(last.run);
        }
        const number = (last?.number ?? 0) + 1;
        const run = kind === 'planning' ? `plan:${migrationId}.${number}` : `${migrationId}.${number}`;
        const epoch = await readEpoch(db);
        const row = await db
          .insertInto('runs')
          .values({
            run, migration_id: migrationId, kind, number, definition: JSON.stringify(definition), definition_digest: definitionDigest, staging_id: run,
            state: 'planning', phase: 'preflight', reasons: '[]', portal_id: null, created_at: now, ended_at: null, epoch, round: 0,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        return toRunRow(row);
      }),

    async find(run) {
      const [row] = await database.ask(readRow, { run });
      return row ? toRunRow(row) : null;
    },

    list: (migrationId) =>
      database.read(async (db) => {
        let query = db.selectFrom('runs').selectAll().orderBy('created_at', 'desc').orderBy('number', 'desc').orderBy('run', 'desc');
        if (migrationId !== undefined) {
          query = query.where('migration_id', '=', migrationId);
        }
        return (await query.execute()).map(toRunRow);
      }),

    update: (run, change) =>
      database.write('update-run', async (db) => {
        const set = {
          ...(change.state === undefined ? {} : { state: change.state }),
          ...(change.phase === undefined ? {} : { phase: change.phase }),
          ...(change.reasons === undefined ? {} : { reasons: JSON.stringify(change.reasons) }),
          ...(change.portalId === undefined ? {} : { portal_id: change.portalId }),
          ...(change.endedAt === undefined ? {} : { ended_at: change.endedAt }),
        };
        if (Object.keys(set).length > 0) {
          await changeRun(db, run, set);
        }
      }),

    ...createPortalClaims(database),

    addFindings: (run, findings) =>
      database.write('add-findings', async (db) => {
        const last = await db.selectFrom('findings').select('position').where('run', '=', run).orderBy('position', 'desc').limit(1).executeTakeFirst();
        let position = (last?.position ?? -1) + 1;
        for (const finding of findings) {
          await db
            .insertInto('findings')
            .values({
              run, position, code: finding.code, severity: finding.severity, place: finding.place, message: finding.message, remedy: finding.remedy,
              count: finding.count, exit_code: finding.exitCode ?? null,
            })
            // The same finding told again, by a repeated call, replaces its older self.
            .onConflict((conflict) =>
              conflict.columns(['run', 'code', 'place', 'message']).doUpdateSet((row) => ({
                severity: row.ref('excluded.severity'),
                remedy: row.ref('excluded.remedy'),
                count: row.ref('excluded.count'),
                exit_code: row.ref('excluded.exit_code'),
              })),
            )
            .execute();
          position += 1;
        }
      }),

    readFindings: (run) =>
      database.read(async (db) => {
        const rows = await db.selectFrom('findings').selectAll().where('run', '=', run).orderBy('position').execute();
        return rows.map(({ code, severity, place, message, remedy, count, exit_code: exitCode }) => ({
          code, severity, place, message, remedy, count: Number(count), ...(exitCode === null ? {} : { exitCode }),
        }));
      }),
  };
}

async function changeRun(db: Transaction<Tables>, run: string, change: Updateable<Tables['runs']>): Promise<void> {
  const { numUpdatedRows } = await db.updateTable('runs').set(change).where('run', '=', run).executeTakeFirst();
  if (numUpdatedRows === 0n) {
    throw runUnknown();
  }
}

export function toRunRow(row: Selectable<Tables['runs']>): RunRow {
  return {
    run: row.run,
    migrationId: row.migration_id,
    kind: row.kind,
    definition: parseSteadyColumn(migrationDefinitionSchema, row.definition, 'runs.definition'),
    definitionDigest: row.definition_digest,
    stagingId: row.staging_id,
    state: row.state,
    phase: row.phase,
    reasons: parseJsonColumn(pauseReasonsSchema, row.reasons, 'runs.reasons'),
    portalId: row.portal_id,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    epoch: row.epoch,
    round: row.round,
  };
}

/** The ledger's own epoch: the highest that any of its runs has. */
export async function readEpoch(db: Transaction<Tables>): Promise<number> {
  const row = await db.selectFrom('ledger_facts').select('value').where('name', '=', 'epoch').executeTakeFirst();
  return Number(row?.value ?? 1);
}

const readStagingId = statement((db, given: { run: string }) => db.selectFrom('runs').select('staging_id').where('run', '=', given.run));

/** Where the plan of a run is kept. @throws IdentityError `run-unknown` */
export async function stagingIdOf(db: Transaction<Tables>, run: string): Promise<string> {
  const [row] = await readStagingId(db, { run });
  if (!row) {
    throw runUnknown();
  }
  return row.staging_id;
}

const readState = statement((db, given: { run: string }) => db.selectFrom('runs').select(['state', 'phase']).where('run', '=', given.run));

/** Asked in the transaction that marks records as sent: whoever slept through the run's rollback finds it here. @throws IdentityError `run-undone` */
export async function refuseUndone(db: Transaction<Tables>, run: string): Promise<void> {
  const [row] = await readState(db, { run });
  if (row !== undefined && (row.phase === 'rollback' || OVER_STATES.includes(row.state))) {
    throw runUndone(run);
  }
}

/** Asked in the transactions that take a plan apart or put it together: whoever slept while another made the plan finds it in use. @throws IdentityError `plan-in-use` */
export async function refuseInUse(db: Transaction<Tables>, stagingId: string): Promise<void> {
  const user = await db
    .selectFrom('runs')
    .select('run')
    .where('staging_id', '=', stagingId)
    .where('kind', '=', 'migration')
    .where('phase', 'not in', ['preflight', 'stage', 'plan'])
    .limit(1)
    .executeTakeFirst();
  if (user !== undefined) {
    throw planInUse(user.run);
  }
}
