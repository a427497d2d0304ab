/** Values out of a closed set: yes or no, options by a table, several options at once. */
import { BLANK, invalidCell, leftOutCell, parseDecimal, valueOf } from '../cell-transforms';
import type { CellResult } from '../cell-transforms';

const TRUE = ['true', '1', 'yes', 'y', 't', 'on', 'x', 'checked', 'ja', 'wahr', 'oui', 'vrai', 'si', 'sí', 'sim'];
const FALSE = ['false', '0', 'no', 'n', 'f', 'off', 'unchecked', 'nein', 'falsch', 'non', 'faux', 'não', 'nao'];

/**
 * @param yes words for true instead of the usual ones
 * @param no words for false instead of the usual ones
 */
export function boolOf(text: string, yes: readonly string[] = TRUE, no: readonly string[] = FALSE): CellResult {
  const word = text.toLowerCase();
  const isIn = (words: readonly string[]): boolean => words.some((each) => each.trim().toLowerCase() === word);
  return isIn(yes) === isIn(no) ? invalidCell('invalid-bool') : valueOf(String(isIn(yes)));
}

export interface ValueTable {
  readonly values: Readonly<Record<string, string>>;
  readonly otherwise: 'leave-out' | 'add-option' | 'refuse';
  /** Tries `Food & Beverage` as `FOOD_BEVERAGE` when the table is silent. */
  readonly upperSnake?: true;
}

const upperSnake = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]+/g, '_').replace(/^_|_$/g, '');

/** The portal's value for a source value, case aside; a value that is an option already needs no table. */
export function byTable(text: string, { values, otherwise, upperSnake: snake }: ValueTable, isOption: (value: string) => boolean): CellResult {
  const own = Object.hasOwn(values, text) ? values[text] : undefined;
  const listed = own ?? Object.entries(values).find(([from]) => from.trim().toLowerCase() === text.toLowerCase())?.[1];
  const spelled = snake && isOption(upperSnake(text)) ? upperSnake(text) : undefined;
  const value = listed ?? spelled ?? (otherwise === 'add-option' || isOption(text) ? text : undefined);
  if (value === undefined) {
    return { kind: 'dropped', code: 'no-option', invalid: otherwise === 'refuse' };
  }
  return valueOf(value, value === text ? null : 'by-table');
}

/** The value of the first range that reaches the number. */
export function byRange(text: string, ranges: readonly { readonly upTo: number | null; readonly value: string }[]): CellResult {
  const number = parseDecimal(text);
  const range = ranges.find(({ upTo }) => upTo === null || Number(number) <= upTo);
  return number === null || number.startsWith('-') || range === undefined ? invalidCell('invalid-number') : valueOf(range.value, 'by-range');
}

export interface MultiValues {
  readonly separator: string;
  /** What replaces a `;` within a value; null leaves such a value out. */
  readonly semicolon: string | null;
  readonly table: ValueTable | null;
}

/**
 * Several values of one cell, each once, parted by `;` as HubSpot wants it. A `;` within a value cannot be written there: HubSpot knows no escape for it.
 * What a table has no word for is left out alone; only a table that refuses costs the whole cell.
 */
export function severalOf(text: string, { separator, semicolon, table }: MultiValues, isOption: (value: string) => boolean): CellResult {
  const found = new Set<string>();
  let changed: string | null = null;
  const parts = text.split(separator).map((part) => part.trim()).filter((part) => part !== '');
  for (const part of parts) {
    const result = table === null ? valueOf(part) : byTable(part, table, isOption);
    if (result.kind === 'dropped' && result.invalid) {
      return result;
    }
    const value = result.kind === 'value' ? withoutSemicolon(result.value, semicolon) : null;
    if (value !== null) {
      found.add(value);
    }
    changed = value === null ? 'values-left-out' : (changed ?? (value === part ? null : result.kind === 'value' && result.changed !== null ? result.changed : 'semicolon-replaced'));
  }
  if (found.size > 0) {
    return valueOf([...found].join(';'), changed);
  }
  return parts.length === 0 ? BLANK : leftOutCell('no-option');
}

function withoutSemicolon(value: string, semicolon: string | null): string | null {
  if (!value.includes(';')) {
    return value;
  }
  const replaced = semicolon === null ? '' : value.replaceAll(';', semicolon).trim();
  return replaced === '' ? null : replaced;
}
