import type { ObjectType, AssociationType } from './object-type';

/** How a planned write of a record ended. `in-doubt` is no outcome: it is a sent record whose answer is still missing. */
export const RECORD_OUTCOMES = ['created', 'updated', 'unchanged', 'refused'] as const;
export type RecordOutcomeKind = (typeof RECORD_OUTCOMES)[number];

/** Codes of refusals that are ours to name; every other code is the portal's own category or validation code. */
export type OwnRefusalCode = 'deleted-since' | 'key-conflict' | 'held-by-archived' | 'email-conflict';

/** A refused record as the ledger keeps it. `message` and `property` stay there. */
export interface Refusal {
  readonly code: string;
  /** The portal's own category; what we refuse ourselves has none. */
  readonly category?: string | undefined;
  readonly property: string | null;
  readonly message: string;
  readonly correlationId: string | null;
}

/** Where each source record of a type stands; all counts but `pending` add up to `source` at the end, with `pending` always. */
export interface RecordTally {
  readonly source: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly folded: number;
  readonly leftOut: number;
  readonly refused: number;
  readonly inDoubt: number;
  readonly pending: number;
}

/**
 * Where each association stated by the source stands.
 * source = duplicate + selfLink + planned + missingEnd; planned = added + alreadyThere + refused + endNotWritten + inDoubt + pending.
 */
export interface AssociationTally {
  readonly source: number;
  readonly duplicate: number;
  readonly selfLink: number;
  readonly planned: number;
  readonly missingEnd: number;
  readonly added: number;
  readonly alreadyThere: number;
  readonly refused: number;
  readonly endNotWritten: number;
  readonly inDoubt: number;
  readonly pending: number;
}

export type RecordTallies = Partial<Record<ObjectType, RecordTally>>;
export type AssociationTallies = Partial<Record<AssociationType, AssociationTally>>;

export const EMPTY_RECORD_TALLY: RecordTally = { source: 0, created: 0, updated: 0, unchanged: 0, folded: 0, leftOut: 0, refused: 0, inDoubt: 0, pending: 0 };
export const EMPTY_ASSOCIATION_TALLY: AssociationTally = { source: 0, duplicate: 0, selfLink: 0, planned: 0, missingEnd: 0, added: 0, alreadyThere: 0, refused: 0, endNotWritten: 0, inDoubt: 0, pending: 0 };
