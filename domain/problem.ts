import type { WorkType } from './phase';
import type { Refusal } from './record-outcome';

/** Records or associations of one type that were sent and whose answer is missing. */
export interface InDoubt {
  readonly workType: WorkType;
  readonly count: number;
  /** The first of them, in source order. */
  readonly ordinals: readonly number[];
  readonly oldest: { readonly ordinal: number; readonly sentAt: string };
}

/** Records or associations of one type that the portal refused, without its words: those stay in the ledger. */
export interface Refused {
  readonly workType: WorkType;
  readonly count: number;
  /** The first of them, in source order. */
  readonly ordinals: readonly number[];
}

/** One refusal, with the portal's words: for the report on this machine, never for a workflow. */
export interface NamedRefusal {
  readonly workType: WorkType;
  readonly ordinal: number;
  /** Null for an association. */
  readonly sourceId: string | null;
  readonly refusal: Refusal;
}

/** What a workflow is told of a run's problems: counts and ordinals. */
export interface ProblemsSeen {
  /** ISO-8601. */
  readonly at: string;
  readonly inDoubt: readonly InDoubt[];
  readonly refused: readonly Refused[];
}
