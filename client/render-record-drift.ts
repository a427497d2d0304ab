import type { RecordDrift } from '../domain/plan-summary.schema';
import type { VerdictChange } from '../domain/verdict-changes';
import { OBJECT_WORDS } from '../domain/words';
import { formatTable } from './table';
import { countOf, formatCount } from './words';

/** What became otherwise since the plan was made, in lines. */
export function renderRecordDrift({ changed, written, groups }: RecordDrift): readonly string[] {
  if (changed === 0) {
    return [];
  }
  const share = written === 0 ? '' : ` (${((100 * changed) / written).toFixed(1)} %)`;
  return [
    `Since the plan was made, records of the portal changed: ${countOf(changed, 'record')} of ${formatCount(written)}${share} would get another verdict.`,
    ...formatTable([['', 'planned', 'now', 'records'], ...groups.map(({ objectType, planned, found, count }) => [OBJECT_WORDS[objectType], planned, found, formatCount(count)])], 'left'),
  ];
}

/** A record a line, by its place in the source and its id. */
export const changesAsCsv = (changes: readonly VerdictChange[]): string =>
  [['type', 'ordinal', 'source_id', 'planned', 'now'], ...changes.map(({ objectType, ordinal, sourceId, planned, found }) => [objectType, String(ordinal), sourceId ?? '', planned, found])].map((cells) => `${cells.join(',')}\n`).join('');
