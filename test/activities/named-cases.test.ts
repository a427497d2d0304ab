/**
 * The awkward cases that a real export holds, each in one folder of CSV files, planned, written, associated and read back by the activities against a simulated
 * portal: what the plan said, and what stands in the portal at the end.
 */
import { MockActivityEnvironment } from '@temporalio/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApplySchema } from '../../activities/apply-schema';
import { createAssembleReport } from '../../activities/assemble-report';
import { createFindUnexpected } from '../../activities/find-unexpected';
import { createVerifyAssociations } from '../../activities/verify-associations';
import { createVerifyRecords } from '../../activities/verify-records';
import { createWriteAssociations } from '../../activities/write-associations';
import { createWriteRecords } from '../../activities/write-records';
import type { RunIdentity } from '../../activities/migration-activities';
import { createHubspotConnector } from '../../connectors/hubspot/hubspot-connector';
import { createSalesforceFileSource } from '../../connectors/salesforce/source';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../../domain/object-type';
import type { AssociationType, ObjectType } from '../../domain/object-type';
import type { PlannedRecord } from '../../domain/planned-record';
import type { Report } from '../../domain/report.schema';
import type { PortalDump } from '../../simulator/control-plane';
import { createHubspotSimulator } from '../../simulator/hubspot/create-hubspot-simulator';
import type { HubspotSimulator } from '../../simulator/hubspot/create-hubspot-simulator';
import { createFreePace } from '../support/free-pace';
import { aPlanning } from '../support/planned-migration';
import type { Planning } from '../support/planned-migration';
import { anId } from '../support/rows-source';

const KEY = 'salesforce_id';
const account = (number: number): string => anId('001', number);
const contact = (number: number): string => anId('003', number);
/** The capital in the prefix shows in the check characters. */
const lead = (number: number): string => `${anId('00Q', number).slice(0, 15)}EAA`;
const deal = (number: number): string => anId('006', number);
/** 15 characters: the three that check the case are left away. */
const role = (number: number): string => anId('00K', number).slice(0, 15);
const csv = (...rows: readonly (readonly string[])[]): string => rows.map((row) => `${row.join(',')}\n`).join('');

const FILES = {
  'Account.csv': csv(
    ['Id', 'Name', 'Website'],
    ...[1, 2, 3, 4, 5].map((number) => [account(number), `Acme ${number}`, 'https://www.acme.com']),
    // Lines 7 to 9: a cell too many, one too few, an id that was there before.
    [account(6), 'Too many', 'https://six.com', 'extra'],
    [account(7), 'Too few'],
    [account(1), 'Acme again', 'https://again.com'],
    [account(8), 'Last', ''],
  ),
  'Contact.csv': csv(
    ['Id', 'AccountId', 'FirstName', 'LastName', 'Email', 'Referred_By__c'],
    [contact(1), account(1), 'Ann', 'Lee', 'office@acme.com', ''],
    [contact(2), account(1), 'Bob', 'Kim', 'Office@Acme.com', contact(99)],
    [contact(3), account(99), 'Cem', 'Ay', 'not an address', contact(98)],
  ),
  'Opportunity.csv': csv(
    ['Id', 'AccountId', 'Name', 'StageName', 'Amount', 'CloseDate', 'IsClosed', 'IsWon', 'RecordTypeId', 'ContactId'],
    [deal(1), account(1), 'Counted in words', 'Prospecting', 'twelve', '2026-03-15', 'false', 'false', '', contact(1)],
    [deal(2), account(2), 'Plain', 'Prospecting', '1200.50', '2026-12-31', 'true', 'true', anId('012', 1), lead(1)],
  ),
  'RecordType.csv': csv(['Id', 'Name', 'SobjectType'], [anId('012', 1), 'Renewals', 'Opportunity']),
  'Lead.csv': csv(
    ['Id', 'FirstName', 'LastName', 'Company', 'Status', 'NumberOfEmployees', 'Phone', 'IsConverted', 'ConvertedContactId', 'Housing__c', 'Income__c', 'Member_Since__c', 'Gender__c'],
    [lead(1), 'Ann', 'Lee', 'Acme', 'Closed - Converted', '', '030 1', 'true', contact(1), 'Rent', '12', '2020-02-29', 'f'],
    [lead(2), 'Dan', 'Moe', 'Moe & Co', 'Working - Contacted', '30', '', 'false', '', 'Rent', '7.5', '2021-01-01', 'm'],
    [lead(3), 'Eve', 'Poe', '', 'Qualified', 'many', '', 'false', '', 'Rent', '', '', 'f'],
  ),
  'OpportunityContactRole.csv': csv(['Id', 'OpportunityId', 'ContactId', 'IsPrimary'], [role(1), deal(1), contact(1), 'true'], [role(2), deal(1), contact(77), 'false']),
};

describe('the awkward cases of an export, from the file to the portal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portage-cases-'));
  let simulator: HubspotSimulator;
  let planning: Planning;
  let portal: PortalDump;
  let report: Report;
  let planned: Readonly<Record<ObjectType, readonly PlannedRecord[]>>;
  let ended: { state: string; refused: number; differences: number };

  beforeAll(async () => {
    for (const [name, text] of Object.entries(FILES)) {
      writeFileSync(join(folder, name), text);
    }
    simulator = createHubspotSimulator({ tier: 'off' });
    const { url } = await simulator.listen(0);
    const control = async <T>(method: string, name: string, body?: unknown): Promise<T> =>
      (await (await fetch(`${url}/_simulator/${name}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })).json()) as T;
    await control('POST', 'portal', { portalId: 4711, companyCurrency: 'USD', timeZone: 'America/Los_Angeles', tokens: [{ token: 'full', scopes: 'all' }], switches: { searchLagMs: 0 } });
    const target = createHubspotConnector({ baseUrl: url, readToken: async () => 'full', pace: createFreePace() });
    planning = await aPlanning({ source: createSalesforceFileSource({ folder }), target });
    await planning.all();
    planned = { companies: await planning.planned('companies'), contacts: await planning.planned('contacts'), deals: await planning.planned('deals') };
    const { ledger, row } = planning;
    await ledger.runs.update(row.run, { portalId: '4711' });
    const identity: RunIdentity = { run: row.run, ...(await ledger.identity()), portalId: '4711' };
    const hands = { ledger, target, clock: Date.now };
    const perform = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);
    const batch = (count: number) => ({ ...identity, batch: 0, count, reserve: 0.25 });
    const recordsOf = async (objectType: ObjectType) => batch((await ledger.writing.readBatch(row.run, objectType, 0)).length);
    const linksOf = async (associationType: AssociationType) => batch((await ledger.linking.readBatch(row.run, associationType, 0)).length);

    await perform(() => createApplySchema(hands).applySchema(identity));
    for (const objectType of OBJECT_TYPES) {
      const input = await recordsOf(objectType);
      await perform(() => createWriteRecords(hands).writeRecords({ ...input, objectType }));
    }
    for (const associationType of ASSOCIATION_TYPES) {
      const input = await linksOf(associationType);
      await perform(() => createWriteAssociations(hands).writeAssociations({ ...input, associationType }));
      await perform(() => createVerifyAssociations(hands).verifyAssociations({ ...input, associationType }));
    }
    for (const objectType of OBJECT_TYPES) {
      const input = await recordsOf(objectType);
      await perform(() => createVerifyRecords(hands).verifyRecords({ ...input, objectType }));
      await perform(() => createFindUnexpected(hands).findUnexpected({ ...identity, objectType, reserve: 0.25 }));
    }
    ended = await perform(() => createAssembleReport(hands).assembleReport({ ...identity, rolledBack: false }));
    const saved = await ledger.facts.readReport(row.run);
    if (saved === null) {
      throw new Error('no report');
    }
    report = saved;
    portal = await control<PortalDump>('GET', 'portal');
  });
  afterAll(async () => {
    await planning.ledger.close();
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const inPortal = (objectType: ObjectType, sourceId: string) => (portal.records[objectType] ?? []).filter((record) => record.properties[KEY] === sourceId);
  const propertiesOf = (objectType: ObjectType, sourceId: string): Readonly<Record<string, string>> => inPortal(objectType, sourceId)[0]?.properties ?? {};
  const planOf = (objectType: ObjectType, sourceId: string) => planned[objectType].filter((record) => record.sourceId === sourceId);
  const findings = async (code: string) => (await planning.ledger.runs.readFindings(planning.row.run)).filter((finding) => finding.code === code);

  it('end verified, whatever was dropped or left out', () => {
    expect(ended).toEqual({ state: 'verified', refused: 0, differences: 0 });
  });

  it('two different people with one e-mail: both are there, the second with the address in shared_email', () => {
    expect([planOf('contacts', contact(1)), planOf('contacts', contact(2))].map(([record]) => record?.action)).toEqual(['create', 'create']);
    expect(planOf('contacts', contact(2))[0]?.cells).toContainEqual(expect.objectContaining({ code: 'email-shared', verdict: 'shared' }));
    expect(propertiesOf('contacts', contact(1))).toMatchObject({ firstname: 'Ann', email: 'office@acme.com' });
    expect(propertiesOf('contacts', contact(2))).toMatchObject({ firstname: 'Bob', shared_email: 'office@acme.com' });
    expect(propertiesOf('contacts', contact(2)).email).toBeUndefined();
    expect(report.objects.contacts).toMatchObject({ source: 6, created: 5, folded: 1, leftOut: 0 });
  });

  it('five accounts with one domain: all five are there without it, flagged, with their web address', () => {
    for (const number of [1, 2, 3, 4, 5]) {
      expect(planOf('companies', account(number))[0]?.cells).toContainEqual(expect.objectContaining({ code: 'domain-shared' }));
      expect(propertiesOf('companies', account(number))).toMatchObject({ name: `Acme ${number}`, website: 'https://www.acme.com' });
      expect(propertiesOf('companies', account(number)).domain).toBeUndefined();
    }
  });

  it('a role for a contact that is not in the export: the deal is there, the association counts as missingEnd', () => {
    expect(report.associations['deals-contacts']).toMatchObject({ source: 4, planned: 2, duplicate: 1, missingEnd: 1, added: 2 });
    expect(inPortal('deals', deal(1))).toHaveLength(1);
  });

  it('an amount that is no number: the deal is there without it, and the cell is listed', () => {
    expect(planOf('deals', deal(1))[0]?.cells).toContainEqual(expect.objectContaining({ column: 'Amount', code: 'invalid-number', verdict: 'dropped', rawValue: 'twelve' }));
    expect(propertiesOf('deals', deal(1)).amount).toBeUndefined();
    expect(propertiesOf('deals', deal(2)).amount).toBe('1200.5');
  });

  it('a close date in the Americas: noon of that very day in the portal’s time zone, in summer and winter', () => {
    expect([deal(1), deal(2)].map((id) => propertiesOf('deals', id).closedate)).toEqual(['2026-03-15T19:00:00.000Z', '2026-12-31T20:00:00.000Z']);
  });

  it.each([
    { what: 'too many cells', id: account(6), line: 7 },
    { what: 'too few cells', id: account(7), line: 8 },
  ])('a row with $what: left out with file and line, and what follows is read', async ({ id, line }) => {
    expect(inPortal('companies', id)).toEqual([]);
    expect(planned.companies.filter(({ reason }) => reason === 'malformed-row')).toHaveLength(2);
    expect((await findings('malformed-row')).map(({ place }) => place)).toContainEqual(`Account.csv:${line}`);
    expect(inPortal('companies', account(8))).toHaveLength(1);
  });

  it('a repeated id: the first row wins, the second is left out with file and line', async () => {
    expect(planOf('companies', account(1)).map(({ action, reason }) => [action, reason])).toEqual([['create', null], ['left-out', 'repeated-id']]);
    expect(inPortal('companies', account(1)).map(({ properties }) => properties.name)).toEqual(['Acme 1']);
    expect((await findings('repeated-id')).map(({ place }) => place)).toEqual(['Account.csv:9']);
    expect(report.objects.companies).toMatchObject({ source: 9, created: 6, leftOut: 3 });
  });

  it('a dangling reference: the record is there, its association counts as missingEnd', async () => {
    expect(propertiesOf('contacts', contact(3))).toMatchObject({ firstname: 'Cem' });
    expect(report.associations['contacts-companies']).toMatchObject({ source: 3, planned: 2, missingEnd: 1, added: 2 });
    expect((await findings('dangling-reference')).map(({ place }) => place)).toContain('Contact.AccountId');
  });

  it('an invalid cell: dropped, kept as text, listed', () => {
    expect(planOf('contacts', contact(3))[0]?.cells).toContainEqual(expect.objectContaining({ column: 'Email', code: 'invalid-email', rawValue: 'not an address' }));
    expect(propertiesOf('contacts', contact(3))).toMatchObject({ invalid_email: 'not an address' });
    expect(propertiesOf('contacts', contact(3)).email).toBeUndefined();
  });

  it('a converted lead: combined with its contact, which is the customer of the deal that names the lead', () => {
    expect(inPortal('contacts', lead(1))).toEqual([]);
    expect(propertiesOf('contacts', contact(1))).toMatchObject({ salesforce_merged_ids: lead(1), company: 'Acme', phone: '030 1', lifecyclestage: 'customer' });
  });

  it('leads: contacts with status, range of employees and stage as the plan says, whatever of them cannot be read', () => {
    expect(propertiesOf('contacts', lead(2))).toMatchObject({ company: 'Moe & Co', hs_lead_status: 'IN_PROGRESS', numemployees: '25-50', lifecyclestage: 'lead' });
    expect(propertiesOf('contacts', lead(3))).toMatchObject({ hs_lead_status: 'OPEN_DEAL', lifecyclestage: 'salesqualifiedlead' });
    expect(planOf('contacts', lead(3))[0]?.cells).toContainEqual(expect.objectContaining({ column: 'NumberOfEmployees', code: 'invalid-number' }));
  });

  it('custom columns: properties of their own, beside one of the portal with that name', () => {
    expect(propertiesOf('contacts', lead(2))).toMatchObject({ housing: 'Rent', income: '7.5', member_since: '2021-01-01', gender_salesforce: 'm' });
    expect(propertiesOf('contacts', lead(2)).gender).toBeUndefined();
  });

  it('a record type of deals: a pipeline of its own', () => {
    expect(propertiesOf('deals', deal(1)).pipeline).toBe('portage_acme');
    expect(propertiesOf('deals', deal(2)).pipeline).toBe(`portage_acme_${anId('012', 1).toLowerCase()}`);
  });

  it('an unresolved id in a custom column: no association is missed, and the id stands in a property of its own', async () => {
    expect((await findings('dangling-reference')).map(({ place }) => place).sort()).toEqual(['Contact.AccountId', 'OpportunityContactRole.OpportunityId+ContactId']);
    expect((await findings('custom-column')).map(({ place, count }) => [place, count])).toContainEqual(['Contact.Referred_By__c', 2]);
    expect(propertiesOf('contacts', contact(2)).referred_by).toBe(contact(99));
    expect(inPortal('contacts', contact(2))).toHaveLength(1);
  });
});
