/** Cells of other records that a mapping asks for by their ids, read for a page of rows at once. */
import type { MappingContext } from '../domain/cell-transforms';
import { neededLookups } from '../domain/field-mapping';
import type { CompiledMapping } from '../domain/field-mapping';
import type { StagedRecord } from '../ledger/ledger';
import { findStaged } from './planning-scope';
import type { PlanningScope } from './planning-scope';

/** Reads nothing where the mapping has no look-up. A record that is not in the source, or whose row cannot be used, has no cells. */
export async function readLookups(scope: PlanningScope, mapping: CompiledMapping, rows: readonly Pick<StagedRecord, 'values'>[]): Promise<MappingContext['lookup']> {
  const needed = neededLookups(mapping);
  const found = new Map<string, ReadonlyMap<string, StagedRecord>>();
  for (const object of new Set(needed.map(({ throughObject }) => throughObject))) {
    const columns = needed.filter(({ throughObject }) => throughObject === object).map(({ idColumn }) => idColumn);
    found.set(object, await findStaged(scope, object, rows.flatMap(({ values }) => columns.map((column) => values[column]?.trim()))));
  }
  return (throughObject, id, column) => found.get(throughObject)?.get(id)?.values[column] ?? null;
}
