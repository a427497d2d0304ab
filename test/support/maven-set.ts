/** Maven's "CRM Sales Opportunities", an export without ids, linked by name and with typing errors, in the folder that PORTAGE_SAMPLE_DATA names; and what a plan of it must come to, by profile.json there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'papaparse';
import type { Finding } from '../../domain/finding';
import type { MigrationDefinition } from '../../domain/migration-definition.schema';
import { parseMigrationFile } from '../../domain/migration-file.schema';
import type { PlanSummary } from '../../domain/plan-summary.schema';
import type { PlannedRecord } from '../../domain/planned-record';

const folder = process.env['PORTAGE_SAMPLE_DATA'];
export const withMavenSet = folder ? it : it.skip;
const SET = 'crm-sales-opportunities-maven';
export const MAVEN_FILES = join(folder ?? '', SET);

interface Profile {
  readonly files: Readonly<Record<string, { readonly rows: number }>>;
  readonly references: Readonly<Record<string, { readonly empty: number; readonly resolved: number; readonly dangling: number }>>;
}
export const mavenProfile = (): Profile => (JSON.parse(readFileSync(join(folder ?? '', 'profile.json'), 'utf8')) as Record<string, Profile>)[SET]!;
export const mavenRows = (name: string): readonly Record<string, string>[] => parse<Record<string, string>>(readFileSync(join(MAVEN_FILES, name), 'utf8'), { header: true, skipEmptyLines: true }).data;

/** @param change of the text of the migration file */
export function mavenDefinition(change: (text: string) => string = (text) => text): MigrationDefinition {
  const parsed = parseMigrationFile(change(readFileSync(join(__dirname, '../fixtures/maven/migration.yaml'), 'utf8')), 'migration.yaml');
  if ('problems' in parsed) {
    throw new Error(JSON.stringify(parsed.problems));
  }
  return { ...parsed.definition, source: { ...parsed.definition.source, files: MAVEN_FILES } };
}

const all = (count: number) => ({ source: count, create: count, update: 0, unchanged: 0, fold: 0, leftOut: {} });
export const ofType = ({ records }: PlanSummary, type: string) => records.find(({ objectType }) => objectType === type);
const between = ({ associations }: PlanSummary, type: string) => associations.find(({ associationType }) => associationType === type);


export const optionsOf = ({ schema }: PlanSummary, name: string) => schema.properties.find(({ definition }) => definition.name === name)!.definition.options.map(({ value }) => value).sort();

interface PlannedSet {
  readonly summary: PlanSummary;
  readonly findings: readonly Finding[];
  readonly companies: readonly PlannedRecord[];
  readonly deals: readonly PlannedRecord[];
}

/** Whether the typing error of the products is corrected or not. */
export function expectNumbersOfMaven({ summary, findings, companies, deals }: PlannedSet): void {
  const { files, references } = mavenProfile();
  const [accounts, pipeline] = [mavenRows('accounts.csv'), mavenRows('sales_pipeline.csv')];
  expect(ofType(summary, 'companies')).toMatchObject(all(files['accounts.csv']!.rows));
  expect(ofType(summary, 'deals')).toMatchObject(all(files['sales_pipeline.csv']!.rows));
  expect(ofType(summary, 'contacts')).toMatchObject(all(0));
  // A deal states its company where its account is filled, and every one of those names is an account's.
  const links = references['sales_pipeline.csv:account -> accounts.csv:account']!;
  expect(links.empty + links.resolved).toBe(pipeline.length);
  expect(between(summary, 'deals-companies')).toMatchObject({ source: links.resolved, planned: links.resolved, duplicate: 0, selfLink: 0, missingEnd: 0 });
  const parents = accounts.filter(({ subsidiary_of: parent }) => parent !== '').length;
  expect(between(summary, 'companies-companies')).toMatchObject({ source: parents, planned: parents, missingEnd: 0 });
  // Nobody has an e-mail address: no owner is matched, each has the deals that are theirs, and their names stay.
  expect(summary.owners.map(({ sourceOwner }) => sourceOwner)).toEqual([...new Set(pipeline.map(({ sales_agent: agent }) => agent))]);
  expect(summary.owners.reduce((sum, { openDeals }) => sum + openDeals, 0)).toBe(pipeline.filter(({ deal_stage: stage }) => stage === 'Engaging' || stage === 'Prospecting').length);
  expect(summary.owners.reduce((sum, { openDeals, closedDeals }) => sum + openDeals + closedDeals, 0)).toBe(references['sales_pipeline.csv:sales_agent -> sales_teams.csv:sales_agent']!.resolved);
  expect(deals.map(({ properties }) => properties.source_owner)).toEqual(pipeline.map(({ sales_agent: agent }) => agent));
  expect(summary.schema.pipelines.map(({ definition }) => definition.stages.map(({ label, metadata }) => [label, metadata.probability]))).toEqual([[['Engaging', '0.1'], ['Prospecting', '0.2'], ['Won', '1.0'], ['Lost', '0.0']]]);
  expect(deals[0]!.properties).toMatchObject({ dealname: '1C1I7A6R', salesforce_id: '1C1I7A6R', product: 'GTX Plus Basic', product_series: 'GTX', amount: '1054', engage_date: '2016-10-20', source_stage: 'Won' });

  // What is not moved is named: the price of a product, and who leads an agent.
  const unread = findings.filter(({ code }) => code === 'unread-column').map(({ place, count }) => [place, count]);
  expect(unread).toEqual([['User.manager', files['sales_teams.csv']!.rows], ['User.regional_office', files['sales_teams.csv']!.rows], ['Product2.sales_price', files['products.csv']!.rows]]);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  // A name is no id that may stand in a history.
  expect(companies.filter(({ sourceId }) => !/^name-[0-9a-f]{32}$/.test(sourceId ?? ''))).toEqual([]);
  // The typing error of the sectors is corrected by the property's own table.
  expect(optionsOf(summary, 'sector')).toEqual([...new Set(accounts.map(({ sector }) => sector!.replace('technolgy', 'technology')))].sort());
}
