import { CONTACTS, createRecord, KEY_PROPERTY, startPortal, type SimulatedPortal } from './simulated-portal';

const CREATE = `${CONTACTS}/batch/create`;
const UPDATE = `${CONTACTS}/batch/update`;
const READ = `${CONTACTS}/batch/read`;
const ARCHIVE = `${CONTACTS}/batch/archive`;

const named = (number: number, traceId?: string): unknown => ({ properties: { firstname: `N${number}` }, ...(traceId === undefined ? {} : { objectWriteTraceId: traceId }) });
const sequence = (count: number): number[] => Array.from({ length: count }, (_, place) => place);

/** HubSpot docs, "Error handling", multi-status errors, and replies that public projects recorded. */
describe('batches of records', () => {
  let portal: SimulatedPortal;
  beforeEach(async () => {
    portal = await startPortal({ properties: { contacts: [KEY_PROPERTY] } });
  });
  afterEach(() => portal.close());

  const total = async (): Promise<number> => (await portal.call('GET', `${CONTACTS}?limit=100`)).body.results.length;

  it.each(['create', 'update', 'upsert', 'archive', 'read'])('takes 100 inputs a call and refuses 101 of batch %s in the words of the vendor', async (verb) => {
    const inputs = sequence(101).map((number) => ({ id: String(number + 1), idProperty: 'salesforce_id', properties: { firstname: 'A' } }));

    const reply = await portal.call('POST', `${CONTACTS}/batch/${verb}`, { inputs });

    expect([reply.status, reply.body.category]).toEqual([400, 'VALIDATION_ERROR']);
    expect(reply.body.message).toBe('The maximum number of inputs supported in a batch is 100. Please reduce the number of items and try again');
  });

  it('reads 50 records with their history, not 51', async () => {
    const ask = (count: number) => portal.call('POST', READ, { propertiesWithHistory: ['firstname'], inputs: sequence(count).map((number) => ({ id: String(number + 1) })) });

    const [fifty, more] = [await ask(50), await ask(51)];

    expect([fifty.status, more.status]).toEqual([207, 400]);
    expect(more.body.message).toContain('property histories is 50');
  });

  it('answers 201 without any member about errors when all went well', async () => {
    const reply = await portal.call('POST', CREATE, { inputs: [named(1, 'a'), named(2, 'b')] });

    expect(reply.status).toBe(201);
    expect(reply.body.status).toBe('COMPLETE');
    expect(Object.keys(reply.body).sort()).toEqual(['completedAt', 'results', 'startedAt', 'status']);
  });

  /** HubSpot/hubspot-api-nodejs, issue 190. */
  it('answers in another order than asked, the same for the same seed', async () => {
    const inputs = sequence(40).map((number) => named(number, String(number)));
    const order = async (): Promise<(string | null | undefined)[]> => (await portal.call('POST', CREATE, { inputs })).body.results.map(({ properties }) => properties['firstname']);

    const first = await order();
    await portal.control('POST', 'portal', {});
    const second = await order();

    expect(first).not.toEqual(sequence(40).map((number) => `N${number}`));
    expect(second).toEqual(first);
  });

  it('with distinct trace ids writes the good inputs and names the bad ones', async () => {
    const reply = await portal.call('POST', CREATE, { inputs: [named(1, 'a'), { properties: { colour: 'red' }, objectWriteTraceId: 'b' }] });

    expect([reply.status, reply.body.numErrors, reply.body.results.length]).toEqual([207, 1, 1]);
    expect(reply.body.errors[0]).toMatchObject({
      status: 'error',
      category: 'VALIDATION_ERROR',
      context: { objectWriteTraceId: ['b'] },
      errors: [{ code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['colour'] } }],
    });
    expect(await total()).toBe(1);
  });

  it.each([
    { case: 'no trace ids', ids: [undefined, undefined] },
    { case: 'one missing', ids: ['a', undefined] },
    { case: 'twice the same', ids: ['a', 'a'] },
  ])('with $case refuses the whole batch and writes nothing', async ({ ids }) => {
    const reply = await portal.call('POST', CREATE, { inputs: [named(1, ids[0]), { properties: { colour: 'red' }, ...(ids[1] === undefined ? {} : { objectWriteTraceId: ids[1] }) }] });

    expect([reply.status, reply.body.category]).toEqual([400, 'VALIDATION_ERROR']);
    expect(await total()).toBe(0);
  });

  it('without trace ids lists the problems of several records once each, and not whose they are', async () => {
    const bad = { properties: { firstname: 'A', colour: 'red' } };

    const reply = await portal.call('POST', CREATE, { inputs: [bad, bad, { properties: { firstname: 'B', size: 'L' } }] });

    expect(reply.body.errors.map(({ context }) => context['propertyName'])).toEqual([['colour'], ['size']]);
    expect(JSON.stringify(reply.body)).not.toContain('objectWriteTraceId');
  });

  it('creates again when a trace id is sent again: it is no idempotency key', async () => {
    await portal.call('POST', CREATE, { inputs: [named(1, 'a')] });
    await portal.call('POST', CREATE, { inputs: [named(1, 'a')] });

    expect(await total()).toBe(2);
  });

  it('repeats the trace id in created results only when the switch says so', async () => {
    const silent = await portal.call('POST', CREATE, { inputs: [named(1, 'a')] });
    await portal.control('POST', 'switches', { traceIdEchoedInCreate: true });
    const echoing = await portal.call('POST', CREATE, { inputs: [named(2, 'b')] });

    expect([silent.body.results[0]?.objectWriteTraceId, echoing.body.results[0]?.objectWriteTraceId]).toEqual([undefined, 'b']);
  });

  it.each([UPDATE, ARCHIVE])('refuses two inputs with one id at %s, trace ids or not', async (path) => {
    const id = await createRecord(portal, CONTACTS, { firstname: 'A' });

    const reply = await portal.call('POST', path, { inputs: ['a', 'b'].map((objectWriteTraceId) => ({ id, properties: { city: objectWriteTraceId }, objectWriteTraceId })) });

    expect([reply.status, reply.body.message]).toEqual([400, `Duplicate IDs found in batch input: [${id}]. IDs must be unique`]);
    expect(await total()).toBe(1);
  });

  it('lists all unknown ids of a read and of an update in one entry beside what it found', async () => {
    const id = await createRecord(portal, CONTACTS, { firstname: 'A' });

    const read = await portal.call('POST', READ, { properties: [], inputs: [{ id: '998' }, { id }, { id: '999' }] });
    const update = await portal.call('POST', UPDATE, { inputs: ['998', id, '999'].map((each) => ({ id: each, properties: { city: 'Oslo' } })) });

    for (const reply of [read, update]) {
      expect(reply.status).toBe(207);
      expect(reply.body.results.map((record) => record.id)).toEqual([id]);
      expect(reply.body.errors).toMatchObject([{ category: 'OBJECT_NOT_FOUND', context: { ids: ['998', '999'] } }]);
    }
  });

  it('splits an update by trace ids, unless the switch says it falls as one', async () => {
    const [good, bad] = [await createRecord(portal, CONTACTS, { firstname: 'A' }), await createRecord(portal, CONTACTS, { firstname: 'B' })];
    const inputs = [
      { id: good, properties: { city: 'Oslo' }, objectWriteTraceId: 'a' },
      { id: bad, properties: { email: 'nonsense' }, objectWriteTraceId: 'b' },
    ];

    const split = await portal.call('POST', UPDATE, { inputs });
    await portal.control('POST', 'switches', { batchUpdateSplitsByTraceId: false });
    const whole = await portal.call('POST', UPDATE, { inputs });

    expect([split.status, whole.status]).toEqual([207, 400]);
    expect(split.body.errors[0]?.context['objectWriteTraceId']).toEqual(['b']);
  });

  /** HubSpot/hubspot-api-nodejs, issue 548. */
  it('does not update by e-mail, but by a custom unique property', async () => {
    await createRecord(portal, CONTACTS, { email: 'a@example.com', salesforce_id: 'S1' });

    const byEmail = await portal.call('POST', UPDATE, { inputs: [{ id: 'a@example.com', idProperty: 'email', properties: { city: 'Oslo' } }] });
    const byKey = await portal.call('POST', UPDATE, { inputs: [{ id: 'S1', idProperty: 'salesforce_id', properties: { city: 'Oslo' } }] });

    expect([byEmail.status, byKey.status]).toEqual([400, 200]);
  });

  it('archives what it knows, passes over the rest, and says 204 in any case', async () => {
    const id = await createRecord(portal, CONTACTS, { firstname: 'A' });

    const reply = await portal.call('POST', ARCHIVE, { inputs: [{ id }, { id: '999' }] });
    const archived = await portal.call('POST', `${READ}?archived=true`, { properties: ['firstname'], inputs: [{ id }] });

    expect([reply.status, reply.text, await total()]).toEqual([204, '', 0]);
    expect(archived.body.results[0]).toMatchObject({ archived: true, properties: { firstname: 'A' } });
  });

  it('creates with associations towards records that exist, and names the end that does not', async () => {
    const company = await createRecord(portal, '/crm/objects/2026-09/companies', { name: 'Acme' });
    const to = (id: string): unknown => [{ to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }] }];

    const reply = await portal.call('POST', CREATE, {
      inputs: [
        { properties: { firstname: 'A' }, associations: to(company), objectWriteTraceId: 'a' },
        { properties: { firstname: 'B' }, associations: to('424242'), objectWriteTraceId: 'b' },
      ],
    });
    const linked = await portal.call('GET', `/crm/objects/2026-09/companies/${company}?associations=contacts`);

    expect(reply.body.errors).toMatchObject([{ message: 'One or more associations are invalid', context: { INVALID_OBJECT_IDS: ['COMPANY=424242 is not valid'], objectWriteTraceId: ['b'] } }]);
    expect(linked.body.associations['contacts']?.results.map(({ id }) => id)).toContain(reply.body.results[0]?.id);
  });
});
