import { aPortalObject, aProperty, aSnapshot } from '../support/a-portal';
import { aTargetPortal } from '../support/fake-target-portal';
import type { Planning } from '../support/planned-migration';
import { aPlanning } from '../support/planned-migration';
import { aContactRow, aLead, anAccount, anId, aRowsSource } from '../support/rows-source';
import type { Row } from '../support/rows-source';

const opened: Planning[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ ledger }) => ledger.close()));
});

type Options = Omit<Parameters<typeof aPlanning>[0], 'source'>;

async function planning(objects: Readonly<Record<string, readonly Row[]>>, options: Options = {}): Promise<Planning> {
  const made = await aPlanning({ source: aRowsSource(objects), ...options });
  opened.push(made);
  return made;
}

async function planned(objects: Readonly<Record<string, readonly Row[]>>, options: Options = {}) {
  const made = await planning(objects, options);
  await made.all();
  const { schema } = (await made.ledger.plans.read(made.row.stagingId))!;
  const properties = schema.properties.filter(({ definition }) => definition.description.startsWith('Salesforce field') && definition.description.endsWith('c.'));
  return { made, contacts: await made.planned('contacts'), findings: await made.ledger.runs.readFindings(made.row.run), properties: properties.map(({ objectType, definition }) => ({ objectType, ...definition })) };
}

const contacts = (column: string, ...cells: readonly string[]): readonly Row[] => cells.map((cell, at) => aContactRow(at + 1, { [column]: cell }));
const contactPortal = (changes: Parameters<typeof aPortalObject>[1]) => aTargetPortal({ snapshot: aSnapshot({ objects: [aPortalObject('companies'), aPortalObject('contacts', changes), aPortalObject('deals')] }) });

describe('planMigration with custom columns', () => {
  it('proposes a property of the type that all values have, and says why', async () => {
    const { properties, contacts: [first], findings } = await planned({ Contact: contacts('Annual_Income__c', '93505', '', '12') });

    expect(properties).toMatchObject([{ objectType: 'contacts', name: 'annual_income', label: 'Annual Income', type: 'number', groupName: 'data_migration' }]);
    expect(first?.properties.annual_income).toBe('93505');
    expect(findings).toContainEqual(expect.objectContaining({ code: 'custom-column', severity: 'info', place: 'Contact.Annual_Income__c', count: 2, message: 'Contact.Annual_Income__c becomes the property annual_income of contacts: 2 of 3 filled, all whole numbers: number.' }));
  });

  it('makes a list with the options that occur, and a text area of long text', async () => {
    const { properties } = await planned({ Contact: [...contacts('Housing__c', 'Rent', 'Rent', 'Own', 'Rent', 'Own', 'Own'), aContactRow(7, { Story__c: 'x'.repeat(300) })] });

    expect(properties.map(({ name, type, fieldType, options }) => [name, type, fieldType, options.map(({ value }) => value)])).toEqual([['housing', 'enumeration', 'select', ['Rent', 'Own']], ['story', 'string', 'textarea', []]]);
  });

  it('makes one property of a column that contacts and leads have', async () => {
    const { properties, contacts: planned2, findings } = await planned({ Contact: [aContactRow(1, { Age__c: '30' })], Lead: [aLead(1, { Age__c: 'unknown' })] });

    expect(properties).toMatchObject([{ name: 'age', type: 'string' }]);
    expect(planned2.map((record) => record.properties.age)).toEqual(['30', 'unknown']);
    expect(findings.filter(({ code }) => code === 'custom-column').map(({ place }) => place)).toEqual(['Contact.Age__c and Lead.Age__c']);
  });

  it('gives the contact of a person account what the account says of the person', async () => {
    const { contacts: [person] } = await planned({
      Account: [anAccount(1, { IsPersonAccount: '1', PersonContactId: anId('003', 1), Shoe_Size__pc: '43' })],
      Contact: [aContactRow(1, { AccountId: anId('001', 1) })],
    });

    expect(person?.properties.shoe_size).toBe('43');
  });

  it('takes another name where the portal has a property of that name, and its own from an earlier run', async () => {
    const own = aProperty('size', { groupName: 'data_migration', type: 'number', fieldType: 'number' });
    const target = contactPortal({ properties: [...aPortalObject('contacts').properties, own, aProperty('colour')] });

    const { contacts: [first], properties } = await planned({ Contact: [aContactRow(1, { Size__c: '43', Colour__c: 'red', Phone__c: '12' })] }, { target });

    expect(first?.properties).toMatchObject({ size: '43', colour_salesforce: 'red', phone_salesforce: '12' });
    expect(properties.map(({ name }) => name)).toEqual(['colour_salesforce', 'phone_salesforce']);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['customColumns', { customColumns: 'leave-out' }, 'unread-column'],
    ['the property', { properties: { pet: null } }, 'not-mapped-by-file'],
  ])('leaves a column out where the file says so of %s, and names it', async (_, rules, code) => {
    const { contacts: [first], properties, findings } = await planned({ Contact: contacts('Pet__c', 'Rex') }, { definition: { objects: { contacts: rules } } });

    expect([properties, first?.properties.pet]).toEqual([[], undefined]);
    expect(findings).toContainEqual(expect.objectContaining({ code, place: 'Contact.Pet__c', count: 1 }));
  });

  it('leaves a column alone that the user maps', async () => {
    const { properties, contacts: [first] } = await planned({ Contact: contacts('Pet__c', 'Rex') }, { definition: { objects: { contacts: { properties: { company: 'Pet__c' } } } } });

    expect([properties, first?.properties.company]).toEqual([[], 'Rex']);
  });

  it('counts columns without content in one finding', async () => {
    const { findings } = await planned({ Contact: [aContactRow(1, { Empty__c: '', OtherStreet: '', SystemModstamp: '2023-01-31 09:15:00', OtherCity: 'Rome' })] });

    expect(findings.filter(({ severity }) => severity === 'info').map(({ code, place, count }) => [code, place, count])).toEqual([['unread-column', 'Contact.OtherCity', 1], ['columns-without-content', 'Contact', 3]]);
  });

  it('refuses the plan where the portal has no room for them', async () => {
    const made = await planning({ Contact: [aContactRow(1, { A__c: 'a', B__c: 'b' })] }, { target: contactPortal({ customPropertyLimit: 3, customPropertyCount: 0 }) });

    await expect(made.all()).rejects.toMatchObject({ details: { code: 'property-limit' } });
  });
});

describe('planMigration with contacts who do not want e-mail', () => {
  it('says how many, once, because no property can tell HubSpot', async () => {
    const { findings } = await planned({ Contact: [aContactRow(1, { HasOptedOutOfEmail: '1' }), aContactRow(2, { HasOptedOutOfEmail: '0' })], Lead: [aLead(1, { HasOptedOutOfEmail: 'true' })] });

    expect(findings.filter(({ code }) => code === 'opted-out-of-email').map(({ severity, count }) => [severity, count])).toEqual([['warning', 2]]);
  });
});
