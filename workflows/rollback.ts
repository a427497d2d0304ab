/** Undoes what a run wrote, in reverse order, after everything has drained. A child of the migration, which pauses it as it pauses every other. */
import { patched, proxyActivities, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { AssociationType, ObjectType } from '../domain/object-type';
import type { Control } from '../domain/phase';
import type { PlanFacts } from '../domain/plan-facts';
import type { WorkItem } from '../domain/window';
import type { LedgerActivities, PortalActivities, RunIdentity } from '../activities/migration-activities';
import { LEDGER, WRITE } from './activity-options';
import { toActivityEnd } from './failed-call';
import { atCrashPoint } from './crash-points';
import { followControl } from './follow-control';
import { controlSignal, progressSignal, taskQueues, workflowIds } from './messages';
import type { AfterRecovery } from './reuse-policy';
import { associationItems, recordItems, startPhase } from './run-phase';
import { tellChild, tellMigration } from './tell';

export interface RollbackWorkflowInput extends RunIdentity, AfterRecovery {
  readonly facts: PlanFacts;
  /** In the order in which they were begun. */
  readonly objectTypes: readonly ObjectType[];
  readonly associationTypes: readonly AssociationType[];
  readonly control: Control;
  readonly includeEdited: boolean;
  /** An update in flight when its worker died may land late: nothing is undone before the last send is this old. */
  readonly quietMs: number;
  readonly maxHistoryLength?: number;
}

export interface RollbackResult {
  /** Records that appeared under the run's keys while it was undone. */
  readonly lateArchived: number;
}

export async function rollback(input: RollbackWorkflowInput): Promise<RollbackResult> {
  const { run, ledgerId, epoch, portalId, facts } = input;
  const identity: RunIdentity = { run, ledgerId, epoch, portalId };
  const portal = proxyActivities<PortalActivities>({ ...WRITE, taskQueue: taskQueues.portal(ledgerId) });
  const ledger = proxyActivities<LedgerActivities>({ ...LEDGER, taskQueue: taskQueues.ledger(ledgerId) });

  let openPhase: string | null = null;
  const followed = followControl(run, input.control, (control) => {
    if (openPhase !== null) {
      void tellChild(openPhase, controlSignal, control);
    }
  });

  const undo = async (name: string, items: readonly WorkItem[]) => {
    if (items.length === 0) {
      return;
    }
    setCurrentDetails(`Undoing: ${name.replace('undo-', '')}`);
    const told = followed.current();
    const child = await startPhase({ ...identity, name, items, control: told, includeEdited: input.includeEdited, ...(input.maxHistoryLength === undefined ? {} : { maxHistoryLength: input.maxHistoryLength }), ...(input.earlierWork === undefined ? {} : { earlierWork: input.earlierWork }) });
    openPhase = workflowIds.phase(run, name);
    if (followed.current().version > told.version) {
      await tellChild(openPhase, controlSignal, followed.current());
    }
    const { untold = [] } = await atCrashPoint('workflow:end-phase', () => child.result());
    openPhase = null;
    untold.forEach((report) => void tellMigration(run, progressSignal, report));
  };

  /** Both homes of the id map must say the same before anything is undone by one of them. A person who resumes has seen the difference; then the ledger counts. */
  const compared = async (objectType: ObjectType) => {
    for (;;) {
      try {
        await ledger.compareShards({ ...identity, objectType });
        return;
      } catch (error) {
        const ended = toActivityEnd(error);
        if (ended.end === 'failed') {
          await followed.holdFor(ended.call, () => false);
        }
        if (ended.end === 'failed' && ended.call.type === 'InvariantError') {
          return;
        }
      }
    }
  };

  if (input.quietMs > 0) {
    await sleep(input.quietMs, { summary: 'until the last write is settled for certain' });
  }
  const objectTypes = [...input.objectTypes].reverse();
  if (patched('compare-shards-before-undo')) {
    for (const objectType of objectTypes) {
      await compared(objectType);
    }
  }
  await undo('undo-associations', associationItems(facts, 'undo-associations', input.associationTypes).toReversed());
  for (const objectType of objectTypes) {
    await undo(`undo-${objectType}`, recordItems(facts, 'undo-records', [objectType]));
  }

  let lateArchived = 0;
  for (const objectType of objectTypes) {
    const { archived } = await followed.perform(() => portal.sweepUndone({ ...identity, objectType, reserve: followed.current().reserve }));
    lateArchived += archived;
  }
  await followed.perform(() => portal.undoSchema({ ...identity, reserve: followed.current().reserve }));
  return { lateArchived };
}
