import { carryOutAssociationUndo } from './carry-out-association-undo';
import { carryOutAssociations } from './carry-out-associations';
import type { PortalActivities } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun, requireCount } from './run-context';
import type { PortalCollaborators } from './run-context';
import { undoTallyOf } from './undo-records';

/** First settles what was sent without an answer, so that a pair that landed unseen is undone too. Repeat-safe: pairs are read before they are touched. */
export function createUndoAssociations(collaborators: PortalCollaborators): Pick<PortalActivities, 'undoAssociations'> {
  const { target, clock } = collaborators;
  const quota = createQuotaGuard(collaborators);
  return {
    undoAssociations: (input) =>
      inRun(collaborators, input, 'rollback', async ({ ledger, call }) => {
        const { run, associationType, batch } = input;
        const assertQuota = (): Promise<void> => quota.assertLeft(input.portalId, input.reserve, call);
        const planned = await ledger.linking.readBatch(run, associationType, batch);
        requireCount(planned.length, input.count, `${associationType} batch ${batch}`);
        await carryOutAssociations({ ledger, target, clock, call, run, associationType, assertQuota }, planned, 'settle');
        const toUndo = await ledger.linking.readUndo(run, associationType, batch);
        await carryOutAssociationUndo({ ledger, target, clock, call, run, assertQuota }, { associationType, edited: input.includeEdited ? 'include' : 'keep' }, toUndo);
        return undoTallyOf(await ledger.linking.readUndo(run, associationType, batch));
      }),
  };
}
