import { MigrationError } from '../domain/migration-error';
import type { BatchRecord } from '../ledger/ledger';
import { changedProperties, createPlannedPortals, toBatchContext } from './batch-context';
import { carryOutBatch } from './carry-out-batch';
import type { PortalActivities, RecordBatchTally } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun, requireCount } from './run-context';
import type { PortalCollaborators } from './run-context';

/** Repeat-safe by the protocol: what was sent without an answer is looked up by its migration key before anything goes out again. */
export function createWriteRecords(collaborators: PortalCollaborators): Pick<PortalActivities, 'writeRecords'> {
  const { target, clock } = collaborators;
  const quota = createQuotaGuard(collaborators);
  const plannedPortal = createPlannedPortals(collaborators.ledger);
  return {
    writeRecords: (input) =>
      inRun(collaborators, input, input.objectType, async ({ row, ledger, call }) => {
        const { run, objectType, batch } = input;
        const records = await ledger.writing.readBatch(run, objectType, batch);
        requireCount(records.length, input.count, `${objectType} batch ${batch}`);
        const portal = await plannedPortal(row);
        const hands = {
          ledger, target, clock, call,
          assertQuota: () => quota.assertLeft(input.portalId, input.reserve, call),
          changedProperties: (names: readonly string[]) => changedProperties(target, portal, objectType, names, call),
        };
        await carryOutBatch(hands, toBatchContext(row, portal, objectType, 'write'), records);
        return { pairs: await ledger.writing.readPairs(run, objectType, batch), tally: tallyOf(await ledger.writing.readBatch(run, objectType, batch)) };
      }),
  };
}

function tallyOf(records: readonly BatchRecord[]): RecordBatchTally {
  const tally = { created: 0, updated: 0, unchanged: 0, refused: 0 };
  for (const { ordinal, outcome } of records) {
    if (outcome === null) {
      throw new MigrationError('InvariantError', `Record ${ordinal} of a finished batch has no outcome.`, { code: 'no-outcome' });
    }
    tally[outcome.outcome] += 1;
  }
  return tally;
}
