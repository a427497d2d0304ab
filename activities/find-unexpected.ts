import type { TargetRecord } from '../connectors/connector';
import { STAMP_PROPERTY } from '../domain/provenance';
import { isBlank } from '../domain/value-comparison';
import type { Difference } from '../ledger/ledger';
import { createPlannedPortals } from './batch-context';
import type { PortalActivities } from './migration-activities';
import { inRun } from './run-context';
import type { PortalCollaborators } from './run-context';

// A search ends at 10,000 results, a batch read takes 100 inputs: HubSpot CRM search and objects API, 2026-09.
const MAX_SEARCH_RESULTS = 10_000;
const MAX_READ_INPUTS = 100;
/** Place of these findings beside the batches of the type, so that a repeat replaces them. */
const UNEXPECTED_BATCH = -1;

/** Search is eventually consistent: what it finds is read again by id, and only what still lacks our stamp counts. Reads only; a repeat replaces the earlier findings. */
export function createFindUnexpected(collaborators: PortalCollaborators): Pick<PortalActivities, 'findUnexpected'> {
  const { ledger, target } = collaborators;
  const plannedPortal = createPlannedPortals(ledger);
  return {
    findUnexpected: (input) =>
      inRun(collaborators, input, 'verify', async ({ row, call }) => {
        const { run, objectType } = input;
        const { keyProperty } = (await plannedPortal(row.stagingId)).schemaPlan;
        const differences: Difference[] = [];
        let after: string | null = null;
        let read = 0;
        let total = 0;
        do {
          const page: Awaited<ReturnType<typeof target.searchCreatedWithout>> = await target.searchCreatedWithout(objectType, { createdSince: row.createdAt, property: STAMP_PROPERTY, after }, call);
          total = page.total;
          for (let start = 0; start < page.ids.length; start += MAX_READ_INPUTS) {
            const ids = page.ids.slice(start, start + MAX_READ_INPUTS);
            const records = await target.readRecords(objectType, { ids, idProperty: null, properties: [STAMP_PROPERTY, keyProperty], archived: false }, call);
            const known = new Set((await ledger.writing.findByTargetIds(run, objectType, records.map((record) => record.id))).map(([, targetId]) => targetId));
            differences.push(...records.filter((record) => isUnexpected(record) && !known.has(record.id)).map((record) => toDifference(record.id)));
          }
          read += page.ids.length;
          after = page.ids.length === 0 ? null : page.after;
        } while (after !== null && read < MAX_SEARCH_RESULTS);

        const uncounted = Math.max(0, total - Math.max(read, Math.min(total, MAX_SEARCH_RESULTS)));
        const found: readonly Difference[] = uncounted === 0 ? differences : [...differences, { ...toDifference(null), kind: 'not-compared', cause: 'beyond-search', found: String(uncounted) }];
        await ledger.facts.recordVerification(run, objectType, UNEXPECTED_BATCH, { recordsCompared: 0, cellsCompared: 0, associationsCompared: 0, differences: found });
        return { unexpected: differences.length + uncounted };

        function toDifference(targetId: string | null): Difference {
          return { kind: 'unexpected-record', objectType, ordinal: null, sourceId: null, targetId, property: null, cause: 'unknown', expected: null, found: null };
        }
      }),
  };
}

function isUnexpected(record: TargetRecord): boolean {
  return !record.archived && isBlank(record.properties[STAMP_PROPERTY]);
}
