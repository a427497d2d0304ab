/** How the dates of a column are written: a small closed language of formats, so that a mapping decides what one cell cannot say (is 03/04/2026 in March or in April?). */

/** What a date cell says, before any time zone is applied. */
export interface WrittenDate {
  /** `YYYY-MM-DD`, a day that exists. */
  readonly day: string;
  /** Milliseconds since midnight; null where the cell has no time. */
  readonly timeMs: number | null;
  /** Minutes east of UTC; null where the cell does not say. */
  readonly offsetMinutes: number | null;
}

const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const SHORT_MONTHS = MONTHS.map((month) => month.slice(0, 3));

type Field = 'year' | 'shortYear' | 'month' | 'monthName' | 'day' | 'hour' | 'hourOfHalf' | 'minute' | 'second' | 'fraction' | 'half' | 'offset';

/** Longest first: `MMMM` before `MM`. One and two letters read alike: `d/M/yyyy` takes `03/04/2026` too. */
const TOKENS: readonly { readonly token: string; readonly field: Field; readonly pattern: string }[] = [
  { token: 'yyyy', field: 'year', pattern: '(\\d{4})' },
  { token: 'yy', field: 'shortYear', pattern: '(\\d{2})' },
  { token: 'MMMM', field: 'monthName', pattern: `(${MONTHS.join('|')})` },
  { token: 'MMM', field: 'monthName', pattern: `(${SHORT_MONTHS.join('|')})` },
  { token: 'MM', field: 'month', pattern: '(\\d{1,2})' },
  { token: 'M', field: 'month', pattern: '(\\d{1,2})' },
  { token: 'dd', field: 'day', pattern: '(\\d{1,2})' },
  { token: 'd', field: 'day', pattern: '(\\d{1,2})' },
  { token: 'HH', field: 'hour', pattern: '(\\d{1,2})' },
  { token: 'H', field: 'hour', pattern: '(\\d{1,2})' },
  { token: 'hh', field: 'hourOfHalf', pattern: '(\\d{1,2})' },
  { token: 'h', field: 'hourOfHalf', pattern: '(\\d{1,2})' },
  { token: 'mm', field: 'minute', pattern: '(\\d{2})' },
  { token: 'ss', field: 'second', pattern: '(\\d{2})' },
  { token: 'SSS', field: 'fraction', pattern: '(\\d{1,9})' },
  { token: 'a', field: 'half', pattern: '([ap])\\.?m\\.?' },
  { token: 'Z', field: 'offset', pattern: '(z|[+-]\\d{2}:?\\d{2})' },
];

/** Formats that are no picture of the cell. Serials and epochs are read only where the mapping says so: any number could be one. */
const NAMED_FORMATS = ['iso', 'excel', 'epoch-s', 'epoch-ms'] as const;
type NamedFormat = (typeof NAMED_FORMATS)[number];

interface Picture {
  readonly pattern: RegExp;
  readonly fields: readonly Field[];
}

type Reader = NamedFormat | Picture;

const isNamed = (format: string): format is NamedFormat => NAMED_FORMATS.some((name) => name === format);

function pictureOf(format: string): Picture | null {
  const fields: Field[] = [];
  let pattern = '';
  for (let at = 0; at < format.length; ) {
    const token = TOKENS.find((candidate) => format.startsWith(candidate.token, at));
    const letter = format.charAt(at);
    if (token !== undefined) {
      fields.push(token.field);
      pattern += token.pattern;
      at += token.token.length;
    } else if (letter === ' ') {
      pattern += '\\s+';
      at += 1;
    } else if (/[-/.,:T]/.test(letter)) {
      pattern += letter === '.' || letter === '/' ? `\\${letter}` : letter;
      at += 1;
    } else {
      return null;
    }
  }
  return isComplete(fields) ? { pattern: new RegExp(`^${pattern}$`, 'i'), fields } : null;
}

/** A year, a month and a day, each once; half days and their mark together; no seconds without minutes, no minutes without hours. */
function isComplete(fields: readonly Field[]): boolean {
  const has = (...wanted: readonly Field[]): boolean => wanted.some((field) => fields.includes(field));
  const once = new Set(fields).size === fields.length && !(has('year') && has('shortYear')) && !(has('month') && has('monthName')) && !(has('hour') && has('hourOfHalf'));
  return once && has('year', 'shortYear') && has('month', 'monthName') && has('day') && has('hourOfHalf') === has('half') && has('hour', 'hourOfHalf') === has('minute') && (!has('second') || has('minute')) && (!has('fraction') || has('second'));
}

/** Formats are few and cells are many. */
const READERS = new Map<string, Reader | null>();

function readerOf(format: string): Reader | null {
  const known = READERS.get(format);
  if (known !== undefined) {
    return known;
  }
  const reader = isNamed(format) ? format : pictureOf(format);
  READERS.set(format, reader);
  return reader;
}

export const isDateFormat = (format: string): boolean => readerOf(format) !== null;

/** What was probably meant by something that is no format: `DD/MM/YYYY` → `dd/MM/yyyy`. Null when nothing comes near. */
export function nearestDateFormat(format: string): string | null {
  const lower = format.trim().toLowerCase();
  const named = NAMED_FORMATS.find((name) => name === lower || name.replace('-', '') === lower.replace(/[^a-z]/g, ''));
  if (named !== undefined) {
    return named;
  }
  const pictured = format.trim().replace(/[YDS]+/g, (letters) => letters.toLowerCase()).replace(/(?<![Hh]{1,2}[.:])\b[mM]+(?![.:]?s)/g, (letters, at: number) => (/[Hh]\W?$/.test(format.slice(0, at)) ? letters.toLowerCase() : letters.toUpperCase())).replace(/\b(a|A|aa|AM|PM|tt)$/, 'a');
  return pictured !== format && isDateFormat(pictured) ? pictured : null;
}

/** In words, for a message. */
export const DATE_FORMAT_WORDS = 'a date format such as yyyy-MM-dd, dd.MM.yyyy, M/d/yyyy h:mm a, iso, excel, epoch-s or epoch-ms';

const DAY_MS = 86_400_000;

const dayOfEpoch = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);

/** A day that the calendar has, between the years 1 and 9999. */
function realDay(year: number, month: number, day: number): string | null {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) {
    return null;
  }
  const pad = (number: number, length: number): string => String(number).padStart(length, '0');
  const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  // A day that the month does not have comes out as one of the next month.
  return dayOfEpoch(Date.parse(`${text}T00:00:00Z`)) === text ? text : null;
}

/** Two-digit years: 70 to 99 are of the last century, 00 to 69 of this one, as POSIX reads them. */
const fullYear = (shortYear: number): number => shortYear + (shortYear >= 70 ? 1900 : 2000);

function readPicture(text: string, { pattern, fields }: Picture): WrittenDate | null {
  const match = pattern.exec(text);
  if (match === null) {
    return null;
  }
  const found = new Map(fields.map((field, at) => [field, match[at + 1] ?? '']));
  const number = (field: Field): number | null => (found.has(field) ? Number(found.get(field)) : null);
  const name = found.get('monthName')?.toLowerCase();
  const month = name === undefined ? number('month') : SHORT_MONTHS.indexOf(name.slice(0, 3)) + 1;
  const day = realDay(number('year') ?? fullYear(number('shortYear') ?? 0), month ?? 0, number('day') ?? 0);
  const timeMs = timeOf(number('hour'), number('hourOfHalf'), found.get('half')?.toLowerCase(), number('minute') ?? 0, number('second') ?? 0, found.get('fraction') ?? '0');
  return day === null || timeMs === 'none' ? null : { day, timeMs, offsetMinutes: offsetOf(found.get('offset')) };
}

function timeOf(hour: number | null, hourOfHalf: number | null, half: string | undefined, minute: number, second: number, fraction: string): number | null | 'none' {
  if (hour === null && hourOfHalf === null) {
    return null;
  }
  if ((hour ?? 0) > 23 || minute > 59 || second > 59 || (hourOfHalf !== null && (hourOfHalf < 1 || hourOfHalf > 12))) {
    return 'none';
  }
  const hours = hour ?? ((hourOfHalf ?? 0) % 12) + (half === 'p' ? 12 : 0);
  return ((hours * 60 + minute) * 60 + second) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
}

function offsetOf(text: string | undefined): number | null {
  if (text === undefined) {
    return null;
  }
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s?(Z|[+-]\d\d:?\d\d)?)?$/i;

function readIso(text: string): WrittenDate | null {
  const [, year, month, date, hour, minute, second, fraction, offset] = ISO.exec(text) ?? [];
  const day = realDay(Number(year ?? 0), Number(month ?? 0), Number(date ?? 0));
  const timeMs = timeOf(hour === undefined ? null : Number(hour), null, undefined, Number(minute ?? 0), Number(second ?? 0), fraction ?? '0');
  return day === null || timeMs === 'none' ? null : { day, timeMs, offsetMinutes: offsetOf(offset) };
}

/** Days since 1899-12-30. Below 61 Excel counts a 29 February 1900 that never was; above is the end of the year 9999. */
const EXCEL_EPOCH_MS = Date.UTC(1899, 11, 30);
const FIRST_SERIAL = 61;
const LAST_SERIAL = 2_958_466;

function readSerial(text: string): WrittenDate | null {
  const serial = /^\d{2,7}(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(serial >= FIRST_SERIAL && serial < LAST_SERIAL)) {
    return null;
  }
  const wholeMs = Math.round(serial * DAY_MS);
  return { day: dayOfEpoch(EXCEL_EPOCH_MS + wholeMs), timeMs: text.includes('.') ? wholeMs % DAY_MS : null, offsetMinutes: null };
}

function readEpoch(text: string, unitMs: number): WrittenDate | null {
  const epochMs = /^-?\d{1,15}$/.test(text) ? Number(text) * unitMs : NaN;
  const isReal = Math.abs(epochMs) <= 8_640_000_000_000_000 && new Date(epochMs).getUTCFullYear() >= 1 && new Date(epochMs).getUTCFullYear() <= 9999;
  return isReal ? { day: dayOfEpoch(epochMs), timeMs: ((epochMs % DAY_MS) + DAY_MS) % DAY_MS, offsetMinutes: 0 } : null;
}

/** The cell as the format reads it; null where it is not written so. Case and the number of leading zeros do not matter. */
export function readDate(text: string, format: string): WrittenDate | null {
  const reader = readerOf(format);
  const trimmed = text.trim();
  switch (reader) {
    case null:
      return null;
    case 'iso':
      return readIso(trimmed);
    case 'excel':
      return readSerial(trimmed);
    case 'epoch-s':
      return readEpoch(trimmed, 1000);
    case 'epoch-ms':
      return readEpoch(trimmed, 1);
    default:
      return readPicture(trimmed, reader);
  }
}
