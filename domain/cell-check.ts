import type { TargetProperty } from './field-mapping';
import { parseDay } from './portal-dates';

/** HubSpot, properties API, 2026-09: a text holds up to 65,536 characters. */
export const MAX_TEXT_LENGTH = 65_536;

export type CheckedCell = { readonly value: string; readonly code: null } | { readonly value: null; readonly code: string };

const refused = (code: string): CheckedCell => ({ value: null, code });

/** The portal's answer to a value of ours, by the code of our cell notes; recognised by nobody else. */
export const PORTAL_CODES: Readonly<Record<string, string>> = {
  'invalid-option': 'INVALID_OPTION',
  'no-option': 'INVALID_OPTION',
  'invalid-email': 'INVALID_EMAIL',
  'invalid-number': 'INVALID_INTEGER',
  'invalid-date': 'INVALID_DATE',
  'invalid-bool': 'INVALID_OPTION',
  'too-long': 'VALIDATION_ERROR',
  'too-short': 'VALIDATION_ERROR',
};

function checkOption(options: NonNullable<TargetProperty['options']>, text: string): string | null {
  return (options.find(({ value }) => value === text) ?? options.find(({ label, value }) => label.toLowerCase() === text.toLowerCase() || value.toLowerCase() === text.toLowerCase()))?.value ?? null;
}

function checkOptions({ options, isMultiple }: TargetProperty, value: string): CheckedCell {
  if (options === null) {
    return { value, code: null };
  }
  const parts = isMultiple ? value.split(';').map((part) => part.trim()).filter((part) => part !== '') : [value];
  const found = parts.map((part) => checkOption(options, part));
  return found.includes(null) ? refused('invalid-option') : { value: found.join(';'), code: null };
}

/**
 * What the portal would say to this value in this property: the value as it can be sent (an option's own spelling), or the code of the objection.
 */
export function checkCell(target: TargetProperty, value: string): CheckedCell {
  switch (target.type) {
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(value) ? { value, code: null } : refused('invalid-number');
    case 'bool':
      return value === 'true' || value === 'false' ? { value, code: null } : refused('invalid-bool');
    case 'enumeration':
      return checkOptions(target, value);
    case 'date':
      return parseDay(value.slice(0, 10)) === null ? refused('invalid-date') : { value: value.slice(0, 10), code: null };
    case 'datetime':
      return Number.isNaN(Date.parse(value)) ? refused('invalid-date') : { value, code: null };
    default:
      if (value.length > Math.min(MAX_TEXT_LENGTH, target.maxLength ?? MAX_TEXT_LENGTH)) {
        return refused('too-long');
      }
      return value.length < (target.minLength ?? 0) ? refused('too-short') : { value, code: null };
  }
}
