import { isJsonObject, listOf, textOf } from '../json';
import type { AssociationType } from './association-store';
import { validationError } from './errors';
import type { Portal, PortalObject } from './portal';
import type { StoredRecord } from './record-store';

const COMPANY_TYPE_ID = '0-2';

export interface PairEnds {
  readonly from: PortalObject;
  readonly fromRecord: StoredRecord;
  readonly to: PortalObject;
  readonly toRecord: StoredRecord;
}

/**
 * Associates two records.
 * - A label that is new to the pair replaces the labels it had; asking for the unlabelled type alone leaves them (HubSpot docs, "Associate records").
 * - Every pair carries the unlabelled type beside its labels (same page).
 * - A record has one primary company: naming another one moves it; its first company becomes primary by itself.
 * @returns the pair's types afterwards
 */
export function associate(portal: Portal, { from, fromRecord, to, toRecord }: PairEnds, types: readonly AssociationType[], how: 'default-call' | 'typed'): readonly AssociationType[] {
  const { associations } = portal;
  const [fromTypeId, toTypeId] = [from.type.objectTypeId, to.type.objectTypeId];
  const before = associations.typesOf(fromTypeId, fromRecord.id, toTypeId, toRecord.id);
  const unlabelled = associations.unlabelled(fromTypeId, toTypeId);
  const labels = types.filter(({ kind }) => kind === 'labelled');
  const kept = before.filter(({ kind }) => labels.length === 0 || kind !== 'labelled');
  const after = new Set([...(unlabelled ? [unlabelled] : []), ...kept, ...types]);

  const primary = associations.primary(fromTypeId, toTypeId);
  const first = how === 'default-call' || portal.switches.firstCompanyBecomesPrimary === 'always';
  if (primary && first && before.length === 0 && isFirstCompany(portal, { from, fromRecord, to, toRecord })) after.add(primary);
  if (primary && after.has(primary) && !before.includes(primary)) takePrimaryFromOthers(portal, { from, fromRecord, to, toRecord }, primary);
  associations.set(fromTypeId, fromRecord.id, toTypeId, toRecord.id, [...after]);
  return associations.typesOf(fromTypeId, fromRecord.id, toTypeId, toRecord.id);
}

/** The end that can have only one primary company. */
function ownerOfPrimary({ from, fromRecord, to, toRecord }: PairEnds): { object: PortalObject; record: StoredRecord } {
  return to.type.objectTypeId === COMPANY_TYPE_ID ? { object: from, record: fromRecord } : { object: to, record: toRecord };
}

function isFirstCompany(portal: Portal, ends: PairEnds): boolean {
  const { object, record } = ownerOfPrimary(ends);
  const companies = portal.objects.get(COMPANY_TYPE_ID)?.records;
  for (const id of portal.associations.from(object.type.objectTypeId, record.id, COMPANY_TYPE_ID).keys()) if (companies?.get(id)?.archivedMs === 0) return false;
  return true;
}

function takePrimaryFromOthers(portal: Portal, ends: PairEnds, primary: AssociationType): void {
  const { object, record } = ownerOfPrimary(ends);
  const fromTypeId = object.type.objectTypeId;
  for (const [companyId, types] of [...portal.associations.from(fromTypeId, record.id, COMPANY_TYPE_ID)]) {
    const kept = types.filter(({ kind }) => kind !== primary.kind);
    if (kept.length < types.length) portal.associations.set(fromTypeId, record.id, COMPANY_TYPE_ID, companyId, kept);
  }
}

/** `[{associationCategory, associationTypeId}]` as types that run from one object type to the other. @throws VendorError 400 */
export function readTypes(portal: Portal, from: PortalObject, to: PortalObject, given: unknown): AssociationType[] {
  const types = listOf(given).filter(isJsonObject);
  if (types.length === 0) throw validationError('Invalid input JSON on line 1, column 1: Some required fields were not set: [types]');
  return types.map((reference) => {
    const category = textOf(reference['associationCategory']) ?? 'HUBSPOT_DEFINED';
    const typeId = Number(textOf(reference['associationTypeId']));
    const type = portal.associations.find(category, typeId);
    const named = `${category}=${typeId}`;
    if (!type) {
      throw validationError('One or more associations are invalid', {
        context: { associationSpec: [named], INVALID_ASSOCIATION_TYPE_ID: [`${named} is not a valid association definition id`] },
      });
    }
    if (type.fromTypeId !== from.type.objectTypeId || type.toTypeId !== to.type.objectTypeId) {
      throw validationError('One or more associations are invalid', {
        context: { associationSpec: [named], INVALID_DIRECTION: [`${named} is invalid from object type ${from.type.objectTypeId} for associations to be created. expected: ${type.fromTypeId}`] },
      });
    }
    return type;
  });
}

/** A live record by the text of its id. Ids of merged records lead to the winner unless told otherwise. */
export function liveRecord(object: PortalObject, id: string, merged: 'follow' | 'ignore' = 'follow'): StoredRecord | undefined {
  const record = /^\d+$/.test(id) ? object.records.get(Number(id), merged) : undefined;
  return record?.archivedMs === 0 ? record : undefined;
}

/** What an end's id means to association calls: the winner's id for one that was merged away, if the portal follows those. */
export function associatedId(portal: Portal, object: PortalObject, id: string): number {
  return portal.switches.mergedIdsInAssociations === 'follow' ? (object.records.get(Number(id), 'follow')?.id ?? Number(id)) : Number(id);
}

