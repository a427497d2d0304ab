/**
 * CSV structure (quotes, separators, line breaks) is ASCII in every encoding that exports use. So rows are found in *byte text*: a string in which each character is
 * one byte of the UTF-8 or Windows-1252 text. Cells are decoded afterwards. This makes byte offsets exact, and lets a file be parsed before its encoding is certain.
 */
import iconv from 'iconv-lite';
import type { CsvEncoding } from './csv-layout';

export interface ByteTextReader {
  write(bytes: Buffer): string;
  /** What was held back, e.g. half a character. */
  end(): string;
  /** Saw something that the encoding does not allow. */
  readonly damaged: boolean;
}

const isWide = (encoding: CsvEncoding): boolean => encoding.startsWith('utf-16') || encoding.startsWith('utf-32');

const toByteText = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** UTF-16 and UTF-32 go through UTF-8; a character split over two chunks is held back. */
class WideReader implements ByteTextReader {
  damaged = false;
  private readonly decoder;
  private heldBack = '';

  constructor(encoding: CsvEncoding) {
    // The mark at the file's start is skipped by the caller; one in mid-file is text.
    this.decoder = iconv.getDecoder(encoding, { stripBOM: false });
  }

  write(bytes: Buffer): string {
    const text = this.heldBack + this.decoder.write(bytes);
    const last = text.charCodeAt(text.length - 1);
    const splits = last >= 0xd800 && last <= 0xdbff;
    this.heldBack = splits ? text.slice(-1) : '';
    return this.accept(splits ? text.slice(0, -1) : text);
  }

  end(): string {
    return this.accept(this.heldBack + (this.decoder.end() ?? ''));
  }

  private accept(text: string): string {
    this.damaged ||= /[\p{Surrogate}\u0000]/u.test(text);
    return toByteText(text);
  }
}

export function createByteTextReader(encoding: CsvEncoding): ByteTextReader {
  return isWide(encoding) ? new WideReader(encoding) : { write: (bytes) => bytes.toString('latin1'), end: () => '', damaged: false };
}

/** Byte text as the characters that it stands for. */
export function decodeByteText(encoding: CsvEncoding, text: string): string {
  if (/^[\u0000-\u007f]*$/.test(text)) {
    return text;
  }
  const bytes = Buffer.from(text, 'latin1');
  return encoding === 'windows-1252' ? iconv.decode(bytes, 'windows-1252') : bytes.toString('utf8');
}

/** How many bytes of the file a piece of byte text came from. */
export function fileByteLength(encoding: CsvEncoding, text: string): number {
  if (!isWide(encoding)) {
    return text.length;
  }
  const decoded = Buffer.from(text, 'latin1').toString('utf8');
  return encoding.startsWith('utf-16') ? decoded.length * 2 : [...decoded].length * 4;
}
