/**
 * How the bytes of a CSV file are laid out: encoding, separator, line breaks. Found from the file's first bytes; nothing here reads files.
 */
export type CsvEncoding = 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be';
export type LineBreak = 'LF' | 'CRLF' | 'CR';

export interface CsvLayout {
  readonly encoding: CsvEncoding;
  readonly separator: string;
  readonly lineBreak: LineBreak;
}

export interface ByteOrderMark {
  readonly encoding: CsvEncoding;
  readonly sizeBytes: number;
}

/** The separators that exports use, in the order that decides a tie. */
const SEPARATORS = [',', ';', '\t', '|'] as const;

const startsWith = (bytes: Buffer, ...expected: readonly number[]): boolean => expected.every((byte, at) => bytes[at] === byte);

/** A first character of four bytes, three of them zero, is UTF-32 whatever the mark before it says. */
function utf32After(head: Buffer, sizeBytes: number): ByteOrderMark | null {
  const first = [...head.subarray(sizeBytes, sizeBytes + 4)];
  if (first.length < 4 || first.filter((byte) => byte === 0).length !== 3) {
    return null;
  }
  return first[0] !== 0 ? { encoding: 'utf-32le', sizeBytes } : first[3] !== 0 ? { encoding: 'utf-32be', sizeBytes } : null;
}

/**
 * The byte order mark at the start of a file, or null. Some tools write UTF-32 behind a two-byte mark of UTF-16, even one of the other byte order: Salesforce's own
 * parser tests hold such files (github.com/forcedotcom/dataloader, csvtext_BOM_UTF32*.csv).
 */
export function byteOrderMark(head: Buffer): ByteOrderMark | null {
  if (startsWith(head, 0xef, 0xbb, 0xbf)) {
    return { encoding: 'utf-8', sizeBytes: 3 };
  }
  if (startsWith(head, 0xff, 0xfe, 0, 0)) {
    return { encoding: 'utf-32le', sizeBytes: 4 };
  }
  if (startsWith(head, 0, 0, 0xfe, 0xff)) {
    return { encoding: 'utf-32be', sizeBytes: 4 };
  }
  if (startsWith(head, 0xff, 0xfe)) {
    return utf32After(head, 2) ?? { encoding: 'utf-16le', sizeBytes: 2 };
  }
  if (startsWith(head, 0xfe, 0xff)) {
    return utf32After(head, 2) ?? { encoding: 'utf-16be', sizeBytes: 2 };
  }
  return null;
}

/**
 * Separator and line breaks as the first row that is not blank shows them; quoted text does not count. A single column gives a comma.
 * @param head the beginning of the file's text, enough for the heading row
 */
export function rowLayout(head: string): Pick<CsvLayout, 'separator' | 'lineBreak'> {
  const counts = new Map<string, number>(SEPARATORS.map((separator) => [separator, 0]));
  let quoted = false;
  let sawText = false;
  let lineBreak: LineBreak = 'LF';

  for (let at = 0; at < head.length; at += 1) {
    const char = head.charAt(at);
    if (char === '"') {
      quoted = !quoted;
      sawText = true;
    } else if (!quoted && (char === '\n' || char === '\r')) {
      lineBreak = char === '\n' ? 'LF' : head.charAt(at + 1) === '\n' ? 'CRLF' : 'CR';
      if (sawText) {
        break;
      }
    } else if (!quoted) {
      sawText = true;
      counts.set(char, (counts.get(char) ?? 0) + 1);
    }
  }
  const separator = SEPARATORS.reduce((best, candidate) => ((counts.get(candidate) ?? 0) > (counts.get(best) ?? 0) ? candidate : best));
  return { separator, lineBreak };
}
