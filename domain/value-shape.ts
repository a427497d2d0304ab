/** How a value is written, without what it says: letters, digits and blanks by kind, punctuation as it stands. */

const MAX_LENGTH = 40;
/** Longer numbers are told as long, not by their length. */
const MAX_DIGITS = 6;

/**
 * `Ann Lee` → `Aa+ Aa+`, `24/12/2024` → `99/99/9999`, `a.lee@acme.example` → `a.a+@a+.a+`, `ACME` → `A+`. Letters of any script are letters; what is neither letter,
 * digit, blank nor plain punctuation is `?`.
 */
export function shapeOf(value: string): string {
  const shape = value
    .trim()
    .replace(/\p{N}+/gu, (digits) => (digits.length > MAX_DIGITS ? '\u0001' : '\u0002'.repeat(digits.length)))
    .replace(/\p{Lu}+/gu, (letters) => ([...letters].length > 1 ? '\u0003' : '\u0004'))
    .replace(/[\p{L}\p{M}]+/gu, (letters) => ([...letters].length > 1 ? '\u0005' : '\u0006'))
    .replace(/\r\n|\r|\n/g, '\u0007')
    .replace(/\s+/gu, ' ')
    .replace(/[^\u0001-\u0007 !-/:-@[-`{-~]/gu, '?')
    .replace(/[\u0001-\u0007]/g, (kind) => KINDS[kind] ?? '');
  return shape.length > MAX_LENGTH ? `${shape.slice(0, MAX_LENGTH - 1)}…` : shape;
}

/** In two steps, so that no letter or digit of a shape is taken for one of the value. */
const KINDS: Readonly<Record<string, string>> = { '\u0001': '9+', '\u0002': '9', '\u0003': 'A+', '\u0004': 'A', '\u0005': 'a+', '\u0006': 'a', '\u0007': '⏎' };

const SHAPES_SHOWN = 3;

/** The most frequent shapes of a column; those that are as frequent by their text, so that the same source gives the same file. */
export class ShapeCensus {
  private readonly counts = new Map<string, number>();

  see(value: string): void {
    const shape = shapeOf(value);
    this.counts.set(shape, (this.counts.get(shape) ?? 0) + 1);
  }

  mostFrequent(): readonly string[] {
    return [...this.counts].sort(([one, many], [other, more]) => more - many || (one < other ? -1 : 1)).slice(0, SHAPES_SHOWN).map(([shape]) => shape);
  }
}
