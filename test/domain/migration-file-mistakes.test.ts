import fc from 'fast-check';
import { compileMapping } from '../../domain/compile-mapping';
import type { Finding } from '../../domain/finding';
import { withLines } from '../../domain/migration-file-lines';
import { parseMigrationFile } from '../../domain/migration-file.schema';
import { SALESFORCE_PRESETS } from '../../domain/presets/salesforce';
import { aPortalObject } from '../support/a-portal';

const HEAD = 'id: acme\nsource: { crm: salesforce, files: ./export }\ntarget: { crm: hubspot }\n';

/** One mistake a line, and what is said of it. */
const STRUCTURAL: readonly (readonly [text: string, expected: string, suggestion: string | null])[] = [
  ['source: { crm: salesforce, files: ./export, timezone: UTC }', 'timezone is not a setting here; known here: crm, files, objects, currency, timeZone, phoneCountry, dateFormats.', 'Did you mean timeZone?'],
  ['target: { crm: hubspott }', 'target.crm must be hubspot, not "hubspott".', 'Did you mean hubspot?'],
  ['    onMatch: overwrit', 'objects.contacts.onMatch must be one of fill-blanks, overwrite, leave.', 'Did you mean overwrite?'],
  ['    lifecycle: foward', 'objects.contacts.lifecycle must be one of forward, set, off.', 'Did you mean forward?'],
  ['    where: [{ field: Status, operator: equal, value: Open }]', 'objects.contacts.where.0.operator must be one of equals, not-equals, contains, before, after, greater, less, in, not-in, is-empty, is-filled.', 'Did you mean equals?'],
  ['      birthday: { from: Birthdate, transform: { kind: day, format: DD/MM/YYYY } }', 'objects.contacts.properties.birthday.transform.format must be a date format such as yyyy-MM-dd, dd.MM.yyyy, M/d/yyyy h:mm a, iso, excel, epoch-s or epoch-ms.', 'Did you mean dd/MM/yyyy?'],
  ['      phone: { from: Phone, transform: { kind: phon } }', 'objects.contacts.properties.phone.transform.kind must be one of text, case, street, joined, name-part, email, domain, phone, number, bool, day, day-at, datetime, multi, html, country, state.', 'Did you mean phone?'],
  ['      city: { from: MailingCity, transform: { kind: case, to: uper } }', 'objects.contacts.properties.city.transform.to must be one of upper, lower, title.', 'Did you mean upper?'],
  ['      state: { from: MailingState, otherwise: leaveout }', 'objects.contacts.properties.state.otherwise must be one of leave-out, add-option, refuse.', 'Did you mean leave-out?'],
  ['      country: { from: MailingCountry, constant: Germany }', 'constant cannot stand beside from.', 'Keep either constant or from.'],
  ['      fax: Phone', 'objects.contacts.properties.fax is there already, in line 10.', 'Keep one of the two.'],
  ['owners: { unmatched: leave-emty }', 'owners.unmatched must be one of ask, leave-empty, an e-mail address.', 'Did you mean leave-empty?'],
];

const inFile = ([source, target, onMatch, lifecycle, where, ...rest]: readonly string[]): string => ['id: acme', source, target, 'objects:', '  contacts:', onMatch, lifecycle, where, '    properties:', '      fax: Fax', ...rest, ''].join('\n');

describe('a migration file with twelve mistakes of form', () => {
  it('gives twelve errors at once, each with its line, what was expected, and the nearest right word', () => {
    const text = inFile(STRUCTURAL.map(([line]) => line));

    const parsed = parseMigrationFile(text, 'migration.yaml');

    const lineOf = (mistake: string): number => text.split('\n').indexOf(mistake) + 1;
    const wanted = STRUCTURAL.map(([line, message, suggestion]) => ({ line: lineOf(line), message, suggestion })).sort((a, b) => a.line - b.line);
    expect('problems' in parsed && parsed.problems.map(({ line, message, suggestion }) => ({ line, message, suggestion }))).toEqual(wanted);
    expect(wanted).toHaveLength(12);
  });
});

/** One mistake of meaning a line: what the source and the portal do not have. */
const OF_MEANING: readonly (readonly [text: string, code: string, remedy: string])[] = [
  ['      - { field: Statsu__c, operator: equals, value: Open }', 'unknown-column', 'Did you mean Status__c?'],
  ['      - { field: Lead.Companie, operator: is-filled }', 'unknown-column', 'Did you mean Lead.Company?'],
  ['      firstname: FristName', 'unknown-column', 'Did you mean FirstName?'],
  ['      lastname: { from: [LastName, Sufix] }', 'unknown-column', 'Did you mean Suffix?'],
  ['      jobtitel: Title', 'unknown-property', 'Did you mean jobtitle? To have it made, use create: { type: string }.'],
  ['      salesforce_id: FirstName', 'reserved-property', 'Take it out of the mapping.'],
  ['      createdate: Title', 'read-only-property', 'Map the column to another property.'],
  ['      lifecyclestage: { from: Status__c, values: { Kunde: custmer } }', 'value-refused', 'Did you mean customer?'],
  ['      website: { template: "https://{Domane__c}" }', 'unknown-column', 'Did you mean Domain__c?'],
  ['      company: { lookup: { through: AccountId, column: Nmae } }', 'unknown-column', 'Did you mean Name?'],
  ['      fax: { lookup: { through: Title, column: Name } }', 'unknown-reference', 'Columns of Contact that do: AccountId, ReportsToId, OwnerId, CreatedById, LastModifiedById, RecordTypeId.'],
  ['      phone: { from: Phone, transform: { kind: phone, countryColumn: MailingCuntry } }', 'unknown-column', 'Did you mean MailingCountry?'],
];

const COLUMNS = { Contact: ['FirstName', 'LastName', 'Suffix', 'Title', 'Status__c', 'Domain__c', 'AccountId', 'Phone', 'MailingCountry'], Lead: ['FirstName', 'LastName', 'Company'], Account: ['Id', 'Name'] };
const filledOf = (columns: readonly string[]) => Object.fromEntries(columns.map((column) => [column, 1]));

describe('a migration file with twelve mistakes of meaning', () => {
  const text = [HEAD.trimEnd(), 'objects:', '  contacts:', '    where:', ...OF_MEANING.slice(0, 2).map(([line]) => line), '    properties:', ...OF_MEANING.slice(2).map(([line]) => line), ''].join('\n');

  function findings(): readonly Finding[] {
    const parsed = parseMigrationFile(text, 'migration.yaml');
    if (!('definition' in parsed)) {
      throw new Error(JSON.stringify(parsed.problems));
    }
    const objects = Object.fromEntries(Object.entries(COLUMNS).map(([object, columns]) => [object, filledOf(columns)]));
    const { findings: found } = compileMapping({
      preset: SALESFORCE_PRESETS.find(({ sourceObject }) => sourceObject === 'Contact')!,
      mapping: parsed.definition.objects.contacts,
      portal: aPortalObject('contacts'),
      filled: objects.Contact!,
      siblings: { Contact: objects.Contact!, Lead: objects.Lead! },
      objects,
      source: parsed.definition.source,
      reserved: new Set(['salesforce_id']),
    });
    return found;
  }

  it('gives twelve findings at once, each with the line of its setting', () => {
    const told = withLines(findings(), text, 'migration.yaml');

    const wanted = OF_MEANING.map(([line, code, remedy]) => ({ line: text.split('\n').indexOf(line) + 1, code, remedy }));
    const lineIn = (place: string): number => Number(/^migration\.yaml line (\d+), /.exec(place)?.[1]);
    expect(told.map(({ place, code, remedy }) => ({ line: lineIn(place), code, remedy }))).toEqual(wanted);
    expect(wanted).toHaveLength(12);
  });

  it('leaves findings about other places behind them, as they are', () => {
    const finding: Finding = { code: 'malformed-row', severity: 'warning', place: 'Contact.csv:7', message: 'm', remedy: 'r', count: 1 };

    expect(withLines([finding, ...findings()], text, 'migration.yaml').at(-1)).toEqual(finding);
  });
});

describe('parseMigrationFile with what is easily mistaken', () => {
  const problems = (text: string) => {
    const parsed = parseMigrationFile(text, 'migration.yaml');
    return 'problems' in parsed ? parsed.problems.map(({ message, suggestion }) => [message, suggestion]) : [];
  };
  const ofProperty = (setting: string): string => `${HEAD}objects:\n  contacts:\n    properties:\n      x: ${setting}\n`;

  it.each([
    ['a kind without its braces', ofProperty('{ from: A, transform: phone }'), 'objects.contacts.properties.x.transform must be a list of settings.', 'Write it as { kind: phone }.'],
    ['another word for a kind', ofProperty('{ from: A, transform: { kind: case, to: uppercase } }'), 'objects.contacts.properties.x.transform.to must be one of upper, lower, title.', 'Did you mean upper?'],
    ['a misspelled source of a value', ofProperty('{ form: A }'), 'form is not a setting here; known here: from, transform, values, otherwise, create, constant, template, lookup.', 'Did you mean from?'],
    ['a number for a column', ofProperty('5'), 'objects.contacts.properties.x must be a text or a list of settings or nothing (null).', null],
    ['a parameter of another kind', ofProperty('{ from: A, transform: { kind: email, to: upper } }'), 'to is not a setting here; known here: kind.', null],
    ['a list where one value is compared', `${HEAD}objects: { contacts: { where: [{ field: A, operator: equals, value: [1, 2] }] } }\n`, 'objects.contacts.where.0.value must be one value with equals.', 'Did you mean operator: in?'],
    ['a word where dates are compared', `${HEAD}objects: { contacts: { where: [{ field: A, operator: before, value: soon }] } }\n`, 'objects.contacts.where.0.value must be a day or time such as 2024-01-31 or 2024-01-31T09:00Z with before.', null],
    ['a star that YAML takes for a reference', HEAD.replace('./export', '*.csv'), '*.csv is a reference in YAML, and nothing bears that name.', "Put it in quotes: '*.csv'."],
    ['the name of a country', HEAD.replace('./export', './export, phoneCountry: UK'), 'source.phoneCountry must be the two capital letters of a country, such as US or DE.', 'Did you mean GB?'],
    ['a table in place of a migration file', 'Id,Name\n1,Acme\n', 'This is no migration file: it must be a list of settings (id, source, target).', null],
    ['a tab, once', 'id: a\nsource:\n\tcrm: salesforce\n', expect.stringContaining('is not valid YAML') as string, 'Indent with blanks.'],
  ])('tells %s', (_, text, message, suggestion) => {
    expect(problems(text)).toEqual([[message, suggestion]]);
  });

  it('reads its own result again, as the ledger does', () => {
    const parsed = parseMigrationFile(`${HEAD}objects:\n  contacts: { from: Lead, lifecycle: set, where: [{ field: A, operator: in, value: [1, true] }], properties: { x: { constant: 5 } } }\nquota: { reserve: 40% }\n`, 'migration.yaml');
    const again = 'definition' in parsed ? parseMigrationFile(JSON.stringify(parsed.definition), 'migration.yaml') : null;

    expect(again).toEqual(parsed);
    expect(parsed).toMatchObject({ definition: { objects: { contacts: { from: ['Lead'], lifecycle: { created: 'set', matched: 'set' }, where: [{ value: ['1', 'true'] }], properties: { x: { constant: '5' } } } } } });
  });
});

describe('whatever stands in a migration file', () => {
  const keys = ['id', 'source', 'target', 'objects', 'contacts', 'properties', 'from', 'transform', 'kind', 'values', 'where', 'field', 'operator', 'lookup', 'constant', 'owners', 'unmatched', 'dateFormats', '__proto__', 'constructor'];
  const { anything } = fc.letrec<{ anything: unknown }>((tie) => ({
    anything: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom<unknown>(null, true, 5, '', 'Contact', 'phone', 'salesforce', 'hubspot', '25%', 'M/d/yyyy'),
      fc.string(),
      fc.array(tie('anything'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('anything'), { maxKeys: 6 }),
    ),
  }));

  it('is read, or told with lines that the file has', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), anything.map((value) => JSON.stringify(value, null, 1)), fc.dictionary(fc.constantFrom('objects', 'owners', 'quota', 'source'), anything).map((value) => HEAD.replace(/^source.*$/m, '') + JSON.stringify(value).slice(1, -1))), (text) => {
        const parsed = parseMigrationFile(text, 'migration.yaml');
        const lines = text.split('\n').length;
        expect('definition' in parsed || (parsed.problems.length > 0 && parsed.problems.every(({ line, message }) => line >= 1 && line <= lines && message !== ''))).toBe(true);
      }),
      { seed: 9, numRuns: 400 },
    );
  });
});
