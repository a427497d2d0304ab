import type { Transaction } from 'kysely';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { WorkType } from '../domain/phase';
import { EXAMPLES_A_GROUP } from '../domain/problem-group';
import type { ProblemCount } from '../domain/problem-group';
import type { LedgerDatabase } from './database';
import { parseNullableJsonColumn, refusalSchema } from './json-columns';
import { stagingIdOf } from './run-store';
import type { Tables } from './tables';

const PAGE = 2_000;

/** Counts by cause, with the first ordinals of each. Grows with the number of causes; refusals are read page by page, because their property stands in JSON. */
export async function readProblemCounts(database: LedgerDatabase, run: string): Promise<readonly ProblemCount[]> {
  return [...(await countRefusals(database, run)), ...(await database.read((db) => countLeftOut(db, run)))];
}

async function countRefusals(database: LedgerDatabase, run: string): Promise<readonly ProblemCount[]> {
  const groups = new Map<string, ProblemCount & { count: number; readonly ordinals: number[] }>();
  for (const workType of [...OBJECT_TYPES, ...ASSOCIATION_TYPES]) {
    for (let afterOrdinal = -1; ; ) {
      const place = afterOrdinal;
      const page = await database.read((db) => refusalPage(db, run, workType, place));
      for (const { ordinal, refusal_code: code, refusal } of page) {
        const property = parseNullableJsonColumn(refusalSchema, refusal, 'writes.refusal')?.property ?? null;
        const key = JSON.stringify([workType, code, property]);
        const group = groups.get(key) ?? { what: 'failed' as const, workType, code: code ?? '', property, count: 0, ordinals: [] };
        group.count += 1;
        if (group.ordinals.length < EXAMPLES_A_GROUP) {
          group.ordinals.push(Number(ordinal));
        }
        groups.set(key, group);
      }
      const last = page.at(-1);
      if (last === undefined) {
        break;
      }
      afterOrdinal = Number(last.ordinal);
      await database.breathe();
    }
  }
  return [...groups.values()];
}

const refusalPage = (db: Transaction<Tables>, run: string, workType: WorkType, afterOrdinal: number) =>
  db
    .selectFrom('writes')
    .select(['ordinal', 'refusal_code', 'refusal'])
    .where('run', '=', run)
    .where('work_type', '=', workType)
    .where('refusal_code', 'is not', null)
    .where('ordinal', '>', afterOrdinal)
    .orderBy('ordinal')
    .limit(PAGE)
    .execute();

async function countLeftOut(db: Transaction<Tables>, run: string): Promise<readonly ProblemCount[]> {
  const stagingId = await stagingIdOf(db, run);
  const counts: ProblemCount[] = [];
  for (const objectType of OBJECT_TYPES) {
    const ofType = db.selectFrom('planned_records').where('staging_id', '=', stagingId).where('object_type', '=', objectType).where('action', '=', 'left-out');
    const groups = await ofType.select((row) => ['reason', 'reason_code', row.fn.countAll().as('count')]).groupBy(['reason', 'reason_code']).execute();
    for (const { reason, reason_code: code, count } of groups) {
      const first = await ofType.select('ordinal').where('reason', 'is', reason).where('reason_code', 'is', code).orderBy('ordinal').limit(EXAMPLES_A_GROUP).execute();
      counts.push({ what: 'skipped', workType: objectType, code: code === null || code === reason ? (reason ?? '') : `${reason ?? ''} ${code}`, property: null, count: Number(count), ordinals: first.map(({ ordinal }) => Number(ordinal)) });
    }
  }
  return counts;
}
