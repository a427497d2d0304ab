import fc from 'fast-check';
import { addsUp, associationsAddUp } from '../../domain/migration-plan';
import { isWritten } from '../../domain/record-identity';
import { aPlanning } from '../support/planned-migration';
import { aContactRow, aLead, anAccount, anId, anOpportunity, aRowsSource } from '../support/rows-source';
import type { Row } from '../support/rows-source';

const number = fc.integer({ min: 1, max: 6 });
const maybeId = (prefix: string) => fc.option(number.map((drawn) => anId(prefix, drawn)), { nil: '' });
const deleted = fc.constantFrom('false', '1', '');

const accounts = fc.array(fc.record({ number, ParentId: maybeId('001'), MasterRecordId: maybeId('001'), IsDeleted: deleted, IsPersonAccount: fc.constantFrom('0', '0', '1'), PersonContactId: fc.constant(''), Website: fc.constantFrom('', 'acme.com', 'gmail.com', 'x') }), { maxLength: 6 });
const contacts = fc.array(fc.record({ number, AccountId: maybeId('001'), MasterRecordId: maybeId('003'), IsDeleted: deleted, Email: fc.constantFrom('', 'a@acme.com', 'b@acme.com', 'bad'), LastName: fc.constantFrom('', 'Lee', 'Kim') }), { maxLength: 6 });
const deals = fc.array(fc.record({ number, AccountId: maybeId('001'), ContactId: maybeId('003'), StageName: fc.constantFrom('', 'New', 'Won'), Amount: fc.constantFrom('', '5', 'x') }), { maxLength: 6 });
const roles = fc.array(fc.record({ number, OpportunityId: maybeId('006'), ContactId: maybeId('003'), IsDeleted: deleted }), { maxLength: 8 });

const leads = fc.array(fc.record({ number, MasterRecordId: maybeId('00Q'), IsDeleted: deleted, IsConverted: fc.constantFrom('true', '0', ''), ConvertedContactId: maybeId('003'), ConvertedAccountId: maybeId('001'), Email: fc.constantFrom('', 'a@acme.com', 'c@acme.com'), LastName: fc.constantFrom('', 'Lee', 'Ray') }), { maxLength: 6 });

const numbered = (make: (number: number, changes: Row) => Row) => (drawn: { number: number }): Row => {
  const { number: at, ...changes } = drawn;
  return make(at, changes);
};

describe('planMigration over random sources', () => {
  it('always adds up, folds only into what is written, and links only what is written', async () => {
    await fc.assert(
      fc.asyncProperty(accounts, contacts, leads, deals, roles, async (account, contact, lead, deal, role) => {
        const source = aRowsSource({
          Account: account.map(numbered(anAccount)), Contact: contact.map(numbered(aContactRow)), Lead: lead.map(numbered(aLead)), Opportunity: deal.map(numbered(anOpportunity)),
          OpportunityContactRole: role.map(({ number: at, ...changes }) => ({ Id: anId('00K', at), ...changes })),
        });
        const planning = await aPlanning({ source });
        try {
          const facts = await planning.all();

          expect(facts.records.every(addsUp) && facts.associations.every(associationsAddUp)).toBe(true);
          expect(facts.records.find(({ objectType }) => objectType === 'companies')?.source).toBe(account.length);
          const planned = (await Promise.all((['companies', 'contacts', 'deals'] as const).map((type) => planning.planned(type)))).flat();
          const written = new Set(planned.filter(isWritten).map(({ sourceId }) => sourceId));
          const leftOut = new Set(planned.filter(({ action }) => action === 'left-out').map(({ sourceId }) => sourceId));
          // A person account whose contact is left out shares its fate; every other fold ends in a record.
          expect(planned.filter(({ action, foldInto }) => action === 'fold' && !written.has(foldInto) && !leftOut.has(foldInto))).toEqual([]);
          const keys = planned.filter(isWritten).map(({ properties }) => properties.salesforce_id);
          expect(new Set(keys).size).toBe(keys.length);
          const emails = planned.filter(isWritten).flatMap(({ properties }) => properties.email ?? []);
          expect(new Set(emails).size).toBe(emails.length);
        } finally {
          await planning.ledger.close();
        }
      }),
      { seed: 20_261_122, numRuns: 40 },
    );
  });
});
