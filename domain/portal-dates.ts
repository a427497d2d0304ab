import { DateTime, IANAZone } from 'luxon';

/** A calendar day, `YYYY-MM-DD`. */
export type CalendarDay = string;

const DAY = /^(\d{4})-(\d\d)-(\d\d)(?:[ T]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?)?$/;
const DATE_TIME = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s?(Z|[+-]\d\d:?\d\d)?$/;

/** Is this a name of a time zone that the runtime knows? */
export const isTimeZone = (name: string): boolean => IANAZone.create(name).isValid;

/**
 * The day of a date cell: `2016-11-25`, or with a midnight behind it as the weekly export writes it. Null for anything else, among it slashed dates, whose
 * order of day and month cannot be told from one cell.
 */
export function parseDay(text: string): CalendarDay | null {
  const [, year, month, day] = DAY.exec(text.trim()) ?? [];
  if (year === undefined || month === undefined || day === undefined) {
    return null;
  }
  const epochMs = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  // A day that the month does not have comes out as one of the next month.
  const isReal = Number(year) > 0 && !Number.isNaN(epochMs) && new Date(epochMs).getUTCDate() === Number(day);
  return isReal ? `${year}-${month}-${day}` : null;
}

/**
 * The instant of a date-time cell as ISO-8601 in UTC with milliseconds. Salesforce writes `2006-04-15T03:23:15.000Z`, `2024-01-22T14:49:34.000+0000` and
 * `2023-01-31 09:15:00`; the last, without an offset, is read in `sourceTimeZone`. Null for anything else.
 */
export function parseInstant(text: string, sourceTimeZone: string): string | null {
  const [, day, time, offset] = DATE_TIME.exec(text.trim()) ?? [];
  if (day === undefined || time === undefined) {
    return null;
  }
  if (parseDay(day) === null) {
    return null;
  }
  if (offset === undefined && sourceTimeZone !== 'UTC') {
    const moment = DateTime.fromISO(`${day}T${time}`, { zone: sourceTimeZone });
    return moment.isValid ? moment.toUTC().toISO() : null;
  }
  // Every date-time of most exports comes this way, which costs a tenth of the general one.
  const epochMs = Date.parse(`${day}T${time}${offset === undefined ? 'Z' : offset.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2')}`);
  return Number.isNaN(epochMs) ? null : new Date(epochMs).toISOString();
}

/**
 * The instant at which a day is written to a date-time property: `dateAt` (`HH:mm`, noon unless the user says otherwise) on that day in the portal's time zone,
 * so that nobody there sees the day before. ISO-8601 in UTC.
 */
export function instantOfDay(day: CalendarDay, dateAt: string, portalTimeZone: string): string | null {
  const moment = DateTime.fromISO(`${day}T${dateAt}`, { zone: portalTimeZone });
  return moment.isValid ? moment.toUTC().toISO() : null;
}

/** The calendar day of an instant (ISO-8601 or epoch milliseconds as text) in a time zone: what verification compares. */
export function dayOfInstant(instant: string, timeZone: string): CalendarDay | null {
  const moment = /^-?\d+$/.test(instant) ? DateTime.fromMillis(Number(instant), { zone: timeZone }) : DateTime.fromISO(instant, { zone: timeZone });
  return moment.isValid ? moment.toISODate() : null;
}
