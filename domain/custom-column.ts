/** Columns that the users of a source have added: which property each becomes is decided from all of its values. Pure; values come one by one and are not kept. */
import { parseBool, parseDecimal } from './cell-transforms';
import type { CreatableType, CreatedProperty } from './field-mapping';
import { parseDay, parseInstant } from './portal-dates';

/** Salesforce's ending of custom columns; `__pc` on accounts are those of their persons. */
export const isCustomColumn = (column: string): boolean => /__p?c$/i.test(column);
export const isPersonColumn = (column: string): boolean => /__pc$/i.test(column);

/** The contact's column of which a person account's column is the copy. */
export const contactColumnOf = (personColumn: string): string => personColumn.replace(/__p(c)$/i, '__$1');

/** More distinct values than these are no list to choose from. */
const MAX_OPTIONS = 20;
const MAX_OPTION_LENGTH = 60;
/** A list whose values hardly ever occur again is free text. */
const MIN_USES_OF_AN_OPTION = 3;
/** HubSpot keeps numbers as JavaScript does; more digits are a code, not a quantity. */
const MAX_DIGITS = 15;
const LONG_TEXT_LENGTH = 255;

const isQuantity = (text: string): boolean => !/^[+-]?0\d|^\+/.test(text) && text.replace(/\D/g, '').length <= MAX_DIGITS && parseDecimal(text) !== null;
/** 15 characters, or 18 of which the last three are check characters. */
const isReference = (text: string): boolean => /^[0-9A-Za-z]{15}([A-Z0-5]{3})?$/.test(text) && /\d/.test(text) && /[A-Za-z]/.test(text);

const SHAPES = {
  bool: (text: string) => parseBool(text) !== null && !/^\d$/.test(text),
  flag: (text: string) => text === '0' || text === '1',
  whole: (text: string) => isQuantity(text) && /^-?\d+(\.0*)?$/.test(text),
  number: isQuantity,
  day: (text: string) => parseDay(text) !== null,
  instant: (text: string) => parseInstant(text, 'UTC') !== null,
  reference: isReference,
} as const;
type Shape = keyof typeof SHAPES;

/** Digits that name something instead of counting it: nobody adds up telephone numbers. */
const NAMING_WORDS: ReadonlySet<string> = new Set(['phone', 'telephone', 'mobile', 'fax', 'zip', 'postal', 'id', 'code', 'key', 'no', 'nr', 'number']);

const wordsOf = (column: string): readonly string[] => column.replace(/__p?c$/i, '').replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase().split('_');

/** `Number_of_Pets__c` counts, `License_Number__c` names. */
const isNaming = (column: string): boolean => wordsOf(column).some((word, at, words) => NAMING_WORDS.has(word) && !(word === 'number' && words[at + 1] === 'of'));

/** What a column holds, from values as they pass. Its size does not depend on how many those are. */
export class ColumnCensus {
  private filled = 0;
  private rows = 0;
  private longest = 0;
  private isList = true;
  private readonly distinct = new Set<string>();
  private readonly shapes = new Set<Shape>(['bool', 'flag', 'whole', 'number', 'day', 'instant', 'reference']);

  /** @param column as the source spells it: a telephone number is none that can be added up */
  constructor(private readonly column: string) {}

  see(cell: string | null | undefined): void {
    const text = cell?.trim() ?? '';
    this.rows += 1;
    if (text === '') {
      return;
    }
    this.filled += 1;
    this.longest = Math.max(this.longest, text.length, /[\r\n]/.test(text) ? LONG_TEXT_LENGTH + 1 : 0);
    for (const shape of this.shapes) {
      if (!SHAPES[shape](text)) {
        this.shapes.delete(shape);
      }
    }
    if (this.isList) {
      this.distinct.add(text);
      // HubSpot parts the values of a list by semicolons.
      this.isList = this.distinct.size <= MAX_OPTIONS && text.length <= MAX_OPTION_LENGTH && !/[;\r\n]/.test(text);
    }
  }

  /** The type that takes every value, and why, in words. */
  verdict(): { readonly filled: number; readonly rows: number; readonly type: CreatableType; readonly isLong: boolean; readonly reason: string } {
    const as = (type: CreatableType, reason: string, isLong = false) => ({ filled: this.filled, rows: this.rows, type, isLong, reason });
    const has = (shape: Shape): boolean => this.shapes.has(shape);
    if (has('bool')) {
      return as('bool', 'all true or false');
    }
    // Exports that write 0 and 1 for false and true fill every row, or only those that are true.
    if (has('flag') && (this.filled === this.rows || (this.distinct.size === 1 && this.distinct.has('1')))) {
      return as('bool', this.distinct.size === 1 ? `all ${[...this.distinct].join('')}` : 'all 0 or 1');
    }
    if (has('whole') && isNaming(this.column)) {
      return as('string', 'digits that name something');
    }
    if (has('number')) {
      return as('number', has('whole') ? 'all whole numbers' : 'all numbers');
    }
    if (has('day')) {
      return as('date', 'all days');
    }
    if (has('instant')) {
      return as('datetime', 'all times');
    }
    if (has('reference')) {
      return as('string', 'ids of other records');
    }
    const spellings = new Set([...this.distinct].map((text) => text.toLowerCase()));
    if (this.isList && spellings.size === this.distinct.size && this.filled >= MIN_USES_OF_AN_OPTION * this.distinct.size) {
      return as('enumeration', `${this.distinct.size} different values`);
    }
    return this.longest > LONG_TEXT_LENGTH ? as('string', 'long text', true) : as('string', 'text');
  }
}

export type ColumnVerdict = ReturnType<ColumnCensus['verdict']>;

/** Property names: HubSpot, properties API, 2026-09: lower-case letters, digits and underscores, a letter first, at most 100 characters. */
const MAX_NAME_LENGTH = 80;

const nameOf = (column: string): string => {
  const plain = column.replace(/__p?c$/i, '').toLowerCase().replace(/[^a-z0-9_]+/g, '_').slice(0, MAX_NAME_LENGTH);
  return /^[a-z]/.test(plain) ? plain : `c_${plain}`;
};

/**
 * A name for the property that nothing else has.
 * @param isFree a name that is taken by a property which an earlier run made of this column is free
 */
export function propertyNameOf(column: string, isFree: (name: string) => boolean): string {
  const name = nameOf(column);
  for (let at = 0; ; at += 1) {
    const candidate = at === 0 ? name : at === 1 ? `${name}_salesforce` : `${name}_salesforce_${at}`;
    if (isFree(candidate)) {
      return candidate;
    }
  }
}

const labelOf = (column: string): string => column.replace(/__p?c$/i, '').replaceAll(/_+/g, ' ').trim();

export const createdOf = (column: string, { type, isLong }: ColumnVerdict): CreatedProperty => ({
  type,
  label: labelOf(column),
  description: `Salesforce field ${column}.`,
  ...(isLong ? { isLong } : {}),
});
