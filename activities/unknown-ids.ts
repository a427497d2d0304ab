import type { OnlyId } from '../domain/only-ids';
import { findStaged } from './planning-scope';
import type { PlanningScope } from './planning-scope';

/** A list of thousands of wrong ids is one mistake: the first are named. */
const MOST_NAMED = 50;

/** Names the ids of `--only` that no row of the source has, by their lines. */
export async function tellUnknownIds(scope: PlanningScope, only: readonly OnlyId[]): Promise<void> {
  const known = new Set<string>();
  for (const { object } of only.length === 0 ? [] : scope.inspection.objects) {
    [...(await findStaged(scope, object, only.map(({ sourceId }) => sourceId))).keys()].forEach((id) => known.add(id));
  }
  const unknown = only.filter(({ sourceId }) => !known.has(sourceId));
  const rest = unknown.length - MOST_NAMED;
  await scope.ledger.runs.addFindings(scope.run, [
    ...unknown.slice(0, MOST_NAMED).map(({ line, sourceId }) => ({ code: 'unknown-id', severity: 'warning' as const, place: `--only:${line}`, message: `No row of the source has the id ${sourceId}.`, remedy: 'Correct the line, or export the record too.', count: 1 })),
    ...(rest > 0 ? [{ code: 'unknown-id', severity: 'warning' as const, place: '--only', message: `${rest} further ids of the list are in no row of the source.`, remedy: 'Is it the list for this export?', count: rest }] : []),
  ]);
}
