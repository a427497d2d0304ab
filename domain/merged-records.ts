import type { PortalRecord } from './batch-state';

/** The portal's own list of the records that were merged into one, ids joined by `;` (HubSpot, merge records, 2026-09). A read that asks for it where it is not known gets no answer to it. */
export const MERGED_OBJECTS_PROPERTY = 'hs_merged_object_ids';

/** Those of the ids that were read and lead to another record by now: a merged id answers under the winner's, and the winner names whom it took in. */
export function mergedAway(askedIds: readonly string[], records: readonly PortalRecord[]): ReadonlySet<string> {
  const answering = new Set(records.map(({ id }) => id));
  const takenIn = new Set(records.filter(({ archived }) => !archived).flatMap(({ properties }) => (properties[MERGED_OBJECTS_PROPERTY] ?? '').split(';')));
  return new Set(askedIds.filter((id) => !answering.has(id) && takenIn.has(id)));
}
