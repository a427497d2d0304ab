/** What went wrong in a run, record by record: in doubt, and refused. */
import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { WorkType } from '../domain/phase';
import type { InDoubt, NamedRefusal, Refused } from '../domain/problem';
import { parseNullableJsonColumn, refusalSchema } from './json-columns';
import { stagingIdOf } from './run-store';
import type { Tables } from './tables';

const WORK_TYPES: readonly WorkType[] = [...OBJECT_TYPES, ...ASSOCIATION_TYPES];

/** In the order in which types are written; of each type the first `limit` ordinals. */
export async function readInDoubt(db: Transaction<Tables>, run: string, limit: number): Promise<readonly InDoubt[]> {
  const rows = await inDoubtRows(db, run).select((row) => ['work_type', row.fn.countAll().as('count')]).groupBy('work_type').execute();
  const found: InDoubt[] = [];
  for (const workType of WORK_TYPES) {
    const count = Number(rows.find((row) => row.work_type === workType)?.count ?? 0);
    const oldest = count === 0 ? undefined : await inDoubtRows(db, run).select(['ordinal', 'sent_at']).where('work_type', '=', workType).orderBy('sent_at').orderBy('ordinal').limit(1).executeTakeFirst();
    if (oldest !== undefined) {
      const first = await inDoubtRows(db, run).select('ordinal').where('work_type', '=', workType).orderBy('ordinal').limit(limit).execute();
      found.push({ workType, count, ordinals: first.map(({ ordinal }) => Number(ordinal)), oldest: { ordinal: Number(oldest.ordinal), sentAt: oldest.sent_at ?? '' } });
    }
  }
  return found;
}

export async function readRefused(db: Transaction<Tables>, run: string, limit: number): Promise<readonly Refused[]> {
  const rows = await refusedRows(db, run).select((row) => ['work_type', row.fn.countAll().as('count')]).groupBy('work_type').execute();
  const found: Refused[] = [];
  for (const workType of WORK_TYPES) {
    const count = Number(rows.find((row) => row.work_type === workType)?.count ?? 0);
    if (count > 0) {
      const first = await refusedRows(db, run).select('ordinal').where('work_type', '=', workType).orderBy('ordinal').limit(limit).execute();
      found.push({ workType, count, ordinals: first.map(({ ordinal }) => Number(ordinal)) });
    }
  }
  return found;
}

/** With the portal's words; by type and source order. */
export async function readRefusals(db: Transaction<Tables>, run: string, limit: number): Promise<readonly NamedRefusal[]> {
  const stagingId = await stagingIdOf(db, run);
  const named: NamedRefusal[] = [];
  for (const workType of WORK_TYPES) {
    const rows = await refusedRows(db, run)
      .leftJoin('planned_records as planned', (join) => join.onRef('planned.ordinal', '=', 'writes.ordinal').on('planned.staging_id', '=', stagingId).on(sql<boolean>`planned.object_type = ${workType}`))
      .select(['writes.ordinal', 'writes.refusal', 'planned.source_id'])
      .where('work_type', '=', workType)
      .orderBy('writes.ordinal')
      .limit(Math.max(0, limit - named.length))
      .execute();
    for (const { ordinal, refusal: text, source_id: sourceId } of rows) {
      const refusal = parseNullableJsonColumn(refusalSchema, text, 'writes.refusal');
      if (refusal !== null) {
        named.push({ workType, ordinal: Number(ordinal), sourceId, refusal });
      }
    }
  }
  return named;
}

const inDoubtRows = (db: Transaction<Tables>, run: string) => db.selectFrom('writes').where('writes.run', '=', run).where('writes.state', '=', sql.lit('sent')).where('writes.outcome', 'is', null);

const refusedRows = (db: Transaction<Tables>, run: string) => db.selectFrom('writes').where('writes.run', '=', run).where('writes.refusal_code', 'is not', null);
