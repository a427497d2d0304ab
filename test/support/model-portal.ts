/**
 * A portal in miniature, as plain JSON: what the machines of writing and of undoing are explored against. Beside what a portal knows, it remembers who gave each value,
 * so that laws can be asked of it. Facts as the simulator's: unique values, merged ids, further e-mails of a merged contact, archived records.
 */
import type { NullableValues, PortalRecord, PortalRefusal, Values, WriteAnswer } from '../../domain/batch-state';
import type { HistoryEntry } from '../../domain/property-history';

export interface ModelRecord {
  readonly id: string;
  readonly properties: NullableValues;
  /** Of each property the last value that somebody other than the run gave it. */
  readonly foreign: NullableValues;
  /** Names of the properties whose value of now is the run's. */
  readonly ours: readonly string[];
  /** Names of those that a person's merge brought here from a record of the run: the run may take them back or leave them. */
  readonly mixed: readonly string[];
  readonly archived: boolean;
  /** A merged record is gone; its id leads to the winner. */
  readonly mergedInto: string | null;
  /** E-mails of records that were merged into this one. */
  readonly alsoAt: readonly string[];
  /** Ordinal of the source record that the run created it for; null for one that was there. */
  readonly made: number | null;
  /** Ordinals of the source records that a write of the run landed for, here. */
  readonly carried: readonly number[];
  /** Has a person changed it, hung something on it, or merged another record into it, since the run made it? */
  readonly touched: boolean;
  readonly attached: boolean;
  readonly changes: readonly Change[];
}

export interface Change {
  readonly name: string;
  readonly value: string | null;
  /** `run`, `person`, `app` (another one), else the vendor's own word for the source. */
  readonly by: string;
  /** Seconds; what changed in one call has one time. */
  readonly at: number;
}

export interface ModelPortal {
  readonly records: readonly ModelRecord[];
  readonly unique: readonly string[];
  /** Unknown of the real one, hence a switch: does an archived record go on holding its unique values? */
  readonly archivedHoldUnique: boolean;
  readonly changedProperties: readonly string[];
  /** Keys of records that the portal refuses whatever happens, with the property that it names. */
  readonly refusedKeys: Values;
}

export type WriteInput = { readonly traceId: string; readonly id?: string; readonly properties: Values };

export interface Landing {
  readonly ordinal: number;
  readonly before: ModelRecord | null;
  readonly after: ModelRecord;
}

export function aRecordOf(id: string, properties: NullableValues, change: Partial<ModelRecord> = {}): ModelRecord {
  return { id, properties, foreign: properties, ours: [], mixed: [], archived: false, mergedInto: null, alsoAt: [], made: null, carried: [], touched: false, attached: false, changes: [], ...change };
}

export function aModelPortal(records: readonly ModelRecord[], change: Partial<ModelPortal> = {}): ModelPortal {
  return { records, unique: ['email', 'salesforce_id'], archivedHoldUnique: false, changedProperties: [], refusedKeys: {}, ...change };
}

/** Follows merges. */
export function recordOf(portal: ModelPortal, id: string): ModelRecord | undefined {
  const record = portal.records.find((each) => each.id === id);
  return record === undefined || record.mergedInto === null ? record : recordOf(portal, record.mergedInto);
}

export function readRecords(portal: ModelPortal, by: string, ids: readonly string[], archived: boolean): readonly PortalRecord[] {
  const holds = (record: ModelRecord, value: string): boolean => record.properties[by] === value || (by === 'email' && record.alsoAt.includes(value));
  const found = portal.records.filter((record) => record.mergedInto === null && record.archived === archived && ids.some((id) => (by === 'id' ? recordOf(portal, id) === record : holds(record, id))));
  return found.map(toPortalRecord);
}

function toPortalRecord(record: ModelRecord): PortalRecord {
  return { id: record.id, properties: record.properties, archived: record.archived };
}

function holderOf(portal: ModelPortal, properties: Values, except: string | null): ModelRecord | undefined {
  return portal.records.find(
    (record) =>
      record.mergedInto === null && record.id !== except && (!record.archived || portal.archivedHoldUnique) &&
      portal.unique.some((name) => (properties[name] ?? '') !== '' && (record.properties[name] === properties[name] || (name === 'email' && record.alsoAt.includes(properties[name] ?? '')))),
  );
}

/** Results come back in another order than they were sent, without trace ids. */
export function writeRecords(portal: ModelPortal, inputs: readonly WriteInput[], by: 'run' | 'undo' = 'run'): { readonly portal: ModelPortal; readonly answer: WriteAnswer; readonly landings: readonly Landing[] } {
  const ids = inputs.flatMap(({ id }) => id ?? []);
  if (new Set(ids).size < ids.length) {
    return { portal, answer: { landed: [], refused: [], refusedWhole: { traceId: null, ids, code: 'VALIDATION_ERROR', category: 'VALIDATION_ERROR', property: null, message: 'words of the portal', correlationId: 'c' } }, landings: [] };
  }
  const landings: Landing[] = [];
  const refused: PortalRefusal[] = [];
  let now = portal;
  for (const { traceId, id, properties } of inputs) {
    const refuse = (code: string, category: string, property: string | null = null): void => void refused.push({ traceId, ids: id === undefined ? [] : [id], code, category, property, message: 'words of the portal', correlationId: 'c' });
    // A batch update does not follow a merged id.
    const before = id === undefined ? null : (now.records.find((record) => record.id === id && record.mergedInto === null) ?? null);
    const refusedFor = now.refusedKeys[properties.salesforce_id ?? ''];
    if (id !== undefined && (before === null || before.archived)) {
      refuse('OBJECT_NOT_FOUND', 'OBJECT_NOT_FOUND');
    } else if (refusedFor !== undefined) {
      refuse('INVALID_OPTION', 'VALIDATION_ERROR', refusedFor);
    } else if (holderOf(now, properties, id ?? null) !== undefined) {
      refuse('CONFLICT', 'CONFLICT');
    } else {
      const after = written(before ?? aRecordOf(String(100 + now.records.length), {}, { made: Number(traceId), foreign: {} }), properties, by === 'run' ? [Number(traceId)] : []);
      now = { ...now, records: before === null ? [...now.records, after] : now.records.map((record) => (record === before ? after : record)) };
      landings.push({ ordinal: Number(traceId), before, after });
    }
  }
  const landed = landings.map(({ after }) => ({ traceId: null, record: toPortalRecord(after) })).reverse();
  return { portal: now, answer: { landed, refused, refusedWhole: null }, landings };
}

function written(record: ModelRecord, values: Values, carried: readonly number[]): ModelRecord {
  const changed = Object.entries(values).filter(([name, value]) => (record.properties[name] ?? '') !== value);
  const emptied = changed.map(([name, value]) => [name, value === '' ? null : value] as const);
  return {
    ...record,
    properties: { ...record.properties, ...Object.fromEntries(emptied) },
    ours: [...new Set([...record.ours, ...changed.map(([name]) => name)])].sort(),
    carried: [...new Set([...record.carried, ...carried])].sort(),
    changes: [...record.changes, ...emptied.map(([name, value]) => ({ name, value, by: 'run', at: nextAt(record) }))],
  };
}

const nextAt = ({ changes }: ModelRecord): number => (changes.at(-1)?.at ?? 0) + 1;
/** People are as quick as they can be: in the same instant as what was there, which is harder to tell from it than any later one. */
const latestAt = ({ changes }: ModelRecord): number => changes.at(-1)?.at ?? 1;

export function archiveRecords(portal: ModelPortal, ids: readonly string[]): ModelPortal {
  return { ...portal, records: portal.records.map((record) => (ids.includes(record.id) && !record.archived ? { ...record, archived: true } : record)) };
}

const SOURCES: Readonly<Record<string, Omit<HistoryEntry, 'value' | 'timestamp'>>> = {
  run: { sourceType: 'INTEGRATION', sourceId: '1', userId: null },
  app: { sourceType: 'INTEGRATION', sourceId: '2', userId: null },
  person: { sourceType: 'CRM_UI', sourceId: null, userId: '7' },
};

export function historyOf(record: ModelRecord | undefined, name: string): readonly HistoryEntry[] {
  const entries = (record?.changes ?? []).filter((change) => change.name === name);
  return entries.map(({ value, by, at }) => ({ value, ...(SOURCES[by] ?? { sourceType: by, sourceId: null, userId: null }), timestamp: `2026-02-01T00:00:${String(at).padStart(2, '0')}Z` }));
}

// ---------------------------------------------------------------- people

/** What a person does to the portal; `apply` gives null where it cannot be done. */
export interface Edit {
  readonly label: string;
  /** Records of which it changes a value, or hangs something on. */
  changes(portal: ModelPortal): readonly ModelRecord[];
  /** Records that are not there afterwards. A merged one no longer holds its key; of an archived one that is unknown. */
  removes(portal: ModelPortal): readonly ModelRecord[];
  apply(portal: ModelPortal): ModelPortal | null;
}

type Pick = { readonly id: string } | { readonly madeFor: number };

const picked = (portal: ModelPortal, pick: Pick): ModelRecord | undefined => portal.records.find((record) => record.mergedInto === null && !record.archived && ('id' in pick ? record.id === pick.id : record.made === pick.madeFor));
const nameOf = (pick: Pick): string => ('id' in pick ? `record ${pick.id}` : `what the run created for ${String(pick.madeFor)}`);

type Doing = (record: ModelRecord, portal: ModelPortal) => ModelPortal | null;

function editOf(what: 'changes' | 'removes', pick: Pick, does: string, change: Doing): Edit {
  const all = (portal: ModelPortal): readonly ModelRecord[] => [picked(portal, pick)].filter((record) => record !== undefined);
  const none = (): readonly ModelRecord[] => [];
  return {
    label: `a person ${does} ${nameOf(pick)}`,
    changes: what === 'changes' ? all : none,
    removes: what === 'removes' ? all : none,
    apply: (portal) => {
      const record = picked(portal, pick);
      return record === undefined ? null : change(record, portal);
    },
  };
}

const replaced = (portal: ModelPortal, old: ModelRecord, next: ModelRecord): ModelPortal => ({ ...portal, records: portal.records.map((record) => (record === old ? next : record)) });

function editedBy(record: ModelRecord, values: NullableValues): ModelRecord {
  const changed = Object.entries(values).filter(([name, value]) => (record.properties[name] ?? null) !== value);
  return {
    ...record,
    properties: { ...record.properties, ...Object.fromEntries(changed) },
    foreign: { ...record.foreign, ...Object.fromEntries(changed) },
    ours: record.ours.filter((name) => !changed.some(([other]) => other === name)),
    touched: true,
    changes: [...record.changes, ...changed.map(([name, value]) => ({ name, value, by: 'person', at: latestAt(record) }))],
  };
}

export const setsValue = (pick: Pick, name: string, value: string | null): Edit =>
  editOf('changes', pick, `${value === null ? 'clears' : 'edits'} ${name} of`, (record, portal) => ((record.properties[name] ?? null) === value ? null : replaced(portal, record, editedBy(record, { [name]: value }))));

export const archives = (pick: Pick): Edit => editOf('removes', pick, 'archives', (record, portal) => archiveRecords(replaced(portal, record, { ...record, touched: true }), [record.id]));

export const attachesTo = (pick: Pick): Edit => editOf('changes', pick, 'hangs something on', (record, portal) => (record.attached ? null : replaced(portal, record, { ...record, attached: true, touched: true })));

/** The winner's values stay, its blanks are filled, and the loser's e-mail leads to it too. */
export function merges(loserPick: Pick, winnerPick: Pick): Edit {
  const merge = editOf('removes', loserPick, `merges into ${nameOf(winnerPick)}:`, (loser, portal) => {
    const winner = picked(portal, winnerPick);
    if (winner === undefined || winner === loser) {
      return null;
    }
    const blanks = Object.fromEntries(Object.entries(loser.properties).filter(([name, value]) => value !== null && (winner.properties[name] ?? null) === null));
    const merged = [winner.properties.hs_merged_object_ids, loser.properties.hs_merged_object_ids, loser.id].filter((ids) => typeof ids === 'string').join(';');
    const alsoAt = [...winner.alsoAt, ...loser.alsoAt, ...(typeof loser.properties.email === 'string' && blanks.email === undefined ? [loser.properties.email] : [])];
    const mixed = [...new Set([...winner.mixed, ...loser.mixed, ...Object.keys(blanks).filter((name) => loser.ours.includes(name))])].sort();
    const next = { ...editedBy(winner, { ...blanks, hs_merged_object_ids: merged }), alsoAt, mixed };
    return replaced(replaced(portal, winner, next), loser, { ...loser, mergedInto: winner.id });
  });
  return { ...merge, changes: (portal) => [picked(portal, winnerPick)].filter((record) => record !== undefined) };
}

export function creates(properties: NullableValues, what: string): Edit {
  return {
    label: `somebody creates a record with ${what}`,
    changes: () => [],
    removes: () => [],
    apply: (portal) => {
      const values = Object.fromEntries(Object.entries(properties).filter((entry): entry is [string, string] => entry[1] !== null));
      return holderOf(portal, values, null) === undefined ? { ...portal, records: [...portal.records, aRecordOf(String(100 + portal.records.length), properties, { changes: Object.entries(properties).map(([name, value]) => ({ name, value, by: 'person', at: 1 })) })] } : null;
    },
  };
}
