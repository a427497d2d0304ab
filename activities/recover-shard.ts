import { idMapDigest } from '../domain/id-map';
import { MigrationError } from '../domain/migration-error';
import type { LedgerActivities } from './migration-activities';
import type { Shards } from './read-shard-digest';
import { requireRun, withHeartbeat } from './run-context';
import type { UnfencedLedger } from './unfenced-ledger';

/** Repeat-safe: a shard that stands already is asked for its digest, and the same digest is the same shard. */
export function createRecoverShard({ ledger, shards }: { readonly ledger: UnfencedLedger; readonly shards: Shards }): Pick<LedgerActivities, 'recoverShard'> {
  return {
    recoverShard: (input) =>
      withHeartbeat(async () => {
        await requireRun(ledger, input);
        const { run, ledgerId, objectType, partition, firstBatch, batchCount, workflowId } = input;
        const pairs = await ledger.writing.readPartitionPairs(run, objectType, firstBatch, batchCount);
        const digest = idMapDigest(pairs);
        if ((await shards.start({ run, ledgerId, workflowId, pairs, digest })) === 'already-started' && (await shards.readDigest(workflowId)) !== digest) {
          throw new MigrationError('InvariantError', `Partition ${partition} of ${objectType} in run ${run}: the shard that stands holds other pairs than the ledger. Keep both and tell us.`, { code: 'shard-differs' });
        }
        await ledger.fenced(input).writing.recordShard(run, objectType, partition, workflowId, digest, pairs.length);
        return { pairCount: pairs.length };
      }),
  };
}
