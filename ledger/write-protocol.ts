/**
 * The bookkeeping that records and associations share: sent before the call, outcome after it, once.
 * Each change is one compare-and-set statement, and its tally changes in the same transaction, so the sums hold wherever a process dies.
 */
import type { Insertable, Transaction } from 'kysely';
import type { WorkType } from '../domain/phase';
import type { Refusal } from '../domain/record-outcome';
import { byKey, inChunks } from './database';
import type { UndoState } from './ledger';
import { refuseUndone } from './run-store';
import { statement } from './statement';
import type { Tables } from './tables';

export interface Work {
  readonly run: string;
  readonly workType: WorkType;
}
export interface Attempt {
  readonly ordinal: number;
  readonly attempt: number;
}
export interface SettledRow {
  readonly ordinal: number;
  /** Where given, the outcome is written only while the row still is at this attempt: who was overtaken has nothing to say. */
  readonly attempt?: number;
  readonly batch: number;
  readonly outcome: string;
  readonly targetId: string | null;
  readonly refusal: Refusal | null;
  readonly postImage: string | null;
}

type Change = { readonly batch: number; readonly word: string; readonly by: number };

/** @param batchOf the batch of each planned ordinal; what is in no batch is never sent. @returns the ordinals taken, ascending. @throws IdentityError `run-undone` */
export async function markSent(db: Transaction<Tables>, work: Work, records: readonly Attempt[], batchOf: ReadonlyMap<number, number>, now: string): Promise<readonly number[]> {
  await refuseUndone(db, work.run);
  const taken: { ordinal: number; batch: number }[] = [];
  for (const [attempt, group] of byKey(records, (record) => record.attempt)) {
    for (const chunk of inChunks(group)) {
      const planned = chunk.flatMap(({ ordinal }) => {
        const batch = batchOf.get(ordinal);
        return batch === undefined ? [] : [{ ordinal, batch }];
      });
      if (planned.length > 0) {
        taken.push(...(attempt === 0 ? await sendFirst(db, work, planned, now) : await sendAgain(db, work, planned, attempt, now)));
      }
    }
  }
  await changeTallies(db, work, taken.map(({ batch }) => ({ batch, word: 'in-doubt', by: 1 })));
  return taken.map(({ ordinal }) => ordinal).sort((one, other) => one - other);
}

async function sendFirst(db: Transaction<Tables>, work: Work, planned: readonly { readonly ordinal: number; readonly batch: number }[], now: string): Promise<{ ordinal: number; batch: number }[]> {
  const rows = await db
    .insertInto('writes')
    .values(planned.map(({ ordinal, batch }) => ({ ...firstRow(work, ordinal, batch), state: 'sent' as const, attempt: 1, sent_at: now })))
    .onConflict((conflict) =>
      conflict
        .columns(['run', 'work_type', 'ordinal'])
        .doUpdateSet({ state: 'sent', attempt: 1, sent_at: now })
        .where('writes.attempt', '=', 0)
        .where('writes.state', '=', 'unsent')
        .where('writes.outcome', 'is', null),
    )
    .returning(['ordinal', 'batch'])
    .execute();
  return rows.map((row) => ({ ordinal: Number(row.ordinal), batch: row.batch }));
}

async function sendAgain(db: Transaction<Tables>, work: Work, planned: readonly { readonly ordinal: number }[], attempt: number, now: string): Promise<{ ordinal: number; batch: number }[]> {
  const rows = await db
    .updateTable('writes')
    .set({ state: 'sent', attempt: attempt + 1, sent_at: now })
    .where('run', '=', work.run)
    .where('work_type', '=', work.workType)
    .where('ordinal', 'in', planned.map(({ ordinal }) => ordinal))
    .where('attempt', '=', attempt)
    .where('state', '=', 'unsent')
    .where('outcome', 'is', null)
    .returning(['ordinal', 'batch'])
    .execute();
  return rows.map((row) => ({ ordinal: Number(row.ordinal), batch: row.batch }));
}

export async function clearSent(db: Transaction<Tables>, work: Work, records: readonly Attempt[]): Promise<void> {
  const cleared: { batch: number }[] = [];
  for (const [attempt, group] of byKey(records, (record) => record.attempt)) {
    for (const chunk of inChunks(group)) {
      const rows = await db
        .updateTable('writes')
        .set({ state: 'unsent', sent_at: null })
        .where('run', '=', work.run)
        .where('work_type', '=', work.workType)
        .where('ordinal', 'in', chunk.map(({ ordinal }) => ordinal))
        .where('attempt', '=', attempt)
        .where('state', '=', 'sent')
        .where('outcome', 'is', null)
        .returning('batch')
        .execute();
      cleared.push(...rows);
    }
  }
  await changeTallies(db, work, cleared.map(({ batch }) => ({ batch, word: 'in-doubt', by: -1 })));
}

/** @returns the ordinals that had no outcome before */
export async function settleOnce(db: Transaction<Tables>, work: Work, rows: readonly SettledRow[], now: string): Promise<ReadonlySet<number>> {
  const settled = new Set<number>();
  const changes: Change[] = [];
  // A statement may not touch a row twice: of two outcomes for one record the first counts.
  const firstOfEach = [...byKey(rows, (row) => row.ordinal).values()].flatMap((group) => group.slice(0, 1));
  const groups = byKey(firstOfEach, ({ attempt }) => (attempt === undefined ? 'any attempt' : 'its attempt'));
  for (const [owner, chunk] of [...groups].flatMap(([key, group]) => [...inChunks(group)].map((each) => [key, each] as const))) {
    const written = await db
      .insertInto('writes')
      .values(
        chunk.map(({ ordinal, attempt, batch, outcome, targetId, refusal, postImage }) => ({
          ...firstRow(work, ordinal, batch),
          attempt: attempt ?? 0,
          outcome,
          target_id: targetId,
          refusal_code: refusal?.code ?? null,
          refusal: refusal ? JSON.stringify(refusal) : null,
          post_image: postImage,
          settled_at: now,
        })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['run', 'work_type', 'ordinal'])
          .doUpdateSet((row) => ({
            outcome: row.ref('excluded.outcome'),
            target_id: row.fn.coalesce('excluded.target_id', 'writes.target_id'),
            refusal_code: row.ref('excluded.refusal_code'),
            refusal: row.ref('excluded.refusal'),
            post_image: row.ref('excluded.post_image'),
            settled_at: row.ref('excluded.settled_at'),
          }))
          .where((row) => row.and([row('writes.outcome', 'is', null), ...(owner === 'its attempt' ? [row('writes.attempt', '=', row.ref('excluded.attempt'))] : [])])),
      )
      .returning(['ordinal', 'batch', 'state', 'outcome'])
      .execute();
    for (const { ordinal, batch, state, outcome } of written) {
      settled.add(Number(ordinal));
      changes.push({ batch, word: outcome ?? '', by: 1 });
      if (state === 'sent') {
        changes.push({ batch, word: 'in-doubt', by: -1 });
      }
    }
  }
  await changeTallies(db, work, changes);
  return settled;
}

/** An undo that ended stays as it ended; one that failed may be tried again. @returns the ordinals that were changed */
export async function settleUndo(db: Transaction<Tables>, work: Work, settlements: readonly { readonly ordinal: number; readonly state: UndoState; readonly code: string | null }[], now: string): Promise<readonly number[]> {
  const changed: number[] = [];
  for (const [, group] of byKey(settlements, ({ state, code }) => `${state} ${code ?? ''}`)) {
    const [first] = group;
    if (!first) {
      continue;
    }
    for (const chunk of inChunks(group)) {
      const rows = await db
        .updateTable('writes')
        .set({ undo: first.state, undo_code: first.code, undo_at: now })
        .where('run', '=', work.run)
        .where('work_type', '=', work.workType)
        .where('ordinal', 'in', chunk.map(({ ordinal }) => ordinal))
        .where('outcome', 'in', ['created', 'updated', 'added'])
        .where((row) => row.or([row('undo', 'is', null), row('undo', 'in', ['pending', 'sent', 'failed'])]))
        .returning('ordinal')
        .execute();
      changed.push(...rows.map((row) => Number(row.ordinal)));
    }
  }
  return changed;
}

/** What a row begins with; all else is null. */
export function firstRow(work: Work, ordinal: number, batch: number): Insertable<Tables['writes']> {
  return { run: work.run, work_type: work.workType, ordinal, batch, state: 'unsent', attempt: 0 };
}

const changeTally = statement((db, given: { run: string; workType: WorkType; batch: number; word: string; by: number }) =>
  db
    .insertInto('batch_tallies')
    .values({ run: given.run, work_type: given.workType, batch: given.batch, word: given.word, count: given.by })
    .onConflict((conflict) => conflict.columns(['run', 'work_type', 'batch', 'word']).doUpdateSet((row) => ({ count: row('batch_tallies.count', '+', given.by) }))),
);

/** Sums by batch move with the rows that they count. */
export async function changeTallies(db: Transaction<Tables>, work: Work, changes: readonly Change[]): Promise<void> {
  for (const [, group] of byKey(changes, ({ batch, word }) => `${batch} ${word}`)) {
    const by = group.reduce((sum, change) => sum + change.by, 0);
    const [first] = group;
    if (!first || by === 0) {
      continue;
    }
    await changeTally(db, { ...work, batch: first.batch, word: first.word, by });
  }
}
