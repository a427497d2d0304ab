import { createRecord, DEALS, startPortal, type SimulatedPortal } from './simulated-portal';

const PIPELINES = '/crm/pipelines/2026-09/deals';
const stage = (label: string, probability: string, extra: Record<string, unknown> = {}) => ({ label, displayOrder: 0, metadata: { probability }, ...extra });

/** HubSpot docs, "Pipelines". */
describe('pipelines', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal();
  });
  afterEach(() => portal.close());

  it('has the default deal and ticket pipelines of a fresh portal', async () => {
    const deals = await portal.call('GET', PIPELINES);
    const tickets = await portal.call('GET', '/crm/pipelines/2026-09/tickets');

    expect(deals.body.results.map(({ id }) => id)).toEqual(['default']);
    expect(deals.body.results[0]?.stages.map(({ id, metadata }) => [id, metadata['probability'], metadata['isClosed']])).toEqual([
      ['appointmentscheduled', '0.2', 'false'],
      ['qualifiedtobuy', '0.4', 'false'],
      ['presentationscheduled', '0.6', 'false'],
      ['decisionmakerboughtin', '0.8', 'false'],
      ['contractsent', '0.9', 'false'],
      ['closedwon', '1.0', 'true'],
      ['closedlost', '0.0', 'true'],
    ]);
    expect(tickets.body.results[0]).toMatchObject({ id: '0', stages: [{ id: '1' }, { id: '2' }, { id: '3' }, { id: '4' }] });
  });

  it('creates one with ids of our own, whose stages deals can take', async () => {
    const created = await portal.call('POST', PIPELINES, { pipelineId: 'sf', label: 'Salesforce', displayOrder: 1, stages: [stage('Open', '0.1', { stageId: 'sf_open' }), stage('Won', '1.0', { stageId: 'sf_won', displayOrder: 1 })] });
    const right = await portal.call('POST', DEALS, { properties: { dealname: 'D', pipeline: 'sf', dealstage: 'sf_open' } });
    const wrong = await portal.call('POST', DEALS, { properties: { dealname: 'D', pipeline: 'default', dealstage: 'sf_open' } });

    expect([created.status, created.body.id, created.body.stages.map(({ id, metadata }) => [id, metadata['isClosed']])]).toEqual([201, 'sf', [['sf_open', 'false'], ['sf_won', 'true']]]);
    expect([right.status, wrong.status]).toEqual([201, 400]);
  });

  it('gives ids where none are named', async () => {
    const created = await portal.call('POST', PIPELINES, { label: 'New', displayOrder: 1, stages: [stage('Open', '0.1')] });

    expect(created.body.id).toMatch(/^\d+$/);
    expect(created.body.stages[0]?.id).toMatch(/^\d+$/);
  });

  it('adds, changes and deletes stages, unless a deal stands in one', async () => {
    const added = await portal.call('POST', `${PIPELINES}/default/stages`, stage('Signed', '0.9', { stageId: 'signed', displayOrder: 9 }));
    const changed = await portal.call('PATCH', `${PIPELINES}/default/stages/signed`, { label: 'Counter-signed' });
    const deal = await createRecord(portal, DEALS, { dealname: 'D', dealstage: 'signed' });
    const used = await portal.call('DELETE', `${PIPELINES}/default/stages/signed`);
    await portal.call('DELETE', `${DEALS}/${deal}`);
    const unused = await portal.call('DELETE', `${PIPELINES}/default/stages/signed`);

    expect([added.status, changed.body.label, used.status, unused.status]).toEqual([201, 'Counter-signed', 400, 204]);
  });

  it('deletes a pipeline in use only where it is not asked to check', async () => {
    await portal.call('POST', PIPELINES, { pipelineId: 'sf', label: 'Salesforce', displayOrder: 1, stages: [stage('Open', '0.1', { stageId: 'sf_open' })] });
    await createRecord(portal, DEALS, { dealname: 'D', pipeline: 'sf', dealstage: 'sf_open' });

    const checked = await portal.call('DELETE', `${PIPELINES}/sf?validateReferencesBeforeDelete=true`);
    const unchecked = await portal.call('DELETE', `${PIPELINES}/sf`);

    expect([checked.status, unchecked.status]).toEqual([400, 204]);
  });

  it.each([
    ['a probability between the tenths', { label: 'P', stages: [stage('A', '0.25')] }],
    ['a label that exists', { label: 'Sales Pipeline', stages: [stage('A', '0.2')] }],
    ['a stage id of another pipeline', { label: 'P', stages: [stage('A', '0.2', { stageId: 'closedwon' })] }],
  ])('refuses %s', async (_case, body) => {
    expect((await portal.call('POST', PIPELINES, { displayOrder: 1, ...body })).status).toBe(400);
  });
});

/** HubSpot docs, "Owners", "Account information", "Track limits". */
describe('owners and account', () => {
  let portal: SimulatedPortal;
  beforeAll(async () => {
    portal = await startPortal({
      portalName: 'Acme',
      currencies: ['EUR'],
      owners: [
        { id: '12', email: 'bob@example.com', userId: 92 },
        { id: '11', email: 'Ada@example.com', firstName: 'Ada' },
        { id: '13', email: 'gone@example.com', archived: true },
      ],
    });
  });
  afterAll(() => portal.close());

  const ids = async (query: string): Promise<string[]> => (await portal.call('GET', `/crm/owners/2026-09${query}`)).body.results.map(({ id }) => id);

  it('lists owners by id, filters by e-mail without case, and keeps those who left apart', async () => {
    expect(await ids('')).toEqual(['11', '12']);
    expect(await ids('?email=ADA@example.com')).toEqual(['11']);
    expect(await ids('?archived=true')).toEqual(['13']);
    expect((await portal.call('GET', '/crm/owners/2026-09/92?idProperty=userId')).body.id).toBe('12');
  });

  it('pages owners', async () => {
    const first = await portal.call('GET', '/crm/owners/2026-09?limit=1');

    expect(first.body.paging.next.after).toBe('12');
    expect(await ids(`?limit=1&after=${first.body.paging.next.after}`)).toEqual(['12']);
  });

  it('tells about the account, its name from 2026-09 on', async () => {
    const newest = await portal.call('GET', '/account-info/2026-09/details');
    const older = await portal.call('GET', '/account-info/v3/details');

    expect(newest.body).toMatchObject({ portalId: 1_234_567, portalName: 'Acme', accountType: 'STANDARD', timeZone: 'US/Eastern', companyCurrency: 'USD', additionalCurrencies: ['EUR'], utcOffset: '-05:00', utcOffsetMilliseconds: -18_000_000 });
    expect(older.body).not.toHaveProperty('portalName');
  });

  it('tells whose portal a token belongs to', async () => {
    expect((await portal.call('GET', '/integrations/v1/me')).body).toMatchObject({ portalId: 1_234_567 });
  });

  it('counts custom properties', async () => {
    await portal.call('POST', '/crm/properties/2026-09/contacts', { name: 'shoe', label: 'Shoe', type: 'string', fieldType: 'text', groupName: 'contactinformation' });

    const reply = await portal.call('GET', '/crm/limits/2026-09/custom-properties');

    expect(reply.body).toMatchObject({ overallUsage: 1, byObjectType: expect.arrayContaining([expect.objectContaining({ objectTypeId: '0-1', usage: 1, limit: 1_000 })]) as unknown });
  });
});
