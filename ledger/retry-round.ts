/** What records and associations of a round of retry have in common: their history, and batches of their own. */
import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import type { WorkType } from '../domain/phase';
import { inChunks } from './database';
import { BATCHES_PER_PARTITION } from './plan-batches';
import type { RetriedFrom, RetrySelection } from './retry-store';
import type { Tables } from './tables';
import { changeTallies } from './write-protocol';

export interface Round {
  readonly run: string;
  readonly round: number;
  readonly stagingId: string;
  /** Staging of the dry run. */
  readonly planning: string;
  readonly selection: RetrySelection;
}

/** As a row is that was never settled; its attempt goes on counting. */
export const UNSETTLED = { state: 'unsent' as const, sent_at: null, outcome: null, refusal_code: null, refusal: null, post_image: null, settled_at: null };

/** What became of these stays, and no longer counts. */
export async function keepHistory(db: Transaction<Tables>, { run, round, stagingId }: Pick<Round, 'run' | 'round' | 'stagingId'>, workType: WorkType, was: RetriedFrom, ordinals: readonly number[]): Promise<void> {
  for (const chunk of inChunks(ordinals)) {
    const settled = was === 'refused' || was === 'end-not-written'
      ? await db.selectFrom('writes').select(['ordinal', 'batch', 'outcome', 'attempt', 'refusal_code', 'refusal', 'settled_at']).where('run', '=', run).where('work_type', '=', workType).where('ordinal', 'in', [...chunk]).where('outcome', '=', was).execute()
      : [];
    const reasons = was === 'left-out'
      ? await db.selectFrom('planned_records').select(['ordinal', 'reason', 'reason_code']).where('staging_id', '=', stagingId).where(sql`object_type`, '=', workType).where('ordinal', 'in', [...chunk]).execute()
      : [];
    const reasonOf = new Map(reasons.map((row) => [Number(row.ordinal), row.reason_code ?? row.reason]));
    const rowOf = new Map(settled.map((row) => [Number(row.ordinal), row]));
    await db
      .insertInto('retried_writes')
      .values(
        chunk.map((ordinal) => {
          const row = rowOf.get(ordinal);
          return { run, round, work_type: workType, ordinal, was, code: row?.refusal_code ?? reasonOf.get(ordinal) ?? null, refusal: row?.refusal ?? null, attempt: row?.attempt ?? 0, settled_at: row?.settled_at ?? null };
        }),
      )
      .execute();
    await changeTallies(db, { run, workType }, settled.map(({ batch, outcome }) => ({ batch, word: outcome ?? '', by: -1 })));
  }
}

/** Partitions go on counting, and each begins where it would in a plan: no batch has a number twice. */
export async function nextPartition(db: Transaction<Tables>, stagingId: string, workType: WorkType): Promise<number> {
  const last = await db.selectFrom('planned_partitions').select('partition').where('staging_id', '=', stagingId).where('work_type', '=', workType).orderBy('partition', 'desc').limit(1).executeTakeFirst();
  return last === undefined ? 0 : last.partition + 1;
}

export async function addPartitions(db: Transaction<Tables>, { stagingId, round }: Round, workType: WorkType, first: number, sizes: readonly number[]): Promise<void> {
  const rows = inChunks(sizes, BATCHES_PER_PARTITION).map((counts, index) => ({
    staging_id: stagingId, work_type: workType, partition: first + index, first_batch: (first + index) * BATCHES_PER_PARTITION, batch_counts: JSON.stringify(counts), round,
  }));
  for (const chunk of inChunks(rows)) {
    await db.insertInto('planned_partitions').values([...chunk]).execute();
  }
}
