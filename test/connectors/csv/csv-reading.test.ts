import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { decodeByteText } from '../../../connectors/csv/byte-text';
import { inspectCsvFile } from '../../../connectors/csv/inspect-csv-file';
import type { CsvInspection } from '../../../connectors/csv/inspect-csv-file';
import { readCsvRows } from '../../../connectors/csv/read-csv-rows';
import type { CsvPosition } from '../../../connectors/csv/row-splitter';

const never = (): AbortSignal => new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'portage-csv-'));
const path = join(folder, 'table.csv');
afterAll(() => rmSync(folder, { recursive: true }));

function inspect(content: Buffer | string, chunkBytes = 64): Promise<CsvInspection> {
  writeFileSync(path, content);
  return inspectCsvFile({ path, entry: null }, () => () => undefined, { chunkBytes, maxRowBytes: 1_000_000 }, never());
}

interface ReadRow {
  readonly cells: readonly string[];
  readonly line: number;
  readonly next: CsvPosition;
}

/** The file's rows, decoded, its heading row included. */
async function read({ layout }: CsvInspection, from: CsvPosition, chunkBytes: number): Promise<ReadRow[]> {
  const all: ReadRow[] = [];
  for await (const rows of readCsvRows({ path, entry: null }, layout, from, { chunkBytes, maxRowBytes: 1_000_000 }, never())) {
    all.push(...rows.map(({ cells, line, next }) => ({ cells: cells.map((cell) => decodeByteText(layout.encoding, cell)), line, next })));
  }
  return all;
}

/** How a table can be written. `mark` is the byte order mark. */
interface Dialect {
  readonly encoding: 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be';
  readonly mark: boolean;
  readonly separator: string;
  readonly lineBreaks: readonly string[];
  readonly quoting: 'always' | 'needed';
  readonly endsInBreak: boolean;
}

const MARK_BYTES = { 'utf-8': 3, 'windows-1252': 0, 'utf-16le': 2, 'utf-16be': 2, 'utf-32le': 4, 'utf-32be': 4 } as const;

const dialects: fc.Arbitrary<Dialect> = fc
  .record({
    encoding: fc.constantFrom('utf-8', 'windows-1252', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'),
    utf8Mark: fc.boolean(),
    separator: fc.constantFrom(',', ';', '\t', '|'),
    lineBreaks: fc.constantFrom<readonly string[]>(['\n'], ['\r\n'], ['\r'], ['\r\n', '\n']),
    quoting: fc.constantFrom<'always' | 'needed'>('always', 'needed'),
    endsInBreak: fc.boolean(),
  })
  .map(({ utf8Mark, ...dialect }) => ({ ...dialect, mark: dialect.encoding.startsWith('utf-8') ? utf8Mark : dialect.encoding !== 'windows-1252' }));

/** Cells of the kind that break readers. Windows-1252 gets what it can spell. */
const cellOf = (encoding: Dialect['encoding']): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom('a', 'Z', '7', ' ', '"', ',', ';', '|', '\t', '\n', '\r', '\r\n', 'é', '€', ...(encoding === 'windows-1252' ? ['“'] : ['ł', '漢', '𝄞', '\u00a0', '\u2028', '\ufeff'])), { maxLength: 8 })
    .map((parts) => parts.join(''));

const tables = dialects.chain((dialect) =>
  fc.integer({ min: 2, max: 5 }).chain((width) =>
    fc.record({
      dialect: fc.constant(dialect),
      headings: fc.constant(Array.from({ length: width }, (_, at) => `Heading${at}`)),
      rows: fc.array(fc.array(cellOf(dialect.encoding), { minLength: width, maxLength: width }), { maxLength: 12 }),
      // Tells Windows-1252 from UTF-8 for sure: no UTF-8 has this byte before an ASCII letter.
      last: fc.constant(Array.from({ length: width }, () => (dialect.encoding === 'windows-1252' ? 'éx' : 'end'))),
    }),
  ),
);

function written(table: readonly (readonly string[])[], { encoding, mark, separator, lineBreaks, quoting, endsInBreak }: Dialect): Buffer {
  const cellText = (cell: string): string => (quoting === 'always' || /["\r\n]/.test(cell) || cell.includes(separator) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const text = table.map((row, at) => row.map(cellText).join(separator) + (at < table.length - 1 || endsInBreak ? lineBreaks[at % lineBreaks.length]! : '')).join('');
  return iconv.encode((mark ? '\ufeff' : '') + text, encoding, { addBOM: false });
}

describe('CSV reading', () => {
  it('gives back every table, cell by cell, in whatever dialect it was written', async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.integer({ min: 1, max: 40 }), async ({ dialect, headings, rows, last }, chunkBytes) => {
        const table = [headings, ...rows, last];
        const inspection = await inspect(written(table, dialect), chunkBytes);

        const start = { byteOffset: dialect.mark ? MARK_BYTES[dialect.encoding] : 0, line: 1 };
        const all = await read(inspection, start, chunkBytes);

        expect(inspection).toMatchObject({ problem: null, headings, rowCount: table.length - 1, layout: { encoding: dialect.encoding, separator: dialect.separator } });
        expect(all.map(({ cells }) => cells)).toEqual(table);
      }),
      { numRuns: 300 },
    );
  });

  it('goes on from the end of any row with the same rows and lines', async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.nat({ max: 12 }), fc.integer({ min: 1, max: 40 }), async ({ dialect, headings, rows, last }, at, chunkBytes) => {
        const inspection = await inspect(written([headings, ...rows, last], dialect));
        const all = await read(inspection, { byteOffset: dialect.mark ? MARK_BYTES[dialect.encoding] : 0, line: 1 }, 64);
        const from = Math.min(at, all.length - 1);

        const rest = await read(inspection, all[from]!.next, chunkBytes);

        expect(rest).toEqual(all.slice(from + 1));
      }),
      { numRuns: 200 },
    );
  });

  it('counts physical lines, those within cells and blank ones included', async () => {
    const inspection = await inspect('a,b\r\n\r\n"1\n2","3\r\n4"\r\n\n5,6\n');

    expect((await read(inspection, { byteOffset: 0, line: 1 }, 5)).map(({ cells, line }) => [line, cells])).toEqual([
      [1, ['a', 'b']],
      [3, ['1\n2', '3\r\n4']],
      [7, ['5', '6']],
    ]);
    expect(inspection.rowCount).toBe(2);
  });

  it.each([
    { what: 'an open quote', content: 'a,b\n1,2\n3,"4\n5,6\n', line: 3 },
    { what: 'a short last row', content: 'a,b\n1,2\n3', line: 3 },
    { what: 'half a character of UTF-16', content: Buffer.concat([iconv.encode('\ufeffa,b\n1,2\n', 'utf-16le'), Buffer.from([0x41])]), line: 2 },
    { what: 'half a character of UTF-8', content: Buffer.concat([Buffer.from('a,b\né,2\n3,é'), Buffer.from([0xe2, 0x82])]), line: 3 },
  ])('calls a file truncated that ends in $what', async ({ content, line }) => {
    expect((await inspect(content)).problem).toEqual({ code: 'truncated', line });
  });

  it.each([
    { what: 'a NUL byte', content: Buffer.from('a,b\n1,\0\n') },
    { what: 'a UTF-8 mark and other bytes', content: Buffer.from('\xef\xbb\xbfa,b\n1,\xe9x\n', 'latin1') },
    { what: 'half a surrogate pair', content: Buffer.from('\xff\xfea\0,\0b\0\n\x001\0,\0\x00\xd8x\0\n\0', 'latin1') },
  ])('calls a file undecodable that has $what', async ({ content }) => {
    expect((await inspect(content)).problem).toEqual({ code: 'undecodable', line: null });
  });

  it.each([
    { what: 'nothing', content: '' },
    { what: 'blank lines only', content: '\n\r\n\n' },
  ])('calls a file empty that holds $what', async ({ content }) => {
    expect((await inspect(content)).problem).toMatchObject({ code: 'empty' });
  });

  it('decides on Windows-1252 by one byte at the very end, and says how much looks like UTF-8', async () => {
    const { layout, problem, strayUtf8Count } = await inspect(Buffer.concat([Buffer.from('a,b\né,ü\n'), Buffer.from('1,\xe9\n', 'latin1')]));

    expect({ encoding: layout.encoding, problem, strayUtf8Count }).toEqual({ encoding: 'windows-1252', problem: null, strayUtf8Count: 2 });
  });

  it('takes a last letter with an accent for Windows-1252, not for cut UTF-8', async () => {
    const { layout, problem } = await inspect(Buffer.from('a,b\n1,caf\xe9', 'latin1'));

    expect({ encoding: layout.encoding, problem }).toEqual({ encoding: 'windows-1252', problem: null });
  });

  it('gives up a row of stray quotes long before its length would', async () => {
    const hostile = `a,b\n1,"${'x"'.repeat(400_000)}`;

    expect((await inspect(hostile, 65_536)).problem).toEqual({ code: 'row-too-long', line: 2 });
  });

  it('reads a long cell of doubled quotes and line breaks', async () => {
    const cell = '<a href="x">\n'.repeat(60_000);
    const inspection = await inspect(`a,b\n1,"${cell.replaceAll('"', '""')}"\n3,4\n`, 65_536);

    const rows = await read(inspection, { byteOffset: 0, line: 1 }, 65_536);

    expect(rows[1]!.cells[1]).toBe(cell);
    expect(rows[2]).toMatchObject({ cells: ['3', '4'], line: 60_003 });
  });

  it('takes blanks and an end-of-file character after the last row for no row', async () => {
    const { problem, rowCount } = await inspect('a,b\r\n1,2\r\n  \r\n\u001a');

    expect({ problem, rowCount }).toEqual({ problem: null, rowCount: 1 });
  });

  it('keeps a quote in the middle of a cell as text', async () => {
    const inspection = await inspect('a,b\n5" pipe,x\n');

    expect((await read(inspection, { byteOffset: 0, line: 1 }, 3))[1]!.cells).toEqual(['5" pipe', 'x']);
  });

  it('counts bytes and their digest', async () => {
    const { sizeBytes, digest } = await inspect('abc');

    expect({ sizeBytes, digest }).toEqual({ sizeBytes: 3, digest: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' });
  });
});
