import type { Migration } from '../../client/portage-client';
import type { Report } from '../../domain/report.schema';
import type { CallLog, CanonicalDump } from '../../simulator/control-plane';
import { NPSP_FOLDER, startRehearsal, until, type Rehearsal } from '../support/rehearsal';
import { expectedNpsp } from './expected-npsp';

describe('the bundled Salesforce export', () => {
  const expected = expectedNpsp();
  let rehearsal: Rehearsal;
  let report: Report;
  let dump: CanonicalDump;
  let calls: CallLog;
  let migration: Migration;
  let before: string;

  beforeAll(async () => {
    rehearsal = await startRehearsal();
    before = await rehearsal.portal.fingerprint();
    migration = await rehearsal.portage.start(rehearsal.migrationFile(NPSP_FOLDER));
    await migration.ended();
    const found = await migration.report();
    if (found === null) {
      throw new Error(`no report: ${JSON.stringify(await migration.status())}`);
    }
    report = found;
    dump = await rehearsal.portal.canonicalDump();
    calls = await rehearsal.portal.calls();
  }, 180_000);

  afterAll(() => rehearsal.end());

  it('holds what its description says', () => {
    expect([expected.accounts.size, expected.survivorOf.size, new Set(expected.survivorOf.values()).size, expected.opportunities.size]).toEqual([1223, 1024, 1011, 1517]);
    expect([expected.contactCompanies.size, expected.dealCompanies.size, expected.dealContacts.size, expected.roleCount]).toEqual([1014, 1517, 3479, 3499]);
  });

  it('ends verified, with every record accounted for', () => {
    expect(report.state).toBe('verified');
    expect(report.objects).toEqual({
      companies: { source: 1223, created: 1223, updated: 0, unchanged: 0, folded: 0, leftOut: 0, refused: 0, inDoubt: 0 },
      contacts: { source: 1024, created: 1011, updated: 0, unchanged: 0, folded: 13, leftOut: 0, refused: 0, inDoubt: 0 },
      deals: { source: 1517, created: 1517, updated: 0, unchanged: 0, folded: 0, leftOut: 0, refused: 0, inDoubt: 0 },
    });
  });

  it('ends with every association accounted for', () => {
    const nothingElse = { selfLink: 0, missingEnd: 0, alreadyThere: 0, refused: 0, endNotWritten: 0, inDoubt: 0 };
    expect(report.associations).toMatchObject({
      'contacts-companies': { source: 1024, duplicate: 10, planned: 1014, added: 1014, ...nothingElse },
      'deals-companies': { source: 1517, duplicate: 0, planned: 1517, added: 1517, ...nothingElse },
      'deals-contacts': { source: 3499, duplicate: 20, planned: 3479, added: 3479, ...nothingElse },
    });
    expect(report.verify).toMatchObject({ recordsCompared: 1223 + 1011 + 1517, associationsCompared: 1014 + 1517 + 3479, differences: 0 });
  });

  it('puts every source id into exactly one record of its type', () => {
    const idsOf = (type: string) => Object.values(dump.records[type] ?? {}).flatMap((record) => [record['salesforce_id'] ?? '', ...(record['salesforce_merged_ids'] ?? '').split(';').filter((id) => id !== '')]).sort();
    expect(idsOf('companies')).toEqual([...expected.accounts].sort());
    expect(idsOf('contacts')).toEqual([...expected.survivorOf.keys()].sort());
    expect(idsOf('deals')).toEqual([...expected.opportunities].sort());
    expect(Object.keys(dump.records['contacts'] ?? {})).toHaveLength(1011);
  });

  it('makes the associations that the export states and no other', () => {
    const pairs = Object.values(dump.associations).flat().map(({ from, to }) => new Set([from, to]));
    const wanted = [...expected.contactCompanies, ...expected.dealCompanies, ...expected.dealContacts].map((pair) => pair.split('>').sort().join('>'));
    expect(pairs.map((pair) => [...pair].sort().join('>')).sort()).toEqual(wanted.sort());
  });

  it('gives the one open deal its stage', () => {
    const open = Object.values(dump.records['deals'] ?? {}).filter((deal) => deal['dealstage'] !== undefined && /pledged/i.test(deal['dealstage']));
    expect(open).toHaveLength(1);
  });

  it('names the second company of a contact as not moved', () => {
    expect(report.notMoved).toContainEqual({ place: 'Account.RecordTypeId', count: 1223, why: 'unread-column' });
  });

  it('keeps to the calls that it needs', () => {
    expect(calls.rateLimited).toBe(0);
    expect(report.calls.total).toBe(calls.total);
    expect(report.calls.total).toBeLessThanOrEqual(160);
  });

  it('leaves the portal as it was when it is rolled back', async () => {
    await migration.rollback({ confirm: migration.run });
    await until(migration, ({ state }) => state === 'rolled-back', 180_000);

    expect(await rehearsal.portal.fingerprint()).toBe(before);
  }, 240_000);
});
