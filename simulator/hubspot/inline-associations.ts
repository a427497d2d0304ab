import { isJsonObject, textOf } from '../json';
import type { AssociationType } from './association-store';
import { associate, liveRecord, readTypes } from './association-writes';
import { validationError } from './errors';
import { upperName } from './object-types';
import type { Portal, PortalObject } from './portal';
import type { StoredRecord } from './record-store';

/** An association that a create brings along, checked. */
export interface InlineAssociation {
  readonly to: PortalObject;
  readonly toRecord: StoredRecord;
  readonly types: readonly AssociationType[];
}

/** HubSpot docs, "Using object APIs": associations in a create lead to records that exist. @throws VendorError 400 */
export function checkInline(portal: Portal, object: PortalObject, given: readonly unknown[]): InlineAssociation[] {
  return given.filter(isJsonObject).map((association) => {
    const target = isJsonObject(association['to']) ? (textOf(association['to']['id']) ?? '') : '';
    const [first] = Array.isArray(association['types']) ? association['types'].filter(isJsonObject) : [];
    const known = first && portal.associations.find(textOf(first['associationCategory']) ?? '', Number(textOf(first['associationTypeId'])));
    const to = portal.objects.get(known?.toTypeId ?? '') ?? object;
    const types = readTypes(portal, object, to, association['types']);
    const toRecord = liveRecord(to, target);
    if (!toRecord) {
      const name = upperName(to.type);
      throw validationError('One or more associations are invalid', { context: { INVALID_OBJECT_IDS: [`${name}=${target} is not valid`], objectId: [target], objectType: [name] } });
    }
    return { to, toRecord, types };
  });
}

export function applyInline(portal: Portal, from: PortalObject, fromRecord: StoredRecord, links: readonly InlineAssociation[]): void {
  for (const { to, toRecord, types } of links) associate(portal, { from, fromRecord, to, toRecord }, types, 'typed');
}
