/**
 * Keeps up to four partitions of one phase open until all are done. It passes the migration's control on to them, and gives each its share of the window.
 * It continues as new only when none is open, because a child ends with the execution that started it.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  CancelledFailure,
  ParentClosePolicy,
  condition,
  continueAsNew,
  setCurrentDetails,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { isPaused } from '../domain/control';
import type { Control } from '../domain/phase';
import { reportsTogether } from '../domain/progress';
import { MAX_OPEN_PARTITIONS, batchesOf, windowShare } from '../domain/window';
import type { WorkItem } from '../domain/window';
import type { RunIdentity } from '../activities/migration-activities';
import { atCrashPoint, continuedAt } from './crash-points';
import { followControl } from './follow-control';
import { controlSignal, progressSignal, workflowIds } from './messages';
import type { ProgressInput } from './messages';
import type { partition } from './partition';
import { reusePolicyOf } from './reuse-policy';
import type { AfterRecovery } from './reuse-policy';
import { MESSAGE_EVERY_MS, tellChild, tellMigration } from './tell';

export interface PhaseInput extends RunIdentity, AfterRecovery {
  /** As it stands in the ids of its partitions, e.g. `contacts`, `undo-contacts`. */
  readonly name: string;
  readonly items: readonly WorkItem[];
  readonly control: Control;
  readonly includeEdited: boolean;
  /** Test hook: continue-as-new at this many events as well. */
  readonly maxHistoryLength?: number;
  /** Carried through continue-as-new: the next item to start, and whether every one before was done. */
  readonly next?: number;
  readonly complete?: boolean;
  readonly untold?: readonly ProgressInput[];
}

export interface PhaseResult {
  /** False where a stop left work undone. */
  readonly complete: boolean;
  /** What partitions have done and the migration was not told. Absent in results of older phases. */
  readonly untold?: readonly ProgressInput[];
}

export async function phase(input: PhaseInput): Promise<PhaseResult> {
  const { run, items } = input;
  if (input.next !== undefined) {
    continuedAt('workflow:continue-phase');
  }
  let next = input.next ?? 0;
  let complete = input.complete ?? true;
  let cancelled = false;
  let untold = input.untold ?? [];
  let toldAtMs = Date.now();
  let telling = Promise.resolve();
  let starting = 0;
  let mistake: { readonly error: unknown } | null = null;
  const open = new Set<string>();

  const share = (control: Control): Control => ({ ...control, window: windowShare(control.window, Math.min(MAX_OPEN_PARTITIONS, open.size + starting + (items.length - next))) });
  const passOn = () => {
    for (const workflowId of open) {
      tellChild(workflowId, controlSignal, share(followed.current())).catch(noteMistake);
    }
  };
  const followed = followControl(run, input.control, () => {
    passOn();
    tellIfDue();
  });
  const noteMistake = (error: unknown) => {
    mistake = { error };
  };

  const tell = () => {
    const messages = untold.map((report) => tellMigration(run, progressSignal, report));
    telling = Promise.all([telling, ...messages]).then(() => undefined);
    untold = [];
    toldAtMs = Date.now();
  };
  /** Refusals at once: the migration pauses when there are too many. While it is paused, a person looks at where it stands. The end of the phase tells the rest. */
  const tellIfDue = () => {
    if (untold.length > 0 && (isPaused(followed.current()) || Date.now() - toldAtMs >= MESSAGE_EVERY_MS || untold.some(({ counts }) => (counts['refused'] ?? 0) > 0))) {
      tell();
    }
  };

  const isStopping = () => cancelled || mistake !== null || followed.current().stop;
  const isRenewing = () => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength >= (input.maxHistoryLength ?? Infinity);
  const mayStart = () => !isStopping() && !isPaused(followed.current()) && !isRenewing() && next < items.length && open.size + starting < MAX_OPEN_PARTITIONS;
  const isDrained = () => open.size + starting === 0 && (next >= items.length || isStopping() || (isRenewing() && !isPaused(followed.current())));

  const work = async (item: WorkItem, index: number): Promise<void> => {
    const workflowId = workflowIds.partition(run, input.name, index);
    starting += 1;
    const told = share(followed.current());
    const child = await startPartition(input, item, workflowId, told).finally(() => (starting -= 1));
    if (child === 'done-before') {
      return;
    }
    open.add(workflowId);
    if (followed.current().version > told.version) {
      await tellChild(workflowId, controlSignal, share(followed.current()));
    }
    try {
      const result = await atCrashPoint('workflow:end-partition', () => child.result());
      complete = result.complete && complete;
      untold = reportsTogether([...untold, ...(result.untold === undefined ? [] : [result.untold])]);
      tellIfDue();
    } finally {
      open.delete(workflowId);
    }
    if (next >= items.length && !isStopping()) {
      // The last ones share what the finished one leaves.
      passOn();
    }
  };

  CancellationScope.current().cancelRequested.catch(() => {
    cancelled = true;
  });
  return CancellationScope.nonCancellable(async () => {
    while (!isDrained()) {
      await condition(() => mayStart() || isDrained());
      while (mayStart()) {
        const item = items[next];
        next += 1;
        if (item !== undefined) {
          work(item, next - 1).catch(noteMistake);
        }
        setCurrentDetails(`Partition ${next} of ${items.length}`);
      }
    }
    if (mistake !== null || cancelled) {
      tell();
    }
    // A message that is under way when its workflow ends may never arrive.
    await telling;
    throwIfMistaken(mistake);
    if (next < items.length && !isStopping()) {
      await atCrashPoint('workflow:continue-phase', () => continueAsNew<typeof phase>({ ...input, control: followed.current(), next, complete, untold }));
    }
    if (cancelled) {
      throw new CancelledFailure('The phase was cancelled; what was in flight is settled');
    }
    return { complete: complete && next >= items.length, untold };
  });
}

/** A partition that an earlier execution of this phase has completed is not done again. */
async function startPartition({ run, ledgerId, epoch, portalId, includeEdited, ...former }: PhaseInput, item: WorkItem, workflowId: string, control: Control) {
  try {
    return await atCrashPoint('workflow:start-partition', () =>
      startChild<typeof partition>('partition', {
        workflowId,
        args: [{ run, ledgerId, epoch, portalId, item, control, includeEdited, passesOn: true }],
        // A phase that is gone must not cut off what is in flight: the partition settles it, then closes.
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        workflowIdReusePolicy: reusePolicyOf(former),
        staticSummary: summaryOf(item),
        typedSearchAttributes: workflowInfo().typedSearchAttributes,
      }),
    );
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) {
      return 'done-before';
    }
    throw error;
  }
}

/** `contacts 10,001–20,000 (100 batches)` */
function summaryOf(item: WorkItem): string {
  const batches = batchesOf(item);
  const from = batches[0]?.summary.split('–')[0] ?? item.workType;
  const to = batches.at(-1)?.summary.split('–')[1] ?? '';
  return `${from}–${to} (${batches.length} batches)`;
}

function throwIfMistaken(mistake: { readonly error: unknown } | null): void {
  if (mistake !== null) {
    throw mistake.error;
  }
}
