/** How the columns of a source object become the properties of a target object: rules as data, carried out by apply-mapping.ts. */
import type { ObjectType } from './object-type';
import type { ValidationRule } from './validation-rules';

/** The HubSpot types that a property of ours can have. */
export type CreatableType = 'string' | 'number' | 'bool' | 'enumeration' | 'date' | 'datetime';

/** The closed set of conversions. Each says what becomes of the cells of its columns. */
export type Transform =
  /** As written, trimmed. */
  | { readonly kind: 'text' }
  /** Lines joined by a comma and a blank: a street in a one-line property. */
  | { readonly kind: 'street' }
  /** Cells that hold something, joined by a blank: FirstName + MiddleName. */
  | { readonly kind: 'joined' }
  | { readonly kind: 'email' }
  /** Host of a web address. */
  | { readonly kind: 'domain' }
  | { readonly kind: 'number' }
  | { readonly kind: 'bool' }
  /** A calendar day as `YYYY-MM-DD`. */
  | { readonly kind: 'day' }
  /** A calendar day as an instant, at `dateAt` in the portal's time zone. A cell that holds a time keeps it. */
  | { readonly kind: 'day-at' }
  | { readonly kind: 'datetime' }
  /** By table; `upperSnake` tries `Food & Beverage` as `FOOD_BEVERAGE` when the table is silent. */
  | { readonly kind: 'table'; readonly values: Readonly<Record<string, string>>; readonly otherwise: 'leave-out' | 'add-option' | 'refuse'; readonly upperSnake?: true }
  /** By the type of the portal's property. */
  | { readonly kind: 'by-type' }
  | { readonly kind: 'constant'; readonly value: string }
  | { readonly kind: 'owner-id' }
  | { readonly kind: 'owner-name' }
  | { readonly kind: 'pipeline' }
  | { readonly kind: 'stage' }
  | { readonly kind: 'currency' };

/** A property that the portal need not have: made by the migration, if the source has data for it. */
export interface CreatedProperty {
  readonly type: CreatableType;
  readonly label: string;
  readonly description: string;
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
}

export interface CompiledRule extends PropertyRule {
  readonly target: TargetProperty;
}

/** A mapping with every property looked up in the portal. */
export interface CompiledMapping {
  readonly objectType: ObjectType;
  readonly sourceObject: string;
  readonly rules: readonly CompiledRule[];
  readonly onInvalid: 'drop-cell' | 'leave-out-record';
}
