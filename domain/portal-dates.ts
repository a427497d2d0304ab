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

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Past any offset, and past the whole day that some islands skipped when they moved across the date line. */
const AROUND_MS = 27 * HOUR_MS;

/** Days are few and cells are many: the offset of a whole day and its surroundings in a zone, or null where its clocks leap about that time. */
const STEADY_OFFSETS = new Map<string, number | null>();

function steadyOffsetMs(day: CalendarDay, timeZone: string, offsetMs: (epochMs: number) => number): number | null {
  const key = `${timeZone} ${day}`;
  const known = STEADY_OFFSETS.get(key);
  if (known !== undefined) {
    return known;
  }
  const dayMs = Date.parse(`${day}T00:00:00Z`);
  const [before, after] = [offsetMs(dayMs - AROUND_MS), offsetMs(dayMs + DAY_MS + AROUND_MS)];
  const steady = before === after ? before : null;
  STEADY_OFFSETS.set(key, steady);
  return steady;
}

/**
 * The instant at which clocks in a zone show a local time, as ISO-8601 in UTC with milliseconds. Where the clocks show it twice, in autumn, it is the first of the
 * two; where they leap over it, in spring, it is as much later as they leap: 02:30 is 03:30 then.
 */
export function instantOfLocal(day: CalendarDay, timeMs: number, timeZone: string): string | null {
  const zone = IANAZone.create(timeZone);
  const localMs = Date.parse(`${day}T00:00:00Z`) + timeMs;
  if (!zone.isValid || Number.isNaN(localMs)) {
    return null;
  }
  const offsetMs = (epochMs: number): number => zone.offset(epochMs) * 60_000;
  const steady = steadyOffsetMs(day, timeZone, offsetMs);
  if (steady !== null) {
    return new Date(localMs - steady).toISOString();
  }
  const [before, after] = [offsetMs(localMs - AROUND_MS), offsetMs(localMs + AROUND_MS)];
  const shown = [localMs - before, localMs - after].filter((epochMs) => epochMs + offsetMs(epochMs) === localMs);
  return new Date(shown.length > 0 ? Math.min(...shown) : localMs - before).toISOString();
}

/**
 * The instant of a date-time cell as ISO-8601 in UTC with milliseconds. Salesforce writes `2006-04-15T03:23:15.000Z`, `2024-01-22T14:49:34.000+0000` and
 * `2023-01-31 09:15:00`; the last, without an offset, is read in `sourceTimeZone`. Null for anything else.
 */
export function parseInstant(text: string, sourceTimeZone: string): string | null {
  const [, day, time, offset] = DATE_TIME.exec(text.trim()) ?? [];
  if (day === undefined || time === undefined || parseDay(day) === null) {
    return null;
  }
  // Every date-time of most exports comes this way, which costs a tenth of the general one.
  const epochMs = Date.parse(`${day}T${time}${offset === undefined ? 'Z' : offset.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2')}`);
  if (Number.isNaN(epochMs)) {
    return null;
  }
  return offset === undefined && sourceTimeZone !== 'UTC' ? instantOfLocal(day, epochMs - Date.parse(`${day}T00:00:00Z`), sourceTimeZone) : new Date(epochMs).toISOString();
}

/**
 * The instant at which a day is written to a date-time property: `dateAt` (`HH:mm`, noon unless the user says otherwise) on that day in the portal's time zone,
 * so that nobody there sees the day before. ISO-8601 in UTC.
 */
export function instantOfDay(day: CalendarDay, dateAt: string, portalTimeZone: string): string | null {
  const [hours, minutes] = dateAt.split(':').map(Number);
  return parseDay(day) === null ? null : instantOfLocal(day, ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000, portalTimeZone);
}

/** The calendar day of an instant (ISO-8601 or epoch milliseconds as text) in a time zone: what verification compares. */
export function dayOfInstant(instant: string, timeZone: string): CalendarDay | null {
  const moment = /^-?\d+$/.test(instant) ? DateTime.fromMillis(Number(instant), { zone: timeZone }) : DateTime.fromISO(instant, { zone: timeZone });
  return moment.isValid ? moment.toISODate() : null;
}

/** A day and a time of day as they stand, at an offset from UTC: the instant as ISO-8601 in UTC. */
export const instantAtOffset = (day: CalendarDay, timeMs: number, offsetMinutes: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + timeMs - offsetMinutes * 60_000).toISOString();
