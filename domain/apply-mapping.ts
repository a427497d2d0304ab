import type { CellResult, MappingContext } from './cell-transforms';
import { checkCell, portalCodeOf } from './cell-check';
import type { CompiledMapping, CompiledRule } from './field-mapping';
import type { CellNote } from './planned-record';
import { comparedForm, nameIdentity } from './record-identity';
import { applyTransform } from './transforms/apply-transform';

/** Where a malformed e-mail and further addresses are kept as text. */
export const INVALID_EMAIL_PROPERTY = 'invalid_email';
export const OTHER_EMAILS_PROPERTY = 'other_emails';

export interface MappedRecord {
  readonly properties: Readonly<Record<string, string>>;
  readonly cells: readonly CellNote[];
  readonly identity: { readonly email: string | null; readonly domain: string | null; readonly name: string | null };
  /** Why the mapping would not have the record as a whole; null when its cells are no obstacle. What it lacks is looked at later, when it is known whether it is new. */
  readonly refusal: { readonly reason: 'would-be-refused'; readonly code: string; readonly property: string } | null;
}

interface Cell {
  readonly value: string | null;
  readonly note: CellNote | null;
  readonly invalidCode: string | null;
  readonly sideProperties: Readonly<Record<string, string>>;
}

type CellOf = (column: string) => string | null;

const rawValueOf = ({ columns }: CompiledRule, cellOf: CellOf): string => columns.map(cellOf).filter((cell) => cell !== null && cell !== '').join(' ');

const noteOf = (rule: CompiledRule, cellOf: CellOf, verdict: CellNote['verdict'], code: string): CellNote => ({ column: rule.columns.join(' + '), property: rule.property, verdict, code, rawValue: rawValueOf(rule, cellOf) });

const dropped = (rule: CompiledRule, cellOf: CellOf, code: string, isInvalid: boolean): Cell => ({
  value: null,
  note: noteOf(rule, cellOf, code === 'domain-shared' ? 'shared' : 'dropped', code),
  invalidCode: isInvalid ? code : null,
  sideProperties: code === 'invalid-email' ? { [INVALID_EMAIL_PROPERTY]: rawValueOf(rule, cellOf) } : NO_PROPERTIES,
});

const NO_PROPERTIES = {};
const NO_CELL: Cell = { value: null, note: null, invalidCode: null, sideProperties: NO_PROPERTIES };

function applyRule(rule: CompiledRule, cellOf: CellOf, context: MappingContext): Cell {
  const result: CellResult = applyTransform(rule, cellOf, context);
  if (result.kind === 'blank') {
    return NO_CELL;
  }
  if (result.kind === 'dropped') {
    return dropped(rule, cellOf, result.code, result.invalid);
  }
  const checked = checkCell(rule.target, result.value);
  if (checked.code !== null) {
    return dropped(rule, cellOf, checked.code, true);
  }
  const others = result.others ?? [];
  return {
    value: checked.value,
    note: result.changed === null ? null : noteOf(rule, cellOf, 'changed', result.changed),
    invalidCode: null,
    sideProperties: others.length > 0 ? { [OTHER_EMAILS_PROPERTY]: others.join(';') } : NO_PROPERTIES,
  };
}

/**
 * One source row as target properties, with a note for each cell that is not written as it stands. One bad cell does not cost the record, unless the user says so
 * (`onInvalid`), or the property is required. Key and bookkeeping properties are not added here.
 */
export function applyMapping(values: Readonly<Record<string, string | null>>, mapping: CompiledMapping, context: MappingContext): MappedRecord {
  const properties: Record<string, string> = {};
  const cells: CellNote[] = [];
  let refusal: MappedRecord['refusal'] = null;
  const cellOf: CellOf = (column) => values[column] ?? null;
  for (const rule of mapping.rules) {
    const cell = applyRule(rule, cellOf, context);
    Object.assign(properties, cell.sideProperties);
    if (cell.value !== null) {
      properties[rule.property] = cell.value;
    }
    if (cell.note !== null) {
      cells.push(cell.note);
    }
    const isFatal = mapping.onInvalid === 'leave-out-record' || refusesOthers(rule);
    refusal ??= isFatal && cell.invalidCode !== null ? { reason: 'would-be-refused', code: portalCodeOf(cell.invalidCode, rule.target.type) ?? cell.invalidCode, property: rule.property } : null;
  }
  // An amount without its currency says nothing, and a currency without an amount is noise.
  if (properties.amount === undefined) {
    delete properties.deal_currency_code;
  }
  return {
    properties,
    cells,
    identity: {
      email: mapping.objectType === 'contacts' ? comparedEmail(properties.email) : null,
      domain: mapping.objectType === 'companies' ? (properties.domain ?? null) : null,
      name: mapping.objectType === 'contacts' ? nameIdentity(properties.firstname, properties.lastname) : comparedForm(properties.name ?? properties.dealname),
    },
    refusal,
  };
}

/** Does a value that the table of this rule does not list cost the record? */
function refusesOthers({ transform }: CompiledRule): boolean {
  const table = transform.kind === 'lookup' ? transform.of : transform;
  return table?.kind === 'table' && table.otherwise === 'refuse';
}

const comparedEmail = (email: string | undefined): string | null => email?.trim().toLowerCase() ?? null;
