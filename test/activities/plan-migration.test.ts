import type { MigrationError } from '../../domain/migration-error';
import type { PlannedRecord } from '../../domain/planned-record';
import { aPortalObject, aProperty, aSnapshot } from '../support/a-portal';
import { aTargetPortal } from '../support/fake-target-portal';
import { aPlanning } from '../support/planned-migration';
import type { Planning } from '../support/planned-migration';
import { aContactRow, anAccount, anId, anOpportunity, aRowsSource } from '../support/rows-source';
import type { Row } from '../support/rows-source';

const opened: Planning[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ ledger }) => ledger.close()));
});

type Options = Omit<Parameters<typeof aPlanning>[0], 'source'> & { readonly source?: Parameters<typeof aRowsSource>[1] };

async function planned(objects: Readonly<Record<string, readonly Row[]>>, { source, ...options }: Options = {}) {
  const planning = await aPlanning({ source: aRowsSource(objects, source), ...options });
  opened.push(planning);
  return { planning, facts: await planning.all() };
}

const brief = ({ sourceId, action, reason, foldInto, properties }: PlannedRecord) => ({ sourceId, action, reason, foldInto, email: properties.email ?? null });
const failure = async (work: Promise<unknown>): Promise<MigrationError> => work.then(() => { throw new Error('It should have failed.'); }, (error: MigrationError) => error);
const codesOf = async ({ ledger, row }: Planning, code: string) => (await ledger.runs.readFindings(row.run)).filter((finding) => finding.code === code);

describe('planMigration with two contacts of one e-mail', () => {
  it('writes two different people, the second without the address', async () => {
    const { planning } = await planned({ Contact: [aContactRow(1, { LastName: 'Lee', Email: 'office@acme.com' }), aContactRow(2, { LastName: 'Kim', Email: 'Office@Acme.com' })] });

    const [first, second] = await planning.planned('contacts');
    expect([first?.action, second?.action]).toEqual(['create', 'create']);
    expect([first?.properties.email, second?.properties.email, second?.properties.shared_email]).toEqual(['office@acme.com', undefined, 'office@acme.com']);
    expect(second?.cells).toContainEqual(expect.objectContaining({ code: 'email-shared', verdict: 'shared' }));
  });

  it('combines one person whose rows differ in accents and blanks, fills the gaps and lists what differs', async () => {
    const { planning } = await planned({
      Contact: [aContactRow(1, { FirstName: 'José', LastName: 'Díaz', Email: 'jose@acme.com', Phone: '1' }), aContactRow(2, { FirstName: ' jose ', LastName: 'DIAZ', Email: 'JOSE@acme.com', Phone: '2', Title: 'Buyer' })],
    });

    const [survivor, folded] = await planning.planned('contacts');
    expect(survivor?.properties).toMatchObject({ phone: '1', jobtitle: 'Buyer', salesforce_id: anId('003', 1), salesforce_merged_ids: anId('003', 2) });
    expect(folded).toMatchObject({ action: 'fold', foldInto: anId('003', 1) });
    expect(folded?.cells).toContainEqual(expect.objectContaining({ property: 'phone', code: 'fold-conflict', rawValue: '2' }));
  });
});

describe('planMigration with five accounts of one domain', () => {
  it('creates all five without it, flags them, and keeps their web addresses', async () => {
    const { planning, facts } = await planned({ Account: [1, 2, 3, 4, 5].map((number) => anAccount(number, { Website: `https://www.acme.com/${number}` })) });

    const companies = await planning.planned('companies');
    expect(facts.records[0]).toMatchObject({ create: 5, leftOut: {} });
    expect(companies.map(({ properties }) => properties.domain)).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(companies.map(({ properties }) => properties.website)).toEqual([1, 2, 3, 4, 5].map((number) => `https://www.acme.com/${number}`));
    expect(companies.every(({ cells }) => cells.some(({ code }) => code === 'domain-shared'))).toBe(true);
  });

  it('takes no domain of a mail provider, a social network or a site builder', async () => {
    const { planning } = await planned({ Account: [anAccount(1, { Website: 'gmail.com' }), anAccount(2, { Website: 'www.facebook.com/acme' }), anAccount(3, { Website: 'acme.wixsite.com' }), anAccount(4, { Website: 'http://acme.co.uk' })] });

    expect((await planning.planned('companies')).map(({ properties }) => properties.domain ?? null)).toEqual([null, null, null, 'acme.co.uk']);
  });
});

describe('planMigration with bad cells', () => {
  it('writes the deal without an amount that is no number and lists the cell', async () => {
    const { planning } = await planned({ Opportunity: [anOpportunity(1, { Amount: 'ten thousand' }), anOpportunity(2, { Amount: '1.5E6' })] });

    const [bad, good] = await planning.planned('deals');
    expect([bad?.action, bad?.properties.amount, good?.properties.amount]).toEqual(['create', undefined, '1500000']);
    expect(bad?.cells).toContainEqual({ column: 'Amount', property: 'amount', verdict: 'dropped', code: 'invalid-number', rawValue: 'ten thousand' });
  });

  it('leaves the record out where the user says so', async () => {
    const { planning, facts } = await planned({ Opportunity: [anOpportunity(1, { Amount: 'ten thousand' })] }, { definition: { objects: { deals: { onInvalid: 'leave-out-record' } } } });

    expect((await planning.planned('deals'))[0]).toMatchObject({ action: 'left-out', reason: 'would-be-refused' });
    expect(facts.leftOutToAccept).toBe(1);
  });

  it('keeps a malformed or undeliverable address as text', async () => {
    const { planning } = await planned({ Contact: [aContactRow(1, { Email: 'ann at acme' }), aContactRow(2, { Email: 'ann@acme.test' })] });

    expect((await planning.planned('contacts')).map(({ properties }) => [properties.email, properties.invalid_email])).toEqual([[undefined, 'ann at acme'], [undefined, 'ann@acme.test']]);
  });

  it('leaves out a record without what the portal requires', async () => {
    const { facts } = await planned({ Account: [anAccount(1, { Name: '' })], Contact: [aContactRow(1, { FirstName: '', LastName: '' })], Opportunity: [anOpportunity(1, { StageName: '' })] });

    expect(facts.records.map(({ leftOut }) => leftOut)).toEqual([{ 'missing-required': 1 }, { 'missing-required': 1 }, { 'missing-required': 1 }]);
  });

  it('counts unusable rows and names their line', async () => {
    const { planning, facts } = await planned({ Contact: [aContactRow(1), aContactRow(1)] }, { source: { rejected: { Contact: [{ fileIndex: 0, line: 9, code: 'too-many-cells' }] } } });

    expect(facts.records[1]).toMatchObject({ source: 3, create: 1, leftOut: { 'repeated-id': 1, 'malformed-row': 1 } });
    expect(facts.leftOutToAccept).toBe(2);
    expect((await codesOf(planning, 'malformed-row')).map(({ place }) => place)).toEqual(['Contact.csv:9']);
  });
});

describe('planMigration with dates', () => {
  it('writes a close date in the Americas to noon of that day there', async () => {
    const { planning } = await planned({ Opportunity: [anOpportunity(1, { CloseDate: '2016-11-25' }), anOpportunity(2, { CloseDate: '2016-07-01 00:00:00' })] });

    expect((await planning.planned('deals')).map(({ properties }) => properties.closedate)).toEqual(['2016-11-25T17:00:00.000Z', '2016-07-01T16:00:00.000Z']);
  });

  it('keeps the source dates, read in the source time zone where they name none', async () => {
    const { planning } = await planned({ Contact: [aContactRow(1, { CreatedDate: '2023-01-31 09:15:00' }), aContactRow(2, { CreatedDate: '2024-01-22T14:49:34.000+0000' })] }, { definition: { source: { crm: 'salesforce', files: '/x', timeZone: 'Europe/Berlin' } } });

    expect((await planning.planned('contacts')).map(({ properties }) => properties.source_created_at)).toEqual(['2023-01-31T08:15:00.000Z', '2024-01-22T14:49:34.000Z']);
  });
});

describe('planMigration with stages', () => {
  it('makes open stages by first sight, then won, then lost, by the flags and not by the names', async () => {
    const stage = (number: number, StageName: string, IsClosed: string, IsWon: string) => anOpportunity(number, { StageName, IsClosed, IsWon });
    const { planning } = await planned({ Opportunity: [stage(1, 'Verloren', '1', '0'), stage(2, 'Gewonnen', '1', '1'), stage(3, 'Angebot', '0', '0'), stage(4, 'Gespräch', '0', '0'), stage(5, 'Angebot', '0', '0')] });

    const schema = (await planning.ledger.plans.read(planning.row.stagingId))?.schema;
    expect(schema?.pipelines[0]?.definition.stages.map(({ label, metadata }) => `${label} ${metadata.probability}`)).toEqual(['Angebot 0.1', 'Gespräch 0.2', 'Gewonnen 1.0', 'Verloren 0.0']);
    const byLabel = new Map(schema?.pipelines[0]?.definition.stages.map(({ label, stageId }) => [label, stageId]));
    expect((await planning.planned('deals')).map(({ properties }) => properties.dealstage)).toEqual(['Verloren', 'Gewonnen', 'Angebot', 'Gespräch', 'Angebot'].map((label) => byLabel.get(label)));
  });
});

describe('planMigration with associations', () => {
  it('counts a role for a contact that is not in the export and still writes the deal', async () => {
    const role = (number: number, contact: number) => ({ Id: anId('00K', number), OpportunityId: anId('006', 1), ContactId: anId('003', contact), IsPrimary: 'false' });
    const { planning, facts } = await planned({ Contact: [aContactRow(1)], Opportunity: [anOpportunity(1)], OpportunityContactRole: [role(1, 1), role(2, 99)] });

    expect(facts.associations.find(({ associationType }) => associationType === 'deals-contacts')).toMatchObject({ source: 2, planned: 1, missingEnd: 1 });
    expect(facts.records[2]).toMatchObject({ create: 1 });
    expect(await codesOf(planning, 'dangling-reference')).toEqual([expect.objectContaining({ place: 'OpportunityContactRole.OpportunityId+ContactId', count: 1 })]);
  });

  it('plans parents, further accounts of a contact, and leaves links of what folds together out', async () => {
    const { facts } = await planned({
      Account: [anAccount(1), anAccount(2, { ParentId: anId('001', 1) }), anAccount(3, { MasterRecordId: anId('001', 1), IsDeleted: 'true', ParentId: anId('001', 1) })],
      Contact: [aContactRow(1, { AccountId: anId('001', 3) })],
      AccountContactRelation: [
        { Id: anId('07k', 1), AccountId: anId('001', 1), ContactId: anId('003', 1), IsDirect: 'true' },
        { Id: anId('07k', 2), AccountId: anId('001', 2), ContactId: anId('003', 1), IsDirect: 'false' },
      ],
    });

    expect(facts.records[0]).toMatchObject({ source: 3, create: 2, fold: 1 });
    expect(facts.associations).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ associationType: 'companies-companies', source: 2, planned: 1, selfLink: 1 }),
        expect.objectContaining({ associationType: 'contacts-companies', source: 3, planned: 2, duplicate: 1 }),
      ]),
    );
  });
});

describe('planMigration with person accounts', () => {
  it('makes the contact alone, with both ids, and links its deals to it', async () => {
    const { planning, facts } = await planned({
      Account: [anAccount(1, { IsPersonAccount: '1', PersonContactId: anId('003', 1), PersonEmail: 'ann@acme.com' }), anAccount(2, { IsPersonAccount: '0' })],
      Contact: [aContactRow(1, { AccountId: anId('001', 1), IsPersonAccount: '1' })],
      Opportunity: [anOpportunity(1, { AccountId: anId('001', 1) })],
    });

    expect((await planning.planned('companies')).map(brief)).toMatchObject([{ action: 'fold', foldInto: anId('003', 1) }, { action: 'create' }]);
    expect((await planning.planned('contacts'))[0]?.properties).toMatchObject({ email: 'ann@acme.com', salesforce_id: anId('003', 1), salesforce_merged_ids: anId('001', 1) });
    expect(facts.associations).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ associationType: 'contacts-companies', source: 1, planned: 0, selfLink: 1 }),
        expect.objectContaining({ associationType: 'deals-contacts', source: 1, planned: 1 }),
        expect.objectContaining({ associationType: 'deals-companies', source: 0 }),
      ]),
    );
  });

  it('makes the contact of the account where its own row is not in the export', async () => {
    const { planning, facts } = await planned({ Account: [anAccount(1, { IsPersonAccount: '1', PersonContactId: anId('003', 7), FirstName: 'Ann', LastName: 'Lee' })], Contact: [aContactRow(1)] });

    expect(facts.records[1]).toMatchObject({ source: 2, create: 2 });
    expect((await planning.planned('contacts'))[1]?.properties).toMatchObject({ firstname: 'Ann', lastname: 'Lee', salesforce_id: anId('003', 7), salesforce_merged_ids: anId('001', 1) });
  });
});

describe('planMigration with deleted and merged rows', () => {
  it('leaves deleted rows out by decision and gives merged ids to their master, through folds', async () => {
    const { planning, facts } = await planned({
      Contact: [
        aContactRow(1, { LastName: 'Lee', Email: 'a@acme.com' }),
        aContactRow(2, { LastName: 'Lee', Email: 'a@acme.com' }),
        aContactRow(3, { IsDeleted: 'true', MasterRecordId: anId('003', 2) }),
        aContactRow(4, { IsDeleted: '1' }),
      ],
    });

    expect((await planning.planned('contacts')).map(({ action, foldInto }) => [action, foldInto])).toEqual([['create', null], ['fold', anId('003', 1)], ['fold', anId('003', 1)], ['left-out', null]]);
    expect((await planning.planned('contacts'))[0]?.properties.salesforce_merged_ids).toBe(`${anId('003', 2)};${anId('003', 3)}`);
    expect(facts.leftOutToAccept).toBe(0);
  });
});

describe('planMigration with what a plan tells beside its counts', () => {
  it('keeps the mapping with fill rates, the day\'s calls, and how many new contacts have an e-mail address', async () => {
    const { planning } = await planned(
      { Account: [anAccount(1)], Contact: [aContactRow(1, { Email: 'a@acme.com' }), aContactRow(2, { Email: 'b@acme.com', IsDeleted: 'true' }), aContactRow(3)] },
      { definition: { quota: { reserve: '40%' }, objects: { contacts: { properties: { jobtitle: 'Email' } } } } },
    );

    const plan = await planning.ledger.plans.read(planning.row.stagingId);
    expect(plan?.newContactsWithEmail).toBe(1);
    expect(plan?.quota).toEqual({ limit: 650_000, remaining: 650_000, resetsAt: '2026-09-02T04:00:00.000Z', timeZone: 'America/New_York', reserve: 0.4 });
    const mapped = plan?.mapping.map(({ objectType, property, columns, by, filled, rows }) => [objectType, property, columns.join('+'), by, filled, rows]);
    expect(mapped).toEqual(expect.arrayContaining([['contacts', 'email', 'Email', 'preset', 2, 3], ['contacts', 'jobtitle', 'Email', 'file', 2, 3], ['companies', 'name', 'Name', 'preset', 1, 1]]));
  });
});

describe('planMigration with owners', () => {
  it('finds owners by e-mail, keeps the name, and reports each unmatched owner once', async () => {
    const snapshot = aSnapshot({ owners: [{ id: '77', email: 'Sue@Acme.com', archived: false }] });
    const { planning } = await planned(
      { Contact: [aContactRow(1, { OwnerId: anId('005', 1) }), aContactRow(2, { OwnerId: anId('005', 2) }), aContactRow(3, { OwnerId: anId('005', 2) })], User: [{ Id: anId('005', 1), Name: 'Sue', Email: 'sue@acme.com' }, { Id: anId('005', 2), Name: 'Bob', Email: 'bob@acme.com' }] },
      { target: aTargetPortal({ snapshot }) },
    );

    expect((await planning.planned('contacts')).map(({ properties }) => [properties.hubspot_owner_id, properties.source_owner])).toEqual([['77', 'Sue'], [undefined, 'Bob'], [undefined, 'Bob']]);
    expect(await codesOf(planning, 'owner-unmatched')).toEqual([expect.objectContaining({ count: 2 })]);
  });

  it('says once that the file of users is missing', async () => {
    const { planning } = await planned({ Contact: [aContactRow(1, { OwnerId: anId('005', 1) }), aContactRow(2, { OwnerId: anId('005', 2) })] });

    expect(await codesOf(planning, 'owner-file-missing')).toEqual([expect.objectContaining({ count: 2 })]);
    expect(await codesOf(planning, 'owner-unmatched')).toEqual([]);
  });
});

describe('planMigration against records that are there', () => {
  const key = aProperty('salesforce_id', { hasUniqueValue: true });
  const withKey = (objectType: 'companies' | 'contacts' | 'deals', hasRecords = true) => aPortalObject(objectType, { hasRecords, properties: [...aPortalObject(objectType).properties, key] });
  const snapshot = aSnapshot({ objects: [withKey('companies'), withKey('contacts'), withKey('deals', false)] });
  const there = (id: string, properties: Row) => ({ id, properties, archived: false });

  it('leaves the reserve of the day alone while it matches, and says until when', async () => {
    const resetsAt = new Date(Date.now() + 3_600_000).toISOString();
    const short = { ...snapshot, quota: { limit: 650_000, remaining: 1_000, resetsAt } };
    const target = aTargetPortal({ snapshot: short });
    const planning = await aPlanning({ source: aRowsSource({ Contact: [aContactRow(1)] }), target });
    opened.push(planning);
    await planning.ledger.pace(short.portalId).learn({ lane: 'general', windowMs: 10_000, windowLimit: 190, dailyLimit: 650_000, dailyRemaining: 1_000 });

    expect(await failure(planning.all())).toMatchObject({ type: 'QuotaExhaustedError', details: { code: 'reserve-reached', resetsAt } });
    expect(target.asked).toEqual([]);
  });

  it('matches by key, then e-mail, then a domain that stands for one company', async () => {
    const target = aTargetPortal({
      snapshot,
      records: {
        companies: [there('c1', { domain: 'acme.com' }), there('c2', { domain: 'two.com' }), there('c3', { domain: 'WWW.two.com' })],
        contacts: [there('p1', { salesforce_id: anId('003', 1), firstname: 'Ann', lastname: 'Lee 1' }), there('p2', { email: 'b@acme.com', firstname: 'Old' }), there('p3', { email: 'main@x.com', hs_additional_emails: 'c@acme.com', lastname: 'Lee 3', firstname: 'Ann' })],
      },
    });

    const { planning, facts } = await planned(
      {
        Account: [anAccount(1, { Website: 'acme.com' }), anAccount(2, { Website: 'two.com' })],
        Contact: [aContactRow(1), aContactRow(2, { Email: 'b@acme.com' }), aContactRow(3, { Email: 'c@acme.com' }), aContactRow(4, { Email: 'd@acme.com' })],
      },
      { target },
    );

    expect((await planning.planned('companies')).map(({ action, targetId, properties }) => [action, targetId, properties.domain])).toEqual([['update', 'c1', undefined], ['create', null, undefined]]);
    expect((await planning.planned('contacts')).map(({ action, targetId, properties }) => [action, targetId, properties.firstname, properties.lastname])).toEqual([
      ['unchanged', 'p1', undefined, undefined],
      ['update', 'p2', undefined, 'Lee 2'],
      ['update', 'p3', undefined, undefined],
      ['create', null, 'Ann', 'Lee 4'],
    ]);
    expect(facts.undecided).toBe(0);
  });

  it.each([
    ['fill-blanks', { lastname: 'Lee 1', salesforce_id: anId('003', 1) }],
    ['overwrite', { firstname: 'Ann', lastname: 'Lee 1', salesforce_id: anId('003', 1) }],
    ['leave', { salesforce_id: anId('003', 1) }],
  ])('writes by the rule %s', async (onMatch, properties) => {
    const target = aTargetPortal({ snapshot, records: { contacts: [there('p1', { email: 'a@acme.com', firstname: 'Old' })] } });

    const { planning } = await planned({ Contact: [aContactRow(1, { Email: 'a@acme.com' })] }, { target, definition: { objects: { contacts: { onMatch } } } });

    expect((await planning.planned('contacts'))[0]).toMatchObject({ action: 'update', targetId: 'p1' });
    expect((await planning.planned('contacts'))[0]?.properties).toEqual(properties);
  });

  it.each([
    ['fill-blanks', [['firstname', 'Ann']]],
    ['overwrite', []],
    ['leave', [['firstname', 'Ann'], ['lastname', 'Lee 1']]],
  ])('keeps what stood there before, and what %s does not write over', async (onMatch, kept) => {
    const target = aTargetPortal({ snapshot, records: { contacts: [there('p1', { email: 'a@acme.com', firstname: 'Old', jobtitle: 'Buyer' })] } });

    const { planning } = await planned({ Contact: [aContactRow(1, { Email: 'A@acme.com' }), aContactRow(2)] }, { target, definition: { objects: { contacts: { onMatch } } } });

    const [matched, created] = await planning.planned('contacts');
    expect(matched?.before).toEqual({ email: 'a@acme.com', firstname: 'Old', lastname: null, salesforce_id: null });
    expect(matched?.cells.filter(({ code }) => code === 'kept-in-portal').map(({ property, rawValue }) => [property, rawValue])).toEqual(kept);
    expect(created?.before).toEqual({});
    // One read by key and one by e-mail, as for the verdicts alone.
    expect(target.asked.filter((kind) => kind === 'read')).toHaveLength(2);
  });

  it('plans what the run itself has written as it was, after its ledger was lost', async () => {
    const stamped = { ...snapshot, objects: snapshot.objects.map((object) => ({ ...object, properties: [...object.properties, aProperty('migration_provenance'), aProperty('member_number', { hasUniqueValue: true })] })) };
    const stamp = (origin: string) => `plan:acme.1:${origin}`;
    const target = aTargetPortal({
      snapshot: stamped,
      records: {
        companies: [there('c1', { salesforce_id: anId('001', 1), domain: 'acme.com', migration_provenance: stamp('created') })],
        contacts: [
          there('p1', { salesforce_id: anId('003', 1), email: 'a@acme.com', firstname: 'Edited', member_number: '7', migration_provenance: stamp('created') }),
          there('p2', { salesforce_id: anId('003', 2), email: 'moved@acme.com', firstname: 'Ann', lastname: 'Lee 2', migration_provenance: stamp('matched') }),
          there('p3', { email: 'b@acme.com', firstname: 'Somebody' }),
        ],
      },
    });
    const planning = await aPlanning({ definition: { objects: { contacts: { properties: { member_number: 'Number__c' } } } }, source: aRowsSource({ Account: [anAccount(1, { Website: 'acme.com' })], Contact: [aContactRow(1, { Email: 'a@acme.com', Number__c: '7' }), aContactRow(2, { Email: 'b@acme.com' }), aContactRow(3, { Email: 'c@acme.com' })] }), target });
    opened.push(planning);
    const { parts } = await planning.all();

    await planning.planAgain(parts);

    expect((await planning.planned('companies')).map(({ action, targetId, properties }) => [action, targetId, properties.domain])).toEqual([['create', null, 'acme.com']]);
    expect((await planning.planned('contacts')).map(({ action, targetId, properties }) => [action, targetId, properties.firstname])).toEqual([['create', null, 'Ann'], ['update', 'p2', undefined], ['create', null, 'Ann']]);
    expect((await planning.planned('contacts')).map(({ properties }) => properties.member_number)).toEqual(['7', undefined, undefined]);
  });

  it.each(['source', 'mapping'] as const)('refuses to plan a recovered run from another %s', async (part) => {
    const planning = await aPlanning({ source: aRowsSource({ Contact: [aContactRow(1)] }) });
    opened.push(planning);
    const { parts } = await planning.all();

    expect(await failure(planning.planAgain({ ...parts!, [part]: 'another' }))).toMatchObject({ type: 'PlanError', details: { code: `drift-${part}` } });
    expect(await planning.planned('contacts')).toHaveLength(1);
  });

  it('never takes over a record of another key, and asks where key and e-mail disagree', async () => {
    const target = aTargetPortal({ snapshot, records: { contacts: [there('p1', { email: 'a@acme.com', salesforce_id: 'another' }), there('p2', { salesforce_id: anId('003', 2) }), there('p3', { email: 'b@acme.com' })] } });

    const { planning, facts } = await planned({ Contact: [aContactRow(1, { Email: 'a@acme.com' }), aContactRow(2, { Email: 'b@acme.com' })] }, { target });

    expect((await planning.planned('contacts')).map(({ action, reason, reasonCode }) => [action, reason, reasonCode])).toEqual([['left-out', 'would-be-refused', 'key-conflict'], ['left-out', 'ambiguous-match', 'ask']]);
    expect([facts.leftOutToAccept, facts.undecided]).toEqual([1, 1]);
  });
});

describe('planMigration refuses before anything is written', () => {
  const withAmount = { Opportunity: [anOpportunity(1, { Amount: '5' })] };
  const noCurrency = { source: { crm: 'salesforce', files: '/x' } };

  it.each([
    ['an amount in an unknown currency', withAmount, noCurrency, undefined, 'currency-unknown', 3],
    ['a currency that the portal lacks', withAmount, { source: { ...noCurrency.source, currency: 'CHF' } }, undefined, 'currency-not-in-portal', 3],
    ['a column that is not there', { Contact: [aContactRow(1)] }, { objects: { contacts: { properties: { phone: 'Fone' } } } }, undefined, 'unknown-column', 3],
    ['a property that is not there', { Contact: [aContactRow(1)] }, { objects: { contacts: { properties: { nickname: 'FirstName' } } } }, undefined, 'unknown-property', 3],
    ['a property that is read-only', { Contact: [aContactRow(1)] }, { objects: { contacts: { properties: { createdate: 'FirstName' } } } }, undefined, 'read-only-property', 3],
    ['a stand-in who is no owner', { Contact: [aContactRow(1)] }, { owners: { unmatched: 'no@acme.com' } }, undefined, 'owner-unknown', 3],
    ['all unique slots taken', { Contact: [aContactRow(1)] }, {}, Array.from({ length: 10 }, (_, at) => aProperty(`u${at}`, { hasUniqueValue: true })), 'unique-slots-full', 3],
  ])('%s', async (_, objects, definition, more, code, exitCode) => {
    const snapshot = aSnapshot({ objects: [aPortalObject('companies'), aPortalObject('contacts', { properties: [...aPortalObject('contacts').properties, ...(more ?? [])] }), aPortalObject('deals')] });
    const planning = await aPlanning({ source: aRowsSource(objects), definition, target: aTargetPortal({ snapshot }) });
    opened.push(planning);

    const error = await failure(planning.all());

    expect({ type: error.type, ...error.details }).toEqual({ type: 'PlanError', code, exitCode });
    expect(await codesOf(planning, code)).toEqual([expect.objectContaining({ severity: 'error' })]);
  });

  it('uses another key where the portal has a property of that name that is not unique', async () => {
    const objects = [aPortalObject('companies'), aPortalObject('contacts', { properties: [...aPortalObject('contacts').properties, aProperty('salesforce_id')] }), aPortalObject('deals')];
    const { planning } = await planned({ Contact: [aContactRow(1)] }, { target: aTargetPortal({ snapshot: aSnapshot({ objects }) }) });

    expect((await planning.planned('contacts'))[0]?.properties).toMatchObject({ salesforce_migration_id: anId('003', 1) });
  });
});
