/** Which rows a migration moves: the conditions of `objects.<type>.where`, all of which must hold. */
import { parseDecimal } from './cell-transforms';
import { readDate } from './date-format';
import type { CompiledCondition } from './field-mapping';
import { instantAtOffset, instantOfLocal } from './portal-dates';
import { isNullToken } from './transforms/text-cells';

/**
 * Does the row meet every condition? A cell that is empty meets only is-empty, not-equals and not-in; one that cannot be read as the operator needs it (a word where
 * a number is compared) meets neither side.
 * @param sourceTimeZone of times without an offset
 */
export const meetsConditions = (conditions: readonly CompiledCondition[], values: Readonly<Record<string, string | null>>, sourceTimeZone: string): boolean =>
  conditions.every((condition) => meets(condition, values[condition.column]?.trim() ?? '', sourceTimeZone));

function meets({ operator, values, dateFormats }: CompiledCondition, cell: string, timeZone: string): boolean {
  const isEmpty = cell === '' || isNullToken(cell);
  const [value = ''] = values;
  switch (operator) {
    case 'is-empty':
      return isEmpty;
    case 'is-filled':
      return !isEmpty;
    case 'equals':
    case 'in':
      return !isEmpty && values.some((each) => isSame(cell, each));
    case 'not-equals':
    case 'not-in':
      return isEmpty || !values.some((each) => isSame(cell, each));
    case 'contains':
      return !isEmpty && cell.toLowerCase().includes(value.trim().toLowerCase());
    case 'greater':
    case 'less':
      return !isEmpty && isBeyond(operator === 'greater' ? 1 : -1, parseDecimal(cell), parseDecimal(value));
    case 'before':
    case 'after':
      return !isEmpty && isPast(operator, cell, value, dateFormats, timeZone);
  }
}

/** A number by value, unless it is written with zeros before it, as postal codes are; anything else as text, without regard to case. */
function isSame(cell: string, value: string): boolean {
  const [left, right] = [cell, value].map((text) => (/^[-+]?0\d/.test(text) ? null : parseDecimal(text)));
  return left !== null && right !== null ? left === right : cell.toLowerCase() === value.trim().toLowerCase();
}

const isBeyond = (direction: 1 | -1, cell: string | null, value: string | null): boolean => cell !== null && value !== null && (Number(cell) - Number(value)) * direction > 0;

/** A value that is a day is held against the day that the cell shows; one with a time against the moment. */
function isPast(operator: 'before' | 'after', cell: string, value: string, dateFormats: readonly string[] | null, timeZone: string): boolean {
  const limit = readDate(value, 'iso');
  const readings = (dateFormats ?? ['iso']).map((format) => readDate(cell, format)).filter((reading) => reading !== null);
  const [date] = readings;
  if (limit === null || date === undefined || readings.some(({ day }) => day !== date.day)) {
    return false;
  }
  if (limit.timeMs === null) {
    return operator === 'before' ? date.day < limit.day : date.day > limit.day;
  }
  const instant = ({ day, timeMs, offsetMinutes }: typeof limit): string => (offsetMinutes === null ? (instantOfLocal(day, timeMs ?? 0, timeZone) ?? '') : instantAtOffset(day, timeMs ?? 0, offsetMinutes));
  return operator === 'before' ? instant(date) < instant(limit) : instant(date) > instant(limit);
}
