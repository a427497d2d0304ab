/** A Salesforce export and a migration file drawn from a seed: values of every kind of dirt, in columns of every kind of property. */
import { aContactRow, anAccount, anId, anOpportunity } from '../rows-source';
import type { Row } from '../rows-source';
import type { Draw } from './draw';

const LONG = 'x'.repeat(65_537);

const TEXTS = [
  '', '', 'plain', 'Plain', 'WORD', 'two words', ' padded ', 'a-b', "O'Neil", '$5 & more', '12345', '007', 'xyz', 'Ünïcode', '漢字仮名', 'null', '#N/A', 'ann@foo.com', 'ann@partner.com', 'ann@sub.partner.com', 'no address@', 'https://example.com/path', 'www.example.org', 'example.com',
  'nothing.at all', '<b>bold</b>', 'x'.repeat(13),
];
const PHONES = ['', '+49 30 123456', '030 123456', '(202) 555-0143', '+1', 'call me', '+1 202 555 0143 99 99 99', '5550143'];
const NUMBERS = ['', '0', '5', '-3.50', '-99', '1234.5678', '1e3', '2.5E-2', '1,234.50', '$12', '45%', 'abc', '.5', '1000.00', '99.99', ' 7 '];
const BOOLS = ['', 'true', 'FALSE', '1', '0', 'no', 'maybe'];
const CHOICES = ['', 'Gold', 'gold', 'SILVER', 'bronze', 'Platinum', 'not yet'];
const MULTIS = ['', 'Gold', 'Gold;Silver', 'Silver; bronze', 'Gold;Platinum', ';', 'gold;NOT YET'];
const DATES = ['', '2024-02-29', '2023-02-29', '2024-02-24', '2023-12-31', '2024-03-31', '2024-11-03', '31/12/2024', '2024-05-05T10:00:00.000Z', '2024-02-10 23:30:00', 'tomorrow', '2024-13-01'];
const UNIQUES = ['', '', 'U1', 'U2', 'U3', 'U4', 'U5', 'U6', 'U7', 'U8', 'U9', 'V1', 'V2', 'V3', 'V4', 'V5'];
const EMAILS = ['', '', 'p1@company.com', 'P2@Company.com', ' p3@company.com', 'p4@company.com', 'p5@company.com', 'p6@company.com; other@company.com', 'mailto:p7@company.com', 'p8@foo.com', 'bad', 'p@reserved.test', 'two@@ats.com', 'p9@company.com'];
const FIRST_NAMES = ['', 'Ann', 'ann', 'Bo', 'José', 'Mary Ann', 'X Æ 12'];
const LAST_NAMES = ['', 'Lee', 'Kim', 'van Dyke', 'Featherstonehaugh', 'Ng', 'O’Neil', '3PO'];
const NAMES = ['', 'Acme', 'acme ltd', 'Zed & Sons', 'AB', 'A very long name indeed', 'Nova'];
const WEBSITES = ['', 'acme-1.com', 'https://www.acme-2.com/x', 'acme-3.com', 'gmail.com', 'none', 'acme-4.com', 'http://acme-5.com', 'acme-6.com'];
const STAGES = ['', 'Prospecting', 'Closed Won', 'Closed Lost', 'Negotiation'];
const CITIES = ['', 'Oslo', 'NY', 'Rio de Janeiro'];

/** Column of the source, property of the portal, values. */
const OWN_COLUMNS: readonly (readonly [string, string, readonly string[]])[] = [
  ['XText__c', 'x_text', TEXTS], ['XText2__c', 'x_text_2', TEXTS], ['XArea__c', 'x_area', TEXTS], ['XPhone__c', 'x_phone', PHONES], ['XNumber__c', 'x_number', NUMBERS], ['XNumber2__c', 'x_number_2', NUMBERS], ['XBool__c', 'x_bool', BOOLS],
  ['XSelect__c', 'x_select', CHOICES], ['XRadio__c', 'x_radio', CHOICES], ['XMulti__c', 'x_multi', MULTIS], ['XDate__c', 'x_date', DATES], ['XDatetime__c', 'x_datetime', DATES], ['XUnique__c', 'x_unique', UNIQUES],
];

export interface DrawnSource {
  readonly objects: Readonly<Record<string, readonly Row[]>>;
  readonly definition: Readonly<Record<string, unknown>>;
}

export function drawSource(draw: Draw, currencies: readonly string[], columns = OWN_COLUMNS): DrawnSource {
  const mappedOf = (): typeof OWN_COLUMNS => draw.some(columns, 0.8);
  const mapped = { companies: mappedOf(), contacts: mappedOf(), deals: mappedOf() };
  const cells = (own: typeof OWN_COLUMNS): Row => Object.fromEntries(own.map(([column, , values]) => [column, draw.isOneIn(400) && column === 'XText__c' ? LONG : draw.of(values)]));
  const common = (own: typeof OWN_COLUMNS): Row => ({ ...cells(own), OwnerId: draw.of(['', anId('005', 1), anId('005', 2), anId('005', 3), anId('005', 4)]), CreatedDate: draw.of(DATES), IsDeleted: draw.isOneIn(15) ? 'true' : 'false' });
  const rows = (least: number, most: number, make: (number: number) => Row): readonly Row[] => Array.from({ length: least + draw.upTo(most - least) }, (_, at) => make(draw.isOneIn(20) ? Math.max(1, at) : at + 1));
  return {
    objects: {
      Account: rows(2, 9, (number) => anAccount(number, { Name: draw.of(NAMES), Website: draw.of(WEBSITES), Phone: draw.of(PHONES), BillingCity: draw.of(CITIES), AnnualRevenue: draw.of(NUMBERS), Industry: draw.of(['', 'Banking', 'Magic', 'BIOTECHNOLOGY']), Type: draw.of(['', 'Prospect', 'Unheard']), ParentId: draw.of(['', anId('001', 1)]), ...common(mapped.companies) })),
      Contact: rows(3, 14, (number) => aContactRow(number, { FirstName: draw.of(FIRST_NAMES), LastName: draw.of(LAST_NAMES), Email: draw.of(EMAILS), Phone: draw.of(PHONES), Title: draw.of(NAMES), AccountId: draw.of(['', anId('001', 1), anId('001', 77)]), Birthdate: draw.of(DATES), DoNotCall: draw.of(BOOLS), LeadSource: draw.of(['', 'Web', 'Trade Show']), ...common(mapped.contacts) })),
      Opportunity: rows(2, 9, (number) => anOpportunity(number, { Name: draw.of(NAMES), StageName: draw.of(STAGES), IsClosed: draw.of(['true', 'false']), IsWon: draw.of(['true', 'false', 'false']), Amount: draw.of(NUMBERS), CurrencyIsoCode: draw.of(['USD', ...currencies]), CloseDate: draw.of(DATES), Type: draw.of(['', 'New Business', 'Unheard']), Probability: draw.of(NUMBERS), ...common(mapped.deals) })),
      User: [['ann@company.com', 1], ['Bob@Company.com', 2], ['gone@company.com', 3]].map(([Email, number]) => ({ Id: anId('005', Number(number)), Email: String(Email), Name: 'A User' })),
    },
    definition: {
      source: { crm: 'salesforce', files: '/export', currency: 'USD' },
      owners: { match: 'email', unmatched: draw.of(['leave-empty', 'bob@company.com']) },
      objects: {
        companies: drawMapping(draw, mapped.companies, ['key', 'domain']),
        contacts: drawMapping(draw, mapped.contacts, ['key', 'email']),
        deals: drawMapping(draw, mapped.deals, ['key']),
      },
    },
  };
}

function drawMapping(draw: Draw, mapped: typeof OWN_COLUMNS, ways: readonly string[]): Readonly<Record<string, unknown>> {
  return {
    match: draw.isOneIn(5) ? ['key'] : ways,
    onMatch: draw.of(['fill-blanks', 'overwrite', 'leave']),
    onInvalid: draw.isOneIn(6) ? 'leave-out-record' : 'drop-cell',
    ambiguous: draw.of(['create', 'leave-out']),
    duplicates: draw.of(['same-person', 'same-email', 'never']),
    properties: Object.fromEntries(mapped.map(([column, property]) => [property, property === 'x_select' && draw.isOneIn(2) ? { from: column, values: { Platinum: 'Gold' }, otherwise: draw.of(['leave-out', 'refuse']) } : column])),
  };
}
