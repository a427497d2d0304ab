import { MigrationError } from '../domain/migration-error';
import type { BatchAssociation } from '../ledger/ledger';
import { carryOutAssociations } from './carry-out-associations';
import type { AssociationBatchTally, PortalActivities } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun, requireCount } from './run-context';
import type { PortalCollaborators } from './run-context';

/** Repeat-safe by the protocol: pairs sent without an answer are read before anything goes out again. */
export function createWriteAssociations(collaborators: PortalCollaborators): Pick<PortalActivities, 'writeAssociations'> {
  const { target, clock } = collaborators;
  const quota = createQuotaGuard(collaborators);
  return {
    writeAssociations: (input) =>
      inRun(collaborators, input, 'relink', async ({ ledger, call }) => {
        const { run, associationType, batch } = input;
        const links = await ledger.linking.readBatch(run, associationType, batch);
        requireCount(links.length, input.count, `${associationType} batch ${batch}`);
        await carryOutAssociations({ ledger, target, clock, call, run, associationType, assertQuota: () => quota.assertLeft(input.portalId, input.reserve, call) }, links, 'write');
        return { tally: tallyOf(await ledger.linking.readBatch(run, associationType, batch)) };
      }),
  };
}

function tallyOf(links: readonly BatchAssociation[]): AssociationBatchTally {
  const count = (outcome: BatchAssociation['outcome']): number => links.filter((link) => link.outcome === outcome).length;
  if (count(null) > 0) {
    throw new MigrationError('InvariantError', `${count(null)} associations of a finished batch have no outcome.`, { code: 'no-outcome' });
  }
  return { added: count('added'), alreadyThere: count('already-there'), refused: count('refused'), endNotWritten: count('end-not-written') };
}
