/** Records that people merge while a run is under way: the id of the one that was taken in leads to the other (HubSpot, batch read of merged ids, 2024). */
import type { PortalRecord } from './batch-state';

/** Ids of all records that were merged into this one, itself or through others, `;` between them. Read only (HubSpot, default properties, 2026-09). */
export const MERGED_RECORDS_PROPERTY = 'hs_merged_object_ids';

export function mergedInto({ properties }: Pick<PortalRecord, 'properties'>): readonly string[] {
  return (properties[MERGED_RECORDS_PROPERTY] ?? '').split(';').map((id) => id.trim()).filter((id) => id !== '');
}

/**
 * What stands now under each id: the record itself, or the one that it was merged into.
 * @param records answer of a read that asked for MERGED_RECORDS_PROPERTY
 */
export function byFormerId<T extends PortalRecord>(records: readonly T[]): ReadonlyMap<string, T> {
  return new Map([...records.flatMap((record) => mergedInto(record).map((id) => [id, record] as const)), ...records.map((record) => [record.id, record] as const)]);
}
