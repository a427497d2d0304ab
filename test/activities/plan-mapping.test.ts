import { aPlanning } from '../support/planned-migration';
import type { Planning } from '../support/planned-migration';
import { aContactRow, anAccount, anId, aRowsSource } from '../support/rows-source';

const opened: Planning[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ ledger }) => ledger.close()));
});

async function planned(contacts: Record<string, unknown>, source: Record<string, unknown> = {}): Promise<Planning> {
  const planning = await aPlanning({
    source: aRowsSource({
      Account: [anAccount(1, { Name: 'Acme', Founded__c: '31.12.1999' })],
      Contact: [
        aContactRow(1, { AccountId: anId('001', 1), Status__c: 'Open', Colours__c: 'red, blue', Phone: '030 123456' }),
        aContactRow(2, { AccountId: anId('001', 9), Status__c: 'open', Colours__c: 'blue', Phone: '' }),
        aContactRow(3, { Status__c: 'Closed' }),
      ],
    }),
    definition: { source: { crm: 'salesforce', files: '/export', currency: 'USD', ...source }, objects: { contacts } },
  });
  opened.push(planning);
  await planning.all();
  return planning;
}

describe('planMigration with the rules of a migration file', () => {
  it('skips the records that do not meet the conditions, as the user’s own decision', async () => {
    const planning = await planned({ where: [{ field: 'Status__c', operator: 'equals', value: 'Open' }] });

    expect((await planning.planned('contacts')).map(({ action, reason }) => [action, reason])).toEqual([['create', null], ['create', null], ['left-out', 'filter']]);
    expect(await planning.ledger.plans.read(planning.row.stagingId)).toMatchObject({ leftOutToAccept: 0 });
  });

  it('brings cells of the records that are referred to', async () => {
    const planning = await planned({
      properties: { company: { lookup: { through: 'AccountId', column: 'Name' } }, founded: { lookup: { through: 'AccountId', column: 'Founded__c' }, create: { type: 'date' }, transform: { kind: 'day' } } },
    }, { dateFormats: { 'Account.Founded__c': 'dd.MM.yyyy' } });

    expect((await planning.planned('contacts')).map(({ properties }) => [properties.company ?? null, properties.founded ?? null])).toEqual([['Acme', '1999-12-31'], [null, null], [null, null]]);
  });

  it('makes a property for several values with each of them as an option', async () => {
    const planning = await planned({ properties: { colours: { from: 'Colours__c', transform: { kind: 'multi', separator: ',' }, create: { type: 'enumeration' } } } });

    expect((await planning.planned('contacts')).map(({ properties }) => properties.colours ?? null)).toEqual(['red;blue', 'blue', null]);
    const { schema } = (await planning.ledger.plans.read(planning.row.stagingId))!;
    expect(schema.properties.find(({ definition }) => definition.name === 'colours')?.definition).toMatchObject({ type: 'enumeration', fieldType: 'checkbox', options: [{ value: 'red' }, { value: 'blue' }] });
  });

  it('reads phones of the preset by the country of the source', async () => {
    expect((await (await planned({}, { phoneCountry: 'DE' })).planned('contacts'))[0]?.properties.phone).toBe('+4930123456');
    expect((await (await planned({})).planned('contacts'))[0]?.properties.phone).toBe('030 123456');
  });

  it('ends on a line that takes out a property which nothing becomes', async () => {
    await expect(planned({ properties: { statuss: null } })).rejects.toMatchObject({ type: 'PlanError', details: { code: 'unknown-property' } });
    expect((await (await planned({ properties: { status: null } })).planned('contacts')).map(({ properties }) => properties.status)).toEqual([undefined, undefined, undefined]);
  });

  it('names the property that costs records, and texts in which the export has ids', async () => {
    const planning = await planned({ properties: { state: { from: 'Status__c', values: { Open: 'open' }, otherwise: 'refuse', create: { type: 'enumeration' } }, jobtitle: 'AccountId' } });

    const told = (await planning.ledger.runs.readFindings(planning.row.run)).filter(({ severity }) => severity === 'warning').map(({ code, place, count }) => [code, place, count]);
    expect(told).toEqual(expect.arrayContaining([['records-refused', 'objects.contacts.properties.state', 1], ['looks-like-ids', 'Contact.AccountId', 2]]));
  });

  it('ends on formats of dates for columns that nothing has', async () => {
    await expect(planned({}, { dateFormats: { Birthdat: 'iso' } })).rejects.toMatchObject({ type: 'PlanError', details: { code: 'unknown-column' } });
  });
});
