import * as net from 'node:net';
import type { AddressInfo } from 'node:net';
import { createFreePace } from '../../support/free-pace';
import { aCall, aConnector, createHandClock, errorOf } from './support/calling';
import { CREATED_TWO_OF_FIVE, DAILY_LIMIT, MISSING_SCOPES, RATE_HEADERS, SECONDLY_LIMIT, TEN_SECONDLY_LIMIT, TOKEN_REFUSED } from './support/recorded-replies';
import { startStubHubspot, type StubHubspot, type StubReply, type StubRequest } from './support/stub-hubspot';

const INPUTS = [{ traceId: 't1', properties: { email: 'canary@example.com' } }];
const READ = { ids: ['1'], idProperty: null, properties: ['email'], archived: false };
const NOTHING_FOUND: StubReply = { status: 200, body: { status: 'COMPLETE', results: [] } };

let stub: StubHubspot;
let reply: (request: StubRequest) => StubReply;

beforeAll(async () => {
  stub = await startStubHubspot((request) => reply(request));
});
afterAll(async () => stub.close());
beforeEach(() => {
  reply = () => NOTHING_FOUND;
});

describe('a call', () => {
  it('goes to the dated path with token and JSON body, and comes back parsed', async () => {
    reply = () => ({ status: 207, body: CREATED_TWO_OF_FIVE, headers: { 'X-HubSpot-Correlation-Id': 'c-207' } });
    const before = stub.requests.length;

    const answer = await aConnector(`${stub.baseUrl}/`, createFreePace()).createRecords('contacts', INPUTS, aCall());

    expect(stub.requests.slice(before)).toMatchObject([
      {
        method: 'POST',
        path: '/crm/objects/2026-09/contacts/batch/create',
        headers: { authorization: 'Bearer secret-token', 'content-type': 'application/json' },
        body: { inputs: [{ objectWriteTraceId: 't1', properties: { email: 'canary@example.com' } }] },
      },
    ]);
    expect(answer.landed).toHaveLength(2);
    expect(answer.refused[0]).toMatchObject({ traceId: 't3', correlationId: 'c-207' });
  });

  it('reads the token anew each time', async () => {
    const tokens = ['first', 'second'];
    const connector = aConnector(stub.baseUrl, createFreePace(), { readToken: async () => tokens.shift() ?? 'none' });
    const before = stub.requests.length;

    await connector.readRecords('contacts', READ, aCall());
    await connector.readRecords('contacts', READ, aCall());

    expect(stub.requests.slice(before).map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second']);
  });

  it('counts itself once with its kind and status, also when it fails', async () => {
    const pace = createFreePace();
    const connector = aConnector(stub.baseUrl, pace);

    await connector.readRecords('contacts', READ, aCall());
    reply = () => ({ status: 503 });
    await errorOf(connector.createRecords('contacts', INPUTS, aCall()));
    reply = () => 'reset';
    await errorOf(connector.updateRecords('contacts', [], aCall()));

    const countedFor = { run: 'acme.1', phase: 'contacts', durationMs: expect.any(Number) as number };
    expect(pace.counted).toEqual([{ ...countedFor, kind: 'read', status: 200 }, { ...countedFor, kind: 'create', status: 503 }, { ...countedFor, kind: 'update', status: null }]);
  });

  it.each`
    spoilt           | answer                                                       | code
    ${'a reset'}     | ${'reset'}                                                   | ${'connection-lost'}
    ${'half an answer'} | ${'cut'}                                                  | ${'connection-lost'}
    ${'no answer'}   | ${'silence'}                                                 | ${'timeout'}
    ${'a web page'}  | ${{ status: 200, text: '<html>' }}                           | ${'unreadable-answer'}
    ${"a proxy's 400"} | ${{ status: 400, text: '<html>' }}                         | ${'unreadable-answer'}
    ${'a shape that is not documented'} | ${{ status: 201, body: { results: 'ok' } }} | ${'unreadable-answer'}
    ${'a 502'}       | ${{ status: 502, text: '<html>' }}                           | ${'http-502'}
  `('leaves a write in doubt, but no read, after $spoilt', async ({ answer, code }: { answer: StubReply; code: string }) => {
    const pace = createFreePace();
    const connector = aConnector(stub.baseUrl, pace, { timeoutMs: 100 });
    reply = () => answer;

    const ofWrite = await errorOf(connector.createRecords('contacts', INPUTS, aCall()));
    const ofRead = await errorOf(connector.readRecords('contacts', READ, aCall()));

    expect(ofWrite).toMatchObject({ type: 'TransientError', details: { code, mayHaveLanded: true } });
    expect(ofRead).toMatchObject({ type: 'TransientError', details: { code, mayHaveLanded: false } });
    expect(pace.inFlight).toBe(0);
  });

  it('sends once, whatever happens', async () => {
    const before = stub.requests.length;
    reply = () => 'reset';

    await errorOf(aConnector(stub.baseUrl, createFreePace()).createRecords('contacts', INPUTS, aCall()));

    expect(stub.requests.length - before).toBe(1);
  });

  it('is in doubt when it is cancelled after it was sent', async () => {
    const cancelling = new AbortController();
    reply = () => {
      cancelling.abort();
      return 'silence';
    };

    const error = await errorOf(aConnector(stub.baseUrl, createFreePace()).createRecords('contacts', INPUTS, aCall(cancelling.signal)));

    expect(error).toMatchObject({ type: 'TransientError', details: { code: 'aborted', mayHaveLanded: true } });
  });

  it('is not in doubt, and not counted, when it is cancelled while it waits for a slot', async () => {
    const cancelling = new AbortController();
    const pace = createFreePace({ onEnter: async () => cancelling.abort() });
    const before = stub.requests.length;

    const error = await errorOf(aConnector(stub.baseUrl, pace).createRecords('contacts', INPUTS, aCall(cancelling.signal)));

    expect(error).toMatchObject({ type: 'TransientError', details: { code: 'aborted', mayHaveLanded: false } });
    expect(stub.requests.length).toBe(before);
    expect(pace.counted).toEqual([]);
  });

  it('is not in doubt when nobody listens', async () => {
    const pace = createFreePace();

    const error = await errorOf(aConnector(`http://127.0.0.1:${await aClosedPort()}`, pace).createRecords('contacts', INPUTS, aCall()));

    expect(error).toMatchObject({ type: 'TransientError', details: { code: 'unreachable', mayHaveLanded: false } });
    expect(pace.counted).toEqual([]);
  });

  it.each(['', 'secret\ntoken', 'secret token'])('is not even tried with the token %j', async (token) => {
    const pace = createFreePace();

    const error = await errorOf(aConnector(stub.baseUrl, pace, { readToken: async () => token }).readRecords('contacts', READ, aCall()));

    expect(error).toMatchObject({ type: 'AuthorizationError', details: { code: 'token-malformed' } });
    expect(error.message).not.toContain('secret');
    expect(pace.entered).toEqual([]);
  });

  it('hands on how long a 503 asks to wait', async () => {
    reply = () => ({ status: 503, headers: { 'Retry-After': '7' } });

    expect(await errorOf(aConnector(stub.baseUrl, createFreePace()).readRecords('contacts', READ, aCall()))).toMatchObject({ type: 'TransientError', details: { code: 'http-503', retryAfterMs: 7_000 } });
  });

  it('goes over one connection while it is kept alive', async () => {
    const connector = aConnector(stub.baseUrl, createFreePace());
    const before = stub.connectionCount;

    await connector.readRecords('contacts', READ, aCall());
    await connector.readRecords('contacts', READ, aCall());

    expect(stub.connectionCount - before).toBe(1);
  });

  it('keeps token and values out of its errors, causes included', async () => {
    const connector = aConnector(stub.baseUrl, createFreePace(), { timeoutMs: 100 });
    const replies: StubReply[] = [
      { status: 403, body: { ...MISSING_SCOPES, message: 'canary' } },
      { status: 201, body: { results: [{ id: { canary: 1 }, properties: { email: 'canary' } }] } },
      { status: 200, text: 'canary' },
      { status: 404, body: { message: 'canary', category: 'OBJECT_NOT_FOUND' } },
      'reset',
    ];

    for (const answer of replies) {
      reply = () => answer;
      const error = await errorOf(connector.createRecords('contacts', INPUTS, aCall()));
      const told = [error, error.cause].map((part) => (part instanceof Error ? `${part.stack} ${JSON.stringify(part)}` : ''));
      expect(told.join()).not.toMatch(/canary|secret-token/);
    }
  });

  it('refuses more inputs than the endpoint takes before anything is sent', async () => {
    const pace = createFreePace();

    const error = await errorOf(aConnector(stub.baseUrl, pace).archiveRecords('contacts', Array.from({ length: 101 }, (_, index) => String(index)), aCall()));

    expect(error).toMatchObject({ type: 'InvariantError', details: { code: 'too-many-inputs' } });
    expect(pace.entered).toEqual([]);
  });
});

describe('createHubspotConnector', () => {
  it.each(['', 'api.hubapi.com', 'ftp://api.hubapi.com'])('refuses the base URL %j', async (baseUrl) => {
    const creating = async () => aConnector(baseUrl, createFreePace());

    await expect(creating()).rejects.toMatchObject({ type: 'PlanError', details: { code: 'wrong-host', exitCode: 3 } });
  });
});

describe('a call and the pace', () => {
  it('takes a slot in the lanes that count it', async () => {
    const pace = createFreePace();
    const connector = aConnector(stub.baseUrl, pace);
    reply = ({ path }) => (path.endsWith('/search') ? { status: 200, body: { total: 0, results: [] } } : NOTHING_FOUND);

    await connector.readRecords('contacts', READ, aCall());
    await connector.readAssociations('contacts', 'companies', ['1'], aCall());
    await connector.searchCreatedWithout('contacts', { createdSince: '2026-11-22T00:00:00Z', property: 'migration_provenance', after: null }, aCall());

    expect(pace.entered).toEqual([['general'], ['associations', 'general'], ['search']]);
    expect(pace.inFlight).toBe(0);
  });

  it("teaches each lane by its own answers' headers, and nothing where there are none", async () => {
    const pace = createFreePace();
    const connector = aConnector(stub.baseUrl, pace);
    reply = () => ({ status: 200, body: { status: 'COMPLETE', results: [] }, headers: RATE_HEADERS });

    await connector.readRecords('contacts', READ, aCall());
    await connector.readAssociations('contacts', 'companies', ['1'], aCall());
    reply = () => NOTHING_FOUND;
    await connector.readRecords('contacts', READ, aCall());

    const facts = { windowMs: 10_000, windowLimit: 190, dailyLimit: 625_000, dailyRemaining: 624_000 };
    expect(pace.learned).toEqual([{ lane: 'general', ...facts }, { lane: 'associations', ...facts }]);
  });

  it.each`
    policy            | answer                                                                      | forMs
    ${'ten-secondly'} | ${{ status: 429, body: TEN_SECONDLY_LIMIT }}                                | ${10_000}
    ${'secondly'}     | ${{ status: 429, body: SECONDLY_LIMIT }}                                    | ${1_000}
    ${'told'}         | ${{ status: 429, body: TEN_SECONDLY_LIMIT, headers: { 'Retry-After': '4' } }} | ${4_000}
    ${'unreadable'}   | ${{ status: 429, text: 'slow down' }}                                       | ${10_000}
  `('closes its lanes for $forMs ms on a 429 ($policy)', async ({ answer, forMs }: { answer: StubReply; forMs: number }) => {
    const pace = createFreePace();
    reply = () => answer;

    const error = await errorOf(aConnector(stub.baseUrl, pace).readAssociations('contacts', 'companies', ['1'], aCall()));

    expect(error).toMatchObject({ type: 'RateLimitedError', details: { code: 'http-429', retryAfterMs: forMs } });
    expect(pace.closed).toEqual([{ lane: 'associations', forMs }, { lane: 'general', forMs }]);
  });

  it('closes nothing when the day is used up', async () => {
    const pace = createFreePace();
    reply = () => ({ status: 429, body: DAILY_LIMIT });

    const error = await errorOf(aConnector(stub.baseUrl, pace).createRecords('contacts', INPUTS, aCall()));

    expect(error).toMatchObject({ type: 'QuotaExhaustedError', details: { code: 'daily-limit' } });
    expect(pace.closed).toEqual([]);
  });

  it('halves the calls in flight on a 423', async () => {
    const pace = createFreePace();
    reply = () => ({ status: 423, body: { status: 'error' } });

    await errorOf(aConnector(stub.baseUrl, pace).createRecords('contacts', INPUTS, aCall()));

    expect(pace.halvedCount).toBe(1);
  });

  it('takes another slot when the process was suspended between slot and socket', async () => {
    const ticks = createHandClock();
    const pace = createFreePace({ onEnter: async (admission) => (admission === 1 ? ticks.advance(3_001) : undefined) });
    const before = stub.requests.length;

    await aConnector(stub.baseUrl, pace, { ticks }).readRecords('contacts', READ, aCall());

    expect(pace.entered).toHaveLength(2);
    expect(stub.requests.length - before).toBe(1);
    expect(pace.counted).toHaveLength(1);
    expect(pace.inFlight).toBe(0);
  });

  it('sends nothing for an attempt that was suspended, and takes no further slot', async () => {
    const pace = createFreePace({ onEnter: async () => void (steady = false) });
    let steady = true;
    const before = stub.requests.length;
    const call = { ...aCall(), isSteady: () => steady };
    const connector = aConnector(stub.baseUrl, pace);

    const atTheSocket = await errorOf(connector.createRecords('contacts', INPUTS, call));
    const afterwards = await errorOf(connector.createRecords('contacts', INPUTS, call));

    expect(atTheSocket).toMatchObject({ type: 'TransientError', details: { code: 'suspended', mayHaveLanded: false } });
    expect(afterwards).toMatchObject({ details: { code: 'suspended', mayHaveLanded: false } });
    expect(pace.entered).toHaveLength(1);
    expect(pace.inFlight).toBe(0);
    expect(stub.requests.length).toBe(before);
  });

  it('notices the suspension also when the timer fires before the waiting code', async () => {
    const ticks = createHandClock();
    const pace = createFreePace({
      onEnter: async (admission) => {
        ticks.advance(admission === 1 ? 60_000 : 0);
        ticks.fireTimers();
      },
    });

    await aConnector(stub.baseUrl, pace, { ticks }).readRecords('contacts', READ, aCall());

    expect(pace.entered).toHaveLength(2);
  });

  it('waits for its slot as long as it takes while the clock ticks', async () => {
    const ticks = createHandClock();
    const waitAMinute = async (): Promise<void> => {
      for (let second = 0; second < 60; second += 1) {
        ticks.advance(1_000);
        ticks.fireTimers();
      }
    };
    const pace = createFreePace({ onEnter: waitAMinute });

    await aConnector(stub.baseUrl, pace, { ticks }).readRecords('contacts', READ, aCall());

    expect(pace.entered).toHaveLength(1);
  });

  it('sends nothing with a refused token but the call itself', async () => {
    reply = () => ({ status: 401, body: TOKEN_REFUSED });

    const error = await errorOf(aConnector(stub.baseUrl, createFreePace()).portalId(aCall()));

    expect(error).toMatchObject({ type: 'AuthorizationError', details: { code: 'token-refused', exitCode: 4 } });
  });
});

async function aClosedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
