/** What each transform of a mapping makes of its cells. Pure; portal and source enter by the context. */
import type { Transform } from './field-mapping';
import { parseEmailCell } from './email-address';
import { instantOfDay, parseDay, parseInstant } from './portal-dates';
import { domainOfWebsite, isSharedHost } from './web-domain';

export interface Owner {
  /** Name, else e-mail, else the source's id: whatever the source knows. */
  readonly name: string;
  readonly email: string | null;
  /** HubSpot's owner id; null when nobody there has this e-mail, and no fallback is set. */
  readonly targetId: string | null;
}

/** What a record's cells cannot tell by themselves. */
export interface MappingContext {
  readonly sourceTimeZone: string;
  readonly portalTimeZone: string;
  /** `HH:mm` */
  readonly dateAt: string;
  ownerOf(ownerId: string): Owner | null;
  /** Ids of pipeline and stage for the cells StageName, IsClosed, IsWon, RecordTypeId. */
  stageOf(cells: readonly (string | null)[]): { readonly pipelineId: string; readonly stageId: string } | null;
  /** Code to write for an amount in this currency; null where none needs to be written. */
  currencyOf(code: string | null): string | null;
}

export type CellResult =
  | { readonly kind: 'blank' }
  /** `changed`: the rule by which the value differs in meaning from the cell; null where it only looks different. */
  | { readonly kind: 'value'; readonly value: string; readonly changed: string | null; readonly others?: readonly string[] }
  /** `invalid`: the cell is at fault; otherwise a table of ours has no word for it. */
  | { readonly kind: 'dropped'; readonly code: string; readonly invalid: boolean };

export const BLANK: CellResult = { kind: 'blank' };
export const valueOf = (value: string | null | undefined, changed: string | null = null): CellResult =>
  value === null || value === undefined || value === '' ? BLANK : { kind: 'value', value, changed };
const invalid = (code: string): CellResult => ({ kind: 'dropped', code, invalid: true });

const DECIMAL = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:e([+-]?\d{1,3}))?$/i;

/** A number cell as a plain decimal, exact to the last digit: `811.0` → `811`, `1.5E6` → `1500000`. Null for separators, currency signs and everything else. */
export function parseDecimal(text: string): string | null {
  const [, sign, digits, exponent] = DECIMAL.exec(text.trim()) ?? [];
  if (digits === undefined) {
    return null;
  }
  const [whole = '', fraction = ''] = digits.split('.');
  const shift = Number(exponent ?? 0);
  const all = shift >= 0 ? whole + fraction.padEnd(shift, '0') : '0'.repeat(-shift) + whole + fraction;
  const point = shift >= 0 ? whole.length + shift : whole.length;
  const integer = all.slice(0, point).replace(/^0+(?=\d)/, '') || '0';
  const rest = all.slice(point).replace(/0+$/, '');
  const magnitude = rest === '' ? integer : `${integer}.${rest}`;
  return sign === '-' && magnitude !== '0' ? `-${magnitude}` : magnitude;
}

const TRUE: ReadonlySet<string> = new Set(['true', '1', 'yes']);
const FALSE: ReadonlySet<string> = new Set(['false', '0', 'no']);

/** Booleans as the dialects write them; null for anything else. */
export function parseBool(text: string | null | undefined): boolean | null {
  const word = (text ?? '').trim().toLowerCase();
  return TRUE.has(word) ? true : FALSE.has(word) ? false : null;
}

const upperSnake = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]+/g, '_').replace(/^_|_$/g, '');

function byTable(text: string, { values, otherwise, upperSnake: snake }: Extract<Transform, { kind: 'table' }>, options: ReadonlySet<string> | null): CellResult {
  const listed = values[text] ?? Object.entries(values).find(([from]) => from.toLowerCase() === text.toLowerCase())?.[1];
  const spelled = snake && options?.has(upperSnake(text)) ? upperSnake(text) : undefined;
  const value = listed ?? spelled ?? (otherwise === 'add-option' || options?.has(text) ? text : undefined);
  if (value === undefined) {
    return { kind: 'dropped', code: 'no-option', invalid: otherwise === 'refuse' };
  }
  return valueOf(value, value === text ? null : 'by-table');
}

function dayAt(text: string, context: MappingContext): CellResult {
  const day = parseDay(text);
  if (day !== null) {
    const instant = instantOfDay(day, context.dateAt, context.portalTimeZone);
    return instant === null ? invalid('invalid-date') : valueOf(instant, context.dateAt === '12:00' ? 'date-at-noon' : 'date-at');
  }
  const instant = parseInstant(text, context.sourceTimeZone);
  return instant === null ? invalid('invalid-date') : valueOf(instant);
}

function domainOf(text: string): CellResult {
  const domain = domainOfWebsite(text);
  if (domain === null) {
    return { kind: 'dropped', code: 'no-domain', invalid: false };
  }
  return isSharedHost(domain) ? { kind: 'dropped', code: 'domain-shared', invalid: false } : valueOf(domain);
}

function emailOf(text: string): CellResult {
  const { email, others, isMalformed } = parseEmailCell(text);
  if (email === null) {
    return invalid('invalid-email');
  }
  return { kind: 'value', value: email, changed: others.length > 0 || isMalformed ? 'first-of-several' : null, others };
}

/**
 * @param cells of the rule's columns, in their order; null where there is nothing
 * @param options values that the target property allows, or null where they are not limited
 */
export function applyTransform(transform: Exclude<Transform, { kind: 'by-type' }>, cells: readonly (string | null)[], options: ReadonlySet<string> | null, context: MappingContext): CellResult {
  if (transform.kind === 'constant') {
    return valueOf(transform.value);
  }
  if (transform.kind === 'currency') {
    return valueOf(context.currencyOf(cells[0]?.trim() ?? null));
  }
  if (transform.kind === 'joined') {
    return valueOf(cells.map((cell) => cell?.trim() ?? '').filter((cell) => cell !== '').join(' '));
  }
  const text = cells[0]?.trim() ?? '';
  if (text === '') {
    return BLANK;
  }
  switch (transform.kind) {
    case 'text':
      return valueOf(text);
    case 'street':
      return valueOf(text.split(/\s*[\r\n]+\s*/).filter((line) => line !== '').join(', '), /[\r\n]/.test(text) ? 'lines-joined' : null);
    case 'email':
      return emailOf(text);
    case 'domain':
      return domainOf(text);
    case 'number': {
      const number = parseDecimal(text);
      return number === null ? invalid('invalid-number') : valueOf(number);
    }
    case 'ranges': {
      const number = parseDecimal(text);
      const range = transform.ranges.find(({ upTo }) => upTo === null || Number(number) <= upTo);
      return number === null || number.startsWith('-') || range === undefined ? invalid('invalid-number') : valueOf(range.value, 'by-range');
    }
    case 'bool': {
      const bool = parseBool(text);
      return bool === null ? invalid('invalid-bool') : valueOf(String(bool));
    }
    case 'day': {
      const day = parseDay(text) ?? parseInstant(text, context.sourceTimeZone)?.slice(0, 10) ?? null;
      return day === null ? invalid('invalid-date') : valueOf(day);
    }
    case 'day-at':
      return dayAt(text, context);
    case 'datetime': {
      const instant = parseInstant(text, context.sourceTimeZone);
      return instant === null ? dayAt(text, context) : valueOf(instant);
    }
    case 'table':
      return byTable(text, transform, options);
    case 'owner-id':
      return valueOf(context.ownerOf(text)?.targetId);
    case 'owner-name':
      return valueOf(context.ownerOf(text)?.name ?? text);
    case 'pipeline':
      return valueOf(context.stageOf(cells)?.pipelineId);
    case 'stage':
      return valueOf(context.stageOf(cells)?.stageId, 'stage');
  }
}
