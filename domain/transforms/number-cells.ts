/** Numbers as people and their countries write them. What could be read two ways is refused, never guessed. */
import { invalidCell, parseDecimal, valueOf } from '../cell-transforms';
import type { CellResult } from '../cell-transforms';

export type DecimalMark = 'point' | 'comma' | 'either';

/** `$`, `US$`, `€`, a code of three letters, and the short forms without a sign of their own; before or behind the number. */
const CURRENCY = String.raw`(?:[A-Z]{0,3}\p{Sc}|[A-Z]{3}|kr\.?|Fr\.?|zł|Kč|Ft|lei)`;
const LEADING_CURRENCY = new RegExp(`^([-+]?)\\s*${CURRENCY}\\s*(?=[-+\\d.,(])`, 'u');
const TRAILING_CURRENCY = new RegExp(`(?<=[\\d.,)])\\s*${CURRENCY}$`, 'u');

/** The digits grouped by one and the same separator: by three, or by two as in India (`12,34,567`). */
const grouped = (separators: string): RegExp => new RegExp(`^([1-9]\\d{0,2}(?:([${separators}])\\d{3})(?:\\2\\d{3})*|[1-9]\\d?(?:(,)\\d{2})+,\\d{3})$`, 'u');
const GROUPED = { point: grouped(",' ’"), comma: grouped(".' ’") };

/** Without sign, currency and per cent; null where it is not written so. */
function readMagnitude(text: string, decimal: 'point' | 'comma'): string | null {
  const [mark, other] = decimal === 'point' ? ['.', ','] : [',', '.'];
  const at = text.lastIndexOf(mark);
  const [whole, fraction] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  if (at >= 0 && (fraction.includes(other) || whole.includes(mark))) {
    return null;
  }
  const isGrouped = GROUPED[decimal].test(whole) && !(decimal === 'comma' && whole.includes(','));
  const digits = isGrouped ? whole.replace(/\D/gu, '') : whole;
  return parseDecimal(at < 0 ? digits : `${digits}.${fraction}`);
}

/** Moves the point two places to the left, exactly. */
const hundredth = (number: string): string => parseDecimal(`${number}e-2`) ?? number;

/**
 * @param decimal what parts the decimals; undefined reads plain numbers only, as machines write them (`1234.5`, `1.5E6`)
 * @param percent what `45%` means; undefined refuses it
 */
export function numberOf(text: string, decimal: DecimalMark | undefined, percent: 'number' | 'fraction' | undefined): CellResult {
  const isPercent = text.endsWith('%') || text.startsWith('%');
  if (isPercent && percent === undefined) {
    return invalidCell('invalid-number');
  }
  const bare = isPercent ? text.replace(/^%\s*|\s*%$/u, '') : text;
  const read = decimal === undefined ? parseDecimal(bare) : readWritten(bare, decimal);
  if (read === null || read === AMBIGUOUS) {
    return invalidCell(read === null ? 'invalid-number' : 'ambiguous-number');
  }
  return valueOf(isPercent && percent === 'fraction' ? hundredth(read) : read);
}

const AMBIGUOUS = Symbol('ambiguous');

function readWritten(text: string, decimal: DecimalMark): string | typeof AMBIGUOUS | null {
  // Spreadsheets guard a sign with an apostrophe, and typesetters use blanks and a minus of their own.
  const plain = text.replace(/^'(?=[-+=@])/u, '').replace(/[\u00A0\u2009\u202F]/gu, ' ').replace(/\u2212/gu, '-').trim();
  const inBrackets = /^\((.*)\)$/u.exec(plain)?.[1];
  const unsigned = (inBrackets ?? plain).trim().replace(LEADING_CURRENCY, '$1').replace(TRAILING_CURRENCY, '').trim();
  const [, sign = '', magnitude = ''] = /^([-+]?)\s*(.*)$/su.exec(unsigned) ?? [];
  if (magnitude === '' || /^[-+]/u.test(magnitude) || (inBrackets !== undefined && sign !== '')) {
    return null;
  }
  const readings = (decimal === 'either' ? (['point', 'comma'] as const) : [decimal]).map((mark) => readMagnitude(magnitude, mark)).filter((reading) => reading !== null);
  const [first] = new Set(readings);
  if (first === undefined) {
    return null;
  }
  if (new Set(readings).size > 1) {
    return AMBIGUOUS;
  }
  return (sign === '-' || inBrackets !== undefined) && first !== '0' ? `-${first}` : first;
}
