/**
 * The pace of one portal, shared by every worker on this ledger: slots evenly spaced on the database's clock, and permits for calls in flight.
 * No window of the portal's length ever holds more slots than its limit, and with work waiting at least 95 % of them are used.
 */
import type { Transaction } from 'kysely';
import { randomUUID } from 'node:crypto';
import type { Lane, LimitFacts } from '../domain/pace';
import type { LedgerDatabase } from './database';
import type { PaceStore } from './ledger';
import { latenessAllowedMs, spacingMs } from './pace-spacing';
import type { LaneLimit } from './pace-spacing';
import type { Tables } from './tables';
import { createTurns } from './turns';

const LANES: readonly Lane[] = ['general', 'search', 'associations'];
const PERMITS = 24;
const HALVED_PERMITS = 12;
// 423: design of pace in docs/; a minute is enough for the portal to let go of its locks.
const HALVED_FOR_MS = 60_000;
// As long as Temporal waits for a worker's sign of life: what a worker that was killed had in flight holds nobody up for longer.
const PERMIT_LEASE_MS = 5_000;
const RENEW_EVERY_MS = 1_000;
const PERMIT_POLL_MS = 25;
const LEARN_DAILY_EVERY_MS = 1_000;
// A clock that is set back by more than this is followed: all times in the tables move with it.
const CLOCK_JUMP_MS = 1_000;
const LEAST_RATE = 0.01;

export interface PaceOptions {
  readonly database: LedgerDatabase;
  readonly portalId: string;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly monotonicMs: () => number;
}

interface Slot {
  readonly slotMs: number;
  readonly waitMs: number;
  readonly latenessAllowedMs: number;
}

export function createPaceStore({ database, portalId, sleep, monotonicMs }: PaceOptions): PaceStore {
  const turns = createTurns();
  const leases = createLeases({ database, portalId, sleep });
  /** The limits as the database has them, so that an answer that says nothing new costs no write. */
  const known = new Map<Lane, LaneLimit>();
  let rowsMade: Promise<void> | null = null;
  let unsavedDaily: Pick<LimitFacts, 'dailyLimit' | 'dailyRemaining'> | null = null;
  let dailySavedAtMs = -Infinity;

  const ready = async () => {
    rowsMade ??= makeRows(database, portalId);
    try {
      await rowsMade;
    } catch (error) {
      rowsMade = null;
      throw error;
    }
  };

  const takePermit = async (lanes: readonly Lane[], signal: AbortSignal): Promise<{ readonly permit: string; readonly slot: Slot }> => {
    for (;;) {
      signal.throwIfAborted();
      const permit = randomUUID();
      const slot = await database.writeUnsynced('take-slot', async (db) => {
        await followClock(db, database, portalId);
        return (await freePermits(db, database, portalId)) > 0 ? takeSlot(db, database, portalId, lanes, permit, known) : null;
      });
      if (slot) {
        return { permit, slot };
      }
      // Asked over and over while all permits are out, hence without the write lock.
      do {
        await sleep(PERMIT_POLL_MS, signal);
      } while ((await database.read((db) => freePermits(db, database, portalId))) <= 0);
    }
  };

  const saveDaily = async () => {
    const facts = unsavedDaily;
    if (!facts) {
      return;
    }
    unsavedDaily = null;
    dailySavedAtMs = monotonicMs();
    await database.writeUnsynced('save-daily', async (db) => {
      await db
        .updateTable('pace_portals')
        .set({
          ...(facts.dailyLimit === null ? {} : { daily_limit: facts.dailyLimit }),
          ...(facts.dailyRemaining === null ? {} : { daily_remaining: facts.dailyRemaining }),
          learned_ms: database.nowMs,
        })
        .where('portal_id', '=', portalId)
        .execute();
    });
  };

  return {
    async enter(lanes, signal) {
      await ready();
      // In order of arrival: only the first in the queue asks the database for a permit.
      const entered = await turns.inTurn(signal, () => takePermit(lanes, signal));
      leases.hold(entered.permit);
      const release = () => {
        leases.letGo(entered.permit);
        return releasePermit(database, portalId, entered.permit);
      };
      try {
        for (let slot = entered.slot; ; ) {
          if (slot.waitMs > 0) {
            await sleep(Math.ceil(slot.waitMs), signal);
          }
          signal.throwIfAborted();
          if (await database.read((db) => mayGo(db, database, portalId, lanes, slot))) {
            return { release };
          }
          slot = await database.writeUnsynced('take-another-slot', async (db) => {
            await followClock(db, database, portalId);
            return takeSlot(db, database, portalId, lanes, entered.permit, known);
          });
        }
      } catch (error) {
        await release();
        throw error;
      }
    },

    async learn({ lane, windowMs, windowLimit, dailyLimit, dailyRemaining }) {
      await ready();
      if (windowMs !== null && windowLimit !== null && windowMs > 0 && windowLimit > 0) {
        const limit = known.get(lane);
        if (limit?.windowMs !== windowMs || limit.windowLimit !== windowLimit) {
          await database.writeUnsynced('learn-limit', async (db) => {
            await db.updateTable('pace_lanes').set({ window_ms: windowMs, window_limit: windowLimit }).where('portal_id', '=', portalId).where('lane', '=', lane).execute();
          });
          known.set(lane, { windowMs, windowLimit });
        }
      }
      if (dailyLimit !== null || dailyRemaining !== null) {
        unsavedDaily = { dailyLimit: dailyLimit ?? unsavedDaily?.dailyLimit ?? null, dailyRemaining: dailyRemaining ?? unsavedDaily?.dailyRemaining ?? null };
        if (monotonicMs() - dailySavedAtMs >= LEARN_DAILY_EVERY_MS) {
          await saveDaily();
        }
      }
    },

    async close(lane, forMs) {
      await ready();
      await database.writeUnsynced('close-lane', async (db) => {
        const { nowMs } = await followClock(db, database, portalId);
        await db
          .updateTable('pace_lanes')
          .set({ closed_until_ms: nowMs + forMs })
          .where('portal_id', '=', portalId)
          .where('lane', '=', lane)
          .where('closed_until_ms', '<', nowMs + forMs)
          .execute();
      });
    },

    async halve() {
      await ready();
      await database.writeUnsynced('halve-permits', async (db) => {
        const { nowMs } = await followClock(db, database, portalId);
        await db.updateTable('pace_portals').set({ halved_until_ms: nowMs + HALVED_FOR_MS }).where('portal_id', '=', portalId).execute();
      });
    },

    async setRate(rate) {
      await ready();
      await database.write('set-rate', async (db) => {
        await db.updateTable('pace_portals').set({ rate: Math.min(1, Math.max(LEAST_RATE, rate)) }).where('portal_id', '=', portalId).execute();
      });
    },

    async read() {
      await ready();
      await saveDaily();
      return database.read(async (db) => {
        const portal = await db.selectFrom('pace_portals').selectAll().where('portal_id', '=', portalId).executeTakeFirst();
        const general = await db.selectFrom('pace_lanes').select('window_limit').where('portal_id', '=', portalId).where('lane', '=', 'general').executeTakeFirst();
        return {
          dailyLimit: toNumber(portal?.daily_limit),
          dailyRemaining: toNumber(portal?.daily_remaining),
          learnedAt: portal?.learned_ms == null ? null : new Date(Number(portal.learned_ms)).toISOString(),
          windowLimit: toNumber(general?.window_limit),
        };
      });
    },
  };
}

/** Renews the permits of this process for as long as they are held: a call may take 110 s, and a lease that long would outlive its worker. */
function createLeases({ database, portalId, sleep }: Pick<PaceOptions, 'database' | 'portalId' | 'sleep'>): { hold(permit: string): void; letGo(permit: string): void } {
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

const toNumber = (value: number | null | undefined) => (value == null ? null : Number(value));

async function makeRows(database: LedgerDatabase, portalId: string): Promise<void> {
  await database.writeUnsynced('make-pace', async (db) => {
    await db
      .insertInto('pace_portals')
      .values({ portal_id: portalId, rate: 1, daily_limit: null, daily_remaining: null, learned_ms: null, halved_until_ms: 0, last_seen_ms: 0, turns: 0 })
      .onConflict((conflict) => conflict.column('portal_id').doNothing())
      .execute();
    await db
      .insertInto('pace_lanes')
      .values(LANES.map((lane) => ({ portal_id: portalId, lane, window_ms: null, window_limit: null, next_free_ms: 0, closed_until_ms: 0 })))
      .onConflict((conflict) => conflict.columns(['portal_id', 'lane']).doNothing())
      .execute();
  });
}

/**
 * First statement of every transaction that changes the pace: it locks the portal's row, so that takers on any worker go one after another.
 * Where the clock was set back, all times move back with it; otherwise everybody would wait for the old time to come round again.
 */
async function followClock(db: Transaction<Tables>, database: LedgerDatabase, portalId: string): Promise<{ readonly nowMs: number; readonly rate: number }> {
  const portal = await db
    .updateTable('pace_portals')
    .set((row) => ({ turns: row('turns', '+', 1) }))
    .where('portal_id', '=', portalId)
    .returning(['rate', 'last_seen_ms', database.nowMs.as('now_ms')])
    .executeTakeFirstOrThrow();
  const nowMs = Number(portal.now_ms);
  const backMs = Number(portal.last_seen_ms) - nowMs;
  if (backMs > CLOCK_JUMP_MS) {
    await db
      .updateTable('pace_lanes')
      .set((row) => ({ next_free_ms: row('next_free_ms', '-', backMs), closed_until_ms: row('closed_until_ms', '-', backMs) }))
      .where('portal_id', '=', portalId)
      .execute();
    await db.updateTable('pace_permits').set((row) => ({ expires_ms: row('expires_ms', '-', backMs) })).where('portal_id', '=', portalId).execute();
    await db.updateTable('pace_portals').set((row) => ({ halved_until_ms: row('halved_until_ms', '-', backMs) })).where('portal_id', '=', portalId).execute();
  }
  await db.updateTable('pace_portals').set({ last_seen_ms: nowMs }).where('portal_id', '=', portalId).execute();
  return { nowMs, rate: portal.rate };
}

async function freePermits(db: Transaction<Tables>, database: LedgerDatabase, portalId: string): Promise<number> {
  const portal = await db.selectFrom('pace_portals').select(['halved_until_ms', 'last_seen_ms', database.nowMs.as('now_ms')]).where('portal_id', '=', portalId).executeTakeFirstOrThrow();
  const nowMs = Number(portal.now_ms);
  const { count } = await db
    .selectFrom('pace_permits')
    .select((row) => row.fn.countAll().as('count'))
    .where('portal_id', '=', portalId)
    .where('expires_ms', '>', nowMs)
    .executeTakeFirstOrThrow();
  return (Number(portal.halved_until_ms) > nowMs ? HALVED_PERMITS : PERMITS) - Number(count);
}

/** The next slot that is free in all the lanes, and the permit's lease up to the end of the call that begins there. */
async function takeSlot(db: Transaction<Tables>, database: LedgerDatabase, portalId: string, lanes: readonly Lane[], permit: string, known: Map<Lane, LaneLimit>): Promise<Slot> {
  const { rate, now_ms: now } = await db.selectFrom('pace_portals').select(['rate', database.nowMs.as('now_ms')]).where('portal_id', '=', portalId).executeTakeFirstOrThrow();
  const nowMs = Number(now);
  const rows = await db.selectFrom('pace_lanes').selectAll().where('portal_id', '=', portalId).where('lane', 'in', [...lanes]).execute();
  const slotMs = Math.max(nowMs, ...rows.flatMap((row) => [Number(row.next_free_ms), Number(row.closed_until_ms)]));
  let lateMs = Infinity;
  for (const { lane, window_ms: windowMs, window_limit: windowLimit } of rows) {
    const limit = windowMs === null || windowLimit === null ? null : { windowMs: Number(windowMs), windowLimit: Number(windowLimit) };
    if (limit) {
      known.set(lane, limit);
    }
    lateMs = Math.min(lateMs, latenessAllowedMs(lane, limit));
    await db.updateTable('pace_lanes').set({ next_free_ms: slotMs + spacingMs(lane, limit, rate) }).where('portal_id', '=', portalId).where('lane', '=', lane).execute();
  }
  await db.deleteFrom('pace_permits').where('portal_id', '=', portalId).where('expires_ms', '<=', nowMs).execute();
  const lease = { expires_ms: Math.ceil(slotMs) + PERMIT_LEASE_MS };
  await db
    .insertInto('pace_permits')
    .values({ portal_id: portalId, permit, ...lease })
    .onConflict((conflict) => conflict.columns(['portal_id', 'permit']).doUpdateSet(lease))
    .execute();
  return { slotMs, waitMs: slotMs - nowMs, latenessAllowedMs: lateMs };
}

async function renewPermits(database: LedgerDatabase, portalId: string, permits: readonly string[]): Promise<void> {
  await database.writeUnsynced('renew-permits', async (db) => {
    const { nowMs } = await followClock(db, database, portalId);
    await db
      .updateTable('pace_permits')
      .set({ expires_ms: nowMs + PERMIT_LEASE_MS })
      .where('portal_id', '=', portalId)
      .where('permit', 'in', [...permits])
      .where('expires_ms', '<', nowMs + PERMIT_LEASE_MS)
      .execute();
  });
}

/** Right before the call: a slot whose time has gone by, or whose lane was closed meanwhile, must not be used. */
async function mayGo(db: Transaction<Tables>, database: LedgerDatabase, portalId: string, lanes: readonly Lane[], slot: Slot): Promise<boolean> {
  const rows = await db.selectFrom('pace_lanes').select(['closed_until_ms', database.nowMs.as('now_ms')]).where('portal_id', '=', portalId).where('lane', 'in', [...lanes]).execute();
  return rows.every((row) => Number(row.closed_until_ms) <= Number(row.now_ms) && Number(row.now_ms) - slot.slotMs <= slot.latenessAllowedMs);
}

async function releasePermit(database: LedgerDatabase, portalId: string, permit: string): Promise<void> {
  try {
    await database.writeUnsynced('release-permit', async (db) => {
      await db.deleteFrom('pace_permits').where('portal_id', '=', portalId).where('permit', '=', permit).execute();
    });
  } catch {
    // The call itself is over and must not fail for this; the lease ends by itself.
  }
}
