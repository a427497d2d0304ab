import { appendFileSync, mkdtempSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSalesforceFileSource } from '../../../connectors/salesforce/source';
import type { SalesforceFileSourceOptions } from '../../../connectors/salesforce/source';
import type { SourceInspection, SourcePage } from '../../../domain/source-inspection';

const FIXTURES = join(__dirname, '../../fixtures/salesforce');
const SAMPLE = join(__dirname, '../../../samples/salesforce-npsp-1k');
const ACCOUNT = '001Ec00000AcMe1IAF';

const never = (): AbortSignal => new AbortController().signal;
const fixture = (name: string): string => join(FIXTURES, name);
const inspect = (folder: string, options: Partial<SalesforceFileSourceOptions> = {}): Promise<SourceInspection> => createSalesforceFileSource({ folder, ...options }).inspect(never());

async function readAll(folder: string, object: string, options: Partial<SalesforceFileSourceOptions> = {}): Promise<SourcePage[]> {
  const source = createSalesforceFileSource({ folder, ...options });
  const inspected = (await source.inspect(never())).objects.find((candidate) => candidate.object === object)!;
  return collect(source.read(inspected, null, never()));
}

async function collect(pages: AsyncIterable<SourcePage>): Promise<SourcePage[]> {
  const all: SourcePage[] = [];
  for await (const page of pages) {
    all.push(page);
  }
  return all;
}

/** A folder with these files, gone after the test. */
const folders: string[] = [];
function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'portage-salesforce-'));
  folders.push(folder);
  Object.entries(files).forEach(([name, content]) => writeFileSync(join(folder, name), content));
  return folder;
}
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

describe('createSalesforceFileSource', () => {
  describe('inspect', () => {
    it('knows objects by ids and headings, whatever the files are called', async () => {
      const { objects, findings } = await inspect(fixture('data-loader'));

      expect(findings).toEqual([]);
      expect(objects.map(({ object, dialect, files }) => [object, dialect, files.map(({ name, rowCount }) => [name, rowCount])])).toEqual([
        ['Account', 'data-loader', [['kunden 2.csv', 2], ['kunden 10.csv', 1]]],
        ['Contact', 'data-loader', [['people.csv', 2]]],
        ['Lead', 'data-loader', [['leads.csv', 2]]],
        ['Opportunity', 'data-loader', [['opps.tsv', 1]]],
        ['OpportunityContactRole', 'data-loader', [['roles.csv', 1]]],
        ['AccountContactRelation', 'data-loader', [['relations.csv', 1]]],
        ['User', 'data-loader', [['users.csv', 1]]],
      ]);
    });

    it('names files that it does not read, with their row counts', async () => {
      const { unread } = await inspect(fixture('data-loader'));

      expect(unread).toEqual([{ name: 'prices.csv', object: null, rowCount: 3 }]);
    });

    it('states the layout of each file, and what its columns hold', async () => {
      const { objects } = await inspect(fixture('data-loader'));

      expect(objects[0]!.files[0]).toMatchObject({ fileIndex: 0, encoding: 'utf-8', separator: ',', lineBreak: 'CRLF', headings: ['ID', 'ISDELETED', 'NAME', 'PARENTID', 'OWNERID'] });
      expect(objects[0]!.files[0]!.columns).toEqual([
        { name: 'Id', filledCount: 2 },
        { name: 'IsDeleted', filledCount: 2 },
        { name: 'Name', filledCount: 2 },
        { name: 'ParentId', filledCount: 1 },
        { name: 'OwnerId', filledCount: 2 },
      ]);
      expect(objects.slice(3, 6).map(({ files }) => files[0]!.separator)).toEqual(['\t', ';', '|']);
    });

    it('tells the weekly export, and keeps an object without rows', async () => {
      const { objects, findings } = await inspect(fixture('weekly-export'));

      expect(findings).toEqual([]);
      expect(objects.map(({ object, dialect, files }) => [object, dialect, files[0]!.encoding, files[0]!.rowCount])).toEqual([
        ['Account', 'weekly-export', 'windows-1252', 1],
        ['Contact', 'weekly-export', 'utf-8', 0],
      ]);
    });

    it('tells a third-party tool by its date-times', async () => {
      const folder = folderWith({ 'a.csv': `\ufeffId,Name,CreatedDate,IsDeleted\n${ACCOUNT},Acme,2024-01-22T14:49:34.000+0000,1\n` });

      expect((await inspect(folder)).objects[0]!.dialect).toBe('third-party');
    });

    it.each([
      { folder: 'no-id-column', code: 'missing-id-column', place: 'clients.csv:1' },
      { folder: 'undecodable', code: 'file-undecodable', place: 'Account.csv' },
      { folder: 'undecodable-mark', code: 'file-undecodable', place: 'Account.csv' },
      { folder: 'truncated-quote', code: 'file-truncated', place: 'Account.csv:4' },
      { folder: 'truncated-row', code: 'file-truncated', place: 'Account.csv:4' },
      { folder: 'truncated-character', code: 'file-truncated', place: 'Account.csv:3' },
      { folder: 'wrong-prefix', code: 'wrong-id-prefix', place: 'Account.csv' },
      { folder: 'destroyed-ids', code: 'invalid-ids', place: 'Account.csv' },
      { folder: 'report-export', code: 'report-export', place: 'report1700000000000.csv' },
      { folder: 'spreadsheet', code: 'spreadsheet', place: 'Account.xlsx' },
      { folder: 'renamed-spreadsheet', code: 'spreadsheet', place: 'Account.csv' },
      { folder: 'zip', code: 'zip-damaged', place: 'WE_00D000.zip' },
    ])('ends the run with $code for a folder like $folder', async ({ folder, code, place }) => {
      const { findings, objects } = await inspect(fixture(`bad-input/${folder}`));

      expect(objects).toEqual([]);
      expect(findings).toEqual([expect.objectContaining({ code, severity: 'error', place, exitCode: 3, count: 1 })]);
      expect(findings[0]!.message).not.toBe('');
      expect(findings[0]!.remedy).not.toBe('');
    });

    it.each([
      { what: 'a folder without a known file', folder: fixture('bad-input/nothing-known'), code: 'no-known-file' },
      { what: 'an empty folder', folder: '', code: 'no-known-file' },
      { what: 'a missing folder', folder: fixture('is-not-there'), code: 'folder-missing' },
      { what: 'a file in place of a folder', folder: fixture('weekly-export/Account.csv'), code: 'not-a-folder' },
    ])('ends the run for $what', async ({ folder, code }) => {
      const place = folder === '' ? folderWith({}) : folder;

      const { findings } = await inspect(place);

      expect(findings).toEqual([expect.objectContaining({ code, severity: 'error', place, exitCode: 3 })]);
    });

    it('quotes no cell value in any finding', async () => {
      const words = ['Acme', 'Graz', 'example.com', 'Jane', ACCOUNT];
      const folders = ['no-id-column', 'truncated-row', 'wrong-prefix', 'destroyed-ids', 'report-export'];

      const findings = await Promise.all(folders.map(async (folder) => (await inspect(fixture(`bad-input/${folder}`))).findings));

      expect(words.filter((word) => JSON.stringify(findings).includes(word))).toEqual([]);
    });

    it('takes the word of the migration file for what a file holds', async () => {
      const folder = folderWith({ 'konten.txt': `Id,Bezeichnung\n${ACCOUNT},Acme\n`, 'other.csv': `Id,Name\n${ACCOUNT},Acme\n` });

      const { objects, findings } = await inspect(folder, { objects: { Account: ['konten.txt'] } });

      expect(findings).toEqual([]);
      expect(objects.map(({ object, files }) => [object, files.map(({ name }) => name)])).toEqual([['Account', ['konten.txt', 'other.csv']]]);
    });

    it.each([
      { what: 'a file that is not there', objects: { Account: ['gone.csv'] }, code: 'file-missing' },
      { what: 'a file outside of the folder', objects: { Account: ['../x.csv'] }, code: 'file-missing' },
      { what: 'an object that is not read', objects: { Task: ['a.csv'] }, code: 'unknown-object' },
      { what: 'ids of another object', objects: { Contact: ['a.csv'] }, code: 'wrong-id-prefix' },
      { what: 'a file without Id', objects: { Contact: ['b.csv'] }, code: 'missing-id-column' },
    ])('refuses a declaration that names $what', async ({ objects, code }) => {
      const folder = folderWith({ 'a.csv': `Id,Name\n${ACCOUNT},Acme\n`, 'b.csv': 'x,y\n1,2\n' });

      const { findings } = await inspect(folder, { objects });

      expect(findings.filter(({ severity }) => severity === 'error').map((finding) => finding.code)).toEqual([code]);
    });

    it('warns of an archive beside files that are read, of folders with CSV files, and of undefined characters', async () => {
      const folder = folderWith({ 'a.csv': Buffer.from(`Id,Name\n${ACCOUNT},\x81\xe9\n`, 'latin1'), 'export.7z': '7z', 'notes.json': '{}' });
      mkdirSync(join(folder, 'part 2'));
      writeFileSync(join(folder, 'part 2', 'Contact.csv'), 'Id\n');

      const { findings } = await inspect(folder);

      expect(findings.map(({ code, severity }) => `${severity} ${code}`).sort()).toEqual(['info file-not-read', 'warning folder-not-read', 'warning undefined-characters', 'warning zip-archive']);
    });

    it('does not end the run for damage in a file that it would not read', async () => {
      const folder = folderWith({ 'a.csv': `Id,Name\n${ACCOUNT},Acme\n`, 'note.csv': 'Id,ParentId,Title,Body\n002Ec00000NoTe1MAV,,First,Text\n002Ec00000NoTe1MAV,,"Sec' });

      const { findings, unread } = await inspect(folder);

      expect(findings).toEqual([expect.objectContaining({ code: 'file-truncated', severity: 'warning', place: 'note.csv:3' })]);
      expect(unread).toEqual([{ name: 'note.csv', object: 'Note', rowCount: 2 }]);
    });

    it('does not end the run for damage in a file that is plainly something else', async () => {
      const folder = folderWith({ 'a.csv': `Id,Name\n${ACCOUNT},Acme\n`, 'prices.csv': 'sku,price\n1,2\n3' });

      const { findings } = await inspect(folder);

      expect(findings).toEqual([expect.objectContaining({ code: 'file-truncated', severity: 'warning', place: 'prices.csv:3' })]);
    });

    it('ends the run for a cut file of which too little is left to know it', async () => {
      const folder = folderWith({ 'a.csv': `Id,Name\n${ACCOUNT},Acme\n`, 'b.csv': 'Id,Name\n001E' });

      const { findings } = await inspect(folder);

      expect(findings).toEqual([expect.objectContaining({ code: 'file-truncated', severity: 'error', place: 'b.csv:2' })]);
    });

    it('ends the run for a row that never ends, without keeping it in memory', async () => {
      const folder = folderWith({ 'a.csv': `Id,Name\n${ACCOUNT},Acme\n${ACCOUNT},"${'x'.repeat(10_000)}` });

      const { findings } = await inspect(folder, { limits: { chunkBytes: 100, maxRowBytes: 1_000 } });

      expect(findings).toEqual([expect.objectContaining({ code: 'row-too-long', place: 'a.csv:3', exitCode: 3 })]);
    });

    it('gives a digest that follows bytes and names of the files that are read', async () => {
      const one = `Id,Name\n${ACCOUNT},Acme\n`;
      const digestOf = async (files: Record<string, string>): Promise<string> => (await inspect(folderWith(files))).digest;

      const digest = await digestOf({ 'a.csv': one });

      expect(await digestOf({ 'a.csv': one, 'x.csv': 'sku\n1\n' })).toBe(digest);
      expect(await digestOf({ 'b.csv': one })).not.toBe(digest);
      expect(await digestOf({ 'a.csv': one.replace('Acme', 'Acne') })).not.toBe(digest);
    });

    it('stops when told to', async () => {
      await expect(createSalesforceFileSource({ folder: SAMPLE }).inspect(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    });
  });

  describe('read', () => {
    it('gives the rows of all files of an object, with canonical ids, headings and look-ups', async () => {
      const [page, ...more] = await readAll(fixture('data-loader'), 'Account');

      expect(more).toEqual([]);
      expect(page).toEqual({
        cursor: null,
        rejected: [],
        records: [
          { sourceId: ACCOUNT, fileIndex: 0, line: 2, values: { Id: ACCOUNT, IsDeleted: 'false', Name: 'Acme "North"', ParentId: null, OwnerId: '005Ec00000UsEr1IAF' } },
          { sourceId: '001Ec00000AcMe2IAF', fileIndex: 0, line: 3, values: { Id: '001Ec00000AcMe2IAF', IsDeleted: 'true', Name: 'Acme\nSouth', ParentId: ACCOUNT, OwnerId: '005Ec00000UsEr1IAF' } },
          { sourceId: '001Ec00000AcMe3IAF', fileIndex: 1, line: 2, values: { Name: 'Zebra', Id: '001Ec00000AcMe3IAF', Extra__c: 'x' } },
        ],
      });
    });

    it('reads nothing out of cells that stand for nothing', async () => {
      const [contacts] = await readAll(fixture('data-loader'), 'Contact');
      const [accounts] = await readAll(fixture('weekly-export'), 'Account');

      expect(contacts!.records[1]!.values).toEqual({ Id: '003Ec00000CoNt2IAF', LastName: 'Łukasz', AccountId: null, Email: null });
      expect(accounts!.records[0]!.values).toMatchObject({ Name: 'Café', IsDeleted: '0', MasterRecordId: null, ParentId: null, RecordTypeId: '012Ec0000000abcIAA' });
    });

    it.each(['utf-8', 'utf-8-mark', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be', 'utf-32be-short-mark', 'utf-32le-wrong-mark'])('reads %s', async (name) => {
      const folder = fixture('encodings');
      const source = createSalesforceFileSource({ folder, limits: { chunkBytes: 7 } });
      const object = (await source.inspect(never())).objects[0]!;
      const file = object.files.find((candidate) => candidate.name === `${name}.csv`)!;

      const [page] = await collect(source.read({ ...object, files: [{ ...file, fileIndex: 0 }] }, null, never()));

      expect(file).toMatchObject({ lineBreak: 'CRLF', rowCount: 2, encoding: name.replace(/-(short-|wrong-)?mark/, '') });
      expect(page!.records.map(({ line, values }) => [line, values['Name']])).toEqual([
        [2, 'Ünïcödé €'],
        [3, '𝄞\nКлюч'],
      ]);
    });

    it('reads windows-1252', async () => {
      const pages = await readAll(fixture('encodings'), 'Account');

      expect(pages[0]!.records.slice(-2).map(({ values }) => values['Name'])).toEqual(['Ünïcödé €', '“x”\ny']);
    });

    it('rejects rows that cannot be used, by file and line, and reads on', async () => {
      const [page] = await readAll(fixture('bad-rows'), 'Account');

      expect(page!.records.map(({ line, values }) => [line, values['Name']])).toEqual([
        [2, 'one'],
        [10, 'fifth'],
        [11, 'sixth'],
        [12, 'last'],
      ]);
      expect(page!.rejected).toEqual([
        { fileIndex: 0, line: 3, code: 'too-many-cells' },
        { fileIndex: 0, line: 4, code: 'too-few-cells' },
        { fileIndex: 0, line: 5, code: 'missing-id' },
        { fileIndex: 0, line: 6, code: 'invalid-id' },
        { fileIndex: 0, line: 7, code: 'invalid-id' },
        { fileIndex: 0, line: 8, code: 'invalid-id' },
      ]);
    });

    it('keeps headings apart that occur twice, are blank, or mean something to JavaScript', async () => {
      const folder = folderWith({ 'a.csv': `ID,NAME,name,,__proto__,constructor\n${ACCOUNT},one,two,three,four,five\n` });

      const [page] = await readAll(folder, 'Account');

      expect(Object.entries(page!.records[0]!.values)).toEqual([
        ['Id', ACCOUNT],
        ['Name', 'one'],
        ['Name (2)', 'two'],
        ['(4)', 'three'],
        ['__proto__', 'four'],
        ['constructor', 'five'],
      ]);
      expect(Object.getPrototypeOf(page!.records[0]!.values)).toBe(Object.prototype);
    });

    it('gives one empty page for an object without rows', async () => {
      expect(await readAll(fixture('weekly-export'), 'Contact')).toEqual([{ records: [], rejected: [], cursor: null }]);
    });

    it('goes on after any page with the same rows, over file ends too', async () => {
      const options = { folder: fixture('data-loader'), limits: { pageRows: 1 } };
      const source = createSalesforceFileSource(options);
      const object = (await source.inspect(never())).objects[0]!;
      const pages = await collect(source.read(object, null, never()));

      expect(pages.map(({ records }) => records.length)).toEqual([1, 1, 1]);
      for (const [at, { cursor }] of pages.slice(0, -1).entries()) {
        expect(await collect(createSalesforceFileSource(options).read(object, cursor, never()))).toEqual(pages.slice(at + 1));
      }
      expect(pages.at(-1)!.cursor).toBeNull();
    });

    it('refuses a file that changed since it was inspected, even to the same size', async () => {
      const folder = folderWith({ 'a.csv': `Id,Name\n${ACCOUNT},Acme\n` });
      const source = createSalesforceFileSource({ folder });
      const object = (await source.inspect(never())).objects[0]!;
      writeFileSync(join(folder, 'a.csv'), `Id,Name\n${ACCOUNT},Acne\n`);

      await expect(collect(source.read(object, null, never()))).rejects.toMatchObject({ type: 'PlanError', details: { code: 'source-changed', exitCode: 3 } });
    });

    it('refuses a file that changes or goes while it is read', async () => {
      const folder = folderWith({ 'a.csv': `Id,Name\n${`${ACCOUNT},Acme\n`.repeat(5)}` });
      const source = createSalesforceFileSource({ folder, limits: { pageRows: 1 } });
      const object = (await source.inspect(never())).objects[0]!;
      const pages = source.read(object, null, never())[Symbol.asyncIterator]();
      await pages.next();

      appendFileSync(join(folder, 'a.csv'), 'x');

      await expect(pages.next()).rejects.toMatchObject({ type: 'PlanError', details: { code: 'source-changed' } });
      rmSync(join(folder, 'a.csv'));
      await expect(collect(source.read(object, null, never()))).rejects.toMatchObject({ details: { code: 'source-changed' } });
    });

    it('accepts a file that was only touched', async () => {
      const folder = folderWith({ 'a.csv': `Id,Name\n${ACCOUNT},Acme\n` });
      const source = createSalesforceFileSource({ folder });
      const object = (await source.inspect(never())).objects[0]!;
      await collect(source.read(object, null, never()));
      const later = new Date(statSync(join(folder, 'a.csv')).mtimeMs + 60_000);

      utimesSync(join(folder, 'a.csv'), later, later);

      expect((await collect(source.read(object, null, never())))[0]!.records).toHaveLength(1);
    });

    it('refuses a cursor that it did not write', async () => {
      const source = createSalesforceFileSource({ folder: SAMPLE });
      const object = (await source.inspect(never())).objects[0]!;

      await expect(collect(source.read(object, 'page 2', never()))).rejects.toMatchObject({ type: 'PlanError', details: { code: 'invalid-cursor' } });
    });
  });

  describe('with the bundled sample', () => {
    it.each([
      { object: 'Account', count: 1_223, pages: 2 },
      { object: 'Contact', count: 1_024, pages: 2 },
      { object: 'Opportunity', count: 1_517, pages: 2 },
      { object: 'OpportunityContactRole', count: 3_499, pages: 4 },
    ])('reads $count rows of $object', async ({ object, count, pages }) => {
      const read = await readAll(SAMPLE, object);

      const records = read.flatMap((page) => page.records);
      expect(read).toHaveLength(pages);
      expect(read.flatMap(({ rejected }) => rejected)).toEqual([]);
      expect(records).toHaveLength(count);
      expect(new Set(records.map(({ sourceId }) => sourceId)).size).toBe(count);
    });

    it('finds nothing to complain of, and counts what each column holds', async () => {
      const { objects, findings, unread } = await inspect(SAMPLE);

      expect({ findings, unread }).toEqual({ findings: [], unread: [] });
      expect(objects.map(({ dialect }) => dialect)).toEqual(['data-loader', 'data-loader', 'data-loader', 'data-loader']);
      expect(objects[1]!.files[0]!.columns.find(({ name }) => name === 'npsp__Primary_Affiliation__c')).toEqual({ name: 'npsp__Primary_Affiliation__c', filledCount: 1_022 });
    });
  });
});
