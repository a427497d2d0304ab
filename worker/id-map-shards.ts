import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Shards } from '../activities/read-shard-digest';
import type { idMapShard } from '../workflows/id-map-shard';
import { closeShardSignal, idMapDigestQuery, taskQueues } from '../workflows/messages';
import { PORTAGE_MIGRATION } from '../workflows/search-attributes';

/** Sealed shards of the id map, reached by Temporal's client. */
export function createShards(client: Client): Shards {
  return {
    async start({ run, ledgerId, workflowId, pairs, digest }) {
      try {
        await client.workflow.start<typeof idMapShard>('idMapShard', {
          workflowId,
          taskQueue: taskQueues.ledger(ledgerId),
          args: [{ pairs, digest }],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          staticSummary: `${pairs.length} pairs of the id map`,
          typedSearchAttributes: [{ key: PORTAGE_MIGRATION, value: run }],
        });
        return 'started';
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) {
          return 'already-started';
        }
        throw error;
      }
    },
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
