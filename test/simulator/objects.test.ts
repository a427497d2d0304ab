import { COMPANIES, CONTACTS, createRecord, DEALS, readValues, startPortal, type SimulatedPortal } from './simulated-portal';

describe('records', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal();
  });
  afterEach(() => portal.close());

  /** HubSpot docs, "Using object APIs". */
  it('gives growing numeric ids and lists by id, page by page', async () => {
    for (const name of ['C', 'A', 'B']) await createRecord(portal, COMPANIES, { name });

    const first = await portal.call('GET', `${COMPANIES}?limit=2`);
    const second = await portal.call('GET', `${COMPANIES}?limit=2&after=${first.body.paging.next.after}`);

    const listed = [...first.body.results, ...second.body.results];
    expect(listed.map(({ properties }) => properties['name'])).toEqual(['C', 'A', 'B']);
    expect(listed.map(({ id }) => Number(id))).toEqual([...listed.map(({ id }) => Number(id))].sort((a, b) => a - b));
    expect(second.body.paging).toBeUndefined();
  });

  it('answers a requested property without a value as null and leaves out what was not asked for', async () => {
    const id = await createRecord(portal, CONTACTS, { firstname: 'Ada', city: 'London' });

    const reply = await portal.call('GET', `${CONTACTS}/${id}?properties=city,state,nonsense`);

    expect(reply.body.properties).toMatchObject({ city: 'London', state: null });
    expect(Object.keys(reply.body.properties).sort()).toEqual(['city', 'createdate', 'hs_object_id', 'lastmodifieddate', 'state']);
  });

  it('answers writes with what was sent and properties of the vendor', async () => {
    const reply = await portal.call('POST', CONTACTS, { properties: { email: 'Ada@Example.COM' } });

    expect(reply.status).toBe(201);
    expect(reply.body.properties).toMatchObject({ email: 'ada@example.com', hs_object_id: reply.body.id, hs_object_source: 'INTEGRATION' });
  });

  it('keeps properties that an update leaves out, and clears those it sends empty', async () => {
    const id = await createRecord(portal, CONTACTS, { firstname: 'Ada', city: 'London', state: 'X' });

    await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { city: 'Paris', state: '' } });

    expect(await readValues(portal, CONTACTS, id, ['firstname', 'city', 'state'])).toMatchObject({ firstname: 'Ada', city: 'Paris', state: null });
  });

  it('finds one record by e-mail with idProperty', async () => {
    const id = await createRecord(portal, CONTACTS, { email: 'ada@example.com' });

    const reply = await portal.call('PATCH', `${CONTACTS}/ADA%40example.com?idProperty=email`, { properties: { firstname: 'Ada' } });

    expect([reply.status, reply.body.id]).toEqual([200, id]);
  });

  it('answers 404 for an unknown id, and OBJECT_NOT_FOUND for one that is no number', async () => {
    const [unknown, noNumber] = [await portal.call('GET', `${CONTACTS}/999`), await portal.call('GET', `${CONTACTS}/abc`)];

    expect([unknown.status, unknown.body.message]).toEqual([404, 'resource not found']);
    expect([noNumber.status, noNumber.body.category]).toEqual([404, 'OBJECT_NOT_FOUND']);
  });

  /** As a public project observed it on a live portal. */
  it('hides an archived record from reads, lists and searches, and shows it with archived=true', async () => {
    const id = await createRecord(portal, COMPANIES, { name: 'Gone' });

    const archive = await portal.call('DELETE', `${COMPANIES}/${id}`);
    const again = await portal.call('DELETE', `${COMPANIES}/${id}`);
    const [live, archived, list, archivedList] = [
      await portal.call('GET', `${COMPANIES}/${id}`),
      await portal.call('GET', `${COMPANIES}/${id}?archived=true`),
      await portal.call('GET', COMPANIES),
      await portal.call('GET', `${COMPANIES}?archived=true`),
    ];

    expect([archive.status, again.status, live.status]).toEqual([204, 204, 404]);
    expect(archived.body.archived).toBe(true);
    expect([list.body.results.length, archivedList.body.results.length]).toEqual([0, 1]);
  });

  it('has no way to restore a record but a person', async () => {
    const id = await createRecord(portal, COMPANIES, { name: 'Gone' });
    await portal.call('DELETE', `${COMPANIES}/${id}`);

    const attempts = [await portal.call('POST', `${COMPANIES}/${id}/restore`), await portal.call('PATCH', `${COMPANIES}/${id}`, { properties: { name: 'Back' } })];
    await portal.control('POST', 'edit', { action: 'restore', objectType: 'companies', id });
    const restored = await portal.call('GET', `${COMPANIES}/${id}`);

    expect(attempts.map(({ status }) => status)).toEqual([404, 404]);
    expect(restored.body.properties['name']).toBe('Gone');
  });

  /** HubSpot docs: the guides of contacts, companies and deals. */
  it.each([
    { path: CONTACTS, properties: { city: 'Oslo' }, missing: ['email', 'firstname', 'lastname'] },
    { path: COMPANIES, properties: { city: 'Oslo' }, missing: ['name', 'domain'] },
    { path: DEALS, properties: { dealname: 'D' }, missing: ['dealstage'] },
    { path: '/crm/objects/2026-09/tickets', properties: {}, missing: ['subject', 'hs_pipeline_stage'] },
    { path: '/crm/objects/2026-09/notes', properties: { hs_note_body: 'x' }, missing: ['hs_timestamp'] },
  ])('refuses a create at $path without what it requires', async ({ path, properties, missing }) => {
    const reply = await portal.call('POST', path, { properties });

    expect(reply.status).toBe(400);
    expect(reply.body.context['properties']).toEqual(missing);
  });

  it('puts a deal without a pipeline into the default one, and works out what follows from the stage', async () => {
    const id = await createRecord(portal, DEALS, { dealname: 'D', dealstage: 'closedwon' });

    const values = await readValues(portal, DEALS, id, ['pipeline', 'hs_is_closed', 'hs_is_closed_won', 'hs_deal_stage_probability']);

    expect(values).toMatchObject({ pipeline: 'default', hs_is_closed: 'true', hs_is_closed_won: 'true', hs_deal_stage_probability: '1.0' });
  });

  it('does not join companies of one domain (HubSpot docs, "Companies")', async () => {
    const first = await createRecord(portal, COMPANIES, { domain: 'example.com' });
    const second = await createRecord(portal, COMPANIES, { domain: 'example.com' });

    expect(first).not.toBe(second);
  });

  it('deletes a contact for good on request of the law (HubSpot docs, "Contacts", GDPR delete)', async () => {
    const id = await createRecord(portal, CONTACTS, { email: 'ada@example.com' });

    const reply = await portal.call('POST', `${CONTACTS}/gdpr-delete`, { objectId: 'ada@example.com', idProperty: 'email' });

    expect([reply.status, (await portal.call('GET', `${CONTACTS}/${id}?archived=true`)).status]).toEqual([204, 404]);
  });

  it('answers 414 for a URL that is too long (HubSpot docs, "Error handling"); a POST read has no such bound', async () => {
    const names = Array.from({ length: 2_000 }, (_, place) => `property_${place}`);
    const id = await createRecord(portal, CONTACTS, { firstname: 'A' });

    const [get, post] = [await portal.call('GET', `${CONTACTS}/${id}?properties=${names.join(',')}`), await portal.call('POST', `${CONTACTS}/batch/read`, { properties: names, inputs: [{ id }] })];

    expect([get.status, post.status]).toEqual([414, 200]);
  });

  it('answers a body that is no JSON, and a missing one, with 400', async () => {
    const [broken, missing] = [await portal.call('POST', CONTACTS, '{"properties":'), await portal.call('POST', CONTACTS)];

    expect([broken.status, broken.body.message.startsWith('Invalid input JSON on line 1')]).toEqual([400, true]);
    expect([missing.status, missing.body.message]).toEqual([400, 'Invalid JSON input: a request body was expected, but none found']);
  });
});

describe('life cycle stage', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal();
  });
  afterEach(() => portal.close());

  /** HubSpot docs, "Lifecycle stages": forward only; the silence was reported by several integrators. */
  it('moves forward, and ignores a backward write without a word', async () => {
    const id = await createRecord(portal, CONTACTS, { firstname: 'A', lifecyclestage: 'customer' });

    const reply = await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { lifecyclestage: 'lead', city: 'Oslo' } });

    expect(reply.status).toBe(200);
    expect(await readValues(portal, CONTACTS, id, ['lifecyclestage', 'city'])).toMatchObject({ lifecyclestage: 'customer', city: 'Oslo' });
  });

  it('goes back by clearing it first', async () => {
    const id = await createRecord(portal, CONTACTS, { firstname: 'A', lifecyclestage: 'customer' });

    await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { lifecyclestage: '' } });
    await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { lifecyclestage: 'lead' } });

    expect(await readValues(portal, CONTACTS, id, ['lifecyclestage'])).toMatchObject({ lifecyclestage: 'lead' });
  });

  it('is lead for a contact created without one, unless the switch says none', async () => {
    const withDefault = await createRecord(portal, CONTACTS, { firstname: 'A' });
    await portal.control('POST', 'switches', { newContactLifecycleStage: '' });
    const without = await createRecord(portal, CONTACTS, { firstname: 'B' });

    expect(await readValues(portal, CONTACTS, withDefault, ['lifecyclestage'])).toMatchObject({ lifecyclestage: 'lead' });
    expect(await readValues(portal, CONTACTS, without, ['lifecyclestage'])).toMatchObject({ lifecyclestage: null });
  });
});

/** HubSpot docs, "Using object APIs", merge; HubSpot community, "Question about using batch read API" (merged ids). */
describe('merge', () => {
  let portal: SimulatedPortal;
  let [winner, loser, company] = ['', '', ''];
  beforeEach(async () => {
    portal = await startPortal();
    winner = await createRecord(portal, CONTACTS, { email: 'a@example.com', firstname: 'A' });
    loser = await createRecord(portal, CONTACTS, { email: 'b@example.com', firstname: 'B', city: 'Oslo' });
    company = await createRecord(portal, COMPANIES, { name: 'Acme' });
    await portal.call('PUT', `/crm/objects/2026-09/contacts/${loser}/associations/default/companies/${company}`);
    await portal.call('POST', `${CONTACTS}/merge`, { primaryObjectId: winner, objectIdToMerge: loser });
  });
  afterEach(() => portal.close());

  it('keeps the values of the winner, fills its blanks, and takes over address and associations', async () => {
    const values = await readValues(portal, CONTACTS, winner, ['email', 'firstname', 'city', 'hs_additional_emails', 'hs_merged_object_ids']);
    const associations = await portal.call('GET', `/crm/objects/2026-09/contacts/${winner}/associations/companies`);

    expect(values).toMatchObject({ email: 'a@example.com', firstname: 'A', city: 'Oslo', hs_additional_emails: 'b@example.com', hs_merged_object_ids: loser });
    expect(associations.body.results).toHaveLength(1);
  });

  it('lets the losing id lead to the winner in reads and single updates, but not in a batch update', async () => {
    const read = await portal.call('POST', `${CONTACTS}/batch/read`, { properties: ['email'], inputs: [{ id: loser }] });
    const patch = await portal.call('PATCH', `${CONTACTS}/${loser}`, { properties: { city: 'Rome' } });
    const update = await portal.call('POST', `${CONTACTS}/batch/update`, { inputs: [{ id: loser, properties: { city: 'Bonn' } }] });

    expect(read.body.results.map(({ id }) => id)).toEqual([winner]);
    expect([patch.status, patch.body.id]).toEqual([200, winner]);
    expect([update.status, update.body.errors[0]?.category]).toEqual([207, 'OBJECT_NOT_FOUND']);
  });

  it('finds the winner by the secondary address, in batch read and as the holder of a conflict', async () => {
    const read = await portal.call('POST', `${CONTACTS}/batch/read`, { idProperty: 'email', properties: ['email'], inputs: [{ id: 'B@example.com' }] });
    const create = await portal.call('POST', CONTACTS, { properties: { email: 'b@example.com' } });

    expect(read.body.results.map(({ id }) => id)).toEqual([winner]);
    expect([create.status, create.body.message]).toEqual([409, `Contact already exists. Existing ID: ${winner}`]);
  });
});
