import { parseMigrationFile } from '../../domain/migration-file.schema';

const FILE = `
id: acme-2026
source: { crm: salesforce, files: ./export, currency: USD }
target: { crm: hubspot, portal: 1234567 }
`;

const problems = (text: string) => {
  const parsed = parseMigrationFile(text, 'migration.yaml');
  return 'problems' in parsed ? parsed.problems : [];
};

describe('parseMigrationFile', () => {
  it('fills in every default', () => {
    const parsed = parseMigrationFile(FILE, 'migration.yaml');

    expect('definition' in parsed && parsed.definition).toMatchObject({
      id: 'acme-2026', target: { portal: '1234567' }, objects: { contacts: { onMatch: 'fill-blanks', duplicates: 'same-person' } }, links: 'all', dateAt: '12:00', quota: { reserve: 0.25 },
    });
  });

  it('reads mappings of properties, the object they come from among them', () => {
    const parsed = parseMigrationFile(
      `${FILE}objects:\n  contacts:\n    from: Contact\n    match: [email]\n    properties:\n      firstname: FirstName\n      lead_source: { from: LeadSource, create: { type: enumeration } }\n      fax: null\nquota: { reserve: 40% }\n`,
      'migration.yaml',
    );

    expect('definition' in parsed && parsed.definition).toMatchObject({
      objects: { contacts: { match: ['email'], properties: { firstname: 'FirstName', lead_source: { from: 'LeadSource', create: { type: 'enumeration' } }, fax: null } } },
      quota: { reserve: 0.4 },
    });
  });

  it('tells all mistakes at once, each with its line and the nearest right word', () => {
    const found = problems(`id: Acme
source: { crm: salesforc, files: ./export }
target: { crm: hubspot }
objects:
  contacts:
    onMatch: fill-blank
    propertys:
      email: Email
  contact: {}
`);

    expect(found.map(({ line, path, suggestion }) => ({ line, path, suggestion }))).toEqual([
      { line: 1, path: 'id', suggestion: null },
      { line: 2, path: 'source.crm', suggestion: 'Did you mean salesforce?' },
      { line: 6, path: 'objects.contacts.onMatch', suggestion: 'Did you mean fill-blanks?' },
      { line: 7, path: 'objects.contacts.propertys', suggestion: 'Did you mean properties?' },
      { line: 9, path: 'objects.contact', suggestion: 'Did you mean contacts?' },
    ]);
  });

  it('finds the mistake inside a property that may be written in several ways', () => {
    const found = problems(`${FILE}objects:\n  contacts:\n    properties:\n      lead_source: { from: LeadSource, creat: { type: string } }\n`);

    expect(found).toEqual([expect.objectContaining({ line: 8, path: 'objects.contacts.properties.lead_source.creat', suggestion: 'Did you mean create?' })]);
  });

  it.each([
    ['what is missing', 'id: acme\nsource: { crm: salesforce }\ntarget: { crm: hubspot }\n', 'source.files', 2],
    ['an unknown time zone', `${FILE.replace('currency: USD', 'timeZone: Mars/Olympus')}`, 'source.timeZone', 3],
    ['a list where settings belong', `${FILE}owners: [a]\n`, 'owners', 5],
    ['an unknown owner rule', `${FILE}owners: { unmatched: ak }\n`, 'owners.unmatched', 5],
  ])('names %s', (_, text, path, line) => {
    expect(problems(text)).toEqual([expect.objectContaining({ path, line })]);
  });

  it.each([['broken YAML', 'id: [acme\n'], ['a key that occurs twice', `${FILE}links: all\nlinks: none\n`], ['an empty file', '']])('refuses %s with a line', (_, text) => {
    expect(problems(text)[0]?.line).toBeGreaterThan(0);
  });
});
