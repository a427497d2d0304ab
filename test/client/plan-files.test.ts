import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'papaparse';
import { writePlanFiles } from '../../client/plan-files';
import { unguardFormula } from '../../domain/formula-guard';
import type { PlanSummary } from '../../domain/plan-summary.schema';
import { aMatchedPlan, FORMULA } from '../support/matched-plan';
import type { Planning } from '../support/planned-migration';
import { anId } from '../support/rows-source';

const CSVS = ['folded.csv', 'matched.csv', 'plan.csv', 'rejected-cells.csv', 'unmade-associations.csv', 'unresolved-names.csv'];

describe('writePlanFiles', () => {
  let root: string;
  let folder: string;
  let planning: Planning;
  let plan: PlanSummary;
  const write = async (into: string): Promise<void> => writePlanFiles({ ledger: planning.ledger, row: planning.row, plan, findings: await planning.ledger.runs.readFindings(planning.row.run), folder: into });
  const csv = (name: string): readonly Record<string, string>[] => parse<Record<string, string>>(readFileSync(join(folder, name), 'utf8'), { header: true, skipEmptyLines: true }).data;
  const mode = (path: string): number => statSync(path).mode & 0o777;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'portage-plan-'));
    folder = join(root, 'plan');
    ({ planning, plan } = await aMatchedPlan());
    await write(folder);
  });
  afterAll(async () => {
    await planning.ledger.close();
    rmSync(root, { recursive: true, force: true });
  });

  it('has one row in plan.csv for each record of the source, with the verdicts that the plan counts', () => {
    const rows = csv('plan.csv');

    for (const { objectType, source, create, update, unchanged, fold, leftOut } of plan.records) {
      const count = (verdict: string) => rows.filter((row) => row.object === objectType && row.verdict === verdict).length;
      expect(rows.filter(({ object }) => object === objectType)).toHaveLength(source);
      expect([count('create'), count('update'), count('unchanged'), count('fold'), count('left-out')]).toEqual([create, update, unchanged, fold, Object.values(leftOut).reduce((sum, one) => sum + one, 0)]);
    }
    expect(rows.find(({ source_id: id }) => id === anId('003', 3))).toMatchObject({ verdict: 'fold', folds_into: anId('003', 1), matched_id: '', changed_cells: '0' });
    expect(rows.find(({ source_id: id }) => id === anId('003', 1))).toMatchObject({ verdict: 'update', matched_id: '501', dropped_cells: '2' });
    expect(rows.find(({ reason }) => reason === 'malformed-row')).toMatchObject({ object: 'contacts', source_id: '', verdict: 'left-out' });
  });

  it('lists every value that is not written where it belongs, as it stands in the source', () => {
    const rows = csv('rejected-cells.csv');

    const notes = rows.map(({ source_id: id, property, code, raw_value: raw }) => [id, property, code, unguardFormula(raw ?? '')]);
    expect(notes).toEqual(
      expect.arrayContaining([
        [anId('001', 1), 'numberofemployees', 'invalid-number', 'many'],
        [anId('003', 1), 'firstname', 'kept-in-portal', 'Ann'],
        [anId('003', 1), 'jobtitle', 'kept-in-portal', 'Boss'],
        [anId('003', 3), 'phone', 'fold-conflict', '222'],
        [anId('003', 4), 'email', 'invalid-email', FORMULA],
        [anId('006', 1), 'amount', 'invalid-number', 'ten'],
      ]),
    );
    expect(rows).toHaveLength(6);
  });

  it('has no cell that a spreadsheet would run', () => {
    const texts = CSVS.flatMap((name) => csv(name).flatMap((row) => Object.values(row)));

    expect(texts.filter((text) => /^[=+\-@\t\r\n]/.test(text))).toEqual([]);
    expect(texts).toContain(`'${FORMULA}`);
  });

  it('lists for each matched record what is written over what, and what stays', () => {
    const rows = csv('matched.csv').map((row) => [row.source_id, row.matched_id, row.property, row.effect, row.in_portal, row.from_source]);

    expect(rows).toEqual(
      expect.arrayContaining([
        [anId('003', 1), '501', 'phone', 'filled', '', '111'],
        [anId('003', 1), '501', 'firstname', 'kept', 'Anna', 'Ann'],
        [anId('003', 1), '501', 'salesforce_id', 'filled', '', anId('003', 1)],
      ]),
    );
    expect(rows.filter(([sourceId]) => sourceId === anId('003', 2))).toEqual([]);
  });

  it('lists each combined record, with the value that wins where they differ', () => {
    const rows = csv('folded.csv').map((row) => [row.source_id, row.folds_into, row.property, row.winning_value, row.other_value]);

    expect(rows).toEqual([
      [anId('003', 3), anId('003', 1), 'phone', '111', '222'],
      [anId('003', 6), anId('003', 5), '', '', ''],
    ]);
  });

  it('lists each association that is not made, with its reason', () => {
    expect(csv('unmade-associations.csv')).toEqual([{ type: 'deals-companies', from_source_id: anId('006', 2), to_source_id: anId('001', 9), reason: 'missing-end', stated_by: 'Opportunity.AccountId' }]);
  });

  it('shows owners on the page by the names that the export has', async () => {
    const owners = [{ sourceOwner: anId('005', 1), matched: false, contacts: 1, companies: 0, openDeals: 0, closedDeals: 0 }, { sourceOwner: anId('005', 2), matched: true, contacts: 1, companies: 0, openDeals: 0, closedDeals: 0 }];

    await writePlanFiles({ ledger: planning.ledger, row: planning.row, plan: { ...plan, owners }, findings: [], folder: join(root, 'owners') });

    const html = readFileSync(join(root, 'owners', 'plan.html'), 'utf8');
    expect(html).toContain(`Sue Miller<small><code>${anId('005', 1)}</code>`);
    expect(html).toContain(`<td class="text"><small><code>${anId('005', 2)}</code>`);
  });

  it('lets nobody but its owner read the folder and the files, also where files of these names were there', async () => {
    const old = join(root, 'old');
    mkdirSync(old, { mode: 0o755 });
    writeFileSync(join(old, 'plan.csv'), 'of another time', { mode: 0o644 });
    chmodSync(old, 0o755);

    await write(old);

    expect([mode(folder), ...readdirSync(folder).map((name) => mode(join(folder, name)))]).toEqual([0o700, ...[...CSVS, 'plan.html'].map(() => 0o600)]);
    expect(readdirSync(folder).sort()).toEqual(readdirSync(old).sort());
    expect(mode(join(old, 'plan.csv'))).toBe(0o600);
    expect(readFileSync(join(old, 'plan.csv'), 'utf8')).toBe(readFileSync(join(folder, 'plan.csv'), 'utf8'));
  });
});
