/** A Salesforce export of any size: seeded, so that two runs see the same rows; names and addresses are made of syllables. */
import { createWriteStream, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

const SUFFIX = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const SYLLABLES = ['ba', 'ko', 'ri', 'ten', 'mo', 'sal', 'vi', 'dar', 'lu', 'nes', 'pa', 'gor'];

/** 18 characters: prefix, number in base 10, and the check characters of source-crm ids. */
export function salesforceId(prefix: string, number: number): string {
  const fifteen = `${prefix}5e0${String(number).padStart(9, '0')}`;
  const check = [0, 5, 10].map((start) => {
    const bits = [...fifteen.slice(start, start + 5)].reduce((sum, character, index) => sum + (character >= 'A' && character <= 'Z' ? 2 ** index : 0), 0);
    return SUFFIX[bits] ?? 'A';
  });
  return `${fifteen}${check.join('')}`;
}

/** A small generator of numbers from 0 to 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface ExportSize {
  readonly accounts: number;
  readonly contacts: number;
  readonly opportunities: number;
}

export async function generateExport(folder: string, size: ExportSize, seed: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const word = () => Array.from({ length: 2 + below(2) }, () => SYLLABLES[below(SYLLABLES.length)] ?? 'la').join('');
  const title = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  const account = () => salesforceId('001', below(size.accounts));

  await writeTable(join(folder, 'Account.csv'), ['Id', 'IsDeleted', 'Name', 'Phone', 'Website', 'BillingStreet', 'BillingCity', 'BillingCountry', 'NumberOfEmployees'], size.accounts, (row) => [
    salesforceId('001', row), 'false', `${title(word())} ${title(word())} Ltd`, `+1 555 ${String(row).padStart(7, '0')}`, `www.${word()}${row}.example.com`, `${1 + below(200)} ${title(word())} Street`, title(word()), 'United States', String(1 + below(5000)),
  ]);
  await writeTable(join(folder, 'Contact.csv'), ['Id', 'IsDeleted', 'AccountId', 'FirstName', 'LastName', 'Email', 'Phone', 'Title'], size.contacts, (row) => [
    salesforceId('003', row), 'false', account(), title(word()), title(word()), `${word()}.${row}@example.com`, `+1 444 ${String(row).padStart(7, '0')}`, `${title(word())} Manager`,
  ]);
  await writeTable(join(folder, 'Opportunity.csv'), ['Id', 'IsDeleted', 'AccountId', 'ContactId', 'Name', 'StageName', 'Amount', 'CloseDate', 'IsClosed', 'IsWon'], size.opportunities, (row) => {
    const stage = below(3);
    return [
      salesforceId('006', row), 'false', account(), salesforceId('003', below(size.contacts)), `${title(word())} deal`, ['Prospecting', 'Closed Won', 'Closed Lost'][stage] ?? '', `${below(100_000)}.5`, `20${10 + below(16)}-0${1 + below(9)}-1${below(10)}`, stage === 0 ? 'false' : 'true', stage === 1 ? 'true' : 'false',
    ];
  });
}

async function writeTable(path: string, headings: readonly string[], rowCount: number, rowOf: (row: number) => readonly string[]): Promise<void> {
  const file = createWriteStream(path);
  const line = (cells: readonly string[]) => `${cells.map((cell) => `"${cell}"`).join(',')}\n`;
  file.write(line(headings));
  for (let row = 0; row < rowCount; row++) {
    if (!file.write(line(rowOf(row)))) {
      await once(file, 'drain');
    }
  }
  file.end();
  await once(file, 'finish');
}
