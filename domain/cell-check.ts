import type { TargetProperty } from './field-mapping';
import { parseDay } from './portal-dates';
import { VALUE_TAKEN_CODE } from './unique-values';
import { brokenRules } from './validation-rules';
import type { ValidationRule } from './validation-rules';

/** HubSpot, properties API, 2026-09: a text holds up to 65,536 characters. */
export const MAX_TEXT_LENGTH = 65_536;

export type CheckedCell = { readonly value: string; readonly code: null } | { readonly value: null; readonly code: string };

const refused = (code: string): CheckedCell => ({ value: null, code });

/** `rule-min-length`: cells say which rule of the portal stands against them. */
const RULE_CODE = 'rule-';
const SEVERAL_RULES = 'rules-several';
/** HubSpot changelog of 2023-07: letters alone are asked for with this code. The codes of all other rules are not known; they go by the name of the rule. */
const ALPHA_CODE = 'INVALID_ALPHA';

const ruleCode = ({ ruleType, arguments: [argument] }: ValidationRule): string => `${RULE_CODE}${argument === 'ALPHA_ONLY' ? 'alpha-only' : ruleType.toLowerCase().replaceAll('_', '-')}`;

/** The portal's answer to a value that is none of its property's type, in the order of our codes. */
const TYPE_CODES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  number: { 'invalid-number': 'INVALID_INTEGER', 'ambiguous-number': 'INVALID_INTEGER' },
  bool: { 'invalid-bool': 'INVALID_OPTION' },
  enumeration: { 'invalid-option': 'INVALID_OPTION', 'no-option': 'INVALID_OPTION', 'invalid-bool': 'INVALID_OPTION' },
  date: { 'invalid-date': 'INVALID_DATE', 'ambiguous-date': 'INVALID_DATE', 'date-order-unknown': 'INVALID_DATE' },
  datetime: { 'invalid-date': 'INVALID_LONG', 'ambiguous-date': 'INVALID_LONG', 'date-order-unknown': 'INVALID_LONG' },
  // `INVALID_STRING` is our name for an answer that nobody wrote down.
  string: { 'invalid-email': 'INVALID_EMAIL', 'too-long': 'INVALID_STRING' },
};

/** In every property. An answer that names several codes, or none as for a value that is taken, is known by its category. */
const COMMON_CODES: Readonly<Record<string, string>> = { 'blank-around': 'LEADING_TRAILING_WHITESPACE', 'rule-alpha-only': ALPHA_CODE, [SEVERAL_RULES]: 'VALIDATION_ERROR', [VALUE_TAKEN_CODE]: 'VALIDATION_ERROR' };

/**
 * The code with which the portal refuses a cell of which we say `code`, in a property of this type; null where the portal would take it and we do not: what cannot
 * be read for what it is (a text in a column of dates), and decisions of our own (a shared domain).
 */
export function portalCodeOf(code: string, type: string): string | null {
  return TYPE_CODES[type]?.[code] ?? COMMON_CODES[code] ?? (code.startsWith(RULE_CODE) ? code.slice(RULE_CODE.length).replaceAll('-', '_').toUpperCase() : null);
}

function checkOption(options: NonNullable<TargetProperty['options']>, text: string): string | null {
  return (options.find(({ value }) => value === text) ?? options.find(({ label, value }) => label.toLowerCase() === text.toLowerCase() || value.toLowerCase() === text.toLowerCase()))?.value ?? null;
}

function checkOptions({ options, isMultiple, addsOptions }: TargetProperty, value: string): CheckedCell {
  if (options === null) {
    return { value, code: null };
  }
  const parts = isMultiple ? value.split(';').map((part) => part.trim()).filter((part) => part !== '') : [value];
  const found = parts.map((part) => checkOption(options, part) ?? (addsOptions === true ? part : null));
  return found.includes(null) ? refused('invalid-option') : { value: found.join(';'), code: null };
}

function checkType(target: TargetProperty, value: string): CheckedCell {
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
      return value.length > MAX_TEXT_LENGTH ? refused('too-long') : { value, code: null };
  }
}

/**
 * What the portal would say to this value in this property: the value as it can be sent (an option's own spelling), or the code of the objection.
 */
export function checkCell(target: TargetProperty, value: string): CheckedCell {
  // HubSpot changelog, "Enhanced validations for non-string properties", 2025-04: no blank before or behind.
  if (target.type !== 'string' && value !== value.trim()) {
    return refused('blank-around');
  }
  const checked = checkType(target, value);
  if (checked.value === null) {
    return checked;
  }
  const [broken, ...others] = [...new Set(brokenRules(target.type, checked.value, target.rules).map(ruleCode))];
  return broken === undefined ? checked : refused(others.length > 0 ? SEVERAL_RULES : broken);
}
