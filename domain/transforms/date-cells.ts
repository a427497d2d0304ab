/** Dates and moments: as machines write them, or as the mapping says that a column does. */
import { invalidCell, valueOf } from '../cell-transforms';
import type { CellResult, MappingContext } from '../cell-transforms';
import { readDate } from '../date-format';
import type { WrittenDate } from '../date-format';
import { dayOfInstant, instantAtOffset, instantOfDay, instantOfLocal, parseDay, parseInstant } from '../portal-dates';

type Zones = Pick<MappingContext, 'sourceTimeZone' | 'portalTimeZone' | 'dateAt'>;

/** Numbers parted by slashes, dots or hyphens: a date whose order only the mapping can tell. A year and hyphens are ISO's order. */
const UNORDERED = /^(?!\d{4}-)\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}\b/;

const unread = (text: string): CellResult => invalidCell(UNORDERED.test(text) && parseDay(text.slice(0, 10)) === null ? 'date-order-unknown' : 'invalid-date');

/** As one of the formats reads it; `ambiguous` where two of them read different days or times out of it. */
function readAs(text: string, formats: readonly string[]): WrittenDate | null | 'ambiguous' {
  const readings = formats.map((format) => readDate(text, format)).filter((reading) => reading !== null);
  const [first] = readings;
  return readings.every((reading) => reading.day === first?.day && reading.timeMs === first.timeMs && reading.offsetMinutes === first.offsetMinutes) ? (first ?? null) : 'ambiguous';
}

/** A cell in a column whose formats are known; the formats of machines are among them only where they are named. */
function written(text: string, formats: readonly string[], use: (date: WrittenDate) => string | null, changed: (date: WrittenDate) => string | null): CellResult {
  const date = readAs(text, formats);
  if (date === null || date === 'ambiguous') {
    return invalidCell(date === null ? 'invalid-date' : 'ambiguous-date');
  }
  const value = use(date);
  return value === null ? invalidCell('invalid-date') : valueOf(value, changed(date));
}

const instantOf = (date: WrittenDate, timeMs: number, timeZone: string): string | null =>
  date.offsetMinutes === null ? instantOfLocal(date.day, timeMs, timeZone) : instantAtOffset(date.day, timeMs, date.offsetMinutes);

const atRule = ({ dateAt }: Zones): string => (dateAt === '12:00' ? 'date-at-noon' : 'date-at');

/** The calendar day. Of a moment with an offset it is the day that people in the source saw; one without is their day as it stands. */
export function dayOf(text: string, formats: readonly string[] | null, { sourceTimeZone }: Zones): CellResult {
  if (formats !== null) {
    return written(text, formats, (date) => dayOfWritten(date, sourceTimeZone), () => null);
  }
  const day = parseDay(text) ?? (/(Z|[+-]\d\d:?\d\d)$/.test(text) ? dayOfInstant(parseInstant(text, sourceTimeZone) ?? '', sourceTimeZone) : parseInstant(text, 'UTC')?.slice(0, 10));
  return day === null || day === undefined ? unread(text) : valueOf(day);
}

const dayOfWritten = (date: WrittenDate, timeZone: string): string | null =>
  date.timeMs === null || date.offsetMinutes === null ? date.day : dayOfInstant(instantAtOffset(date.day, date.timeMs, date.offsetMinutes), timeZone);

/** A calendar day as a moment, at `dateAt` in the portal. A midnight is no time of day here; a cell that holds another time keeps it. */
export function dayAtOf(text: string, formats: readonly string[] | null, zones: Zones): CellResult {
  if (formats !== null) {
    const isDay = ({ timeMs }: WrittenDate): boolean => timeMs === null || timeMs === 0;
    return written(text, formats, (date) => (isDay(date) ? instantOfDay(date.day, zones.dateAt, zones.portalTimeZone) : instantOf(date, date.timeMs ?? 0, zones.sourceTimeZone)), (date) => (isDay(date) ? atRule(zones) : null));
  }
  const day = parseDay(text);
  const instant = day === null ? parseInstant(text, zones.sourceTimeZone) : instantOfDay(day, zones.dateAt, zones.portalTimeZone);
  return instant === null ? unread(text) : valueOf(instant, day === null ? null : atRule(zones));
}

/** A moment, read in the source's time zone unless it names its offset; a day without a time is written at `dateAt` in the portal. */
export function datetimeOf(text: string, formats: readonly string[] | null, zones: Zones): CellResult {
  if (formats !== null) {
    return written(
      text,
      formats,
      (date) => (date.timeMs === null ? instantOfDay(date.day, zones.dateAt, zones.portalTimeZone) : instantOf(date, date.timeMs, zones.sourceTimeZone)),
      (date) => (date.timeMs === null ? atRule(zones) : null),
    );
  }
  const instant = parseInstant(text, zones.sourceTimeZone);
  return instant === null ? dayAtOf(text, null, zones) : valueOf(instant);
}
