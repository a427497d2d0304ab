import type { Planning } from '../support/planned-migration';
import { aPlanning } from '../support/planned-migration';
import { aContactRow, aLead, anAccount, anId, anOpportunity, aRowsSource } from '../support/rows-source';
import type { Row } from '../support/rows-source';

const opened: Planning[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ ledger }) => ledger.close()));
});

async function planned(objects: Readonly<Record<string, readonly Row[]>>) {
  const planning = await aPlanning({ source: aRowsSource(objects) });
  opened.push(planning);
  const facts = await planning.all();
  return { facts, contacts: await planning.planned('contacts') };
}

const converted = (contact: number, changes: Row = {}): Row => ({ IsConverted: 'true', ConvertedContactId: anId('003', contact), ...changes });

describe('planMigration with leads', () => {
  it('makes a contact of each lead, behind the contacts', async () => {
    const { contacts, facts } = await planned({
      Contact: [aContactRow(1), aContactRow(2)],
      Lead: [aLead(1, { Status: 'Working - Contacted', Title: 'Buyer', Company: 'Acme', City: 'Berlin', NumberOfEmployees: '30', Website: 'acme.com' })],
    });

    expect(facts.records[1]).toMatchObject({ objectType: 'contacts', source: 3, create: 3 });
    expect(contacts.map(({ ordinal, sourceObject }) => [ordinal, sourceObject])).toEqual([[0, 'Contact'], [1, 'Contact'], [2, 'Lead']]);
    expect(contacts[2]?.properties).toMatchObject({ salesforce_id: anId('00Q', 1), firstname: 'Bea', jobtitle: 'Buyer', company: 'Acme', city: 'Berlin', hs_lead_status: 'IN_PROGRESS', numemployees: '25-50', website: 'acme.com' });
  });

  it('writes no lead status that the portal does not have', async () => {
    const { contacts } = await planned({ Lead: [aLead(1, { Status: 'Nurturing' }), aLead(2, { Status: 'Some day' })] });

    expect(contacts.map(({ properties, cells }) => [properties.hs_lead_status, cells.map(({ code }) => code)])).toEqual([[undefined, ['invalid-option']], [undefined, ['no-option']]]);
  });

  it('folds a converted lead into its contact, whose blanks it fills', async () => {
    const { contacts, facts } = await planned({
      Contact: [aContactRow(1, { Phone: '1' })],
      Lead: [aLead(1, converted(1, { Email: 'bea@acme.com', Phone: '2', Status: 'Closed - Converted' })), aLead(2, converted(1, { Fax: '3' }))],
    });

    expect(facts.records[1]).toMatchObject({ source: 3, create: 1, fold: 2 });
    expect(contacts[0]?.properties).toMatchObject({ phone: '1', fax: '3', email: 'bea@acme.com', salesforce_merged_ids: `${anId('00Q', 1)};${anId('00Q', 2)}` });
    expect(contacts[1]).toMatchObject({ action: 'fold', foldInto: anId('003', 1), reasonCode: 'converted-lead' });
    expect(contacts[1]?.cells).toContainEqual(expect.objectContaining({ property: 'phone', code: 'fold-conflict', rawValue: '2' }));
  });

  it('makes a contact of its own of a converted lead whose contact is not in the export, with its company and its deal', async () => {
    const { contacts, facts } = await planned({
      Account: [anAccount(1)],
      Opportunity: [anOpportunity(1)],
      Lead: [aLead(1, converted(9, { ConvertedAccountId: anId('001', 1), ConvertedOpportunityId: anId('006', 1) }))],
    });

    expect(contacts).toMatchObject([{ action: 'create', sourceId: anId('00Q', 1) }]);
    expect(facts.associations).toEqual(expect.arrayContaining([
      expect.objectContaining({ associationType: 'contacts-companies', planned: 1 }),
      expect.objectContaining({ associationType: 'deals-contacts', planned: 1 }),
    ]));
  });

  it('leaves a converted lead out whose contact was deleted', async () => {
    const { facts } = await planned({ Contact: [aContactRow(1, { IsDeleted: '1' })], Lead: [aLead(1, converted(1))] });

    expect(facts.records[1]).toMatchObject({ source: 2, create: 0, leftOut: { 'deleted-in-source': 2 } });
  });

  it('takes a lead and a contact with one address for one person if their names agree, the contact first', async () => {
    const { contacts } = await planned({
      Contact: [aContactRow(1, { FirstName: 'Bea', LastName: 'Ray', Email: 'bea@acme.com' })],
      Lead: [aLead(1, { LastName: 'Ray', Email: 'BEA@acme.com' }), aLead(2, { LastName: 'Kim', Email: 'bea@acme.com' })],
    });

    expect(contacts.map(({ action, foldInto, properties }) => [action, foldInto, properties.email ?? null, properties.shared_email ?? null])).toEqual([
      ['create', null, 'bea@acme.com', null],
      ['fold', anId('003', 1), 'bea@acme.com', null],
      ['create', null, null, 'bea@acme.com'],
    ]);
  });

  it('follows a lead that was merged into a converted one, and a contact that was merged away', async () => {
    const { contacts } = await planned({
      Contact: [aContactRow(1), aContactRow(2, { IsDeleted: '1', MasterRecordId: anId('003', 1) })],
      Lead: [aLead(1, converted(2)), aLead(2, { IsDeleted: '1', MasterRecordId: anId('00Q', 1) })],
    });

    expect(contacts.map(({ action, foldInto }) => [action, foldInto])).toEqual([['create', null], ['fold', anId('003', 1)], ['fold', anId('003', 1)], ['fold', anId('003', 1)]]);
    expect(contacts[0]?.properties.salesforce_merged_ids?.split(';').sort()).toEqual([anId('003', 2), anId('00Q', 1), anId('00Q', 2)]);
  });

  it('brings an association that names a lead to the contact it folds into', async () => {
    const { facts } = await planned({
      Contact: [aContactRow(1)],
      Lead: [aLead(1, converted(1))],
      Opportunity: [anOpportunity(1)],
      OpportunityContactRole: [{ Id: anId('00K', 1), OpportunityId: anId('006', 1), ContactId: anId('00Q', 1) }],
    });

    expect(facts.associations).toContainEqual(expect.objectContaining({ associationType: 'deals-contacts', source: 1, planned: 1 }));
  });
});
