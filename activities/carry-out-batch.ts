/** Carries out the commands of the batch protocol against ledger and portal. It decides nothing. */
import type { BatchWriteAnswer, CallContext, TargetConnector } from '../connectors/connector';
import { advanceBatch, beginBatch } from '../domain/batch-protocol';
import type { BatchCommand, BatchContext, BatchEvent, RecordToWrite } from '../domain/batch-state';
import { wasCertainlyNotCarriedOut } from '../domain/call-certainty';
import { MigrationError } from '../domain/migration-error';
import type { FencedLedger } from '../ledger/ledger';
import { toIso } from './run-context';

export interface BatchHands {
  readonly ledger: FencedLedger;
  readonly target: TargetConnector;
  readonly clock: () => number;
  readonly call: CallContext;
  /** Throws QuotaExhaustedError; called before records are marked as sent. */
  readonly assertQuota: () => Promise<void>;
  /** Those of the properties that are not, or no longer, what the plan was made for. */
  readonly changedProperties: (properties: readonly string[]) => Promise<readonly string[]>;
}

/** @throws TransientError `in-doubt` or the error of the call that failed; the ledger is in order in each case, and the next attempt settles before it sends. */
export async function carryOutBatch(hands: BatchHands, context: BatchContext, records: readonly RecordToWrite[]): Promise<void> {
  let failure: unknown = null;
  let { state, command } = beginBatch(context, records);
  while (command.do !== 'done') {
    if (command.do === 'rethrow') {
      throw failure;
    }
    if (command.do === 'fail') {
      throw new MigrationError(command.type, `Batch of ${context.objectType} in run ${context.run}: ${command.code}.`, { code: command.code, ...(command.type === 'TransientError' ? { mayHaveLanded: true } : {}) });
    }
    let event: BatchEvent;
    try {
      event = await carryOut(hands, context, command);
    } catch (error) {
      if (command.do !== 'create' && command.do !== 'update') {
        throw error;
      }
      failure = error;
      event = wasCertainlyNotCarriedOut(error) ? { on: 'not-carried-out' } : { on: 'no-answer' };
    }
    ({ state, command } = advanceBatch(state, event));
  }
}

type WorkingCommand = Exclude<BatchCommand, { do: 'done' | 'rethrow' | 'fail' }>;

async function carryOut({ ledger, target, clock, call, assertQuota, changedProperties }: BatchHands, { run, objectType, keyProperty }: BatchContext, command: WorkingCommand): Promise<BatchEvent> {
  switch (command.do) {
    case 'settle':
      return { on: 'settled', ordinals: await ledger.writing.settle(run, objectType, command.settlements, toIso(clock())) };
    case 'read': {
      const idProperty = command.by === 'id' ? null : command.by === 'key' ? keyProperty : 'email';
      return { on: 'records-read', records: await target.readRecords(objectType, { ids: command.ids, idProperty, properties: command.properties, archived: command.archived }, call) };
    }
    case 'keep-pre-images':
      await ledger.writing.keepPreImages(run, objectType, command.images);
      return { on: 'pre-images-kept' };
    case 'compare-schema':
      return { on: 'schema-compared', changed: await changedProperties(command.properties) };
    case 'check-quota':
      await assertQuota();
      return { on: 'quota-suffices' };
    case 'mark-sent':
      return { on: 'marked', ordinals: await ledger.writing.markSent(run, objectType, command.records, toIso(clock())) };
    case 'clear-sent':
      await ledger.writing.clearSent(run, objectType, command.records);
      return { on: 'cleared' };
    case 'create':
      return answered(await target.createRecords(objectType, command.inputs, call));
    case 'update':
      if (command.cleared !== undefined) {
        await target.updateRecords(objectType, command.cleared, call);
      }
      return answered(await target.updateRecords(objectType, command.inputs, call));
  }
}

function answered(answer: BatchWriteAnswer): BatchEvent {
  return { on: 'answered', answer };
}
