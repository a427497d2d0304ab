/** One record for every kind of rule and every code with which HubSpot refuses a value or a record: what the plan says of it, what the portal answers, and where people read it. */
import { createHubspotConnector } from '../../connectors/hubspot/hubspot-connector';
import { MigrationError } from '../../domain/migration-error';
import type { ObjectType } from '../../domain/object-type';
import type { PortalDefinition, PropertyDefinition } from '../../simulator/control-plane';
import { createFreePace } from '../support/free-pace';
import { createPredictionRunner, PREDICTION_TOKEN } from '../support/prediction/prediction-runner';
import type { PredictionCase, PredictionEnd, PredictionRunner } from '../support/prediction/prediction-runner';
import { aContactRow, anAccount, anId, anOpportunity } from '../support/rows-source';
import type { Row } from '../support/rows-source';

const table: (readonly [kind: string, foreseen: string, answered: string, where: string])[] = [];

const PORTAL: PortalDefinition = {
  portalId: 4711, companyCurrency: 'USD', tokens: [{ token: PREDICTION_TOKEN, scopes: 'all' }], owners: [{ id: '11', email: 'ann@company.com' }, { id: '12', email: 'gone@company.com', archived: true }],
  switches: { searchLagMs: 0, requirementsInValidations: true },
};
const SOURCE = { crm: 'salesforce', files: '/export', currency: 'USD' };

const own = (name: string, type: string, fieldType: string, more: Partial<PropertyDefinition> = {}): PropertyDefinition => ({ name, type, fieldType, ...more });
const text = (name: string): PropertyDefinition => own(name, 'string', 'text');
const options = ['A', 'B'].map((value) => ({ label: value, value }));

/** A portal of one more property, and contacts with a column for it: the first is in order. */
const aCase = (property: PropertyDefinition, values: readonly string[], rules: PortalDefinition['rules'] = {}, more: Partial<PredictionCase> = {}): PredictionCase => ({
  portal: { ...PORTAL, properties: { contacts: [property] }, rules },
  edits: [],
  objects: { Contact: values.map((value, at) => aContactRow(at + 1, { X__c: value })) },
  definition: { source: SOURCE, objects: { contacts: { properties: { [property.name]: 'X__c' } } } },
  ...more,
});

const codeOf = (error: unknown): string => (error instanceof MigrationError ? error.details.code : String(error));

/** `CODE (property)` */
const told = (refusal: { readonly code: string; readonly property: string | null } | null | undefined): string => (refusal ? `${refusal.code} (${refusal.property ?? '–'})` : 'taken');

describe('a value or record that the portal refuses', () => {
  let runner: PredictionRunner;
  beforeAll(async () => {
    runner = await createPredictionRunner();
  });
  afterAll(async () => {
    await runner.close();
    const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)));
    process.stdout.write(`${[['kind', 'foreseen by the plan', 'answered by the portal', 'where it is read'] as const, ...table].map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' │ ').trimEnd()).join('\n')}\n`);
  });

  const midnight = (day: string): string => String(Date.parse(`${day}T00:00:00Z`));

  /** Kind, type and field type of a property, arguments of a rule for it (null for none), a value that is in order, one that is not, and the code of the answer. */
  const CELLS: readonly (readonly [kind: string, type: string, fieldType: string, ruleArguments: readonly string[] | null, right: string, wrong: string, code: string])[] = [
    ['MIN_LENGTH', 'string', 'text', ['3'], 'fine', 'no', 'MIN_LENGTH'],
    ['MAX_LENGTH', 'string', 'text', ['5'], 'fine', 'too long', 'MAX_LENGTH'],
    ['MIN_NUMBER', 'number', 'number', ['10'], '10', '9.99', 'MIN_NUMBER'],
    ['MAX_NUMBER', 'number', 'number', ['10'], '10', '10.01', 'MAX_NUMBER'],
    ['DECIMAL', 'number', 'number', ['1'], '1.5', '1.55', 'DECIMAL'],
    ['REGEX', 'string', 'text', ['^[A-Z]+$', 'Capitals'], 'ABC', 'abc', 'REGEX'],
    ['EMAIL', 'string', 'text', [], 'ann@company.com', 'ann', 'EMAIL'],
    ['EMAIL_ALLOWED_DOMAINS', 'string', 'text', ['company.com'], 'ann@company.com', 'ann@foo.com', 'EMAIL_ALLOWED_DOMAINS'],
    ['EMAIL_BLOCKED_DOMAINS', 'string', 'text', ['foo.com'], 'ann@company.com', 'ann@foo.com', 'EMAIL_BLOCKED_DOMAINS'],
    ['URL', 'string', 'text', [], 'https://example.com/a', 'no address', 'URL'],
    ['URL_ALLOWED_DOMAINS', 'string', 'text', ['example.com'], 'https://example.com/a', 'https://foo.com', 'URL_ALLOWED_DOMAINS'],
    ['URL_BLOCKED_DOMAINS', 'string', 'text', ['foo.com'], 'https://example.com/a', 'https://foo.com', 'URL_BLOCKED_DOMAINS'],
    ['DOMAIN', 'string', 'text', [], 'example.com', 'https://example.com', 'DOMAIN'],
    ['START_DATE', 'date', 'date', [midnight('2024-01-01')], '2024-01-01', '2023-12-31', 'START_DATE'],
    ['END_DATE', 'date', 'date', [midnight('2024-01-01')], '2024-01-01', '2024-01-02', 'END_DATE'],
    ['START_DATETIME', 'datetime', 'date', [midnight('2024-01-01')], '2024-01-01T00:00:00Z', '2023-12-31T23:59:59Z', 'START_DATETIME'],
    ['END_DATETIME', 'datetime', 'date', [midnight('2024-01-01')], '2024-01-01T00:00:00Z', '2024-01-01T00:00:01Z', 'END_DATETIME'],
    ['DAYS_OF_WEEK, of a day', 'date', 'date', ['MONDAY'], '2024-01-01', '2024-01-02', 'DAYS_OF_WEEK'],
    ['DAYS_OF_WEEK, of a moment', 'datetime', 'date', ['MONDAY'], '2024-01-01T12:00:00Z', '2024-01-04T12:00:00Z', 'DAYS_OF_WEEK'],
    ['ALPHANUMERIC', 'string', 'text', ['ALPHANUMERIC'], 'abc1', 'a-b', 'ALPHANUMERIC'],
    ['ALPHANUMERIC, letters', 'string', 'text', ['ALPHA_ONLY'], 'abc', 'abc1', 'INVALID_ALPHA'],
    ['ALPHANUMERIC, digits', 'string', 'text', ['NUMERIC_ONLY'], '123', '12a', 'ALPHANUMERIC'],
    ['SPECIAL_CHARACTERS', 'string', 'text', ['NOT_ALLOWED'], 'abc', 'a$', 'SPECIAL_CHARACTERS'],
    ['WHITESPACE', 'string', 'text', [], 'abc', 'a b', 'WHITESPACE'],
    ['PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE', 'string', 'phonenumber', [], '+49 30 123456', '030 123456', 'PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE'],
    ['FORMAT', 'string', 'text', ['UPPER'], 'ABC', 'Abc', 'FORMAT'],
    ['option that is not there', 'enumeration', 'select', null, 'A', 'C', 'INVALID_OPTION'],
    ['one of several options not there', 'enumeration', 'checkbox', null, 'A;B', 'A;C', 'INVALID_OPTION'],
    ['truth that is none', 'bool', 'booleancheckbox', null, 'true', 'maybe', 'INVALID_OPTION'],
    ['day that no calendar has', 'date', 'date', null, '2024-02-29', '2023-02-29', 'INVALID_DATE'],
    ['moment that is none', 'datetime', 'date', null, '2024-02-29T10:00:00Z', 'soon', 'INVALID_LONG'],
    ['number that is none', 'number', 'number', null, '12', '1,2', 'INVALID_INTEGER'],
    ['text beyond 65,536 characters', 'string', 'text', null, 'x'.repeat(65_536), 'x'.repeat(65_537), 'INVALID_STRING'],
  ];
  const nameOf = (kind: string): string => `x_${CELLS.findIndex(([each]) => each === kind)}`;
  let cells: PredictionEnd;
  beforeAll(async () => {
    cells = await runner.runCase({
      portal: {
        ...PORTAL,
        properties: { contacts: CELLS.map(([kind, type, fieldType]) => own(nameOf(kind), type, fieldType, type === 'enumeration' ? { options } : {})) },
        rules: { validation: CELLS.flatMap(([kind, , , ruleArguments]) => (ruleArguments === null ? [] : [{ objectType: 'contacts', propertyName: nameOf(kind), rules: [{ ruleType: kind.split(',')[0]!, ruleArguments }] }])) },
      },
      edits: [],
      // The first contact is in order; each of the others breaks one thing.
      objects: { Contact: [aContactRow(1, Object.fromEntries(CELLS.map(([kind, , , , right]) => [nameOf(kind), right]))), ...CELLS.map(([kind, , , , , wrong], at) => aContactRow(at + 2, { [nameOf(kind)]: wrong }))] },
      definition: { source: SOURCE, objects: { contacts: { properties: Object.fromEntries(CELLS.map(([kind]) => [nameOf(kind), nameOf(kind)])) } } },
    });
  });

  it('leaves everything else of the same record as planned', () => {
    expect(cells.wrong).toEqual([]);
    expect(cells.answers).toHaveLength(CELLS.length);
  });

  it.each(CELLS)('for a cell, by %s: foreseen, and answered with the same code', (kind, _type, _fieldType, _ruleArguments, _right, _wrong, code) => {
    const property = nameOf(kind);

    const twin = cells.answers.find(({ foreseen }) => foreseen.property === property);

    table.push([kind, `${twin?.foreseen.code}`, `${twin?.answered?.code}`, 'rejected cells']);
    expect([twin?.foreseen, twin?.answered]).toEqual([{ code, property }, { code, property }]);
    expect(cells.planned[0]?.properties[property]).toBeDefined();
    expect(cells.planned[CELLS.findIndex(([each]) => each === kind) + 1]).toMatchObject({ action: 'create', properties: expect.not.objectContaining({ [property]: expect.any(String) as string }) as unknown });
  });

  const rule = (property: PropertyDefinition, ruleType: string, ruleArguments: readonly string[]) => ({ validation: [{ objectType: 'contacts', propertyName: property.name, rules: [{ ruleType, ruleArguments }] }] });
  const [aText, aDate, aDatetime] = [text('x'), own('x', 'date', 'date'), own('x', 'datetime', 'date')];

  it('as an e-mail address that is none: foreseen, and answered with the same code', async () => {
    const rows: readonly Row[] = [aContactRow(1, { Email: 'ann@company.com' }), aContactRow(2, { Email: 'ann at home' })];
    const end = await runner.runCase({ portal: PORTAL, edits: [], objects: { Contact: rows }, definition: { source: SOURCE } });

    table.push(['e-mail address that is none', told({ code: 'INVALID_EMAIL', property: 'email' }), told(end.answers[0]?.answered), 'rejected cells']);
    expect(end.wrong).toEqual([]);
    expect(end.answers.map(({ answered }) => answered)).toEqual([{ code: 'INVALID_EMAIL', property: 'email' }]);
  });

  it.each([
    ['required by the create form', { requiredOnCreate: [{ objectType: 'contacts', propertyName: 'x' }] }, ['there', ''], {}, 'MISSING_REQUIRED_PROPERTY', 'x'],
    ['required on a condition', { conditionalRequired: [{ objectType: 'contacts', when: { propertyName: 'jobtitle', values: ['Boss'] }, required: ['x'] }] }, ['there', ''], { Title: 'Boss' }, 'MISSING_CONDITIONAL_REQUIRED_PROPERTY', 'x'],
    ['required by HubSpot itself', {}, ['there', 'no name'], { FirstName: '', LastName: '' }, 'VALIDATION_ERROR', null],
  ])('as a record that lacks what is %s: left out, and answered with the same code', async (kind, rules, [right, wrong], changes, code, property) => {
    const rows: readonly Row[] = [aContactRow(1, { X__c: right! }), aContactRow(2, { X__c: wrong!, ...changes })];
    const end = await runner.runCase({ ...aCase(aText, []), portal: { ...PORTAL, properties: { contacts: [aText] }, rules }, objects: { Contact: rows } });

    table.push([kind, told({ code, property }), told(end.answers[0]?.answered), 'records left out']);
    expect(end.wrong).toEqual([]);
    expect(end.answers.map(({ answered }) => answered)).toEqual([{ code, property }]);
    expect(end.planned.map(({ action, reason, reasonCode }) => [action, reason, reasonCode])).toEqual([['create', null, null], ['left-out', 'missing-required', code]]);
  });

  const send = async (objectType: ObjectType, properties: Readonly<Record<string, string>>) => {
    const target = createHubspotConnector({ baseUrl: runner.url, readToken: async () => PREDICTION_TOKEN, pace: createFreePace() });
    const { refused, refusedWhole } = await target.createRecords(objectType, [{ traceId: '1', properties }], { signal: new AbortController().signal, countedFor: null });
    return refused[0] ?? refusedWhole;
  };
  const noProperty = { definition: { source: SOURCE, objects: { contacts: { properties: { unheard_of: 'X__c' } } } } };

  it.each<readonly [string, PredictionCase, string, ObjectType, Readonly<Record<string, string>>, string, string]>([
    ['read-only property', aCase(own('x', 'string', 'text', { readOnlyValue: true }), ['a']), 'read-only-property', 'contacts', { firstname: 'A', x: 'a' }, 'READ_ONLY_VALUE', 'x'],
    ['calculated property', aCase(own('x', 'number', 'calculation_equation', { calculated: true }), ['1']), 'read-only-property', 'contacts', { firstname: 'A', x: '1' }, 'READ_ONLY_VALUE', 'x'],
    ['archived property', { ...aCase(aText, ['a']), edits: [{ action: 'archive-property', objectType: 'contacts', propertyName: 'x' }] }, 'unknown-property', 'contacts', { firstname: 'A', x: 'a' }, 'PROPERTY_DOESNT_EXIST', 'x'],
    ['unknown property', aCase(aText, ['a'], {}, noProperty), 'unknown-property', 'contacts', { firstname: 'A', unheard_of: 'a' }, 'PROPERTY_DOESNT_EXIST', 'unheard_of'],
    ['currency that is not enabled', { ...aCase(aText, []), objects: { Opportunity: [anOpportunity(1, { Amount: '5', CurrencyIsoCode: 'EUR' })] } }, 'currency-not-in-portal', 'deals', { dealname: 'D', dealstage: 'closedwon', deal_currency_code: 'EUR' }, 'INVALID_OPTION', 'deal_currency_code'],
  ])('in a mapping, by a %s: there is no plan, and the portal answers as it must', async (kind, drawn, finding, objectType, properties, code, property) => {
    const planned = await runner.runCase(drawn).then(() => 'planned', codeOf);
    const answered = await send(objectType, properties);

    table.push([kind, `no plan: ${finding}`, told(answered), 'findings']);
    expect(planned).toBe(finding);
    expect([answered?.code, answered?.property]).toEqual([code, property]);
  });

  const oneContact = (changes: Row = {}): Pick<PredictionCase, 'objects'> => ({ objects: { Contact: [aContactRow(1, { X__c: 'A', ...changes })] } });
  const anEnumeration = own('x', 'enumeration', 'select', { options });

  it.each<readonly [string, PredictionCase, string, string | null]>([
    ['property required since', { ...aCase(aText, ['a']), meanwhile: (portal) => portal.edit({ action: 'require-property', objectType: 'contacts', propertyName: 'phone' }) }, 'MISSING_REQUIRED_PROPERTY', 'phone'],
    ['requirement that the portal does not tell', { ...aCase(aText, ['a'], { requiredOnCreate: [{ objectType: 'contacts', propertyName: 'phone' }] }), portal: { ...PORTAL, properties: { contacts: [aText] }, switches: {}, rules: { requiredOnCreate: [{ objectType: 'contacts', propertyName: 'phone' }] } } }, 'MISSING_REQUIRED_PROPERTY', 'phone'],
    ['AFTER_DURATION', aCase(aDate, ['2024-01-01'], rule(aDate, 'AFTER_DURATION', ['P7D'])), 'AFTER_DURATION', 'x'],
    ['BEFORE_DURATION', aCase(aDate, ['2124-01-01'], rule(aDate, 'BEFORE_DURATION', ['P30D'])), 'BEFORE_DURATION', 'x'],
    ['AFTER_DATETIME_DURATION', aCase(aDatetime, ['2024-01-01T00:00:00Z'], rule(aDatetime, 'AFTER_DATETIME_DURATION', ['P1Y'])), 'AFTER_DATETIME_DURATION', 'x'],
    ['BEFORE_DATETIME_DURATION', aCase(aDatetime, ['2124-01-01T00:00:00Z'], rule(aDatetime, 'BEFORE_DATETIME_DURATION', ['P1M'])), 'BEFORE_DATETIME_DURATION', 'x'],
    ['rule in its narrower reading', { ...aCase(aText, ['two words']), portal: { ...PORTAL, properties: { contacts: [aText] }, switches: { openRuleReadings: 'strict' }, rules: rule(aText, 'ALPHANUMERIC', ['ALPHA_ONLY']) } }, 'INVALID_ALPHA', 'x'],
    ['e-mail address taken since by a record of another source id', { ...aCase(aText, []), ...oneContact({ Email: 'ann@company.com' }), definition: { source: SOURCE, objects: { contacts: { match: ['key'], onMatch: 'leave' } } }, meanwhile: (portal) => portal.edit({ action: 'create', objectType: 'contacts', properties: { email: 'ann@company.com', salesforce_id: anId('003', 9) } }), portal: { ...PORTAL, properties: { contacts: [own('salesforce_id', 'string', 'text', { hasUniqueValue: true })] } } }, 'key-conflict', 'email'],
    ['record deleted since', { ...aCase(aText, []), ...oneContact({ Email: 'ann@company.com' }), definition: { source: SOURCE, objects: { contacts: { onMatch: 'overwrite' } } }, portal: { ...PORTAL, records: { contacts: [{ properties: { email: 'ann@company.com', lastname: 'Lee' } }] } }, meanwhile: (portal) => portal.edit({ action: 'archive', objectType: 'contacts', where: { property: 'email', value: 'ann@company.com' } }) }, 'deleted-since', null],
  ])('by what no plan can know, a %s: sent, refused, and told by code and property', async (kind, drawn, code, property) => {
    const end = await runner.runCase(drawn);

    const [refused] = end.outcomes.filter(({ outcome }) => outcome === 'refused');
    table.push([kind, 'not foreseen', told(refused?.refusal), 'failed records']);
    expect([refused?.refusal?.code, refused?.refusal?.property]).toEqual([code, property]);
  });

  it.each<readonly [string, PredictionCase, string]>([
    ['option deleted since', { ...aCase(anEnumeration, ['A']), meanwhile: (portal) => portal.edit({ action: 'delete-option', objectType: 'contacts', propertyName: 'x', value: 'A' }) }, 'portal-changed'],
    ['property archived since', { ...aCase(aText, ['A']), meanwhile: (portal) => portal.edit({ action: 'archive-property', objectType: 'contacts', propertyName: 'x' }) }, 'portal-changed'],
  ])('by a schema that changed, an %s: the phase waits for a person', async (kind, drawn, code) => {
    const stopped = await runner.runCase(drawn).then(() => 'written', codeOf);

    table.push([kind, 'not foreseen', stopped, 'pause of the phase']);
    expect(stopped).toBe(code);
  });

  it('by an e-mail address that another person holds: left out, and answered with the same code', async () => {
    const holder = { properties: { email: 'ann@company.com', lastname: 'Else' } };
    const rows = [aContactRow(1), aContactRow(2, { Email: 'ann@company.com' })];
    const end = await runner.runCase({ portal: { ...PORTAL, records: { contacts: [holder] } }, edits: [], objects: { Contact: rows }, definition: { source: SOURCE, objects: { contacts: { match: ['key'] } } } });
    const answered = await send('contacts', { email: 'ann@company.com' });

    table.push(['e-mail address that another person holds', 'email-conflict', answered?.category ?? '', 'records left out']);
    expect(end.wrong).toEqual([]);
    expect(end.planned.map(({ action, reason, reasonCode }) => [action, reason, reasonCode])).toEqual([['create', null, null], ['left-out', 'would-be-refused', 'email-conflict']]);
    expect(answered?.category).toBe('CONFLICT');
  });

  it('by a value of a unique property that another record has: left out as a cell, and answered by the category, which names no property', async () => {
    const unique = own('x', 'string', 'text', { hasUniqueValue: true });
    const end = await runner.runCase({ ...aCase(unique, ['mine', 'theirs', 'mine']), portal: { ...PORTAL, properties: { contacts: [unique] }, records: { contacts: [{ properties: { lastname: 'Else', x: 'theirs' } }] } } });

    table.push(['unique value of another record', told(end.answers[0]?.foreseen), told(end.answers[0]?.answered), 'rejected cells']);
    expect(end.wrong).toEqual([]);
    expect(end.planned.map(({ action, properties, cells: notes }) => [action, properties['x'] ?? null, notes.map(({ code }) => code)])).toEqual([['create', 'mine', []], ['create', null, ['value-taken']], ['create', null, ['value-taken']]]);
    expect(end.answers.map(({ answered }) => answered)).toEqual([{ code: 'VALIDATION_ERROR', property: null }, { code: 'VALIDATION_ERROR', property: null }]);
  });

  describe('of which no plan sends any', () => {
    let end: PredictionEnd;
    beforeAll(async () => {
      end = await runner.runCase({
        portal: { ...PORTAL, pipelines: { deals: [{ id: 'other', label: 'Other', stages: [{ id: 'other_open', label: 'Open' }] }] } }, edits: [],
        objects: { Account: [anAccount(1, { NumberOfEmployees: '5 ' })], Contact: [aContactRow(1, { OwnerId: anId('005', 1) })], Opportunity: [anOpportunity(1)], User: [{ Id: anId('005', 1), Email: 'gone@company.com', Name: 'Ann' }] },
        definition: { source: SOURCE },
      });
    });

    it.each<readonly [string, ObjectType, Readonly<Record<string, string>>, string, string, string]>([
      ['owner that is not there', 'contacts', { firstname: 'A', hubspot_owner_id: '99' }, 'INVALID_OWNER_ID', 'hubspot_owner_id', 'left empty, owner-unmatched'],
      ['owner who has left', 'contacts', { firstname: 'A', hubspot_owner_id: '12' }, 'INVALID_OWNER_ID', 'hubspot_owner_id', 'left empty, owner-unmatched'],
      ['stage that is not there', 'deals', { dealname: 'D', dealstage: 'nowhere' }, 'INVALID_OPTION', 'dealstage', 'a pipeline made from the source'],
      ['stage of another pipeline', 'deals', { dealname: 'D', pipeline: 'other', dealstage: 'closedwon' }, 'INVALID_OPTION', 'dealstage', 'a pipeline made from the source'],
      ['pipeline that is not there', 'deals', { dealname: 'D', pipeline: 'nowhere', dealstage: 'closedwon' }, 'INVALID_OPTION', 'pipeline', 'a pipeline made from the source'],
      ['number with a blank behind it', 'companies', { name: 'A', numberofemployees: '5 ' }, 'LEADING_TRAILING_WHITESPACE', 'numberofemployees', 'trimmed'],
    ])('the portal would refuse an %s', async (kind, objectType, properties, code, property, foreseen) => {
      const answered = await send(objectType, properties);

      table.push([kind, foreseen, told(answered), 'findings']);
      expect([answered?.code, answered?.property]).toEqual([code, property]);
      expect(end.wrong).toEqual([]);
      expect(end.planned.find((record) => record.objectType === objectType)?.properties[property]).not.toBe(properties[property]);
    });
  });
});
