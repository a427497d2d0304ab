import fc from 'fast-check';
import { applyMapping } from '../../domain/apply-mapping';
import { parseDecimal } from '../../domain/cell-transforms';
import type { MappingContext } from '../../domain/cell-transforms';
import { compileMapping } from '../../domain/compile-mapping';
import { parseEmailCell } from '../../domain/email-address';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import { mostAlike, nearestWord } from '../../domain/nearest-word';
import type { ObjectType } from '../../domain/object-type';
import { SALESFORCE_PRESETS } from '../../domain/presets/salesforce';
import { domainOfWebsite, isSharedHost } from '../../domain/web-domain';
import { aPortalObject, aProperty } from '../support/a-portal';

const context: MappingContext = { sourceTimeZone: 'UTC', portalTimeZone: 'America/New_York', dateAt: '12:00', ownerOf: () => null, stageOf: () => ({ pipelineId: 'p', stageId: 's' }), currencyOf: () => null, lookup: () => null };

function mapRow(objectType: ObjectType, row: Record<string, string | null>, properties: Record<string, unknown> = {}, portal = aPortalObject(objectType)) {
  const definition = migrationDefinitionSchema.parse({ id: 'a', source: { crm: 'salesforce', files: '/x' }, target: { crm: 'hubspot' }, objects: { [objectType]: { properties } } });
  const preset = SALESFORCE_PRESETS.find((candidate) => candidate.objectType === objectType)!;
  const { compiled, findings } = compileMapping({ preset, mapping: definition.objects[objectType], portal, filled: Object.fromEntries(Object.keys(row).map((column) => [column, 1])), reserved: new Set(['salesforce_id']) });
  return { ...applyMapping(row, compiled, context), findings };
}

describe('applyMapping with the preset of Salesforce', () => {
  it('joins names, keeps phones as they are, and puts a street on one line', () => {
    const { properties } = mapRow('contacts', { FirstName: 'Ann', MiddleName: 'B.', LastName: 'Lee', Suffix: 'Jr', Phone: '3-(902)296-6183', MailingStreet: '1 Main St\r\nFloor 2\n', Birthdate: '1980-02-29 00:00:00', DoNotCall: '1' });

    expect(properties).toEqual({ firstname: 'Ann B.', lastname: 'Lee Jr', phone: '3-(902)296-6183', address: '1 Main St, Floor 2', date_of_birth: '1980-02-29', do_not_call: 'true' });
  });

  it('brings industries and types to the options of the portal, and leaves out what has none', () => {
    const mapped = mapRow('companies', { Name: 'A', Industry: 'Biotechnology', Type: 'Technology Partner' });
    const unmapped = mapRow('companies', { Name: 'A', Industry: 'Alchemy', Type: 'Customer - Direct' });

    expect(mapped.properties).toMatchObject({ industry: 'BIOTECHNOLOGY', type: 'PARTNER' });
    expect(unmapped.properties).toEqual({ name: 'A' });
    expect(unmapped.cells.map(({ column, code }) => [column, code])).toEqual([['Industry', 'no-option'], ['Type', 'no-option']]);
  });

  it('drops a text that is longer than the portal takes', () => {
    const { properties, cells } = mapRow('companies', { Name: 'A', Description: 'x'.repeat(65_537) });

    expect(properties).toEqual({ name: 'A' });
    expect(cells.map(({ code }) => code)).toEqual(['too-long']);
  });

  it('keeps further addresses of a cell beside the first', () => {
    expect(mapRow('contacts', { Email: 'A@acme.com; b@acme.com' }).properties).toEqual({ email: 'a@acme.com', other_emails: 'b@acme.com' });
  });

  it('writes nothing to a property that the portal holds back, and says so', () => {
    const portal = aPortalObject('contacts', { properties: [...aPortalObject('contacts').properties.filter(({ name }) => name !== 'jobtitle'), aProperty('jobtitle', { readOnly: true })] });

    const { properties, findings } = mapRow('contacts', { LastName: 'Lee', Title: 'Boss' }, {}, portal);

    expect(properties).toEqual({ lastname: 'Lee' });
    expect(findings).toEqual([expect.objectContaining({ code: 'read-only-property', severity: 'warning', place: 'contacts.jobtitle' })]);
  });
});

describe('applyMapping with the user’s own rules', () => {
  it.each([
    ['another column', { phone: 'MobilePhone' }, { MobilePhone: '2', Phone: '1', LastName: 'L' }, { phone: '2', mobilephone: '2', lastname: 'L' }],
    ['nothing', { phone: null }, { Phone: '1', LastName: 'L' }, { lastname: 'L' }],
    ['a table', { lifecyclestage: { from: 'Status__c', values: { Kunde: 'customer' } } }, { Status__c: 'Kunde', LastName: 'L' }, { lifecyclestage: 'customer', lastname: 'L' }],
    ['a table that is silent', { lifecyclestage: { from: 'Status__c', values: { Kunde: 'customer' } } }, { Status__c: 'Alt', LastName: 'L' }, { lastname: 'L' }],
    ['a label for an option', { lifecyclestage: 'Status__c' }, { Status__c: 'CUSTOMER', LastName: 'L' }, { lifecyclestage: 'customer', lastname: 'L' }],
    ['a property of its own', { score: { from: 'Score__c', create: { type: 'number' } } }, { Score__c: '07.50', LastName: 'L' }, { score: '7.5', lastname: 'L' }],
    ['a column in another case', { company: 'company__C' }, { Company__c: 'X', LastName: 'L' }, { company: 'X', lastname: 'L' }],
  ])('takes %s', (_, rules, row, expected) => {
    expect(mapRow('contacts', row, rules).properties).toEqual(expected);
  });

  it('refuses the record where the rule says so', () => {
    expect(mapRow('contacts', { Status__c: 'Alt', LastName: 'L' }, { lifecyclestage: { from: 'Status__c', values: {}, otherwise: 'refuse' } }).refusal).toEqual({ reason: 'would-be-refused', code: 'INVALID_OPTION', property: 'lifecyclestage' });
  });

  it('suggests the nearest name for one that does not exist', () => {
    const { findings } = mapRow('contacts', { LastName: 'L', Title: 'T' }, { jobtitel: 'Title', fax: 'Titel' });

    expect(findings.map(({ code, remedy }) => [code, remedy])).toEqual(expect.arrayContaining([['unknown-property', expect.stringContaining('Did you mean jobtitle?')], ['unknown-column', 'Did you mean Title?']]));
  });

  it('keeps its hands off the migration’s own properties', () => {
    expect(mapRow('contacts', { LastName: 'L' }, { salesforce_id: 'LastName' }).findings).toEqual([expect.objectContaining({ code: 'reserved-property' })]);
  });
});

describe('parseDecimal', () => {
  it.each([['811.0', '811'], ['-0.50', '-0.5'], ['1.5E6', '1500000'], ['2.5e-3', '0.0025'], ['.5', '0.5'], ['007', '7'], ['-0', '0'], ['1,234.50', null], ['$5', null], ['', null], ['1e', null]])('reads %j as %j', (text, expected) => {
    expect(parseDecimal(text)).toBe(expected);
  });

  it('means the same number, exactly', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), (number) => { expect(Number(parseDecimal(String(number)))).toBe(number === 0 ? 0 : number); }), { seed: 4 });
  });
});

describe('parseEmailCell', () => {
  it.each([
    [' Ann@Acme.COM ', 'ann@acme.com', [], false],
    ['mailto:ann@acme.com', 'ann@acme.com', [], false],
    ['Ann Lee <ann@acme.com>', 'ann@acme.com', [], false],
    ['a@acme.com, b@acme.com', 'a@acme.com', ['b@acme.com'], false],
    ['\u3000a@acme.com', 'a@acme.com', [], false],
    ['a@acme.com; nonsense', 'a@acme.com', [], true],
    ['ann lee@acme.com', null, [], true],
    ['ann@acme', null, [], true],
    ['ann@acme.test', null, [], true],
    ['a..b@acme.com', null, [], true],
  ])('reads %j', (text, email, others, isMalformed) => {
    expect(parseEmailCell(text)).toEqual({ email, others, isMalformed });
  });
});

describe('domainOfWebsite', () => {
  it.each([['https://www.Acme.com:8080/en?x=1', 'acme.com'], ['acme.co.uk', 'acme.co.uk'], ['shop.acme.de/x', 'shop.acme.de'], ['n/a', null], ['10.0.0.1', null], ['localhost', null], ['tbd', null]])('reads %j as %j', (text, expected) => {
    expect(domainOfWebsite(text)).toBe(expected);
  });

  it.each([['gmail.com', true], ['acme.blogspot.com', true], ['notgmail.com', false], ['acme.com', false]])('is %s a shared host: %s', (domain, expected) => {
    expect(isSharedHost(domain)).toBe(expected);
  });
});

describe('nearestWord', () => {
  it.each([['propertys', 'properties'], ['fristname', 'firstname'], ['zzz', null]])('%s → %s', (word, expected) => {
    expect(nearestWord(word, ['properties', 'firstname', 'lastname'])).toBe(expected);
  });
});

describe('mostAlike', () => {
  it('finds words by what they share, wherever it stands in them', () => {
    expect(mostAlike('HEALTHCARE', ['ACCOUNTING', 'HOSPITAL_HEALTH_CARE', 'HEALTH_WELLNESS_AND_FITNESS', 'DAIRY'], 2)).toEqual(['HOSPITAL_HEALTH_CARE', 'HEALTH_WELLNESS_AND_FITNESS']);
  });
});
