import type { LedgerActivities } from './migration-activities';
import type { Shards } from './read-shard-digest';
import { withHeartbeat } from './run-context';
import type { UnfencedLedger } from './unfenced-ledger';

/** Safe to repeat: a shard that is closed already stays closed. */
export function createCloseShards({ ledger, shards }: { readonly ledger: UnfencedLedger; readonly shards: Shards }): Pick<LedgerActivities, 'closeShards'> {
  return {
    closeShards: ({ run }) =>
      withHeartbeat(async () => {
        const sealed = await ledger.writing.readShards(run);
        for (const { workflowId } of sealed) {
          await shards.close(workflowId);
        }
        return { closed: sealed.length };
      }),
  };
}
