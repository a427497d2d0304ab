import { idMapDigest } from '../domain/id-map';
import { MigrationError } from '../domain/migration-error';
import type { LedgerActivities } from './migration-activities';
import type { Shards } from './read-shard-digest';
import { requireRun, withHeartbeat } from './run-context';
import type { UnfencedLedger } from './unfenced-ledger';

/** Both homes of the id map, side by side, before anything is undone by it. Reads only. */
export function createCompareShards({ ledger, shards }: { readonly ledger: UnfencedLedger; readonly shards: Shards }): Pick<LedgerActivities, 'compareShards'> {
  return {
    compareShards: (input) =>
      withHeartbeat(async () => {
        const { stagingId } = await requireRun(ledger, input);
        const { run, objectType } = input;
        const sealed = (await ledger.writing.readShards(run)).filter((shard) => shard.objectType === objectType);
        const manifests = await ledger.plans.readPartitions(stagingId, objectType);
        for (const { partition, workflowId, digest: recorded } of sealed) {
          const manifest = manifests.find((each) => each.partition === partition);
          const pairs = manifest === undefined ? [] : await ledger.writing.readPartitionPairs(run, objectType, manifest.firstBatch, manifest.batchCounts.length);
          const digests = new Set([recorded, idMapDigest(pairs), await shards.readDigest(workflowId)]);
          if (digests.size > 1) {
            throw new MigrationError('InvariantError', `Partition ${partition} of ${objectType} in run ${run}: the ledger holds ${pairs.length} pairs, and its shard ${workflowId} does not hold the same. Keep both and tell us.`, { code: 'sealed-map-differs' });
          }
        }
        return { compared: sealed.length };
      }),
  };
}
