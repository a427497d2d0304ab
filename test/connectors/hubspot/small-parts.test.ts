import { createBounded } from '../../../connectors/hubspot/bounded';
import { toLimitFacts } from '../../../connectors/hubspot/limits';
import { retryAfterMs } from '../../../connectors/hubspot/retry-after';
import { isLoopback } from '../../../connectors/hubspot/simulator-probe';
import { NOON } from './support/calling';

describe('retryAfterMs', () => {
  it.each`
    header                             | ms
    ${'5'}                             | ${5_000}
    ${' 0 '}                           | ${0}
    ${'86400'}                         | ${86_400_000}
    ${'Sun, 22 Nov 2026 12:00:30 GMT'} | ${30_000}
    ${'Sun, 22 Nov 2026 11:00:00 GMT'} | ${0}
    ${'soon'}                          | ${null}
    ${''}                              | ${null}
    ${undefined}                       | ${null}
  `('reads $header as $ms ms', ({ header, ms }: { header: string | undefined; ms: number | null }) => {
    expect(retryAfterMs(header, NOON)).toBe(ms);
  });
});

describe('toLimitFacts', () => {
  it('reads an OAuth app, which has no daily headers', () => {
    expect(toLimitFacts('general', { 'x-hubspot-ratelimit-max': '110', 'x-hubspot-ratelimit-interval-milliseconds': '10000' })).toEqual({ lane: 'general', windowMs: 10_000, windowLimit: 110, dailyLimit: null, dailyRemaining: null });
  });

  it('says nothing where the headers do', () => {
    expect(toLimitFacts('search', { 'content-type': 'application/json' })).toBeNull();
  });
});

describe('isLoopback', () => {
  it.each`
    host                 | loopback
    ${'127.0.0.1'}       | ${true}
    ${'127.9.9.9'}       | ${true}
    ${'localhost'}       | ${true}
    ${'[::1]'}           | ${true}
    ${'api.hubapi.com'}  | ${false}
    ${'127.0.0.1.evil.example'} | ${false}
    ${'10.0.0.1'}        | ${false}
  `('$host: $loopback', ({ host, loopback }: { host: string; loopback: boolean }) => {
    expect(isLoopback(host)).toBe(loopback);
  });
});

describe('createBounded', () => {
  it('never runs more tasks at once than it may, and returns every result', async () => {
    const bounded = createBounded(2);
    let running = 0;
    let most = 0;
    const task = (value: number) => async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return value;
    };

    const results = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((value) => bounded(task(value))));

    expect(results).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(2);
  });

  it('starts nothing more after a failure', async () => {
    const bounded = createBounded(1);
    const started: number[] = [];

    const outcomes = await Promise.allSettled([
      bounded(async () => {
        started.push(1);
        throw new Error('first');
      }),
      bounded(async () => started.push(2)),
    ]);

    expect(started).toEqual([1]);
    expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as Error).message : 'done'))).toEqual(['first', 'first']);
  });
});
