import { MigrationError } from '../domain/migration-error';
import { schemaParts } from '../domain/schema-protocol';
import type { FencedLedger, RunRow } from '../ledger/ledger';
import { createPlannedPortals } from './batch-context';
import { allEnded, carryOutSchema } from './carry-out-schema';
import type { PortalActivities, RunIdentity } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun, otherRunWriting } from './run-context';
import type { PortalCollaborators } from './run-context';

/** Makes the groups, properties, options, pipelines and labels of the plan. Repeat-safe by the protocol: what an attempt that died has made is recognised and counts as ours. */
export function createApplySchema(collaborators: PortalCollaborators): Pick<PortalActivities, 'applySchema'> {
  const { target } = collaborators;
  const quota = createQuotaGuard(collaborators);
  const plannedPortal = createPlannedPortals(collaborators.ledger);
  return {
    applySchema: (input) =>
      inRun(collaborators, input, 'properties', async ({ row, ledger, call }) => {
        await claim(ledger, row, input);
        const { schemaPlan } = await plannedPortal(row);
        const hands = { ledger, target, call, run: input.run, assertQuota: () => quota.assertLeft(input.portalId, input.reserve ?? 0, call) };
        await allEnded(schemaParts(schemaPlan).map((part) => () => carryOutSchema(hands, part)));
        const settled = await ledger.schema.read(input.run);
        return { created: settled.filter((intent) => intent.state === 'created').length, existed: settled.filter((intent) => intent.state === 'existed').length };
      }),
  };
}

/** Before the first thing that this run changes: from here on no other run writes these object types, and another that does so keeps this one from it. */
async function claim(ledger: FencedLedger, { stagingId }: RunRow, { run, portalId }: RunIdentity): Promise<void> {
  const plan = await ledger.plans.read(stagingId);
  if (plan === null) {
    throw new MigrationError('InvariantError', `Run ${run} has no plan.`, { code: 'no-plan' });
  }
  const { records, schema } = plan;
  const touched = new Set([...records.filter(({ partitions }) => partitions.length > 0), ...schema.groups, ...schema.properties, ...schema.options, ...schema.pipelines].map(({ objectType }) => objectType));
  const other = await ledger.runs.claimPortal(run, { portalId, keyProperty: schema.keyProperty, objectTypes: [...touched] });
  if (other !== null) {
    throw otherRunWriting(other, portalId);
  }
}
