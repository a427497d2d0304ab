import type { IdPair } from '../domain/id-map';
import type { LedgerActivities } from './migration-activities';
import { withHeartbeat } from './run-context';

/** Sealed shards of the id map as the worker reaches them, by the workflow engine's client. */
export interface Shards {
  /** A shard that nobody's child is. */
  start(shard: { readonly run: string; readonly ledgerId: string; readonly workflowId: string; readonly pairs: readonly IdPair[]; readonly digest: string }): Promise<'started' | 'already-started'>;
  /** Null when there is no such workflow. */
  readDigest(workflowId: string): Promise<string | null>;
  /** Asks an open shard to close; one that is closed or unknown is no error. */
  close(workflowId: string): Promise<void>;
}

/** Reads only. */
export function createReadShardDigest({ shards }: { readonly shards: Shards }): Pick<LedgerActivities, 'readShardDigest'> {
  return {
    readShardDigest: ({ workflowId }) => withHeartbeat(async () => ({ digest: await shards.readDigest(workflowId) })),
  };
}
