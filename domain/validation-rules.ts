/**
 * What the rules that a portal's admins set for single properties say of a value. Kinds and arguments: HubSpot docs, "Property validations", 2026-03. They bind API
 * writes since 2023-07-24 (HubSpot changelog, "Property validation rules will be enforced for APIs").
 *
 * Where the documents leave a reading open, a value counts as breaking the rule only if every reading says so: what is left out of a plan must be certain to be
 * refused, and a refusal that was not foreseen is reported by the same code. Rules that look at the time of writing (durations) cannot be foreseen and are not.
 */
import { parseDay } from './portal-dates';

export interface ValidationRule {
  readonly ruleType: string;
  readonly arguments: readonly string[];
  /** The portal changes the value to suit the rule (`shouldApplyNormalization`). How is not documented: such a rule is taken to refuse nothing that its own change mends. */
  readonly normalizes: boolean;
}

type Reading = (value: string, given: readonly string[]) => boolean;

const numberOf = (text: string | undefined): number => Number(text ?? NaN);
const hostOf = (address: string): string => /^(?:https?:\/\/)?(?:[^/?#@\s]*@)?([^/?#:\s]+)/i.exec(address.trim())?.[1]?.toLowerCase() ?? '';
const mailHostOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).trim().toLowerCase();
const isHost = (text: string): boolean => /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?\.)+[\p{L}][\p{L}\p{N}-]*$/u.test(text);
/** A listed domain, or one below it: whether a list means those too is not documented. */
const isAtOrBelow = (host: string, listed: string): boolean => host === listed.toLowerCase() || host.endsWith(`.${listed.toLowerCase()}`);
const millisecondsOf = (value: string): number => (/^-?\d+$/.test(value) ? Number(value) : Date.parse(value));

/** Texts. True: the value breaks the rule. */
const TEXT_RULES: Readonly<Record<string, Reading>> = {
  MIN_LENGTH: (value, [least]) => value.length < numberOf(least),
  MAX_LENGTH: (value, [most]) => value.length > numberOf(most),
  ALPHANUMERIC: (value, [kind]) =>
    // Blanks between are allowed by one reading.
    kind === 'ALPHA_ONLY' ? /[^\p{L}\p{M}\s]/u.test(value) : kind === 'NUMERIC_ONLY' ? /[^\p{N}\s]/u.test(value) : /[^\p{L}\p{M}\p{N}\s]/u.test(value),
  SPECIAL_CHARACTERS: (value) => /[$%&*#@!^~|<>{}[\]\\=+]/.test(value),
  WHITESPACE: (value, [kind]) => (kind === 'TRIM' ? value !== value.trim() : /\s/u.test(value)),
  FORMAT: (value, [kind]) => (kind === 'UPPER' ? value !== value.toUpperCase() : kind === 'LOWER' ? value !== value.toLowerCase() : /^\s*\p{Ll}/u.test(value)),
  REGEX: (value, [pattern]) => readPattern(pattern ?? '')?.test(value) === false,
  EMAIL: (value) => !/^[^\s@]+@[^\s@]+$/.test(value) || !isHost(mailHostOf(value)),
  EMAIL_ALLOWED_DOMAINS: (value, listed) => !listed.some((domain) => isAtOrBelow(mailHostOf(value), domain)),
  EMAIL_BLOCKED_DOMAINS: (value, listed) => listed.some((domain) => mailHostOf(value) === domain.toLowerCase()),
  URL: (value) => /\s/u.test(value.trim()) || !isHost(hostOf(value)),
  URL_ALLOWED_DOMAINS: (value, listed) => !listed.some((domain) => isAtOrBelow(hostOf(value), domain)),
  URL_BLOCKED_DOMAINS: (value, listed) => listed.some((domain) => hostOf(value) === domain.toLowerCase()),
  DOMAIN: (value) => !isHost(value.trim()),
  PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE: (value, [country]) => digitsIn(value) < 5 || digitsIn(value) > 15 || /\p{L}/u.test(value) || (country === undefined && !value.trim().startsWith('+')),
};

const NUMBER_RULES: Readonly<Record<string, Reading>> = {
  MIN_NUMBER: (value, [least]) => Number(value) < numberOf(least),
  MAX_NUMBER: (value, [most]) => Number(value) > numberOf(most),
  DECIMAL: (value, [most]) => (value.split('.')[1] ?? '').length > numberOf(most),
};

const DATE_RULES: Readonly<Record<string, Reading>> = {
  START_DATE: (value, [first]) => millisecondsOf(value) < numberOf(first),
  END_DATE: (value, [last]) => millisecondsOf(value) > numberOf(last),
  DAYS_OF_WEEK: (value, days) => parseDay(value) !== null && !days.includes(dayOfWeek(millisecondsOf(value))),
};

const HOUR_MS = 3_600_000;
/** From the westernmost time zone to the easternmost: up to three days at once. */
const FARTHEST_OFFSETS_MS = [-12 * HOUR_MS, 0, 14 * HOUR_MS] as const;

const DATETIME_RULES: Readonly<Record<string, Reading>> = {
  START_DATETIME: (value, [first]) => millisecondsOf(value) < numberOf(first),
  END_DATETIME: (value, [last]) => millisecondsOf(value) > numberOf(last),
  // In which time zone is not documented: it breaks the rule if it is the wrong day everywhere.
  DAYS_OF_WEEK: (value, days) => FARTHEST_OFFSETS_MS.every((shiftMs) => !days.includes(dayOfWeek(millisecondsOf(value) + shiftMs))),
};

const DAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;
const dayOfWeek = (epochMs: number): string => DAYS[new Date(epochMs).getUTCDay()] ?? '';
const digitsIn = (text: string): number => text.replace(/\D/g, '').length;

/** RE2 is nearly a subset of JavaScript's expressions; a pattern that is not readable here is not foreseen. */
function readPattern(pattern: string): RegExp | null {
  const [, insensitive, rest] = /^(\(\?i\))?(.*)$/s.exec(pattern) ?? [];
  try {
    return new RegExp((rest ?? pattern).replaceAll('\\A', '^').replaceAll('\\z', '$'), insensitive === undefined ? 'u' : 'iu');
  } catch {
    return null;
  }
}

/** Kinds whose own change of the value mends it. */
const MENDED_BY_THE_PORTAL: ReadonlySet<string> = new Set(['WHITESPACE', 'FORMAT']);

function rulesFor(type: string): Readonly<Record<string, Reading>> {
  switch (type) {
    case 'string':
      return TEXT_RULES;
    case 'number':
      return NUMBER_RULES;
    case 'date':
      return DATE_RULES;
    case 'datetime':
      return DATETIME_RULES;
    default:
      return {};
  }
}

/** Rules of a property of this type that the value breaks for certain. */
export function brokenRules(type: string, value: string, rules: readonly ValidationRule[]): readonly ValidationRule[] {
  const readings = rulesFor(type);
  return rules.filter((rule) => !(rule.normalizes && MENDED_BY_THE_PORTAL.has(rule.ruleType)) && readings[rule.ruleType]?.(value, rule.arguments) === true);
}
