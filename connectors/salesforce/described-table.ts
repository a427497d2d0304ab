/**
 * Files whose headings are not Salesforce's: what the migration file says they mean. Pure.
 */
import type { TableDescription } from '../../domain/name-links';
import { idOfName, nameKey } from '../../domain/record-name';
import { toEighteen } from '../../domain/salesforce-id';
import { columnNames, idColumnAt, lookupColumns } from './columns';
import { columnsOf } from './objects';

export interface TableColumns {
  /** By position: the names under which the cell is known, and whether it is an id of Salesforce's kind. A cell may have several names, and one that only tells the id none. */
  readonly keys: readonly (readonly { readonly name: string; readonly isLookup: boolean }[])[];
  /** Where the id, or the name in its place, stands; -1 where no heading is it. */
  readonly idAt: number;
}

const same = (left: string, right: string): boolean => left.trim().toLowerCase() === right.trim().toLowerCase();

const headingOfId = ({ id }: TableDescription): string | null => (id === undefined ? null : typeof id === 'string' ? id : id.name);

export function tableColumns(object: string, headings: readonly string[], description: TableDescription | null): TableColumns {
  if (description === null) {
    const names = columnNames(object, headings);
    const isLookup = lookupColumns(object, names);
    return { keys: names.map((name, at) => [{ name, isLookup: isLookup[at] ?? false }]), idAt: idColumnAt(headings) };
  }
  const idHeading = headingOfId(description);
  const links = Object.entries(description.links).map(([name, { column }]) => ({ name, heading: column, isLookup: false }));
  const columns = Object.entries(description.columns).map(([given, heading]) => {
    const name = columnsOf(object).get(given.toLowerCase()) ?? given;
    return { name, heading, isLookup: lookupColumns(object, [name])[0] ?? false };
  });
  const described = [...columns, ...links];
  const first = (heading: string): number => headings.findIndex((each) => same(each, heading));
  const ofHeading = headings.map((heading, at) => described.filter((each) => same(each.heading, heading) && first(heading) === at).map(({ name, isLookup }) => ({ name, isLookup })));
  // A heading that nothing is said of keeps its name, unless it is one that another column was given.
  const named = described.map(({ name }) => name);
  const idKeys = idHeading === null || typeof description.id !== 'object' || named.includes('Name') ? [] : [{ name: 'Name', isLookup: false }];
  const taken = [...named, ...idKeys.map(({ name }) => name)];
  const own = columnNames(object, [...taken, ...headings]).slice(taken.length);
  const ownLookup = lookupColumns(object, own);
  const idAt = idHeading === null ? idColumnAt(headings) : first(idHeading);
  // Where nothing else is said of it, the id's own cell is the row's Name if it is a name, and else needs no column.
  const keysAt = (at: number): TableColumns['keys'][number] => (idHeading !== null && at === idAt ? idKeys : [{ name: own[at] ?? '', isLookup: ownLookup[at] ?? false }]);
  return { keys: ofHeading.map((given, at) => (given.length > 0 ? given : keysAt(at))), idAt };
}

/** Headings that the description names and that none of these files has, with the setting that names each. The id's has its own finding. */
export function missingHeadings({ columns, links }: TableDescription, files: readonly (readonly string[])[]): readonly { readonly setting: string; readonly heading: string }[] {
  const named = [...Object.entries(columns).map(([name, heading]) => ({ setting: `columns.${name}`, heading })), ...Object.entries(links).map(([name, { column }]) => ({ setting: `links.${name}.column`, heading: column }))];
  return named.filter(({ heading }) => !files.some((headings) => headings.some((each) => same(each, heading))));
}

/** Names that are none of the object's columns, and no custom one: misspelled. Of objects whose columns are not known every name is right. */
export function unknownNames(object: string, { columns }: TableDescription): readonly string[] {
  const known = columnsOf(object);
  return known.size === 0 ? [] : Object.keys(columns).filter((name) => !known.has(name.toLowerCase()) && !/__p?c$/i.test(name));
}

/** The id of a row by its cell: as Salesforce writes it where it is one, else as it stands; of a name its hash. Empty where the cell holds nothing. */
export function describedId(object: string, { id }: TableDescription, cell: string): string {
  if (typeof id === 'object') {
    return nameKey(cell) === '' ? '' : idOfName(object, cell);
  }
  return toEighteen(cell) ?? cell;
}
