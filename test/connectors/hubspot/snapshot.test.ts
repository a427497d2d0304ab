import { nextMidnight, toQuotaFacts } from '../../../connectors/hubspot/account-calls';
import { portalSnapshotSchema } from '../../../domain/portal-snapshot.schema';
import { createFreePace } from '../../support/free-pace';
import { aCall, aConnector, errorOf, NOON } from './support/calling';
import { ACCOUNT_DETAILS, DAILY_USAGE, MISSING_SCOPES, RATE_HEADERS, TOKEN_REFUSED } from './support/recorded-replies';
import { startStubHubspot, type StubHubspot, type StubReply, type StubRequest } from './support/stub-hubspot';

const A_PORTAL: Readonly<Record<string, (request: StubRequest) => StubReply>> = {
  '/account-info/2026-09/details': () => ({ status: 200, body: { ...ACCOUNT_DETAILS, portalName: 'Acme' }, headers: RATE_HEADERS }),
  '/account-info/2026-09/api-usage/daily/private-apps': () => ({ status: 200, body: DAILY_USAGE() }),
  '/oauth/v2/private-apps/get/access-token-info': ({ body }) =>
    (body as { tokenKey?: string }).tokenKey === 'secret-token' ? { status: 200, body: { userId: 1, hubId: 1234567, appId: 2, scopes: ['oauth', 'crm.objects.contacts.read'] } } : { status: 400, body: {} },
  '/crm/limits/2026-09/custom-properties': () => ({ status: 200, body: { overallLimit: 3000, overallUsage: 3, byObjectType: [{ objectTypeId: '0-1', limit: 1000, usage: 2 }] } }),
  '/crm/owners/2026-09': ({ query }) => {
    if (query['archived'] === 'true') {
      return { status: 200, body: { results: [{ id: '3', email: 'gone@acme.example', archived: true }, { id: '1', email: 'ann@acme.example', archived: true }] } };
    }
    return query['after'] === undefined
      ? { status: 200, body: { results: [{ id: '2', email: 'bob@acme.example' }], paging: { next: { after: '2' } } } }
      : { status: 200, body: { results: [{ id: '1', email: 'ann@acme.example' }, { id: '9', type: 'QUEUE' }] } };
  },
  '/crm/pipelines/2026-09/deals': () => ({
    status: 200,
    body: {
      results: [
        {
          id: 'default',
          label: 'Sales',
          displayOrder: 0,
          archived: false,
          stages: [
            { id: 'closedwon', label: 'Won', displayOrder: 2, metadata: { probability: '1.0', isClosed: 'true' }, archived: false },
            { id: 'old', label: 'Old', displayOrder: 1, metadata: {}, archived: true },
            { id: 'qualifiedtobuy', label: 'Qualified', displayOrder: 0, metadata: { probability: '0.4', isClosed: 'false' }, archived: false },
          ],
        },
      ],
    },
  }),
  '/crm/property-validations/2026-09/0-1': () => ({ status: 200, body: { results: [{ propertyName: 'phone', propertyValidationRules: [{ ruleType: 'MAX_LENGTH', ruleArguments: ['20'] }] }] } }),
  '/crm/property-validations/2026-09/0-2': () => ({ status: 403, body: MISSING_SCOPES }),
  '/crm/property-validations/2026-09/0-3': () => ({ status: 404, body: { status: 'error', message: 'resource not found' } }),
  '/crm/properties/2026-09/contacts': () => ({
    status: 200,
    body: {
      results: [
        { name: 'zip', label: 'ZIP', type: 'string', fieldType: 'text', groupName: 'contactinformation', hubspotDefined: true },
        { name: 'email', label: 'Email', type: 'string', fieldType: 'text', groupName: 'contactinformation', hasUniqueValue: false, hubspotDefined: true },
        { name: 'hs_score', label: 'Score', type: 'number', fieldType: 'calculation_equation', groupName: 'scores', calculated: true, hubspotDefined: true },
        { name: 'createdate', label: 'Created', type: 'datetime', fieldType: 'date', groupName: 'contactinformation', modificationMetadata: { readOnlyValue: true }, hubspotDefined: true },
        { name: 'tier', label: 'Tier', type: 'enumeration', fieldType: 'select', groupName: 'ours', options: [{ label: 'Gold', value: 'g', displayOrder: 0, hidden: false }] },
      ],
    },
  }),
  '/crm/properties/2026-09/companies': () => ({ status: 200, body: { results: [{ name: 'name', type: 'string' }] } }),
  '/crm/properties/2026-09/deals': () => ({ status: 200, body: { results: [{ name: 'custom', type: 'string', hubspotDefined: false }] } }),
  '/crm/objects/2026-09/contacts': () => ({ status: 200, body: { results: [{ id: '1', properties: {} }], paging: { next: { after: '2' } } } }),
  '/crm/objects/2026-09/companies': () => ({ status: 200, body: { results: [] } }),
  '/crm/objects/2026-09/deals': () => ({ status: 200, body: { results: [] } }),
};

describe('readSnapshot', () => {
  let stub: StubHubspot;
  let changes: typeof A_PORTAL;
  beforeAll(async () => {
    stub = await startStubHubspot((request) => (changes[request.path] ?? A_PORTAL[request.path] ?? (() => ({ status: 404, body: {} })))(request));
  });
  afterAll(async () => stub.close());
  beforeEach(() => {
    changes = {};
  });
  const take = () => aConnector(stub.baseUrl, createFreePace()).readSnapshot(['companies', 'contacts', 'deals'], aCall());

  it('puts account, scopes, quota, owners and object types into the shape that plans are made against', async () => {
    const snapshot = await take();

    expect(portalSnapshotSchema.parse(snapshot)).toEqual(snapshot);
    expect(snapshot).toMatchObject({
      portalId: '1234567',
      portalName: 'Acme',
      accountType: 'STANDARD',
      timeZone: 'US/Eastern',
      currency: 'USD',
      additionalCurrencies: ['EUR'],
      scopes: ['crm.objects.contacts.read', 'oauth'],
      takenAt: '2026-11-22T12:00:00.000Z',
      quota: { limit: 1_000_000, remaining: 999_998, resetsAt: '2026-11-23T05:00:00.000Z' },
      owners: [
        { id: '1', email: 'ann@acme.example', archived: false },
        { id: '2', email: 'bob@acme.example', archived: false },
        { id: '3', email: 'gone@acme.example', archived: true },
      ],
    });
    expect(snapshot.objects.map(({ objectType, objectTypeId, hasRecords, groups, customPropertyLimit, customPropertyCount }) => ({ objectType, objectTypeId, hasRecords, groups, customPropertyLimit, customPropertyCount }))).toEqual([
      { objectType: 'companies', objectTypeId: '0-2', hasRecords: false, groups: [], customPropertyLimit: null, customPropertyCount: 1 },
      { objectType: 'contacts', objectTypeId: '0-1', hasRecords: true, groups: ['contactinformation', 'ours', 'scores'], customPropertyLimit: 1000, customPropertyCount: 2 },
      { objectType: 'deals', objectTypeId: '0-3', hasRecords: false, groups: [], customPropertyLimit: null, customPropertyCount: 1 },
    ]);
  });

  it('sorts properties, marks what cannot be written, and keeps rules, options and live stages in order', async () => {
    const [, contacts, deals] = (await take()).objects;

    expect(contacts?.properties.map(({ name, readOnly, options }) => [name, readOnly, options.length])).toEqual([['createdate', true, 0], ['email', false, 0], ['hs_score', true, 0], ['tier', false, 1], ['zip', false, 0]]);
    expect(contacts?.validationRules).toEqual([{ property: 'phone', ruleType: 'MAX_LENGTH', arguments: ['20'], normalizes: false }]);
    expect(deals?.validationRules).toEqual([]);
    expect(deals?.pipelines).toEqual([
      {
        id: 'default',
        label: 'Sales',
        archived: false,
        stages: [
          { id: 'qualifiedtobuy', label: 'Qualified', probability: '0.4', isClosed: false },
          { id: 'closedwon', label: 'Won', probability: '1.0', isClosed: true },
        ],
      },
    ]);
  });

  it('costs at most 18 calls for three object types, six at a time, and then knows the portal', async () => {
    const pace = createFreePace();
    const connector = aConnector(stub.baseUrl, pace);
    changes = { '/crm/owners/2026-09': () => ({ status: 200, body: { results: [] } }) };

    await connector.readSnapshot(['companies', 'contacts', 'deals'], aCall());
    const callCount = pace.entered.length;

    expect(callCount).toBeLessThanOrEqual(18);
    expect(pace.mostInFlight).toBeLessThanOrEqual(6);
    expect(await connector.portalId(aCall())).toBe('1234567');
    expect(pace.entered).toHaveLength(callCount);
  });

  it.each([
    ['404', { status: 404, body: { status: 'error', message: 'resource not found' } }],
    ['400', { status: 400, body: { status: 'error', message: 'x' } }],
    ['401', { status: 401, body: TOKEN_REFUSED }],
  ])('has no scopes where introspection answers %s', async (_status, answer) => {
    changes = { '/oauth/v2/private-apps/get/access-token-info': () => answer };

    expect((await take()).scopes).toBeNull();
  });

  it('does without usage and limits where the token may not read them', async () => {
    changes = {
      '/account-info/2026-09/api-usage/daily/private-apps': () => ({ status: 403, body: MISSING_SCOPES }),
      '/crm/limits/2026-09/custom-properties': () => ({ status: 403, body: MISSING_SCOPES }),
    };

    const snapshot = await take();

    expect(snapshot.quota).toEqual({ limit: null, remaining: null, resetsAt: '2026-11-23T05:00:00.000Z' });
    expect(snapshot.objects.map(({ customPropertyLimit }) => customPropertyLimit)).toEqual([null, null, null]);
  });

  it('names the scope without which there is no plan', async () => {
    changes = { '/crm/properties/2026-09/deals': () => ({ status: 403, body: MISSING_SCOPES }) };

    expect(await errorOf(take())).toMatchObject({ type: 'AuthorizationError', details: { code: 'missing-scope' }, message: expect.stringContaining('crm.objects.deals.read') as string });
  });
});

describe('portalId', () => {
  it('is asked once per token', async () => {
    let asked = 0;
    const stub = await startStubHubspot(() => ({ status: 200, body: { ...ACCOUNT_DETAILS, portalId: (asked += 1) } }));
    let token = 'one';
    const connector = aConnector(stub.baseUrl, createFreePace(), { readToken: async () => token });

    const first = [await connector.portalId(aCall()), await connector.portalId(aCall())];
    token = 'two';
    const second = await connector.portalId(aCall());
    await stub.close();

    expect(first).toEqual(['1', '1']);
    expect(second).toBe('2');
  });
});

describe('isSimulator', () => {
  it.each`
    what                 | answer                                                     | expected
    ${'a simulator'}     | ${{ status: 200, body: { simulator: 'hubspot', portalId: 1 } }} | ${true}
    ${'another server'}  | ${{ status: 200, text: '<html>' }}                         | ${false}
    ${'a refusal'}       | ${{ status: 404, body: { simulator: 'no' } }}              | ${false}
    ${'a broken server'} | ${'reset'}                                                 | ${false}
  `('on loopback takes $what for one: $expected', async ({ answer, expected }: { answer: StubReply; expected: boolean }) => {
    const pace = createFreePace();
    const stub = await startStubHubspot(() => answer);

    const verdict = await aConnector(stub.baseUrl, pace).isSimulator(new AbortController().signal);
    await stub.close();

    expect(verdict).toBe(expected);
    expect(pace.entered).toEqual([]);
  });

  it('does not even ask another host', async () => {
    const connector = aConnector('https://api.hubapi.com', createFreePace(), { transport: () => Promise.reject(new Error('must not be called')) });

    expect(await connector.isSimulator(new AbortController().signal)).toBe(false);
  });
});

describe('toQuotaFacts', () => {
  const limits = { lane: 'general', windowMs: 10_000, windowLimit: 190, dailyLimit: 625_000, dailyRemaining: 1_000 } as const;
  const row = { name: 'private-apps-api-calls-daily', usageLimit: 625_000, currentUsage: 5_000, fetchStatus: 'SUCCESS', resetsAt: '2026-11-23T05:00:00Z' };

  it('trusts the lower remainder of usage endpoint and headers', () => {
    expect(toQuotaFacts({ results: [row] }, limits, 'US/Eastern', NOON)).toMatchObject({ limit: 625_000, remaining: 1_000 });
    expect(toQuotaFacts({ results: [row] }, null, 'US/Eastern', NOON)).toMatchObject({ remaining: 620_000 });
  });

  it('counts nothing that could not be fetched', () => {
    expect(toQuotaFacts({ results: [{ ...row, fetchStatus: 'FAILURE' }] }, null, 'US/Eastern', NOON)).toMatchObject({ limit: null, remaining: null });
  });

  it('does not believe a reset that is over', () => {
    expect(toQuotaFacts({ results: [{ ...row, resetsAt: '2026-11-22T05:00:00Z' }] }, null, 'US/Eastern', NOON).resetsAt).toBe('2026-11-23T05:00:00.000Z');
  });
});

describe('nextMidnight', () => {
  it.each`
    timeZone              | now                       | midnight
    ${'US/Eastern'}       | ${'2026-11-22T12:00:00Z'} | ${'2026-11-23T05:00:00.000Z'}
    ${'US/Eastern'}       | ${'2026-11-23T04:59:59Z'} | ${'2026-11-23T05:00:00.000Z'}
    ${'Asia/Tokyo'}       | ${'2026-11-22T15:00:00Z'} | ${'2026-11-23T15:00:00.000Z'}
    ${'Europe/Berlin'}    | ${'2026-03-28T23:30:00Z'} | ${'2026-03-29T22:00:00.000Z'}
    ${'No/Such_Zone'}     | ${'2026-11-22T12:00:00Z'} | ${'2026-11-23T00:00:00.000Z'}
  `('in $timeZone after $now is $midnight', ({ timeZone, now, midnight }: { timeZone: string; now: string; midnight: string }) => {
    expect(nextMidnight(timeZone, Date.parse(now))).toBe(midnight);
  });
});
