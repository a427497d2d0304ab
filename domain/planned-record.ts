import type { AssociationType, ObjectType } from './object-type';

export const LEFT_OUT_REASONS = ['deleted-in-source', 'filter', 'malformed-row', 'repeated-id', 'missing-required', 'would-be-refused', 'ambiguous-match'] as const;
/** Why a source record is not written. The first two are the user's own decision and need no acceptance. */
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

export const PLANNED_ACTIONS = ['create', 'update', 'unchanged', 'fold', 'left-out'] as const;
export type PlannedAction = (typeof PLANNED_ACTIONS)[number];

/** A cell whose value is not written as it stands. The raw value stays in the ledger's rejected cells. */
export interface CellNote {
  readonly column: string;
  readonly property: string;
  /** `changed` by a rule, `dropped` because it would be refused or cannot be read, `shared` e-mail or domain kept elsewhere. */
  readonly verdict: 'changed' | 'dropped' | 'shared';
  /** Rule or code, e.g. `invalid-number`, `invalid-email`, `email-shared`, `domain-shared`, `date-at-noon`. */
  readonly code: string;
  readonly rawValue: string;
}

/** The plan for one source record of one target object type. */
export interface PlannedRecord {
  readonly objectType: ObjectType;
  /** Position in the source, over all files of its object, from 0; unique within the object type. */
  readonly ordinal: number;
  readonly sourceObject: string;
  /** Null for a row that has no readable id. */
  readonly sourceId: string | null;
  readonly action: PlannedAction;
  readonly reason: LeftOutReason | null;
  /** The code that the portal would answer, for `would-be-refused` and `missing-required`. */
  readonly reasonCode: string | null;
  /** `fold`: source id of the surviving record. */
  readonly foldInto: string | null;
  /** `update`, `unchanged`: the record found in the portal. */
  readonly targetId: string | null;
  /** What will be written, internal property name to value, with the migration key, without the stamp. */
  readonly properties: Readonly<Record<string, string>>;
  /** `update`, `unchanged`: what the record in the portal holds in each property that the source has a value for, written or not. Empty for all others. */
  readonly before: Readonly<Record<string, string | null>>;
  /** Compared forms by which records are the same: trimmed, lower-cased, accents folded. */
  readonly identity: { readonly email: string | null; readonly domain: string | null; readonly name: string | null };
  readonly cells: readonly CellNote[];
}

/** What becomes of a record, without its values. */
export type PlannedFate = Pick<PlannedRecord, 'objectType' | 'sourceId' | 'action' | 'reason' | 'reasonCode' | 'foldInto'>;

export type PlannedAssociationVerdict = 'planned' | 'duplicate' | 'self-link' | 'missing-end';

/** One association that the source states, between records as they survive folding. */
export interface PlannedAssociation {
  readonly associationType: AssociationType;
  /** Position among the stated associations of its type, from 0. */
  readonly ordinal: number;
  readonly fromSourceId: string;
  readonly toSourceId: string;
  readonly verdict: PlannedAssociationVerdict;
  /** The source's own main reference (a deal's AccountId, a contact's AccountId): becomes primary where there are several. */
  readonly primary: boolean;
  /** Roles that become labels of the pair, as the portal or the first row writes them. */
  readonly labels: readonly string[];
  /** Where it is stated, e.g. `Contact.AccountId`. */
  readonly statedBy: string;
}

export type BatchKind = 'create' | 'update' | 'unchanged';

/** Written in the plan so that a partition needs no query to know its work. */
export interface PartitionManifest {
  readonly partition: number;
  readonly firstBatch: number;
  /** How many records that are written (folded ones not), or pairs, each batch holds, in order. */
  readonly batchCounts: readonly number[];
  /** The round of retry that it belongs to; absent in what was planned at the start. */
  readonly round?: number;
}
