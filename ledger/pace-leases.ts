import type { LedgerDatabase } from './database';
import { takeTurn } from './pace-turn';

// As long as Temporal waits for a worker's sign of life: what a worker that was killed had in flight holds nobody up for longer.
export const PERMIT_LEASE_MS = 5_000;
const RENEW_EVERY_MS = 1_000;

export interface LeaseOptions {
  readonly database: LedgerDatabase;
  readonly portalId: string;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Renews the permits of this process for as long as they are held: a call may take 110 s, and a lease that long would outlive its worker. */
export function createLeases({ database, portalId, sleep }: LeaseOptions): { hold(permit: string): void; letGo(permit: string): void } {
  const held = new Set<string>();
  let renewing: AbortController | null = null;

  const renewWhileHeld = async (stop: AbortSignal): Promise<void> => {
    while (!stop.aborted) {
      await sleep(RENEW_EVERY_MS, stop);
      await renewPermits(database, portalId, [...held]);
    }
  };
  return {
    hold(permit) {
      held.add(permit);
      if (renewing === null) {
        const stop = new AbortController();
        renewing = stop;
        // A renewal that failed (a full disk, a closed ledger) ends it until the next permit: the leases run out, which only lets more calls in.
        renewWhileHeld(stop.signal)
          .catch(() => undefined)
          .finally(() => (renewing = renewing === stop ? null : renewing));
      }
    },
    letGo(permit) {
      held.delete(permit);
      if (held.size === 0) {
        renewing?.abort();
        renewing = null;
      }
    },
  };
}

/** Leases that have run out are cleared away with it. */
async function renewPermits(database: LedgerDatabase, portalId: string, permits: readonly string[]): Promise<void> {
  await database.writeUnsynced('renew-permits', async (db) => {
    const { nowMs } = await takeTurn(db, portalId);
    await db
      .updateTable('pace_permits')
      .set({ expires_ms: nowMs + PERMIT_LEASE_MS })
      .where('portal_id', '=', portalId)
      .where('permit', 'in', [...permits])
      .where('expires_ms', '<', nowMs + PERMIT_LEASE_MS)
      .execute();
    await db.deleteFrom('pace_permits').where('portal_id', '=', portalId).where('expires_ms', '<=', nowMs).execute();
  });
}
