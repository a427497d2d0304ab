/** What all conversions of cells share: what comes of a cell, what a cell cannot tell by itself, and the plain readings that every source has. */

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
  /** The cell of another record of the source, whose id stands in this one; null where that record or its cell is not there. Which ones a mapping asks for: `neededLookups`. */
  lookup(throughObject: string, id: string, column: string): string | null;
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
export const invalidCell = (code: string): CellResult => ({ kind: 'dropped', code, invalid: true });
export const leftOutCell = (code: string): CellResult => ({ kind: 'dropped', code, invalid: false });

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

/** Booleans as the dialects of Salesforce write them; null for anything else. */
export function parseBool(text: string | null | undefined): boolean | null {
  const word = (text ?? '').trim().toLowerCase();
  return TRUE.has(word) ? true : FALSE.has(word) ? false : null;
}
