/** What of a plan became otherwise because records of the portal changed since it was made. */
import type { ObjectType } from './object-type';
import type { PlannedRecord } from './planned-record';
import type { RecordDrift } from './plan-summary.schema';

/** One record to which the portal, as it is now, gives another verdict than the plan. */
export interface VerdictChange {
  readonly objectType: ObjectType;
  readonly ordinal: number;
  readonly sourceId: string | null;
  /** `create`, `update`, `unchanged`, or for a record that is skipped its reason and code, e.g. `ambiguous-match ask`. */
  readonly planned: string;
  readonly found: string;
}

/** More than this share of the records that the plan writes needs a person's word. */
export const MOST_DRIFT_UNASKED = 0.01;

export type Verdict = Pick<PlannedRecord, 'action' | 'reason' | 'reasonCode' | 'targetId'>;

/** A record whose verdict, or whose match, is another in two plans. */
export interface DifferingVerdict extends Pick<VerdictChange, 'objectType' | 'ordinal' | 'sourceId'> {
  readonly planned: Verdict;
  readonly found: Verdict;
}

const wordsOf = ({ action, reason, reasonCode }: Verdict): string => (action === 'left-out' ? [reason, reasonCode].filter((word) => word !== null).join(' ') : action);

/** Another verdict, or the same with another record of the portal. Which values a matched record lacks is no verdict: they are read again right before each write. */
export function verdictChange({ objectType, ordinal, sourceId, planned, found }: DifferingVerdict): VerdictChange {
  const [before, now] = [wordsOf(planned), wordsOf(found)];
  return { objectType, ordinal, sourceId, planned: before, found: before === now ? `${now} of another record` : now };
}

/** Is the record written in one of the two plans alone? */
export const comesOrGoes = ({ planned, found }: DifferingVerdict): boolean => (planned.action === 'left-out') !== (found.action === 'left-out');

/** @param written how many records the plan writes, or finds to be right already */
export function recordDrift(changes: readonly VerdictChange[], written: number): RecordDrift {
  const groups = new Map<string, RecordDrift['groups'][number]>();
  for (const { objectType, planned, found } of changes) {
    const key = `${objectType}\n${planned}\n${found}`;
    groups.set(key, { objectType, planned, found, count: (groups.get(key)?.count ?? 0) + 1 });
  }
  return { changed: changes.length, written, groups: [...groups.values()] };
}

/** Must a person agree to it? */
export const isDriftToAccept = (drift: Pick<RecordDrift, 'changed' | 'written'> | undefined): boolean => drift !== undefined && drift.changed > MOST_DRIFT_UNASKED * drift.written;
