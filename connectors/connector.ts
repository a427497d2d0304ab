/**
 * What the engine sees of a CRM. A source is read; a target is read and written. Neither knows of Temporal or of the ledger:
 * pace, permits and call counting are handed in.
 */
import type { KindText } from '../domain/association-kind';
import type { PortalLabel } from '../domain/association-label';
import type { AttachedObjectType, ObjectType } from '../domain/object-type';
import type { CallCounter } from '../domain/pace';
import type { PortalLimits } from '../domain/portal-limits';
import type { PortalSchema, PortalSnapshot, QuotaFacts } from '../domain/portal-snapshot.schema';
import type { PipelineDefinition, PropertyDefinition } from '../domain/schema-plan';
import type { LabelAnswer } from '../domain/schema-state';
import type { SourceInspection, SourceObject, SourcePage } from '../domain/source-inspection';

// ---------------------------------------------------------------- source

export interface SourceConnector {
  /** Looks at every file: object, dialect, headings, completeness. Reads the bytes once (digest, row count), keeps none. */
  inspect(signal: AbortSignal): Promise<SourceInspection>;
  /** Pages of at most 1,000 rows of one object, files in order. A cursor resumes after the page that gave it. Throws PlanError when a file changed since `inspect`. */
  read(object: SourceObject, cursor: string | null, signal: AbortSignal): AsyncIterable<SourcePage>;
}

// ---------------------------------------------------------------- target

export interface CallContext {
  readonly signal: AbortSignal;
  /** Asked before each call, last of all right before its first byte. No: nothing is sent, because whoever asked for the call was suspended meanwhile and may have been replaced. */
  readonly isSteady?: () => boolean;
  /** Null: its calls are counted nowhere. */
  readonly countedFor: CallCounter | null;
}

export interface TargetRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly archived: boolean;
}

/** Per-input result of a batch write, in any order and each once. Inputs named in neither list are in doubt. */
export interface BatchWriteAnswer {
  readonly landed: readonly { readonly traceId: string | null; readonly record: TargetRecord }[];
  readonly refused: readonly RefusedInput[];
  /** The whole batch was refused without naming a culprit; nothing was written. */
  readonly refusedWhole: RefusedInput | null;
}

export interface RefusedInput {
  readonly traceId: string | null;
  /** Ids that the answer named in its context, e.g. unknown ids of an update. */
  readonly ids: readonly string[];
  /** The vendor's category or, where there is one, its validation code. */
  readonly code: string;
  readonly category: string;
  readonly property: string | null;
  readonly message: string;
  readonly correlationId: string | null;
}

export interface AssociationKind {
  readonly category: 'HUBSPOT_DEFINED' | 'USER_DEFINED' | 'INTEGRATOR_DEFINED';
  readonly typeId: number;
}

export interface TargetAssociation {
  readonly fromId: string;
  readonly toId: string;
  readonly kinds: readonly AssociationKind[];
}

export interface AssociationWriteAnswer {
  readonly landed: readonly { readonly fromId: string; readonly toId: string }[];
  readonly refused: readonly { readonly fromId: string | null; readonly toId: string | null; readonly code: string; readonly message: string; readonly correlationId: string | null }[];
  readonly refusedWhole: RefusedInput | null;
}

export interface PropertyHistoryEntry {
  readonly value: string | null;
  readonly timestamp: string;
  readonly sourceType: string;
  readonly sourceId: string | null;
  /** The portal's user who did it; null where it names none. */
  readonly userId: string | null;
}

/**
 * HubSpot as the engine uses it. Every method takes a slot and a permit of the pace for each call it makes, and throws a MigrationError for a call that failed as a
 * whole: TransientError says in `mayHaveLanded` whether the request may have been carried out.
 */
export interface TargetConnector {
  /** The token's portal, asked once per token and process. */
  portalId(call: CallContext): Promise<string>;
  /** Account, scopes, schema, pipelines, owners, rules, limits of these object types; at most a few calls each, run side by side. */
  readSnapshot(objectTypes: readonly ObjectType[], call: CallContext): Promise<PortalSnapshot>;
  /** Records, pipelines and association labels that the subscription allows; three calls. What the token may not read is left out. */
  readLimits(call: CallContext): Promise<PortalLimits>;
  /** Of those the labels; one call. */
  readLabelLimits(call: CallContext): Promise<PortalLimits['labels']>;
  /** May records of the type be written with this token? Asked where its scopes are not told; changes nothing. */
  mayWrite(objectType: ObjectType, call: CallContext): Promise<boolean>;
  /** What people configure of one object type, as in the snapshot: two calls, three where the type has pipelines. */
  readSchema(objectType: ObjectType, call: CallContext): Promise<PortalSchema>;
  readQuota(call: CallContext): Promise<QuotaFacts>;
  /** Is the target a simulator? A loopback base URL whose control plane answers. */
  isSimulator(signal: AbortSignal): Promise<boolean>;

  /** At most 100 ids. Unknown ids are absent from the answer; records come in any order, each once. A secondary e-mail resolves to its contact. */
  readRecords(objectType: ObjectType, request: { readonly ids: readonly string[]; readonly idProperty: string | null; readonly properties: readonly string[]; readonly archived: boolean }, call: CallContext): Promise<readonly TargetRecord[]>;
  /** At most 100 inputs, each with its own trace id. */
  createRecords(objectType: ObjectType, inputs: readonly { readonly traceId: string; readonly properties: Readonly<Record<string, string>> }[], call: CallContext): Promise<BatchWriteAnswer>;
  /** At most 100 inputs with distinct ids. `''` clears a value. */
  updateRecords(objectType: ObjectType, inputs: readonly { readonly traceId: string; readonly id: string; readonly properties: Readonly<Record<string, string>> }[], call: CallContext): Promise<BatchWriteAnswer>;
  /** At most 100 ids; unknown ids are no error. */
  archiveRecords(objectType: ObjectType, ids: readonly string[], call: CallContext): Promise<void>;
  /** 100 records a page in id order. */
  listRecords(objectType: ObjectType, request: { readonly after: string | null; readonly limit: number; readonly properties: readonly string[] }, call: CallContext): Promise<{ readonly records: readonly TargetRecord[]; readonly after: string | null }>;
  /** At most 50 ids. */
  readHistory(objectType: ObjectType, ids: readonly string[], properties: readonly string[], call: CallContext): Promise<ReadonlyMap<string, Readonly<Record<string, readonly PropertyHistoryEntry[]>>>>;
  /** Records created since an instant that lack the property; eventually consistent, 10,000 at most. */
  searchCreatedWithout(objectType: ObjectType, request: { readonly createdSince: string; readonly property: string; readonly after: string | null }, call: CallContext): Promise<{ readonly total: number; readonly ids: readonly string[]; readonly after: string | null }>;
  /**
   * Records whose property holds this very value, by ascending id, 200 a page and without the 10,000 that a paged search ends at: the next page is asked for by
   * the last id seen. `total` counts what lies after `afterId`; eventually consistent.
   */
  searchHolding(objectType: ObjectType, request: { readonly createdSince: string; readonly property: string; readonly value: string; readonly afterId: string | null }, call: CallContext): Promise<{ readonly total: number; readonly ids: readonly string[] }>;

  /** At most 1,000 sources; all pages are read. Sources without any are absent. */
  readAssociations(from: ObjectType, to: ObjectType | AttachedObjectType, fromIds: readonly string[], call: CallContext): Promise<readonly TargetAssociation[]>;
  /** At most 2,000 pairs; `kinds` lists every type the pair shall have afterwards. */
  createAssociations(from: ObjectType, to: ObjectType, associations: readonly TargetAssociation[], call: CallContext): Promise<AssociationWriteAnswer>;
  /** At most 100 sources; removes all types of each pair. */
  archiveAssociations(from: ObjectType, to: ObjectType, pairs: readonly { readonly fromId: string; readonly toId: string }[], call: CallContext): Promise<void>;
  /** At most 100 sources; removes these types of each pair and leaves its others. */
  archiveAssociationKinds(from: ObjectType, to: ObjectType, associations: readonly TargetAssociation[], call: CallContext): Promise<void>;

  /** Empty groups too. */
  readPropertyGroups(objectType: ObjectType, call: CallContext): Promise<readonly { readonly name: string; readonly label: string }[]>;
  createPropertyGroup(objectType: ObjectType, group: { readonly name: string; readonly label: string }, call: CallContext): Promise<'created' | 'existed'>;
  archivePropertyGroup(objectType: ObjectType, name: string, call: CallContext): Promise<'archived' | 'in-use' | 'absent'>;
  /** At most 100. What was created is named in `created`, what was there in `existed`. */
  createProperties(objectType: ObjectType, properties: readonly PropertyDefinition[], call: CallContext): Promise<{ readonly created: readonly string[]; readonly existed: readonly string[]; readonly refused: readonly RefusedInput[] }>;
  readProperties(objectType: ObjectType, names: readonly string[], call: CallContext): Promise<readonly (PropertyDefinition & { readonly archived: boolean })[]>;
  /** Replaces the whole list of options. */
  replaceOptions(objectType: ObjectType, name: string, options: PropertyDefinition['options'], call: CallContext): Promise<void>;
  archiveProperty(objectType: ObjectType, name: string, call: CallContext): Promise<'archived' | 'in-use' | 'absent'>;
  createPipeline(objectType: ObjectType, pipeline: PipelineDefinition, call: CallContext): Promise<'created' | 'existed'>;
  readPipelines(objectType: ObjectType, call: CallContext): Promise<readonly PipelineDefinition[]>;
  archivePipeline(objectType: ObjectType, pipelineId: string, call: CallContext): Promise<'archived' | 'in-use' | 'absent'>;

  /** Of associations in this direction, the portal's own among them; types without words are absent. */
  readLabels(from: ObjectType, to: ObjectType, call: CallContext): Promise<readonly PortalLabel[]>;
  /** For both directions, under the same words. Refused is also what is there already. */
  createLabel(from: ObjectType, to: ObjectType, label: { readonly label: string; readonly name: string }, call: CallContext): Promise<LabelAnswer>;
  /** For both directions. */
  archiveLabel(from: ObjectType, to: ObjectType, kind: KindText, call: CallContext): Promise<'archived' | 'in-use' | 'absent'>;
}

/**
 * The half of a target that changes nothing: all that a plan gets. A dry run is the real run up to its approval, made by the same activities; that it sends nothing
 * is not a promise of theirs but what they are given.
 */
export type TargetReader = Pick<
  TargetConnector,
  | 'portalId' | 'readSnapshot' | 'readQuota' | 'isSimulator' | 'readRecords' | 'listRecords' | 'readHistory' | 'searchCreatedWithout' | 'searchHolding' | 'readAssociations' | 'readPropertyGroups'
  | 'readProperties' | 'readPipelines' | 'readLabels' | 'readLimits' | 'readLabelLimits' | 'mayWrite' | 'readSchema'
>;
