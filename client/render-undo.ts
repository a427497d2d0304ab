import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import { formatTable } from './table';
import { ASSOCIATION_WORDS, OBJECT_WORDS } from '../domain/words';
import type { SchemaIntent } from '../ledger/ledger';
import { formatCount } from './words';

export type UndoTally = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What became of everything that the run changed; each row's parts add up to its first number. Empty when it changed nothing. */
export function renderUndo(tally: UndoTally, schema: readonly SchemaIntent[] = []): readonly string[] {
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
  const parts = schemaRows(schema);
  return rows.length + parts.length === 0 ? [] : [...formatTable([['Rollback', 'changed', 'removed', 'restored', 'kept', 'were gone', 'failed', 'to do'], ...rows, ...parts]), ...(rows.every((row) => row[4] === '0') ? [] : ['  kept: edited by people since, and left alone; portage report --out lists them in kept.csv.']), ...(parts.every((row) => row[4] === '0') ? [] : ['  kept of properties and pipelines: something in the portal uses them.'])];
}

const KIND_WORDS: Readonly<Record<string, string>> = { group: 'Property groups', property: 'Properties', option: 'Options', label: 'Association labels', pipeline: 'Pipelines' };

/** What the run had made of the portal's schema. Options that go with their property are no row of their own. */
function schemaRows(schema: readonly SchemaIntent[]): readonly (readonly string[])[] {
  return Object.entries(KIND_WORDS).flatMap(([kind, name]) => {
    const isOfOwnProperty = (name: string): boolean => schema.some((thing) => thing.kind === 'property' && thing.state !== 'existed' && name.startsWith(`${thing.name}:`));
    const states = schema.filter((thing) => thing.kind === kind && !(kind === 'option' && isOfOwnProperty(thing.name))).map(({ state }) => state);
    const count = (...counted: readonly SchemaIntent['state'][]): number => states.filter((state) => counted.includes(state)).length;
    const total = count('created', 'removing', 'undone', 'kept');
    return total === 0 ? [] : [[name, total, count('undone'), 0, count('kept'), 0, 0, count('created', 'removing')].map((cell) => (typeof cell === 'number' ? formatCount(cell) : cell))];
  });
}
