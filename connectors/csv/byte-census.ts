/**
 * Tells UTF-8 from Windows-1252 by every byte of a file, not by a sample: one bad byte at the end of two gigabytes decides as much as one at the beginning.
 */
export interface ByteFacts {
  /** Complete UTF-8 sequences of more than one byte. */
  readonly multiByteCount: number;
  /** Bytes that no UTF-8 sequence explains. */
  readonly invalidCount: number;
  /** The file ends within a UTF-8 sequence. */
  readonly cutAtEnd: boolean;
  readonly nulCount: number;
  /** Bytes that Windows-1252 does not define (0x81, 0x8D, 0x8F, 0x90, 0x9D). */
  readonly undefinedIn1252Count: number;
}

const UNDEFINED_IN_1252: ReadonlySet<number> = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/** How many bytes follow this lead byte, and between which bounds the first of them must lie; null for what cannot lead (Unicode standard, table 3-7). */
function sequenceAfter(lead: number): { readonly rest: number; readonly low: number; readonly high: number } | null {
  if (lead >= 0xc2 && lead <= 0xdf) {
    return { rest: 1, low: 0x80, high: 0xbf };
  }
  if (lead >= 0xe0 && lead <= 0xef) {
    return { rest: 2, low: lead === 0xe0 ? 0xa0 : 0x80, high: lead === 0xed ? 0x9f : 0xbf };
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    return { rest: 3, low: lead === 0xf0 ? 0x90 : 0x80, high: lead === 0xf4 ? 0x8f : 0xbf };
  }
  return null;
}

export class ByteCensus {
  private multiByteCount = 0;
  private invalidCount = 0;
  private nulCount = 0;
  private undefinedIn1252Count = 0;
  private rest = 0;
  private low = 0x80;
  private high = 0xbf;

  push(bytes: Buffer): void {
    for (const byte of bytes) {
      if (byte < 0x80 && this.rest === 0) {
        this.nulCount += byte === 0 ? 1 : 0;
        continue;
      }
      this.pushOther(byte);
    }
  }

  facts(): ByteFacts {
    const { multiByteCount, invalidCount, nulCount, undefinedIn1252Count } = this;
    return { multiByteCount, invalidCount, nulCount, undefinedIn1252Count, cutAtEnd: this.rest > 0 };
  }

  private pushOther(byte: number): void {
    this.undefinedIn1252Count += UNDEFINED_IN_1252.has(byte) ? 1 : 0;
    if (this.rest > 0) {
      if (byte >= this.low && byte <= this.high) {
        this.rest -= 1;
        this.low = 0x80;
        this.high = 0xbf;
        this.multiByteCount += this.rest === 0 ? 1 : 0;
        return;
      }
      this.invalidCount += 1;
      this.rest = 0;
    }
    if (byte < 0x80) {
      this.nulCount += byte === 0 ? 1 : 0;
      return;
    }
    const sequence = sequenceAfter(byte);
    if (sequence === null) {
      this.invalidCount += 1;
      return;
    }
    ({ rest: this.rest, low: this.low, high: this.high } = sequence);
  }
}
