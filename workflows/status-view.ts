import type { MigrationState } from '../domain/migration-state';
import { toRunState } from '../domain/migration-state';
import { batchTotal, batchesPerMinute, expectedEnd, progressByType } from '../domain/progress';
import type { ProblemView, StatusView } from './messages';

/** What the query `status` answers. */
export function toStatusView(run: string, state: MigrationState, nowMs: number): StatusView {
  const { control } = state.controls;
  return {
    run,
    phase: state.phase,
    state: toRunState(state),
    reasons: control.reasons,
    progress: progressByType(state.progress, state.facts),
    batches: { done: state.progress.batchesDone, total: batchTotal(state.facts) },
    batchesPerMinute: batchesPerMinute(state.progress),
    verified: state.progress.verified,
    undone: state.progress.undone,
    expectedEnd: state.outcome === null && state.rollback === null ? expectedEndOf(state, nowMs) : null,
    planDigest: state.facts?.digest ?? null,
    problems: state.problems ?? null,
  };
}

/** Counted from the end of a wait whose end is known; unknown while a person must act. */
function expectedEndOf({ progress, facts, controls }: MigrationState, nowMs: number): string | null {
  const untils = controls.control.reasons.map(({ until }) => (until === null ? null : Date.parse(until)));
  const known = untils.filter((until) => until !== null);
  return known.length < untils.length ? null : expectedEnd(progress, facts, Math.max(nowMs, ...known));
}

/** Counts of refusals as the partitions told them, ordinals as the ledger had them when state or phase last changed. */
export function toProblems({ progress, facts, problems }: MigrationState): readonly ProblemView[] {
  const refused = progressByType(progress, facts)
    .map(({ workType, counts }) => ({ code: 'refused', workType, count: counts.refused ?? 0, ordinals: problems?.refused.find((each) => each.workType === workType)?.ordinals ?? [], since: null }))
    .filter(({ count }) => count > 0);
  const inDoubt = (problems?.inDoubt ?? []).map(({ workType, count, ordinals, oldest }) => ({ code: 'in-doubt', workType, count, ordinals, since: oldest.sentAt }));
  const differences = progress.verified.differences ?? 0;
  return [...inDoubt, ...refused, ...(differences > 0 ? [{ code: 'difference', workType: null, count: differences, ordinals: [], since: null }] : [])];
}
