/** How the columns of a source object become the properties of a target object: rules as data, carried out by apply-mapping.ts. */
import type { Condition } from './migration-definition.schema';
import type { ObjectType } from './object-type';
import type { TransformSetting } from './transform.schema';
import type { ValidationRule } from './validation-rules';

/** The HubSpot types that a property of ours can have. */
export type CreatableType = 'string' | 'number' | 'bool' | 'enumeration' | 'date' | 'datetime';

/**
 * The closed set of conversions. Each says what becomes of the cells of its columns; those of a migration file (`transform.schema.ts`) are the same that presets are
 * written in. The others are what the settings beside `transform` come to, and what only a preset can say.
 */
export type Transform =
  | TransformSetting
  | TableTransform
  /** The cell of another record, whose id stands in this one; `of` is how it is read, by the property's type where nothing is said. */
  | { readonly kind: 'lookup'; readonly through: string; readonly column: string; readonly of?: TransformSetting | TableTransform }
  | { readonly kind: 'template'; readonly parts: readonly TemplatePart[] }
  /** A number as the first range that reaches it; the last range has no end (`upTo: null`). */
  | { readonly kind: 'ranges'; readonly ranges: readonly { readonly upTo: number | null; readonly value: string }[] }
  /** By the type of the portal's property. */
  | { readonly kind: 'by-type' }
  | { readonly kind: 'constant'; readonly value: string }
  | { readonly kind: 'owner-id' }
  | { readonly kind: 'owner-name' }
  | { readonly kind: 'pipeline' }
  | { readonly kind: 'stage' }
  | { readonly kind: 'currency' };

/** By table; `upperSnake` tries `Food & Beverage` as `FOOD_BEVERAGE` when the table is silent; `of` is how the cell is read before. */
export interface TableTransform {
  readonly kind: 'table';
  readonly values: Readonly<Record<string, string>>;
  readonly otherwise: 'leave-out' | 'add-option' | 'refuse';
  readonly upperSnake?: true;
  readonly of?: TransformSetting;
}

/** A piece of a template: its own text, or the place of a column among the rule's. */
export type TemplatePart = { readonly text: string } | { readonly at: number };

/** A property that the portal need not have: made by the migration, if the source has data for it. */
export interface CreatedProperty {
  readonly type: CreatableType;
  readonly label: string;
  readonly description: string;
  /** A text of several lines. */
  readonly isLong?: boolean;
  /** An enumeration that takes several values. */
  readonly isMultiple?: boolean;
}

export interface PropertyRule {
  readonly property: string;
  /** Columns in the source's spelling, in the order in which they are read. */
  readonly columns: readonly string[];
  readonly transform: Transform;
  /** Null for a property that the portal has by default. */
  readonly create: CreatedProperty | null;
}

/** A complete mapping of one source object. */
export interface ObjectPreset {
  readonly objectType: ObjectType;
  readonly sourceObject: string;
  readonly rules: readonly PropertyRule[];
  /** Columns that are read for identity, links and deletion instead of for a property. */
  readonly structuralColumns: readonly string[];
}

/** How a property that is written must look, from the portal's snapshot or from our own definition. */
export interface TargetProperty {
  readonly name: string;
  readonly type: string;
  /** Null: not checked, because the options are made by the migration, or lie outside the property (owners). */
  readonly options: readonly { readonly value: string; readonly label: string }[] | null;
  readonly isMultiple: boolean;
  /** What the portal's admins ask of a value. */
  readonly rules: readonly ValidationRule[];
  /** What is no option yet becomes one. */
  readonly addsOptions?: true;
}

export interface CompiledRule extends PropertyRule {
  /** Every choice by type is made. */
  readonly transform: Exclude<Transform, { kind: 'by-type' }>;
  readonly target: TargetProperty;
  /** How the dates of its columns are written, for those of which the mapping says it. */
  readonly dateFormats: Readonly<Record<string, readonly string[]>>;
}

/** A mapping with every property looked up in the portal. */
export interface CompiledMapping {
  readonly objectType: ObjectType;
  readonly sourceObject: string;
  readonly rules: readonly CompiledRule[];
  /** What a row must meet to be moved, by columns of this source object. */
  readonly where: readonly CompiledCondition[];
  readonly onInvalid: 'drop-cell' | 'leave-out-record';
}

export interface CompiledCondition {
  readonly column: string;
  readonly operator: Condition['operator'];
  readonly values: readonly string[];
  readonly dateFormats: readonly string[] | null;
}

/** A cell of another record that a mapping asks for by the id in one of its columns. */
export interface NeededLookup {
  readonly idColumn: string;
  readonly throughObject: string;
  readonly column: string;
}

/** Which other records a page of rows needs before it can be mapped, each once. */
export function neededLookups({ rules }: CompiledMapping): readonly NeededLookup[] {
  const needed = rules.flatMap(({ columns: [idColumn], transform }) => (transform.kind === 'lookup' && idColumn !== undefined ? [{ idColumn, throughObject: transform.through, column: transform.column }] : []));
  return [...new Map(needed.map((one) => [`${one.idColumn}\n${one.throughObject}\n${one.column}`, one])).values()];
}
