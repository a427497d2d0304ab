import type { Property } from './property-registry';

/** Why a value was refused, as the vendor codes it. HubSpot docs, "Error handling", and replies that public projects recorded. */
export interface ValueProblem {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** What a value must be checked against besides its property. */
export interface ValueContext {
  readonly optionsOf: (property: Property) => readonly { readonly value: string }[];
  readonly ownerExists: (ownerId: string) => boolean;
}

export type CheckedValue = { readonly value: string } | { readonly problem: Omit<ValueProblem, 'name'> };

/** HubSpot docs, "Using object APIs": longest text value. */
export const MAX_TEXT_LENGTH = 65_536;
const DAY_MS = 86_400_000;
/** RFC 2606 names that never resolve; `example.com` does and is taken. */
const RESERVED_TLDS = ['test', 'invalid', 'localhost', 'example', 'local'];
const EMAIL = /^[^\s@"(),:;<>[\]\\]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}][\p{L}\p{N}-]*[\p{L}\p{N}]$/u;

/** The value as the portal would store it, or why it refuses it. An empty text clears and is always right. */
export function checkValue(property: Property, raw: string, current: string | undefined, context: ValueContext): CheckedValue {
  if (raw === '') return { value: '' };
  // HubSpot changelog, "Enhanced validations for non-string properties", 2025-04-07.
  if (property.type !== 'string' && raw !== raw.trim()) return refused('LEADING_TRAILING_WHITESPACE', `"${raw}" includes leading or trailing whitespace.`);
  switch (property.type) {
    case 'number':
      return checkNumber(raw);
    case 'bool':
      return checkOptions([raw], [{ value: 'true' }, { value: 'false' }], raw);
    case 'enumeration':
      return checkEnumeration(property, raw, current, context);
    case 'date':
      return checkDate(raw);
    case 'datetime':
      return checkDatetime(raw);
    default:
      return checkText(property, raw);
  }
}

function checkText(property: Property, raw: string): CheckedValue {
  // The vendor's code for an over-long text is not known.
  if (raw.length > MAX_TEXT_LENGTH) return refused('INVALID_STRING', `${property.name} is longer than ${MAX_TEXT_LENGTH} characters`);
  if (property.name !== 'email') return { value: raw };
  const address = raw.trim().toLowerCase();
  const reserved = RESERVED_TLDS.some((tld) => address.endsWith(`.${tld}`));
  if (!EMAIL.test(address) || reserved || address.includes('..') || address.startsWith('.') || address.includes('.@')) return refused('INVALID_EMAIL', `Email address ${raw} is invalid`);
  return { value: address };
}

function checkNumber(raw: string): CheckedValue {
  const text = raw.trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return refused('INVALID_INTEGER', `${raw} was not a valid number`);
  return { value: text };
}

function checkEnumeration(property: Property, raw: string, current: string | undefined, context: ValueContext): CheckedValue {
  // The vendor's code for an unknown owner is not known.
  if (property.name === 'hubspot_owner_id') return context.ownerExists(raw) ? { value: raw } : refused('INVALID_OWNER_ID', `Owner ${raw} does not exist`);
  const options = context.optionsOf(property);
  if (property.fieldType !== 'checkbox') return checkOptions([raw], options, raw);
  // HubSpot docs, "Using object APIs": ";A;B" adds to what is there, "A;B" replaces it.
  const given = raw.split(';').map((part) => part.trim()).filter((part) => part !== '');
  const kept = raw.startsWith(';') ? (current?.split(';') ?? []) : [];
  return checkOptions(given, options, [...new Set([...kept, ...given])].join(';'));
}

function checkOptions(given: readonly string[], options: readonly { readonly value: string }[], stored: string): CheckedValue {
  const wrong = given.find((value) => !options.some((option) => option.value === value));
  if (wrong === undefined) return { value: stored };
  return refused('INVALID_OPTION', `${wrong} was not one of the allowed options: [${options.map(({ value }) => value).join(', ')}]`);
}

function checkDate(raw: string): CheckedValue {
  const atMs = toEpochMs(raw);
  if (atMs === undefined) return refused('INVALID_DATE', `${raw} was not a valid date.`);
  if (atMs % DAY_MS !== 0) {
    const at = new Date(atMs);
    return refused('INVALID_DATE', `${raw} is at ${at.getUTCHours()}:${at.getUTCMinutes()}:${at.getUTCSeconds()}.${at.getUTCMilliseconds()} UTC, not midnight!`);
  }
  return { value: new Date(atMs).toISOString().slice(0, 10) };
}

function checkDatetime(raw: string): CheckedValue {
  const atMs = toEpochMs(raw);
  return atMs === undefined ? refused('INVALID_LONG', `${raw} was not a valid long.`) : { value: new Date(atMs).toISOString() };
}

/** Epoch milliseconds, or an ISO-8601 date or instant. Dates that no calendar has (31 February) are none. */
export function toEpochMs(raw: string): number | undefined {
  const atMs = /^-?\d{1,15}$/.test(raw) ? Number(raw) : parseIso(raw);
  return atMs === undefined || Number.isNaN(new Date(atMs).getTime()) ? undefined : atMs;
}

function parseIso(raw: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.exec(raw);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  // Without a zone the vendor reads UTC.
  const instant = raw.length > 10 && !/(Z|[+-]\d{2}:?\d{2})$/.test(raw) ? `${raw}Z` : raw.replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
  const atMs = Date.parse(instant);
  return Number.isNaN(atMs) ? undefined : atMs;
}

function refused(code: string, message: string): CheckedValue {
  return { problem: { code, message } };
}
