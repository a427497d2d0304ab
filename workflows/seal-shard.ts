import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, WorkflowIdReusePolicy, getExternalWorkflowHandle, proxyActivities, startChild, workflowInfo } from '@temporalio/workflow';
import type { IdPair } from '../domain/id-map';
import { OBJECT_TYPES } from '../domain/object-type';
import type { WorkItem } from '../domain/window';
import type { LedgerActivities, RunIdentity } from '../activities/migration-activities';
import { LEDGER } from './activity-options';
import { atCrashPoint } from './crash-points';
import { toActivityEnd } from './failed-call';
import type { FollowedControl } from './follow-control';
import type { idMapShard } from './id-map-shard';
import { closeShardSignal, taskQueues, workflowIds } from './messages';

export interface Seal extends RunIdentity {
  readonly item: WorkItem;
  readonly pairs: readonly IdPair[];
  readonly digest: string;
  readonly isComplete: boolean;
  readonly isStopping: () => boolean;
}

/**
 * Hands the pairs of a finished partition to a workflow that keeps them until `finalize`, and compares them with the ledger's, with nothing in flight. A
 * difference holds the partition (`invariant`). A partition that was stopped in the middle seals what it has; the ledger may know more than it, as a batch can
 * have landed without its answer: then the ledger counts alone and the shard closes again.
 */
export async function sealShard(seal: Seal, followed: FollowedControl): Promise<void> {
  const { run, ledgerId, epoch, portalId, item, pairs, digest } = seal;
  const objectType = OBJECT_TYPES.find((known) => known === item.workType);
  if (objectType === undefined) {
    throw new Error(`Only records have pairs: ${item.workType}`);
  }
  const { partition, firstBatch, batchCounts } = item.manifest;
  const workflowId = workflowIds.shard(run, objectType, partition);
  const ledger = proxyActivities<LedgerActivities>({ ...LEDGER, taskQueue: taskQueues.ledger(ledgerId) });

  if ((await startShard(workflowId, { pairs, digest })) === 'already-started') {
    await settleEarlierShard(seal, workflowId, ledger, followed);
  }

  const comparison = { run, ledgerId, epoch, portalId, objectType, partition, firstBatch, batchCount: batchCounts.length, workflowId, digest, pairCount: pairs.length };
  for (;;) {
    try {
      await atCrashPoint('workflow:compare-shard', () => ledger.compareShard(comparison));
      return;
    } catch (error) {
      const ended = toActivityEnd(error);
      if (ended.end === 'lost') {
        continue;
      }
      if (!seal.isComplete) {
        await getExternalWorkflowHandle(workflowId).signal(closeShardSignal);
        return;
      }
      if (seal.isStopping()) {
        return;
      }
      await followed.holdFor(ended.call, seal.isStopping);
    }
  }
}

async function startShard(workflowId: string, input: { readonly pairs: readonly IdPair[]; readonly digest: string }): Promise<'started' | 'already-started'> {
  try {
    await atCrashPoint('workflow:seal', () =>
      startChild<typeof idMapShard>('idMapShard', {
        workflowId,
        args: [input],
        // It outlives this partition, its phase and a migration that is terminated.
        parentClosePolicy: ParentClosePolicy.ABANDON,
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
        staticSummary: `${input.pairs.length} pairs of the id map`,
        typedSearchAttributes: workflowInfo().typedSearchAttributes,
      }),
    );
    return 'started';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) {
      return 'already-started';
    }
    throw error;
  }
}

/** An execution of this partition died between starting the shard and saying so: the same digest is the same shard. */
async function settleEarlierShard(seal: Seal, workflowId: string, ledger: Pick<LedgerActivities, 'readShardDigest'>, followed: FollowedControl): Promise<void> {
  for (;;) {
    const { digest } = await ledger.readShardDigest({ workflowId });
    if (digest === seal.digest || seal.isStopping()) {
      return;
    }
    await followed.holdFor({ type: 'InvariantError', details: { code: 'shard-differs' } }, seal.isStopping);
  }
}
