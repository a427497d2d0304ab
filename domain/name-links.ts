/** Links that hold a name instead of an id, as the migration file says of them, and what becomes of names that nothing or too much has. Pure. */
import type { Finding } from './finding';
import { mappingError } from './mapping-error';
import type { MigrationDefinition } from './migration-definition.schema';
import { nearestWord } from './nearest-word';
import { idOfName, nameKey } from './record-name';
import { spelled } from './source-columns';
import { findReference, referencesOf } from './source-references';

type SourceObjects = MigrationDefinition['source']['objects'];
type Table = SourceObjects[string];
export type TableDescription = Exclude<Table, readonly string[]>;

const isDescribed = (table: Table | undefined): table is TableDescription => table !== undefined && !Array.isArray(table);

/** What is said of the headings of this file, or null. */
export function descriptionOf(objects: SourceObjects, object: string, fileName: string): TableDescription | null {
  const table = objects[object];
  return isDescribed(table) && table.files.includes(fileName) ? table : null;
}

export const filesOf = (table: Table): readonly string[] => ('files' in table ? table.files : table);

/** One column that holds names of records. */
export interface NameLink {
  readonly sourceObject: string;
  /** As the source's own objects call the reference, e.g. AccountId. */
  readonly column: string;
  /** As the file calls it. */
  readonly heading: string;
  readonly target: string;
  /** Column of the target that holds the name. */
  readonly by: string;
  /** What is written otherwise in this file than in the target's, by compared form. */
  readonly values: ReadonlyMap<string, string>;
}

export const nameLinks = (objects: SourceObjects): readonly NameLink[] =>
  Object.entries(objects).flatMap(([sourceObject, table]) =>
    Object.entries(isDescribed(table) ? table.links : {}).flatMap(([column, { column: heading, by, values = {} }]): readonly NameLink[] => {
      const target = findReference(sourceObject, column);
      return target === null ? [] : [{ sourceObject, column, heading, target, by, values: new Map(Object.entries(values).map(([from, to]) => [nameKey(from), to])) }];
    }),
  );

/** The name that a cell stands for, as it is compared. */
export function wantedKey({ values }: NameLink, cell: string): string {
  const key = nameKey(cell);
  return nameKey(values.get(key) ?? key);
}

/** What stands in a link whose name cannot be resolved: an id that no record has, so that the association is counted as one without an end. An owner stays as written, as `source_owner` keeps it. */
export const unresolvedValue = ({ target }: NameLink, cell: string): string => (target === 'User' ? cell : idOfName(`no ${target}`, cell));

export const UNMATCHED_NAME = 'unmatched-name';
export const AMBIGUOUS_NAME = 'ambiguous-name';
export type NameTrouble = typeof UNMATCHED_NAME | typeof AMBIGUOUS_NAME;

const placeOf = ({ sourceObject, column }: Pick<NameLink, 'sourceObject' | 'column'>, setting: string): string => `source.objects.${sourceObject}.links.${column}.${setting}`;

/** References that the object of a table does not have. */
function strayLinks(objects: SourceObjects): readonly Finding[] {
  return Object.entries(objects).flatMap(([sourceObject, table]) =>
    Object.keys(isDescribed(table) ? table.links : {})
      .filter((column) => findReference(sourceObject, column) === null)
      .map((column) => {
        const nearest = nearestWord(column, referencesOf(sourceObject));
        return mappingError('unknown-reference', `source.objects.${sourceObject}.links.${column}`, `${sourceObject} has no reference ${column}.`, nearest === null ? `It has ${referencesOf(sourceObject).join(', ')}.` : `Did you mean ${nearest}?`);
      }),
  );
}

/**
 * References, names of columns and objects that the export does not have.
 * @param columns by object, in the source's spelling
 */
export function unknownNameColumns(objects: SourceObjects, columns: Readonly<Record<string, readonly string[]>>): readonly Finding[] {
  const unknown = nameLinks(objects).flatMap((link) => {
    const own = columns[link.target];
    if (own === undefined) {
      return [mappingError('unknown-reference', placeOf(link, 'by'), `${link.column} refers to ${link.target}, which is not in the export.`, `Put a file of ${link.target} there and name it in source.objects, or take the link out.`)];
    }
    const nearest = nearestWord(link.by, own);
    return spelled(link.by, own) === null ? [mappingError('unknown-column', placeOf(link, 'by'), `${link.target} has no column ${link.by}.`, nearest === null ? 'Name the column that holds the name.' : `Did you mean ${nearest}?`)] : [];
  });
  return [...strayLinks(objects), ...unknown];
}

/** A name that could not be resolved, for the plan's own outputs. */
export interface UnresolvedName {
  readonly sourceObject: string;
  /** As the file calls it. */
  readonly column: string;
  readonly target: string;
  readonly code: NameTrouble;
  readonly name: string;
  readonly rows: number;
  /** The right name that was probably meant. */
  readonly nearest: string | null;
}

/** Distinct names that are kept of each link: more are told as a number alone. */
const MAX_NAMES = 1_000;
/** Names for which a nearest one is looked for, and names that it is looked for among: each pair takes a microsecond or two. */
const MAX_HINTED = 100;
const MAX_CANDIDATES = 10_000;

interface NameEntry {
  readonly name: string;
  rows: number;
  nearest: string | null;
}

interface Tally {
  readonly link: NameLink;
  readonly code: NameTrouble;
  readonly byKey: Map<string, NameEntry>;
  rows: number;
}

/** Counts names that could not be resolved, as rows pass by, and finds the nearest right ones among the target's names. */
export class NameCensus {
  private readonly tallies = new Map<string, Tally>();
  private readonly candidates = new Map<string, number>();

  see(link: NameLink, code: NameTrouble, cell: string): void {
    const id = `${link.sourceObject} ${link.column} ${code}`;
    const tally = this.tallies.get(id) ?? { link, code, byKey: new Map<string, NameEntry>(), rows: 0 };
    this.tallies.set(id, tally);
    tally.rows += 1;
    const known = tally.byKey.get(nameKey(cell));
    if (known !== undefined) {
      known.rows += 1;
    } else if (tally.byKey.size < MAX_NAMES) {
      tally.byKey.set(nameKey(cell), { name: cell.trim(), rows: 1, nearest: null });
    }
  }

  /** Targets of names that nothing has. */
  targets(): readonly Pick<NameLink, 'target' | 'by'>[] {
    const unmatched = [...this.tallies.values()].filter(({ code }) => code === UNMATCHED_NAME).map(({ link: { target, by } }) => ({ target, by }));
    return [...new Map(unmatched.map((one) => [`${one.target} ${one.by}`, one])).values()];
  }

  /** @returns whether more names of this target are wanted */
  compare({ target, by }: Pick<NameLink, 'target' | 'by'>, names: readonly string[]): boolean {
    for (const { link, byKey, code } of this.tallies.values()) {
      if (code === UNMATCHED_NAME && link.target === target && link.by === by) {
        for (const entry of this.mostFrequent(byKey).slice(0, MAX_HINTED)) {
          entry.nearest = nearestWord(entry.name, entry.nearest === null ? names : [entry.nearest, ...names]);
        }
      }
    }
    const seen = (this.candidates.get(`${target} ${by}`) ?? 0) + names.length;
    this.candidates.set(`${target} ${by}`, seen);
    return seen < MAX_CANDIDATES;
  }

  names(): readonly UnresolvedName[] {
    return [...this.tallies.values()].flatMap(({ link, code, byKey }) =>
      this.mostFrequent(byKey).map(({ name, rows, nearest }) => ({ sourceObject: link.sourceObject, column: link.heading, target: link.target, code, name, rows, nearest })),
    );
  }

  findings(): readonly Finding[] {
    return [...this.tallies.values()].map(({ link, code, rows, byKey }): Finding => {
      const distinct = byKey.size < MAX_NAMES ? `${byKey.size}` : `${MAX_NAMES} or more`;
      const cause = code === UNMATCHED_NAME ? `that no ${link.target} has in ${link.by}` : `that several ${link.target} have in ${link.by}, and none is guessed`;
      return {
        code, severity: 'warning', place: `${link.sourceObject}.${link.heading}`, message: `${rows} row${rows === 1 ? ' holds a name' : 's hold names'} ${cause}: ${distinct} different.`,
        remedy: code === UNMATCHED_NAME ? `They stand in unresolved-names.csv, with the nearest right name. Correct them in ${placeOf(link, 'values')}.` : `They stand in unresolved-names.csv. Make the names of ${link.target} unique, or link by another column.`, count: rows,
      };
    });
  }

  private mostFrequent(byKey: ReadonlyMap<string, NameEntry>): readonly NameEntry[] {
    return [...byKey.values()].sort((one, other) => other.rows - one.rows);
  }
}
