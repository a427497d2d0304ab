import { columnsOf } from './objects';
import { NULL_ID, toEighteen } from '../../domain/salesforce-id';

/** What stands for nothing: an empty cell, an empty look-up of the weekly export, and the null token of files prepared for loading. */
const NULLS: ReadonlySet<string> = new Set(['', NULL_ID, '#N/A']);

export const isNullCell = (cell: string): boolean => NULLS.has(cell);

/** Where the id column is, or -1. Case does not count; of several the first. */
export const idColumnAt = (headings: readonly string[]): number => headings.findIndex((heading) => heading.trim().toLowerCase() === 'id');

/**
 * The names under which a file's cells are known, by position: the vendor's spelling where the heading is the object's own in whatever case, else the heading as
 * written. A heading that occurs again gets its number (`Name (2)`), one without text its place (`(3)`), so that no cell hides another.
 */
export function columnNames(object: string, headings: readonly string[]): readonly string[] {
  const spellings = columnsOf(object);
  const taken = new Set<string>();
  return headings.map((heading, at) => {
    const wanted = spellings.get(heading.trim().toLowerCase()) ?? heading.trim();
    let name = wanted === '' ? `(${at + 1})` : wanted;
    for (let occurrence = 2; taken.has(name); occurrence += 1) {
      name = `${wanted} (${occurrence})`.trim();
    }
    taken.add(name);
    return name;
  });
}

/** The object's own look-ups, by position: their 15-character ids are brought to 18, so that both forms of one id meet. Custom look-ups cannot be told from text. */
export function lookupColumns(object: string, columns: readonly string[]): readonly boolean[] {
  const spellings = columnsOf(object);
  return columns.map((column) => column.endsWith('Id') && spellings.has(column.toLowerCase()));
}

/** A cell as the engine sees it: null for what stands for nothing, an id of a look-up in 18 characters, everything else as written. */
export function cellValue(cell: string, isLookup: boolean): string | null {
  if (isNullCell(cell)) {
    return null;
  }
  const eighteen = isLookup ? toEighteen(cell) : null;
  return eighteen === null ? cell : isNullCell(eighteen) ? null : eighteen;
}
