/** A portal, a ledger and an engine in miniature, as small as the laws of writing exactly once allow: what the state machine is explored against. */
import type { BatchCommand, BatchContext, BatchEvent, NullableValues, PortalRecord, RecordToWrite, Settlement, WriteAnswer } from '../../domain/batch-state';

export interface LedgerRow {
  record: RecordToWrite;
  settlements: Settlement[];
  /** How often an outcome was written: anything but one at the end breaks a law. */
  outcomeWrites: number;
}

export type Fault = 'none' | 'die-before' | 'die-after' | 'request-lost' | 'answer-lost' | 'declined' | 'one-result-missing' | 'refused-whole';

export class ModelPortal {
  readonly records = new Map<string, { properties: Record<string, string | null>; archived: boolean }>();
  private nextId = 100;
  createCalls = 0;

  constructor(readonly unique: readonly string[], seed: readonly { id: string; properties: Record<string, string | null>; archived?: boolean }[] = []) {
    seed.forEach(({ id, properties, archived }) => this.records.set(id, { properties: { ...properties }, archived: archived ?? false }));
  }

  read(by: string, ids: readonly string[], archived: boolean): PortalRecord[] {
    return [...this.records].filter(([id, record]) => record.archived === archived && ids.includes(by === 'id' ? id : (record.properties[by] ?? '\0'))).map(([id, record]) => ({ id, properties: { ...record.properties }, archived }));
  }

  private holder(properties: Readonly<Record<string, string | null>>, except: string | null): string | null {
    for (const [id, record] of this.records) {
      if (!record.archived && id !== except && this.unique.some((name) => (properties[name] ?? '') !== '' && record.properties[name] === properties[name])) {
        return id;
      }
    }
    return null;
  }

  write(inputs: readonly { traceId: string; id?: string; properties: Readonly<Record<string, string>> }[]): WriteAnswer {
    this.createCalls += 1;
    const landed: { traceId: string | null; record: PortalRecord }[] = [];
    const refused: WriteAnswer['refused'][number][] = [];
    for (const { traceId, id, properties } of inputs) {
      const refuse = (category: string): void => void refused.push({ traceId, ids: id === undefined ? [] : [id], code: category, category, property: null, message: 'words of the portal', correlationId: 'c' });
      const current = id === undefined ? undefined : this.records.get(id);
      if (id !== undefined && (current === undefined || current.archived)) {
        refuse('OBJECT_NOT_FOUND');
      } else if (this.holder(properties, id ?? null) !== null) {
        refuse('CONFLICT');
      } else {
        const target = id ?? String(this.nextId++);
        this.records.set(target, { properties: { ...current?.properties, ...properties }, archived: false });
        landed.push({ traceId: null, record: { id: target, properties: { ...properties }, archived: false } });
      }
    }
    return { landed: landed.reverse(), refused, refusedWhole: null };
  }
}

export class ModelLedger {
  readonly rows = new Map<number, LedgerRow>();

  constructor(records: readonly RecordToWrite[]) {
    records.forEach((record) => this.rows.set(record.ordinal, { record, settlements: [], outcomeWrites: 0 }));
  }

  readBatch(): RecordToWrite[] {
    return [...this.rows.values()].map(({ record }) => record);
  }

  settle(settlements: readonly Settlement[]): void {
    for (const settlement of settlements) {
      const row = this.rows.get(settlement.ordinal)!;
      if (row.record.state !== 'settled') {
        row.outcomeWrites += 1;
        row.settlements.push(settlement);
        row.record = { ...row.record, state: 'settled' };
      }
    }
  }

  keepPreImages(images: readonly { ordinal: number; targetId: string; values: NullableValues }[]): void {
    for (const { ordinal, targetId, values } of images) {
      const row = this.rows.get(ordinal)!;
      row.record = { ...row.record, targetId, preImage: { ...values } };
    }
  }

  markSent(records: readonly { ordinal: number; attempt: number }[]): number[] {
    return records.flatMap(({ ordinal, attempt }) => {
      const row = this.rows.get(ordinal)!;
      if (row.record.state !== 'unsent' || row.record.attempt !== attempt) {
        return [];
      }
      row.record = { ...row.record, state: 'sent', attempt: attempt + 1 };
      return [ordinal];
    });
  }

  clearSent(records: readonly { ordinal: number; attempt: number }[]): void {
    for (const { ordinal, attempt } of records) {
      const row = this.rows.get(ordinal)!;
      if (row.record.state === 'sent' && row.record.attempt === attempt) {
        row.record = { ...row.record, state: 'unsent' };
      }
    }
  }
}

/** What one command does to portal and ledger, with a fault. `dead` means that the engine's process died there. */
export function carryOut(command: BatchCommand, context: BatchContext, portal: ModelPortal, ledger: ModelLedger, fault: Fault): BatchEvent | 'dead' {
  if (fault === 'die-before') {
    return 'dead';
  }
  const event = effect(command, context, portal, ledger, fault);
  return fault === 'die-after' ? 'dead' : event;
}

function effect(command: BatchCommand, context: BatchContext, portal: ModelPortal, ledger: ModelLedger, fault: Fault): BatchEvent {
  switch (command.do) {
    case 'settle':
      ledger.settle(command.settlements);
      return { on: 'settled' };
    case 'read':
      return { on: 'records-read', records: portal.read(command.by === 'key' ? context.keyProperty : command.by, command.ids, command.archived) };
    case 'keep-pre-images':
      ledger.keepPreImages(command.images);
      return { on: 'pre-images-kept' };
    case 'check-quota':
      return { on: 'quota-suffices' };
    case 'mark-sent':
      return { on: 'marked', ordinals: ledger.markSent(command.records) };
    case 'clear-sent':
      ledger.clearSent(command.records);
      return { on: 'cleared' };
    case 'create':
    case 'update': {
      if (fault === 'request-lost') {
        return { on: 'no-answer' };
      }
      if (fault === 'declined') {
        return { on: 'not-carried-out' };
      }
      if (fault === 'refused-whole') {
        return { on: 'answered', answer: { landed: [], refused: [], refusedWhole: { traceId: null, ids: [], code: 'VALIDATION_ERROR', category: 'VALIDATION_ERROR', property: null, message: '', correlationId: null } } };
      }
      const answer = portal.write(command.inputs);
      if (fault === 'answer-lost') {
        return { on: 'no-answer' };
      }
      return { on: 'answered', answer: fault === 'one-result-missing' ? { ...answer, landed: answer.landed.slice(1) } : answer };
    }
    default:
      throw new Error(`${command.do} has no effect`);
  }
}

/** Faults that a command can meet. */
export function faultsOf(command: BatchCommand): readonly Fault[] {
  switch (command.do) {
    case 'create':
    case 'update':
      return ['none', 'die-before', 'die-after', 'request-lost', 'answer-lost', 'declined', 'one-result-missing', ...(command.inputs.length > 1 ? (['refused-whole'] as const) : [])];
    case 'check-quota':
      return ['none'];
    case 'read':
      return ['none', 'die-before'];
    default:
      return ['none', 'die-before', 'die-after'];
  }
}

/** Answers questions from a fixed list, then with 0, and remembers how many answers there were: enough to visit every path once. */
export class Choices {
  private place = 0;
  readonly taken: { chosen: number; of: number }[] = [];

  constructor(private readonly fixed: readonly number[]) {}

  choose(of: number): number {
    const chosen = this.fixed[this.place] ?? 0;
    this.place += 1;
    this.taken.push({ chosen, of });
    return chosen;
  }

  /** The next path in order; null after the last. */
  next(): readonly number[] | null {
    for (let index = this.taken.length - 1; index >= 0; index -= 1) {
      const { chosen, of } = this.taken[index]!;
      if (chosen + 1 < of) {
        return [...this.taken.slice(0, index).map((each) => each.chosen), chosen + 1];
      }
    }
    return null;
  }
}

export function everyPath(visit: (choices: Choices) => void): number {
  let paths = 0;
  for (let fixed: readonly number[] | null = []; fixed !== null; ) {
    const choices: Choices = new Choices(fixed);
    visit(choices);
    paths += 1;
    fixed = choices.next();
  }
  return paths;
}
