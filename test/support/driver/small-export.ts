/** A Salesforce export and a portal, as small as shows every kind of write: created, matched with blanks filled, unchanged, combined, and associations of each type. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PortalDefinition, RecordDefinition } from '../../../simulator/control-plane';

export const DRIVEN_TOKEN = 'driven';

const id = (prefix: string, number: number): string => `${prefix}${String(number).padStart(12, '0')}`;

export interface ExportSize {
  readonly accounts: number;
  readonly contacts: number;
  readonly opportunities: number;
}

export const SMALL: ExportSize = { accounts: 6, contacts: 14, opportunities: 6 };

/** Account 2 belongs to account 1; contact n works at account n; the last contact is the first once more; contact 2 and 3, and account 2, stand in the portal already. */
export function writeSmallExport(folder: string, { accounts, contacts, opportunities }: ExportSize = SMALL): string {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, rows: readonly (readonly string[])[]): void => writeFileSync(join(folder, `${name}.csv`), rows.map((row) => `${row.map((cell) => `"${cell}"`).join(',')}\n`).join(''));
  const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);
  const account = (number: number): string => id('001', ((number - 1) % accounts) + 1);

  write('Account', [['Id', 'Name', 'Website', 'ParentId', 'BillingCity'], ...numbers(accounts).map((n) => [id('001', n), `Company ${n}`, `https://company-${n}.example.net`, n === 2 ? id('001', 1) : '', `City ${n}`])]);
  write('Contact', [
    ['Id', 'AccountId', 'FirstName', 'LastName', 'Email', 'Phone', 'Title'],
    ...numbers(contacts).map((n) => {
      const person = n === contacts ? 1 : n;
      return [id('003', n), account(person), `First${person}`, `Last${person}`, person % 5 === 0 ? '' : `person-${person}@company-${person}.example.net`, n === contacts ? '' : `+1 202 555 01${String(n % 100).padStart(2, '0')}`, `Title ${person}`];
    }),
  ]);
  write('Opportunity', [
    ['Id', 'AccountId', 'Name', 'StageName', 'Amount', 'CloseDate', 'IsClosed', 'IsWon'],
    ...numbers(opportunities).map((n) => [id('006', n), account(n), `Deal ${n}`, n % 2 === 0 ? 'Closed Won' : 'Prospecting', String(100 * n), '2026-03-01', n % 2 === 0 ? 'true' : 'false', n % 2 === 0 ? 'true' : 'false']),
  ]);
  write('OpportunityContactRole', [['Id', 'OpportunityId', 'ContactId', 'Role', 'IsPrimary'], ...numbers(opportunities).map((n) => [id('00K', n), id('006', n), id('003', n), 'Influencer', n === 1 ? 'true' : 'false'])]);
  return folder;
}

/** Ids as the source's API and reports write them in full: the check characters of an id without capitals are AAA. */
export function exportedIds({ accounts, contacts, opportunities }: ExportSize): { readonly companies: readonly string[]; readonly contacts: readonly string[]; readonly deals: readonly string[] } {
  const ids = (prefix: string, count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${id(prefix, index + 1)}AAA`);
  return { companies: ids('001', accounts), contacts: ids('003', contacts), deals: ids('006', opportunities) };
}

export function smallPortal(): PortalDefinition {
  return {
    portalId: 4711,
    tier: 'professional',
    tokens: [{ token: DRIVEN_TOKEN, scopes: 'all' }],
    // Old, so that nothing in it is new to a run, whenever it is loaded.
    records: old({
      companies: [{ ref: 'company-2', properties: { name: 'Company 2', domain: 'company-2.example.net' } }, { ref: 'stranger', properties: { name: 'Stranger', domain: 'stranger.example.net' } }],
      contacts: [
        { ref: 'contact-2', properties: { email: 'person-2@company-2.example.net', firstname: 'First2', phone: '999' } },
        { ref: 'contact-3', properties: { email: 'person-3@company-3.example.net', firstname: 'Other', lastname: 'Name' } },
        { ref: 'somebody', properties: { email: 'somebody@stranger.example.net', lastname: 'Body' } },
      ],
    }),
    associations: [
      { from: { objectType: 'contacts', ref: 'contact-2' }, to: { objectType: 'companies', ref: 'stranger' } },
      { from: { objectType: 'contacts', ref: 'somebody' }, to: { objectType: 'companies', ref: 'stranger' } },
    ],
  };
}

function old(records: Readonly<Record<string, readonly RecordDefinition[]>>): Readonly<Record<string, readonly RecordDefinition[]>> {
  return Object.fromEntries(Object.entries(records).map(([objectType, each]) => [objectType, each.map((record) => ({ ...record, createdAt: '2020-01-01T00:00:00Z' }))]));
}
