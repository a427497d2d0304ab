import type { EditResult, PersonEdit, PropertyMatch, RecordAddress } from '../control-plane';
import { associate, liveRecord, readTypes } from './association-writes';
import { valueIn } from './compact-values';
import { notFound } from './errors';
import { mergeRecords } from './merge';
import { prepareCreate, prepareUpdate, type WriteContext } from './object-writes';
import { objectOf, type Portal, type PortalObject } from './portal';
import { dropProperty, requireProperty } from './property-endpoints';
import type { StoredRecord } from './record-store';
import { actOnNewRecords } from './system-actors';

const DEFAULT_USER_ID = 50_001;

/** Carries out what a user or an admin does in the browser. @throws VendorError as the API would answer it: 404 where a record, property or option is not there */
export function editAsPerson(portal: Portal, edit: PersonEdit): EditResult {
  const userId = edit.userId ?? DEFAULT_USER_ID;
  const actor = { sourceType: 'CRM_UI', sourceId: 'CRM_UI', userId };
  const context: WriteContext = { actor, adminRules: 'none', nulls: 'clear' };
  switch (edit.action) {
    case 'create': {
      const record = prepareCreate(portal, objectOf(portal, edit.objectType), edit.properties, context).commit();
      actOnNewRecords(portal);
      return idOf(record);
    }
    case 'update': {
      const object = objectOf(portal, edit.objectType);
      return idOf(prepareUpdate(portal, object, requireRecord(object, edit, 'live'), edit.properties, context).commit());
    }
    case 'archive': {
      const object = objectOf(portal, edit.objectType);
      const record = requireRecord(object, edit, 'live');
      object.records.archive(record, portal.clock.nowMs());
      return idOf(record);
    }
    case 'restore': {
      const object = objectOf(portal, edit.objectType);
      const record = requireRecord(object, edit, 'archived');
      object.records.restore(record);
      return idOf(record);
    }
    case 'merge': {
      const object = objectOf(portal, edit.objectType);
      const winner = requireRecord(object, edit, 'live');
      mergeRecords(portal, object, { winner, loser: requireRecord(object, { id: edit.mergedId, where: edit.mergedWhere }, 'live'), actor });
      return idOf(winner);
    }
    case 'associate':
    case 'disassociate': {
      const [from, to] = [objectOf(portal, edit.from.objectType), objectOf(portal, edit.to.objectType)];
      const [fromRecord, toRecord] = [requireRecord(from, edit.from, 'live'), requireRecord(to, edit.to, 'live')];
      const unlabelled = portal.associations.unlabelled(from.type.objectTypeId, to.type.objectTypeId);
      const types = edit.types ? readTypes(portal, from, to, edit.types) : unlabelled ? [unlabelled] : [];
      if (edit.action === 'associate') associate(portal, { from, fromRecord, to, toRecord }, types, 'typed');
      else portal.associations.set(from.type.objectTypeId, fromRecord.id, to.type.objectTypeId, toRecord.id, []);
      return idOf(fromRecord);
    }
    case 'require-property': {
      requireProperty(objectOf(portal, edit.objectType), edit.propertyName, false);
      const { objectType, propertyName } = edit;
      portal.rules = { ...portal.rules, requiredOnCreate: [...(portal.rules.requiredOnCreate ?? []), { objectType, propertyName }] };
      return { id: propertyName };
    }
    case 'add-option': {
      const property = requireProperty(objectOf(portal, edit.objectType), edit.propertyName, false);
      property.options = [...property.options.filter(({ value }) => value !== edit.value), { value: edit.value, label: edit.label, displayOrder: property.options.length, hidden: false }];
      property.updatedMs = portal.clock.nowMs();
      return { id: edit.propertyName };
    }
    case 'delete-option': {
      const property = requireProperty(objectOf(portal, edit.objectType), edit.propertyName, false);
      const kept = property.options.filter(({ value }) => value !== edit.value);
      if (kept.length === property.options.length) throw notFound();
      // Records that have the value keep it: only new writes of it are refused.
      property.options = kept;
      property.updatedMs = portal.clock.nowMs();
      return { id: property.name };
    }
    case 'archive-property': {
      const object = objectOf(portal, edit.objectType);
      dropProperty(portal, object, requireProperty(object, edit.propertyName, false));
      return { id: edit.propertyName };
    }
  }
}

function requireRecord(object: PortalObject, address: RecordAddress, of: 'live' | 'archived'): StoredRecord {
  const record = address.where ? findByValue(object, address.where, of) : findById(object, address.id ?? '', of);
  if (!record) throw notFound();
  return record;
}

function findById(object: PortalObject, id: string, of: 'live' | 'archived'): StoredRecord | undefined {
  if (of === 'live') return liveRecord(object, id);
  const record = object.records.get(Number(id));
  return record && record.archivedMs > 0 ? record : undefined;
}

function findByValue({ records }: PortalObject, { property, value }: PropertyMatch, of: 'live' | 'archived'): StoredRecord | undefined {
  if (records.isUnique(property)) return records.holder(property, value, of);
  for (const record of records.inOrder()) if (record.archivedMs > 0 === (of === 'archived') && valueIn(record.values, property) === value) return record;
  return undefined;
}

function idOf(record: StoredRecord): EditResult {
  return { id: String(record.id) };
}
