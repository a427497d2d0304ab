import { CONTACTS, createRecord, DEALS, KEY_PROPERTY, readValues, startPortal, type SimulatedPortal } from './simulated-portal';

const CREATE = `${CONTACTS}/batch/create`;
const UPSERT = `${CONTACTS}/batch/upsert`;

describe('unique values', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal({ properties: { contacts: [KEY_PROPERTY], deals: [KEY_PROPERTY] } });
  });
  afterEach(() => portal.close());

  /** HubSpot docs, "Error handling": 409. */
  it('refuses a second contact with an e-mail, whatever its case, and names the first', async () => {
    const id = await createRecord(portal, CONTACTS, { email: 'ada@example.com' });

    const reply = await portal.call('POST', CONTACTS, { properties: { email: 'ADA@example.com' } });

    expect([reply.status, reply.body.category, reply.body.message]).toEqual([409, 'CONFLICT', `Contact already exists. Existing ID: ${id}`]);
  });

  it('answers CONFLICT with the existing id in a 207, also for two inputs of one batch', async () => {
    const reply = await portal.call('POST', CREATE, { inputs: ['a', 'b'].map((objectWriteTraceId) => ({ properties: { email: 'ada@example.com' }, objectWriteTraceId })) });

    expect(reply.status).toBe(207);
    expect(reply.body.errors).toMatchObject([{ category: 'CONFLICT', context: { objectWriteTraceId: ['b'], existingId: [reply.body.results[0]?.id] } }]);
  });

  it('answers 409 for the whole batch without trace ids and writes nothing', async () => {
    const reply = await portal.call('POST', CREATE, { inputs: [{ properties: { email: 'ada@example.com' } }, { properties: { email: 'ada@example.com' } }] });
    const list = await portal.call('GET', CONTACTS);

    expect([reply.status, list.body.results.length]).toEqual([409, 0]);
  });

  /** Recorded by public projects: 400, the holder's id comes last. */
  it('refuses a custom unique value that is taken, and leaves its holder as it was', async () => {
    const id = await createRecord(portal, DEALS, { dealname: 'D', dealstage: 'closedwon', salesforce_id: '006' });

    const reply = await portal.call('POST', DEALS, { properties: { dealname: 'E', dealstage: 'closedwon', salesforce_id: '006' } });

    expect([reply.status, reply.body.category]).toEqual([400, 'VALIDATION_ERROR']);
    expect(reply.body.message).toMatch(new RegExp(`^Cannot set PropertyValueCoordinates\\{portalId=1234567, .*propertyName=salesforce_id, value=006\\} on \\d+\\. ${id} already has that value\\.$`));
    expect(await readValues(portal, DEALS, id, ['dealname'])).toMatchObject({ dealname: 'D' });
  });

  it.each([
    { leaves: false, records: 1 },
    { leaves: true, records: 2 },
  ])('leaves a half-made record behind: $leaves (not known of the real thing)', async ({ leaves, records }) => {
    await portal.control('POST', 'switches', { rejectedCreateLeavesHalfMadeRecord: leaves });
    await createRecord(portal, CONTACTS, { firstname: 'A', salesforce_id: '003' });

    const reply = await portal.call('POST', CONTACTS, { properties: { firstname: 'B', salesforce_id: '003' } });
    const list = await portal.call('GET', `${CONTACTS}?properties=firstname,salesforce_id`);

    expect(reply.status).toBe(400);
    expect(list.body.results).toHaveLength(records);
    if (leaves) expect(list.body.results[1]?.properties).toMatchObject({ firstname: 'B', salesforce_id: null });
  });

  it.each([
    { keep: false, status: 201 },
    { keep: true, status: 400 },
  ])('lets an archived record keep its values: $keep (not known of the real thing)', async ({ keep, status }) => {
    await portal.control('POST', 'switches', { archivedRecordsKeepUniqueValues: keep });
    const id = await createRecord(portal, CONTACTS, { firstname: 'A', salesforce_id: '003' });
    await portal.call('DELETE', `${CONTACTS}/${id}`);

    const reply = await portal.call('POST', CONTACTS, { properties: { firstname: 'B', salesforce_id: '003' } });

    expect(reply.status).toBe(status);
  });

  it('finds an archived record by its unique value with archived=true', async () => {
    const id = await createRecord(portal, CONTACTS, { firstname: 'A', salesforce_id: '003' });
    await portal.call('DELETE', `${CONTACTS}/${id}`);
    const ask = (query: string) => portal.call('POST', `${CONTACTS}/batch/read${query}`, { idProperty: 'salesforce_id', properties: ['salesforce_id'], inputs: [{ id: '003' }] });

    const [live, archived] = [await ask(''), await ask('?archived=true')];

    expect(live.body.results).toEqual([]);
    expect(archived.body.results.map((record) => record.id)).toEqual([id]);
  });

  it('gives a value free when its record loses or changes it', async () => {
    const id = await createRecord(portal, CONTACTS, { firstname: 'A', salesforce_id: '003' });
    await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { salesforce_id: '' } });

    const reply = await portal.call('POST', CONTACTS, { properties: { firstname: 'B', salesforce_id: '003' } });

    expect(reply.status).toBe(201);
  });

  it.each([
    { ignore: false, status: 201 },
    { ignore: true, status: 400 },
  ])('ignores case in custom unique values: $ignore (not known of the real thing)', async ({ ignore, status }) => {
    await portal.control('POST', 'switches', { uniqueValuesIgnoreCase: ignore });
    await createRecord(portal, CONTACTS, { firstname: 'A', salesforce_id: '003abc' });

    const reply = await portal.call('POST', CONTACTS, { properties: { firstname: 'B', salesforce_id: '003ABC' } });

    expect(reply.status).toBe(status);
  });
});

/** HubSpot docs, "Using object APIs", upsert, and live probes of public projects. */
describe('batch upsert', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal({ properties: { contacts: [KEY_PROPERTY] } });
  });
  afterEach(() => portal.close());

  const upsert = (properties: Record<string, string>, traceId?: string) =>
    portal.call('POST', UPSERT, { inputs: [{ id: '003', idProperty: 'salesforce_id', properties: { salesforce_id: '003', ...properties }, ...(traceId ? { objectWriteTraceId: traceId } : {}) }] });

  it('says new once, then finds the same record and keeps what is not sent', async () => {
    const first = await upsert({ firstname: 'Ada', city: 'London' }, 'a');
    const second = await upsert({ city: 'Paris' }, 'a');

    const [made, found] = [first.body.results[0]!, second.body.results[0]!];
    expect([first.status, made.new, made.objectWriteTraceId]).toEqual([200, true, 'a']);
    expect([second.status, found.new, found.id]).toEqual([200, false, made.id]);
    expect(await readValues(portal, CONTACTS, made.id, ['firstname', 'city'])).toMatchObject({ firstname: 'Ada', city: 'Paris' });
  });

  it.each([
    { path: DEALS, idProperty: 'dealname', typeId: '0-3' },
    { path: '/crm/objects/2026-09/companies', idProperty: 'domain', typeId: '0-2' },
    { path: CONTACTS, idProperty: 'hs_object_id', typeId: '0-1' },
  ])('refuses $idProperty, which is not unique', async ({ path, idProperty, typeId }) => {
    const reply = await portal.call('POST', `${path}/batch/upsert`, { inputs: [{ id: 'x', idProperty, properties: {} }] });

    expect([reply.status, reply.body.message]).toEqual([400, `Unable to perform update/upsert by non-unique ${typeId} property ${idProperty}`]);
  });

  it('runs into the e-mail of another contact', async () => {
    const id = await createRecord(portal, CONTACTS, { email: 'ada@example.com' });

    const reply = await upsert({ email: 'ada@example.com' }, 'a');

    expect(reply.status).toBe(207);
    expect(reply.body.errors).toMatchObject([{ category: 'CONFLICT', context: { existingId: [id], objectWriteTraceId: ['a'] } }]);
  });

  it('finds a contact by a secondary address and leaves its main one', async () => {
    await portal.control('POST', 'portal', { records: { contacts: [{ id: '7', properties: { email: 'main@example.com', hs_additional_emails: 'second@example.com' } }] } });

    const reply = await portal.call('POST', UPSERT, { inputs: [{ id: 'second@example.com', idProperty: 'email', properties: { email: 'second@example.com', city: 'Oslo' }, objectWriteTraceId: 'a' }] });

    expect(reply.body.results[0]).toMatchObject({ id: '7', new: false });
    expect(await readValues(portal, CONTACTS, '7', ['email', 'city'])).toMatchObject({ email: 'main@example.com', city: 'Oslo' });
  });
});
