import { CONTACTS, createRecord, readValues, startPortal, type SimulatedPortal } from './simulated-portal';

const PROPERTIES = '/crm/properties/2026-09/contacts';
const property = (name: string, extra: Record<string, unknown> = {}): Record<string, unknown> => ({ name, label: name, type: 'string', fieldType: 'text', groupName: 'contactinformation', ...extra });

/** HubSpot docs, "Properties", and a live run that a public project recorded in September 2026. */
describe('properties', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal();
  });
  afterEach(() => portal.close());

  const create = (name: string, extra?: Record<string, unknown>) => portal.call('POST', PROPERTIES, property(name, extra));

  it('lists the defaults of a real portal without pages, none of them a migration\'s', async () => {
    const names = async (type: string): Promise<string[]> => (await portal.call('GET', `/crm/properties/2026-09/${type}`)).body.results.map(({ name }) => name);

    const [contacts, companies, deals] = [await names('contacts'), await names('companies'), await names('deals')];

    expect(contacts).toEqual(expect.arrayContaining(['email', 'salutation', 'mobilephone', 'fax', 'jobtitle', 'hs_linkedin_url', 'date_of_birth', 'hs_lead_status', 'lifecyclestage', 'numemployees', 'hubspot_owner_id']));
    expect(companies).toEqual(expect.arrayContaining(['name', 'domain', 'industry', 'numberofemployees', 'annualrevenue', 'type', 'linkedin_company_page', 'hs_parent_company_id']));
    expect(deals).toEqual(expect.arrayContaining(['dealname', 'amount', 'deal_currency_code', 'closedate', 'dealtype', 'hs_next_step', 'hs_priority', 'closed_lost_reason']));
    expect([...contacts, ...companies, ...deals].filter((name) => /^(migration_|salesforce_)/.test(name))).toEqual([]);
    expect(contacts).not.toEqual(expect.arrayContaining(['department']));
  });

  it('tells what can be written', async () => {
    const reply = await portal.call('GET', `${PROPERTIES}/hs_object_id`);

    expect(reply.body).toMatchObject({ hubspotDefined: true, modificationMetadata: { readOnlyValue: true, readOnlyDefinition: true, archivable: false } });
  });

  it('creates one that records can use at once', async () => {
    const reply = await create('shoe_size');
    const id = await createRecord(portal, CONTACTS, { firstname: 'A', shoe_size: '43' });

    expect([reply.status, reply.body]).toMatchObject([201, { name: 'shoe_size', hubspotDefined: false, hasUniqueValue: false }]);
    expect(await readValues(portal, CONTACTS, id, ['shoe_size'])).toMatchObject({ shoe_size: '43' });
  });

  it('answers 409 for a name that exists', async () => {
    const reply = await create('email');

    expect([reply.status, reply.body]).toMatchObject([409, { category: 'OBJECT_ALREADY_EXISTS', subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS', message: "A property named 'email' already exists." }]);
  });

  it.each([
    ['upper-case name', property('Shoe_Size')],
    ['type and field type that do not go together', property('shoe', { type: 'number', fieldType: 'text' })],
    ['group that is not there', property('shoe', { groupName: 'nowhere' })],
    ['option given twice', property('shoe', { type: 'enumeration', fieldType: 'select', options: [{ label: 'A', value: 'a' }, { label: 'B', value: 'a' }] })],
  ])('refuses an %s', async (_case, body) => {
    const reply = await portal.call('POST', PROPERTIES, body);

    expect([reply.status, reply.body.category]).toEqual([400, 'VALIDATION_ERROR']);
  });

  it('has room for 10 unique ones', async () => {
    for (let number = 1; number <= 10; number += 1) await create(`unique_${number}`, { hasUniqueValue: true });

    const eleventh = await create('unique_11', { hasUniqueValue: true });

    expect(eleventh.status).toBe(400);
  });

  it('brings an archived one back as it was, whatever is asked for', async () => {
    await create('shoe_size', { type: 'number', fieldType: 'number' });
    const archived = await portal.call('DELETE', `${PROPERTIES}/shoe_size`);
    const gone = await portal.call('GET', `${PROPERTIES}/shoe_size`);

    const again = await create('shoe_size', { hasUniqueValue: true });

    expect([archived.status, gone.status, gone.body.category]).toEqual([204, 404, 'OBJECT_NOT_FOUND']);
    expect([again.status, again.body]).toMatchObject([201, { type: 'number', hasUniqueValue: false, archived: false }]);
  });

  it('replaces the whole list of options on PATCH, and never the uniqueness', async () => {
    await create('size', { type: 'enumeration', fieldType: 'select', options: [{ label: 'S', value: 's' }, { label: 'M', value: 'm' }] });

    const reply = await portal.call('PATCH', `${PROPERTIES}/size`, { options: [{ label: 'L', value: 'l' }], hasUniqueValue: true, label: 'Size' });

    expect(reply.body).toMatchObject({ label: 'Size', hasUniqueValue: false, options: [{ value: 'l' }] });
  });

  it('creates, reads and archives in batches; the archive says 204 whatever becomes of it', async () => {
    const created = await portal.call('POST', `${PROPERTIES}/batch/create`, { inputs: [property('one'), property('email'), property('two')] });
    const read = await portal.call('POST', `${PROPERTIES}/batch/read`, { inputs: [{ name: 'one' }, { name: 'three' }] });
    const archived = await portal.call('POST', `${PROPERTIES}/batch/archive`, { inputs: [{ name: 'one' }, { name: 'three' }] });

    expect([created.status, created.body.results.map(({ name }) => name).sort(), created.body.errors[0]?.category]).toEqual([207, ['one', 'two'], 'OBJECT_ALREADY_EXISTS']);
    expect([read.status, read.body.results.map(({ name }) => name)]).toEqual([207, ['one']]);
    expect([archived.status, (await portal.call('GET', `${PROPERTIES}/one`)).status]).toEqual([204, 404]);
  });

  it('archives a group once it is empty', async () => {
    await portal.call('POST', `${PROPERTIES}/groups`, { name: 'shoes', label: 'Shoes' });
    await create('shoe_size', { groupName: 'shoes' });

    const full = await portal.call('DELETE', `${PROPERTIES}/groups/shoes`);
    await portal.call('DELETE', `${PROPERTIES}/shoe_size`);
    const empty = await portal.call('DELETE', `${PROPERTIES}/groups/shoes`);

    expect([full.status, full.body.subCategory, empty.status]).toEqual([400, 'PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES', 204]);
    expect((await portal.call('GET', `${PROPERTIES}/groups`)).body.results.map(({ name }) => name)).not.toContain('shoes');
  });
});

/** HubSpot docs, "Using object APIs", property history. */
describe('property history', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal();
  });
  afterEach(() => portal.close());

  it('tells newest first who changed a value, an app or a person', async () => {
    const id = await createRecord(portal, CONTACTS, { firstname: 'A', city: 'Oslo' });
    await portal.control('POST', 'clock', { advanceMs: 1_000 });
    await portal.control('POST', 'edit', { action: 'update', objectType: 'contacts', id, properties: { city: 'Rome' }, userId: 77 });
    await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { city: '' } });

    const reply = await portal.call('POST', `${CONTACTS}/batch/read`, { properties: ['city'], propertiesWithHistory: ['city', 'firstname'], inputs: [{ id }] });

    const { city, firstname } = reply.body.results[0]!.propertiesWithHistory;
    expect(city).toMatchObject([
      { value: '', sourceType: 'INTEGRATION' },
      { value: 'Rome', sourceType: 'CRM_UI', sourceId: 'userId:77', updatedByUserId: 77, timestamp: '2026-11-10T17:00:01.000Z' },
      { value: 'Oslo', sourceType: 'INTEGRATION', timestamp: '2026-11-10T17:00:00.000Z' },
    ]);
    expect(firstname).toHaveLength(1);
  });

  it('has no entry for a write that changes nothing, and leaves the modified date', async () => {
    const id = await createRecord(portal, CONTACTS, { firstname: 'A', city: 'Oslo' });
    await portal.control('POST', 'clock', { advanceMs: 1_000 });

    await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { city: 'Oslo' } });

    const reply = await portal.call('GET', `${CONTACTS}/${id}?propertiesWithHistory=city`);
    expect(reply.body.propertiesWithHistory['city']).toHaveLength(1);
    expect(reply.body.properties['lastmodifieddate']).toBe('2026-11-10T17:00:00.000Z');
  });
});
