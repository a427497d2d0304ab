import { COMPANIES, CONTACTS, createRecord, DEALS, readValues, startPortal, type SimulatedPortal } from './simulated-portal';

const CUSTOM = [
  { name: 'a_date', type: 'date', fieldType: 'date' },
  { name: 'a_time', type: 'datetime', fieldType: 'date' },
  { name: 'a_number', type: 'number', fieldType: 'number' },
  { name: 'a_bool', type: 'bool', fieldType: 'booleancheckbox' },
  { name: 'a_choice', type: 'enumeration', fieldType: 'checkbox', options: ['A', 'B', 'C'].map((value) => ({ label: value, value })) },
];

/** HubSpot docs, "Error handling" and "Properties"; codes as public projects recorded them. */
describe('property values', () => {
  let portal: SimulatedPortal;
  beforeAll(async () => {
    portal = await startPortal({ properties: { contacts: CUSTOM }, owners: [{ id: '11', email: 'owner@example.com' }, { id: '12', email: 'gone@example.com', archived: true }] });
  });
  afterAll(() => portal.close());

  it.each([
    ['unknown property', { colour: 'red' }, 'PROPERTY_DOESNT_EXIST', 'Property "colour" does not exist'],
    ['address without a domain', { email: 'foo' }, 'INVALID_EMAIL', 'Email address foo is invalid'],
    ['address in a reserved domain', { email: 'foo@bar.test' }, 'INVALID_EMAIL', 'Email address foo@bar.test is invalid'],
    ['address with a blank', { email: 'a b@example.com' }, 'INVALID_EMAIL', 'Email address a b@example.com is invalid'],
    ['option that is not there', { a_choice: 'D' }, 'INVALID_OPTION', 'D was not one of the allowed options: [A, B, C]'],
    ['option in another case', { a_choice: 'a' }, 'INVALID_OPTION', 'a was not one of the allowed options: [A, B, C]'],
    ['date off midnight', { a_date: '1600000000000' }, 'INVALID_DATE', '1600000000000 is at 12:26:40.0 UTC, not midnight!'],
    ['date that no calendar has', { a_date: '2026-02-30' }, 'INVALID_DATE', '2026-02-30 was not a valid date.'],
    ['instant that is none', { a_time: 'foo' }, 'INVALID_LONG', 'foo was not a valid long.'],
    ['number that is none', { a_number: '1,5' }, 'INVALID_INTEGER', '1,5 was not a valid number'],
    ['truth that is none', { a_bool: 'yes' }, 'INVALID_OPTION', 'yes was not one of the allowed options: [true, false]'],
    ['read-only property', { createdate: '2020-01-01' }, 'READ_ONLY_VALUE', '"createdate" is a read only property; its value cannot be set.'],
    ['calculated property', { num_associated_deals: '1' }, 'READ_ONLY_VALUE', '"num_associated_deals" is a calculated property; its value cannot be set.'],
    ['owner that is not there', { hubspot_owner_id: '99' }, 'INVALID_OWNER_ID', 'Owner 99 does not exist'],
    ['owner who has left', { hubspot_owner_id: '12' }, 'INVALID_OWNER_ID', 'Owner 12 does not exist'],
  ])('refuses an %s', async (_case, properties, code, message) => {
    const reply = await portal.call('POST', CONTACTS, { properties: { firstname: 'A', ...properties } });

    expect([reply.status, reply.body.category]).toEqual([400, 'VALIDATION_ERROR']);
    expect(reply.body.errors).toEqual([{ message, code, context: { propertyName: [Object.keys(properties)[0]] } }]);
    expect(reply.body.message).toContain(`Property values were not valid: [{"isValid":false,`);
  });

  it.each([
    ['domain for documents', { email: 'Someone.Else+tag@Example.com' }, 'someone.else+tag@example.com'],
    ['address with an umlaut domain', { email: 'a@bücher.de' }, 'a@bücher.de'],
    ['day', { a_date: '2026-03-01' }, '2026-03-01'],
    ['midnight in milliseconds', { a_date: '1772323200000' }, '2026-03-01'],
    ['instant', { a_time: '2026-03-01T10:00:00+02:00' }, '2026-03-01T08:00:00.000Z'],
    ['instant in milliseconds', { a_time: '1772323200000' }, '2026-03-01T00:00:00.000Z'],
    ['number as number', { a_number: 12.5 }, '12.5'],
    ['truth as truth', { a_bool: true }, 'true'],
    ['several options', { a_choice: 'A;C' }, 'A;C'],
    ['owner', { hubspot_owner_id: '11' }, '11'],
  ])('takes a %s and stores it as text', async (_case, properties, stored) => {
    const reply = await portal.call('POST', CONTACTS, { properties: { firstname: 'A', ...properties } });

    expect(reply.status).toBe(201);
    expect(reply.body.properties[Object.keys(properties)[0] ?? '']).toBe(stored);
  });

  it('adds to several options with a leading separator and replaces them without', async () => {
    const id = await createRecord(portal, CONTACTS, { firstname: 'A', a_choice: 'A' });

    await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { a_choice: ';B' } });
    const added = await readValues(portal, CONTACTS, id, ['a_choice']);
    await portal.call('PATCH', `${CONTACTS}/${id}`, { properties: { a_choice: 'C' } });
    const replaced = await readValues(portal, CONTACTS, id, ['a_choice']);

    expect([added['a_choice'], replaced['a_choice']]).toEqual(['A;B', 'C']);
  });

  it('takes industries by their upper-case values only', async () => {
    const [right, wrong] = [await portal.call('POST', COMPANIES, { properties: { name: 'A', industry: 'COMPUTER_SOFTWARE' } }), await portal.call('POST', COMPANIES, { properties: { name: 'B', industry: 'Computer Software' } })];

    expect([right.status, wrong.status]).toEqual([201, 400]);
  });

  it('takes currencies of the portal only, and stages of the deal\'s pipeline only', async () => {
    const deal = (properties: Record<string, string>) => portal.call('POST', DEALS, { properties: { dealname: 'D', dealstage: 'closedwon', ...properties } });

    const [home, foreign, stage] = [await deal({ deal_currency_code: 'USD' }), await deal({ deal_currency_code: 'EUR' }), await deal({ dealstage: 'nowhere' })];

    expect([home.status, foreign.status, stage.status]).toEqual([201, 400, 400]);
    expect([foreign, stage].map(({ body }) => body.errors[0]?.code)).toEqual(['INVALID_OPTION', 'INVALID_OPTION']);
  });

  it('takes createdate when the switch says it is writable (sources disagree)', async () => {
    await portal.control('POST', 'switches', { createdateWritable: true });

    const reply = await portal.call('POST', CONTACTS, { properties: { firstname: 'A', createdate: '2020-01-01T00:00:00Z' } });
    const property = await portal.call('GET', '/crm/properties/2026-09/contacts/createdate');
    await portal.control('POST', 'switches', { createdateWritable: false });

    expect(reply.body.properties['createdate']).toBe('2020-01-01T00:00:00.000Z');
    expect(property.body).toMatchObject({ modificationMetadata: { readOnlyValue: false } });
  });
});

/** HubSpot changelog, "CRM API write validation enforcement": 2026-09 only. */
describe('rules of the portal', () => {
  let portal: SimulatedPortal;
  beforeAll(async () => {
    portal = await startPortal({
      rules: {
        requiredOnCreate: [{ objectType: 'contacts', propertyName: 'phone' }],
        conditionalRequired: [{ objectType: 'deals', when: { propertyName: 'dealstage', values: ['closedlost'] }, required: ['closed_lost_reason'] }],
        validation: [{ objectType: 'companies', propertyName: 'zip', rules: [{ ruleType: 'MAX_LENGTH', ruleArguments: ['5'] }] }],
      },
    });
  });
  afterAll(() => portal.close());

  it('asks for properties that the create form requires, on create alone', async () => {
    const [newer, older] = [await portal.call('POST', CONTACTS, { properties: { firstname: 'A' } }), await portal.call('POST', '/crm/v3/objects/contacts', { properties: { firstname: 'A' } })];
    const update = await portal.call('PATCH', `${CONTACTS}/${older.body.id}`, { properties: { city: 'Oslo' } });

    expect([newer.status, older.status, update.status]).toEqual([400, 201, 200]);
    expect(newer.body.errors[0]).toMatchObject({ code: 'MISSING_REQUIRED_PROPERTY', context: { propertyName: ['phone'] } });
  });

  it('asks for properties that another value makes required, on create and update', async () => {
    const create = await portal.call('POST', DEALS, { properties: { dealname: 'D', dealstage: 'closedlost' } });
    const id = await createRecord(portal, DEALS, { dealname: 'D', dealstage: 'contractsent' });
    const update = await portal.call('PATCH', `${DEALS}/${id}`, { properties: { dealstage: 'closedlost' } });
    const complete = await portal.call('PATCH', `${DEALS}/${id}`, { properties: { dealstage: 'closedlost', closed_lost_reason: 'price' } });

    expect([create, update].map(({ body }) => body.errors[0]?.code)).toEqual(['MISSING_CONDITIONAL_REQUIRED_PROPERTY', 'MISSING_CONDITIONAL_REQUIRED_PROPERTY']);
    expect(complete.status).toBe(200);
  });

  it('can be read beforehand, and bind unless the switch lets them', async () => {
    const rules = await portal.call('GET', '/crm/property-validations/2026-09/0-2');
    const bound = await portal.call('POST', COMPANIES, { properties: { name: 'A', zip: '123456' } });
    await portal.control('POST', 'switches', { validationRulesEnforced: false });
    const free = await portal.call('POST', COMPANIES, { properties: { name: 'A', zip: '123456' } });

    expect(rules.body.results).toMatchObject([{ propertyName: 'zip', propertyValidationRules: [{ ruleType: 'MAX_LENGTH', ruleArguments: ['5'] }] }]);
    expect([bound.status, free.status]).toEqual([400, 201]);
  });
});
