/** What a run does once after it was recovered: the home of its memory that was lost is built again from the other. */
import { proxyActivities } from '@temporalio/workflow';
import { OBJECT_TYPES } from '../domain/object-type';
import type { ObjectType } from '../domain/object-type';
import type { PlanFacts } from '../domain/plan-facts';
import type { PartitionManifest } from '../domain/planned-record';
import { finishedTypes } from '../domain/recovered-state';
import { toStopCause } from '../domain/stop-cause';
import type { LedgerActivities, PortalActivities, RunIdentity } from '../activities/migration-activities';
import { LEDGER, LONG } from './activity-options';
import { atCrashPoint } from './crash-points';
import { toActivityEnd } from './failed-call';
import { taskQueues, workflowIds } from './messages';
import type { OwnedControl } from './own-control';

/** Temporal was lost, and with it the shards of the partitions that are done: they are sealed anew from the ledger, also while the run is paused, as no portal is needed. */
export async function shardsSealedAnew(identity: RunIdentity, own: OwnedControl): Promise<void> {
  const { recoverShard } = proxyActivities<LedgerActivities>({ ...LEDGER, taskQueue: taskQueues.ledger(identity.ledgerId) });
  // Those of a round that is under way are sealed when they are done.
  const isUnderWay = ({ round }: PartitionManifest): boolean => round !== undefined && own.state().retry?.rounds.includes(round) === true;
  for (const { objectType, manifest } of partitionsOf(own.state().facts, finishedTypes(own.state())).filter((each) => !isUnderWay(each.manifest))) {
    const { partition, firstBatch, batchCounts } = manifest;
    const workflowId = workflowIds.shard(identity.run, objectType, partition);
    await untilDone(own, () => recoverShard({ ...identity, objectType, partition, firstBatch, batchCount: batchCounts.length, workflowId }));
  }
}

/** The ledger was lost: each planned record is looked up in the portal, before anything is written or undone. */
export async function recordsLookedUp(identity: RunIdentity, own: OwnedControl): Promise<void> {
  const { recoverRecords } = proxyActivities<PortalActivities>({ ...LONG, taskQueue: taskQueues.portal(identity.ledgerId) });
  for (const { objectType, manifest } of partitionsOf(own.state().facts, OBJECT_TYPES)) {
    const { differing } = await own.perform(() => recoverRecords({ ...identity, objectType, manifest, reserve: own.state().controls.control.reserve }));
    if (differing > 0) {
      own.hold({ kind: 'invariant', until: null, code: 'id-map-witness-differs' });
      await own.ready();
    }
  }
}

function partitionsOf(facts: PlanFacts | null, objectTypes: readonly ObjectType[]): readonly { readonly objectType: ObjectType; readonly manifest: PartitionManifest }[] {
  return (facts?.records ?? []).filter(({ objectType }) => objectTypes.includes(objectType)).flatMap(({ objectType, partitions }) => partitions.map((manifest) => ({ objectType, manifest })));
}

async function untilDone<T>(own: OwnedControl, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await atCrashPoint('workflow:seal-anew', work);
    } catch (error) {
      const ended = toActivityEnd(error);
      if (ended.end === 'failed') {
        own.hold(toStopCause(ended.call, Date.now()));
        await own.ready();
      }
    }
  }
}
