/**
 * What a migration file could say of the columns that the preset does not map: by likeness of name and type to a property of the portal, or as a property to be
 * made. Decides from headings, counts and a sample's types; values are not seen here.
 */
import { RESERVED_PROPERTIES } from './bookkeeping-properties';
import { isCustomColumn, isPersonColumn, propertyNameOf } from './custom-column';
import type { CreatableType, ObjectPreset } from './field-mapping';
import type { ObjectMapping, PropertyMapping } from './migration-definition.schema';
import { likenessOf, wordsOf } from './name-likeness';
import type { ObjectType } from './object-type';
import type { PortalObject, PortalProperty } from './portal-snapshot.schema';
import type { ColumnSample, SourceInspection } from './source-inspection';
import { isSystemColumn } from './unread-source';

/**
 * `high`: same name, and the property is made for the sample's type. `medium`: one of both, the other nearly: a like name and the same type, or the same name and a
 * property that takes such values among others. `low`: like name, and a property that takes such values among others.
 */
export type Confidence = 'high' | 'medium' | 'low';

export interface PropertyGuess {
  readonly property: string;
  readonly label: string;
  readonly confidence: Confidence;
  readonly reason: string;
}

export interface ColumnProposal {
  readonly column: string;
  /** Objects that have the column, with filled cells over all of them. */
  readonly sourceObjects: readonly string[];
  readonly filledCount: number;
  readonly sample: ColumnSample | null;
  /** The nearest property that the portal has; null where none is near. */
  readonly guess: PropertyGuess | null;
  /** The property that would be made for it. */
  readonly made: { readonly property: string; readonly type: CreatableType; readonly label: string };
  /** What is written: `map` to the property that is there, `make` one, or `suggest`, which leaves both to a person because nothing says that the column is wanted. */
  readonly advice: 'map' | 'make' | 'suggest';
}

export interface ObjectSurvey {
  readonly sourceObject: string;
  readonly rowCount: number;
  readonly columnCount: number;
  /** Columns with data that the preset reads for properties. */
  readonly mapped: readonly { readonly column: string; readonly properties: readonly string[] }[];
  /** Columns with data that it reads for identity and associations. */
  readonly structuralCount: number;
  readonly emptyCount: number;
  /** Kept or computed by the source itself. */
  readonly systemCount: number;
  /** Columns with data that the migration file maps already. */
  readonly yoursCount: number;
}

export interface TypeProposal {
  readonly objectType: ObjectType;
  readonly surveys: readonly ObjectSurvey[];
  /** In the order of the columns. */
  readonly columns: readonly ColumnProposal[];
}

export interface ProposalInput {
  readonly presets: readonly ObjectPreset[];
  readonly inspection: SourceInspection;
  readonly portals: readonly PortalObject[];
  /** What the migration file says already, by object type. */
  readonly mappings: Readonly<Record<ObjectType, ObjectMapping>>;
  /** Columns that were proposed before, by `proposalName`: proposed once, whatever became of it. */
  readonly proposedBefore: ReadonlySet<string>;
}

/** What a list of columns calls one: on one line, and without the comma that parts them. */
export const proposalName = (sourceObject: string, column: string): string => `${sourceObject}.${column}`.replace(/[\p{Cc}\u2028\u2029,]+/gu, ' ').trim();

/** One for each object type of which the source has an object. */
export function proposeMapping({ presets, inspection, portals, mappings, proposedBefore }: ProposalInput): readonly TypeProposal[] {
  return portals.flatMap((portal) => {
    const own = presets.filter((preset) => preset.objectType === portal.objectType && inspection.objects.some(({ object }) => object === preset.sourceObject));
    if (own.length === 0) {
      return [];
    }
    const mapping = mappings[portal.objectType];
    const objects = own.map((preset) => surveyOf(preset, inspection, mapping));
    const open = columnsOf(objects.map(({ open: columns }) => columns)).filter(({ column, sourceObjects }) => sourceObjects.some((object) => !proposedBefore.has(proposalName(object, column))));
    return [{ objectType: portal.objectType, surveys: objects.map(({ survey }) => survey), columns: propose(open, own, portal, mapping) }];
  });
}

interface OpenColumn {
  readonly column: string;
  readonly sourceObject: string;
  readonly filledCount: number;
  readonly sample: ColumnSample | null;
}

function surveyOf(preset: ObjectPreset, { objects, samples }: SourceInspection, mapping: ObjectMapping): { readonly survey: ObjectSurvey; readonly open: readonly OpenColumn[] } {
  const { sourceObject } = preset;
  const files = objects.find(({ object }) => object === sourceObject)?.files ?? [];
  const filled = new Map<string, number>();
  for (const { name, filledCount } of files.flatMap(({ columns }) => columns)) {
    filled.set(name, (filled.get(name) ?? 0) + filledCount);
  }
  const yours = new Set(Object.values(mapping.properties).flatMap((given) => columnsNamed(given)).map((name) => bare(name, sourceObject)));
  const withData = [...filled].filter(([, count]) => count > 0).map(([column]) => column);
  const kindOf = (column: string): 'yours' | 'mapped' | 'structural' | 'system' | 'open' => {
    if (yours.has(column.toLowerCase())) return 'yours';
    if (preset.rules.some(({ columns }) => columns.includes(column))) return 'mapped';
    if (preset.structuralColumns.includes(column)) return 'structural';
    return isSystemColumn(sourceObject, column) || isPersonColumn(column) ? 'system' : 'open';
  };
  const of = (kind: ReturnType<typeof kindOf>): readonly string[] => withData.filter((column) => kindOf(column) === kind);
  return {
    survey: {
      sourceObject,
      rowCount: files.reduce((sum, { rowCount }) => sum + rowCount, 0),
      columnCount: filled.size,
      mapped: of('mapped').map((column) => ({ column, properties: preset.rules.filter(({ columns }) => columns.includes(column)).map(({ property }) => property) })),
      structuralCount: of('structural').length,
      emptyCount: filled.size - withData.length,
      systemCount: of('system').length,
      yoursCount: of('yours').length,
    },
    open: of('open').map((column) => ({ column, sourceObject, filledCount: filled.get(column) ?? 0, sample: samples?.[sourceObject]?.[column] ?? null })),
  };
}

/** Every column that a line of the file names, as written there. */
function columnsNamed(given: PropertyMapping): readonly string[] {
  if (given === null) return [];
  if (typeof given === 'string') return [given];
  if ('from' in given) return typeof given.from === 'string' ? [given.from] : given.from;
  if ('template' in given) return [...given.template.matchAll(/\{([^}]+)\}/g)].map(([, column = '']) => column);
  return [];
}

/** `Lead.Company` of a Lead → `company`. */
const bare = (name: string, sourceObject: string): string => (name.toLowerCase().startsWith(`${sourceObject.toLowerCase()}.`) ? name.slice(sourceObject.length + 1) : name).toLowerCase();

/** A column that several source objects have is one: a line without the object's name means all of them. */
function columnsOf(objects: readonly (readonly OpenColumn[])[]): readonly Pick<ColumnProposal, 'column' | 'sourceObjects' | 'filledCount' | 'sample'>[] {
  const byName = new Map<string, OpenColumn[]>();
  for (const column of objects.flat()) {
    byName.set(column.column, [...(byName.get(column.column) ?? []), column]);
  }
  return [...byName].map(([column, each]) => ({ column, sourceObjects: each.map(({ sourceObject }) => sourceObject), filledCount: each.reduce((sum, { filledCount }) => sum + filledCount, 0), sample: each.map(({ sample }) => sample).find((sample) => sample !== null) ?? null }));
}

function propose(open: readonly Pick<ColumnProposal, 'column' | 'sourceObjects' | 'filledCount' | 'sample'>[], presets: readonly ObjectPreset[], portal: PortalObject, mapping: ObjectMapping): readonly ColumnProposal[] {
  const taken = new Set([...Object.keys(mapping.properties), ...presets.flatMap(({ rules }) => rules.map(({ property }) => property)), ...RESERVED_PROPERTIES]);
  const live = portal.properties.filter(({ archived }) => !archived);
  // What is only suggested takes no name from what is written: a custom column gets the one that the plan would give it.
  const isWritten = ({ column }: { readonly column: string }): boolean => isCustomColumn(column) && mapping.customColumns === 'create';
  const proposals = [...open.filter(isWritten), ...open.filter((column) => !isWritten(column))].map((column): ColumnProposal => {
    const type = column.sample?.type ?? 'string';
    const guess = bestGuess(column.column, type, live.filter(({ name, readOnly }) => !readOnly && !taken.has(name)));
    const isMapped = guess?.confidence === 'high';
    const words = isCustomColumn(column.column) ? column.column.replace(/__p?c$/i, '').split('_') : wordsOf(column.column);
    // A custom column gets the name that the plan would give it.
    const property = propertyNameOf(isCustomColumn(column.column) ? column.column : words.join('_'), (name) => !taken.has(name) && !live.some((other) => other.name === name));
    taken.add(isMapped ? guess.property : property);
    const text = words.filter((word) => word !== '').join(' ');
    const label = text === '' ? column.column : `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
    return { ...column, guess, made: { property, type, label }, advice: isMapped ? 'map' : isCustomColumn(column.column) && mapping.customColumns === 'create' ? 'make' : 'suggest' };
  });
  return open.flatMap(({ column }) => proposals.filter((proposal) => proposal.column === column));
}

const RANK: Readonly<Record<Confidence, number>> = { high: 0, medium: 1, low: 2 };

function bestGuess(column: string, type: CreatableType, candidates: readonly PortalProperty[]): PropertyGuess | null {
  const guesses = candidates.flatMap((property): readonly PropertyGuess[] => {
    const likeness = likenessOf(column, [property.name, property.label]);
    const fit = fitOf(type, property);
    if (likeness === 'none' || fit === 'none') {
      return [];
    }
    const confidence = likeness === 'same' && fit === 'exact' ? 'high' : likeness === 'near' && fit === 'loose' ? 'low' : 'medium';
    return [{ property: property.name, label: property.label, confidence, reason: `${likeness} name, ${fit === 'exact' ? 'same type' : `a property of type ${property.type} takes such values`}` }];
  });
  return guesses.sort((a, b) => RANK[a.confidence] - RANK[b.confidence] || (a.property < b.property ? -1 : 1))[0] ?? null;
}

/** `loose`: the property takes such values among others, or only some of them, as a list of options does. */
function fitOf(type: CreatableType, { type: wanted, fieldType }: PortalProperty): 'exact' | 'loose' | 'none' {
  switch (wanted) {
    case 'string':
    case 'phone_number':
      return type === 'string' && wanted === 'string' ? 'exact' : 'loose';
    case 'enumeration':
      return type === 'enumeration' || (type === 'bool' && fieldType === 'booleancheckbox') ? 'loose' : 'none';
    case 'datetime':
      return type === 'datetime' ? 'exact' : type === 'date' ? 'loose' : 'none';
    default:
      return type === wanted ? 'exact' : 'none';
  }
}
