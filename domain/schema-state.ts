/** What the state machines of making and undoing schema remember, ask for and are told; plain JSON. */
import type { LabelDefinition, PortalLabel } from './association-label';
import type { KindText } from './association-kind';
import type { AssociationType, ObjectType } from './object-type';
import type { PipelineDefinition, PropertyDefinition } from './schema-plan';

export type PropertyOption = PropertyDefinition['options'][number];

export interface GroupDefinition {
  readonly name: string;
  readonly label: string;
}

/** Something that the plan makes. `name` is unique among things of its kind and object type; that of an option is `property:value`, of a label `association type:label`. */
export type SchemaThing =
  | { readonly kind: 'group'; readonly name: string; readonly definition: GroupDefinition }
  | { readonly kind: 'property'; readonly name: string; readonly definition: PropertyDefinition }
  /** Added to a property that somebody else made: options of our own properties come with them. */
  | { readonly kind: 'option'; readonly name: string; readonly property: string; readonly definition: PropertyOption }
  | { readonly kind: 'pipeline'; readonly name: string; readonly definition: PipelineDefinition }
  /** Stands with the type that its associations run from. */
  | { readonly kind: 'label'; readonly name: string; readonly definition: LabelDefinition };
export type SchemaKind = SchemaThing['kind'];

/**
 * As the ledger keeps it. `intended`: certainly never carried out. `sent`: one call may be under way or have landed. `sent-again`: more than one. `removing`: a call
 * that takes it away may have landed. The rest are ends, of making (`created` by this run, `existed`) and of undoing.
 */
export type SchemaThingState = 'intended' | 'sent' | 'sent-again' | 'created' | 'existed' | 'removing' | 'undone' | 'kept';

export interface SchemaChange {
  readonly kind: SchemaKind;
  readonly name: string;
  /** Changes nothing where the ledger holds another state. */
  readonly from: readonly SchemaThingState[];
  readonly to: SchemaThingState;
  /** Of a label: the type that associations get for it. Kept where it is not said. */
  readonly associationKind?: KindText;
}

export type FoundProperty = PropertyDefinition & { readonly archived: boolean };

export interface SchemaName {
  readonly kind: SchemaKind;
  readonly name: string;
}

// ---------------------------------------------------------------- making

/** Things that need nothing of another part: parts go side by side. */
export interface SchemaPart {
  readonly objectType: ObjectType;
  readonly things: readonly SchemaThing[];
}

export type SchemaStanding =
  | { readonly at: 'unintended' }
  | { readonly at: 'unread' }
  /** Certainly not there, or not of our making. */
  | { readonly at: 'to-send' }
  /** The ledger took the mark: this attempt alone sends it. `fresh`: what it is merged with has been read since. */
  | { readonly at: 'marked'; readonly isFirst: boolean; readonly isFresh: boolean }
  /** The portal said that it is made, but not as what: its type is read when all are. */
  | { readonly at: 'made' }
  /** The portal said no, and not whether because it is there already: a look tells. */
  | { readonly at: 'refused'; readonly isFirst: boolean; readonly correlationId: string | null }
  | { readonly at: 'outcome'; readonly change: SchemaChange }
  | { readonly at: 'settled' }
  /** Another attempt is at work on it. */
  | { readonly at: 'elsewhere' };

export interface SchemaItem {
  readonly thing: SchemaThing;
  readonly state: SchemaThingState;
  readonly sendCount: number;
  /** Read since it was settled, and fits. */
  readonly isChecked: boolean;
  readonly standing: SchemaStanding;
}

export interface SchemaFailure {
  readonly type: 'PlanError' | 'TransientError';
  readonly code: string;
  readonly kind: SchemaKind;
  readonly name: string;
  readonly correlationId: string | null;
}

export interface SchemaState {
  readonly run: string;
  readonly objectType: ObjectType;
  readonly items: readonly SchemaItem[];
  /** Options as last read, of properties that get further ones. */
  readonly options: Readonly<Record<string, readonly PropertyOption[]>>;
  readonly quotaChecked: boolean;
  /** The ledger was asked at the end for options that another attempt has intended meanwhile. */
  readonly askedForOptions: boolean;
  readonly failure: SchemaFailure | null;
  readonly ending: 'none' | 'rethrow';
  readonly asked: SchemaCommand;
}

export type SchemaCommand =
  | { readonly do: 'intend'; readonly things: readonly SchemaThing[] }
  | { readonly do: 'check-quota' }
  | { readonly do: 'read-groups' }
  | { readonly do: 'read-properties'; readonly names: readonly string[] }
  | { readonly do: 'read-pipelines' }
  | { readonly do: 'read-labels'; readonly associationType: AssociationType }
  /** Intents and outcomes. */
  | { readonly do: 'settle'; readonly changes: readonly SchemaChange[] }
  | { readonly do: 'create-group'; readonly definition: GroupDefinition }
  | { readonly do: 'create-properties'; readonly definitions: readonly PropertyDefinition[] }
  /** All options that the property shall have. */
  | { readonly do: 'replace-options'; readonly property: string; readonly options: readonly PropertyOption[] }
  | { readonly do: 'create-pipeline'; readonly definition: PipelineDefinition }
  | { readonly do: 'create-label'; readonly definition: LabelDefinition }
  | { readonly do: 'done' }
  | { readonly do: 'rethrow' }
  | { readonly do: 'fail'; readonly failure: SchemaFailure };

export interface PropertiesAnswer {
  readonly created: readonly string[];
  readonly existed: readonly string[];
  readonly refused: readonly { readonly property: string | null; readonly code: string; readonly correlationId: string | null }[];
}

/** With its type where the answer names one alone; where it names one for each side, it is read afterwards. */
export type LabelAnswer = { readonly created: KindText | null } | { readonly refused: { readonly correlationId: string | null } };

export type SchemaEvent =
  /** What the ledger holds of them now: an earlier attempt may have come further. */
  | { readonly on: 'intended'; readonly states: readonly (SchemaName & { readonly state: SchemaThingState })[] }
  | { readonly on: 'quota-suffices' }
  | { readonly on: 'groups-read'; readonly groups: readonly GroupDefinition[] }
  | { readonly on: 'properties-read'; readonly properties: readonly FoundProperty[] }
  | { readonly on: 'pipelines-read'; readonly pipelines: readonly PipelineDefinition[] }
  | { readonly on: 'labels-read'; readonly labels: readonly PortalLabel[] }
  /** Those that the ledger changed. */
  | { readonly on: 'settled'; readonly changed: readonly SchemaName[] }
  | { readonly on: 'made'; readonly answer: 'created' | 'existed' }
  | { readonly on: 'properties-made'; readonly answer: PropertiesAnswer }
  | { readonly on: 'label-made'; readonly answer: LabelAnswer }
  | { readonly on: 'not-carried-out' }
  | { readonly on: 'no-answer' };

export interface SchemaStep {
  readonly state: SchemaState;
  readonly command: SchemaCommand;
}

// ---------------------------------------------------------------- undoing

export interface SchemaUndoContext {
  readonly run: string;
  readonly objectType: ObjectType;
  /** Labels of the groups that the plan made, by name. */
  readonly groupLabels: Readonly<Record<string, string>>;
  /** Labels of the options that the plan knows, by `property:value`. */
  readonly optionLabels: Readonly<Record<string, string>>;
  /** What became of the type's records in this rollback, by undo state. */
  readonly records: Readonly<Record<string, number>>;
  /** What became of associations, likewise. */
  readonly associations: Readonly<Partial<Record<AssociationType, Readonly<Record<string, number>>>>>;
}

export type SchemaUndoStanding =
  | { readonly at: 'done' }
  | { readonly at: 'unread' }
  /** There and ours; does a record hold it? Asked of options alone, of the rest the portal knows. */
  | { readonly at: 'unasked' }
  | { readonly at: 'to-remove' }
  | { readonly at: 'marked'; readonly isFresh: boolean }
  | { readonly at: 'outcome'; readonly change: SchemaChange; readonly counts: SchemaUndoWord | null };

export type SchemaUndoWord = 'archived' | 'kept' | 'gone';

export interface SchemaUndoItem {
  readonly kind: SchemaKind;
  readonly name: string;
  readonly state: SchemaThingState;
  /** Of a label: its type as the ledger has it, then as it was found. */
  readonly associationKind: KindText | null;
  readonly standing: SchemaUndoStanding;
}

export interface SchemaUndoState {
  readonly context: SchemaUndoContext;
  readonly items: readonly SchemaUndoItem[];
  /** Options as last read, of properties that lose some. */
  readonly options: Readonly<Record<string, readonly PropertyOption[]>>;
  readonly tally: Readonly<Record<SchemaUndoWord, number>>;
  readonly quotaChecked: boolean;
  readonly asked: SchemaUndoCommand;
}

export type SchemaUndoCommand =
  | { readonly do: 'check-quota' }
  | { readonly do: 'read-groups' }
  | { readonly do: 'read-properties'; readonly names: readonly string[] }
  | { readonly do: 'read-pipelines' }
  | { readonly do: 'read-labels'; readonly associationType: AssociationType }
  /** Which of these values does a live record hold? */
  | { readonly do: 'read-holders'; readonly property: string; readonly values: readonly string[] }
  | { readonly do: 'settle'; readonly changes: readonly SchemaChange[] }
  | { readonly do: 'archive'; readonly kind: 'group' | 'property' | 'pipeline'; readonly name: string }
  | { readonly do: 'archive-label'; readonly associationType: AssociationType; readonly kind: KindText }
  | { readonly do: 'replace-options'; readonly property: string; readonly options: readonly PropertyOption[] }
  | { readonly do: 'done'; readonly tally: Readonly<Record<SchemaUndoWord, number>> };

export type SchemaUndoEvent =
  | { readonly on: 'quota-suffices' }
  | { readonly on: 'groups-read'; readonly groups: readonly GroupDefinition[] }
  | { readonly on: 'properties-read'; readonly properties: readonly FoundProperty[] }
  | { readonly on: 'pipelines-read'; readonly pipelines: readonly PipelineDefinition[] }
  | { readonly on: 'labels-read'; readonly labels: readonly PortalLabel[] }
  | { readonly on: 'holders-read'; readonly held: readonly string[] }
  | { readonly on: 'settled'; readonly changed: readonly SchemaName[] }
  | { readonly on: 'archived'; readonly answer: 'archived' | 'in-use' | 'absent' }
  | { readonly on: 'options-replaced' };

/** As the ledger holds it. */
export interface SchemaThingToUndo extends SchemaName {
  readonly state: SchemaThingState;
  readonly associationKind: KindText | null;
}

export interface SchemaUndoStep {
  readonly state: SchemaUndoState;
  readonly command: SchemaUndoCommand;
}
