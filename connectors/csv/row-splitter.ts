/**
 * Byte text in chunks, rows out, by papaparse. Each row knows the physical line on which it begins and where it ends in the file, so that reading can go on from there.
 */
import Papa from 'papaparse';
import type { ParseStepResult } from 'papaparse';
import { fileByteLength } from './byte-text';
import type { CsvLayout } from './csv-layout';

/** A place between two rows of a file. */
export interface CsvPosition {
  readonly byteOffset: number;
  /** 1-based physical line. */
  readonly line: number;
}

export interface CsvRow {
  /** Byte text; see byte-text.ts. */
  readonly cells: readonly string[];
  /** 1-based physical line on which the row begins. */
  readonly line: number;
  /** Where the next row begins. */
  readonly next: CsvPosition;
  /** The text ended within a quoted cell of this row. */
  readonly openQuote: boolean;
}

/** A row grew beyond the limit, most likely because a quote is never closed. */
export class RowTooLongError extends Error {
  override readonly name = 'RowTooLongError';

  constructor(readonly line: number) {
    super(`The row that begins in line ${line} is longer than a row may be.`);
  }
}

/** No row: nothing, blanks, or the end-of-file character of old systems. */
const BLANK = /^[ \u001a\r\n]*$/;

/**
 * papaparse notes each stray quote of a quoted cell as an error of its own. A row made of nothing else would cost it seconds and hundreds of megabytes, so a long
 * row with more of them than any text could have is given up like one that is too long.
 */
const LONG_ROW_BYTES = 256 * 1024;
const MAX_STRAY_QUOTES = 20_000;

/** Quotes that neither open nor close a cell nor stand for a quote. */
function strayQuoteCount(text: string, separator: string): number {
  const isEdge = (char: string): boolean => char === separator || char === '\n' || char === '\r' || char === '';
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) {
    const following = text.charAt(at + 1);
    if (following === '"') {
      at += 1;
    } else if (!isEdge(following) && !isEdge(text.charAt(at - 1))) {
      count += 1;
    }
  }
  return count;
}

export class RowSplitter {
  private text = '';
  private parseAt = 0;
  private position: CsvPosition;

  constructor(
    private readonly layout: CsvLayout,
    from: CsvPosition,
    private readonly maxRowBytes: number,
  ) {
    this.position = from;
  }

  /** The rows that are complete with this text. Blank lines are no rows. */
  push(text: string): CsvRow[] {
    this.text += text;
    if (this.text.length < this.parseAt) {
      return [];
    }
    const rows = this.parse('more-follows');
    // A long row is parsed again from its start each time: waiting until the text has doubled keeps that linear.
    this.parseAt = this.text.length * 2;
    if (this.text.length > this.maxRowBytes || (this.text.length > LONG_ROW_BYTES && strayQuoteCount(this.text, this.layout.separator) > MAX_STRAY_QUOTES)) {
      throw new RowTooLongError(this.position.line);
    }
    return rows;
  }

  /** The rows of what is left, when no more text follows. */
  end(): CsvRow[] {
    return this.parse('end-of-file');
  }

  private parse(what: 'more-follows' | 'end-of-file'): CsvRow[] {
    const rows: CsvRow[] = [];
    const text = this.text;
    let begin = 0;
    const parser = new Papa.Parser({
      delimiter: this.layout.separator,
      // A line feed also ends the rows of CRLF files: the carriage return before it is taken off below, so that both may be mixed.
      newline: this.newline,
      step: ({ data, errors, meta }: ParseStepResult<string[][]>) => {
        const end = what === 'end-of-file' ? Math.min(meta.cursor, text.length) : meta.cursor;
        const raw = text.slice(begin, end);
        begin = end;
        const line = this.position.line;
        this.position = this.after(raw);
        if (!BLANK.test(raw)) {
          const openQuote = errors.some(({ code }) => code === 'MissingQuotes');
          rows.push({ cells: this.withoutCarriageReturn(data[0] ?? [], raw), line, next: this.position, openQuote });
        }
      },
    });
    parser.parse(text, 0, what === 'more-follows');
    this.text = text.slice(begin);
    return rows;
  }

  private get newline(): '\n' | '\r' {
    return this.layout.lineBreak === 'CR' ? '\r' : '\n';
  }

  private after(raw: string): CsvPosition {
    let lineCount = 0;
    for (let at = raw.indexOf(this.newline); at !== -1; at = raw.indexOf(this.newline, at + 1)) {
      lineCount += 1;
    }
    return { byteOffset: this.position.byteOffset + fileByteLength(this.layout.encoding, raw), line: this.position.line + lineCount };
  }

  /** The last cell of a CRLF row without its carriage return. One inside quotes is the cell's own: papaparse has then dropped the outer one already. */
  private withoutCarriageReturn(cells: readonly string[], raw: string): readonly string[] {
    const last = cells.at(-1);
    if (last === undefined || !last.endsWith('\r') || this.newline === '\r') {
      return cells;
    }
    const body = raw.endsWith('\n') ? raw.slice(0, -1) : raw;
    const start = body.length - last.length;
    const unquoted = body.endsWith(last) && !last.startsWith('"') && (start === 0 || body.charAt(start - 1) === this.layout.separator);
    return unquoted ? [...cells.slice(0, -1), last.slice(0, -1)] : cells;
  }
}
