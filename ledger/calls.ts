/** How many calls a run has made, by phase and kind. Counted in the commit that gives a call's permit back. */
import type { Transaction } from 'kysely';
import type { CallKind, CountedCall } from '../domain/pace';
import { PHASES } from '../domain/phase';
import type { Phase } from '../domain/phase';
import { statement } from './statement';
import type { Tables } from './tables';

// 429: HubSpot, usage guidelines, 2026-09.
const TOO_MANY_REQUESTS = 429;

const addCall = statement((db, given: { run: string; phase: Phase; kind: CallKind; tooMany: number; failed: number; durationMs: number }) =>
  db
    .insertInto('calls')
    .values({ run: given.run, phase: given.phase, kind: given.kind, count: 1, too_many: given.tooMany, failed: given.failed, duration_ms: given.durationMs })
    .onConflict((conflict) =>
      conflict.columns(['run', 'phase', 'kind']).doUpdateSet((row) => ({
        count: row('calls.count', '+', 1),
        too_many: row('calls.too_many', '+', given.tooMany),
        failed: row('calls.failed', '+', given.failed),
        duration_ms: row('calls.duration_ms', '+', given.durationMs),
      })),
    ),
);

export async function countCall(db: Transaction<Tables>, { run, phase, kind, status, durationMs }: CountedCall): Promise<void> {
  await addCall(db, { run, phase, kind, tooMany: status === TOO_MANY_REQUESTS ? 1 : 0, failed: status === null || status >= 500 ? 1 : 0, durationMs });
}

export async function readCalls(db: Transaction<Tables>, run: string): Promise<readonly { readonly phase: string; readonly kind: string; readonly count: number; readonly tooMany: number }[]> {
  const rows = await db.selectFrom('calls').select(['phase', 'kind', 'count', 'too_many']).where('run', '=', run).execute();
  return rows
    .map((row) => ({ phase: row.phase, kind: row.kind, count: Number(row.count), tooMany: Number(row.too_many) }))
    .sort((one, other) => PHASES.indexOf(one.phase) - PHASES.indexOf(other.phase) || one.kind.localeCompare(other.kind));
}
