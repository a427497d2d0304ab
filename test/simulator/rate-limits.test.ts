import { CONTACTS, startPortal, type SimulatedPortal } from './simulated-portal';
import { nextMidnightMs } from '../../simulator/hubspot/account-midnight';

const SEARCH = `${CONTACTS}/search`;
const ASSOCIATIONS = '/crm/associations/2026-09/contacts/companies/batch/read';

/** HubSpot docs, "API usage guidelines" and "Error handling". */
describe('rate limits', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal({}, { tier: 'professional' });
  });
  afterEach(() => portal.close());

  const statuses = async (count: number, method: string, path: string, body?: unknown): Promise<number[]> => {
    const answers: number[] = [];
    for (let call = 0; call < count; call += 1) answers.push((await portal.call(method, path, body)).status);
    return answers;
  };

  it('tells of the window and the day in headers', async () => {
    const { headers } = await portal.call('GET', CONTACTS);

    expect(headers.get('x-hubspot-ratelimit-max')).toBe('190');
    expect(headers.get('x-hubspot-ratelimit-remaining')).toBe('189');
    expect(headers.get('x-hubspot-ratelimit-interval-milliseconds')).toBe('10000');
    expect(headers.get('x-hubspot-ratelimit-daily')).toBe('625000');
    expect(headers.get('x-hubspot-ratelimit-daily-remaining')).toBe('624999');
    expect(headers.get('retry-after')).toBeNull();
  });

  it('refuses the call above the rolling window and takes it once the oldest has left the window', async () => {
    await portal.control('POST', 'limits', { burst: 3 });
    const first = await statuses(2, 'GET', CONTACTS);
    await portal.control('POST', 'clock', { advanceMs: 4_000 });
    const second = await statuses(2, 'GET', CONTACTS);
    await portal.control('POST', 'clock', { advanceMs: 6_000 });
    const third = await statuses(3, 'GET', CONTACTS);

    expect(first).toEqual([200, 200]);
    expect(second).toEqual([200, 429]);
    expect(third).toEqual([200, 200, 429]);
  });

  it('counts each token for itself and names the policy', async () => {
    await portal.control('POST', 'portal', { tokens: [{ token: 'a', scopes: 'all' }, { token: 'b', scopes: 'all' }] });
    await portal.control('POST', 'limits', { burst: 1 });
    const as = (token: string) => portal.call('GET', CONTACTS, undefined, { authorization: `Bearer ${token}` });

    const [first, other, again] = [await as('a'), await as('b'), await as('a')];

    expect([first.status, other.status, again.status]).toEqual([200, 200, 429]);
    expect(again.body).toMatchObject({ errorType: 'RATE_LIMIT', policyName: 'TEN_SECONDLY_ROLLING', message: 'You have reached your ten_secondly_rolling limit.' });
  });

  it('limits search to 5 a second for the account, without any rate header, apart from the other window', async () => {
    await portal.control('POST', 'limits', { burst: 1 });

    const searched = await statuses(6, 'POST', SEARCH, {});
    const refused = await portal.call('POST', SEARCH, {});
    const listed = await portal.call('GET', CONTACTS);

    expect(searched).toEqual([200, 200, 200, 200, 200, 429]);
    expect(refused.body.policyName).toBe('SECONDLY');
    expect([...refused.headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);
    expect(listed.status).toBe(200);
  });

  it('gives associations a window of their own that counts in the general one too', async () => {
    await portal.control('POST', 'limits', { burst: 5, associationsBurst: 2 });

    const associations = await statuses(3, 'POST', ASSOCIATIONS, { inputs: [] });
    const others = await statuses(4, 'GET', CONTACTS);

    expect(associations).toEqual([200, 200, 429]);
    expect(others).toEqual([200, 200, 200, 429]);
  });

  it('refuses everything once the day is used up, until midnight in the time zone of the account', async () => {
    await portal.control('POST', 'limits', { daily: 10, usedToday: 9 });

    const [last, refused] = [await portal.call('GET', CONTACTS), await portal.call('GET', CONTACTS)];
    const { resetsAt, now } = await portal.control<{ resetsAt: string; now: string }>('GET', 'clock');
    await portal.control('POST', 'clock', { advanceMs: Date.parse(resetsAt) - Date.parse(now) - 1 });
    const justBefore = await portal.call('GET', CONTACTS);
    await portal.control('POST', 'clock', { advanceMs: 1 });
    const nextDay = await portal.call('GET', CONTACTS);

    expect(resetsAt).toBe('2026-11-11T05:00:00.000Z');
    expect([last.status, refused.status, justBefore.status, nextDay.status]).toEqual([200, 429, 429, 200]);
    expect(refused.body).toMatchObject({ policyName: 'DAILY', message: 'You have reached your daily limit.' });
  });

  it('puts the midnight of the account as near as a test wants it, and tells so in the usage', async () => {
    await portal.control('POST', 'limits', { daily: 1, usedToday: 1 });
    await portal.control('POST', 'clock', { resetsInMs: 20_000 });
    const state = await portal.control<{ resetsAt: string }>('GET', 'limits');
    await portal.control('POST', 'clock', { advanceMs: 20_000 });
    const usage = await portal.call('GET', '/account-info/2026-09/api-usage/daily/private-apps');

    expect(state.resetsAt).toBe('2026-11-10T17:00:20.000Z');
    expect(usage.body.results[0]).toMatchObject({ currentUsage: 1, usageLimit: 1, resetsAt: '2026-11-11T17:00:20Z'.replace('Z', '.000Z') });
  });

  it('sends Retry-After on 429 only when the switch says so (not documented for API clients)', async () => {
    await portal.control('POST', 'switches', { retryAfterOn429: 7 });
    await portal.control('POST', 'limits', { burst: 0 });

    const reply = await portal.call('GET', CONTACTS);

    expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '7']);
  });
});

describe('nextMidnightMs', () => {
  it.each([
    { day: 'an ordinary day', after: '2026-11-10T17:00:00Z', zone: 'US/Eastern', midnight: '2026-11-11T05:00:00.000Z' },
    { day: 'exactly midnight', after: '2026-11-11T05:00:00Z', zone: 'US/Eastern', midnight: '2026-11-12T05:00:00.000Z' },
    { day: 'a day of 25 hours', after: '2026-11-01T04:30:00Z', zone: 'US/Eastern', midnight: '2026-11-02T05:00:00.000Z' },
    { day: 'a day of 23 hours', after: '2026-03-08T05:30:00Z', zone: 'US/Eastern', midnight: '2026-03-09T04:00:00.000Z' },
    { day: 'east of Greenwich', after: '2026-06-30T23:00:00Z', zone: 'Asia/Kolkata', midnight: '2026-07-01T18:30:00.000Z' },
  ])('finds it on $day', ({ after, zone, midnight }) => {
    expect(new Date(nextMidnightMs(Date.parse(after), zone)).toISOString()).toBe(midnight);
  });
});
