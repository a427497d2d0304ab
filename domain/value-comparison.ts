/**
 * Are two values of a property the same to a person? The portal lower-cases e-mails and domains, trims text and writes numbers and times in its own way
 * (HubSpot CRM objects API, 2026-09): a difference in spelling alone is none.
 */
const WRITTEN_IN_LOWER_CASE = new Set(['email', 'domain', 'hs_additional_emails', 'hs_additional_domains']);

/** Property type in the portal's words (`string`, `number`, `date`, …); an unknown type compares as text. */
export interface PropertyKind {
  readonly name: string;
  readonly type: string;
}

/** No value at all: null, absent and the empty text are one. */
export function isBlank(value: string | null | undefined): boolean {
  return value === null || value === undefined || value.trim() === '';
}

export function meansTheSame(kind: PropertyKind, left: string | null | undefined, right: string | null | undefined): boolean {
  if (isBlank(left) || isBlank(right)) {
    return isBlank(left) && isBlank(right);
  }
  return canonical(kind, left ?? '') === canonical(kind, right ?? '');
}

function canonical({ name, type }: PropertyKind, value: string): string {
  const text = value.trim().replaceAll('\r\n', '\n');
  switch (type) {
    case 'number':
      return canonicalNumber(text);
    case 'bool':
      return text.toLowerCase();
    case 'date':
      return canonicalInstant(text).slice(0, 10);
    case 'datetime':
      return canonicalInstant(text);
    case 'enumeration':
      return [...new Set(text.split(';').filter((option) => option !== ''))].sort().join(';');
    default:
      return WRITTEN_IN_LOWER_CASE.has(name) ? text.toLowerCase() : text;
  }
}

function canonicalNumber(text: string): string {
  const number = Number(text);
  return Number.isFinite(number) ? String(number) : text;
}

/** Epoch milliseconds and ISO-8601 texts both occur in answers; a text that is neither stays as it is. */
function canonicalInstant(text: string): string {
  const epochMs = /^-?\d{5,}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(epochMs) ? text : new Date(epochMs).toISOString();
}
