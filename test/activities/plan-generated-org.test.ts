import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSalesforceFileSource } from '../../connectors/salesforce/source';
import type { PlanFacts } from '../../domain/plan-facts';
import type { PlannedRecord } from '../../domain/planned-record';
import { generateOrg, orgSize } from '../bench/generate-org';
import type { GeneratedOrg } from '../bench/generate-org';
import { salesforceId } from '../bench/generate-export';
import { aPortalObject, aSnapshot } from '../support/a-portal';
import { aTargetPortal } from '../support/fake-target-portal';
import { aPlanning } from '../support/planned-migration';
import type { Planning } from '../support/planned-migration';

const RECORDS = 660;
const SEED = 7;

/** What the bench plans a hundred thousand of: that its org is as dirty as it says, and that its plan says what becomes of the dirt. */
describe('a generated org', () => {
  let folder: string;
  let org: GeneratedOrg;
  let planning: Planning;
  let facts: PlanFacts;
  const bySourceId = new Map<string, PlannedRecord>();
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'generated-org-'));
    org = await generateOrg(join(folder, 'one'), orgSize(RECORDS), SEED);
    const there = (org.portal.records?.contacts ?? []).map(({ properties }, at) => ({ id: String(at + 1), properties: { ...properties }, createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z', archived: false }));
    const objects = [aPortalObject('companies'), aPortalObject('contacts', { hasRecords: true }), aPortalObject('deals')];
    const owners = (org.portal.owners ?? []).map(({ id, email, archived = false }) => ({ id, email, archived }));
    planning = await aPlanning({
      source: createSalesforceFileSource({ folder: join(folder, 'one') }),
      target: aTargetPortal({ snapshot: aSnapshot({ objects, owners, additionalCurrencies: ['EUR', 'GBP'] }), records: { contacts: there } }),
    });
    facts = await planning.all();
    for (const record of [...(await planning.planned('companies')), ...(await planning.planned('contacts')), ...(await planning.planned('deals'))]) {
      if (record.sourceId !== null && record.reason !== 'repeated-id') {
        bySourceId.set(record.sourceId, record);
      }
    }
  });
  afterAll(async () => {
    await planning.ledger.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const of = (prefix: string, row: number): PlannedRecord | undefined => bySourceId.get(salesforceId(prefix, row));

  it('has every kind of dirt, and the same bytes for the same seed', async () => {
    await generateOrg(join(folder, 'again'), orgSize(RECORDS), SEED);
    await generateOrg(join(folder, 'other'), orgSize(RECORDS), SEED + 1);
    const bytes = (name: string): string => readdirSync(join(folder, name)).sort().reduce((hash, file) => hash.update(readFileSync(join(folder, name, file))), createHash('sha256')).digest('hex');

    expect(Object.entries(org.dirt).filter(([, rows]) => rows === 0)).toEqual([]);
    expect([bytes('again') === bytes('one'), bytes('other') === bytes('one')]).toEqual([true, false]);
  });

  it('is planned to the last row, with each verdict that its dirt must have', () => {
    const unexplained = facts.records.map(({ source, create, update, unchanged, fold, leftOut }) => source - create - update - unchanged - fold - Object.values(leftOut).reduce((sum, count) => sum + count, 0));
    const reasons = new Set(facts.records.flatMap(({ leftOut }) => Object.keys(leftOut)));

    expect(unexplained).toEqual([0, 0, 0]);
    expect([...reasons].sort()).toEqual(['deleted-in-source', 'malformed-row', 'missing-required', 'repeated-id']);
    expect(facts.associations.every(({ source, planned, duplicate, selfLink, missingEnd }) => source === planned + duplicate + selfLink + missingEnd)).toBe(true);
    expect(facts.associations.map(({ selfLink, missingEnd, duplicate }) => [selfLink, missingEnd, duplicate].map((count) => count > 0))).toEqual([[true, true, false], [false, true, false], [false, true, true], [true, true, false]]);
  });

  it('is planned row by row as its dirt asks for', () => {
    expect({ deleted: of('001', 17)?.reason, merged: of('003', 40)?.foldInto, personAccount: of('001', 19)?.reasonCode, withoutItsContact: of('001', 39)?.action, noStage: of('006', 32)?.reason }).toEqual({
      deleted: 'deleted-in-source', merged: salesforceId('003', 39), personAccount: 'person-account', withoutItsContact: 'fold', noStage: 'missing-required',
    });
    expect({ twice: of('003', 24)?.foldInto, converted: of('00Q', 2)?.reasonCode, withoutItsContact: of('00Q', 7)?.action, there: of('003', 0)?.action }).toEqual({ twice: salesforceId('003', 23), converted: 'converted-lead', withoutItsContact: 'create', there: 'update' });
    const codes: readonly (readonly [PlannedRecord | undefined, string])[] = [
      [of('003', 28), 'email-shared'], [of('003', 15), 'invalid-email'], [of('003', 14), 'first-of-several'], [of('003', 16), 'date-order-unknown'],
      [of('006', 14), 'invalid-date'], [of('006', 35), 'invalid-number'], [of('001', 7), 'too-long'], [of('001', 1), 'no-option'],
    ];
    expect(codes.filter(([record, code]) => record?.cells.some((cell) => cell.code === code) !== true).map(([, code]) => code)).toEqual([]);
  });

  it('tells of rows that cannot be used, of owners and of ends that are missing, and proposes its custom columns', async () => {
    const codes = new Set((await planning.ledger.runs.readFindings(planning.row.run)).map(({ code }) => code));

    expect([...codes]).toEqual(expect.arrayContaining(['malformed-row', 'repeated-id', 'dangling-reference', 'custom-column', 'opted-out-of-email', 'open-deals-without-owner']));
  });
});
