import type { AssociationType, ObjectType } from './object-type';

/** Phases of a migration in order. `retry` is gone through once for each round that is asked for, between two times of `open`, which lasts until finalize, rollback, or the end of the rollback window. */
export const PHASES = ['preflight', 'stage', 'plan', 'properties', 'companies', 'contacts', 'deals', 'relink', 'verify', 'report', 'retry', 'open', 'rollback'] as const;
export type Phase = (typeof PHASES)[number];

/** Why a migration waits. It runs when the set is empty. */
export const PAUSE_REASONS = ['operator', 'quota', 'approval', 'authorization', 'identity', 'portal-changed', 'portal-unavailable', 'refusals', 'invariant'] as const;
export type PauseReasonKind = (typeof PAUSE_REASONS)[number];

/** One reason to wait. Times are ISO-8601. `code` is a word, never a vendor's text. */
export interface PauseReason {
  readonly kind: PauseReasonKind;
  readonly since: string;
  readonly until: string | null;
  readonly code: string | null;
  readonly remedy: string;
}

export const RUN_STATES = ['planning', 'planned', 'running', 'paused', 'verified', 'differs', 'finished-with-refusals', 'rolling-back', 'rolled-back', 'finalized', 'not-started'] as const;
/** Where a run stands for a person. `verified`, `differs` and `finished-with-refusals` are open and can still be rolled back. */
export type RunState = (typeof RUN_STATES)[number];

/** A run in one of these writes no more, whatever happens: another may take its place. `planned` is the end of a dry run. */
export const OVER_STATES: readonly RunState[] = ['planned', 'rolled-back', 'finalized', 'not-started'];

/** What one batch activity of a partition works on. */
export type WorkKind = 'write-records' | 'write-associations' | 'verify-records' | 'verify-associations' | 'undo-associations' | 'undo-records';

/** The type of thing a partition's batches are made of. */
export type WorkType = ObjectType | AssociationType;

/** The one control value, owned by the migration workflow; children keep the highest version. */
export interface Control {
  readonly version: number;
  readonly reasons: readonly PauseReason[];
  /** Share of the allowed rate to use, 0..1. */
  readonly rate: number;
  /** Share of the day's quota left to the customer's other apps, 0..1. */
  readonly reserve: number;
  /** Batch activities in flight over all open partitions. */
  readonly window: number;
  /** Set when work must drain and end, before a rollback. */
  readonly stop: boolean;
}
