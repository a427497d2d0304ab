/** Names of columns in a migration file, looked up in the source: in whatever case, with or without the object before them (`Lead.Company`). */
import type { Finding } from './finding';
import { mappingError } from './mapping-error';
import { nearestWord } from './nearest-word';

export interface SourceColumns {
  readonly sourceObject: string;
  /** Of this object, in the source's spelling. */
  readonly own: readonly string[];
  /** Of the other objects whose records become the same type. */
  readonly others: Readonly<Record<string, readonly string[]>>;
}

export type FoundColumn =
  /** In the source's spelling. */
  | { readonly kind: 'here'; readonly column: string }
  /** Another source object of the type has it: nothing to read in this one, and no mistake. */
  | { readonly kind: 'elsewhere' }
  /** `nearest`: what was probably meant, as it can be written. */
  | { readonly kind: 'unknown'; readonly nearest: string | null };

const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

/** The column as the source spells it, or null. */
export const spelled = (name: string, columns: readonly string[]): string | null => (columns.includes(name) ? name : (columns.find((column) => same(column, name)) ?? null));

export function findColumn(name: string, { sourceObject, own, others }: SourceColumns): FoundColumn {
  const here = spelled(name, own);
  if (here !== null) {
    return { kind: 'here', column: here };
  }
  const at = name.indexOf('.');
  const [object, column] = [name.slice(0, Math.max(0, at)), name.slice(at + 1)];
  if (at > 0 && same(object, sourceObject)) {
    const found = spelled(column, own);
    const nearest = nearestWord(column, own);
    return found === null ? { kind: 'unknown', nearest: nearest === null ? null : `${sourceObject}.${nearest}` } : { kind: 'here', column: found };
  }
  const named = Object.keys(others).find((other) => same(other, object));
  if (at > 0 && named !== undefined) {
    const columns = others[named] ?? [];
    const nearest = nearestWord(column, columns);
    return spelled(column, columns) === null ? { kind: 'unknown', nearest: nearest === null ? null : `${named}.${nearest}` } : { kind: 'elsewhere' };
  }
  if (Object.values(others).some((columns) => spelled(name, columns) !== null)) {
    return { kind: 'elsewhere' };
  }
  const everywhere = [...own, ...Object.values(others).flat()];
  // The ending that Salesforce gives to custom columns is easily left out.
  const custom = spelled(`${name}__c`, everywhere);
  if (custom !== null) {
    return { kind: 'unknown', nearest: custom };
  }
  const objects = [sourceObject, ...Object.keys(others)];
  const nearestObject = at > 0 ? nearestWord(object, objects) : null;
  return { kind: 'unknown', nearest: nearestObject !== null ? `${nearestObject}.${column}` : nearestWord(name, everywhere) };
}

/**
 * Columns of `source.dateFormats` that no object of the export has.
 * @param columns by object, in the source's spelling
 */
export function unknownDateColumns(dateFormats: Readonly<Record<string, unknown>>, columns: Readonly<Record<string, readonly string[]>>): readonly Finding[] {
  return Object.keys(dateFormats).flatMap((name) => {
    const found = findColumn(name, { sourceObject: '', own: [], others: columns });
    return found.kind === 'unknown'
      ? [mappingError('unknown-column', `source.dateFormats.${name}`, `No object of the export has a column ${name}.`, found.nearest === null ? 'Correct the name of the column.' : `Did you mean ${found.nearest}?`)]
      : [];
  });
}
