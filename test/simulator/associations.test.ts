import { COMPANIES, CONTACTS, createRecord, DEALS, startPortal, type Reply, type SimulatedPortal } from './simulated-portal';

const DEALS_TO_COMPANIES = '/crm/associations/2026-09/deals/companies';
const CONTACTS_TO_COMPANIES = '/crm/associations/2026-09/contacts/companies';
const defined = (associationTypeId: number) => ({ associationCategory: 'HUBSPOT_DEFINED', associationTypeId });
const custom = (associationTypeId: number) => ({ associationCategory: 'USER_DEFINED', associationTypeId });

/** HubSpot docs, "Associate records". */
describe('associations', () => {
  let portal: SimulatedPortal;
  let [contact, company, second, deal] = ['', '', '', ''];
  beforeEach(async () => {
    portal = await startPortal();
    contact = await createRecord(portal, CONTACTS, { firstname: 'A' });
    company = await createRecord(portal, COMPANIES, { name: 'First' });
    second = await createRecord(portal, COMPANIES, { name: 'Second' });
    deal = await createRecord(portal, DEALS, { dealname: 'D', dealstage: 'closedwon' });
  });
  afterEach(() => portal.close());

  const putDefault = (from: string, fromId: string, to: string, toId: string) => portal.call('PUT', `/crm/objects/2026-09/${from}/${fromId}/associations/default/${to}/${toId}`);
  const associate = (base: string, fromId: string, toId: string, ...types: unknown[]): Promise<Reply> => portal.call('POST', `${base}/batch/create`, { inputs: [{ from: { id: fromId }, to: { id: toId }, types }] });
  const typesOf = async (base: string, fromId: string, toId: string): Promise<number[]> => {
    const reply = await portal.call('POST', `${base}/batch/read`, { inputs: [{ id: fromId }] });
    return (reply.body.results[0]?.to.find(({ toObjectId }) => String(toObjectId) === toId)?.associationTypes ?? []).map(({ typeId }) => typeId).sort((a, b) => a - b);
  };

  it('answers the default call with two directed rows, and makes the first company primary', async () => {
    const reply = await putDefault('deals', deal, 'companies', company);

    expect(reply.status).toBe(200);
    expect(reply.body.results).toEqual(
      expect.arrayContaining([
        { from: { id: deal }, to: { id: company }, associationSpec: defined(341) },
        { from: { id: company }, to: { id: deal }, associationSpec: defined(342) },
      ]),
    );
    expect(await typesOf(DEALS_TO_COMPANIES, deal, company)).toEqual([5, 341]);
    expect(await typesOf('/crm/associations/2026-09/companies/deals', company, deal)).toEqual([6, 342]);
  });

  /** HubSpot docs, "Associate records", association type id values. */
  it.each([
    { from: 'contacts', to: 'companies', there: 279, back: 280 },
    { from: 'contacts', to: 'deals', there: 4, back: 3 },
    { from: 'deals', to: 'contacts', there: 3, back: 4 },
    { from: 'companies', to: 'deals', there: 342, back: 341 },
    { from: 'deals', to: 'deals', there: 451, back: 451 },
    { from: 'contacts', to: 'contacts', there: 449, back: 449 },
    { from: 'companies', to: 'companies', there: 450, back: 450 },
    { from: 'notes', to: 'contacts', there: 202, back: 201 },
    { from: 'tasks', to: 'companies', there: 192, back: 191 },
    { from: 'calls', to: 'deals', there: 206, back: 205 },
    { from: 'meetings', to: 'contacts', there: 200, back: 199 },
    { from: 'emails', to: 'companies', there: 186, back: 185 },
    { from: 'deals', to: 'line_items', there: 19, back: 20 },
    { from: 'contacts', to: 'tickets', there: 15, back: 16 },
  ])('joins $from with $to as $there, seen from the other end as $back', async ({ from, to, there, back }) => {
    const both = ['1', '2'].map((id) => ({ id, properties: {} }));
    await portal.control('POST', 'portal', { records: { [from]: both, [to]: both } });

    const reply = await putDefault(from, '1', to, '2');

    expect(reply.body.results).toEqual(
      expect.arrayContaining([
        { from: { id: '1' }, to: { id: '2' }, associationSpec: defined(there) },
        { from: { id: '2' }, to: { id: '1' }, associationSpec: defined(back) },
      ]),
    );
  });

  it('is harmless to repeat', async () => {
    for (let time = 0; time < 3; time += 1) await associate(DEALS_TO_COMPANIES, deal, company, defined(341));

    const reply = await portal.call('GET', `/crm/objects/2026-09/deals/${deal}/associations/companies`);
    expect(reply.body.results).toHaveLength(1);
    expect(await typesOf(DEALS_TO_COMPANIES, deal, company)).toEqual([5, 341]);
  });

  it('leaves a later company unlabelled, and moves primary only when asked by name', async () => {
    await associate(DEALS_TO_COMPANIES, deal, company, defined(341));
    await associate(DEALS_TO_COMPANIES, deal, second, defined(341));
    const before = [await typesOf(DEALS_TO_COMPANIES, deal, company), await typesOf(DEALS_TO_COMPANIES, deal, second)];

    await associate(DEALS_TO_COMPANIES, deal, second, defined(5));

    expect(before).toEqual([[5, 341], [341]]);
    expect([await typesOf(DEALS_TO_COMPANIES, deal, company), await typesOf(DEALS_TO_COMPANIES, deal, second)]).toEqual([[341], [5, 341]]);
  });

  it('makes the first company primary on default calls alone when the switch says so', async () => {
    await portal.control('POST', 'switches', { firstCompanyBecomesPrimary: 'default-calls' });

    await associate(DEALS_TO_COMPANIES, deal, company, defined(341));
    await putDefault('contacts', contact, 'companies', company);

    expect([await typesOf(DEALS_TO_COMPANIES, deal, company), await typesOf(CONTACTS_TO_COMPANIES, contact, company)]).toEqual([[341], [1, 279]]);
  });

  it('replaces the labels of a pair by a new one, keeps them when only the unlabelled type is sent', async () => {
    const labels = `${CONTACTS_TO_COMPANIES}/labels`;
    const typeIds = [];
    for (const name of ['billing', 'legal']) typeIds.push((await portal.call('POST', labels, { name, label: name })).body.results[0]!.typeId);
    const [billing = 0, legal = 0] = typeIds;

    await associate(CONTACTS_TO_COMPANIES, contact, company, custom(billing));
    await associate(CONTACTS_TO_COMPANIES, contact, company, defined(279));
    const kept = await typesOf(CONTACTS_TO_COMPANIES, contact, company);
    await associate(CONTACTS_TO_COMPANIES, contact, company, custom(legal));
    const replaced = await typesOf(CONTACTS_TO_COMPANIES, contact, company);
    await associate(CONTACTS_TO_COMPANIES, contact, company, custom(legal), custom(billing));
    const both = await typesOf(CONTACTS_TO_COMPANIES, contact, company);

    expect(kept).toEqual([billing, 1, 279].sort((a, b) => a - b));
    expect(replaced).toEqual([legal, 1, 279].sort((a, b) => a - b));
    expect(both).toEqual([billing, legal, 1, 279].sort((a, b) => a - b));
  });

  it('shows the other label of a pair from the far side', async () => {
    const created = await portal.call('POST', `${CONTACTS_TO_COMPANIES}/labels`, { name: 'boss', label: 'Boss of', inverseLabel: 'Led by' });
    const [there] = created.body.results;
    await associate(CONTACTS_TO_COMPANIES, contact, company, custom(there!.typeId));

    const back = await portal.call('POST', '/crm/associations/2026-09/companies/contacts/batch/read', { inputs: [{ id: company }] });

    expect(created.body.results.map(({ label }) => label)).toEqual(['Boss of', 'Led by']);
    expect(back.body.results[0]?.to[0]?.associationTypes.map(({ label }) => label)).toContain('Led by');
  });

  it('runs parent and child companies as a labelled pair', async () => {
    await associate('/crm/associations/2026-09/companies/companies', company, second, defined(13));

    expect(await typesOf('/crm/associations/2026-09/companies/companies', company, second)).toEqual([13, 450]);
    expect(await typesOf('/crm/associations/2026-09/companies/companies', second, company)).toEqual([14, 450]);
  });

  /** Recorded by several public projects. */
  it('answers a batch read with 207 and NO_ASSOCIATIONS_FOUND for sources that have none, existing or not', async () => {
    await putDefault('deals', deal, 'companies', company);

    const reply = await portal.call('POST', `${DEALS_TO_COMPANIES}/batch/read`, { inputs: [{ id: deal }, { id: '777' }, { id: 'unknown_id' }] });

    expect([reply.status, reply.body.results.map(({ from }) => from.id)]).toEqual([207, [deal]]);
    expect(reply.body.errors).toMatchObject([
      { subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND', message: 'No company is associated with deal 777.', context: { fromObjectId: ['777'], fromObjectType: ['deal'], toObjectType: ['company'] } },
      { subCategory: 'crm.associations.INVALID_IDENTIFIER', message: 'unknown_id is not a valid ID' },
    ]);
  });

  it('creates what it can and names the ends it does not know', async () => {
    const types = [defined(341)];
    const pair = (from: string, to: string) => ({ from: { id: from }, to: { id: to }, types });

    const reply = await portal.call('POST', `${DEALS_TO_COMPANIES}/batch/create`, { inputs: [pair(deal, company), pair('998', company), pair(deal, '999'), pair('x', company)] });

    expect([reply.status, reply.body.results.length, reply.body.numErrors]).toEqual([207, 1, 3]);
    expect(reply.body.errors).toMatchObject([
      { subCategory: 'crm.associations.FROM_OBJECT_NOT_FOUND', message: 'No deal with ID 998 exists', context: { id: ['998'], objectType: ['deal'] } },
      { subCategory: 'crm.associations.TO_OBJECT_NOT_FOUND', context: { id: ['999'], objectType: ['company'] } },
      { subCategory: 'crm.associations.INVALID_IDENTIFIER', context: { id: ['x'] } },
    ]);
  });

  it('does not associate a record with itself, nor by a type of another direction', async () => {
    const self = await associate('/crm/associations/2026-09/companies/companies', company, company, defined(450));
    const wrong = await associate(DEALS_TO_COMPANIES, deal, company, defined(342));

    expect(self.body.errors[0]?.message).toBe(`Object ${company} cannot be associated to itself (${company})`);
    expect([wrong.status, wrong.body.message]).toEqual([400, 'One or more associations are invalid']);
  });

  /** HubSpot changelog, "Bug fix: batch read limit for HubSpot associations API". */
  it('takes 2,000 pairs to create and 1,000 sources to read', async () => {
    const inputs = (count: number) => ({ inputs: Array.from({ length: count }, (_, place) => ({ id: String(place + 1), from: { id: '1' }, to: { id: String(place + 2) }, types: [defined(341)] })) });

    const replies = [
      await portal.call('POST', `${DEALS_TO_COMPANIES}/batch/create`, inputs(2_000)),
      await portal.call('POST', `${DEALS_TO_COMPANIES}/batch/create`, inputs(2_001)),
      await portal.call('POST', `${DEALS_TO_COMPANIES}/batch/read`, inputs(1_000)),
      await portal.call('POST', `${DEALS_TO_COMPANIES}/batch/read`, inputs(1_001)),
    ];

    expect(replies.map(({ status }) => status)).toEqual([207, 400, 207, 400]);
  });

  it('limits the sources of a batch archive and the pairs of a default batch by switches (not documented)', async () => {
    await portal.control('POST', 'switches', { associationBatchArchiveLimit: 1, associationDefaultBatchLimit: 1 });
    const archive = (...from: string[]) => portal.call('POST', `${DEALS_TO_COMPANIES}/batch/archive`, { inputs: from.map((id) => ({ from: { id }, to: [{ id: company }, { id: second }] })) });
    const byDefault = (...to: string[]) => portal.call('POST', `${DEALS_TO_COMPANIES}/batch/associate/default`, { inputs: to.map((id) => ({ from: { id: deal }, to: { id } })) });

    const replies = [await byDefault(company), await byDefault(company, second), await archive(deal), await archive(deal, '9')];

    expect(replies.map(({ status }) => status)).toEqual([200, 400, 200, 400]);
  });

  it('archives pairs for good, single labels, or all labels with the unlabelled type', async () => {
    await associate(DEALS_TO_COMPANIES, deal, company, defined(341));
    const labelsArchive = (type: number) => portal.call('POST', `${DEALS_TO_COMPANIES}/batch/labels/archive`, { inputs: [{ from: { id: deal }, to: { id: company }, types: [defined(type)] }] });

    await labelsArchive(5);
    const withoutPrimary = await typesOf(DEALS_TO_COMPANIES, deal, company);
    await labelsArchive(341);
    const without = await typesOf(DEALS_TO_COMPANIES, deal, company);

    expect([withoutPrimary, without]).toEqual([[341], []]);
  });

  it('hides the associations of an archived end and shows them when a person restores it', async () => {
    await putDefault('deals', deal, 'companies', company);
    await portal.call('DELETE', `${COMPANIES}/${company}`);
    const hidden = [await typesOf(DEALS_TO_COMPANIES, deal, company), (await portal.call('GET', `/crm/objects/2026-09/companies/${company}/associations/deals`)).body.results];

    await portal.control('POST', 'edit', { action: 'restore', objectType: 'companies', id: company });

    expect(hidden).toEqual([[], []]);
    expect(await typesOf(DEALS_TO_COMPANIES, deal, company)).toEqual([5, 341]);
  });

  it('puts, lists and deletes single ones', async () => {
    const put = await portal.call('PUT', `/crm/objects/2026-09/contacts/${contact}/associations/companies/${company}`, [defined(279)]);
    const list = await portal.call('GET', `/crm/objects/2026-09/contacts/${contact}/associations/companies?limit=1`);
    const removed = await portal.call('DELETE', `/crm/objects/2026-09/contacts/${contact}/associations/companies/${company}`);
    const unknown = await putDefault('contacts', contact, 'companies', '999');

    expect([put.status, list.body.results.length, removed.status, unknown.status]).toEqual([201, 1, 204, 404]);
    expect((await portal.call('GET', `/crm/objects/2026-09/contacts/${contact}/associations/companies`)).body.results).toEqual([]);
  });

  it('changes and deletes labels, and pairs lose them', async () => {
    const labels = `${CONTACTS_TO_COMPANIES}/labels`;
    const { typeId } = (await portal.call('POST', labels, { name: 'billing', label: 'Billing' })).body.results[0]!;
    await associate(CONTACTS_TO_COMPANIES, contact, company, custom(typeId));

    const changed = await portal.call('PUT', labels, { associationTypeId: typeId, label: 'Invoices' });
    const list = await portal.call('GET', labels);
    const deleted = await portal.call('DELETE', `${labels}/${typeId}`);

    expect([changed.status, deleted.status]).toEqual([204, 204]);
    expect(list.body.results).toEqual(expect.arrayContaining([{ category: 'USER_DEFINED', typeId, label: 'Invoices' }, { category: 'HUBSPOT_DEFINED', typeId: 279, label: null }]));
    expect(await typesOf(CONTACTS_TO_COMPANIES, contact, company)).toEqual([1, 279]);
  });

  it('makes no label twice, none without a usable name, and none beyond what the subscription allows', async () => {
    const labels = `${CONTACTS_TO_COMPANIES}/labels`;
    const make = (name: string, label: string) => portal.call('POST', labels, { name, label });
    await portal.control('POST', 'switches', { associationLabelLimit: 2 });

    const replies = [await make('billing', 'Billing'), await make('billing', 'Other'), await make('other', 'Billing'), await make('a-b', 'A'), await make('1st', 'B'), await make('legal', 'Legal'), await make('third', 'Third')];
    const limits = (await portal.call('GET', '/crm/limits/2026-09/associations/labels')).body.results;

    expect(replies.map(({ status }) => status)).toEqual([200, 400, 400, 400, 400, 200, 400]);
    const typeOf = (objectTypeId: string) => expect.objectContaining({ objectTypeId }) as unknown;
    expect(limits).toContainEqual(expect.objectContaining({ fromObjectType: typeOf('0-1'), toObjectType: typeOf('0-2'), limit: 2, usage: 2, allLabels: ['Billing', 'Legal'] }));
  });

  it('takes a deleted label from its associations, or does not delete it while there are any, by a switch (not documented)', async () => {
    const labels = `${CONTACTS_TO_COMPANIES}/labels`;
    const { typeId } = (await portal.call('POST', labels, { name: 'billing', label: 'Billing' })).body.results[0]!;
    await associate(CONTACTS_TO_COMPANIES, contact, company, custom(typeId));
    await portal.control('POST', 'switches', { deletingLabelsInUse: 'refused' });

    const inUse = await portal.call('DELETE', `${labels}/${typeId}`);
    await portal.call('POST', `${CONTACTS_TO_COMPANIES}/batch/labels/archive`, { inputs: [{ from: { id: contact }, to: { id: company }, types: [custom(typeId)] }] });
    const free = await portal.call('DELETE', `${labels}/${typeId}`);

    expect([inUse.status, free.status, await typesOf(CONTACTS_TO_COMPANIES, contact, company)]).toEqual([400, 204, [1, 279]]);
  });

  it('pages a source with more than 500', async () => {
    await portal.control('POST', 'portal', {
      records: { companies: [{ id: '1', properties: { name: 'Hub' } }], contacts: Array.from({ length: 501 }, (_, place) => ({ id: String(place + 10), properties: { firstname: 'A' } })) },
      associations: Array.from({ length: 501 }, (_, place) => ({ from: { objectType: 'companies', id: '1' }, to: { objectType: 'contacts', id: String(place + 10) } })),
    });
    const read = (input: unknown) => portal.call('POST', '/crm/associations/2026-09/companies/contacts/batch/read', { inputs: [input] });

    const first = (await read({ id: '1' })).body.results[0]!;
    const rest = (await read({ id: '1', after: first.paging.next.after })).body.results[0]!;

    expect([first.to.length, rest.to.length, rest.paging]).toEqual([500, 1, undefined]);
  });
});
