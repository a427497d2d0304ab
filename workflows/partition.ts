/**
 * Works off the batches of one partition, as many at a time as its window allows, each until it is done. What cannot go on stops launching, tells the
 * migration and waits for its word; what is in flight ends. The pairs of the id map are this workflow's state until they are sealed into a shard.
 */
import { CancellationScope, CancelledFailure, condition, patched, proxyActivities, setHandler } from '@temporalio/workflow';
import { idMapDigest } from '../domain/id-map';
import type { IdPair } from '../domain/id-map';
import type { Control, WorkType } from '../domain/phase';
import { added } from '../domain/progress';
import { toStopCause } from '../domain/stop-cause';
import { batchesOf } from '../domain/window';
import type { BatchPlace, WorkItem } from '../domain/window';
import type { PortalActivities, RunIdentity } from '../activities/migration-activities';
import { READ } from './activity-options';
import { batchWork, toObjectType } from './batch-work';
import { atCrashPoint } from './crash-points';
import { toActivityEnd } from './failed-call';
import { followControl } from './follow-control';
import type { FollowedControl } from './follow-control';
import { idMapQuery, progressSignal, taskQueues } from './messages';
import type { ProgressInput } from './messages';
import { sealShard } from './seal-shard';
import { MESSAGE_EVERY_MS, tellMigration } from './tell';

export interface PartitionInput extends RunIdentity {
  readonly item: WorkItem;
  /** Its `window` is this partition's share. */
  readonly control: Control;
  readonly includeEdited: boolean;
  /** Who started it passes on what its result tells, which saves a message. Absent: an older phase, which does not. */
  readonly passesOn?: true;
}

export interface PartitionResult {
  /** False where a stop or a cancellation left batches undone. */
  readonly complete: boolean;
  /** What was done since its last message. */
  readonly untold?: ProgressInput;
}

const BATCHES_A_MESSAGE = 10;

export async function partition(input: PartitionInput): Promise<PartitionResult> {
  const { item, run } = input;
  const work = batchWork(input);
  const pairs: IdPair[] = [];
  const pending = [...batchesOf(item)];
  let inFlight = 0;
  let cancelled = false;
  let mistake: { readonly error: unknown } | null = null;
  const unsaid = newlyDone(item.workType);
  let telling = Promise.resolve();

  const followed = followControl(run, input.control);
  setHandler(idMapQuery, () => pairs, { description: 'Pairs of the id map that this partition has landed' });

  const isStopping = () => cancelled || mistake !== null || followed.current().stop;
  const mayLaunch = () => !isStopping() && followed.isRunning() && pending.length > 0 && inFlight < followed.current().window;
  const isSettled = () => inFlight === 0 && (pending.length === 0 || isStopping());

  const launch = async (place: BatchPlace): Promise<void> => {
    inFlight += 1;
    try {
      const done = await atCrashPoint('workflow:batch', () => work(place, followed.current().reserve));
      pairs.push(...done.pairs);
      unsaid.count(done.counts);
      if (unsaid.isDue()) {
        telling = tellMigration(run, progressSignal, { kind: item.kind, ...unsaid.take() });
      }
    } catch (error) {
      pending.unshift(place);
      const ended = toActivityEnd(error);
      if (ended.end === 'failed') {
        followed.block(toStopCause(ended.call, Date.now()));
      }
    } finally {
      inFlight -= 1;
    }
  };

  const scope = CancellationScope.current();
  scope.cancelRequested.catch(() => {
    cancelled = true;
  });

  return CancellationScope.nonCancellable(async () => {
    if (item.kind === 'write-records' && patched('schema-compared')) {
      await schemaCompared(input, followed, isStopping);
    }
    while (!isSettled()) {
      await condition(() => mayLaunch() || isSettled());
      for (let place = mayLaunch() ? pending.shift() : undefined; place !== undefined; place = mayLaunch() ? pending.shift() : undefined) {
        launch(place).catch((error: unknown) => {
          mistake = { error };
        });
      }
    }
    throwIfMistaken(mistake);

    const complete = pending.length === 0;
    const untold = unsaid.batches() > 0 ? { kind: item.kind, ...unsaid.take() } : undefined;
    // Who is cancelled may have lost the phase that would pass it on.
    const isPassedOn = input.passesOn === true && !cancelled;
    if (isPassedOn) {
      // A message that is under way when its workflow ends may never arrive.
      await telling;
    } else if (untold !== undefined) {
      await tellMigration(run, progressSignal, untold);
    }
    if (cancelled && !complete) {
      // Nothing is sealed: this partition may be started again, and then seals all of it. Until then its pairs are in the ledger.
      throw new CancelledFailure('The partition was cancelled; what was in flight is settled');
    }
    if (item.kind === 'write-records') {
      await sealShard({ ...input, pairs, digest: idMapDigest(pairs), isComplete: complete, isStopping }, followed);
    }
    return { complete, ...(isPassedOn && untold !== undefined ? { untold } : {}) };
  });
}

/** Waits until the portal's schema holds what this partition writes, or until nothing shall be written any more. */
async function schemaCompared({ item, run, ledgerId, epoch, portalId }: PartitionInput, followed: FollowedControl, isStopping: () => boolean): Promise<void> {
  const { compareSchema } = proxyActivities<PortalActivities>({ ...READ, taskQueue: taskQueues.portal(ledgerId) });
  const objectType = toObjectType(item.workType);
  for (;;) {
    await condition(() => followed.isRunning() || isStopping());
    if (isStopping()) {
      return;
    }
    try {
      return await atCrashPoint('workflow:step', () => compareSchema({ run, ledgerId, epoch, portalId, objectType, reserve: followed.current().reserve }));
    } catch (error) {
      const ended = toActivityEnd(error);
      if (ended.end === 'failed') {
        followed.block(toStopCause(ended.call, Date.now()));
      }
    }
  }
}

/** Counts since the last message upwards. */
function newlyDone(workType: WorkType) {
  let batches = 0;
  let counts: Readonly<Record<string, number>> = {};
  let saidAtMs = Date.now();
  return {
    batches: () => batches,
    isDue: () => batches >= BATCHES_A_MESSAGE && Date.now() - saidAtMs >= MESSAGE_EVERY_MS,
    count(more: Readonly<Record<string, number>>) {
      batches += 1;
      counts = added(counts, more);
    },
    take() {
      const said = { workType, batches, counts };
      batches = 0;
      counts = {};
      saidAtMs = Date.now();
      return said;
    },
  };
}

function throwIfMistaken(mistake: { readonly error: unknown } | null): void {
  if (mistake !== null) {
    throw mistake.error;
  }
}
