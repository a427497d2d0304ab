import { proposeMapping, type ColumnProposal } from '../../domain/mapping-proposal';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import { parseMigrationFile } from '../../domain/migration-file.schema';
import { likenessOf, wordsOf } from '../../domain/name-likeness';
import { SALESFORCE_PRESETS } from '../../domain/presets/salesforce';
import { extendedFile, isMigrationFile, proposedBefore, proposedFile, typesIn } from '../../domain/proposed-file';
import type { ColumnSample, SourceInspection } from '../../domain/source-inspection';
import type { CreatableType } from '../../domain/field-mapping';
import { aPortalObject, aProperty, aSnapshot } from '../support/a-portal';

type Columns = Readonly<Record<string, number | readonly [filled: number, type: CreatableType, ...shapes: string[]]>>;

function anInspection(objects: Readonly<Record<string, Columns>>): SourceInspection {
  const filledOf = (column: Columns[string]): number => (typeof column === 'number' ? column : column[0]);
  const sampleOf = (column: Columns[string]): ColumnSample => ({ filledCount: filledOf(column), rowCount: 100, type: typeof column === 'number' ? 'string' : column[1], reason: 'as told', shapes: typeof column === 'number' ? [] : column.slice(2) as string[] });
  return {
    objects: Object.entries(objects).map(([object, columns]) => ({
      object,
      dialect: 'data-loader',
      files: [{ name: `${object}.csv`, fileIndex: 0, encoding: 'utf-8', separator: ',', lineBreak: 'LF', sizeBytes: 1, digest: 'd', headings: Object.keys(columns), columns: Object.entries(columns).map(([name, column]) => ({ name, filledCount: filledOf(column) })), rowCount: 100 }],
    })),
    unread: [],
    findings: [],
    digest: 'd',
    samples: Object.fromEntries(Object.entries(objects).map(([object, columns]) => [object, Object.fromEntries(Object.entries(columns).filter(([, column]) => filledOf(column) > 0).map(([name, column]) => [name, sampleOf(column)]))])),
  };
}

const CONTACT = { Id: 100, LastName: 100, Email: 90, AccountId: 80, SystemModstamp: 100, Fax: 0 };
const definition = (properties: object = {}) => migrationDefinitionSchema.parse({ id: 'a', source: { crm: 'salesforce', files: '.' }, target: { crm: 'hubspot' }, objects: { contacts: { properties } } });
const portals = [aPortalObject('contacts', { properties: [...aPortalObject('contacts').properties, aProperty('home_phone', { label: 'Home phone' }), aProperty('shoe_size', { label: 'Shoe size', type: 'number' }), aProperty('vip', { type: 'enumeration', label: 'Very important person' }), aProperty('total', { readOnly: true })] })];

function proposals(contact: Columns, { properties = {}, before = [] as readonly string[] } = {}) {
  const inspection = anInspection({ Contact: { ...CONTACT, ...contact } });
  return proposeMapping({ presets: SALESFORCE_PRESETS, inspection, portals, mappings: definition(properties).objects, proposedBefore: new Set(before) });
}
const columnsOf = (contact: Columns, options = {}): readonly ColumnProposal[] => proposals(contact, options)[0]?.columns ?? [];

describe('wordsOf', () => {
  it.each([
    ['FloorArea__c', 'floor area'],
    ['npsp__Primary_Affiliation__c', 'primary affiliation'],
    ['home_phone', 'home phone'],
    ['SICDesc', 'sic desc'],
    ['Person - Email - Work', 'person email work'],
    ['Straße (Büro)', 'straße büro'],
    ['__c', ''],
  ])('of %s are %s', (name, words) => {
    expect(wordsOf(name).join(' ')).toBe(words);
  });
});

describe('likenessOf', () => {
  it.each([
    ['HomePhone', ['home_phone'], 'same'],
    ['Favourite_Color__c', ['favorite_color'], 'near'],
    ['Date of Birth', ['date_of_birth', 'Birthday'], 'same'],
    ['Primary_Shoe_Size__c', ['shoe_size'], 'near'],
    ['Postal Code', ['zip', 'Postal code'], 'same'],
    ['Nose', ['rose'], 'none'],
    ['Notes', ['description'], 'none'],
    ['???', ['a'], 'none'],
  ])('of %s to %j is %s', (column, names, likeness) => {
    expect(likenessOf(column, names)).toBe(likeness);
  });
});

describe('proposeMapping', () => {
  it('counts what the preset knows, what is for ids, what is empty and what the source keeps for itself', () => {
    expect(proposals({})[0]?.surveys).toEqual([
      { sourceObject: 'Contact', rowCount: 100, columnCount: 6, mapped: [{ column: 'LastName', properties: ['lastname'] }, { column: 'Email', properties: ['email'] }], structuralCount: 2, emptyCount: 1, systemCount: 1, yoursCount: 0 },
    ]);
  });

  it('maps a column to a property of the same name and type', () => {
    expect(columnsOf({ HomePhone: [9, 'string'] })).toEqual([expect.objectContaining({ advice: 'map', guess: { property: 'home_phone', label: 'Home phone', confidence: 'high', reason: 'same name, same type' } })]);
  });

  it.each<[string, string, CreatableType, string | null, string | null]>([
    ['same name, other type', 'Shoe_Size__c', 'string', null, null],
    ['same name, a type that it takes', 'Home_Phone__c', 'date', 'home_phone', 'medium'],
    ['like name, same type', 'Primary_Shoe_Size__c', 'number', 'shoe_size', 'medium'],
    ['like name, options', 'Very_Important_Persons__c', 'enumeration', 'vip', 'low'],
    ['a property that cannot be set', 'Total__c', 'string', null, null],
  ])('is as sure as name and type allow: %s', (_name, column, type, property, confidence) => {
    const [proposal] = columnsOf({ [column]: [9, type] });

    expect([proposal?.guess?.property ?? null, proposal?.guess?.confidence ?? null]).toEqual([property, confidence]);
    expect(proposal?.advice).toBe('make');
  });

  it('makes a property of a custom column, and only suggests one for a column of the source itself', () => {
    expect(columnsOf({ Floor_Area__c: [9, 'number'], AssistantPhoneX: [5, 'string'] }).map(({ advice, made }) => [advice, made])).toEqual([
      ['make', { property: 'floor_area', type: 'number', label: 'Floor Area' }],
      ['suggest', { property: 'assistantphonex', type: 'string', label: 'AssistantPhoneX' }],
    ]);
  });

  it('takes digits for text where the name says that they are no quantity', () => {
    expect(columnsOf({ Second_Phone__c: [9, 'number'], VAT_No__c: [9, 'number'], Number_of_Doors__c: [9, 'number'], Doors__c: [9, 'number'] }).map(({ made }) => made.type)).toEqual(['string', 'string', 'number', 'number']);
  });

  it('says nothing of a column that the file maps, in whatever case, or that was proposed before', () => {
    const columns: Columns = { Floor_Area__c: 9, Colour__c: 9, Shape__c: 9, Size__c: 9 };
    const properties = { area: 'floor_area__c', both: { from: ['Contact.Colour__c', 'LastName'] } };

    expect(columnsOf(columns, { properties, before: ['Contact.Size__c'] }).map(({ column }) => column)).toEqual(['Shape__c']);
  });

  it('gives no property twice', () => {
    const made = columnsOf({ HomePhone: [9, 'string'], Home_Phone__c: [9, 'string'], A__c: 1, a__c: 1 });

    expect(new Set(made.map(({ advice, guess, made: { property } }) => (advice === 'map' ? guess?.property : property))).size).toBe(4);
  });
});

describe('the proposed file', () => {
  const head = { id: 'acme', files: './export', portalId: '1234567', currency: 'told' as const, snapshot: aSnapshot() };
  const COLUMNS: Columns = { HomePhone: [9, 'string', '+99 9+'], Floor_Area__c: [8, 'number', '99', '999'], AssistantPhoneX: [5, 'string'], 'Notes: "all"\nof #them__c': 3 };

  it('can be read, maps what was proposed and shows how values are written', () => {
    const { text, added } = proposedFile(head, proposals(COLUMNS));
    const parsed = parseMigrationFile(text, 'f');

    expect(parsed).toMatchObject({ definition: { id: 'acme', source: { files: './export' }, target: { portal: '1234567' }, objects: { contacts: { properties: { home_phone: 'HomePhone', floor_area: { from: 'Floor_Area__c', create: { type: 'number', label: 'Floor Area' } } } } } } });
    expect(added).toEqual({ contacts: 3 });
    expect(text).toContain('# Contact.Floor_Area__c: 8 filled, written "99" "999"; a new property: as told');
    expect(text).toContain('#   LastName → lastname');
    expect(text).toMatch(/high = same name/);
    expect(Object.keys('definition' in parsed ? parsed.definition.objects.contacts.properties : {})).toHaveLength(3);
  });

  it('leaves a currency that nobody stated to a person', () => {
    expect(proposedFile({ ...head, currency: 'needed' }, []).text).toMatch(/^ {2}# currency: USD # TO DO/m);
  });

  it('adds nothing when it is read again, and only what is new after an edit', () => {
    const first = proposedFile(head, proposals(COLUMNS)).text;
    const edited = first.replace('home_phone: HomePhone', "home_phone:    MobilePhone   # mine").replace(/ *floor_area: .*\n/, '');
    const parsed = parseMigrationFile(edited, 'f');
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    const again = (contact: Columns, text: string) => extendedFile(text, proposeMapping({ presets: SALESFORCE_PRESETS, inspection: anInspection({ Contact: { ...CONTACT, ...contact } }), portals, mappings: parsed.definition.objects, proposedBefore: proposedBefore(text) }), typesIn(text));

    expect(again(COLUMNS, edited).text).toBe(edited);
    const more = again({ ...COLUMNS, Shape__c: [4, 'string'] }, edited);
    const isMemory = (line: string): boolean => line.startsWith('#   Contact.');
    expect(more.added).toEqual({ contacts: 1 });
    expect(more.text).toContain('      shape: { from: Shape__c, create: { type: string, label: Shape } }\n');
    expect(more.text.split('\n').filter((line) => edited.split('\n').includes(line) && !isMemory(line))).toEqual(edited.split('\n').filter((line) => !isMemory(line)));
    expect(more.text).not.toContain('floor_area:');
    expect(again({ ...COLUMNS, Shape__c: [4, 'string'] }, more.text).text).toBe(more.text);
  });

  it('gets a new object where a later export has one', () => {
    const text = 'id: a\nsource: { crm: salesforce, files: . }\ntarget: { crm: hubspot }\nobjects:\n  companies:\n    onMatch: leave\n';

    const { text: edited } = extendedFile(text, proposals({ HomePhone: [9, 'string'] }), typesIn(text));

    expect(edited.startsWith(text)).toBe(true);
    expect(parseMigrationFile(edited, 'f')).toMatchObject({ definition: { objects: { companies: { onMatch: 'leave' }, contacts: { properties: { home_phone: 'HomePhone' } } } } });
  });

  it.each(['', 'hello', '- a\n- b\n', 'services:\n  web: {}\n', 'a: [', 'id: x\nsource: y\n'])('is not taken for: %j', (text) => {
    expect(isMigrationFile(text)).toBe(false);
  });
});
