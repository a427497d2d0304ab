import { compactValues, entriesOf, valueIn, withChanges, type CompactValues } from './compact-values';

/** Who makes a change, as property history names it. One object per token or user, shared by all its writes. */
export interface Actor {
  readonly sourceType: string;
  readonly sourceId: string;
  readonly sourceLabel?: string;
  readonly userId?: number;
}

/** One write as history keeps it; an empty text is a cleared value. */
export interface Write {
  readonly atMs: number;
  readonly actor: Actor;
  readonly changes: CompactValues;
}

export interface StoredRecord {
  readonly id: number;
  readonly createdMs: number;
  updatedMs: number;
  /** 0 while the record is live. */
  archivedMs: number;
  values: CompactValues;
  /** Oldest first; the first one is the creation. */
  writes: readonly Write[];
}

/**
 * Records of one object type, with an index for each unique property. Archived records leave the live index for one of their own,
 * so that either answer to "does it still hold its value?" can be given.
 */
export class RecordStore {
  private readonly byId = new Map<number, StoredRecord>();
  private readonly ids: number[] = [];
  private readonly redirects = new Map<number, number>();
  private readonly indexes = new Map<string, UniqueIndex>();
  private liveCount = 0;

  get count(): number {
    return this.liveCount;
  }

  /** The record of that id, archived or live; ids of merged records lead to the winner only on request. */
  get(id: number, merged: 'follow' | 'ignore' = 'ignore'): StoredRecord | undefined {
    const found = this.byId.get(id);
    if (found || merged === 'ignore') return found;
    const winner = this.redirects.get(id);
    return winner === undefined ? undefined : this.get(winner, 'follow');
  }

  /** All records by growing id, from `fromId` on. */
  *inOrder(fromId = 0): Generator<StoredRecord> {
    for (let place = this.firstPlace(fromId); place < this.ids.length; place++) {
      const record = this.byId.get(this.ids[place] ?? -1);
      if (record) yield record;
    }
  }

  insert(record: StoredRecord): void {
    this.byId.set(record.id, record);
    if (record.id > (this.ids.at(-1) ?? -1)) this.ids.push(record.id);
    else this.ids.splice(this.firstPlace(record.id), 0, record.id);
    this.liveCount += 1;
    this.indexAll(record, 'add');
  }

  change(record: StoredRecord, write: Write): void {
    this.indexAll(record, 'remove');
    record.values = withChanges(record.values, write.changes);
    record.writes = [...record.writes, write];
    record.updatedMs = write.atMs;
    this.indexAll(record, 'add');
  }

  archive(record: StoredRecord, atMs: number): void {
    if (record.archivedMs > 0) return;
    this.indexAll(record, 'remove');
    record.archivedMs = atMs;
    this.liveCount -= 1;
    this.indexAll(record, 'add');
  }

  restore(record: StoredRecord): void {
    if (record.archivedMs === 0) return;
    this.indexAll(record, 'remove');
    record.archivedMs = 0;
    this.liveCount += 1;
    this.indexAll(record, 'add');
  }

  /** Takes the losing record of a merge away and lets its id lead to the winner. */
  redirect(loser: StoredRecord, winner: StoredRecord): void {
    this.forget(loser);
    this.redirects.set(loser.id, winner.id);
  }

  /** Takes a record away without a trace. */
  forget(record: StoredRecord): void {
    this.indexAll(record, 'remove');
    this.byId.delete(record.id);
    this.ids.splice(this.firstPlace(record.id), 1);
    if (record.archivedMs === 0) this.liveCount -= 1;
  }

  /** Declares a unique property; values already there are taken in. `alsoIn` names a `;` list of further values. */
  declareUnique(name: string, normalise: (value: string) => string, alsoIn?: string): void {
    if (this.indexes.has(name)) return;
    const index: UniqueIndex = { name, normalise, alsoIn, live: new Map(), archived: new Map() };
    this.indexes.set(name, index);
    for (const record of this.byId.values()) place(index, record, 'add');
  }

  dropUnique(name: string): void {
    this.indexes.delete(name);
  }

  isUnique(name: string): boolean {
    return this.indexes.has(name);
  }

  uniqueNames(): string[] {
    return [...this.indexes.keys()];
  }

  normalised(name: string, value: string): string {
    return this.indexes.get(name)?.normalise(value) ?? value;
  }

  holder(name: string, value: string, of: 'live' | 'archived' = 'live'): StoredRecord | undefined {
    const index = this.indexes.get(name);
    const id = index?.[of].get(index.normalise(value));
    return id === undefined ? undefined : this.byId.get(id);
  }

  private indexAll(record: StoredRecord, action: 'add' | 'remove'): void {
    for (const index of this.indexes.values()) place(index, record, action);
  }

  private firstPlace(fromId: number): number {
    let low = 0;
    let high = this.ids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ids[middle] ?? 0) < fromId) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

interface UniqueIndex {
  readonly name: string;
  readonly normalise: (value: string) => string;
  readonly alsoIn: string | undefined;
  readonly live: Map<string, number>;
  readonly archived: Map<string, number>;
}

function place(index: UniqueIndex, record: StoredRecord, action: 'add' | 'remove'): void {
  const side = record.archivedMs > 0 ? index.archived : index.live;
  const main = valueIn(record.values, index.name);
  const further = index.alsoIn === undefined ? undefined : valueIn(record.values, index.alsoIn);
  for (const value of [...(main === undefined ? [] : [main]), ...(further?.split(';') ?? [])]) {
    const key = index.normalise(value);
    if (action === 'add') {
      if (!side.has(key) || side === index.archived) side.set(key, record.id);
    } else if (side.get(key) === record.id) side.delete(key);
  }
}

/** The record's values as they stood at `atMs`: what a lagging reader sees. `undefined` where it did not exist yet. */
export function valuesAt(record: StoredRecord, atMs: number): CompactValues | undefined {
  if (record.createdMs > atMs) return undefined;
  if (record.updatedMs <= atMs) return record.values;
  return record.writes.filter((write) => write.atMs <= atMs).reduce((values, write) => withChanges(values, write.changes), compactValues([]));
}

export interface HistoryEntry {
  readonly value: string;
  readonly atMs: number;
  readonly actor: Actor;
}

/** All values a property ever had in this record, newest first. */
export function historyOf(record: StoredRecord, name: string): HistoryEntry[] {
  return record.writes
    .flatMap(({ atMs, actor, changes }) => {
      const value = valueIn(changes, name);
      return value === undefined ? [] : [{ value, atMs, actor }];
    })
    .reverse();
}

export function liveEntries(record: StoredRecord): [name: string, value: string][] {
  return entriesOf(record.values);
}
