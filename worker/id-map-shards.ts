import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Shards } from '../activities/read-shard-digest';
import { closeShardSignal, idMapDigestQuery } from '../workflows/messages';

/** Sealed shards of the id map, reached by Temporal's client. */
export function createShards(client: Client): Shards {
  return {
    readDigest: (workflowId) => unlessGone(() => client.workflow.getHandle(workflowId).query(idMapDigestQuery), null),
    close: (workflowId) => unlessGone(() => client.workflow.getHandle(workflowId).signal(closeShardSignal), undefined),
  };
}

async function unlessGone<T, U>(ask: () => Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      return otherwise;
    }
    throw error;
  }
}
