import fc from 'fast-check';
import { AMBIGUOUS_NAME, NameCensus, nameLinks, UNMATCHED_NAME, unknownNameColumns, wantedKey } from '../../domain/name-links';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import { parseMigrationFile } from '../../domain/migration-file.schema';
import { idOfName, nameKey } from '../../domain/record-name';

const objectsOf = (objects: unknown) => migrationDefinitionSchema.parse({ id: 'acme', source: { crm: 'salesforce', files: '/export', objects }, target: { crm: 'hubspot' } }).source.objects;
const linksOf = (link: Record<string, unknown>) => nameLinks(objectsOf({ Opportunity: { files: ['deals.csv'], links: { AccountId: { column: 'account', ...link } } } }));

describe('nameKey', () => {
  it.each([
    ['  Acme   Corp ', 'acme corp'],
    ['ACME\tCorp', 'acme corp'],
    ['Acme\u00a0Corp', 'acme corp'],
    ['Cafe\u0301', 'café'],
    ['Acme-Corp', 'acme-corp'],
    ['  ', ''],
  ])('compares %j as %j', (name, key) => {
    expect(nameKey(name)).toBe(key);
  });

  it('keeps apart what differs by more than case and blanks', () => {
    expect(new Set(['GTX Pro', 'GTXPro', 'GTX-Pro', 'GTX Prö'].map(nameKey)).size).toBe(4);
  });

  it('comes to the same once more', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => nameKey(nameKey(name)) === nameKey(name)));
  });
});

describe('idOfName', () => {
  it('is the same for names that are compared alike, another for each object, and tells no name', () => {
    const id = idOfName('Account', 'Acme Corp');

    expect(idOfName('Account', ' ACME  corp')).toBe(id);
    expect(idOfName('User', 'Acme Corp')).not.toBe(id);
    expect(id).toMatch(/^name-[0-9a-f]{32}$/);
  });
});

describe('nameLinks', () => {
  it('knows which object a reference is to, and takes its Name where nothing else is said', () => {
    expect(linksOf({})).toEqual([{ sourceObject: 'Opportunity', column: 'AccountId', heading: 'account', target: 'Account', by: 'Name', values: new Map() }]);
    expect(linksOf({ by: 'AccountNumber' })[0]!.by).toBe('AccountNumber');
  });

  it('corrects a name by the values of the file, whatever its case', () => {
    const [link] = linksOf({ values: { 'Acme Crop': 'Acme Corp' } });

    expect([wantedKey(link!, 'ACME crop '), wantedKey(link!, 'Beta')]).toEqual(['acme corp', 'beta']);
  });

  it('refuses a column that is a link too', () => {
    const parsed = parseMigrationFile('id: acme\nsource: { crm: salesforce, files: x, objects: { Opportunity: { files: [a.csv], columns: { AccountId: a }, links: { AccountId: { column: b } } } } }\ntarget: { crm: hubspot }\n', 'migration.yaml');

    expect('problems' in parsed && parsed.problems.map(({ message }) => message)).toEqual(['source.objects.Opportunity.columns.AccountId stands under links too: keep one of the two.']);
  });

  it('refuses a link that refers to nothing, with its line and the nearest reference', () => {
    const parsed = parseMigrationFile('id: acme\nsource:\n  crm: salesforce\n  files: x\n  objects:\n    Opportunity:\n      files: [a.csv]\n      links:\n        AcountId: { column: account }\ntarget: { crm: hubspot }\n', 'migration.yaml');

    expect(parsed).toEqual({ problems: [{ line: 9, path: 'source.objects.Opportunity.links.AcountId', message: 'source.objects.Opportunity.links.AcountId does not refer to another object.', suggestion: 'Did you mean AccountId?' }] });
  });
});

describe('unknownNameColumns', () => {
  const objects = objectsOf({ Opportunity: { files: ['deals.csv'], links: { AccountId: { column: 'account', by: 'Titel' }, OwnerId: { column: 'agent' } } } });

  it('names a column that the other object lacks, and an object that is not there', () => {
    expect(unknownNameColumns(objects, { Account: ['Title'] }).map(({ code, place, remedy }) => [code, place, remedy])).toEqual([
      ['unknown-column', 'source.objects.Opportunity.links.AccountId.by', 'Did you mean Title?'],
      ['unknown-reference', 'source.objects.Opportunity.links.OwnerId.by', expect.stringContaining('User')],
    ]);
    expect(unknownNameColumns(objects, { Account: ['titel'], User: ['Name'] })).toEqual([]);
  });

  it('names a reference that the object does not have', () => {
    const stray = objectsOf({ Contact: { files: ['people.csv'], links: { ParentId: { column: 'company' } } } });

    expect(unknownNameColumns(stray, {}).map(({ code, place, message }) => [code, place, message])).toEqual([['unknown-reference', 'source.objects.Contact.links.ParentId', 'Contact has no reference ParentId.']]);
  });
});

describe('NameCensus', () => {
  const [link] = linksOf({});

  it('counts rows by name, the most frequent first, and finds the nearest right one over several pages of them', () => {
    const census = new NameCensus();
    ['Acme Crop', 'Betta', 'acme  crop', 'Nothing like it'].forEach((name) => census.see(link!, UNMATCHED_NAME, name));
    census.see(link!, AMBIGUOUS_NAME, 'Twin');

    expect(census.targets()).toEqual([{ target: 'Account', by: 'Name' }]);
    expect(census.compare(census.targets()[0]!, ['Acme Group', 'Gamma'])).toBe(true);
    census.compare(census.targets()[0]!, ['Beta', 'Acme Corp']);

    expect(census.names().map(({ name, rows, nearest, code }) => [name, rows, nearest, code])).toEqual([
      ['Acme Crop', 2, 'Acme Corp', UNMATCHED_NAME],
      ['Betta', 1, 'Beta', UNMATCHED_NAME],
      ['Nothing like it', 1, null, UNMATCHED_NAME],
      ['Twin', 1, null, AMBIGUOUS_NAME],
    ]);
  });

  it('tells counts in findings, and no name', () => {
    const census = new NameCensus();
    ['Acme Crop', 'Betta', 'Betta'].forEach((name) => census.see(link!, UNMATCHED_NAME, name));

    const [finding, ...more] = census.findings();

    expect(more).toEqual([]);
    expect(finding).toMatchObject({ code: UNMATCHED_NAME, severity: 'warning', place: 'Opportunity.account', count: 3, message: '3 rows hold names that no Account has in Name: 2 different.' });
    expect(JSON.stringify(finding)).not.toMatch(/Acme|Betta/);
  });

  it('keeps a thousand names of a link and counts on', () => {
    const census = new NameCensus();
    Array.from({ length: 1_200 }, (_, at) => census.see(link!, UNMATCHED_NAME, `name ${at}`));

    expect(census.names()).toHaveLength(1_000);
    expect(census.findings()[0]).toMatchObject({ count: 1_200, message: '1200 rows hold names that no Account has in Name: 1000 or more different.' });
  });
});
