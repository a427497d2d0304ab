/** Conversions between texts. */
import { convert } from 'html-to-text';
import { MAX_TEXT_LENGTH } from '../cell-check';
import { BLANK, leftOutCell, valueOf } from '../cell-transforms';
import type { CellResult } from '../cell-transforms';
import type { TemplatePart } from '../field-mapping';

/** What people and tools write for nothing. Upper and lower case count, because Null is a name. */
const NULL_TOKENS: ReadonlySet<string> = new Set(['#N/A', 'N/A', 'n/a', 'null', 'NULL', '-', '000000000000000', '000000000000000AAA']);

export const isNullToken = (text: string): boolean => NULL_TOKENS.has(text);

/** Stands at the end of a text that was cut. */
export const CUT_MARK = ' … [cut]';

/** A text as the longest property takes it: whole, or cut with a mark. A character is never cut in half. */
export function fitted(text: string, tooLong: 'cut' | 'drop', changed: string | null = null): CellResult {
  if (text.length <= MAX_TEXT_LENGTH || tooLong === 'drop') {
    return valueOf(text, changed);
  }
  const kept = text.slice(0, MAX_TEXT_LENGTH - CUT_MARK.length).replace(/[\uD800-\uDBFF]$/, '');
  return valueOf(kept + CUT_MARK, 'cut');
}

export const joinedLines = (text: string): string => text.split(/\s*[\r\n]+\s*/).filter((line) => line !== '').join(', ');

export const street = (text: string): CellResult => valueOf(joinedLines(text), /[\r\n]/.test(text) ? 'lines-joined' : null);

export function joined(cells: readonly (string | null)[], separator: string): CellResult {
  return valueOf(cells.map((cell) => cell?.trim() ?? '').filter((cell) => cell !== '' && !isNullToken(cell)).join(separator).trim());
}

/** The first letter of a word, which may stand behind a hyphen or an apostrophe: Jean-Luc O'Neil. */
const WORD_START = /(?<![\p{L}\p{M}\p{N}]|\p{L}['’](?=\p{L}(?!\p{L})))\p{L}/gu;

/** A letter whose capital is several (ß) stays as it is, so that titling twice changes nothing more. */
const capital = (letter: string): string => (letter.toUpperCase().length === letter.length && letter.toUpperCase().toLowerCase() === letter ? letter.toUpperCase() : letter);

export function inCase(text: string, to: 'upper' | 'lower' | 'title'): CellResult {
  switch (to) {
    case 'upper':
      return valueOf(text.toUpperCase());
    case 'lower':
      return valueOf(text.toLowerCase());
    case 'title':
      return valueOf(text.toLowerCase().replace(WORD_START, capital));
  }
}

/** A whole name at its last blank; a name of one word is a last name. */
export function namePart(text: string, part: 'first' | 'last'): CellResult {
  const [, first = '', last = text] = /^(.*\S)\s+(\S+)$/su.exec(text) ?? [];
  return valueOf(part === 'first' ? first.replace(/\s+/gu, ' ') : last);
}

/** The text of HTML: lines stay lines, links keep their address, scripts and styles vanish. A text without a tag is only freed of its entities. */
export function htmlText(html: string, tooLong: 'cut' | 'drop'): CellResult {
  if (!/[<&]/.test(html)) {
    return fitted(html, tooLong);
  }
  const text = /<[a-z!/]/i.test(html) ? convert(html, HTML_OPTIONS) : convert(html.replaceAll('<', '&lt;'), { ...HTML_OPTIONS, preserveNewlines: true });
  return text.trim() === '' ? leftOutCell('no-text') : fitted(text.trim(), tooLong, 'html-text');
}

const HTML_OPTIONS = {
  wordwrap: false as const,
  selectors: [
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
    { selector: 'img', format: 'skip' },
    { selector: 'table', format: 'dataTable', options: { uppercaseHeaderCells: false } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
  limits: { maxInputLength: 1_000_000, ellipsis: '…', maxDepth: 200 },
};

const EDGE = /[\s,;:/|·–-]+$/u;
const LEADING_EDGE = /^[\s,;:/|·–-]+/u;

/**
 * Texts and cells in their order. A blank cell takes the punctuation before it along, and brackets around it: `{FirstName} {MiddleName} {LastName}`,
 * `{City}, {State} ({Country})`. Without any cell there is nothing.
 */
export function filledTemplate(parts: readonly TemplatePart[], cells: readonly (string | null)[]): CellResult {
  const pieces = parts.map((part) => {
    const cell = 'at' in part ? (cells[part.at]?.trim() ?? '') : part.text;
    return { isCell: 'at' in part, text: 'at' in part && isNullToken(cell) ? '' : cell };
  });
  if (!pieces.some(({ isCell, text }) => isCell && text !== '') && pieces.some(({ isCell }) => isCell)) {
    return BLANK;
  }
  for (const [at, piece] of pieces.entries()) {
    if (piece.isCell && piece.text === '') {
      closeGap(pieces[at - 1], pieces[at + 1], pieces.slice(0, at).every(({ text }) => text.trim() === ''));
    }
  }
  return valueOf(pieces.map(({ text }) => text).join('').trim());
}

interface Piece {
  readonly isCell: boolean;
  text: string;
}

/** The pieces are the caller's own copies. */
function closeGap(before: Piece | undefined, after: Piece | undefined, isFirst: boolean): void {
  const [left, right] = [before?.isCell === false ? before : undefined, after?.isCell === false ? after : undefined];
  if (left !== undefined) {
    left.text = left.text.replace(EDGE, '');
    if (right !== undefined && /[([{]$/.test(left.text) && /^\s*[)\]}]/.test(right.text)) {
      left.text = left.text.slice(0, -1).replace(EDGE, '');
      right.text = right.text.replace(/^\s*[)\]}]/, '');
    }
  }
  if (right !== undefined && isFirst) {
    right.text = right.text.replace(LEADING_EDGE, '');
  }
}
