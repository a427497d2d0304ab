import type { Transaction } from 'kysely';
import { lockPortal } from './pace-statements';
import type { Tables } from './tables';

// A clock that is set back by more than this is followed: all times in the tables move with it.
const CLOCK_JUMP_MS = 1_000;

/** The portal's row at the beginning of a transaction that changes the pace. */
export interface Turn {
  readonly nowMs: number;
  readonly rate: number;
  readonly halvedUntilMs: number;
}

/**
 * First statement of every transaction that changes the pace: it locks the portal's row, so that takers on any worker go one after another.
 * Where the clock was set back, all times move back with it; otherwise everybody would wait for the old time to come round again.
 */
export async function takeTurn(db: Transaction<Tables>, portalId: string): Promise<Turn> {
  const [portal] = await lockPortal(db, { portalId });
  if (portal === undefined) {
    throw new Error(`Nothing is known of the pace of portal ${portalId}.`);
  }
  const nowMs = Number(portal.last_seen_ms);
  const halvedUntilMs = Number(portal.halved_until_ms);
  const backMs = Number(portal.seen_before_ms) - nowMs;
  if (backMs <= CLOCK_JUMP_MS) {
    return { nowMs, rate: portal.rate, halvedUntilMs };
  }
  await db
    .updateTable('pace_lanes')
    .set((row) => ({ next_free_ms: row('next_free_ms', '-', backMs), closed_until_ms: row('closed_until_ms', '-', backMs) }))
    .where('portal_id', '=', portalId)
    .execute();
  await db.updateTable('pace_permits').set((row) => ({ expires_ms: row('expires_ms', '-', backMs) })).where('portal_id', '=', portalId).execute();
  await db.updateTable('pace_portals').set({ halved_until_ms: halvedUntilMs - backMs }).where('portal_id', '=', portalId).execute();
  return { nowMs, rate: portal.rate, halvedUntilMs: halvedUntilMs - backMs };
}
