import { setMaxListeners } from 'node:events';
import type { CallKind, CallLanes, Lane, Permit } from '../../domain/pace';
import type { Phase } from '../../domain/phase';
import type { Ledger, PaceStore } from '../../ledger/ledger';
import { openLedger } from '../../ledger/open-ledger';
import { aLedgerFile, openRun, range } from './support';

/** A clock that only moves when everybody waits. */
function aSimulatedClock(startMs = Date.parse('2026-09-01T10:00:00Z')) {
  let nowMs = startMs;
  const waiting: { readonly at: number; readonly wake: () => void }[] = [];
  return {
    now: () => nowMs,
    set: (ms: number) => void (nowMs = ms),
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        signal?.throwIfAborted();
        const abort = () => reject(new Error('aborted', { cause: signal?.reason }));
        signal?.addEventListener('abort', abort, { once: true });
        waiting.push({
          at: nowMs + ms,
          wake: () => {
            signal?.removeEventListener('abort', abort);
            resolve();
          },
        });
      }),
    /** Runs whatever is due, one waiter at a time, until `untilMs` after now. */
    async run(forMs: number) {
      const endMs = nowMs + forMs;
      for (;;) {
        await settled();
        const next = [...waiting].sort((one, other) => one.at - other.at)[0];
        if (!next || next.at > endMs) break;
        waiting.splice(waiting.indexOf(next), 1);
        nowMs = Math.max(nowMs, next.at);
        next.wake();
      }
      nowMs = Math.max(nowMs, endMs);
      await settled();
    },
  };
}

/** SQLite answers at once, so a few turns of the event loop see everything through that does not wait for the clock. */
const settled = async () => {
  for (let turn = 0; turn < 6; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** Many callers of a test share a signal; an activity has its own. */
function aStop() {
  const stop = new AbortController();
  setMaxListeners(100, stop.signal);
  return stop;
}
const never = aStop().signal;
const mostIn = (windowMs: number, timesMs: readonly number[]) => Math.max(0, ...timesMs.map((from) => timesMs.filter((at) => at >= from && at < from + windowMs).length));

describe('PaceStore', () => {
  let file = aLedgerFile();
  let clock = aSimulatedClock();
  let ledgers: Ledger[] = [];
  const openPace = async (): Promise<PaceStore> => {
    const ledger = await openLedger({ location: file.location, clock: clock.now, sleep: clock.sleep });
    ledgers.push(ledger);
    return ledger.pace('42');
  };
  /** `workers` callers in a loop, each call lasting `callMs`; returns when calls began. */
  const demand = (pace: PaceStore, workers: number, lanes: CallLanes, callMs: number, began: number[], signal: AbortSignal) => {
    const loop = async () => {
      while (!signal.aborted) {
        const permit = await pace.enter(lanes, signal);
        began.push(clock.now());
        await clock.sleep(callMs, signal);
        await permit.end(null);
      }
    };
    range(workers).forEach(() => void loop().catch(() => undefined));
  };
  const learnt = (lane: Lane, windowLimit: number, windowMs = 10_000) => ({ lane, windowMs, windowLimit, dailyLimit: null, dailyRemaining: null });

  beforeEach(() => {
    file = aLedgerFile();
    clock = aSimulatedClock();
    ledgers = [];
  });
  afterEach(async () => {
    await Promise.all(ledgers.map((ledger) => ledger.close()));
    file.remove();
  });

  it.each([
    { name: 'until the first header', limit: null, most: 100, forMs: 60_000 },
    { name: 'a private app', limit: 190, most: 190, forMs: 30_000 },
    { name: 'a small limit', limit: 20, most: 20, forMs: 60_000 },
  ])('never gives more than the limit in 10 s and uses 95 % of it: $name', async ({ limit, most, forMs }) => {
    const [pace, other] = [await openPace(), await openPace()];
    if (limit !== null) await pace.learn(learnt('general', limit));
    const began: number[] = [];
    const stop = aStop();

    demand(pace, 12, ['general'], 700, began, stop.signal);
    demand(other, 12, ['general'], 700, began, stop.signal);
    await clock.run(forMs);
    stop.abort();
    await settled();

    expect(mostIn(10_000, began)).toBeLessThanOrEqual(most);
    expect(began.length).toBeGreaterThanOrEqual((0.95 * most * forMs) / 10_000);
  });

  it('counts associations in both lanes and search in its own', async () => {
    const pace = await openPace();
    await pace.learn(learnt('general', 100));
    await pace.learn(learnt('associations', 50));
    const [associations, records, searches] = [[], [], []] as number[][] as [number[], number[], number[]];
    const stop = aStop();

    demand(pace, 6, ['general', 'associations'], 100, associations, stop.signal);
    demand(pace, 6, ['general'], 100, records, stop.signal);
    demand(pace, 6, ['search'], 100, searches, stop.signal);
    await clock.run(30_000);
    stop.abort();
    await settled();

    expect(mostIn(10_000, associations)).toBeLessThanOrEqual(50);
    expect(mostIn(10_000, [...associations, ...records].sort((one, two) => one - two))).toBeLessThanOrEqual(100);
    expect(mostIn(1_000, searches)).toBeLessThanOrEqual(5);
    expect(searches.length).toBeGreaterThan(100);
  });

  it('lets 24 calls be in flight over all workers, 12 after a 423, and one more when one is released', async () => {
    const [pace, other] = [await openPace(), await openPace()];
    const held: Permit[] = [];
    const ask = (from: PaceStore) => void from.enter(['general'], never).then((permit) => held.push(permit), () => undefined);
    range(20).forEach(() => ask(pace));
    range(20).forEach(() => ask(other));

    await clock.run(20_000);
    const atFirst = held.length;
    await held[0]?.end(null);
    await clock.run(2_000);
    const afterRelease = held.length;
    await pace.halve();
    await Promise.all(held.slice(1, 11).map((permit) => permit.end(null)));
    await clock.run(2_000);
    const whileHalved = held.length;
    await clock.run(60_000);

    expect([atFirst, afterRelease, whileHalved, held.length]).toEqual([24, 25, 25, 35]);
  });

  it('takes back the permits of a worker that died, and leaves those of one that lives', async () => {
    const [doomed, alive] = [await openPace(), await openPace()];
    for (let held = 0; held < 24; held += 1) {
      const entering = doomed.enter(['general'], never);
      await clock.run(200);
      await entering;
    }
    let entered = false;

    void alive.enter(['general'], never).then(() => (entered = true));
    await clock.run(60_000);
    const whileAlive = entered;
    await ledgers[0]?.close();
    await clock.run(6_000);

    expect([whileAlive, entered]).toEqual([false, true]);
  });

  it('closes a lane for everybody, also for those who had a slot already', async () => {
    const [pace, other] = [await openPace(), await openPace()];
    const began: number[] = [];
    const startMs = clock.now();
    range(5).forEach(() => void pace.enter(['general'], never).then(() => began.push(clock.now() - startMs)));
    await settled();

    await other.close('general', 10_000);
    await clock.run(20_000);

    expect(began).toHaveLength(5);
    expect(began[0]).toBe(0);
    expect(Math.min(...began.slice(1))).toBeGreaterThanOrEqual(10_000);
  });

  it('takes another slot when it wakes too late', async () => {
    const pace = await openPace();
    await (await pace.enter(['general'], never)).end(null);
    let entered = false;
    void pace.enter(['general'], never).then(() => (entered = true));
    await settled();

    clock.set(clock.now() + 5_000);
    await (await pace.enter(['general'], never)).end(null);
    await clock.run(0);
    const whenLate = entered;
    await clock.run(200);

    expect([whenLate, entered]).toEqual([false, true]);
  });

  it('goes on when the clock is set back by an hour', async () => {
    const pace = await openPace();
    for (let calls = 0; calls < 3; calls += 1) {
      const entering = pace.enter(['general'], never);
      await clock.run(200);
      await (await entering).end(null);
    }
    clock.set(clock.now() - 3_600_000);
    let entered = 0;

    range(3).forEach(() => void pace.enter(['general'], never).then(() => (entered += 1)));
    await clock.run(1_000);

    expect(entered).toBe(3);
  });

  it('leaves the queue when aborted, holding nobody up', async () => {
    const pace = await openPace();
    await pace.close('general', 5_000);
    const stop = new AbortController();
    let entered = false;
    const leaving = pace.enter(['general'], stop.signal);
    const left = leaving.then(() => 'entered', () => 'aborted');
    void pace.enter(['general'], never).then(() => (entered = true));
    await settled();

    stop.abort();

    expect(await left).toBe('aborted');
    await clock.run(6_000);
    expect(entered).toBe(true);
  });

  it('uses the share of the limit that was set', async () => {
    const pace = await openPace();
    await pace.setRate(0.5);
    const began: number[] = [];
    const stop = aStop();

    demand(pace, 12, ['general'], 100, began, stop.signal);
    await clock.run(20_000);
    stop.abort();
    await settled();

    expect(mostIn(10_000, began)).toBeLessThanOrEqual(50);
    expect(began.length).toBeGreaterThanOrEqual(0.95 * 100);
  });

  it('counts a call when it ends, by phase and kind, with those answered 429', async () => {
    const pace = await openPace();
    const { run } = await openRun(ledgers[0]!);
    const call = async (phase: Phase, kind: CallKind, status: number | null) => {
      const entering = pace.enter(['general'], never);
      await clock.run(200);
      await (await entering).end({ run, phase, kind, status, durationMs: 5 });
    };
    await call('contacts', 'create', 201);
    await call('contacts', 'create', 429);
    await call('contacts', 'create', null);
    await call('preflight', 'account', 200);

    expect(await ledgers[0]?.facts.readCalls(run)).toEqual([{ phase: 'preflight', kind: 'account', count: 1, tooMany: 0 }, { phase: 'contacts', kind: 'create', count: 3, tooMany: 1 }]);
  });

  it('tells every worker what was learned, as soon as the call ends that learned it', async () => {
    const [pace, other] = [await openPace(), await openPace()];
    const before = await other.read();
    const permit = await pace.enter(['general'], never);
    await pace.learn({ lane: 'general', windowMs: 10_000, windowLimit: 190, dailyLimit: 250_000, dailyRemaining: 249_000 });
    await pace.learn({ lane: 'general', windowMs: 10_000, windowLimit: 190, dailyLimit: 250_000, dailyRemaining: 248_999 });

    expect(before).toEqual({ dailyLimit: null, dailyRemaining: null, learnedAt: null, windowLimit: null });
    expect(await pace.read()).toMatchObject({ dailyRemaining: 248_999 });
    await permit.end(null);
    expect(await other.read()).toEqual({ dailyLimit: 250_000, dailyRemaining: 248_999, learnedAt: '2026-09-01T10:00:00.000Z', windowLimit: 190 });
  });
});
