import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import { formatTable } from './table';
import { ASSOCIATION_WORDS, OBJECT_WORDS } from '../domain/words';
import { formatCount } from './words';

export type UndoTally = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What became of everything that the run changed; each row's parts add up to its first number. Empty when it changed nothing. */
export function renderUndo(tally: UndoTally): readonly string[] {
  const named = [...OBJECT_TYPES.map((type) => [type, OBJECT_WORDS[type]] as const), ...ASSOCIATION_TYPES.map((type) => [type, ASSOCIATION_WORDS[type]] as const)];
  const rows = named.flatMap(([type, name]) => {
    const states = tally[type];
    if (states === undefined) {
      return [];
    }
    const count = (state: string) => states[state] ?? 0;
    const total = Object.values(states).reduce((sum, each) => sum + each, 0);
    return [[name, total, count('archived'), count('restored'), count('kept'), count('gone'), count('failed'), count('pending') + count('sent')].map((cell) => (typeof cell === 'number' ? formatCount(cell) : cell))];
  });
  return rows.length === 0 ? [] : [...formatTable([['Rollback', 'changed', 'removed', 'restored', 'kept', 'were gone', 'failed', 'to do'], ...rows]), ...(rows.every((row) => row[4] === '0') ? [] : ['  kept: edited by people since, and left alone; portage report --out lists them in kept.csv.'])];
}
