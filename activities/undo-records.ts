import type { UndoRecord } from '../ledger/ledger';
import type { RollbackContext } from '../domain/rollback-state';
import type { ObjectType } from '../domain/object-type';
import { wasSentWithoutOutcome } from '../domain/batch-protocol';
import { createAttachmentReader } from './attachments';
import { createPlannedPortals, propertyTypesOf, toBatchContext, uniquePropertiesOf, writablePropertiesOf } from './batch-context';
import type { PlannedPortal } from './batch-context';
import { carryOutBatch } from './carry-out-batch';
import { carryOutRollback } from './carry-out-rollback';
import type { PortalActivities, UndoTally } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun, requireCount } from './run-context';
import type { PortalCollaborators } from './run-context';

/** First settles what was sent without an answer, so that a record that landed unseen is undone too. Repeat-safe: a record is read before it is touched. */
export function createUndoRecords(collaborators: PortalCollaborators): Pick<PortalActivities, 'undoRecords'> {
  const { target, clock } = collaborators;
  const quota = createQuotaGuard(collaborators);
  const plannedPortal = createPlannedPortals(collaborators.ledger);
  const attachments = createAttachmentReader(collaborators);
  return {
    undoRecords: (input) =>
      inRun(collaborators, input, 'rollback', async ({ row, ledger, call }) => {
        const { run, objectType, batch } = input;
        const records = await ledger.writing.readBatch(run, objectType, batch);
        requireCount(records.length, input.count, `${objectType} batch ${batch}`);
        const assertQuota = (): Promise<void> => quota.assertLeft(input.portalId, input.reserve, call);
        const portal = await plannedPortal(row);
        if (records.some(wasSentWithoutOutcome)) {
          await carryOutBatch({ ledger, target, clock, call, assertQuota, changedProperties: () => Promise.resolve([]) }, toBatchContext(row, portal, objectType, 'settle'), records);
        }
        const toUndo = await ledger.writing.readUndo(run, objectType, batch);
        if (toUndo.some(isOpen)) {
          await assertQuota();
          const readAttached = (ids: readonly string[]) => attachments.ofBatch(ledger, run, objectType, batch, ids, call);
          await carryOutRollback({ ledger, target, clock, call, readAttached }, rollbackContext(run, portal, objectType, input.includeEdited ? 'include' : 'keep'), toUndo);
        }
        return undoTallyOf(await ledger.writing.readUndo(run, objectType, batch));
      }),
  };
}

export function rollbackContext(run: string, portal: PlannedPortal, objectType: ObjectType, edited: RollbackContext['edited']): RollbackContext {
  return { run, objectType, keyProperty: portal.schemaPlan.keyProperty, uniqueProperties: uniquePropertiesOf(portal, objectType), propertyTypes: propertyTypesOf(portal, objectType), writableProperties: writablePropertiesOf(portal, objectType), edited };
}

export function undoTallyOf(rows: readonly { readonly undo: UndoRecord['undo'] }[]): UndoTally {
  const tally: Record<string, number> = {};
  for (const { undo } of rows) {
    tally[undo] = (tally[undo] ?? 0) + 1;
  }
  return tally;
}

function isOpen({ undo }: UndoRecord): boolean {
  return undo === 'pending' || undo === 'sent' || undo === 'failed';
}
