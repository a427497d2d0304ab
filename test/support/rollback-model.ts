/** What one command of the rollback protocol does to portal and ledger, in the miniature of batch-model. */
import type { WriteAnswer } from '../../domain/batch-state';
import type { RecordToUndo, RollbackCommand, RollbackEvent, UndoSettlement } from '../../domain/rollback-state';
import type { LedgerRow, Rows } from './batch-model';
import { archiveRecords, historyOf, readRecords, recordOf, writeRecords } from './model-portal';
import type { Landing, ModelPortal } from './model-portal';

/** What rollback reads of the ledger: the records that the run created or updated. */
export function toUndo(rows: Rows): readonly RecordToUndo[] {
  return rows.flatMap(({ record, settlement, undo }): RecordToUndo[] =>
    settlement === null || settlement.targetId === null || (settlement.outcome !== 'created' && settlement.outcome !== 'updated')
      ? []
      : [{ ordinal: record.ordinal, targetId: settlement.targetId, origin: settlement.outcome === 'created' ? 'c' : 'm', preImage: record.preImage, postImage: settlement.postImage, undo }],
  );
}

export function isOpen(row: LedgerRow): boolean {
  return toUndo([row]).length > 0 && (row.undo === 'pending' || row.undo === 'sent' || row.undo === 'failed');
}

export interface UndoParts {
  settleUndo(rows: Rows, settlements: readonly UndoSettlement[]): Rows;
}

export const undoParts: UndoParts = {
  settleUndo: (rows, settlements) =>
    rows.map((row) => {
      const settlement = settlements.find((each) => each.ordinal === row.record.ordinal);
      return settlement === undefined || !isOpen(row) ? row : { ...row, undo: settlement.state, undoCode: settlement.code };
    }),
};

/** `failed`: an error instead of an answer, which ends the attempt; nothing was carried out. */
export type UndoFault = 'refused-whole' | 'result-missing';

export function undoFaultsOf(command: RollbackCommand): readonly UndoFault[] {
  return command.do === 'update' ? ['result-missing', ...(command.inputs.length > 1 ? (['refused-whole'] as const) : [])] : [];
}

export interface UndoEffect {
  readonly portal: ModelPortal;
  readonly rows: Rows;
  readonly event: RollbackEvent;
  readonly landings: readonly Landing[];
}

export function carryOutUndo(command: RollbackCommand, portal: ModelPortal, rows: Rows, parts: UndoParts, fault: UndoFault | 'none'): UndoEffect {
  const effect = (event: RollbackEvent, change: Partial<UndoEffect> = {}): UndoEffect => ({ portal, rows, event, landings: [], ...change });
  switch (command.do) {
    case 'settle':
      return effect({ on: 'settled' }, { rows: parts.settleUndo(rows, command.settlements) });
    case 'read':
      return effect({ on: 'records-read', records: readRecords(portal, 'id', command.ids, command.archived) });
    case 'read-history':
      return effect({ on: 'history-read', histories: Object.fromEntries(command.ids.map((id) => [id, Object.fromEntries(command.properties.map((name) => [name, historyOf(recordOf(portal, id), name)]))])) });
    case 'read-attachments':
      return effect({ on: 'attachments-read', attached: command.ids.filter((id) => recordOf(portal, id)?.attached === true) });
    case 'update': {
      if (fault === 'refused-whole') {
        const refusedWhole = { traceId: null, ids: [], code: 'VALIDATION_ERROR', category: 'VALIDATION_ERROR', property: null, message: 'words of the portal', correlationId: 'c' };
        return effect({ on: 'answered', answer: { landed: [], refused: [], refusedWhole } });
      }
      const { answer, ...landed } = writeRecords(portal, command.inputs, 'undo');
      const told: WriteAnswer = fault === 'result-missing' ? { ...answer, landed: answer.landed.slice(1) } : answer;
      return effect({ on: 'answered', answer: told }, landed);
    }
    case 'archive':
      return effect({ on: 'archived' }, { portal: archiveRecords(portal, command.ids) });
    default:
      throw new Error(`${command.do} ends an attempt and is not carried out`);
  }
}
