/** Links by name, planned over rows in memory. */
import { anAccount, aContactRow, anId, anOpportunity, aRowsSource } from '../support/rows-source';
import type { Row } from '../support/rows-source';
import { aPlanning } from '../support/planned-migration';
import type { Planning } from '../support/planned-migration';

const opened: Planning[] = [];
afterEach(() => Promise.all(opened.splice(0).map(({ ledger }) => ledger.close())));

const LINKS = {
  Account: { files: ['a.csv'], links: { ParentId: { column: 'Parent' } } },
  Contact: { files: ['c.csv'], links: { AccountId: { column: 'Company' } } },
  Opportunity: { files: ['o.csv'], links: { AccountId: { column: 'Company', values: { 'Acme Crop': 'Acme' } }, ContactId: { column: 'Person', by: 'Nickname__c' }, OwnerId: { column: 'Agent' } } },
};

async function plan(objects: Readonly<Record<string, readonly Row[]>>, links: unknown = LINKS) {
  const planning = await aPlanning({ source: aRowsSource(objects), definition: { source: { crm: 'salesforce', files: '/export', currency: 'USD', objects: links } } });
  opened.push(planning);
  await planning.all();
  const summary = (await planning.ledger.plans.read(planning.row.stagingId))!;
  const between = (type: string) => {
    const { source, planned, missingEnd } = summary.associations.find(({ associationType }) => associationType === type)!;
    return { source, planned, missingEnd };
  };
  return { planning, summary, between, findings: await planning.ledger.runs.readFindings(planning.row.run) };
}

const PEOPLE = { Contact: [aContactRow(1, { AccountId: 'ACME', Nickname__c: 'Annie' })], User: [{ Id: anId('005', 1), Name: 'Sue Ray', Email: 'sue@acme.com' }] };

describe('planMigration with links by name', () => {
  it('associates by name, whatever its case and blanks, also within an object and with values that correct it', async () => {
    const { between, planning, summary } = await plan({
      Account: [anAccount(1, { Name: 'Acme' }), anAccount(2, { Name: 'Acme East', ParentId: ' acme ' })],
      ...PEOPLE,
      Opportunity: [anOpportunity(1, { AccountId: 'acme  EAST', ContactId: 'ANNIE', OwnerId: 'sue ray' }), anOpportunity(2, { AccountId: 'acme crop' })],
    });

    expect(['companies-companies', 'contacts-companies', 'deals-companies', 'deals-contacts'].map(between)).toEqual([
      { source: 1, planned: 1, missingEnd: 0 },
      { source: 1, planned: 1, missingEnd: 0 },
      { source: 2, planned: 2, missingEnd: 0 },
      { source: 1, planned: 1, missingEnd: 0 },
    ]);
    expect((await planning.planned('deals'))[0]!.properties).toMatchObject({ source_owner: 'Sue Ray' });
    // An open deal makes its contact an opportunity: the contact was found by name as well.
    expect((await planning.planned('contacts'))[0]!.properties.lifecyclestage).toBe('opportunity');
    expect(summary.unresolvedNames).toBeUndefined();
  });

  it('guesses nothing where no record has the name or several have it, and leaves nothing unsaid', async () => {
    const { between, planning, summary, findings } = await plan({
      Account: [anAccount(1, { Name: 'Twin' }), anAccount(2, { Name: 'TWIN ' }), anAccount(3, { Name: 'Acme' })],
      Opportunity: [anOpportunity(1, { AccountId: 'Twin' }), anOpportunity(2, { AccountId: 'Acne' }), anOpportunity(3, { AccountId: 'Acne' }), anOpportunity(4, { AccountId: 'Acme' }), anOpportunity(5)],
      ...PEOPLE,
    });

    expect(between('deals-companies')).toEqual({ source: 4, planned: 1, missingEnd: 3 });
    expect(summary.unresolvedNames?.filter(({ sourceObject }) => sourceObject === 'Opportunity').map(({ code, name, rows, nearest }) => [code, name, rows, nearest])).toEqual([
      ['ambiguous-name', 'Twin', 1, null],
      ['unmatched-name', 'Acne', 2, 'Acme'],
    ]);
    expect(findings.filter(({ code }) => code.endsWith('-name')).map(({ code, place, count }) => [code, place, count])).toEqual([['ambiguous-name', 'Opportunity.Company', 1], ['unmatched-name', 'Opportunity.Company', 2]]);
    expect((await planning.planned('deals')).map(({ action, cells }) => [action, cells.filter(({ property }) => property === 'AccountId').map(({ column, code, rawValue }) => [column, code, rawValue])])).toEqual([
      ['create', [['Company', 'ambiguous-name', 'Twin']]],
      ['create', [['Company', 'unmatched-name', 'Acne']]],
      ['create', [['Company', 'unmatched-name', 'Acne']]],
      ['create', []],
      ['create', []],
    ]);
    const unmade = await planning.ledger.plans.readUnmadeAssociations(planning.row.stagingId, 'deals-companies', -1, 10);
    expect(unmade.filter(({ toSourceId }) => /twin|acne/i.test(toSourceId))).toEqual([]);
  });

  it('takes no deleted record for the one of a name', async () => {
    const { between } = await plan({ Account: [anAccount(1, { Name: 'Acme', IsDeleted: 'true' }), anAccount(2, { Name: 'Acme', IsDeleted: 'false' })], ...PEOPLE, Opportunity: [anOpportunity(1, { AccountId: 'Acme' })] });

    expect(between('deals-companies')).toEqual({ source: 1, planned: 1, missingEnd: 0 });
  });

  it('keeps an owner whom no user is as written', async () => {
    const { planning, summary, findings } = await plan({ Account: [anAccount(1, { Name: 'Acme' })], ...PEOPLE, Opportunity: [anOpportunity(1, { OwnerId: 'Bob Lee' })] });

    expect((await planning.planned('deals'))[0]!.properties.source_owner).toBe('Bob Lee');
    expect(summary.unresolvedNames).toEqual([expect.objectContaining({ column: 'Agent', target: 'User', name: 'Bob Lee' })]);
    expect(summary.openDealsToAccept).toBe(1);
    expect(JSON.stringify(findings)).not.toContain('Bob');
  });

  it('looks up columns through a name', async () => {
    const planning = await aPlanning({
      source: aRowsSource({ Product2: [{ Id: 'p1', Name: 'GTX Pro', Series: 'GTX' }], Opportunity: [anOpportunity(1, { Product2Id: 'gtx pro' })] }),
      definition: {
        source: { crm: 'salesforce', files: '/export', currency: 'USD', objects: { Opportunity: { files: ['o.csv'], links: { Product2Id: { column: 'product' } } } } },
        objects: { deals: { properties: { series: { lookup: { through: 'Product2Id', column: 'Series' }, create: { type: 'string' } } } } },
      },
    });
    opened.push(planning);
    await planning.all();

    expect((await planning.planned('deals'))[0]!.properties.series).toBe('GTX');
    expect((await planning.ledger.runs.readFindings(planning.row.run)).filter(({ place }) => place.startsWith('Product2'))).toEqual([]);
  });

  it('ends for a link to an object that is not there', async () => {
    await expect(plan({ Opportunity: [anOpportunity(1, { AccountId: 'Acme' })] }, { Opportunity: { files: ['o.csv'], links: { AccountId: { column: 'Company' } } } })).rejects.toMatchObject({ details: { code: 'unknown-reference', exitCode: 3 } });
  });
});
