/** Waits of minutes and days, on a server that skips time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { aFailure, aGate } from '../support/fake-activities';
import { countEvents, eventTypes, eventually, isAtRest, startFakeWorker } from '../support/fake-run';
import type { FakeWorker, StartedRun } from '../support/fake-run';
import { aPlan } from '../support/plan-facts';
import { timeSkippingEnvironment } from '../support/temporal';
import type { TimeSkippingSuite } from '../support/temporal';
import { pauseSignal, resumeSignal, workflowIds } from '../../workflows/messages';

let temporal: TimeSkippingSuite;
let worker: FakeWorker;

beforeAll(async () => {
  temporal = await timeSkippingEnvironment('waiting');
});
afterAll(() => temporal.close());
beforeEach(async () => {
  worker = await startFakeWorker(temporal, aPlan({ creates: { companies: 3_000 }, links: {} }));
});
afterEach(() => worker.stop());

const HOUR_MS = 3_600_000;
const now = () => temporal.environment.currentTimeMs();
const isOpen = ({ phase }: { phase: string }) => phase === 'open';
const isPaused = ({ state }: { state: string }) => state === 'paused';
const ended = async ({ handle }: StartedRun) => handle.terminate();

/** The portal's day as the fake activities see it: so many calls until its midnight. */
const aDailyQuota = (callsADay: number) => {
  const days = new Map<number, number>();
  worker.fake.onCall = async ({ name }) => {
    if (name === 'writeRecords' || name === 'probePortal') {
      const day = Math.floor((await now()) / (24 * HOUR_MS));
      const used = days.get(day) ?? 0;
      if (used >= callsADay) {
        throw aFailure('QuotaExhaustedError', { code: 'reserve-reached', resetsAt: new Date((day + 1) * 24 * HOUR_MS).toISOString() });
      }
      days.set(day, used + (name === 'writeRecords' ? 1 : 0));
    }
  };
  return days;
};

describe('a used-up daily quota', () => {
  it('lets the migration sleep until the reset and go on by itself, over three days', async () => {
    const days = aDailyQuota(12);
    const started = await worker.start();

    const paused = await eventually(started.status, isPaused);
    expect(paused.reasons).toMatchObject([{ kind: 'quota', code: 'reserve-reached' }]);
    for (const used of [24, 30]) {
      await temporal.environment.sleep(24 * HOUR_MS);
      await eventually(() => worker.fake.pairs.size, (size) => size === used);
    }

    expect((await eventually(started.status, isOpen)).state).toBe('verified');
    expect([...days.values()].filter((used) => used > 0)).toEqual([12, 12, 6]);
    expect(worker.fake.count('probePortal')).toBe(2);
    await ended(started);
  });

  it('asks again after 15 minutes, doubling to 2 hours, while it stays used up after the reset', async () => {
    const probedAt: number[] = [];
    const startedAt = await now();
    let closed = true;
    worker.fake.onCall = async ({ name }) => {
      if (name === 'probePortal') probedAt.push(await now());
      if (closed && (name === 'probePortal' || name === 'writeRecords')) {
        throw aFailure('QuotaExhaustedError', { code: 'reserve-reached', resetsAt: new Date(startedAt + HOUR_MS).toISOString() });
      }
    };
    const started = await worker.start();
    await eventually(started.status, isPaused);

    await temporal.environment.sleep(9 * HOUR_MS);
    await eventually(() => probedAt.length, (count) => count === 7);

    const gaps = probedAt.slice(1).map((at, index) => Math.round((at - (probedAt[index] ?? 0)) / 60_000));
    expect(gaps.map((gap) => [15, 30, 60, 120].findLast((step) => gap >= step))).toEqual([15, 30, 60, 120, 120, 120]);
    closed = false;
    await temporal.environment.sleep(3 * HOUR_MS);
    expect((await eventually(started.status, isOpen)).state).toBe('verified');
    await ended(started);
  });

  it('is not lifted by resume', async () => {
    aDailyQuota(12);
    const started = await worker.start();
    await eventually(started.status, isPaused);

    await started.handle.signal(resumeSignal);

    expect((await started.status()).reasons).toMatchObject([{ kind: 'quota' }]);
    await ended(started);
  });
});

describe('a portal that does not answer', () => {
  it('is asked again by a timer after five attempts of a batch, and the migration goes on by itself', async () => {
    let down = true;
    worker.fake.onCall = ({ name }) => {
      if (down && (name === 'writeRecords' || name === 'probePortal')) throw aFailure('TransientError', { code: 'http-503' }, 'retry');
    };
    const started = await worker.start();

    await temporal.environment.sleep(90_000);
    const paused = await eventually(started.status, isPaused);
    expect(paused.reasons).toMatchObject([{ kind: 'portal-unavailable', code: 'http-503' }]);
    expect(worker.fake.calls.filter(({ name, input }) => name === 'writeRecords' && input.batch === 0)).toHaveLength(5);

    down = false;
    await temporal.environment.sleep(16 * 60_000);
    expect((await eventually(started.status, isOpen)).state).toBe('verified');
    await ended(started);
  });

  it('is given the time that it asks for, when that is more than a minute', async () => {
    let told = false;
    worker.fake.onCall = ({ name }) => {
      if (name === 'writeRecords' && !told) {
        told = true;
        throw aFailure('RateLimitedError', { code: 'http-477', retryAfterMs: 600_000 });
      }
    };
    const before = await now();
    const started = await worker.start();

    const paused = await eventually(started.status, isPaused);
    expect(paused.reasons).toMatchObject([{ kind: 'portal-unavailable', code: 'rate-limited' }]);
    expect(Date.parse(paused.reasons[0]?.until ?? '') - before).toBeGreaterThanOrEqual(600_000);

    await temporal.environment.sleep(601_000);
    expect((await eventually(started.status, isOpen)).state).toBe('verified');
    await ended(started);
  });
});

describe('a migration paused by a person', () => {
  it('adds no event in ten minutes', async () => {
    // What is in flight ends when all three have heard of the pause, so that none is over before it hears of it.
    const gate = aGate();
    worker.fake.onCall = ({ name }) => (name === 'writeRecords' ? gate.arrived() : undefined);
    const started = await worker.start();
    await eventually(() => worker.fake.count('writeRecords'), (count) => count > 0);
    await started.handle.signal(pauseSignal);
    const ids = [workflowIds.migration(started.run), workflowIds.phase(started.run, 'companies'), workflowIds.partition(started.run, 'companies', 0)];
    const histories = () => Promise.all(ids.map((id) => eventTypes(temporal, id)));
    const hasHeard = (types: readonly string[]) => countEvents(types, 'workflowExecutionSignaled') > 0;
    await eventually(histories, (types) => types.every(hasHeard));
    gate.open();
    const atRest = () => eventually(histories, (types) => types.every(isAtRest) && worker.fake.states.at(-1)?.state === 'paused');
    // A message may still be on its way between two of them, each of which is at rest.
    let before = await atRest();
    for (let earlier = -1; earlier !== before.flat().length; before = await atRest()) {
      earlier = before.flat().length;
      await sleep(1_000);
    }

    await temporal.environment.sleep(600_000);

    expect((await histories()).map(({ length }) => length)).toEqual(before.map(({ length }) => length));
    await ended(started);
  });
});
