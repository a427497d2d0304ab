import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSalesforceFileSource } from '../../../connectors/salesforce/source';
import { migrationDefinitionSchema } from '../../../domain/migration-definition.schema';
import { idOfName } from '../../../domain/record-name';
import type { SourcePage } from '../../../domain/source-inspection';

const never = (): AbortSignal => new AbortController().signal;
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** A source of these files, with what the migration file says of them. */
function sourceOf(files: Readonly<Record<string, string>>, objects: unknown) {
  const folder = mkdtempSync(join(tmpdir(), 'portage-described-'));
  folders.push(folder);
  Object.entries(files).forEach(([name, content]) => writeFileSync(join(folder, name), content));
  return createSalesforceFileSource({ folder, objects: migrationDefinitionSchema.parse({ id: 'acme', source: { crm: 'salesforce', files: folder, objects }, target: { crm: 'hubspot' } }).source.objects });
}

async function rowsOf(source: ReturnType<typeof sourceOf>, object: string): Promise<SourcePage> {
  const inspected = (await source.inspect(never())).objects.find((candidate) => candidate.object === object)!;
  for await (const page of source.read(inspected, null, never())) {
    return page;
  }
  throw new Error('A source gives at least one page.');
}

const DEALS = { files: ['deals.csv'], id: 'no', columns: { Name: 'title', StageName: 'Stage' }, links: { AccountId: { column: 'client' }, OwnerId: { column: 'agent' } } };

describe('createSalesforceFileSource, with headings that the migration file explains', () => {
  it('gives cells the names of Salesforce, keeps other headings, and the id as it stands', async () => {
    const source = sourceOf({ 'deals.csv': 'no,title,STAGE,client,agent,colour\n A-1 ,Deal,Won,Konmatfixconcer,Ann,red\n' }, { Opportunity: DEALS });

    const { records } = await rowsOf(source, 'Opportunity');

    // A name of fifteen letters is no id of Salesforce.
    expect(records).toEqual([{ sourceId: 'A-1', fileIndex: 0, line: 2, values: { Name: 'Deal', StageName: 'Won', AccountId: 'Konmatfixconcer', OwnerId: 'Ann', colour: 'red' } }]);
    expect((await source.inspect(never())).objects[0]!.files[0]!.columns.map(({ name }) => name)).toEqual(['Name', 'StageName', 'AccountId', 'OwnerId', 'colour']);
  });

  it('knows rows without an id by a name, which is their Name too', async () => {
    const source = sourceOf({ 'clients.csv': 'client,city\nAcme Corp,Graz\n acme  CORP,Wien\n,Linz\n' }, { Account: { files: ['clients.csv'], id: { name: 'client' }, columns: { BillingCity: 'city' } } });

    const { records, rejected } = await rowsOf(source, 'Account');

    expect(records.map(({ sourceId, values }) => [sourceId, values])).toEqual([
      [idOfName('Account', 'Acme Corp'), { Name: 'Acme Corp', BillingCity: 'Graz' }],
      [idOfName('Account', 'Acme Corp'), { Name: ' acme  CORP', BillingCity: 'Wien' }],
    ]);
    expect(rejected).toEqual([{ fileIndex: 0, line: 4, code: 'missing-id' }]);
  });

  it('keeps a heading Name apart from the name that tells a row', async () => {
    const source = sourceOf({ 'clients.csv': 'Name,client\nsomething,Acme\n' }, { Account: { files: ['clients.csv'], id: { name: 'client' } } });

    expect((await rowsOf(source, 'Account')).records[0]!.values).toEqual({ Name: 'Acme', 'Name (2)': 'something' });
  });

  it('gives one cell several names', async () => {
    const source = sourceOf({ 'deals.csv': 'no,client\n1,Acme\n' }, { Opportunity: { files: ['deals.csv'], id: 'no', columns: { Name: 'no', Client__c: 'client' }, links: { AccountId: { column: 'client' } } } });

    expect((await rowsOf(source, 'Opportunity')).records[0]!.values).toEqual({ Name: '1', Client__c: 'Acme', AccountId: 'Acme' });
  });

  it('brings ids of Salesforce to 18 characters on both sides of a reference', async () => {
    const source = sourceOf({ 'a.csv': 'key,name\n001Ec00000AcMe1,Acme\n', 'deals.csv': 'no,acct\n1,001Ec00000AcMe1\n' }, { Account: { files: ['a.csv'], id: 'key' }, Opportunity: { files: ['deals.csv'], id: 'no', columns: { AccountId: 'acct' } } });

    const [account, deal] = [(await rowsOf(source, 'Account')).records[0]!, (await rowsOf(source, 'Opportunity')).records[0]!];

    expect([account.sourceId, deal.values['AccountId']]).toEqual(['001Ec00000AcMe1IAF', '001Ec00000AcMe1IAF']);
  });

  it('explains only the files that it names: another file of the object has its own headings', async () => {
    const source = sourceOf({ 'clients.csv': 'client\nAcme\n', 'Account.csv': 'Id,Name\n001Ec00000AcMe1IAF,Beta\n' }, { Account: { files: ['clients.csv'], id: { name: 'client' } } });

    const { records } = await rowsOf(source, 'Account');

    expect(records.map(({ sourceId, values }) => [sourceId, values['Name']]).sort()).toEqual([['001Ec00000AcMe1IAF', 'Beta'], [idOfName('Account', 'Acme'), 'Acme']]);
  });

  it('links exports with ids by name: the Id column stays what it is', async () => {
    const source = sourceOf({ 'Opportunity.csv': 'Id,Name,Account Name\n006Ec00000AcMe1IAF,Deal,Acme\n' }, { Opportunity: { files: ['Opportunity.csv'], links: { AccountId: { column: 'Account Name' } } } });

    const { findings } = await source.inspect(never());

    expect(findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual([]);
    expect((await rowsOf(source, 'Opportunity')).records[0]!.values).toEqual({ Id: '006Ec00000AcMe1IAF', Name: 'Deal', AccountId: 'Acme' });
  });

  it.each([
    { mistake: 'an id that the file lacks', table: { ...DEALS, id: 'nr' }, code: 'missing-id-column', place: 'deals.csv:1', remedy: 'Correct the name of the column there.' },
    { mistake: 'a column that it lacks', table: { ...DEALS, columns: { Name: 'titel' } }, code: 'unknown-column', place: 'source.objects.Opportunity.columns.Name', remedy: 'Did you mean title?' },
    { mistake: 'a column that Salesforce lacks', table: { ...DEALS, columns: { StagName: 'stage', Any__c: 'title' } }, code: 'unknown-column', place: 'source.objects.Opportunity.columns.StagName', remedy: 'Did you mean StageName?' },
    { mistake: 'a link that it lacks', table: { ...DEALS, links: { AccountId: { column: 'cliet' } } }, code: 'unknown-column', place: 'source.objects.Opportunity.links.AccountId.column', remedy: 'Did you mean client?' },
  ])('names $mistake', async ({ table, code, place, remedy }) => {
    const { findings } = await sourceOf({ 'deals.csv': 'no,title,stage,client,agent\n1,Deal,Won,Acme,Ann\n' }, { Opportunity: table }).inspect(never());

    expect(findings.filter(({ severity }) => severity === 'error').map((finding) => [finding.code, finding.place, finding.remedy])).toEqual([[code, place, remedy]]);
  });
});
