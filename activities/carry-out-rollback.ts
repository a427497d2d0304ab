/** Carries out the commands of the rollback protocol. A call that fails leaves its records marked as sent; the next attempt reads them before it does anything. */
import type { CallContext, TargetConnector } from '../connectors/connector';
import { MigrationError } from '../domain/migration-error';
import { advanceRollback, beginRollback } from '../domain/rollback-protocol';
import type { RecordToUndo, RollbackCommand, RollbackContext, RollbackEvent } from '../domain/rollback-state';
import type { FencedLedger } from '../ledger/ledger';
import { toIso } from './run-context';

export interface RollbackHands {
  readonly ledger: FencedLedger;
  readonly target: TargetConnector;
  readonly clock: () => number;
  readonly call: CallContext;
  /** Which of these records have activities, tickets or line items? */
  readonly readAttached: (ids: readonly string[]) => Promise<readonly string[]>;
}

export async function carryOutRollback(hands: RollbackHands, context: RollbackContext, records: readonly RecordToUndo[]): Promise<void> {
  let { state, command } = beginRollback(context, records);
  while (command.do !== 'done') {
    if (command.do === 'fail') {
      throw new MigrationError(command.type, `Undoing ${context.objectType} of run ${context.run}: ${command.code}.`, { code: command.code, mayHaveLanded: true });
    }
    ({ state, command } = advanceRollback(state, await carryOut(hands, context, command)));
  }
}

type WorkingCommand = Exclude<RollbackCommand, { do: 'done' | 'fail' }>;

async function carryOut({ ledger, target, clock, call, readAttached }: RollbackHands, { run, objectType }: RollbackContext, command: WorkingCommand): Promise<RollbackEvent> {
  switch (command.do) {
    case 'settle':
      await ledger.writing.settleUndo(run, objectType, command.settlements, toIso(clock()));
      return { on: 'settled' };
    case 'read':
      return { on: 'records-read', records: await target.readRecords(objectType, { ids: command.ids, idProperty: null, properties: command.properties, archived: command.archived }, call) };
    case 'read-history':
      return { on: 'history-read', histories: Object.fromEntries(await target.readHistory(objectType, command.ids, command.properties, call)) };
    case 'read-attachments':
      return { on: 'attachments-read', attached: await readAttached(command.ids) };
    case 'update':
      return { on: 'answered', answer: await target.updateRecords(objectType, command.inputs, call) };
    case 'archive':
      await target.archiveRecords(objectType, command.ids, call);
      return { on: 'archived' };
  }
}
