import { MigrationError } from '../domain/migration-error';
import { schemaParts } from '../domain/schema-protocol';
import type { Ledger } from '../ledger/ledger';
import { createPlannedPortals } from './batch-context';
import { allEnded, carryOutSchema } from './carry-out-schema';
import type { PortalActivities, RunIdentity } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun } from './run-context';
import type { PortalCollaborators } from './run-context';

/** Makes the groups, properties and pipelines of the plan. Repeat-safe by the protocol: what an attempt that died has made is recognised and counts as ours. */
export function createApplySchema(collaborators: PortalCollaborators): Pick<PortalActivities, 'applySchema'> {
  const { ledger, target } = collaborators;
  const quota = createQuotaGuard(collaborators);
  const plannedPortal = createPlannedPortals(ledger);
  return {
    applySchema: (input) =>
      inRun(collaborators, input, 'properties', async ({ row, call }) => {
        await refuseBesideAnother(ledger, input);
        const { schemaPlan } = await plannedPortal(row.stagingId);
        const hands = { ledger, target, call, run: input.run, assertQuota: () => quota.assertLeft(input.portalId, input.reserve ?? 0, call) };
        await allEnded(schemaParts(schemaPlan).map((part) => () => carryOutSchema(hands, part)));
        const settled = await ledger.schema.read(input.run);
        return { created: settled.filter((intent) => intent.state === 'created').length, existed: settled.filter((intent) => intent.state === 'existed').length };
      }),
  };
}

/** The first thing that this run changes: another may have begun since the preflight, while this one waited for its approval. */
async function refuseBesideAnother(ledger: Ledger, { run, portalId }: RunIdentity): Promise<void> {
  const other = await ledger.runs.findOtherWriter(run, portalId);
  if (other !== null) {
    throw new MigrationError('PlanError', `Run ${other} is writing to portal ${portalId}. Let it end or roll it back, then resume.`, { code: 'other-run-writing' });
  }
}
