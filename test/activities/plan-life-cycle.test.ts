import { aPortalObject, aSnapshot } from '../support/a-portal';
import { aTargetPortal } from '../support/fake-target-portal';
import type { Planning } from '../support/planned-migration';
import { aPlanning } from '../support/planned-migration';
import { aContactRow, aLead, anId, anOpportunity, aRowsSource } from '../support/rows-source';
import type { Row } from '../support/rows-source';

const opened: Planning[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ ledger }) => ledger.close()));
});

type Options = Omit<Parameters<typeof aPlanning>[0], 'source'>;

async function planned(objects: Readonly<Record<string, readonly Row[]>>, options: Options = {}) {
  const planning = await aPlanning({ source: aRowsSource(objects), ...options });
  opened.push(planning);
  const facts = await planning.all();
  return { planning, facts, contacts: await planning.planned('contacts') };
}

const stages = (contacts: Awaited<ReturnType<typeof planned>>['contacts']) => contacts.map(({ properties }) => properties.lifecyclestage ?? null);
const deal = (number: number, kind: 'open' | 'won' | 'lost', changes: Row = {}): Row => anOpportunity(number, { IsClosed: String(kind !== 'open'), IsWon: String(kind === 'won'), ...changes });
const role = (number: number, opportunity: number, contactId: string): Row => ({ Id: anId('00K', number), OpportunityId: anId('006', opportunity), ContactId: contactId });
const rule = (lifecycle: unknown): Options => ({ definition: { objects: { contacts: { lifecycle } } } });

describe('planMigration with life cycle stages', () => {
  it('makes a customer of who has a won deal, by a role or as its main contact, and an opportunity of who has an open one', async () => {
    const { contacts } = await planned({
      Contact: [1, 2, 3, 4, 5].map((number) => aContactRow(number)),
      Opportunity: [deal(1, 'won', { ContactId: anId('003', 1) }), deal(2, 'open', { ContactId: anId('003', 1) }), deal(3, 'open'), deal(4, 'lost', { ContactId: anId('003', 4) }), deal(5, 'won', { IsDeleted: 'true', ContactId: anId('003', 5) })],
      OpportunityContactRole: [role(1, 3, anId('003', 2)), role(2, 1, anId('003', 3)), role(3, 3, anId('003', 3))],
    });

    expect(stages(contacts)).toEqual(['customer', 'opportunity', 'customer', null, null]);
  });

  it('takes leads for leads, qualified ones for that, and keeps the later stage where records are combined', async () => {
    const { contacts } = await planned({
      Contact: [aContactRow(1, { FirstName: 'Bea', LastName: 'Ray', Email: 'b@acme.com' })],
      Lead: [aLead(1, { Status: 'Open - Not Contacted' }), aLead(2, { Status: 'qualified' }), aLead(3, { LastName: 'Ray', Email: 'b@acme.com', Status: 'New' }), aLead(4, { Status: 'New' })],
      Opportunity: [deal(1, 'won', { ContactId: anId('00Q', 3) }), deal(2, 'open', { ContactId: anId('00Q', 4) })],
    });

    expect(contacts.map(({ action, properties }) => [action, properties.lifecyclestage])).toEqual([['create', 'customer'], ['create', 'lead'], ['create', 'salesqualifiedlead'], ['fold', 'lead'], ['create', 'opportunity']]);
  });

  it('writes none where the file says off, and what the user maps where the user maps it', async () => {
    const source = { Contact: [aContactRow(1, { Level__c: 'evangelist' })], Opportunity: [deal(1, 'won', { ContactId: anId('003', 1) })] };

    expect(stages((await planned(source, rule('off'))).contacts)).toEqual([null]);
    expect(stages((await planned(source, { definition: { objects: { contacts: { properties: { lifecyclestage: 'Level__c' } } } } })).contacts)).toEqual(['evangelist']);
  });

  describe('on contacts that the portal has', () => {
    const source = { Contact: [aContactRow(1, { Email: 'a@acme.com' }), aContactRow(2, { Email: 'b@acme.com' }), aContactRow(3)], Opportunity: [1, 2, 3].map((number) => deal(number, 'open', { ContactId: anId('003', number) })) };
    const snapshot = aSnapshot({ objects: [aPortalObject('companies'), aPortalObject('contacts', { hasRecords: true }), aPortalObject('deals')] });
    const there = (id: string, email: string, lifecyclestage: string) => ({ id, properties: { email, lifecyclestage, firstname: 'Ann', lastname: 'Old' }, archived: false });
    const target = () => aTargetPortal({ snapshot, records: { contacts: [there('p1', 'a@acme.com', 'lead'), there('p2', 'b@acme.com', 'customer')] } });

    it.each([
      { lifecycle: undefined, expected: [null, null, 'opportunity'] },
      { lifecycle: 'forward', expected: ['opportunity', null, 'opportunity'] },
      { lifecycle: 'set', expected: ['opportunity', 'opportunity', 'opportunity'] },
      { lifecycle: { created: 'off', matched: 'forward' }, expected: ['opportunity', null, null] },
    ])('writes by the rule $lifecycle', async ({ lifecycle, expected }) => {
      const { contacts } = await planned(source, { target: target(), ...(lifecycle === undefined ? {} : rule(lifecycle)) });

      expect(stages(contacts)).toEqual(expected);
    });

    it('moves no stage back that the user maps and overwrites, because the portal would ignore it', async () => {
      const mapped = { Contact: [aContactRow(1, { Email: 'a@acme.com', Level__c: 'subscriber' }), aContactRow(2, { Email: 'b@acme.com', Level__c: 'evangelist' })] };

      const { contacts } = await planned(mapped, { target: target(), definition: { objects: { contacts: { onMatch: 'overwrite', properties: { lifecyclestage: 'Level__c' } } } } });

      expect(stages(contacts)).toEqual([null, 'evangelist']);
    });

    it('names the second call of each batch that set costs', async () => {
      const [forward, set] = [await planned(source, { target: target(), ...rule('forward') }), await planned(source, { target: target(), ...rule('set') })];

      expect(set.facts.calls - forward.facts.calls).toBe(1);
    });
  });
});
