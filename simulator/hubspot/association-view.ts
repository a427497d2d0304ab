import type { AssociationType } from './association-store';
import { findObjectType } from './object-types';
import { objectOf, type Portal, type PortalObject } from './portal';
import type { StoredRecord } from './record-store';

export interface LiveAssociation {
  readonly toId: number;
  readonly types: readonly AssociationType[];
}

/** What a live record is associated with, archived ends left out, by growing id. */
export function liveAssociations(portal: Portal, from: PortalObject, fromId: number, to: PortalObject): LiveAssociation[] {
  if (from.records.get(fromId)?.archivedMs !== 0) return [];
  return [...portal.associations.from(from.type.objectTypeId, fromId, to.type.objectTypeId)]
    .filter(([toId]) => to.records.get(toId)?.archivedMs === 0)
    .map(([toId, types]) => ({ toId, types }))
    .sort((a, b) => a.toId - b.toId);
}

/** A row of an association read. Ids are sent as numbers in recorded replies, as texts in the specification: the former here. */
export function viewAssociation({ toId, types }: LiveAssociation): unknown {
  return { toObjectId: toId, associationTypes: types.map(({ category, typeId, label, kind }) => ({ category, typeId, label: kind === 'unlabelled' ? null : label })) };
}

/** `associations` of a list or single read: one row for each type of a pair. */
export function viewAssociations(portal: Portal, object: PortalObject, record: StoredRecord, asked: readonly string[]): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const alias of asked) {
    const to = objectOf(portal, alias);
    const results = liveAssociations(portal, object, record.id, to).flatMap(({ toId, types }) => types.map((type) => ({ id: String(toId), type: v3Name(type) })));
    if (results.length > 0) shown[to.type.plural] = { results };
  }
  return Object.keys(shown).length > 0 ? { associations: shown } : {};
}

function v3Name({ fromTypeId, toTypeId, kind, name }: AssociationType): string {
  const plain = `${findObjectType(fromTypeId)?.singular}_to_${findObjectType(toTypeId)?.singular}`;
  return kind === 'unlabelled' ? plain : kind === 'primary' ? `${plain}_primary` : name;
}
