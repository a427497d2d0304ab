/** Properties of which the portal gives a value to one record alone, besides the migration key and the e-mail address, which match records and are settled with them. */
import type { CellNote, PlannedRecord } from './planned-record';
import type { PortalObject } from './portal-snapshot.schema';

/** Cells whose value another record has: of the portal, or earlier in the plan. */
export const VALUE_TAKEN_CODE = 'value-taken';

/** Unique properties that planned records write, by name. */
export function uniqueProperties({ properties }: Pick<PortalObject, 'properties'>, written: ReadonlySet<string>, keyProperty: string): readonly string[] {
  return properties.filter(({ name, hasUniqueValue, readOnly, archived }) => hasUniqueValue && !readOnly && !archived && written.has(name) && name !== keyProperty && name !== 'email').map(({ name }) => name);
}

/** The record without the values that others have; each is listed with its cell. Whether values that differ in case alone collide is not known: then they do not. */
export function withoutTaken(record: PlannedRecord, taken: readonly string[]): PlannedRecord {
  const lost = taken.filter((property) => record.properties[property] !== undefined);
  if (lost.length === 0) {
    return record;
  }
  const notes = lost.map((property): CellNote => ({ column: property, property, verdict: 'dropped', code: VALUE_TAKEN_CODE, rawValue: record.properties[property] ?? '' }));
  return { ...record, properties: Object.fromEntries(Object.entries(record.properties).filter(([property]) => !lost.includes(property))), cells: [...record.cells, ...notes] };
}
