/** What is said of the pace at every call, and asked before every batch. */
import type { Lane } from '../domain/pace';
import { nowMs } from './database';
import { statement } from './statement';

/** Locks the portal's row, and tells the time. */
export const lockPortal = statement((db, given: { portalId: string }) =>
  db
    .updateTable('pace_portals')
    .set((row) => ({ seen_before_ms: row.ref('last_seen_ms'), last_seen_ms: nowMs }))
    .where('portal_id', '=', given.portalId)
    .returning(['rate', 'halved_until_ms', 'seen_before_ms', 'last_seen_ms']),
);

/** As `lockPortal`, without the lock. */
export const readPortal = statement((db, given: { portalId: string }) => db.selectFrom('pace_portals').select(['rate', 'halved_until_ms', nowMs.as('now_ms')]).where('portal_id', '=', given.portalId));

export const countPermits = statement((db, given: { portalId: string; nowMs: number }) =>
  db
    .selectFrom('pace_permits')
    .select((row) => row.fn.countAll().as('count'))
    .where('portal_id', '=', given.portalId)
    .where('expires_ms', '>', given.nowMs),
);

/** @param given `second` is `first` once more where a call counts in one lane */
export const readLanes = statement((db, given: { portalId: string; first: Lane; second: Lane }) =>
  db.selectFrom('pace_lanes').selectAll().select(nowMs.as('now_ms')).where('portal_id', '=', given.portalId).where('lane', 'in', [given.first, given.second]),
);

export const moveLane = statement((db, given: { portalId: string; lane: Lane; nextFreeMs: number }) =>
  db.updateTable('pace_lanes').set({ next_free_ms: given.nextFreeMs }).where('portal_id', '=', given.portalId).where('lane', '=', given.lane),
);

export const lease = statement((db, given: { portalId: string; permit: string; expiresMs: number }) =>
  db
    .insertInto('pace_permits')
    .values({ portal_id: given.portalId, permit: given.permit, expires_ms: given.expiresMs })
    .onConflict((conflict) => conflict.columns(['portal_id', 'permit']).doUpdateSet({ expires_ms: given.expiresMs })),
);

export const endLease = statement((db, given: { portalId: string; permit: string }) => db.deleteFrom('pace_permits').where('portal_id', '=', given.portalId).where('permit', '=', given.permit));

/** Null: as it was. */
export const saveDaily = statement((db, given: { portalId: string; limit: number | null; remaining: number | null }) =>
  db
    .updateTable('pace_portals')
    .set((row) => ({ daily_limit: row.fn.coalesce(row.val(given.limit), 'daily_limit'), daily_remaining: row.fn.coalesce(row.val(given.remaining), 'daily_remaining'), learned_ms: nowMs }))
    .where('portal_id', '=', given.portalId),
);

/** What is left of the day, and how many calls the general window has. */
export const readDay = statement((db, given: { portalId: string }) =>
  db
    .selectFrom('pace_portals as portal')
    .innerJoin('pace_lanes as lane', 'lane.portal_id', 'portal.portal_id')
    .select(['portal.daily_limit', 'portal.daily_remaining', 'portal.learned_ms', 'lane.window_limit'])
    .where('portal.portal_id', '=', given.portalId)
    .where('lane.lane', '=', 'general'),
);
