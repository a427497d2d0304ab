import type { PortalActivities } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun } from './run-context';
import type { PortalCollaborators } from './run-context';

/** One call; safe to repeat. */
export function createProbePortal(collaborators: PortalCollaborators): Pick<PortalActivities, 'probePortal'> {
  const { target } = collaborators;
  const quota = createQuotaGuard(collaborators);
  return {
    probePortal: (input) =>
      inRun(collaborators, input, 'preflight', async ({ row, call }) => {
        const facts = await target.readQuota({ ...call, countedFor: { run: input.run, phase: row.phase } });
        quota.remember(input.portalId, facts);
        await quota.assertLeft(input.portalId, input.reserve, call);
        return { dailyRemaining: facts.remaining };
      }),
  };
}
