import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import { MigrationError } from '../domain/migration-error';
import type { ObjectType } from '../domain/object-type';
import type { WorkType } from '../domain/phase';
import type { PartitionManifest } from '../domain/planned-record';
import type { PlanSummary } from '../domain/plan-summary.schema';
import { RETRIABLE_REASONS } from '../domain/retry-planning';
import type { RetryTake } from '../domain/retry-planning';
import { inChunks } from './database';
import type { LedgerDatabase } from './database';
import type { Ledger } from './ledger';
import { decideTakes } from './retry-decisions';
import { takeIntoRound } from './retry-taking';
import { WRITTEN_ACTIONS } from './planned-rows';
import { stagingIdOf } from './run-store';
import type { Tables } from './tables';

/** Which records a retry drives once more. `reason`: a refusal's code, or the reason or code for which records were left out. */
export interface RetrySelection {
  readonly which: 'failed' | 'skipped' | 'all';
  readonly reason: string | null;
}

export interface RetryRow extends RetrySelection {
  readonly run: string;
  /** Counts from 1. */
  readonly round: number;
  /** The dry run whose verdicts are taken. */
  readonly planning: string;
  /** `planned`: what it drives is in batches of its own. */
  readonly state: 'asked' | 'planned' | 'ended';
  readonly askedAt: string;
  readonly endedAt: string | null;
}

/** What a record or association was before it was taken into a round. */
export type RetriedFrom = 'refused' | 'left-out' | 'end-not-written' | 'missing-end';

export interface RetryCandidate {
  readonly ordinal: number;
  readonly sourceId: string;
}

/** What one round drove, and what became of it. */
export interface RetryTally {
  readonly round: number;
  readonly askedAt: string;
  readonly endedAt: string | null;
  readonly workType: WorkType;
  readonly was: RetriedFrom;
  /** `folded`, an outcome, or `pending`. */
  readonly became: string;
  readonly count: number;
}

export interface RetryStore {
  /** What such a round would take by the verdicts of this dry run. Changes nothing. */
  decide(asked: Pick<RetryRow, 'run' | 'which' | 'reason'>, planningStagingId: string): Promise<Readonly<Record<ObjectType, readonly RetryTake[]>>>;
  /** One round at a time: one that was asked for and not begun is asked for anew, under its number. @throws PlanError `retry-stands` */
  open(run: string, asked: RetrySelection & { readonly planning: string; readonly now: string }): Promise<RetryRow>;
  read(run: string, round: number): Promise<RetryRow | null>;
  /** Those that have not ended, in order. */
  unfinished(run: string): Promise<readonly RetryRow[]>;
  /** Records of a type that failed, or were left out for a reason that another mapping can mend, after this ordinal. */
  candidates(run: string, objectType: ObjectType, was: 'refused' | 'left-out', selection: RetrySelection, afterOrdinal: number, limit: number): Promise<readonly RetryCandidate[]>;
  /** Those of the e-mail addresses that records in a batch of this run already have. At most 1,000. */
  heldEmails(run: string, emails: readonly string[]): Promise<ReadonlySet<string>>;
  /** Of records that a plan folds into these ids: folded id by the id that it folds into. At most 1,000 ids. */
  foldedInto(stagingId: string, objectType: ObjectType, sourceIds: readonly string[]): Promise<readonly { readonly sourceId: string; readonly foldInto: string }[]>;
  /**
   * Moves what is taken into new batches and partitions, with the verdicts of the dry run; associations whose ends can be written now go with it. All in one
   * transaction: what became of each before stays as history, tallies move, and plan, snapshot and definition of the run become those that the round is driven by.
   * A round that was taken already stays as it is. @returns the plan as it stands now
   */
  take(run: string, round: number, takes: Readonly<Partial<Record<ObjectType, readonly RetryTake[]>>>, merged: (now: RetriedCounts) => PlanSummary): Promise<PlanSummary>;
  /** Outcomes by type in the batches of earlier rounds and of the run itself: what this round settles comes on top. */
  settledBefore(run: string, round: number): Promise<readonly { readonly workType: WorkType; readonly word: string; readonly count: number }[]>;
  end(run: string, round: number, now: string): Promise<void>;
  tallies(run: string): Promise<readonly RetryTally[]>;
}

/** What a plan counts after a round was taken. */
export interface RetriedCounts {
  readonly byWord: (workType: WorkType) => Readonly<Record<string, number>>;
  readonly leftOut: (objectType: ObjectType) => Readonly<Record<string, number>>;
  readonly partitions: (workType: WorkType) => readonly PartitionManifest[];
}

export function createRetryStore(database: LedgerDatabase, stores: Pick<Ledger, 'plans' | 'writing'>): RetryStore {
  const store: RetryStore = {
    decide: (asked, planningStagingId) => decideTakes({ ...stores, retries: store }, asked, planningStagingId),

    open: (run, { planning, which, reason, now }) =>
      database.write('open-retry', async (db) => {
        const last = await db.selectFrom('retries').select(['round', 'state']).where('run', '=', run).orderBy('round', 'desc').limit(1).executeTakeFirst();
        if (last?.state === 'planned') {
          throw new MigrationError('PlanError', `Round ${last.round} of run ${run} is not over. Wait for its end, then ask again.`, { code: 'retry-stands', exitCode: 5 });
        }
        const { definition } = await db.selectFrom('runs').select('definition').where('run', '=', run).executeTakeFirstOrThrow();
        const asked = { planning, which, reason, state: 'asked' as const, definition, asked_at: now, ended_at: null };
        const round = last?.state === 'asked' ? last.round : (last?.round ?? 0) + 1;
        const row = await db
          .insertInto('retries')
          .values({ run, round, ...asked })
          .onConflict((conflict) => conflict.columns(['run', 'round']).doUpdateSet(asked))
          .returningAll()
          .executeTakeFirstOrThrow();
        return toRetryRow(row);
      }),

    read: (run, round) =>
      database.read(async (db) => {
        const row = await db.selectFrom('retries').selectAll().where('run', '=', run).where('round', '=', round).executeTakeFirst();
        return row === undefined ? null : toRetryRow(row);
      }),

    unfinished: (run) =>
      database.read(async (db) => (await db.selectFrom('retries').selectAll().where('run', '=', run).where('state', '<>', 'ended').orderBy('round').execute()).map(toRetryRow)),

    candidates: (run, objectType, was, selection, afterOrdinal, limit) =>
      database.read(async (db) => {
        const stagingId = await stagingIdOf(db, run);
        const rows = was === 'refused' ? await refusedPage(db, run, stagingId, objectType, selection, afterOrdinal, limit) : await leftOutPage(db, stagingId, objectType, selection, afterOrdinal, limit);
        return rows.flatMap(({ ordinal, source_id: sourceId }) => (sourceId === null ? [] : [{ ordinal: Number(ordinal), sourceId }]));
      }),

    heldEmails: (run, emails) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom('planned_records')
          .select('identity_email')
          .where('staging_id', '=', await stagingIdOf(db, run))
          .where('object_type', '=', 'contacts')
          .where('identity_email', 'in', [...emails])
          .where('action', 'in', [...WRITTEN_ACTIONS])
          .where((row) => row.not(row.exists(row.selectFrom('writes').select('writes.ordinal').where('writes.run', '=', run).where(sql`writes.work_type`, '=', 'contacts').whereRef('writes.ordinal', '=', 'planned_records.ordinal').where('writes.outcome', '=', 'refused'))))
          .execute();
        return new Set(rows.flatMap((row) => row.identity_email ?? []));
      }),

    foldedInto: (stagingId, objectType, sourceIds) =>
      database.read(async (db) => {
        const found: { sourceId: string; foldInto: string }[] = [];
        for (const chunk of inChunks(sourceIds)) {
          const rows = await db.selectFrom('planned_records').select(['source_id', 'fold_into']).where('staging_id', '=', stagingId).where('object_type', '=', objectType).where('fold_into', 'in', [...chunk]).execute();
          found.push(...rows.flatMap(({ source_id: sourceId, fold_into: foldInto }) => (sourceId === null || foldInto === null ? [] : [{ sourceId, foldInto }])));
        }
        return found;
      }),

    take: (run, round, takes, merged) => database.write('take-retry', (db) => takeIntoRound(db, run, round, takes, merged)),

    settledBefore: (run, round) =>
      database.read(async (db) => {
        const stagingId = await stagingIdOf(db, run);
        const rows = await db
          .selectFrom('batch_tallies as tally')
          .select((row) => ['work_type', 'word', row.fn.sum('count').as('count')])
          .where('run', '=', run)
          .where((row) =>
            row.not(
              row.exists(
                row
                  .selectFrom('planned_partitions as part')
                  .select('part.partition')
                  .where('part.staging_id', '=', stagingId)
                  .whereRef('part.work_type', '=', 'tally.work_type')
                  .where('part.round', '=', round)
                  .whereRef('part.first_batch', '<=', 'tally.batch'),
              ),
            ),
          )
          .groupBy(['work_type', 'word'])
          .execute();
        return rows.map(({ work_type: workType, word, count }) => ({ workType, word, count: Number(count) }));
      }),

    end: (run, round, now) =>
      database.write('end-retry', async (db) => {
        await db.updateTable('retries').set({ state: 'ended', ended_at: now }).where('run', '=', run).where('round', '=', round).where('state', '<>', 'ended').execute();
      }),

    tallies: (run) =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom('retried_writes as retried')
          .innerJoin('retries', (join) => join.onRef('retries.run', '=', 'retried.run').onRef('retries.round', '=', 'retried.round'))
          .leftJoin('writes', (join) => join.onRef('writes.run', '=', 'retried.run').onRef('writes.work_type', '=', 'retried.work_type').onRef('writes.ordinal', '=', 'retried.ordinal'))
          .leftJoin('planned_records as planned', (join) => join.on('planned.staging_id', '=', sql<string>`(select staging_id from runs where run = ${run})`).on(sql`planned.object_type`, '=', sql.ref('retried.work_type')).onRef('planned.ordinal', '=', 'retried.ordinal'))
          .leftJoin('retried_writes as later', (join) => join.onRef('later.run', '=', 'retried.run').onRef('later.work_type', '=', 'retried.work_type').onRef('later.ordinal', '=', 'retried.ordinal').on(sql<boolean>`later.round = (select min(round) from retried_writes as next where next.run = retried.run and next.work_type = retried.work_type and next.ordinal = retried.ordinal and next.round > retried.round)`))
          .select((row) => ['retried.round', 'retries.asked_at', 'retries.ended_at', 'retried.work_type', 'retried.was', sql<string>`case when later.was is not null then later.was when planned.action = 'fold' then 'folded' else coalesce(writes.outcome, 'pending') end`.as('became'), row.fn.countAll().as('count')])
          .where('retried.run', '=', run)
          .groupBy(['retried.round', 'retries.asked_at', 'retries.ended_at', 'retried.work_type', 'retried.was', 'became'])
          .orderBy('retried.round')
          .orderBy('retried.work_type')
          .execute();
        return rows.map((row) => ({ round: row.round, askedAt: row.asked_at, endedAt: row.ended_at, workType: row.work_type, was: row.was, became: row.became, count: Number(row.count) }));
      }),
  };
  return store;
}

function refusedPage(db: Transaction<Tables>, run: string, stagingId: string, objectType: ObjectType, { which, reason }: RetrySelection, afterOrdinal: number, limit: number) {
  return db
    .selectFrom('writes')
    .innerJoin('planned_records as planned', (join) => join.onRef('planned.ordinal', '=', 'writes.ordinal').on('planned.staging_id', '=', stagingId).on('planned.object_type', '=', objectType))
    .select(['writes.ordinal', 'planned.source_id'])
    .where('writes.run', '=', run)
    .where('writes.work_type', '=', objectType)
    .where('writes.refusal_code', 'is not', null)
    .where('writes.outcome', '=', 'refused')
    .where('writes.ordinal', '>', afterOrdinal)
    .$if(reason !== null, (query) => query.where('writes.refusal_code', '=', reason))
    .$if(which === 'skipped', (query) => query.where(sql<boolean>`1 = 0`))
    .orderBy('writes.ordinal')
    .limit(limit)
    .execute();
}

/** What a filter left out is the user's own decision: it is driven only where it is asked for by its name. */
function leftOutPage(db: Transaction<Tables>, stagingId: string, objectType: ObjectType, { which, reason }: RetrySelection, afterOrdinal: number, limit: number) {
  const reasons = reason === 'filter' ? (['filter'] as const) : RETRIABLE_REASONS;
  return db
    .selectFrom('planned_records')
    .select(['ordinal', 'source_id'])
    .where('staging_id', '=', stagingId)
    .where('object_type', '=', objectType)
    .where('action', '=', 'left-out')
    .where('reason', 'in', [...reasons])
    .where('ordinal', '>', afterOrdinal)
    .$if(reason !== null, (query) => query.where((row) => row.or([row('reason', '=', sql<never>`${reason}`), row('reason_code', '=', reason)])))
    .$if(which === 'failed', (query) => query.where(sql<boolean>`1 = 0`))
    .orderBy('ordinal')
    .limit(limit)
    .execute();
}

const toRetryRow = (row: Tables['retries']): RetryRow => ({ run: row.run, round: row.round, planning: row.planning, which: row.which, reason: row.reason, state: row.state, askedAt: row.asked_at, endedAt: row.ended_at });
