import type { Switches } from '../control-plane';
import type { Property } from './property-registry';

/** HubSpot docs, "Property validations" (2026-03): the rule types, the property types they are for, and their arguments. */
export interface PropertyRule {
  readonly ruleType: string;
  readonly ruleArguments: readonly string[];
  readonly shouldApplyNormalization?: boolean | undefined;
}

interface Circumstances {
  readonly readings: Switches['openRuleReadings'];
  readonly nowMs: number;
  readonly timeZone: string;
}

interface Examined {
  readonly value: string;
  readonly args: readonly string[];
  readonly strict: boolean;
  readonly nowMs: number;
  readonly timeZone: string;
}

type Check = (examined: Examined) => boolean;

const isString: readonly string[] = ['string'];
const isNumber: readonly string[] = ['number'];

/**
 * By rule type: the property types it is for, and whether a value keeps it. Where the documents leave a reading open, `strict` is the narrower one:
 * blanks among letters and digits, patterns that match a part, marks such as `-` and `'`, domains below a listed one, each word's capital, the day in the
 * account's time zone, national phone numbers.
 */
const RULES: Readonly<Record<string, { readonly types: readonly string[]; readonly keeps: Check }>> = {
  MIN_LENGTH: { types: isString, keeps: ({ value, args }) => value.length >= asNumber(args) },
  MAX_LENGTH: { types: isString, keeps: ({ value, args }) => value.length <= asNumber(args) },
  ALPHANUMERIC: { types: isString, keeps: keepsAlphabet },
  SPECIAL_CHARACTERS: {
    types: isString,
    keeps: ({ value, strict }) => [...value].every((character) => (strict ? /[\p{L}\p{M}\p{N}\s]/u.test(character) : !'$%&*#@!^~|<>{}[]\\=+'.includes(character))),
  },
  WHITESPACE: { types: isString, keeps: ({ value, args }) => (args[0] === 'TRIM' ? value.trim().length === value.length : value.split(/\s/).length === 1) },
  FORMAT: { types: isString, keeps: keepsCase },
  REGEX: { types: isString, keeps: keepsPattern },
  EMAIL: { types: isString, keeps: ({ value }) => /^[^@\s]+@([^@\s.]+\.)+[^@\s.\d][^@\s.]*$/.test(value) },
  EMAIL_ALLOWED_DOMAINS: { types: isString, keeps: ({ value, args, strict }) => args.some((domain) => isWithin(afterAt(value), domain, strict)) },
  EMAIL_BLOCKED_DOMAINS: { types: isString, keeps: ({ value, args, strict }) => !args.some((domain) => isWithin(afterAt(value), domain, !strict)) },
  URL: { types: isString, keeps: ({ value, strict }) => toUrl(value, strict) !== null },
  URL_ALLOWED_DOMAINS: { types: isString, keeps: ({ value, args, strict }) => args.some((domain) => isWithin(toUrl(value, false)?.hostname ?? '', domain, strict)) },
  URL_BLOCKED_DOMAINS: { types: isString, keeps: ({ value, args, strict }) => !args.some((domain) => isWithin(toUrl(value, false)?.hostname ?? '', domain, !strict)) },
  DOMAIN: { types: isString, keeps: ({ value }) => isDomain(value.trim()) },
  PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE: { types: isString, keeps: keepsPhone },
  MIN_NUMBER: { types: isNumber, keeps: ({ value, args }) => Number(value) >= asNumber(args) },
  MAX_NUMBER: { types: isNumber, keeps: ({ value, args }) => Number(value) <= asNumber(args) },
  DECIMAL: { types: isNumber, keeps: ({ value, args }) => value.replace(/^[^.]*\.?/, '').length <= asNumber(args) },
  START_DATE: { types: ['date'], keeps: ({ value, args }) => atMs(value) >= asNumber(args) },
  END_DATE: { types: ['date'], keeps: ({ value, args }) => atMs(value) <= asNumber(args) },
  START_DATETIME: { types: ['datetime'], keeps: ({ value, args }) => atMs(value) >= asNumber(args) },
  END_DATETIME: { types: ['datetime'], keeps: ({ value, args }) => atMs(value) <= asNumber(args) },
  DAYS_OF_WEEK: { types: ['date', 'datetime'], keeps: keepsWeekday },
  AFTER_DURATION: { types: ['date'], keeps: ({ value, args, nowMs }) => atMs(value) >= shifted(dayStart(nowMs), args[0], 1) },
  BEFORE_DURATION: { types: ['date'], keeps: ({ value, args, nowMs }) => atMs(value) <= shifted(dayStart(nowMs), args[0], -1) },
  AFTER_DATETIME_DURATION: { types: ['datetime'], keeps: ({ value, args, nowMs }) => atMs(value) >= shifted(nowMs, args[0], 1) },
  BEFORE_DATETIME_DURATION: { types: ['datetime'], keeps: ({ value, args, nowMs }) => atMs(value) <= shifted(nowMs, args[0], -1) },
};

/** What normalisation makes of a value is not documented; a rule that it must mend refuses nothing. */
const NORMALISABLE = ['WHITESPACE', 'FORMAT'];

/** Does the value, as the portal would store it, keep the rule? A rule of a type that is not for this property binds nothing. */
export function keepsRule(property: Property, value: string, rule: PropertyRule, { readings, nowMs, timeZone }: Circumstances): boolean {
  const known = RULES[rule.ruleType];
  if (!known || !known.types.includes(property.type)) return true;
  if (rule.shouldApplyNormalization && NORMALISABLE.includes(rule.ruleType)) return true;
  return known.keeps({ value, args: rule.ruleArguments, strict: readings === 'strict', nowMs, timeZone });
}

/** HubSpot changelog of 2023-07 shows the code of one rule; for the others, whose codes are not known, the rule type stands in. */
export function codeOfRule({ ruleType, ruleArguments }: PropertyRule): string {
  return ruleType === 'ALPHANUMERIC' && ruleArguments[0] === 'ALPHA_ONLY' ? 'INVALID_ALPHA' : ruleType;
}

function keepsAlphabet({ value, args, strict }: Examined): boolean {
  const characters = strict ? [...value] : [...value].filter((character) => character.trim() !== '');
  const letter = (character: string): boolean => /\p{L}|\p{M}/u.test(character);
  const digit = (character: string): boolean => /\p{N}/u.test(character);
  if (args[0] === 'ALPHA_ONLY') return characters.every(letter);
  if (args[0] === 'NUMERIC_ONLY') return characters.every(digit);
  return characters.every((character) => letter(character) || digit(character));
}

function keepsCase({ value, args, strict }: Examined): boolean {
  if (args[0] === 'UPPER') return value.toUpperCase() === value;
  if (args[0] === 'LOWER') return value.toLowerCase() === value;
  const words = value.split(/\s+/).filter((word) => word !== '');
  return (strict ? words : words.slice(0, 1)).every((word) => !/^\p{Ll}/u.test(word));
}

/** RE2 syntax; what JavaScript cannot read binds nothing here. */
function keepsPattern({ value, args: [pattern = ''], strict }: Examined): boolean {
  try {
    const flags = pattern.startsWith('(?i)') ? 'iu' : 'u';
    const source = pattern.replace(/^\(\?i\)/, '').replaceAll('\\A', '^').replaceAll('\\z', '$');
    return new RegExp(strict ? `^(?:${source})$` : source, flags).test(value);
  } catch {
    return true;
  }
}

function keepsPhone({ value, args, strict }: Examined): boolean {
  const digits = [...value].filter((character) => character >= '0' && character <= '9').length;
  if (strict) return /^\+[1-9]\d{6,14}$/.test(value);
  return digits >= 5 && digits <= 15 && !/\p{L}/u.test(value) && (args.length > 0 || value.trim().startsWith('+'));
}

function keepsWeekday({ value, args, strict, timeZone }: Examined): boolean {
  const nameIn = (ms: number, zone: string): string => new Intl.DateTimeFormat('en-US', { weekday: 'long', timeZone: zone }).format(ms).toUpperCase();
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return args.includes(nameIn(atMs(value), 'UTC'));
  if (strict) return args.includes(nameIn(atMs(value), timeZone));
  // The days that it is anywhere.
  return ['Etc/GMT+12', 'UTC', 'Etc/GMT-14'].some((zone) => args.includes(nameIn(atMs(value), zone)));
}

const asNumber = ([argument]: readonly string[]): number => Number(argument);
const atMs = (value: string): number => new Date(value).getTime();
const dayStart = (ms: number): number => Math.floor(ms / 86_400_000) * 86_400_000;
const afterAt = (value: string): string => value.split('@').at(-1)?.trim().toLowerCase() ?? '';
const isDomain = (text: string): boolean => /^([\p{L}\p{N}]([\p{L}\p{N}_-]*[\p{L}\p{N}])?\.)+\p{L}[\p{L}\p{N}-]*$/u.test(text);

function isWithin(host: string, domain: string, exactly: boolean): boolean {
  const wanted = domain.toLowerCase();
  return host === wanted || (!exactly && host.endsWith(`.${wanted}`));
}

function toUrl(value: string, strict: boolean): URL | null {
  const text = value.trim();
  if (/\s/.test(text)) return null;
  const hasScheme = /^https?:\/\//i.test(text);
  if (strict && !hasScheme) return null;
  try {
    const url = new URL(hasScheme ? text : `https://${text}`);
    return isDomain(url.hostname) ? url : null;
  } catch {
    return null;
  }
}

/** ISO-8601 period, e.g. `P1Y`, `P7D`, `PT12H`. */
function shifted(fromMs: number, period = '', sign: 1 | -1): number {
  const match = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(period);
  const [years, months, weeks, days, hours, minutes, seconds] = (match?.slice(1) ?? []).map((part) => Number(part ?? 0));
  const at = new Date(fromMs);
  at.setUTCFullYear(at.getUTCFullYear() + sign * (years ?? 0), at.getUTCMonth() + sign * (months ?? 0), at.getUTCDate() + sign * ((weeks ?? 0) * 7 + (days ?? 0)));
  return at.getTime() + sign * ((hours ?? 0) * 3_600_000 + (minutes ?? 0) * 60_000 + (seconds ?? 0) * 1_000);
}
