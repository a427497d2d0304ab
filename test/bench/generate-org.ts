/**
 * A Salesforce org as it comes: five objects that refer to each other, in files of several makers and encodings, with every kind of dirt that exports are known for,
 * each in a stated share. Every row is a function of seed and place, so that the same seed gives the same bytes and a row can be made again where another refers to
 * it. Written as it is made: an org of any size takes the memory of one row.
 */
import { createWriteStream, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import type { PortalDefinition, RecordDefinition } from '../../simulator/control-plane';
import { salesforceId, seededRandom } from './generate-export';

/** Rows of each object; users and record types come on top. */
export interface OrgSize {
  readonly accounts: number;
  readonly contacts: number;
  readonly leads: number;
  readonly opportunities: number;
  readonly roles: number;
}

export function orgSize(records: number): OrgSize {
  const share = (part: number): number => Math.floor(records * part);
  const [accounts, contacts, leads, opportunities] = [share(0.2), share(0.3), share(0.15), share(0.15)];
  return { accounts, contacts, leads, opportunities, roles: records - accounts - contacts - leads - opportunities };
}

type Part = keyof OrgSize | 'users';

/** One row in so many of these objects has it, the first at `first`. Several can meet in a row. */
interface Share {
  readonly of: readonly Part[];
  readonly oneIn: number;
  readonly first: number;
}

const ALL = ['accounts', 'contacts', 'leads', 'opportunities', 'roles'] as const;
const OWNED = ['accounts', 'contacts', 'leads', 'opportunities'] as const;
const PEOPLE = ['contacts', 'leads'] as const;

/** What is wrong or odd, and how often. */
export const DIRT = {
  deleted: { of: ALL, oneIn: 83, first: 17 },
  'merged in the source': { of: ['accounts', 'contacts'], oneIn: 97, first: 40 },
  'id of 15 characters': { of: ALL, oneIn: 19, first: 5 },
  'id repeated': { of: ALL, oneIn: 509, first: 33 },
  'cell too many': { of: ALL, oneIn: 2_003, first: 11 },
  'cell too few': { of: ALL, oneIn: 2_011, first: 21 },
  'without id': { of: ALL, oneIn: 2_017, first: 31 },
  'id with wrong check characters': { of: ALL, oneIn: 2_027, first: 41 },
  'null token': { of: OWNED, oneIn: 13, first: 3 },
  'inactive owner': { of: ['users'], oneIn: 7, first: 2 },
  'owner without account in the portal': { of: ['users'], oneIn: 11, first: 6 },
  'owner not in User': { of: OWNED, oneIn: 101, first: 9 },
  'quotes, commas and line breaks in a cell': { of: ['accounts', 'contacts', 'leads'], oneIn: 5, first: 0 },
  'text far too long': { of: OWNED, oneIn: 4_999, first: 7 },
  'HTML in a text': { of: OWNED, oneIn: 23, first: 8 },
  'formula in a cell': { of: ['accounts', 'contacts', 'leads'], oneIn: 37, first: 12 },
  'broken encoding': { of: OWNED, oneIn: 29, first: 10 },
  'same person twice': { of: ['contacts'], oneIn: 31, first: 24 },
  'shared address': { of: ['contacts'], oneIn: 43, first: 28 },
  'several addresses in a cell': { of: PEOPLE, oneIn: 41, first: 14 },
  'malformed address': { of: PEOPLE, oneIn: 47, first: 15 },
  'address with blanks, capitals or mailto': { of: PEOPLE, oneIn: 9, first: 4 },
  'without address': { of: PEOPLE, oneIn: 4, first: 1 },
  'odd birth date': { of: ['contacts'], oneIn: 33, first: 16 },
  'opted out of e-mail': { of: PEOPLE, oneIn: 17, first: 13 },
  'neither name nor address': { of: PEOPLE, oneIn: 499, first: 51 },
  'parent not in the export': { of: ['accounts', 'contacts', 'opportunities'], oneIn: 67, first: 18 },
  'person account': { of: ['accounts'], oneIn: 20, first: 19 },
  'person account without its contact': { of: ['accounts'], oneIn: 400, first: 39 },
  'domain of another account': { of: ['accounts'], oneIn: 27, first: 26 },
  'website that is none': { of: ['accounts'], oneIn: 25, first: 22 },
  'industry of their own': { of: ['accounts'], oneIn: 6, first: 1 },
  'head count that is none': { of: ['accounts', 'leads'], oneIn: 53, first: 29 },
  'parent account': { of: ['accounts'], oneIn: 10, first: 3 },
  'its own parent': { of: ['accounts'], oneIn: 307, first: 23 },
  converted: { of: ['leads'], oneIn: 5, first: 2 },
  'converted, contact not in the export': { of: ['leads'], oneIn: 110, first: 7 },
  'queue as owner': { of: ['leads'], oneIn: 14, first: 6 },
  'status of their own': { of: ['leads'], oneIn: 8, first: 3 },
  'address of a contact': { of: ['leads'], oneIn: 12, first: 1 },
  'without record type': { of: ['opportunities'], oneIn: 9, first: 4 },
  'day that the calendar lacks': { of: ['opportunities'], oneIn: 61, first: 14 },
  'without stage': { of: ['opportunities'], oneIn: 601, first: 32 },
  'without amount': { of: ['opportunities'], oneIn: 15, first: 8 },
  'amount that is none': { of: ['opportunities'], oneIn: 71, first: 35 },
  'several roles of a pair': { of: ['roles'], oneIn: 6, first: 1 },
  'role of a contact that is not in the export': { of: ['roles'], oneIn: 89, first: 27 },
} as const satisfies Readonly<Record<string, Share>>;

export type DirtKind = keyof typeof DIRT;

const has = (kind: DirtKind, row: number): boolean => row % DIRT[kind].oneIn === DIRT[kind].first;

export interface GeneratedOrg {
  /** Rows of all objects that are moved, malformed ones included. */
  readonly records: number;
  readonly bytes: number;
  /** How many rows are chosen for it. */
  readonly dirt: Readonly<Record<DirtKind, number>>;
  /** A portal that holds some of the org's contacts and accounts already, and as many strangers. */
  readonly portal: PortalDefinition;
}

const SYLLABLES = ['ba', 'ko', 'ri', 'ten', 'mo', 'sal', 'vi', 'dar', 'lu', 'nes', 'pa', 'gor', 'hé', 'zü', 'mar', 'ine'];
const INDUSTRIES = ['Banking', 'Technology', 'Manufacturing', 'Healthcare', 'Retail', 'Energy', 'Consulting', 'Apparel'];
const OWN_INDUSTRIES = ['Widgets & More', 'technology ', 'TBD', 'Bank/Insurance', 'n. a.'];
const LEAD_STATUSES = ['Open - Not Contacted', 'Working - Contacted', 'Qualified', 'Closed - Not Converted'];
const ROLES = ['Decision Maker', 'Evaluator', 'Economic Buyer', 'Business User', 'Influencer'];
const RECORD_TYPES = ['New Business', 'Renewal', 'Partner Deal'];
const OPEN_STAGES = ['Prospecting', 'Qualification', 'Needs Analysis', 'Proposal/Price Quote', 'Negotiation/Review'];
const CURRENCIES = ['USD', 'USD', 'USD', 'EUR', 'GBP'];
const NULL_ID = '000000000000000AAA';
const FIRST_MISSING = 900_000_000;

type Random = () => number;

class Org {
  readonly userCount: number;

  constructor(
    readonly size: OrgSize,
    private readonly seed: number,
  ) {
    this.userCount = 30 + Math.floor(size.accounts / 1_000);
  }

  random(table: string, row: number): Random {
    const mixed = [...table].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), this.seed + Math.imul(row + 1, 0x9e3779b1));
    return seededRandom(mixed);
  }

  user(row: number): readonly string[] {
    const random = this.random('user', row);
    const [first, last] = [title(word(random)), title(word(random))];
    const isActive = !has('inactive owner', row);
    return [salesforceId('005', row), `${first} ${last}`, first, last, userEmail(row), isActive ? 'true' : 'false', 'Standard'];
  }

  owner(random: Random, row: number): string {
    return has('owner not in User', row) ? salesforceId('005', FIRST_MISSING + (row % 7)) : salesforceId('005', below(random, this.userCount));
  }

  accountId(row: number): string {
    return salesforceId('001', row);
  }

  isPerson(row: number): boolean {
    return has('person account', row);
  }

  /** The contact of a person account: as many of the contacts as there are such accounts, from the last one on. */
  personContact(row: number): number {
    return has('person account without its contact', row) ? FIRST_MISSING + row : this.size.contacts - 1 - Math.floor(row / DIRT['person account'].oneIn);
  }

  /** The person account of a contact, if it is one's. */
  accountOfPerson(contact: number): number | null {
    const account = (this.size.contacts - 1 - contact) * DIRT['person account'].oneIn + DIRT['person account'].first;
    return account < this.size.accounts && !has('person account without its contact', account) ? account : null;
  }

  domain(row: number): string {
    const at = has('domain of another account', row) && row > 0 ? row - 1 : row;
    return `${plainWord(this.random('domain', at))}${at}.example.com`;
  }

  /** Name and address of a contact; of one that is there twice those of the one before. */
  contact(row: number): { readonly first: string; readonly last: string; readonly email: string } {
    if (has('same person twice', row) && row > 0) {
      return this.contact(row - 1);
    }
    const random = this.random('person', row);
    const [first, last] = [title(word(random)), title(word(random))];
    return { first, last, email: has('shared address', row) && row > 0 ? this.contact(row - 1).email : `${plainWord(random)}.${plainWord(random)}${row}@example.com` };
  }

  lead(row: number): { readonly first: string; readonly last: string; readonly email: string } {
    if (has('address of a contact', row) || (has('converted', row) && !has('converted, contact not in the export', row))) {
      return this.contact(this.contactOfLead(row));
    }
    const random = this.random('lead-person', row);
    return { first: title(word(random)), last: title(word(random)), email: `${plainWord(random)}.lead${row}@example.com` };
  }

  contactOfLead(row: number): number {
    return (row * 7) % this.size.contacts;
  }
}

const below = (random: Random, limit: number): number => Math.floor(random() * limit);
const pick = (random: Random, words: readonly string[]): string => words[below(random, words.length)] ?? '';
const word = (random: Random): string => Array.from({ length: 2 + below(random, 2) }, () => pick(random, SYLLABLES)).join('');
const plainWord = (random: Random): string => word(random).replace(/é/g, 'e').replace(/ü/g, 'u');
const title = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
const sentence = (random: Random, words: number): string => Array.from({ length: words }, () => word(random)).join(' ');
const userEmail = (row: number): string => `user${row}@corp.example.com`;
const two = (number: number): string => String(number).padStart(2, '0');
const day = (random: Random): string => `20${two(5 + below(random, 21))}-${two(1 + below(random, 12))}-${two(1 + below(random, 28))}`;
const api = (random: Random): string => `${day(random)}T${two(below(random, 24))}:${two(below(random, 60))}:${two(below(random, 60))}.000Z`;
const weekly = (random: Random): string => `${day(random)} ${two(below(random, 24))}:${two(below(random, 60))}:${two(below(random, 60))}`;
const fifteen = (id: string, row: number): string => (has('id of 15 characters', row) ? id.slice(0, 15) : id);
const broken = (text: string, row: number): string => (has('broken encoding', row) ? Buffer.from(`${text}é`, 'utf8').toString('latin1') : text);

/** An own id as the row writes it. */
function ownId(prefix: string, row: number): string {
  if (has('without id', row)) return '';
  const id = salesforceId(prefix, has('id repeated', row) && row > 0 ? row - 1 : row);
  return has('id with wrong check characters', row) ? `${id.slice(0, 15)}ZZZ` : fifteen(id, row);
}

function phone(random: Random, row: number): string {
  const number = String(1_000_000 + below(random, 8_999_999));
  if (has('formula in a cell', row)) return `'+49 30 ${number}`;
  return [`+1 415 ${number}`, `(0)30/${number}`, `tel. ${number} ext. ${row % 90}`, `00 44 20 ${number}`][row % 4] ?? number;
}

function street(random: Random, row: number): string {
  const plain = `${1 + below(random, 300)} ${title(word(random))} St`;
  return has('quotes, commas and line breaks in a cell', row) ? `"The ${title(word(random))}", 3rd floor\r\n${plain}` : plain;
}

function description(random: Random, row: number): string {
  if (has('text far too long', row)) return `${sentence(random, 20)} `.repeat(900).slice(0, 70_000);
  if (has('HTML in a text', row)) return `<p>${sentence(random, 5)} &amp; more</p><script>alert(1)</script>`;
  return has('null token', row) ? '#N/A' : row % 3 === 0 ? sentence(random, 12) : '';
}

function emailCell(email: string, row: number): string {
  if (has('without address', row)) return '';
  if (has('malformed address', row)) return email.replace('@', '(at)');
  if (has('several addresses in a cell', row)) return `${email}; second.${email}`;
  if (has('address with blanks, capitals or mailto', row)) return [` ${email.toUpperCase()} `, `mailto:${email}`, `\u00a0${email}`][row % 3] ?? email;
  return email;
}

/** Custom columns of a person, of every type that can be told from values. */
const personColumns = (random: Random, row: number): readonly string[] => [
  pick(random, ['Gold', 'Silver', 'Bronze', '']),
  String(below(random, 1_000) / 10),
  two(below(random, 100)) + String(below(random, 10_000)).padStart(5, '0'),
  row % 2 === 0 ? 'true' : 'false',
  row % 3 === 0 ? '' : day(random),
  pick(random, ['Golf', 'Golf;Sailing', 'Opera;Chess', '']),
  row % 10 === 0 ? `${sentence(random, 6)}\n"${sentence(random, 6)}"` : '',
];
const PERSON_COLUMNS = ['Tier__c', 'Score__c', 'Legacy_Code__c', 'Is_Vip__c', 'Last_Review__c', 'Interests__c', 'Notes__c'];

const ACCOUNT_COLUMNS = [
  ...['Id', 'IsDeleted', 'MasterRecordId', 'Name', 'Type', 'ParentId', 'BillingStreet', 'BillingCity', 'BillingState', 'BillingPostalCode', 'BillingCountry', 'Phone', 'Fax', 'Website', 'Industry', 'AnnualRevenue', 'NumberOfEmployees'],
  ...['Description', 'OwnerId', 'CreatedDate', 'LastModifiedDate', 'SystemModstamp', 'IsPersonAccount', 'PersonContactId', 'PersonEmail', 'FirstName', 'LastName', 'Region__c', 'Contract_End__c', 'Erp_Number__c', 'Loyalty__pc'],
];

function accountRow(org: Org, row: number): readonly string[] {
  const random = org.random('account', row);
  const isPerson = org.isPerson(row);
  const contact = isPerson ? org.personContact(row) : null;
  const person = contact === null ? null : org.contact(contact);
  const parent = has('its own parent', row) ? row : has('parent not in the export', row) ? FIRST_MISSING : has('parent account', row) ? below(random, org.size.accounts) : null;
  const isMerged = has('merged in the source', row) && row > 0;
  const website = has('website that is none', row) ? (['n/a', 'http://', 'www', 'https://www.facebook.com/shop'][row % 4] ?? '') : `https://www.${org.domain(row)}:443/en?x=1`;
  return [
    ownId('001', row),
    isMerged || has('deleted', row) ? 'true' : 'false',
    isMerged ? org.accountId(row - 1) : '',
    person === null ? broken(`${title(word(random))} & ${title(word(random))}, Ltd.`, row) : `${person.first} ${person.last}`,
    pick(random, ['Prospect', 'Customer - Direct', 'Partner', 'Reseller ', '']),
    parent === null ? '' : fifteen(salesforceId('001', parent), row),
    street(random, row), title(word(random)), pick(random, ['CA', 'Bayern', 'N/A', '']), String(below(random, 100_000)).padStart(5, '0'), pick(random, ['United States', 'Germany', 'usa', '']),
    phone(random, row), row % 9 === 0 ? phone(random, row) : '',
    isPerson ? '' : website,
    has('industry of their own', row) ? pick(random, OWN_INDUSTRIES) : pick(random, INDUSTRIES),
    ['1.2E7', '$1,234,567.50', '4500000', ''][row % 4] ?? '',
    has('head count that is none', row) ? 'about 40' : String(1 + below(random, 9_000)),
    description(random, row),
    org.owner(random, row), api(random), api(random), api(random),
    isPerson ? 'true' : 'false', contact === null ? '' : salesforceId('003', contact), person === null ? '' : emailCell(person.email, row), person?.first ?? '', person?.last ?? '',
    pick(random, ['EMEA', 'AMER', 'APAC', '']), row % 4 === 0 ? day(random) : '', String(1_000_000 + row), isPerson ? pick(random, ['Basic', 'Plus']) : '',
  ];
}

const CONTACT_COLUMNS = [
  ...['Id', 'IsDeleted', 'MasterRecordId', 'AccountId', 'Salutation', 'FirstName', 'LastName', 'MailingStreet', 'MailingCity', 'MailingState', 'MailingPostalCode', 'MailingCountry', 'Phone', 'MobilePhone', 'Email', 'Title'],
  ...['Department', 'LeadSource', 'Birthdate', 'Description', 'OwnerId', 'HasOptedOutOfEmail', 'DoNotCall', 'CreatedDate', 'LastModifiedDate', 'SystemModstamp', ...PERSON_COLUMNS],
];

/** As the weekly export writes: 0 and 1, an empty look-up as zeros, times without a zone, Windows-1252. */
function contactRow(org: Org, row: number): readonly string[] {
  const random = org.random('contact', row);
  const { first, last, email } = org.contact(row);
  const isNobody = has('neither name nor address', row);
  const isMerged = has('merged in the source', row) && row > 0;
  const ofPerson = org.accountOfPerson(row);
  const account = ofPerson !== null ? org.accountId(ofPerson) : has('parent not in the export', row) ? salesforceId('001', FIRST_MISSING + row) : row % 12 === 0 ? NULL_ID : org.accountId(below(random, org.size.accounts));
  return [
    ownId('003', row), isMerged || has('deleted', row) ? '1' : '0', isMerged ? salesforceId('003', row - 1) : NULL_ID, fifteen(account, row),
    pick(random, ['Mr.', 'Ms.', 'Dr.', '']), isNobody ? '' : broken(first, row), isNobody ? '' : last,
    street(random, row), title(word(random)), pick(random, ['CA', 'TX', '']), String(below(random, 100_000)).padStart(5, '0'), pick(random, ['United States', 'France', '']),
    phone(random, row), row % 3 === 0 ? phone(random, row + 1) : '', isNobody ? '' : emailCell(email, row), `${title(word(random))} \u0092Manager\u0092`,
    pick(random, ['Sales', 'IT ', 'it', '']), pick(random, ['Web', 'web ', 'Trade Show', '']),
    has('odd birth date', row) ? (['31/12/1980', '1900-01-00', '0203-05-06 00:00:00', '12.5.75'][row % 4] ?? '') : row % 5 === 0 ? `${day(random)} 00:00:00` : '',
    description(random, row), org.owner(random, row), has('opted out of e-mail', row) ? '1' : '0', row % 21 === 0 ? '1' : '0', weekly(random), weekly(random), weekly(random),
    ...personColumns(random, row).map((cell) => (cell === 'true' ? '1' : cell === 'false' ? '0' : cell)),
  ];
}

const LEAD_COLUMNS = [
  ...['Id', 'IsDeleted', 'LastName', 'FirstName', 'Salutation', 'Title', 'Company', 'Street', 'City', 'State', 'PostalCode', 'Country', 'Phone', 'Email', 'Website', 'Description', 'LeadSource', 'Status', 'Industry', 'Rating'],
  ...['AnnualRevenue', 'NumberOfEmployees', 'OwnerId', 'IsConverted', 'ConvertedDate', 'ConvertedAccountId', 'ConvertedContactId', 'ConvertedOpportunityId', 'HasOptedOutOfEmail', 'CreatedDate', 'LastModifiedDate', ...PERSON_COLUMNS],
];

function leadRow(org: Org, row: number): readonly string[] {
  const random = org.random('lead', row);
  const { first, last, email } = org.lead(row);
  const isNobody = has('neither name nor address', row);
  const isConverted = has('converted', row);
  const contact = has('converted, contact not in the export', row) ? FIRST_MISSING + row : org.contactOfLead(row);
  const owner = has('queue as owner', row) ? salesforceId('00G', row % 5) : org.owner(random, row);
  return [
    ownId('00Q', row), has('deleted', row) ? 'true' : 'false', isNobody ? '' : last, isNobody ? '' : broken(first, row), pick(random, ['Mr.', 'Ms.', '']), `${title(word(random))} Lead`, `${title(word(random))} "${title(word(random))}" GmbH`,
    street(random, row), title(word(random)), '', String(below(random, 100_000)).padStart(5, '0'), pick(random, ['Germany', 'DE', '']), phone(random, row), isNobody ? '' : emailCell(email, row), row % 4 === 0 ? `www.${plainWord(random)}.example.com` : '',
    description(random, row), pick(random, ['Web', 'Phone Inquiry', '']), isConverted ? 'Closed - Converted' : has('status of their own', row) ? 'Zombie ' : pick(random, LEAD_STATUSES), pick(random, INDUSTRIES), pick(random, ['Hot', 'Cold', '']),
    row % 5 === 0 ? String(below(random, 9_000_000)) : '', has('head count that is none', row) ? '10-20' : String(below(random, 3_000)), owner,
    isConverted ? 'true' : 'false', isConverted ? day(random) : '', isConverted ? org.accountId(below(random, org.size.accounts)) : '', isConverted ? salesforceId('003', contact) : '', isConverted && row % 2 === 0 ? salesforceId('006', below(random, org.size.opportunities)) : '',
    has('opted out of e-mail', row) ? 'true' : 'false', api(random), api(random), ...personColumns(random, row),
  ];
}

const OPPORTUNITY_COLUMNS = [
  ...['ID', 'ISDELETED', 'ACCOUNTID', 'RECORDTYPEID', 'NAME', 'DESCRIPTION', 'STAGENAME', 'AMOUNT', 'CURRENCYISOCODE', 'PROBABILITY', 'CLOSEDATE', 'TYPE', 'NEXTSTEP', 'LEADSOURCE', 'ISCLOSED', 'ISWON', 'OWNERID', 'CONTACTID'],
  ...['CREATEDDATE', 'LASTMODIFIEDDATE', 'LASTSTAGECHANGEDATE', 'Competitor__c', 'Margin__c'],
];

/** As the Data Loader writes: headings in capitals. */
function opportunityRow(org: Org, row: number): readonly string[] {
  const random = org.random('opportunity', row);
  const kind = row % 3;
  const stage = kind === 0 ? pick(random, OPEN_STAGES) : kind === 1 ? 'Closed Won' : 'Closed Lost';
  const account = has('parent not in the export', row) ? salesforceId('001', FIRST_MISSING + row) : org.accountId(below(random, org.size.accounts));
  return [
    ownId('006', row), has('deleted', row) ? 'true' : 'false', fifteen(account, row), has('without record type', row) ? '' : salesforceId('012', row % RECORD_TYPES.length).slice(0, 15), broken(`${title(word(random))} "${title(word(random))}" deal`, row),
    description(random, row), has('without stage', row) ? '' : stage, has('amount that is none', row) ? 'TBD' : has('without amount', row) ? '' : ['500000.0', '1.5E5', `${below(random, 100_000)}.25`, '-120'][row % 4] ?? '', pick(random, CURRENCIES), String(below(random, 101)),
    has('day that the calendar lacks', row) ? '2026-02-30' : day(random), pick(random, ['New Business', 'Existing Business', 'Upsell', '']), row % 4 === 0 ? sentence(random, 8) : '', pick(random, ['Web', 'Partner', '']),
    kind === 0 ? 'false' : 'true', kind === 1 ? 'true' : 'false', org.owner(random, row), row % 2 === 0 ? salesforceId('003', below(random, org.size.contacts)) : '', api(random), api(random), api(random), pick(random, ['Acme', 'Globex', 'Initech', '']), String(below(random, 100)),
  ];
}

const ROLE_COLUMNS = ['Id', 'IsDeleted', 'OpportunityId', 'ContactId', 'Role', 'IsPrimary', 'CreatedDate', 'LastModifiedDate'];

function roleRow(org: Org, row: number): readonly string[] {
  const random = org.random('role', row);
  const pair = org.random('role-pair', has('several roles of a pair', row) && row > 0 ? row - 1 : row);
  const [opportunity, contact] = [below(pair, org.size.opportunities), below(pair, org.size.contacts)];
  return [
    ownId('00K', row), has('deleted', row) ? 'true' : 'false', salesforceId('006', opportunity), fifteen(salesforceId('003', has('role of a contact that is not in the export', row) ? FIRST_MISSING + row : contact), row),
    pick(random, ROLES), row % 4 === 0 ? 'true' : 'false', api(random), api(random),
  ];
}

interface FileLook {
  readonly encoding: 'utf8' | 'latin1';
  readonly mark: '' | '\ufeff';
  readonly lineBreak: '\n' | '\r\n';
}

const PLAIN: FileLook = { encoding: 'utf8', mark: '', lineBreak: '\n' };

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly look: FileLook;
  readonly from: number;
  readonly to: number;
  readonly row: (row: number) => readonly string[];
  /** Rows are damaged only where they are records. */
  readonly isMoved: boolean;
}

/** @returns what is in the folder; the same size and seed give the same bytes */
export async function generateOrg(folder: string, size: OrgSize, seed: number): Promise<GeneratedOrg> {
  mkdirSync(folder, { recursive: true });
  const org = new Org(size, seed);
  const half = Math.floor(size.leads / 2);
  const tables: readonly Table[] = [
    { name: 'Account.csv', columns: ACCOUNT_COLUMNS, look: { ...PLAIN, mark: '\ufeff' }, from: 0, to: size.accounts, row: (row) => accountRow(org, row), isMoved: true },
    { name: 'Contact.csv', columns: CONTACT_COLUMNS, look: { encoding: 'latin1', mark: '', lineBreak: '\r\n' }, from: 0, to: size.contacts, row: (row) => contactRow(org, row), isMoved: true },
    { name: 'Lead.csv', columns: LEAD_COLUMNS, look: PLAIN, from: 0, to: half, row: (row) => leadRow(org, row), isMoved: true },
    { name: 'Lead_2.csv', columns: LEAD_COLUMNS, look: PLAIN, from: half, to: size.leads, row: (row) => leadRow(org, row), isMoved: true },
    { name: 'Opportunity.csv', columns: OPPORTUNITY_COLUMNS, look: PLAIN, from: 0, to: size.opportunities, row: (row) => opportunityRow(org, row), isMoved: true },
    { name: 'OpportunityContactRole.csv', columns: ROLE_COLUMNS, look: { ...PLAIN, lineBreak: '\r\n' }, from: 0, to: size.roles, row: (row) => roleRow(org, row), isMoved: true },
    { name: 'User.csv', columns: ['Id', 'Name', 'FirstName', 'LastName', 'Email', 'IsActive', 'UserType'], look: PLAIN, from: 0, to: org.userCount, row: (row) => org.user(row), isMoved: false },
    { name: 'RecordType.csv', columns: ['Id', 'Name', 'SobjectType', 'IsActive'], look: PLAIN, from: 0, to: RECORD_TYPES.length, row: (row) => [salesforceId('012', row), RECORD_TYPES[row] ?? '', 'Opportunity', 'true'], isMoved: false },
  ];
  let bytes = 0;
  for (const table of tables) {
    bytes += await writeTable(join(folder, table.name), table);
  }
  return { bytes, records: size.accounts + size.contacts + size.leads + size.opportunities + size.roles, dirt: countDirt(org), portal: existingPortal(org) };
}

async function writeTable(path: string, { columns, look, from, to, row: rowOf, isMoved }: Table): Promise<number> {
  const file = createWriteStream(path, { highWaterMark: 256 * 1024 });
  const line = (cells: readonly string[]): Buffer => Buffer.from(`${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}${look.lineBreak}`, look.encoding);
  file.write(Buffer.from(look.mark, 'utf8'));
  file.write(line(columns));
  for (let row = from; row < to; row += 1) {
    const cells = rowOf(row);
    const damaged = isMoved && has('cell too many', row) ? [...cells, 'more'] : isMoved && has('cell too few', row) ? cells.slice(0, -1) : cells;
    if (!file.write(line(damaged))) {
      await once(file, 'drain');
    }
  }
  file.end();
  await once(file, 'finish');
  return file.bytesWritten;
}

/** How many rows are chosen for each kind. Where two kinds meet in a cell, one of them shows. */
function countDirt(org: Org): GeneratedOrg['dirt'] {
  const rowsOf = (part: Part): number => (part === 'users' ? org.userCount : org.size[part]);
  const chosen = ({ oneIn, first }: Share, rows: number): number => Math.max(0, Math.ceil((rows - first) / oneIn));
  return Object.fromEntries(Object.entries<Share>(DIRT).map(([kind, share]) => [kind, share.of.reduce((sum, part) => sum + chosen(share, rowsOf(part)), 0)])) as GeneratedOrg['dirt'];
}

/** Of the org's contacts and accounts that the portal holds already one in so many, under another name for the same address or domain. */
const CONTACTS_THERE = 40;
const ACCOUNTS_THERE = 20;
const DOMAINS_TWICE = 200;

function existingPortal(org: Org): PortalDefinition {
  const contacts: RecordDefinition[] = [];
  for (let row = 0; row < org.size.contacts; row += CONTACTS_THERE) {
    contacts.push({ properties: { email: org.contact(row).email, firstname: org.contact(row).first, jobtitle: 'As the portal has it' } }, { properties: { email: `stranger${row}@example.com`, lastname: 'Stranger' } });
  }
  const companies: RecordDefinition[] = [];
  for (let row = 0; row < org.size.accounts; row += ACCOUNTS_THERE) {
    companies.push({ properties: { domain: org.domain(row), name: `There ${row}` } }, { properties: { domain: `stranger${row}.example.com`, name: 'Stranger' } });
    if (row % DOMAINS_TWICE === 0) {
      companies.push({ properties: { domain: org.domain(row), name: `There twice ${row}` } });
    }
  }
  const owners = Array.from({ length: org.userCount }, (_, row) => row)
    .filter((row) => !has('owner without account in the portal', row))
    .map((row) => ({ id: String(7_000 + row), email: userEmail(row), firstName: 'User', lastName: String(row), archived: has('inactive owner', row) }));
  return { companyCurrency: 'USD', currencies: ['EUR', 'GBP'], owners, records: { contacts, companies } };
}
