/** Exports made by others, in the folder that PORTAGE_SAMPLE_DATA names; its profile.json holds the expected numbers. Skipped without it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSalesforceFileSource } from '../../../connectors/salesforce/source';
import type { SourceInspection, SourcePage } from '../../../domain/source-inspection';

interface Profile {
  readonly files: Readonly<Record<string, { readonly rows?: number; readonly encoding: string; readonly columns?: number; readonly distinct_ids?: number }>>;
}

const folder = process.env['PORTAGE_SAMPLE_DATA'];
const withSampleData = folder ? it : it.skip;

const never = (): AbortSignal => new AbortController().signal;
const profileOf = (set: string): Profile => (JSON.parse(readFileSync(join(folder ?? '', 'profile.json'), 'utf8')) as Record<string, Profile>)[set]!;
const inspect = (...path: string[]): Promise<SourceInspection> => createSalesforceFileSource({ folder: join(folder ?? '', ...path) }).inspect(never());

/** Row counts of all files of an inspection, read or not. */
function rowCounts({ objects, unread }: SourceInspection): Record<string, number> {
  const read = objects.flatMap(({ files }) => files.map(({ name, rowCount }) => [name, rowCount] as const));
  return Object.fromEntries([...read, ...unread.map(({ name, rowCount }) => [name, rowCount] as const)]);
}

/** What profile.json counts in the files directly in a folder of the set. */
function expectedCounts(set: string, under = ''): Record<string, number> {
  const counts = Object.entries(profileOf(set).files).flatMap(([name, { rows }]) => (rows !== undefined && name.startsWith(under) && !name.slice(under.length).includes('/') ? [[name.slice(under.length), rows] as const] : []));
  return Object.fromEntries(counts);
}

async function readAll(path: string, object: string): Promise<SourcePage[]> {
  const source = createSalesforceFileSource({ folder: path });
  const inspected = (await source.inspect(never())).objects.find((candidate) => candidate.object === object)!;
  const pages: SourcePage[] = [];
  for await (const page of source.read(inspected, null, never())) {
    pages.push(page);
  }
  return pages;
}

describe('Salesforce exports made by others', () => {
  withSampleData.each([
    { set: 'salesforce-data-cloud-workshop', objects: ['Account', 'Contact', 'Lead', 'Opportunity', 'AccountContactRelation'], dialect: 'third-party', unread: ['Campaign', 'CampaignMember', 'Task'] },
    { set: 'salesforce-data-cloud-workshop-weekly', objects: ['Account', 'Contact', 'Lead', 'Opportunity'], dialect: 'weekly-export', unread: ['Task'] },
    { set: 'salesforce-dataloader-samples', objects: ['Account', 'Opportunity'], dialect: 'data-loader', unread: [] },
    { set: 'salesforce-npsp-1k', objects: ['Account', 'Contact', 'Opportunity', 'OpportunityContactRole'], dialect: 'data-loader', unread: [] },
  ])('inspects $set', async ({ set, objects, dialect, unread }) => {
    const inspection = await inspect(set);

    expect(inspection.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(inspection.objects.map(({ object }) => object)).toEqual(expect.arrayContaining(objects));
    expect(inspection.objects).toHaveLength(objects.length);
    expect(inspection.objects.find(({ object }) => object === 'Opportunity')!.dialect).toBe(dialect);
    expect(inspection.unread.map(({ object }) => object).sort()).toEqual(unread);
    expect(rowCounts(inspection)).toEqual(expectedCounts(set));
  });

  withSampleData.each([
    { set: 'salesforce-data-cloud-workshop', object: 'Contact' },
    { set: 'salesforce-data-cloud-workshop-weekly', object: 'Contact' },
    { set: 'salesforce-data-cloud-workshop-weekly', object: 'Opportunity' },
  ])('reads every $object of $set', async ({ set, object }) => {
    const pages = await readAll(join(folder ?? '', set), object);

    expect(pages.flatMap(({ rejected }) => rejected)).toEqual([]);
    expect(new Set(pages.flatMap(({ records }) => records.map(({ sourceId }) => sourceId))).size).toBe(profileOf(set).files[`${object}.csv`]!.distinct_ids);
  });

  withSampleData('reads the accounts of the Data Loader sample, which are Windows-1252 with headings in capitals', async () => {
    const pages = await readAll(join(folder ?? '', 'salesforce-dataloader-samples'), 'Account');

    const records = pages.flatMap((page) => page.records);
    expect(pages.flatMap(({ rejected }) => rejected)).toEqual([]);
    expect(records).toHaveLength(423);
    expect(Object.keys(records[0]!.values)).toEqual(expect.arrayContaining(['Id', 'BillingStreet', 'SystemModstamp', 'ORACLE_ID__C']));
    expect(JSON.stringify(records)).toContain('º');
  });

  withSampleData.each(['format-tests', 'status'])('inspects the vendor’s %s without a crash', async (path) => {
    const inspection = await inspect('salesforce-dataloader-samples', path);

    expect(rowCounts(inspection)).toMatchObject(expectedCounts('salesforce-dataloader-samples', `${path}/`));
  });

  withSampleData('decodes every byte order mark of the vendor’s parser tests', async () => {
    const inspection = await inspect('salesforce-dataloader-samples', 'format-tests');

    expect(inspection.unread.filter(({ name }) => name.startsWith('csvtext')).map(({ object, rowCount }) => [object, rowCount])).toEqual(Array.from({ length: 6 }, () => [null, 2]));
    expect(inspection.findings.filter(({ place }) => place.startsWith('csvtext'))).toEqual([]);
  });
});
