import { COMPANIES, CONTACTS, createRecord, DEALS, NOW, startPortal, type SimulatedPortal } from './simulated-portal';

const DAY_MS = 86_400_000;

/** HubSpot docs, "Search the CRM". */
describe('search', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal({ switches: { searchLagMs: 0 } });
  });
  afterEach(() => portal.close());

  const search = (path: string, body: unknown) => portal.call('POST', `${path}/search`, body);
  const filtered = (...filters: unknown[]) => ({ filterGroups: [{ filters }] });

  it('finds contacts that became marketing qualified leads in the last 30 days', async () => {
    await createRecord(portal, CONTACTS, { firstname: 'early', lifecyclestage: 'marketingqualifiedlead' });
    await createRecord(portal, CONTACTS, { firstname: 'never', lifecyclestage: 'customer' });
    await portal.control('POST', 'clock', { advanceMs: 40 * DAY_MS });
    await createRecord(portal, CONTACTS, { firstname: 'late', lifecyclestage: 'marketingqualifiedlead' });
    const grown = await createRecord(portal, CONTACTS, { firstname: 'grown', lifecyclestage: 'lead' });
    await portal.call('PATCH', `${CONTACTS}/${grown}`, { properties: { lifecyclestage: 'marketingqualifiedlead' } });

    const reply = await search(CONTACTS, filtered({ propertyName: 'hs_lifecyclestage_marketingqualifiedlead_date', operator: 'GTE', value: String(NOW + 10 * DAY_MS) }));

    expect(reply.body.results.map(({ properties }) => properties['firstname'])).toEqual(['late', 'grown']);
  });

  it('finds open deals above an amount, the largest first', async () => {
    for (const [dealname, amount, dealstage] of [['small', '900', 'contractsent'], ['large', '25000', 'contractsent'], ['won', '90000', 'closedwon'], ['middle', '10000.5', 'qualifiedtobuy'], ['none', '', 'contractsent']] as const) {
      await createRecord(portal, DEALS, { dealname, amount, dealstage });
    }

    const reply = await search(DEALS, {
      ...filtered({ propertyName: 'amount', operator: 'GT', value: '10000' }, { propertyName: 'hs_is_closed', operator: 'EQ', value: 'false' }),
      sorts: [{ propertyName: 'amount', direction: 'DESCENDING' }],
      properties: ['dealname', 'amount'],
    });

    expect([reply.body.total, reply.body.results.map(({ properties }) => properties['dealname'])]).toEqual([2, ['large', 'middle']]);
  });

  it.each([
    { operator: 'EQ', value: '20', found: ['b'] },
    { operator: 'NEQ', value: '20', found: ['a', 'c'] },
    { operator: 'LT', value: '20', found: ['a'] },
    { operator: 'LTE', value: '20', found: ['a', 'b'] },
    { operator: 'GT', value: '20', found: ['c'] },
    { operator: 'GTE', value: '20', found: ['b', 'c'] },
    { operator: 'BETWEEN', value: '15', highValue: '100', found: ['b', 'c'] },
    { operator: 'IN', values: ['5', '100'], found: ['a', 'c'] },
    { operator: 'NOT_IN', values: ['5', '100'], found: ['b'] },
    { operator: 'HAS_PROPERTY', found: ['a', 'b', 'c'] },
    { operator: 'NOT_HAS_PROPERTY', found: ['d'] },
  ])('compares numbers as numbers by $operator', async ({ found, ...filter }) => {
    for (const [name, numberofemployees] of [['a', '5'], ['b', '20'], ['c', '100'], ['d', '']] as const) await createRecord(portal, COMPANIES, { name, numberofemployees });

    const reply = await search(COMPANIES, filtered({ propertyName: 'numberofemployees', ...filter }));

    expect(reply.body.results.map(({ properties }) => properties['name'])).toEqual(found);
  });

  it.each([
    { operator: 'CONTAINS_TOKEN', value: 'acme', found: ['Acme Rockets', 'rockets by ACME'] },
    { operator: 'CONTAINS_TOKEN', value: 'rock*', found: ['Acme Rockets', 'rockets by ACME'] },
    { operator: 'CONTAINS_TOKEN', value: 'acm', found: [] },
    { operator: 'NOT_CONTAINS_TOKEN', value: 'acme', found: ['Bolt'] },
    { operator: 'EQ', value: 'BOLT', found: ['Bolt'] },
  ])('compares words without case: $operator $value', async ({ found, ...filter }) => {
    for (const name of ['Acme Rockets', 'Bolt', 'rockets by ACME']) await createRecord(portal, COMPANIES, { name });

    const reply = await search(COMPANIES, filtered({ propertyName: 'name', ...filter }));

    expect(reply.body.results.map(({ properties }) => properties['name'])).toEqual(found);
  });

  it('takes groups as alternatives, filters of a group together, and a query over the searched properties', async () => {
    for (const [firstname, city] of [['Ada', 'Oslo'], ['Bob', 'Oslo'], ['Cy', 'Rome']] as const) await createRecord(portal, CONTACTS, { firstname, city });
    const city = (value: string) => ({ propertyName: 'city', operator: 'EQ', value });
    const first = (value: string) => ({ propertyName: 'firstname', operator: 'EQ', value });

    const either = await search(CONTACTS, { filterGroups: [{ filters: [city('Oslo'), first('Ada')] }, { filters: [city('Rome')] }] });
    const words = await search(CONTACTS, { query: 'bob' });

    expect(either.body.results.map(({ properties }) => properties['firstname'])).toEqual(['Ada', 'Cy']);
    expect(words.body.results.map(({ properties }) => properties['firstname'])).toEqual(['Bob']);
  });

  it('filters by an associated record', async () => {
    const [contact, company] = [await createRecord(portal, CONTACTS, { firstname: 'A' }), await createRecord(portal, COMPANIES, { name: 'B' })];
    await createRecord(portal, CONTACTS, { firstname: 'alone' });
    await portal.call('PUT', `/crm/objects/2026-09/contacts/${contact}/associations/default/companies/${company}`);

    const reply = await search(CONTACTS, filtered({ propertyName: 'associations.company', operator: 'EQ', value: company }));

    expect(reply.body.results.map(({ id }) => id)).toEqual([contact]);
  });

  /** Live tests of public projects saw seconds of lag; one waits for 60 s after an update. */
  it.each([5_000, 60_000])('lags behind writes and archives, by %i ms, while reads see them at once', async (searchLagMs) => {
    await portal.control('POST', 'switches', { searchLagMs });
    const everything = async (): Promise<number> => (await search(COMPANIES, {})).body.total;
    const id = await createRecord(portal, COMPANIES, { name: 'A' });

    const atOnce = await everything();
    const read = await portal.call('GET', `${COMPANIES}/${id}`);
    await portal.control('POST', 'clock', { advanceMs: searchLagMs - 1 });
    const justBefore = await everything();
    await portal.control('POST', 'clock', { advanceMs: 1 });
    const later = await everything();
    await portal.call('DELETE', `${COMPANIES}/${id}`);
    const archived = await everything();
    await portal.control('POST', 'clock', { advanceMs: searchLagMs });
    const gone = await everything();

    expect([atOnce, read.status, justBefore, later, archived, gone]).toEqual([0, 200, 0, 1, 1, 0]);
  });

  it.each([
    { reappear: false, total: 0 },
    { reappear: true, total: 1 },
  ])('lets archived records reappear: $reappear (not known of the real thing)', async ({ reappear, total }) => {
    await portal.control('POST', 'switches', { searchLagMs: 0, archivedRecordsReappearInSearch: reappear });
    const id = await createRecord(portal, COMPANIES, { name: 'A' });
    await portal.call('DELETE', `${COMPANIES}/${id}`);
    await portal.control('POST', 'clock', { advanceMs: 1_000 });

    const found = await search(COMPANIES, {});
    const listed = await portal.call('GET', COMPANIES);

    expect([found.body.total, found.body.results.length, listed.body.results.length]).toEqual([total, total, 0]);
  });

  it('shows a lagging reader the older values', async () => {
    const id = await createRecord(portal, COMPANIES, { name: 'before' });
    await portal.control('POST', 'switches', { searchLagMs: 5_000 });
    await portal.control('POST', 'clock', { advanceMs: 10_000 });
    await portal.call('PATCH', `${COMPANIES}/${id}`, { properties: { name: 'after' } });

    const reply = await search(COMPANIES, filtered({ propertyName: 'name', operator: 'EQ', value: 'before' }));

    expect(reply.body.results[0]?.properties['name']).toBe('before');
  });

  it('pages on with after, and never beyond 10,000', async () => {
    for (const name of ['a', 'b', 'c']) await createRecord(portal, COMPANIES, { name });

    const first = await search(COMPANIES, { limit: 2 });
    const second = await search(COMPANIES, { limit: 2, after: first.body.paging.next.after });
    const beyond = await search(COMPANIES, { limit: 200, after: '9900' });

    expect([first.body.results.length, second.body.results.length, second.body.paging]).toEqual([2, 1, undefined]);
    expect([beyond.status, beyond.body.category]).toEqual([400, 'VALIDATION_ERROR']);
  });

  it.each([
    ['more than 200 a page', { limit: 201 }],
    ['an unknown property', filtered({ propertyName: 'colour', operator: 'EQ', value: 'red' })],
    ['an unknown operator', filtered({ propertyName: 'name', operator: 'LIKE', value: 'red' })],
    ['six groups', { filterGroups: Array.from({ length: 6 }, () => ({ filters: [] })) }],
    ['seven filters in a group', filtered(...Array.from({ length: 7 }, () => ({ propertyName: 'name', operator: 'HAS_PROPERTY' })))],
    ['nineteen filters', { filterGroups: Array.from({ length: 5 }, () => ({ filters: Array.from({ length: 4 }, () => ({ propertyName: 'name', operator: 'HAS_PROPERTY' })) })) }],
    ['two sorts', { sorts: [{ propertyName: 'name' }, { propertyName: 'domain' }] }],
    ['a body of more than 3,000 characters', { query: 'x'.repeat(3_001) }],
  ])('refuses %s', async (_case, body) => {
    const reply = await search(COMPANIES, body);

    expect([reply.status, reply.body.category]).toEqual([400, 'VALIDATION_ERROR']);
  });
});
