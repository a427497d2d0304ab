import { OBJECT_TYPES } from '../domain/object-type';
import { schemaUndoContext } from '../domain/schema-undo-protocol';
import { createPlannedPortals } from './batch-context';
import { allEnded, carryOutSchemaUndo } from './carry-out-schema';
import type { PortalActivities } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun } from './run-context';
import type { PortalCollaborators } from './run-context';

/** Removes what the run made and nothing uses. Repeat-safe: what is gone already counts as undone. */
export function createUndoSchema(collaborators: PortalCollaborators): Pick<PortalActivities, 'undoSchema'> {
  const { target } = collaborators;
  const quota = createQuotaGuard(collaborators);
  const plannedPortal = createPlannedPortals(collaborators.ledger);
  return {
    undoSchema: (input) =>
      inRun(collaborators, input, 'rollback', async ({ row, ledger, call }) => {
        const { run } = input;
        const { schemaPlan } = await plannedPortal(row);
        const [intents, undone] = [await ledger.schema.read(run), await ledger.facts.undoTally(run)];
        const hands = { ledger, target, call, run, assertQuota: () => quota.assertLeft(input.portalId, input.reserve ?? 0, call) };
        const tallies = await allEnded(
          OBJECT_TYPES.map((objectType) => () => carryOutSchemaUndo(hands, schemaUndoContext(run, objectType, schemaPlan, undone), intents.filter((intent) => intent.objectType === objectType))),
        );
        const sum = (word: 'archived' | 'kept' | 'gone'): number => tallies.reduce((total, tally) => total + tally[word], 0);
        return { archived: sum('archived'), kept: sum('kept'), gone: sum('gone') };
      }),
  };
}
