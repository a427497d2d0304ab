import { createHash } from 'node:crypto';
import { ByteCensus } from './byte-census';
import type { ByteFacts } from './byte-census';
import { createByteTextReader, decodeByteText } from './byte-text';
import { byteOrderMark, rowLayout } from './csv-layout';
import type { ByteOrderMark, CsvEncoding, CsvLayout } from './csv-layout';
import type { CsvLimits } from './read-csv-rows';
import { RowSplitter, RowTooLongError } from './row-splitter';
import type { CsvRow } from './row-splitter';
import { readChunks } from './table-bytes';
import type { TableBytes } from './table-bytes';

/** Why a file cannot be read as a whole. */
export type CsvProblemCode = 'empty' | 'undecodable' | 'truncated' | 'row-too-long';

export interface CsvProblem {
  readonly code: CsvProblemCode;
  /** 1-based physical line, where one can be named. */
  readonly line: number | null;
}

export interface CsvInspection {
  readonly sizeBytes: number;
  /** SHA-256 (hex) of the bytes. */
  readonly digest: string;
  readonly layout: CsvLayout;
  /** As written, by position. */
  readonly headings: readonly string[];
  /** Rows under the headings, malformed ones included, blank lines not. */
  readonly rowCount: number;
  readonly problem: CsvProblem | null;
  /** Bytes that the encoding does not define; each is read as U+FFFD. */
  readonly undefinedCharacterCount: number;
  /** UTF-8 sequences in a file that as a whole is not UTF-8: it was probably put together from two. */
  readonly strayUtf8Count: number;
}

/** Told of each row under the headings while the file passes by; its cells are byte text. */
export type RowObserver = (row: CsvRow) => void;

/** Enough for the heading row of any export: 800 columns of 80 characters in UTF-32. */
const HEAD_BYTES = 256 * 1024;

/**
 * Looks at a whole file, reading its bytes once and keeping none: digest, layout, headings, row count, and whether it is complete and can be decoded.
 * @throws DamagedZipError; file errors of Node as they are
 * @param observe called with the headings when they are known; its result is told of each row
 */
export async function inspectCsvFile(bytes: TableBytes, observe: (headings: readonly string[]) => RowObserver, limits: CsvLimits, signal: AbortSignal): Promise<CsvInspection> {
  const pass = new InspectionPass(observe, limits);
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of readChunks(bytes, 0, limits.chunkBytes, signal)) {
    if (head === null) {
      pass.push(chunk);
    } else {
      head = Buffer.concat([head, chunk]);
      if (head.length >= HEAD_BYTES) {
        pass.begin(head);
        head = null;
      }
    }
  }
  if (head !== null) {
    pass.begin(head);
  }
  return pass.end();
}

class InspectionPass {
  private readonly hash = createHash('sha256');
  private readonly census = new ByteCensus();
  private sizeBytes = 0;
  private mark: ByteOrderMark | null = null;
  private layout: CsvLayout = { encoding: 'utf-8', separator: ',', lineBreak: 'LF' };
  private reader = createByteTextReader('utf-8');
  private splitter: RowSplitter | null = null;
  private headings: readonly string[] | null = null;
  private observer: RowObserver = () => undefined;
  private rowCount = 0;
  private lastRow: CsvRow | null = null;
  private tooLong: RowTooLongError | null = null;

  constructor(
    private readonly observe: (headings: readonly string[]) => RowObserver,
    private readonly limits: CsvLimits,
  ) {}

  /** The file's beginning decides the layout; its text is then pushed like the rest, in slices. */
  begin(head: Buffer): void {
    this.mark = byteOrderMark(head);
    const encoding = this.mark?.encoding ?? 'utf-8';
    const markBytes = this.mark?.sizeBytes ?? 0;
    this.layout = { encoding, ...rowLayout(createByteTextReader(encoding).write(head.subarray(markBytes))) };
    this.reader = createByteTextReader(encoding);
    this.splitter = new RowSplitter(this.layout, { byteOffset: markBytes, line: 1 }, this.limits.maxRowBytes);
    this.hash.update(head.subarray(0, markBytes));
    this.sizeBytes = markBytes;
    this.push(head.subarray(markBytes));
  }

  push(bytes: Buffer): void {
    this.hash.update(bytes);
    this.sizeBytes += bytes.length;
    this.census.push(bytes);
    this.split((splitter) => splitter.push(this.reader.write(bytes)));
  }

  end(): CsvInspection {
    this.split((splitter) => [...splitter.push(this.reader.end()), ...splitter.end()]);
    const facts = this.census.facts();
    const encoding = this.encodingBy(facts);
    const is1252 = encoding === 'windows-1252';
    return {
      sizeBytes: this.sizeBytes,
      digest: this.hash.digest('hex'),
      layout: { ...this.layout, encoding },
      headings: (this.headings ?? []).map((heading) => decodeByteText(encoding, heading)),
      rowCount: this.rowCount,
      problem: this.problemBy(facts),
      undefinedCharacterCount: is1252 ? facts.undefinedIn1252Count : 0,
      strayUtf8Count: is1252 && facts.multiByteCount > facts.invalidCount ? facts.multiByteCount : 0,
    };
  }

  private split(next: (splitter: RowSplitter) => readonly CsvRow[]): void {
    if (this.splitter === null || this.tooLong !== null) {
      return;
    }
    try {
      next(this.splitter).forEach((row) => this.take(row));
    } catch (error) {
      if (!(error instanceof RowTooLongError)) {
        throw error;
      }
      this.tooLong = error;
    }
  }

  private take(row: CsvRow): void {
    this.lastRow = row;
    if (this.headings === null) {
      this.headings = row.cells;
      this.observer = this.observe(row.cells);
      return;
    }
    this.rowCount += 1;
    this.observer(row);
  }

  /** UTF-8 that stops within a character was cut off; without any whole character before it is Windows-1252 that ends in a letter with an accent. */
  private wasCutInUtf8(facts: ByteFacts): boolean {
    return facts.cutAtEnd && facts.invalidCount === 0 && (facts.multiByteCount > 0 || this.mark !== null);
  }

  private encodingBy(facts: ByteFacts): CsvEncoding {
    const isUtf8 = (facts.invalidCount === 0 && !facts.cutAtEnd) || this.wasCutInUtf8(facts);
    return this.mark !== null || isUtf8 ? this.layout.encoding : 'windows-1252';
  }

  private problemBy(facts: ByteFacts): CsvProblem | null {
    const { encoding } = this.layout;
    const line = this.lastRow?.line ?? null;
    if (encoding === 'utf-8' ? facts.nulCount > 0 || (this.mark !== null && facts.invalidCount > 0) : this.reader.damaged) {
      return { code: 'undecodable', line: null };
    }
    if (this.tooLong !== null) {
      return { code: 'row-too-long', line: this.tooLong.line };
    }
    if (this.headings === null || this.lastRow === null) {
      return { code: 'empty', line: null };
    }
    const unitBytes = encoding.startsWith('utf-16') ? 2 : encoding.startsWith('utf-32') ? 4 : 1;
    const isPartial = (this.sizeBytes - (this.mark?.sizeBytes ?? 0)) % unitBytes !== 0;
    if (this.lastRow.openQuote || this.lastRow.cells.length < this.headings.length || isPartial || this.wasCutInUtf8(facts)) {
      return { code: 'truncated', line };
    }
    return null;
  }
}
