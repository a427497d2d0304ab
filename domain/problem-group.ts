/** Failed and skipped records by cause: what differs only in the value is one cause. */
import { remedyFor } from './problem-remedy';
import { OBJECT_TYPES } from './object-type';
import type { Phase, WorkType } from './phase';

/** As the ledger counts them. */
export interface ProblemCount {
  readonly what: 'failed' | 'skipped';
  readonly workType: WorkType;
  /** A refusal's code; or the reason for which a record was left out, with the portal's code behind it where there is one. */
  readonly code: string;
  readonly property: string | null;
  readonly count: number;
  /** The first of them, in source order. */
  readonly ordinals: readonly number[];
}

export interface ProblemGroup extends ProblemCount {
  /** Where it came to light. */
  readonly phase: Phase;
  /** The likely remedy, in words. */
  readonly remedy: string;
}

/** Examples of a group: by their place in the source, never by a value. */
export const EXAMPLES_A_GROUP = 3;

/** Failed ones first, the largest first. */
export function problemGroups(counts: readonly ProblemCount[]): readonly ProblemGroup[] {
  const order = (group: ProblemCount): string => `${group.what} ${group.workType} ${group.code} ${group.property ?? ''}`;
  return counts
    .map((each): ProblemGroup => ({ ...each, phase: phaseOf(each), remedy: remedyFor(each) }))
    .sort((one, other) => Number(one.what === 'skipped') - Number(other.what === 'skipped') || other.count - one.count || (order(one) < order(other) ? -1 : 1));
}

function phaseOf({ what, workType }: ProblemCount): Phase {
  return what === 'skipped' ? 'plan' : (OBJECT_TYPES.find((objectType) => objectType === workType) ?? 'relink');
}
