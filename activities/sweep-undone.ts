import type { CallContext } from '../connectors/connector';
import { wasSentWithoutOutcome } from '../domain/batch-protocol';
import { mergedInto, MERGED_RECORDS_PROPERTY } from '../domain/merged-record';
import { MigrationError } from '../domain/migration-error';
import type { ObjectType } from '../domain/object-type';
import { STAMP_PROPERTY, originFromStamp } from '../domain/provenance';
import type { BatchRecord, FencedLedger, RunRow } from '../ledger/ledger';
import { createAttachmentReader } from './attachments';
import type { AttachmentReader } from './attachments';
import { createPlannedPortals, toBatchContext } from './batch-context';
import type { PlannedPortal } from './batch-context';
import { carryOutBatch } from './carry-out-batch';
import { carryOutRollback } from './carry-out-rollback';
import type { PortalActivities } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun } from './run-context';
import type { PortalCollaborators } from './run-context';
import { rollbackContext } from './undo-records';

/** A send that was in flight lands within the portal's own time-out; what still appears after so many passes is not a late answer. */
const MAX_PASSES = 5;

/**
 * Last step of a rollback: settles what was sent without an answer, undoes what that finds, and archives records that appeared under the run's keys meanwhile, pass by pass
 * until one finds nothing. Repeat-safe: a pass reads before it touches, and undone records no longer carry their key.
 */
export function createSweepUndone(collaborators: PortalCollaborators): Pick<PortalActivities, 'sweepUndone'> {
  const plannedPortal = createPlannedPortals(collaborators.ledger);
  const attachments = createAttachmentReader(collaborators);
  const quota = createQuotaGuard(collaborators);
  return {
    sweepUndone: (input) =>
      inRun(collaborators, input, 'rollback', async ({ row, ledger, call }) => {
        const portal = await plannedPortal(row);
        let archived = 0;
        for (let pass = 0; pass < MAX_PASSES; pass += 1) {
          const found = await sweepOnce({ ...collaborators, ledger, attachments, assertQuota: () => quota.assertLeft(input.portalId, input.reserve, call) }, row, portal, input.objectType, call);
          archived += found;
          if (found === 0) {
            return { archived };
          }
        }
        throw new MigrationError('TransientError', `Records of ${input.objectType} under the keys of ${input.run} go on appearing. Is another worker still writing?`, { code: 'still-appearing', mayHaveLanded: false });
      }),
  };
}

type Hands = Omit<PortalCollaborators, 'ledger'> & { readonly ledger: FencedLedger; readonly attachments: AttachmentReader; readonly assertQuota: () => Promise<void> };

async function sweepOnce(collaborators: Hands, row: RunRow, portal: PlannedPortal, objectType: ObjectType, call: CallContext): Promise<number> {
  const { ledger } = collaborators;
  let archived = 0;
  for (const { firstBatch, batchCounts } of await ledger.plans.readPartitions(row.stagingId, objectType)) {
    for (let batch = firstBatch; batch < firstBatch + batchCounts.length; batch += 1) {
      const records = (await ledger.writing.readBatch(row.run, objectType, batch)).filter((record) => record.attempt > 0);
      if (records.length > 0) {
        await collaborators.assertQuota();
        archived += await sweepBatch(collaborators, row, portal, objectType, batch, records, call);
      }
    }
  }
  return archived;
}

async function sweepBatch({ ledger, target, clock, attachments }: Hands, row: RunRow, portal: PlannedPortal, objectType: ObjectType, batch: number, records: readonly BatchRecord[], call: CallContext): Promise<number> {
  const { keyProperty } = portal.schemaPlan;
  const context = rollbackContext(row.run, portal, objectType, 'keep');
  if (records.some(wasSentWithoutOutcome)) {
    await carryOutBatch({ ledger, target, clock, call, assertQuota: () => Promise.resolve(), changedProperties: () => Promise.resolve([]) }, toBatchContext(row, portal, objectType, 'settle'), records);
    const readAttached = (ids: readonly string[]) => attachments.ofBatch(ledger, row.run, objectType, batch, ids, call);
    await carryOutRollback({ ledger, target, clock, call, readAttached }, context, await ledger.writing.readUndo(row.run, objectType, batch));
  }
  const kept = new Set((await ledger.writing.readUndo(row.run, objectType, batch)).filter((record) => record.undo === 'kept').map((record) => record.targetId));
  const keys = records.map((record) => record.properties[keyProperty] ?? record.sourceId);
  const found = await target.readRecords(objectType, { ids: keys, idProperty: keyProperty, properties: [keyProperty, STAMP_PROPERTY, MERGED_RECORDS_PROPERTY], archived: false }, call);
  const late = found.filter((record) => originFromStamp(record.properties[STAMP_PROPERTY], row.run) === 'c' && !kept.has(record.id) && mergedInto(record).length === 0);
  if (late.length === 0) {
    return 0;
  }
  const emptied = Object.fromEntries(context.uniqueProperties.map((name) => [name, '']));
  await target.updateRecords(objectType, late.map((record) => ({ traceId: record.id, id: record.id, properties: emptied })), call);
  await target.archiveRecords(objectType, late.map((record) => record.id), call);
  return late.length;
}
