import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { AssociationType, ObjectType } from '../domain/object-type';
import type { PlanFacts } from '../domain/plan-facts';
import { toItems } from '../domain/window';
import type { WorkItem } from '../domain/window';
import { atCrashPoint } from './crash-points';
import { workflowIds } from './messages';
import type { PhaseInput, phase } from './phase';
import { reusePolicyOf } from './reuse-policy';
import type { RollbackWorkflowInput, rollback } from './rollback';

/** Starts a phase as a child. Its id is the same whoever starts it, so that it cannot run twice. */
export const startPhase = (input: PhaseInput) =>
  atCrashPoint('workflow:start-phase', () =>
    startChild<typeof phase>('phase', {
      workflowId: workflowIds.phase(input.run, input.name),
      args: [input],
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      workflowIdReusePolicy: reusePolicyOf(input),
      staticSummary: `${input.name}: ${input.items.length} partitions`,
      typedSearchAttributes: workflowInfo().typedSearchAttributes,
    }),
  );

export const startRollback = (input: RollbackWorkflowInput) =>
  atCrashPoint('workflow:start-rollback', () =>
    startChild<typeof rollback>('rollback', {
      workflowId: workflowIds.rollback(input.run),
      args: [input],
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      workflowIdReusePolicy: reusePolicyOf(input),
      staticSummary: 'Undoes what the run wrote, in reverse order',
      typedSearchAttributes: workflowInfo().typedSearchAttributes,
    }),
  );

export const recordItems = (facts: PlanFacts, kind: 'write-records' | 'verify-records' | 'undo-records', objectTypes: readonly ObjectType[]): readonly WorkItem[] =>
  facts.records
    .filter(({ objectType }) => objectTypes.includes(objectType))
    .flatMap(({ objectType, partitions }) => toItems(kind, objectType, partitions));

/** The partitions of one round alone. */
export const ofRound = (items: readonly WorkItem[], round: number): readonly WorkItem[] => items.filter(({ manifest }) => manifest.round === round);

export const associationItems = (facts: PlanFacts, kind: 'write-associations' | 'verify-associations' | 'undo-associations', associationTypes: readonly AssociationType[]): readonly WorkItem[] =>
  facts.associations
    .filter(({ associationType }) => associationTypes.includes(associationType))
    .flatMap(({ associationType, partitions }) => toItems(kind, associationType, partitions));
