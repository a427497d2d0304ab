/** What the bundled export holds, computed straight from its CSVs and apart from everything that Portage does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'papaparse';
import { NPSP_FOLDER } from '../support/rehearsal';

type Row = Readonly<Record<string, string>>;

export function readRows(file: string): readonly Row[] {
  return parse<Row>(readFileSync(join(NPSP_FOLDER, file), 'utf8'), { header: true, skipEmptyLines: true }).data;
}

export interface ExpectedNpsp {
  readonly accounts: ReadonlySet<string>;
  /** Contact id → the id that stands for that person. */
  readonly survivorOf: ReadonlyMap<string, string>;
  readonly opportunities: ReadonlySet<string>;
  /** `from>to` by source id, each pair once. */
  readonly contactCompanies: ReadonlySet<string>;
  readonly dealCompanies: ReadonlySet<string>;
  readonly dealContacts: ReadonlySet<string>;
  readonly roleCount: number;
}

export function expectedNpsp(): ExpectedNpsp {
  const contacts = readRows('Contact.csv');
  const opportunities = readRows('Opportunity.csv');
  const roles = readRows('OpportunityContactRole.csv');
  const survivorOf = new Map<string, string>();
  const firstByPerson = new Map<string, string>();
  for (const { Id: id = '', Email: email = '', FirstName: first = '', LastName: last = '' } of contacts) {
    const person = email.trim() === '' ? id : [email, first, last].map((text) => text.trim().toLowerCase()).join('|');
    const survivor = firstByPerson.get(person) ?? id;
    firstByPerson.set(person, survivor);
    survivorOf.set(id, survivor);
  }
  const person = (id: string) => survivorOf.get(id) ?? 'nobody';
  return {
    accounts: new Set(readRows('Account.csv').map((row) => row['Id'] ?? '')),
    survivorOf,
    opportunities: new Set(opportunities.map((row) => row['Id'] ?? '')),
    contactCompanies: new Set(contacts.map((row) => `${person(row['Id'] ?? '')}>${row['AccountId']}`)),
    dealCompanies: new Set(opportunities.map((row) => `${row['Id']}>${row['AccountId']}`)),
    dealContacts: new Set(roles.map((row) => `${row['OpportunityId']}>${person(row['ContactId'] ?? '')}`)),
    roleCount: roles.length,
  };
}
