/** Custom columns with data as properties: one pass over the rows of each object that has any, which keeps no more than a few words for each column. */
import { BOOKKEEPING_GROUP, BOOKKEEPING_PROPERTIES, RESERVED_PROPERTIES } from '../domain/bookkeeping-properties';
import { ColumnCensus, contactColumnOf, createdOf, isCustomColumn, isPersonColumn, propertyNameOf } from '../domain/custom-column';
import type { ColumnVerdict } from '../domain/custom-column';
import type { PropertyRule } from '../domain/field-mapping';
import type { Finding } from '../domain/finding';
import type { ObjectMapping } from '../domain/migration-definition.schema';
import type { PortalObject } from '../domain/portal-snapshot.schema';
import { SALESFORCE_PRESETS } from '../domain/presets/salesforce';
import { stagedPages } from './planning-scope';
import type { StagedRows } from './planning-scope';

/** A column of the source, and the object whose records get it: a person account's go to its contact. */
export interface CustomColumn {
  readonly sourceObject: string;
  readonly column: string;
}

export interface CustomColumnsInput {
  readonly rows: StagedRows;
  readonly portal: PortalObject;
  readonly mapping: ObjectMapping;
  /** Custom columns with data that no rule reads. */
  readonly columns: readonly CustomColumn[];
}

export interface CustomRules {
  /** By source object; a column that several objects have is one property. */
  readonly rules: Readonly<Record<string, readonly PropertyRule[]>>;
  readonly findings: readonly Finding[];
}

const keyOf = (column: string): string => contactColumnOf(column).toLowerCase();

export async function proposeCustomColumns({ rows, portal, mapping, columns }: CustomColumnsInput): Promise<CustomRules> {
  const verdicts = await readVerdicts(rows, columns);
  const taken = new Set([...Object.keys(BOOKKEEPING_PROPERTIES), ...RESERVED_PROPERTIES, ...Object.entries(mapping.properties).flatMap(([property, given]) => (given === null ? [] : [property])), ...SALESFORCE_PRESETS.filter(({ objectType }) => objectType === portal.objectType).flatMap((preset) => preset.rules.map(({ property }) => property))]);
  const rules: Record<string, PropertyRule[]> = {};
  const findings: Finding[] = [];
  for (const [key, verdict] of [...verdicts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const sources = columns.filter(({ column }) => keyOf(column) === key);
    const [first] = sources;
    if (first === undefined) {
      continue;
    }
    const property = propertyNameOf(first.column, (name) => !taken.has(name) && isFreeIn(portal, name, verdict));
    taken.add(property);
    if (mapping.properties[property] === null) {
      continue;
    }
    for (const { sourceObject, column } of sources) {
      // A person's column is read from the contact that it was brought to.
      const owner = isPersonColumn(column) ? 'Contact' : sourceObject;
      const own = contactColumnOf(column);
      const known = (rules[owner] ??= []);
      if (!known.some((rule) => rule.property === property)) {
        known.push({ property, columns: [own], transform: { kind: 'by-type' }, create: createdOf(column, verdict) });
      }
    }
    findings.push(proposal(portal, sources, property, verdict));
  }
  return { rules, findings };
}

/** Not in the portal, or there from an earlier run: in our group, and of the type that it would get. */
function isFreeIn(portal: PortalObject, name: string, { type }: ColumnVerdict): boolean {
  const there = portal.properties.find((property) => property.name === name && !property.archived);
  return there === undefined || (there.groupName === BOOKKEEPING_GROUP.name && there.type === type && !there.readOnly);
}

async function readVerdicts(rows: StagedRows, columns: readonly CustomColumn[]): Promise<ReadonlyMap<string, ColumnVerdict>> {
  const censuses = new Map(columns.map(({ column }) => [keyOf(column), new ColumnCensus(column)]));
  for (const sourceObject of new Set(columns.map((each) => each.sourceObject))) {
    const own = columns.filter((each) => each.sourceObject === sourceObject).flatMap(({ column }) => {
      const census = censuses.get(keyOf(column));
      return census === undefined ? [] : [{ column, census }];
    });
    for await (const page of stagedPages(rows, sourceObject)) {
      for (const { values } of page.filter(({ state }) => state === 'ok')) {
        own.forEach(({ column, census }) => census.see(values[column]));
      }
    }
  }
  return new Map([...censuses].map(([key, census]) => [key, census.verdict()]));
}

const inWords = (count: number): string => count.toLocaleString('en-US');

function proposal({ objectType }: PortalObject, sources: readonly CustomColumn[], property: string, { filled, rows, type, isLong, reason }: ColumnVerdict): Finding {
  const place = sources.map(({ sourceObject, column }) => `${sourceObject}.${column}`).join(' and ');
  return {
    code: CUSTOM_COLUMN,
    severity: 'info',
    place,
    message: `${place} ${sources.length === 1 ? 'becomes' : 'become'} the property ${property} of ${objectType}: ${inWords(filled)} of ${inWords(rows)} filled, ${reason}: ${isLong ? 'text of several lines' : WORDS[type]}.`,
    remedy: 'To keep it out, say properties: { ' + property + ': null } or customColumns: leave-out in the migration file; to have it otherwise, map the column to a property there.',
    count: filled,
  };
}

export const CUSTOM_COLUMN = 'custom-column';

const WORDS: Readonly<Record<ColumnVerdict['type'], string>> = { string: 'text', number: 'number', bool: 'yes or no', enumeration: 'a list of options', date: 'date', datetime: 'date and time' };

export const customColumnsIn = (sourceObject: string, filled: Readonly<Record<string, number>>, read: ReadonlySet<string>): readonly CustomColumn[] =>
  Object.entries(filled).flatMap(([column, count]) => (count > 0 && isCustomColumn(column) && !read.has(column) ? [{ sourceObject, column }] : []));
