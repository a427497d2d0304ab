import { ASSOCIATION_KINDS, kindText } from '../domain/association-kind';
import { ASSOCIATION_ENDS } from '../domain/object-type';
import type { BatchAssociation, Difference } from '../ledger/ledger';
import type { PortalActivities } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun, requireCount } from './run-context';
import type { PortalCollaborators } from './run-context';

// 1,000 sources a batch read: HubSpot associations API, 2026-09.
const MAX_SOURCES_A_READ = 1_000;

/** Reads only; a repeat replaces what an earlier attempt recorded. */
export function createVerifyAssociations(collaborators: PortalCollaborators): Pick<PortalActivities, 'verifyAssociations'> {
  const { ledger, target } = collaborators;
  const quota = createQuotaGuard(collaborators);
  return {
    verifyAssociations: (input) =>
      inRun(collaborators, input, 'verify', async ({ call }) => {
        const { run, associationType, batch } = input;
        const { from, to } = ASSOCIATION_ENDS[associationType];
        const plain = kindText(ASSOCIATION_KINDS[associationType].plain);
        const links = await ledger.linking.readBatch(run, associationType, batch);
        requireCount(links.length, input.count, `${associationType} batch ${batch}`);

        const written = links.filter((link) => link.outcome === 'added' || link.outcome === 'already-there');
        const sources = [...new Set(written.flatMap((link) => link.fromTargetId ?? []))];
        const there = new Set<string>();
        for (let start = 0; start < sources.length; start += MAX_SOURCES_A_READ) {
          await quota.assertLeft(input.portalId, input.reserve, call);
          for (const found of await target.readAssociations(from, to, sources.slice(start, start + MAX_SOURCES_A_READ), call)) {
            if (found.kinds.some((kind) => kindText(kind) === plain)) {
              there.add(`${found.fromId} ${found.toId}`);
            }
          }
        }
        const isMissing = (link: BatchAssociation): boolean => !there.has(`${link.fromTargetId ?? ''} ${link.toTargetId ?? ''}`);
        const toDifference = (link: BatchAssociation, kind: Difference['kind'], cause: string): Difference => ({
          kind, objectType: associationType, ordinal: link.ordinal, sourceId: link.fromSourceId, targetId: link.fromTargetId, property: null, cause, expected: link.toTargetId, found: null,
        });
        const differences = [
          ...written.filter(isMissing).map((link) => toDifference(link, 'association-missing', 'unknown')),
          ...links.filter((link) => link.outcome === null && link.state === 'sent').map((link) => toDifference(link, 'not-compared', 'in-doubt')),
        ];
        const result = { recordsCompared: 0, cellsCompared: 0, associationsCompared: written.length };
        await ledger.facts.recordVerification(run, associationType, batch, { ...result, differences });
        return { ...result, differences: differences.length };
      }),
  };
}
