/**
 * The pace of one portal, shared by every worker on this ledger: slots evenly spaced on the database's clock, and permits for calls in flight.
 * No window of the portal's length ever holds more slots than its limit, and with work waiting at least 95 % of them are used.
 */
import type { Transaction } from 'kysely';
import { randomUUID } from 'node:crypto';
import type { CallLanes, CountedCall, Lane } from '../domain/pace';
import { countCall } from './calls';
import type { LedgerDatabase } from './database';
import type { PaceStore } from './ledger';
import { createLeases, PERMIT_LEASE_MS } from './pace-leases';
import { latenessAllowedMs, spacingMs } from './pace-spacing';
import type { LaneLimit } from './pace-spacing';
import { countPermits, endLease, lease, moveLane, readDay, readLanes, readPortal, saveDaily } from './pace-statements';
import { takeTurn } from './pace-turn';
import type { Turn } from './pace-turn';
import type { Tables } from './tables';
import { createTurns } from './turns';

const LANES: readonly Lane[] = ['general', 'search', 'associations'];
const PERMITS = 24;
const HALVED_PERMITS = 12;
// 423: design of pace in docs/; a minute is enough for the portal to let go of its locks.
const HALVED_FOR_MS = 60_000;
const PERMIT_POLL_MS = 25;
const LEAST_RATE = 0.01;

export interface PaceOptions {
  readonly database: LedgerDatabase;
  readonly portalId: string;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** One for all writers of a portal. `by`: the database of the one whose epoch is compared. */
export interface SharedPace extends PaceStore {
  setRate(rate: number, by?: LedgerDatabase): Promise<void>;
}

interface Slot {
  readonly slotMs: number;
  readonly waitMs: number;
  readonly latenessAllowedMs: number;
}

export function createPaceStore({ database, portalId, sleep }: PaceOptions): SharedPace {
  const turns = createTurns();
  const leases = createLeases({ database, portalId, sleep });
  /** The limits as the database has them, so that an answer that says nothing new costs no write. */
  const known = new Map<Lane, LaneLimit>();
  let rowsMade: Promise<void> | null = null;
  /** Saved when the call ends whose answer told it. */
  let unsavedDaily: Daily | null = null;

  const ready = async () => {
    rowsMade ??= makeRows(database, portalId);
    try {
      await rowsMade;
    } catch (error) {
      rowsMade = null;
      throw error;
    }
  };

  const takePermit = async (lanes: CallLanes, signal: AbortSignal): Promise<{ readonly permit: string; readonly slot: Slot }> => {
    for (;;) {
      signal.throwIfAborted();
      const permit = randomUUID();
      const slot = await database.writeUnsynced('take-slot', async (db) => {
        const turn = await takeTurn(db, portalId);
        return permitsOf(turn) > (await callsInFlight(db, portalId, turn)) ? takeSlot(db, { portalId, lanes, permit, turn, known }) : null;
      });
      if (slot) {
        return { permit, slot };
      }
      // Asked over and over while all permits are out, hence without the write lock.
      do {
        await sleep(PERMIT_POLL_MS, signal);
      } while (!(await database.read((db) => isPermitFree(db, portalId))));
    }
  };

  const endCall = async (permit: string, call: CountedCall | null): Promise<void> => {
    const daily = unsavedDaily;
    unsavedDaily = null;
    try {
      await database.writeUnsynced('end-call', async (db) => {
        await endLease(db, { portalId, permit });
        if (call) {
          await countCall(db, call);
        }
        if (daily) {
          await saveDaily(db, { portalId, ...daily });
        }
      });
    } catch {
      // The call itself is over and must not fail for this: its lease ends by itself, and the next answer tells anew what is left of the day.
    }
  };

  return {
    async enter(lanes, signal) {
      await ready();
      // In order of arrival: only the first in the queue asks the database for a permit.
      const entered = await turns.inTurn(signal, () => takePermit(lanes, signal));
      leases.hold(entered.permit);
      const end = (call: CountedCall | null): Promise<void> => {
        leases.letGo(entered.permit);
        return endCall(entered.permit, call);
      };
      try {
        for (let slot = entered.slot; ; ) {
          if (slot.waitMs > 0) {
            await sleep(Math.ceil(slot.waitMs), signal);
          }
          signal.throwIfAborted();
          if (mayGo(slot, await database.ask(readLanes, lanesAsked(portalId, lanes)))) {
            return { end };
          }
          slot = await database.writeUnsynced('take-another-slot', async (db) => takeSlot(db, { portalId, lanes, permit: entered.permit, turn: await takeTurn(db, portalId), known }));
        }
      } catch (error) {
        await end(null);
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
        const remembered = unsavedDaily ?? { limit: null, remaining: null };
        unsavedDaily = { limit: dailyLimit ?? remembered.limit, remaining: dailyRemaining ?? remembered.remaining };
      }
    },

    async close(lane, forMs) {
      await ready();
      await database.writeUnsynced('close-lane', async (db) => {
        const { nowMs } = await takeTurn(db, portalId);
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
        const { nowMs } = await takeTurn(db, portalId);
        await db.updateTable('pace_portals').set({ halved_until_ms: nowMs + HALVED_FOR_MS }).where('portal_id', '=', portalId).execute();
      });
    },

    async setRate(rate, by = database) {
      await ready();
      await by.write('set-rate', async (db) => {
        await db.updateTable('pace_portals').set({ rate: Math.min(1, Math.max(LEAST_RATE, rate)) }).where('portal_id', '=', portalId).execute();
      });
    },

    async read() {
      await ready();
      const [row] = await database.ask(readDay, { portalId });
      const learnedMs = toNumber(row?.learned_ms);
      return {
        dailyLimit: unsavedDaily?.limit ?? toNumber(row?.daily_limit),
        dailyRemaining: unsavedDaily?.remaining ?? toNumber(row?.daily_remaining),
        learnedAt: unsavedDaily ? database.nowIso : learnedMs === null ? null : new Date(learnedMs).toISOString(),
        windowLimit: toNumber(row?.window_limit),
      };
    },
  };
}

const toNumber = (value: number | null | undefined) => (value === null || value === undefined ? null : Number(value));

async function makeRows(database: LedgerDatabase, portalId: string): Promise<void> {
  await database.writeUnsynced('make-pace', async (db) => {
    await db
      .insertInto('pace_portals')
      .values({ portal_id: portalId, rate: 1, daily_limit: null, daily_remaining: null, learned_ms: null, halved_until_ms: 0, last_seen_ms: 0, seen_before_ms: 0 })
      .onConflict((conflict) => conflict.column('portal_id').doNothing())
      .execute();
    await db
      .insertInto('pace_lanes')
      .values(LANES.map((lane) => ({ portal_id: portalId, lane, window_ms: null, window_limit: null, next_free_ms: 0, closed_until_ms: 0 })))
      .onConflict((conflict) => conflict.columns(['portal_id', 'lane']).doNothing())
      .execute();
  });
}

const permitsOf = ({ nowMs, halvedUntilMs }: Turn): number => (halvedUntilMs > nowMs ? HALVED_PERMITS : PERMITS);

async function callsInFlight(db: Transaction<Tables>, portalId: string, { nowMs }: Turn): Promise<number> {
  const [row] = await countPermits(db, { portalId, nowMs });
  return Number(row?.count);
}

async function isPermitFree(db: Transaction<Tables>, portalId: string): Promise<boolean> {
  const [portal] = await readPortal(db, { portalId });
  if (portal === undefined) {
    return false;
  }
  const turn = { nowMs: Number(portal.now_ms), rate: portal.rate, halvedUntilMs: Number(portal.halved_until_ms) };
  return permitsOf(turn) > (await callsInFlight(db, portalId, turn));
}

interface SlotAsked {
  readonly portalId: string;
  readonly lanes: CallLanes;
  readonly permit: string;
  readonly turn: Turn;
  readonly known: Map<Lane, LaneLimit>;
}

/** The next slot that is free in all the lanes, and the permit's lease up to the end of the call that begins there. */
async function takeSlot(db: Transaction<Tables>, { portalId, lanes, permit, turn: { nowMs, rate }, known }: SlotAsked): Promise<Slot> {
  const rows = await readLanes(db, lanesAsked(portalId, lanes));
  const slotMs = Math.max(nowMs, ...rows.flatMap((row) => [Number(row.next_free_ms), Number(row.closed_until_ms)]));
  let lateMs = Infinity;
  for (const { lane, window_ms: windowMs, window_limit: windowLimit } of rows) {
    const limit = windowMs === null || windowLimit === null ? null : { windowMs: Number(windowMs), windowLimit: Number(windowLimit) };
    if (limit) {
      known.set(lane, limit);
    }
    lateMs = Math.min(lateMs, latenessAllowedMs(lane, limit));
    await moveLane(db, { portalId, lane, nextFreeMs: slotMs + spacingMs(lane, limit, rate) });
  }
  await lease(db, { portalId, permit, expiresMs: Math.ceil(slotMs) + PERMIT_LEASE_MS });
  return { slotMs, waitMs: slotMs - nowMs, latenessAllowedMs: lateMs };
}

/** Right before the call: a slot whose time has gone by, or whose lane was closed meanwhile, must not be used. */
function mayGo(slot: Slot, rows: Awaited<ReturnType<typeof readLanes>>): boolean {
  return rows.every((row) => Number(row.closed_until_ms) <= Number(row.now_ms) && Number(row.now_ms) - slot.slotMs <= slot.latenessAllowedMs);
}

const lanesAsked = (portalId: string, lanes: CallLanes) => ({ portalId, first: lanes[0], second: lanes.at(-1) ?? lanes[0] });

/** What an answer told of the day's calls. */
interface Daily {
  readonly limit: number | null;
  readonly remaining: number | null;
}
