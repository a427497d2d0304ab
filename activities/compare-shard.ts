import { idMapDigest } from '../domain/id-map';
import { MigrationError } from '../domain/migration-error';
import type { LedgerActivities } from './migration-activities';
import { requireRun, withHeartbeat } from './run-context';
import type { UnfencedLedger } from './unfenced-ledger';

/** Compares the two homes of the id map. Safe to repeat: it replaces the row of the same shard. */
export function createCompareShard({ ledger }: { readonly ledger: UnfencedLedger }): Pick<LedgerActivities, 'compareShard'> {
  return {
    compareShard: (input) =>
      withHeartbeat(async () => {
        await requireRun(ledger, input);
        const { run, objectType, partition, firstBatch, batchCount, workflowId, digest, pairCount } = input;
        const pairs = await ledger.writing.readPartitionPairs(run, objectType, firstBatch, batchCount);
        if (pairs.length !== pairCount || idMapDigest(pairs) !== digest) {
          throw new MigrationError('InvariantError', `Partition ${partition} of ${objectType} in run ${run}: the ledger holds ${pairs.length} pairs, the workflow ${pairCount}, or they differ. Keep both and tell us.`, { code: 'id-map-differs' });
        }
        await ledger.fenced(input).writing.recordShard(run, objectType, partition, workflowId, digest, pairCount);
      }),
  };
}
