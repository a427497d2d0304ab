import { applyMapping } from '../../domain/apply-mapping';
import type { MappingContext } from '../../domain/cell-transforms';
import { compileMapping } from '../../domain/compile-mapping';
import { neededLookups } from '../../domain/field-mapping';
import type { ObjectPreset } from '../../domain/field-mapping';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import { unknownDateColumns } from '../../domain/source-columns';
import { aPortalObject, aProperty } from '../support/a-portal';

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  Contact: ['Id', 'FirstName', 'LastName', 'Title', 'AccountId', 'Phone', 'Birthdate', 'Tags__c', 'OwnerId'],
  Lead: ['Id', 'FirstName', 'LastName', 'Title', 'Company', 'Phone', 'Position__c'],
  Account: ['Id', 'Name', 'Founded__c', 'Size__c'],
};
const OBJECTS = Object.fromEntries(Object.entries(COLUMNS).map(([object, columns]) => [object, Object.fromEntries(columns.map((column) => [column, 1]))]));

const aPreset = (sourceObject: string): ObjectPreset => ({
  objectType: 'contacts',
  sourceObject,
  structuralColumns: ['Id'],
  rules: [
    { property: 'lastname', columns: ['LastName'], transform: { kind: 'text' }, create: null },
    { property: 'jobtitle', columns: ['Title'], transform: { kind: 'text' }, create: null },
    { property: 'phone', columns: ['Phone'], transform: { kind: 'phone' }, create: null },
    ...(sourceObject === 'Contact' ? [{ property: 'date_of_birth', columns: ['Birthdate'], transform: { kind: 'day' } as const, create: null }] : []),
  ],
});

const context: MappingContext = {
  sourceTimeZone: 'UTC', portalTimeZone: 'UTC', dateAt: '12:00', ownerOf: () => null, stageOf: () => null, currencyOf: () => null,
  lookup: (object, id, column) => (object === 'Account' ? ({ Name: 'Acme', Founded__c: '31.12.1999', Size__c: '1.5E3' }[column] ?? null) : `${object} ${id} ${column}`),
};

const portal = aPortalObject('contacts', { properties: [...aPortalObject('contacts').properties, aProperty('tags', { type: 'enumeration', fieldType: 'checkbox', options: ['a', 'b'].map((value) => ({ value, label: value, hidden: false })) })] });

function compile(sourceObject: string, contacts: Record<string, unknown>, source: Record<string, unknown> = {}) {
  const definition = migrationDefinitionSchema.parse({ id: 'a', source: { crm: 'salesforce', files: '/x', ...source }, target: { crm: 'hubspot' }, objects: { contacts } });
  return compileMapping({
    preset: aPreset(sourceObject), mapping: definition.objects.contacts, portal, filled: OBJECTS[sourceObject]!, siblings: { Contact: OBJECTS.Contact!, Lead: OBJECTS.Lead! }, objects: OBJECTS, source: definition.source, reserved: new Set(),
  });
}

function mapRow(sourceObject: string, row: Record<string, string>, properties: Record<string, unknown>, source: Record<string, unknown> = {}) {
  const { compiled, findings } = compile(sourceObject, { properties }, source);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return applyMapping({ LastName: 'Lee', ...row }, compiled, context).properties;
}

describe('compileMapping of a type with several source objects', () => {
  const row = { Title: 'Boss', Company: 'Acme', Position__c: 'Chief' };

  it('takes a column without an object from each source object that has it', () => {
    const properties = { salutation: 'Title', jobtitle: 'Position__c' };

    expect(mapRow('Lead', row, properties)).toEqual({ lastname: 'Lee', salutation: 'Boss', jobtitle: 'Chief' });
    // Contacts have no Position__c: the preset's rule stays.
    expect(mapRow('Contact', row, properties)).toEqual({ lastname: 'Lee', salutation: 'Boss', jobtitle: 'Boss' });
  });

  it('takes a column that names its object from that alone', () => {
    const properties = { company: 'Lead.Company', jobtitle: 'lead.title' };

    expect(mapRow('Lead', row, properties)).toMatchObject({ company: 'Acme', jobtitle: 'Boss' });
    expect(mapRow('Contact', row, properties)).toEqual({ lastname: 'Lee', jobtitle: 'Boss' });
  });

  it('removes a property from all of them', () => {
    expect(['Contact', 'Lead'].map((object) => mapRow(object, row, { jobtitle: null }))).toEqual([{ lastname: 'Lee' }, { lastname: 'Lee' }]);
  });

  it('knows no column that none of them has', () => {
    expect(compile('Lead', { properties: { fax: 'Telefax' } }).findings).toEqual([expect.objectContaining({ code: 'unknown-column', place: 'objects.contacts.properties.fax', message: 'Neither Lead nor Contact has a column Telefax.' })]);
  });

  it('holds conditions against the rows of the objects that have the column', () => {
    const where = [{ field: 'Lead.Company', operator: 'is-filled' }, { field: 'Title', operator: 'in', value: ['Boss', 'Chief'] }];

    expect(compile('Lead', { where }).compiled.where.map(({ column }) => column)).toEqual(['Company', 'Title']);
    expect(compile('Contact', { where }).compiled.where.map(({ column, values }) => [column, values])).toEqual([['Title', ['Boss', 'Chief']]]);
  });
});

describe('compileMapping with the settings of the source', () => {
  it('reads phones of the preset by the country of the source', () => {
    expect([mapRow('Contact', { Phone: '030 123456' }, {}), mapRow('Contact', { Phone: '030 123456' }, {}, { phoneCountry: 'DE' })]).toEqual([{ lastname: 'Lee', phone: '030 123456' }, { lastname: 'Lee', phone: '+4930123456' }]);
  });

  it.each(['Birthdate', 'Contact.birthdate'])('reads dates of the preset as %s is said to be written', (column) => {
    expect(mapRow('Contact', { Birthdate: '03/04/1980' }, {}, { dateFormats: { [column]: 'd/M/yyyy' } })).toEqual({ lastname: 'Lee', date_of_birth: '1980-04-03' });
  });
});

describe('compileMapping of what the file says of a property', () => {
  it.each<[string, Record<string, unknown>, Record<string, string>, Record<string, string>]>([
    ['the first column that holds something', { mobilephone: { from: ['Phone', 'Title'] } }, { Title: '7' }, { jobtitle: '7', mobilephone: '7' }],
    ['a transform', { jobtitle: { from: 'Title', transform: { kind: 'case', to: 'title' } } }, { Title: 'BIG BOSS' }, { jobtitle: 'Big Boss' }],
    ['a transform, then a table', { lifecyclestage: { from: 'Title', transform: { kind: 'name-part', part: 'last' }, values: { Boss: 'customer' } } }, { Title: 'Big Boss' }, { jobtitle: 'Big Boss', lifecyclestage: 'customer' }],
    ['a constant', { company: { constant: 'Acme' } }, {}, { company: 'Acme' }],
    ['a constant that is an option by its label', { lifecyclestage: { constant: 'CUSTOMER' } }, {}, { lifecyclestage: 'customer' }],
    ['a template', { website: { template: 'https://acme.com/{lastname}-{FirstName}' } }, {}, { website: 'https://acme.com/Lee' }],
    ['the cell of another record', { company: { lookup: { through: 'AccountId', column: 'name' } } }, { AccountId: '001' }, { company: 'Acme' }],
    ['the date of another record', { city: { lookup: { through: 'AccountId', column: 'Founded__c' }, transform: { kind: 'day', format: 'dd.MM.yyyy' } } }, { AccountId: '001' }, { city: '1999-12-31' }],
    ['a number of another record', { score: { lookup: { through: 'AccountId', column: 'Size__c' }, create: { type: 'number' } } }, { AccountId: '001' }, { score: '1500' }],
    ['several values by the type of the property', { tags: 'Tags__c' }, { Tags__c: 'b; A' }, { tags: 'b;a' }],
    ['a phone with the country in a column', { fax: { from: 'Phone', transform: { kind: 'phone', countryColumn: 'title' } } }, { Phone: '030 123456', Title: 'Germany' }, { fax: '+4930123456', phone: '030 123456', jobtitle: 'Germany' }],
    ['a property of its own with several values', { colours: { from: 'Tags__c', transform: { kind: 'multi', separator: ',' }, create: { type: 'enumeration' } } }, { Tags__c: 'red, blue' }, { colours: 'red;blue' }],
  ])('writes %s', (_, properties, row, expected) => {
    expect(mapRow('Contact', row, properties)).toEqual({ lastname: 'Lee', ...expected });
  });

  it('writes values that a list of the portal lacks where options are added, and spells those that it has as it does', () => {
    const into = (otherwise: string) => ({ lifecyclestage: null, hs_lead_status: { from: 'Title', otherwise } });

    expect(['connected', 'Frozen'].map((Title) => mapRow('Contact', { Title }, { ...into('add-option'), jobtitle: null }))).toEqual([{ lastname: 'Lee', hs_lead_status: 'CONNECTED' }, { lastname: 'Lee', hs_lead_status: 'Frozen' }]);
    expect(mapRow('Contact', { Title: 'Frozen' }, { ...into('leave-out'), jobtitle: null })).toEqual({ lastname: 'Lee' });
  });

  it('tells two mistakes of one setting at once', () => {
    expect(compile('Contact', { properties: { jobtitle: 'Position' } }).findings.map(({ remedy }) => remedy)).toEqual(['Did you mean Position__c?']);
    expect(compile('Contact', { properties: { jobtitel: 'Titel' } }).findings.map(({ code }) => code)).toEqual(['unknown-column', 'unknown-property']);
  });

  it('says which other records a page needs', () => {
    const company = { lookup: { through: 'AccountId', column: 'Name' } };

    expect(neededLookups(compile('Contact', { properties: { company, website: company, city: { lookup: { through: 'OwnerId', column: 'Name' } } } }).compiled)).toEqual([{ idColumn: 'AccountId', throughObject: 'Account', column: 'Name' }]);
  });

  it('makes a property for several values where they are several', () => {
    const { rules } = compile('Contact', { properties: { colours: { from: 'Tags__c', transform: { kind: 'multi' }, create: { type: 'enumeration' } } } }).compiled;

    expect(rules.find(({ property }) => property === 'colours')).toMatchObject({ create: { isMultiple: true }, target: { isMultiple: true } });
  });

  it.each([
    ['a reference to what was not exported', { city: { lookup: { through: 'OwnerId', column: 'Name' } } }, 'unknown-reference', 'OwnerId refers to User, which is not in the export, or not read by this version.'],
    ['a constant that is no option', { lifecyclestage: { constant: 'custommer' } }, 'value-refused', "The portal's property lifecyclestage does not take this value."],
    ['options for a list with an order of its own', { lifecyclestage: { from: 'Title', otherwise: 'add-option' } }, 'add-option-unsupported', 'lifecyclestage has no list of options that can be added to.'],
    ['options for a text of the portal', { jobtitle: { from: 'Title', otherwise: 'add-option' } }, 'add-option-unsupported', 'jobtitle has no list of options that can be added to.'],
  ])('refuses %s', (_, properties, code, message) => {
    expect(compile('Contact', { properties }).findings).toEqual([expect.objectContaining({ code, message, severity: 'error', exitCode: 3 })]);
  });
});

describe('what to do about a value that the portal would refuse', () => {
  const remedyOf = (properties: Parameters<typeof compile>[1]) => compile('Contact', properties).findings.map(({ remedy }) => remedy);

  it('is a new option where the property can get one, and nothing of the kind elsewhere', () => {
    expect(remedyOf({ properties: { hs_lead_status: { from: 'Title', values: { Eingefroren: 'FROZEN' } } } })).toEqual([expect.stringMatching(/otherwise: add-option\.$/)]);
    expect(remedyOf({ properties: { hs_lead_status: { constant: 'FROZEN' } } })).toEqual([expect.not.stringContaining('add-option')]);
    expect(remedyOf({ properties: { lifecyclestage: { from: 'Title', values: { Kunde: 'buyer' } } } })).toEqual([expect.not.stringContaining('add-option')]);
  });

  it('names the columns that do refer to another object', () => {
    expect(remedyOf({ properties: { city: { lookup: { through: 'Title', column: 'Name' } } } })).toEqual([expect.stringMatching(/^Columns of Contact that do: AccountId, /)]);
  });
});

describe('unknownDateColumns', () => {
  it('names formats of columns that no object has', () => {
    expect(unknownDateColumns({ birthdate: 'iso', 'Lead.Company': 'iso', Birthdat: 'iso', 'Lead.Compny': 'iso' }, COLUMNS).map(({ place, remedy }) => [place, remedy])).toEqual([['source.dateFormats.Birthdat', 'Did you mean Birthdate?'], ['source.dateFormats.Lead.Compny', 'Did you mean Lead.Company?']]);
  });
});
