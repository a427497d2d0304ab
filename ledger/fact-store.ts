import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import { OBJECT_TYPES } from '../domain/object-type';
import { PHASES } from '../domain/phase';
import type { WorkType } from '../domain/phase';
import { reportSchema } from '../domain/report.schema';
import { readCalls } from './calls';
import { inChunks } from './database';
import type { LedgerDatabase } from './database';
import { parseJsonColumn } from './json-columns';
import type { Difference, FactStore } from './ledger';
import { readProblemCounts } from './problem-groups';
import { readInDoubt, readRefusals, readRefused } from './problems';
import { stagingIdOf } from './run-store';
import { statement } from './statement';
import type { Tables } from './tables';
import { readTallies, readUndoTally } from './tallies';
import { toPair } from './writing-store';

const ID_MAP_PAGE = 2_000;

const forgetDifferences = statement((db, given: { run: string; workType: WorkType; batch: number }) =>
  db.deleteFrom('differences').where('run', '=', given.run).where('work_type', '=', given.workType).where('batch', '=', given.batch),
);

const saveVerified = statement((db, given: { run: string; workType: WorkType; batch: number; records: number; cells: number; associations: number; differences: number }) => {
  const counts = { records_compared: given.records, cells_compared: given.cells, associations_compared: given.associations, differences: given.differences };
  return db
    .insertInto('verified_batches')
    .values({ run: given.run, work_type: given.workType, batch: given.batch, ...counts })
    .onConflict((conflict) => conflict.columns(['run', 'work_type', 'batch']).doUpdateSet(counts));
});

export function createFactStore(database: LedgerDatabase): FactStore {
  return {
    tallies: (run) => database.read(async (db) => readTallies(db, run, await stagingIdOf(db, run))),

    readCalls: (run) => database.read((db) => readCalls(db, run)),

    /** A repeated start keeps the first time; a phase that had ended begins anew. */
    phaseStarted: (run, phase, now) =>
      database.write('start-phase', async (db) => {
        await db
          .insertInto('phases')
          .values({ run, phase, started_at: now, ended_at: null })
          .onConflict((conflict) => conflict.columns(['run', 'phase']).doUpdateSet({ started_at: now, ended_at: null }).where('phases.ended_at', 'is not', null))
          .execute();
      }),

    phaseEnded: (run, phase, now) =>
      database.write('end-phase', async (db) => {
        await db.updateTable('phases').set({ ended_at: now }).where('run', '=', run).where('phase', '=', phase).where('ended_at', 'is', null).execute();
      }),

    readPhases: (run) =>
      database.read(async (db) => {
        const rows = await db.selectFrom('phases').selectAll().where('run', '=', run).execute();
        return rows
          .map((row) => ({ phase: row.phase, startedAt: row.started_at, endedAt: row.ended_at }))
          .sort((one, other) => PHASES.indexOf(one.phase) - PHASES.indexOf(other.phase));
      }),

    recordVerification: (run, workType, batch, result) =>
      database.write('record-verification', async (db) => {
        await forgetDifferences(db, { run, workType, batch });
        await saveVerified(db, { run, workType, batch, records: result.recordsCompared, cells: result.cellsCompared, associations: result.associationsCompared, differences: result.differences.length });
        const rows = result.differences.map((difference, position) => toDifferenceRow({ run, work_type: workType, batch, position }, difference));
        for (const chunk of inChunks(rows)) {
          await db.insertInto('differences').values([...chunk]).execute();
        }
      }),

    readVerification: (run) =>
      database.read(async (db) => {
        const row = await db
          .selectFrom('verified_batches')
          .select((batch) => [
            batch.fn.sum('records_compared').as('records'),
            batch.fn.sum('cells_compared').as('cells'),
            batch.fn.sum('associations_compared').as('associations'),
            batch.fn.sum('differences').as('differences'),
          ])
          .where('run', '=', run)
          .executeTakeFirst();
        const causes = await db.selectFrom('differences').select((each) => ['cause', each.fn.countAll().as('count')]).where('run', '=', run).groupBy('cause').orderBy('cause').execute();
        return {
          recordsCompared: Number(row?.records ?? 0), cellsCompared: Number(row?.cells ?? 0), associationsCompared: Number(row?.associations ?? 0), differences: Number(row?.differences ?? 0),
          causes: Object.fromEntries(causes.map(({ cause, count }) => [cause, Number(count)])),
        };
      }),

    matchedSince: (run) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom('writes')
          .innerJoin('planned_records as planned', (join) => join.onRef('planned.ordinal', '=', 'writes.ordinal').on(sql`planned.object_type`, '=', sql.ref('writes.work_type')))
          .select((each) => ['planned.object_type', each.fn.countAll().as('count')])
          .where('writes.run', '=', run)
          .where('writes.outcome', '=', 'updated')
          .where('planned.staging_id', '=', await stagingIdOf(db, run))
          .where('planned.action', '=', 'create')
          .groupBy('planned.object_type')
          .execute();
        return Object.fromEntries(rows.map(({ object_type: objectType, count }) => [objectType, Number(count)]));
      }),

    readDifferences: (run, limit) =>
      database.read(async (db) => {
        const rows = await db.selectFrom('differences').selectAll().where('run', '=', run).orderBy('work_type').orderBy('batch').orderBy('position').limit(limit).execute();
        return rows.map((row) => ({
          kind: row.kind,
          objectType: row.object_type,
          ordinal: row.ordinal === null ? null : Number(row.ordinal),
          sourceId: row.source_id,
          targetId: row.target_id,
          property: row.property,
          cause: row.cause,
          expected: row.expected,
          found: row.found,
        }));
      }),

    refusalsByCode: (run) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom('writes')
          .select((row) => ['work_type', 'refusal_code', row.fn.countAll().as('count')])
          .where('run', '=', run)
          .where('refusal_code', 'is not', null)
          .groupBy(['work_type', 'refusal_code'])
          .orderBy('work_type')
          .orderBy('refusal_code')
          .execute();
        return rows.map((row) => ({ objectType: row.work_type, code: row.refusal_code ?? '', count: Number(row.count) }));
      }),

    problemCounts: (run) => readProblemCounts(database, run),

    inDoubt: (run, limit) => database.read((db) => readInDoubt(db, run, limit)),

    refused: (run, limit) => database.read((db) => readRefused(db, run, limit)),

    readRefusals: (run, limit) => database.read((db) => readRefusals(db, run, limit)),

    readKept: (run, limit) => database.read((db) => readKept(db, run, limit)),

    undoTally: (run) => database.read((db) => readUndoTally(db, run)),

    recordError: (run, { type, code, message, place, at }) =>
      database.write('record-error', async (db) => {
        // One row for each cause and place, so that an error that comes back for days does not fill the ledger.
        await db
          .insertInto('run_errors')
          .values({ run, type, code, place, message, at, count: 1 })
          .onConflict((conflict) => conflict.columns(['run', 'type', 'code', 'place']).doUpdateSet((row) => ({ message, at, count: row('run_errors.count', '+', 1) })))
          .execute();
      }),

    lastError: (run) =>
      database.read(async (db) => {
        const row = await db.selectFrom('run_errors').select(['type', 'code', 'message', 'at']).where('run', '=', run).orderBy('at', 'desc').limit(1).executeTakeFirst();
        return row ?? null;
      }),

    hasNotice: (run, key) => database.read(async (db) => (await db.selectFrom('notices').select('notice').where('run', '=', run).where('notice', '=', key).executeTakeFirst()) !== undefined),

    keepNotice: (run, key, now) =>
      database.write('keep-notice', async (db) => {
        await db.insertInto('notices').values({ run, notice: key, told_at: now }).onConflict((conflict) => conflict.columns(['run', 'notice']).doNothing()).execute();
      }),

    saveReport: (run, report) =>
      database.write('save-report', async (db) => {
        const row = { report: JSON.stringify(report), saved_at: database.nowIso };
        await db.insertInto('reports').values({ run, ...row }).onConflict((conflict) => conflict.column('run').doUpdateSet(row)).execute();
      }),

    readReport: (run) =>
      database.read(async (db) => {
        const row = await db.selectFrom('reports').select('report').where('run', '=', run).executeTakeFirst();
        return row ? parseJsonColumn(reportSchema, row.report, 'reports.report') : null;
      }),

    async *streamIdMap(run, objectType) {
      for (let after = ''; ; ) {
        const place = after;
        const rows = await database.read((db) => readIdMapPage(db, run, objectType, place));
        const last = rows.at(-1);
        if (!last) {
          return;
        }
        yield rows.map(toPair);
        after = last.source_id;
      }
    },
  };
}

/** A record that was restored but for what a person changed since has a reason too. */
async function readKept(db: Transaction<Tables>, run: string, limit: number): ReturnType<FactStore['readKept']> {
  const stagingId = await stagingIdOf(db, run);
  const counts = await keptRows(db, run).select((row) => ['undo', 'undo_code', row.fn.countAll().as('count')]).groupBy(['undo', 'undo_code']).execute();
  const rows = await keptRows(db, run)
    .leftJoin('planned_records as planned', (join) => join.onRef('planned.ordinal', '=', 'writes.ordinal').onRef('planned.object_type', '=', 'writes.work_type').on('planned.staging_id', '=', stagingId))
    .select(['writes.work_type', 'writes.target_id', 'writes.undo', 'writes.undo_code', 'planned.source_id'])
    .orderBy('writes.work_type')
    .orderBy('writes.ordinal')
    .limit(limit)
    .execute();
  const why = (row: { readonly undo: string | null; readonly undo_code: string | null }): string => row.undo_code ?? row.undo ?? 'kept';
  return {
    reasons: Object.fromEntries(counts.map((row) => [why(row), Number(row.count)])),
    records: rows.flatMap((row) => {
      const objectType = OBJECT_TYPES.find((known) => known === row.work_type);
      return objectType === undefined || row.target_id === null ? [] : [{ objectType, sourceId: row.source_id, targetId: row.target_id, why: why(row) }];
    }),
  };
}

/** A matched record that was deleted since holds what the run wrote, and has it still when somebody restores it. */
function keptRows(db: Transaction<Tables>, run: string) {
  return db
    .selectFrom('writes')
    .where('writes.run', '=', run)
    .where('writes.work_type', 'in', [...OBJECT_TYPES])
    .where((row) => row.or([row('writes.undo', 'in', ['kept', 'failed']), row('writes.undo_code', '=', 'partly-edited-since'), row.and([row('writes.undo', '=', 'gone'), row('writes.outcome', '=', 'updated')])]));
}

function readIdMapPage(db: Transaction<Tables>, run: string, objectType: Tables['id_map']['object_type'], afterSourceId: string) {
  return db
    .selectFrom('id_map')
    .select(['source_id', 'target_id', 'origin'])
    .where('run', '=', run)
    .where('object_type', '=', objectType)
    .where('source_id', '>', afterSourceId)
    .orderBy('source_id')
    .limit(ID_MAP_PAGE)
    .execute();
}

function toDifferenceRow(place: Pick<Tables['differences'], 'run' | 'work_type' | 'batch' | 'position'>, difference: Difference): Tables['differences'] {
  return {
    ...place,
    kind: difference.kind,
    object_type: difference.objectType,
    ordinal: difference.ordinal,
    source_id: difference.sourceId,
    target_id: difference.targetId,
    property: difference.property,
    cause: difference.cause,
    expected: difference.expected,
    found: difference.found,
  };
}
