/** Exports made by others are planned, and each number of the summary is held against profile.json of the folder that PORTAGE_SAMPLE_DATA names. Skipped without it. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parse } from 'papaparse';
import { createSalesforceFileSource } from '../../connectors/salesforce/source';
import type { MigrationError } from '../../domain/migration-error';
import type { AssociationForecast, PlanSummary, RecordForecast } from '../../domain/plan-summary.schema';
import type { SourceConnector } from '../../connectors/connector';
import { aZip, partsOf } from '../support/a-zip';
import { aPlanning } from '../support/planned-migration';
import type { Planning } from '../support/planned-migration';
import { anId, aRowsSource } from '../support/rows-source';
import type { Row } from '../support/rows-source';

const folder = process.env['PORTAGE_SAMPLE_DATA'];
const withSampleData = folder ? it : it.skip;
const pathOf = (...names: readonly string[]): string => join(folder ?? '', ...names);

interface Profile {
  readonly files: Readonly<Record<string, { readonly rows?: number; readonly distinct_ids?: number; readonly email_columns?: Readonly<Record<string, { readonly empty: number; readonly distinct_trim_lower: number }>> }>>;
  readonly references?: Readonly<Record<string, { readonly empty: number; readonly resolved: number; readonly dangling: number }>>;
}
const profileOf = (set: string): Profile => (JSON.parse(readFileSync(pathOf('profile.json'), 'utf8')) as Record<string, Profile>)[set]!;
const rowsIn = (profile: Profile, ...files: readonly string[]): number => files.reduce((sum, file) => sum + (profile.files[file]?.rows ?? 0), 0);
const readRows = (...names: readonly string[]): readonly Record<string, string>[] => parse<Record<string, string>>(readFileSync(pathOf(...names), 'utf8').replace(/^\uFEFF/, ''), { header: true, skipEmptyLines: true }).data;
/** References of a column to rows, as the profile counts them. */
const linksIn = ({ references = {} }: Profile, reference: string) => references[reference] ?? { empty: 0, resolved: 0, dangling: 0 };

const opened: Planning[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ ledger }) => ledger.close()));
  folders.splice(0).forEach((path) => rmSync(path, { recursive: true }));
});

async function plan(source: SourceConnector, definition: Record<string, unknown> = {}) {
  const planning = await aPlanning({ source, definition });
  opened.push(planning);
  await planning.all();
  const summary = (await planning.ledger.plans.read(planning.row.stagingId))!;
  return { planning, summary, findings: await planning.ledger.runs.readFindings(planning.row.run) };
}
const planSet = (set: string) => plan(createSalesforceFileSource({ folder: pathOf(set) }));

const ofType = ({ records }: PlanSummary, type: string): Partial<RecordForecast> => {
  const { source, create, fold, leftOut } = records.find(({ objectType }) => objectType === type)!;
  return { source, create, fold, leftOut };
};
const between = ({ associations }: PlanSummary, type: string): Partial<AssociationForecast> => {
  const { source, planned, duplicate, selfLink, missingEnd } = associations.find(({ associationType }) => associationType === type)!;
  return { source, planned, duplicate, selfLink, missingEnd };
};
const all = (count: number): Partial<RecordForecast> => ({ source: count, create: count, fold: 0, leftOut: {} });

describe('planMigration on exports made by others', () => {
  withSampleData.each([
    { set: 'salesforce-data-cloud-workshop', relations: 22, unread: ['Campaign.csv', 'CampaignMember.csv', 'Task.csv'] },
    { set: 'salesforce-data-cloud-workshop-weekly', relations: 0, unread: ['Task.csv'] },
  ])('plans $set: leads beside contacts, and every row accounted for', async ({ set, relations, unread }) => {
    const profile = profileOf(set);
    const { summary, findings, planning } = await planSet(set);

    expect(ofType(summary, 'companies')).toEqual(all(rowsIn(profile, 'Account.csv')));
    expect(ofType(summary, 'contacts')).toEqual(all(rowsIn(profile, 'Contact.csv', 'Lead.csv')));
    expect(ofType(summary, 'deals')).toEqual(all(rowsIn(profile, 'Opportunity.csv')));
    // The relations of this export repeat each contact's own account, and four further ones.
    const accounts = linksIn(profile, 'Contact.csv:AccountId -> Account.csv:Id').resolved;
    expect(between(summary, 'contacts-companies')).toMatchObject({ source: accounts + relations, missingEnd: 0 });
    expect(between(summary, 'contacts-companies').planned! + between(summary, 'contacts-companies').duplicate!).toBe(accounts + relations);
    expect(between(summary, 'deals-companies')).toEqual({ source: 50, planned: linksIn(profile, 'Opportunity.csv:AccountId -> Account.csv:Id').resolved, duplicate: 0, selfLink: 0, missingEnd: 0 });
    expect(findings.filter(({ code }) => code === 'unread-object').map(({ place, count }) => [place, count])).toEqual(unread.map((name) => [name, rowsIn(profile, name)]));

    const contacts = await planning.planned('contacts');
    expect(contacts.filter(({ properties }) => properties.email !== undefined)).toHaveLength(profile.files['Contact.csv']!.email_columns!.Email!.distinct_trim_lower + profile.files['Lead.csv']!.email_columns!.Email!.distinct_trim_lower);
    const statuses = readRows(set, 'Lead.csv').map(({ Status }) => Status);
    expect(contacts.filter(({ properties }) => properties.lifecyclestage === 'salesqualifiedlead')).toHaveLength(statuses.filter((status) => status === 'Qualified').length);
    expect(contacts.filter(({ sourceObject, properties }) => sourceObject === 'Lead' && properties.lifecyclestage === undefined)).toEqual([]);
    const stages = new Set(readRows(set, 'Opportunity.csv').map(({ StageName }) => StageName));
    expect(summary.schema.pipelines.map(({ definition }) => definition.stages.map(({ label }) => label).sort())).toEqual([[...stages].sort()]);
  });

  withSampleData('comes to the same records from both layouts of the workshop org', async () => {
    const standard = (properties: Readonly<Record<string, string>>, custom: ReadonlySet<string>) => Object.fromEntries(Object.entries(properties).filter(([name]) => !custom.has(name)));
    const [first, second] = [await planSet('salesforce-data-cloud-workshop'), await planSet('salesforce-data-cloud-workshop-weekly')];
    const customOf = (type: string) => new Set([...first.summary.schema.properties.filter(({ objectType, definition }) => objectType === type && /__c\.$/.test(definition.description)).map(({ definition }) => definition.name), 'do_not_call', 'deal_currency_code', 'source_stage_changed_at']);

    for (const type of ['companies', 'contacts', 'deals'] as const) {
      const [left, right] = await Promise.all([first, second].map(async ({ planning }) => (await planning.planned(type)).map(({ sourceId, properties }) => [sourceId, standard(properties, customOf(type))] as const).sort(([a], [b]) => (a! < b! ? -1 : 1))));
      // The third-party tool writes a whole second of each time; stage ids and all else are the same.
      expect(left).toEqual(right);
    }
  });

  withSampleData('comes to the same plan from zips of the weekly export, one or several, as from the folder', async () => {
    const set = 'salesforce-data-cloud-workshop-weekly';
    const parts = partsOf(pathOf(set));
    const layouts = [{ 'WE_00D000_1.ZIP': parts }, { 'WE_00D000_1.ZIP': parts.slice(0, 2), 'WE_00D000_2.ZIP': parts.slice(2, 4), 'WE_00D000_3.ZIP': parts.slice(4) }];
    const unpacked = await planSet(set);

    for (const layout of layouts) {
      const own = mkdtempSync(join(tmpdir(), 'portage-weekly-'));
      folders.push(own);
      Object.entries(layout).forEach(([name, entries]) => writeFileSync(join(own, name), aZip(entries)));
      const { summary, planning } = await plan(createSalesforceFileSource({ folder: own }));

      expect(summary).toEqual(unpacked.summary);
      for (const type of ['companies', 'contacts', 'deals'] as const) {
        expect(await planning.planned(type)).toEqual(await unpacked.planning.planned(type));
      }
    }
  });

  withSampleData('plans the samples of the Data Loader', async () => {
    const profile = profileOf('salesforce-dataloader-samples');
    const { summary } = await planSet('salesforce-dataloader-samples');

    expect(ofType(summary, 'companies')).toEqual(all(rowsIn(profile, 'accountData.csv')));
    expect(ofType(summary, 'deals')).toEqual(all(rowsIn(profile, 'opportunityData.csv')));
    const owned = summary.owners.reduce((sum, { companies, openDeals, closedDeals }) => sum + companies + openDeals + closedDeals, 0);
    expect(owned).toBe(rowsIn(profile, 'accountData.csv', 'opportunityData.csv'));
  });

  withSampleData('leaves the repeated id of the status files out', async () => {
    const { files } = profileOf('salesforce-dataloader-samples');
    const { summary } = await planSet('salesforce-dataloader-samples/status');

    const [ok, failed] = [files['status/success0413060133.csv']!, files['status/error0413060133.csv']!];
    expect(ofType(summary, 'deals')).toEqual({ source: ok.rows! + failed.rows!, create: ok.distinct_ids! + failed.distinct_ids!, fold: 0, leftOut: { 'repeated-id': failed.rows! - failed.distinct_ids! } });
  });

  withSampleData('ends the plan of each format test with a place and a code, or plans it', async () => {
    const tests = pathOf('salesforce-dataloader-samples', 'format-tests');
    const outcomes: Record<string, string> = {};
    for (const name of readdirSync(tests).sort()) {
      const own = mkdtempSync(join(tmpdir(), 'portage-format-'));
      folders.push(own);
      copyFileSync(join(tests, name), join(own, name));
      outcomes[basename(name, '.csv')] = await plan(createSalesforceFileSource({ folder: own })).then(
        ({ summary }) => summary.records.map(({ create }) => create).join('/'),
        (error: MigrationError) => error.details.code,
      );
    }

    const unknown = 'no-known-file';
    expect(outcomes).toEqual({
      accountsForInsert: 'missing-id-column', csvEscapedQuotes: unknown, csvSeparator: unknown, csvtext: unknown, csvtext_BOM_UTF16BE: unknown, csvtext_BOM_UTF16LE: unknown, csvtext_BOM_UTF32BE: unknown, csvtext_BOM_UTF32LE: unknown,
      csvtext_BOM_UTF8: unknown, dateEndingInZ: unknown, dateOnlyWithTimeZone: 'missing-id-column', dateUsingDefaultTimeZone: unknown, dateWithTimeZone: unknown, emptyFirstRowFieldValueInCsvTemplate: '2/0/0', insertTaskWithContactAsWhoCsv: unknown,
      polymorphicRelationshipInAttachment: unknown, timeZoneFormatTesting: unknown, timeZoneFormatTestingWithErrors: unknown,
    });
  });

  withSampleData.each(['accountsForInsert', 'dateEndingInZ', 'dateOnlyWithTimeZone', 'dateUsingDefaultTimeZone', 'dateWithTimeZone', 'timeZoneFormatTesting', 'timeZoneFormatTestingWithErrors'])('plans the rows of %s, once they have ids', async (name) => {
    const rows = readRows('salesforce-dataloader-samples', 'format-tests', `${name}.csv`);
    const accounts = rows.map((row, at): Row => ({ Id: anId('001', at + 1), Name: row.Name ?? row.NAME ?? '', Founded__c: row.Date ?? row.DATE ?? row.DATE_ONLY ?? '', Story__c: row.RichText ?? '' }));

    const { summary } = await plan(aRowsSource({ Account: accounts }));

    expect(ofType(summary, 'companies')).toEqual(all(rowsIn(profileOf('salesforce-dataloader-samples'), `format-tests/${name}.csv`)));
  });
});
