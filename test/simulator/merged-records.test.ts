import { COMPANIES, CONTACTS, createRecord, KEY_PROPERTY, startPortal, type SimulatedPortal } from './simulated-portal';

/** What a portal answers for the id of a record that a person merged into another one. HubSpot community, "Question about using batch read API". */
describe('merged records', () => {
  let portal: SimulatedPortal;
  let [winner, loser, company] = ['', '', ''];
  beforeEach(async () => {
    portal = await startPortal({ properties: { contacts: [KEY_PROPERTY] } });
    winner = await createRecord(portal, CONTACTS, { email: 'ada@example.com', salesforce_id: 'W' });
    loser = await createRecord(portal, CONTACTS, { email: 'ada@former.com', city: 'Oslo', salesforce_id: 'L' });
    company = await createRecord(portal, COMPANIES, { name: 'Acme' });
    await portal.control('POST', 'edit', { action: 'merge', objectType: 'contacts', id: winner, mergedId: loser });
  });
  afterEach(() => portal.close());

  const batch = (name: string, body: object) => portal.call('POST', `${CONTACTS}/batch/${name}`, body);
  const linkTo = (id: string) => ({ from: { id }, to: { id: company }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }] });
  const associations = (name: string, inputs: readonly object[]) => portal.call('POST', `/crm/associations/2026-09/contacts/companies/batch/${name}`, { inputs });
  const linksOf = async (id: string) => (await associations('read', [{ id }])).body.results.flatMap(({ to }) => to.map(({ toObjectId }) => String(toObjectId)));

  it('are read by the old id as the winner, whose own values stay and whose blanks are filled', async () => {
    const single = await portal.call('GET', `${CONTACTS}/${loser}?properties=salesforce_id,city,hs_additional_emails`);
    const many = await batch('read', { properties: ['city'], inputs: [{ id: loser }] });

    expect(single.body).toMatchObject({ id: winner, properties: { salesforce_id: 'W', city: 'Oslo', hs_additional_emails: 'ada@former.com' } });
    expect([many.status, many.body.results.map(({ id }) => id)]).toEqual([200, [winner]]);
  });

  it('are one result of a batch read that asks for both ids', async () => {
    const reply = await batch('read', { properties: [], inputs: [{ id: loser }, { id: winner }] });

    expect([reply.status, reply.body.results.map(({ id }) => id)]).toEqual([200, [winner]]);
  });

  it('are still found by the old e-mail, but no more by the old unique value', async () => {
    const [email, key] = [await batch('read', { idProperty: 'email', properties: [], inputs: [{ id: 'ada@former.com' }] }), await batch('read', { idProperty: 'salesforce_id', properties: [], inputs: [{ id: 'L' }] })];

    expect([email.body.results.map(({ id }) => id), key.status, key.body.results]).toEqual([[winner], 207, []]);
  });

  it('take a single update by the old id, and refuse it in a batch', async () => {
    const single = await portal.call('PATCH', `${CONTACTS}/${loser}`, { properties: { city: 'Rome' } });
    const many = await batch('update', { inputs: [{ id: loser, properties: { city: 'Paris' }, objectWriteTraceId: 'a' }, { id: winner, properties: { state: 'X' }, objectWriteTraceId: 'b' }] });

    expect([single.status, single.body.id]).toEqual([200, winner]);
    expect([many.status, many.body.results.map(({ id }) => id)]).toEqual([207, [winner]]);
    expect(many.body.errors).toMatchObject([{ category: 'OBJECT_NOT_FOUND', context: { ids: [loser] } }]);
  });

  it('lead associations from the old id to the winner, if the portal follows merged ids (not known of the real thing)', async () => {
    const written = await associations('create', [linkTo(loser)]);
    const read = await associations('read', [{ id: loser }]);
    const before = await linksOf(winner);
    await associations('archive', [{ from: { id: loser }, to: [{ id: company }] }]);

    expect(written.body.results).toMatchObject([{ fromObjectId: Number(winner) }]);
    expect(read.body.results).toMatchObject([{ from: { id: winner } }]);
    expect([before, await linksOf(winner)]).toEqual([[company], []]);
  });

  it('are unknown to association calls, if it does not', async () => {
    await portal.control('POST', 'switches', { mergedIdsInAssociations: 'unknown' });
    await associations('create', [linkTo(winner)]);

    const written = await associations('create', [linkTo(loser)]);
    const read = await associations('read', [{ id: loser }]);
    await associations('archive', [{ from: { id: loser }, to: [{ id: company }] }]);

    expect([written.status, written.body.errors]).toMatchObject([207, [{ subCategory: 'crm.associations.FROM_OBJECT_NOT_FOUND' }]]);
    expect([read.status, read.body.errors]).toMatchObject([207, [{ subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND' }]]);
    expect(await linksOf(winner)).toEqual([company]);
  });
});
