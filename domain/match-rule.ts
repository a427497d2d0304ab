import { dayOfInstant } from './portal-dates';

/** How a matched record that is there already is treated. */
export type MatchRule = 'fill-blanks' | 'overwrite' | 'leave';

type Values = Readonly<Record<string, string | null>>;
/** Property name → HubSpot type; a property that is not named is compared as text. */
export type PropertyTypes = Readonly<Record<string, string>>;

const isBlank = (value: string | null | undefined): boolean => value === null || value === undefined || value === '';

function comparable(value: string, type: string | undefined): string {
  switch (type) {
    case 'number': {
      const number = Number(value);
      return value.trim() === '' || Number.isNaN(number) ? value : String(number);
    }
    case 'datetime': {
      const instant = /^-?\d+$/.test(value) ? Number(value) : Date.parse(value);
      return Number.isNaN(instant) ? value : String(instant);
    }
    case 'date':
      return dayOfInstant(value, 'utc') ?? value;
    case 'bool':
      return value.toLowerCase();
    case 'enumeration':
      return value.split(';').map((option) => option.trim()).filter((option) => option !== '').sort().join(';');
    default:
      return value.trim();
  }
}

/** Do two values mean the same in a property of this type? Blank and absent are one. */
export function isSameValue(left: string | null | undefined, right: string | null | undefined, type?: string): boolean {
  if (isBlank(left) || isBlank(right)) {
    return isBlank(left) && isBlank(right);
  }
  return comparable(left ?? '', type) === comparable(right ?? '', type);
}

/**
 * Which of the planned properties are to be written to a record that holds `current`. Plan and write call this same function, the plan with what it saw,
 * the write with what stands there right before it.
 * @param planned without key and stamp: those are not subject to the rule
 * @returns a subset of `planned`; empty when the record is right already, or is to be left alone
 */
export function applyOnMatch(rule: MatchRule, planned: Readonly<Record<string, string>>, current: Values, types: PropertyTypes = {}): Readonly<Record<string, string>> {
  if (rule === 'leave') {
    return {};
  }
  return Object.fromEntries(
    Object.entries(planned).filter(([property, value]) => {
      const found = current[property];
      return !isSameValue(value, found, types[property]) && (rule === 'overwrite' || isBlank(found));
    }),
  );
}
