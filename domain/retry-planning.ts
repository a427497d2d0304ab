/** What a retry takes of a new plan: only records that failed or were left out, and never at the cost of one that has landed. */
import { withSharedEmail } from './folding';
import type { LeftOutReason, PlannedRecord } from './planned-record';
import { isWritten } from './record-identity';

/**
 * Reasons that another mapping, or a mended portal, can take away. A malformed row or a repeated id stays what it is without another source; what the source has deleted,
 * or a filter left out, is the user's own decision.
 */
export const RETRIABLE_REASONS: readonly LeftOutReason[] = ['missing-required', 'would-be-refused', 'ambiguous-match'];

/** One record of the run, and what it becomes. */
export interface RetryTake {
  readonly ordinal: number;
  readonly was: 'refused' | 'left-out';
  /** Its place in the new plan. */
  readonly plannedOrdinal: number;
  /** The record that it is combined with; null: it is written. */
  readonly foldInto: string | null;
  /** A record that has landed has its e-mail address: it is written without, and keeps it as text. */
  readonly email: 'own' | 'shared';
}

export interface RetryQuestion {
  readonly ordinal: number;
  readonly was: RetryTake['was'];
  /** The verdict of the new plan; undefined where the source has the record no more. */
  readonly verdict: PlannedRecord | undefined;
  /** A record of the run that the new plan combines with it, and that has landed. */
  readonly landedFold: string | null;
  /** Where a fold of the new plan leads: a record that has landed, or that is taken as well. Null where it leads nowhere. */
  readonly survivor: string | null;
  readonly isEmailHeld: boolean;
  /** Another record of the run is paired with the portal's record that it would be matched with. */
  readonly isTargetTaken: boolean;
}

/** Null: it stays as it is, and what became of it goes on counting. */
export function decideRetry({ ordinal, was, verdict, landedFold, survivor, isEmailHeld, isTargetTaken }: RetryQuestion): RetryTake | null {
  if (verdict === undefined) {
    return null;
  }
  const taken = { ordinal, was, plannedOrdinal: verdict.ordinal, email: 'own' as const };
  if (isWritten(verdict)) {
    if (landedFold !== null) {
      return { ...taken, foldInto: landedFold };
    }
    return isTargetTaken ? null : { ...taken, foldInto: null, email: isEmailHeld ? 'shared' : 'own' };
  }
  return verdict.action === 'fold' && survivor !== null ? { ...taken, foldInto: survivor } : null;
}

/** The record as it is planned from now on, at its own place. */
export function retriedRecord(verdict: PlannedRecord, { ordinal, foldInto, email }: RetryTake): PlannedRecord {
  const placed = { ...verdict, ordinal };
  if (foldInto !== null) {
    return { ...placed, action: 'fold', reason: null, foldInto, targetId: null };
  }
  return email === 'shared' ? withSharedEmail(placed) : placed;
}
