import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceConnector } from '../../../connectors/connector';
import { createSalesforceFileSource } from '../../../connectors/salesforce/source';
import type { SalesforceFileSourceOptions } from '../../../connectors/salesforce/source';
import type { SourceInspection, SourcePage } from '../../../domain/source-inspection';
import { aZip, partsOf } from '../../support/a-zip';
import type { ZipPart } from '../../support/a-zip';

const FOLDER = join(__dirname, '../../fixtures/salesforce/data-loader');
const ACCOUNT = '001Ec00000AcMe1IAF';
const TABLE = `Id,Name\n${ACCOUNT},Acme\n`;
const never = (): AbortSignal => new AbortController().signal;

const folders: string[] = [];
function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'portage-zips-'));
  folders.push(folder);
  Object.entries(files).forEach(([name, content]) => writeFileSync(join(folder, name), content));
  return folder;
}
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

const sourceOf = (folder: string, options: Partial<SalesforceFileSourceOptions> = {}): SourceConnector => createSalesforceFileSource({ folder, ...options });
const inspect = (folder: string, options: Partial<SalesforceFileSourceOptions> = {}): Promise<SourceInspection> => sourceOf(folder, options).inspect(never());

async function pagesOf(source: SourceConnector, { objects }: SourceInspection): Promise<readonly SourcePage[]> {
  const pages: SourcePage[] = [];
  for (const object of objects) {
    for await (const page of source.read(object, null, never())) {
      pages.push(page);
    }
  }
  return pages;
}

async function allOf(folder: string) {
  const source = sourceOf(folder, { limits: { pageRows: 1 } });
  const inspection = await source.inspect(never());
  return { digest: inspection.digest, findings: inspection.findings, unread: inspection.unread, pages: await pagesOf(source, inspection) };
}

const errorsOf = ({ findings }: SourceInspection) => findings.filter(({ severity }) => severity === 'error').map(({ code, place }) => [code, place]);
const zipped = (...parts: readonly ZipPart[]): string => folderWith({ 'WE_1.zip': aZip(parts) });

describe('createSalesforceFileSource, with zips', () => {
  const parts = partsOf(FOLDER);

  it.each([
    { layout: 'one zip', files: (): Record<string, Buffer> => ({ 'WE_1.zip': aZip(parts) }) },
    { layout: 'several zips', files: () => ({ 'WE_1.zip': aZip(parts.slice(0, 3)), 'WE_2.zip': aZip(parts.slice(3, 5)), 'WE_3.ZIP': aZip(parts.slice(5)) }) },
    { layout: 'a zip beside files', files: () => ({ 'WE_1.zip': aZip(parts.slice(2)), ...Object.fromEntries(parts.slice(0, 2).map(({ name, content }) => [name, Buffer.from(content)])) }) },
    { layout: 'entries that are not packed', files: () => ({ 'WE_1.zip': aZip(parts.map((part) => ({ ...part, method: 0 }))) }) },
  ])('reads $layout as if the files lay in the folder: same digest, same rows', async ({ files }) => {
    expect(await allOf(folderWith(files()))).toEqual(await allOf(FOLDER));
  });

  it('reads a zip that is named in place of a folder', async () => {
    const folder = zipped(...parts);

    expect(await allOf(join(folder, 'WE_1.zip'))).toEqual(await allOf(FOLDER));
  });

  it('goes on after any page, in another process too', async () => {
    const folder = zipped(...parts);
    const options = { limits: { pageRows: 1, chunkBytes: 7 } };
    const { objects } = await inspect(folder, options);
    const [accounts] = objects;
    const pages = await pagesOf(sourceOf(folder, options), { objects: [accounts!], unread: [], findings: [], digest: '' });

    for (const [at, { cursor }] of pages.slice(0, -1).entries()) {
      const rest: SourcePage[] = [];
      for await (const page of sourceOf(folder, options).read(accounts!, cursor, never())) {
        rest.push(page);
      }
      expect(rest).toEqual(pages.slice(at + 1));
    }
    expect(pages).toHaveLength(3);
  });

  it('takes the word of the migration file for an entry, in whatever folder of the zip', async () => {
    const { objects, findings } = await inspect(zipped({ name: 'parts/konten.txt', content: TABLE }), { objects: { Account: ['parts/konten.txt'] } });

    expect([objects.map(({ object }) => object), findings]).toEqual([['Account'], []]);
  });

  it('names the CSV files in folders of a zip, and leaves bodies of files, hidden ones and what macOS adds alone', async () => {
    const { findings, objects } = await inspect(
      zipped({ name: 'Account.csv', content: TABLE }, { name: 'Documents/', content: '' }, { name: 'Documents/015x', content: 'x' }, { name: 'old/Account.csv', content: TABLE }, { name: '__MACOSX/._Account.csv', content: 'x' }, { name: '.DS_Store', content: 'x' }),
    );

    expect(objects[0]!.files.map(({ name, archive }) => [name, archive])).toEqual([['Account.csv', 'WE_1.zip']]);
    expect(findings.map(({ code, place, count }) => [code, place, count])).toEqual([['folder-not-read', 'WE_1.zip/old', 1]]);
  });

  it.each([
    { lie: 'a name that leads out of the folder', part: { name: '../../etc/cron.csv', content: TABLE }, code: 'zip-unsafe-name', place: 'WE_1.zip' },
    { lie: 'a name from the root', part: { name: '/etc/Account.csv', content: TABLE }, code: 'zip-unsafe-name', place: 'WE_1.zip' },
    { lie: 'a name by backslashes', part: { name: '..\\Account.csv', content: TABLE }, code: 'zip-unsafe-name', place: 'WE_1.zip' },
    { lie: 'a name on a drive', part: { name: 'C:\\Account.csv', content: TABLE }, code: 'zip-unsafe-name', place: 'WE_1.zip' },
    { lie: 'an encrypted entry', part: { name: 'Account.csv', content: TABLE, flags: 1 }, code: 'zip-encrypted', place: 'WE_1.zip/Account.csv' },
    { lie: 'another way of packing', part: { name: 'Account.csv', content: TABLE, method: 9 }, code: 'zip-unknown-method', place: 'WE_1.zip/Account.csv' },
    { lie: 'more bytes than it declares', part: { name: 'Account.csv', content: TABLE.repeat(50_000), declaredBytes: 30 }, code: 'zip-damaged', place: 'WE_1.zip/Account.csv' },
    { lie: 'fewer bytes than it declares', part: { name: 'Account.csv', content: TABLE, declaredBytes: 3_000 }, code: 'zip-damaged', place: 'WE_1.zip/Account.csv' },
    { lie: 'a checksum that does not fit', part: { name: 'Account.csv', content: TABLE, declaredCrc: 1 }, code: 'zip-damaged', place: 'WE_1.zip/Account.csv' },
    { lie: 'a spreadsheet', part: { name: 'Account.xlsx', content: 'x' }, code: 'spreadsheet', place: 'WE_1.zip/Account.xlsx' },
  ])('ends the run for $lie', async ({ part, code, place }) => {
    const inspection = await inspect(zipped(part, { name: 'Contact.csv', content: 'Id,LastName\n003Ec00000CoNt1IAF,Lee\n' }));

    expect(errorsOf(inspection)).toEqual([[code, place]]);
    expect(inspection.findings[0]!.remedy).not.toBe('');
  });

  it('ends the run for tables that come to more than the limit, before it reads a byte of them', async () => {
    const bomb = zipped({ name: 'Account.csv', content: TABLE, declaredBytes: 600 }, { name: 'Contact.csv', content: 'Id', declaredBytes: 500 });

    const inspection = await inspect(bomb, { limits: { zipBytes: 1_000 } });

    expect(errorsOf(inspection)).toEqual([['zip-too-large', 'WE_1.zip']]);
    expect(inspection.findings[0]!.message).toContain('1,000 bytes');
  });

  it.each([
    { damage: 'cut off', bytes: (zip: Buffer) => zip.subarray(0, zip.length - 30) },
    { damage: 'cut off at its beginning', bytes: (zip: Buffer) => zip.subarray(10) },
    { damage: 'no zip', bytes: () => Buffer.from('<html>Your link has expired</html>') },
    { damage: 'empty', bytes: () => Buffer.alloc(0) },
  ])('ends the run for a zip that is $damage, even beside files that are read', async ({ bytes }) => {
    const inspection = await inspect(folderWith({ 'a.csv': TABLE, 'WE_1.zip': bytes(aZip([{ name: 'Contact.csv', content: TABLE.repeat(10) }])) }));

    expect(errorsOf(inspection)).toEqual([[ 'zip-damaged', expect.stringMatching(/^WE_1\.zip/) ]]);
  });

  it('ends the run for a damaged body', async () => {
    const zip = aZip([{ name: 'Account.csv', content: TABLE.repeat(100) }]);
    zip[60] = zip[60]! ^ 0xff;

    expect(errorsOf(await inspect(folderWith({ 'WE_1.zip': zip })))).toEqual([['zip-damaged', 'WE_1.zip/Account.csv']]);
  });

  it('ends the run for a file that is there twice, and names both places', async () => {
    const zip = aZip([{ name: 'Account.csv', content: TABLE }]);
    const two = await inspect(folderWith({ 'WE_1.zip': zip, 'WE_2.zip': zip }));
    const beside = await inspect(folderWith({ 'WE_1.zip': zip, 'Account.csv': TABLE }));

    expect([errorsOf(two), errorsOf(beside)]).toEqual([[['file-twice', 'Account.csv']], [['file-twice', 'Account.csv']]]);
    expect(two.findings[0]!.message).toContain('in WE_1.zip and in WE_2.zip');
    expect(beside.findings[0]!.message).toContain('in the folder and in WE_1.zip');
  });

  it.each([
    { change: 'other bytes', after: aZip([{ name: 'Account.csv', content: TABLE.replace('Acme', 'Acne') }]) },
    { change: 'no such entry', after: aZip([{ name: 'Kunden.csv', content: TABLE }]) },
    { change: 'damage', after: Buffer.from('no zip') },
  ])('refuses a zip that has $change since it was inspected', async ({ after }) => {
    const folder = zipped({ name: 'Account.csv', content: TABLE });
    const source = sourceOf(folder);
    const inspection = await source.inspect(never());
    writeFileSync(join(folder, 'WE_1.zip'), after);

    await expect(pagesOf(source, inspection)).rejects.toMatchObject({ type: 'PlanError', details: { code: 'source-changed', exitCode: 3 } });
  });

  it('reads a large entry in chunks and stops when told to', async () => {
    const folder = zipped({ name: 'Account.csv', content: `Id,Name\n${`${ACCOUNT},${'x'.repeat(500)}\n`.repeat(20_000)}` });
    const source = sourceOf(folder);
    const inspection = await source.inspect(never());
    const controller = new AbortController();
    const pages = source.read(inspection.objects[0]!, null, controller.signal)[Symbol.asyncIterator]();
    await pages.next();
    controller.abort(new Error('enough'));

    await expect((async () => { for (;;) { if ((await pages.next()).done) return; } })()).rejects.toThrow('enough');
    expect(inspection.objects[0]!.files[0]!.rowCount).toBe(20_000);
    expect(readFileSync(join(folder, 'WE_1.zip')).length).toBeLessThan(1_000_000);
  });
});
