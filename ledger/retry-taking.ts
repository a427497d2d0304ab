/** Takes records and associations into a round of retry, within one transaction: all of it, or nothing. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import { MigrationError } from '../domain/migration-error';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { ObjectType } from '../domain/object-type';
import type { WorkType } from '../domain/phase';
import type { PartitionManifest } from '../domain/planned-record';
import type { PlanSummary } from '../domain/plan-summary.schema';
import { planSummarySchema } from '../domain/plan-summary.schema';
import { isWritten } from '../domain/record-identity';
import { retriedRecord } from '../domain/retry-planning';
import type { RetryTake } from '../domain/retry-planning';
import { inChunks } from './database';
import { batchCountsSchema, parseJsonColumn, parseSteadyColumn } from './json-columns';
import { BATCHES_PER_PARTITION, RECORDS_PER_BATCH } from './plan-batches';
import { toPlannedRecord, toPlannedRow, WRITTEN_ACTIONS } from './planned-rows';
import { takeAssociations } from './retry-associations';
import { addPartitions, keepHistory, nextPartition, UNSETTLED } from './retry-round';
import type { Round } from './retry-round';
import type { RetriedCounts } from './retry-store';
import { refuseUndone } from './run-store';
import type { Tables } from './tables';

/** @throws IdentityError `run-undone` */
export async function takeIntoRound(db: Transaction<Tables>, run: string, round: number, takes: Readonly<Partial<Record<ObjectType, readonly RetryTake[]>>>, merged: (now: RetriedCounts) => PlanSummary): Promise<PlanSummary> {
  await refuseUndone(db, run);
  const asked = await db.selectFrom('retries').selectAll().where('run', '=', run).where('round', '=', round).executeTakeFirst();
  const rows = await db.selectFrom('runs').select(['run', 'staging_id', 'definition', 'definition_digest']).where('run', 'in', [run, asked?.planning ?? '']).execute();
  const [own, dryRun] = [rows.find((row) => row.run === run), rows.find((row) => row.run === asked?.planning)];
  if (asked === undefined || own === undefined || dryRun === undefined) {
    throw new MigrationError('InvariantError', `Round ${round} of run ${run} was never asked for, or its dry run is gone.`, { code: 'retry-unknown' });
  }
  const kept = await db.selectFrom('plans').select('summary').where('staging_id', '=', own.staging_id).executeTakeFirstOrThrow();
  if (asked.state !== 'asked') {
    return parseSteadyColumn(planSummarySchema, kept.summary, 'plans.summary');
  }
  const place: Round = { run, round, stagingId: own.staging_id, planning: dryRun.staging_id, selection: { which: asked.which, reason: asked.reason } };
  for (const objectType of OBJECT_TYPES) {
    await takeRecords(db, place, objectType, takes[objectType] ?? []);
    await batchRecords(db, place, objectType);
  }
  await takeAssociations(db, place);

  const summary = merged(await recount(db, place));
  // Without a new date: by its digest it is found as the plan that was approved.
  await db.updateTable('plans').set({ summary: JSON.stringify(summary) }).where('staging_id', '=', place.stagingId).execute();
  const snapshot = await db.selectFrom('snapshots').select(['snapshot', 'digest']).where('staging_id', '=', place.planning).executeTakeFirstOrThrow();
  await db.updateTable('snapshots').set(snapshot).where('staging_id', '=', place.stagingId).execute();
  // What is written from now on stands on the schema as the dry run saw it.
  for (const { object_type, digest, basis } of await db.selectFrom('schema_fingerprints').selectAll().where('staging_id', '=', place.planning).execute()) {
    await db.insertInto('schema_fingerprints').values({ staging_id: place.stagingId, object_type, digest, basis }).onConflict((conflict) => conflict.columns(['staging_id', 'object_type']).doUpdateSet({ digest, basis })).execute();
  }
  await db.updateTable('runs').set({ definition: dryRun.definition, definition_digest: dryRun.definition_digest, round }).where('run', '=', run).execute();
  await db.updateTable('retries').set({ state: 'planned' }).where('run', '=', run).where('round', '=', round).execute();
  return summary;
}

// ---------------------------------------------------------------- records

async function takeRecords(db: Transaction<Tables>, place: Round, objectType: ObjectType, takes: readonly RetryTake[]): Promise<void> {
  for (const chunk of inChunks(takes)) {
    const rows = await db.selectFrom('planned_records').selectAll().where('staging_id', '=', place.planning).where('object_type', '=', objectType).where('ordinal', 'in', chunk.map(({ plannedOrdinal }) => plannedOrdinal)).execute();
    const verdicts = new Map(rows.map((row) => [Number(row.ordinal), toPlannedRecord(row)]));
    for (const was of ['refused', 'left-out'] as const) {
      await keepHistory(db, place, objectType, was, chunk.filter((take) => take.was === was).map(({ ordinal }) => ordinal));
    }
    for (const take of chunk) {
      const verdict = verdicts.get(take.plannedOrdinal);
      if (verdict === undefined) {
        throw new MigrationError('InvariantError', `${objectType} ${take.ordinal} is to be retried by a verdict that the dry run does not have.`, { code: 'retry-without-verdict' });
      }
      await replan(db, place, objectType, take, retriedRecord(verdict, take));
    }
    // Locks are held on: only this process's own timers and sockets get their turn.
    await nextTurn();
  }
}

/** Its attempt goes on counting, and goes one further: an attempt that was overtaken long ago must not settle what is sent now. */
async function replan(db: Transaction<Tables>, { run, stagingId }: Round, objectType: ObjectType, { ordinal }: RetryTake, record: ReturnType<typeof toPlannedRecord>): Promise<void> {
  await db.updateTable('planned_records').set(toPlannedRow(stagingId, record)).where('staging_id', '=', stagingId).where('object_type', '=', objectType).where('ordinal', '=', ordinal).execute();
  const ofRecord = { run, work_type: objectType, ordinal };
  if (!isWritten(record)) {
    await db.deleteFrom('writes').where('run', '=', run).where('work_type', '=', ofRecord.work_type).where('ordinal', '=', ordinal).execute();
    return;
  }
  // The pre-image is that of the record which it was to change then.
  const isSameTarget = sql<boolean>`target_id is not distinct from ${record.targetId}`;
  await db
    .updateTable('writes')
    .set((row) => ({ ...UNSETTLED, attempt: row('attempt', '+', 1), pre_image: sql`case when ${isSameTarget} then pre_image else null end`, target_id: sql`case when ${isSameTarget} then target_id else null end` }))
    .where('run', '=', run)
    .where('work_type', '=', ofRecord.work_type)
    .where('ordinal', '=', ordinal)
    .execute();
}

/** New batches behind all others, as a plan has them: creates, then updates, then unchanged. */
async function batchRecords(db: Transaction<Tables>, place: Round, objectType: ObjectType): Promise<void> {
  const { run, stagingId } = place;
  const first = await nextPartition(db, stagingId, objectType);
  const sizes: number[] = [];
  for (const action of WRITTEN_ACTIONS) {
    const rows = await db.selectFrom('planned_records').select('ordinal').where('staging_id', '=', stagingId).where('object_type', '=', objectType).where('action', '=', action).where('batch', 'is', null).orderBy('ordinal').execute();
    for (const ordinals of inChunks(rows.map((row) => Number(row.ordinal)), RECORDS_PER_BATCH)) {
      const batch = first * BATCHES_PER_PARTITION + sizes.length;
      await db.updateTable('planned_records').set({ batch }).where('staging_id', '=', stagingId).where('object_type', '=', objectType).where('ordinal', 'in', [...ordinals]).execute();
      await db.updateTable('writes').set({ batch }).where('run', '=', run).where(sql`work_type`, '=', objectType).where('ordinal', 'in', [...ordinals]).execute();
      sizes.push(ordinals.length);
    }
  }
  if (await pairFolds(db, place, objectType, first * BATCHES_PER_PARTITION)) {
    sizes.push(...(sizes.length === 0 ? [0] : []));
  }
  await addPartitions(db, place, objectType, first, sizes);
}

/** Records that are combined with one that has landed get its pair, in a batch of the round: the sealed shard of an earlier one stays as it is. */
async function pairFolds(db: Transaction<Tables>, { run, round, stagingId }: Round, objectType: ObjectType, batch: number): Promise<boolean> {
  const rows = await db
    .selectFrom('retried_writes as retried')
    .innerJoin('planned_records as planned', (join) => join.onRef('planned.ordinal', '=', 'retried.ordinal').on('planned.staging_id', '=', stagingId).on('planned.object_type', '=', objectType))
    .innerJoin('id_map as survivor', (join) => join.onRef('survivor.source_id', '=', 'planned.fold_into').on('survivor.run', '=', run).on('survivor.object_type', '=', objectType))
    .select(['planned.source_id', 'survivor.target_id', 'survivor.origin'])
    .where('retried.run', '=', run)
    .where('retried.round', '=', round)
    .where(sql`retried.work_type`, '=', objectType)
    .where('planned.action', '=', 'fold')
    .execute();
  for (const { source_id: sourceId, target_id, origin } of rows) {
    if (sourceId !== null) {
      await db.insertInto('id_map').values({ run, object_type: objectType, source_id: sourceId, target_id, origin, batch }).onConflict((conflict) => conflict.columns(['run', 'object_type', 'source_id']).doNothing()).execute();
    }
  }
  return rows.length > 0;
}

// ---------------------------------------------------------------- partitions and counts

/** Batches that gave records to this round hold fewer now; the plan's counts by word are made anew. */
async function recount(db: Transaction<Tables>, { stagingId }: Round): Promise<RetriedCounts> {
  const words = new Map<WorkType, Readonly<Record<string, number>>>();
  const manifests = new Map<WorkType, readonly PartitionManifest[]>();
  const leftOut = new Map<ObjectType, Readonly<Record<string, number>>>();
  for (const workType of [...OBJECT_TYPES, ...ASSOCIATION_TYPES]) {
    const objectType = OBJECT_TYPES.find((known) => known === workType);
    const [byWord, byBatch] = objectType === undefined ? await countAssociations(db, stagingId, workType) : await countRecords(db, stagingId, workType);
    words.set(workType, Object.fromEntries(byWord.map(({ word, count }) => [word, Number(count)])));
    await db.deleteFrom('planned_counts').where('staging_id', '=', stagingId).where('work_type', '=', workType).execute();
    for (const { word, count } of byWord) {
      await db.insertInto('planned_counts').values({ staging_id: stagingId, work_type: workType, word, count: Number(count) }).execute();
    }
    manifests.set(workType, await recountPartitions(db, stagingId, workType, new Map(byBatch.map(({ batch, count }) => [batch ?? -1, Number(count)]))));
    if (objectType !== undefined) {
      const rows = await db.selectFrom('planned_records').select((row) => ['reason', row.fn.countAll().as('count')]).where('staging_id', '=', stagingId).where('object_type', '=', objectType).where('action', '=', 'left-out').groupBy('reason').execute();
      leftOut.set(objectType, Object.fromEntries(rows.map(({ reason, count }) => [reason ?? 'unknown', Number(count)])));
    }
  }
  return { byWord: (workType) => words.get(workType) ?? {}, partitions: (workType) => manifests.get(workType) ?? [], leftOut: (objectType) => leftOut.get(objectType) ?? {} };
}

async function countRecords(db: Transaction<Tables>, stagingId: string, workType: WorkType) {
  const ofType = db.selectFrom('planned_records').select((row) => row.fn.countAll().as('count')).where('staging_id', '=', stagingId).where(sql`object_type`, '=', workType);
  return [await ofType.select('action as word').groupBy('action').execute(), await ofType.select('batch').where('batch', 'is not', null).groupBy('batch').execute()] as const;
}

async function countAssociations(db: Transaction<Tables>, stagingId: string, workType: WorkType) {
  const ofType = db.selectFrom('planned_associations').select((row) => row.fn.countAll().as('count')).where('staging_id', '=', stagingId).where(sql`association_type`, '=', workType);
  return [await ofType.select('verdict as word').groupBy('verdict').execute(), await ofType.select('batch').where('batch', 'is not', null).groupBy('batch').execute()] as const;
}

async function recountPartitions(db: Transaction<Tables>, stagingId: string, workType: WorkType, countOf: ReadonlyMap<number, number>): Promise<readonly PartitionManifest[]> {
  const rows = await db.selectFrom('planned_partitions').selectAll().where('staging_id', '=', stagingId).where('work_type', '=', workType).orderBy('partition').execute();
  const manifests: PartitionManifest[] = [];
  for (const row of rows) {
    const before = parseJsonColumn(batchCountsSchema, row.batch_counts, 'planned_partitions.batch_counts');
    const batchCounts = before.map((_, index) => countOf.get(row.first_batch + index) ?? 0);
    await db.updateTable('planned_partitions').set({ batch_counts: JSON.stringify(batchCounts) }).where('staging_id', '=', stagingId).where('work_type', '=', workType).where('partition', '=', row.partition).execute();
    manifests.push({ partition: row.partition, firstBatch: row.first_batch, batchCounts, ...(row.round === 0 ? {} : { round: row.round }) });
  }
  return manifests;
}
