/** The portal of batch-model seen by rollback: with archive and history, and an undo column for a ledger. */
import type { NullableValues, PortalRecord, WriteAnswer } from '../../domain/batch-state';
import type { HistoryEntry } from '../../domain/property-history';
import type { Histories, RecordToUndo, RollbackCommand, RollbackEvent, UndoSettlement } from '../../domain/rollback-state';

export interface UndoPortal {
  readonly records: Map<string, { properties: Record<string, string | null>; archived: boolean }>;
  readonly history: Histories;
  /** Ids of records that people have hung something on. */
  readonly attached?: readonly string[];
}

export class UndoLedger {
  readonly rows: Map<number, RecordToUndo & { code: string | null; endings: number }>;

  constructor(records: readonly RecordToUndo[]) {
    this.rows = new Map(records.map((record) => [record.ordinal, { ...record, code: null, endings: 0 }]));
  }

  settle(settlements: readonly UndoSettlement[]): void {
    for (const { ordinal, state, code } of settlements) {
      const row = this.rows.get(ordinal)!;
      if (row.undo === 'pending' || row.undo === 'sent' || row.undo === 'failed') {
        this.rows.set(ordinal, { ...row, undo: state, code, endings: row.endings + (state === 'sent' ? 0 : 1) });
      }
    }
  }
}

export type UndoFault = 'none' | 'die-before' | 'die-after' | 'one-result-missing';

export function carryOutUndo(command: RollbackCommand, portal: UndoPortal, ledger: UndoLedger, fault: UndoFault): RollbackEvent | 'dead' {
  if (fault === 'die-before') {
    return 'dead';
  }
  const event = effect(command, portal, ledger, fault);
  return fault === 'die-after' ? 'dead' : event;
}

function effect(command: RollbackCommand, { records, history, attached = [] }: UndoPortal, ledger: UndoLedger, fault: UndoFault): RollbackEvent {
  switch (command.do) {
    case 'settle':
      ledger.settle(command.settlements);
      return { on: 'settled' };
    case 'read':
      return { on: 'records-read', records: command.ids.flatMap((id): PortalRecord[] => (records.get(id)?.archived === command.archived ? [{ id, ...records.get(id)! }] : [])) };
    case 'read-history':
      return { on: 'history-read', histories: Object.fromEntries(command.ids.map((id) => [id, history[id] ?? {}])) };
    case 'read-attachments':
      return { on: 'attachments-read', attached: command.ids.filter((id) => attached.includes(id)) };
    case 'update': {
      const landed: WriteAnswer['landed'][number][] = [];
      for (const { id, properties } of command.inputs) {
        const record = records.get(id);
        if (record !== undefined && !record.archived) {
          records.set(id, { ...record, properties: { ...record.properties, ...emptyAsNull(properties) } });
          landed.push({ traceId: null, record: { id, ...records.get(id)! } });
        }
      }
      return { on: 'answered', answer: { landed: fault === 'one-result-missing' ? landed.slice(1) : landed, refused: [], refusedWhole: null } };
    }
    case 'archive':
      command.ids.forEach((id) => records.has(id) && records.set(id, { ...records.get(id)!, archived: true }));
      return { on: 'archived' };
    default:
      throw new Error(`${command.do} has no effect`);
  }
}

function emptyAsNull(properties: Readonly<Record<string, string>>): NullableValues {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, value === '' ? null : value]));
}

export function undoFaultsOf(command: RollbackCommand): readonly UndoFault[] {
  return command.do === 'update' ? ['none', 'die-before', 'die-after', 'one-result-missing'] : command.do === 'archive' || command.do === 'settle' ? ['none', 'die-before', 'die-after'] : ['none', 'die-before'];
}

export const anEntry = (value: string | null, sourceType: string, timestamp: string): HistoryEntry => ({ value, sourceType, sourceId: sourceType === 'INTEGRATION' ? '1' : null, timestamp });
