import type { EditResult, PersonEdit } from '../control-plane';
import { associate, liveRecord, readTypes } from './association-writes';
import { notFound } from './errors';
import { mergeRecords } from './merge';
import { prepareCreate, prepareUpdate, type WriteContext } from './object-writes';
import { objectOf, type Portal, type PortalObject } from './portal';
import type { StoredRecord } from './record-store';

const DEFAULT_USER_ID = 50_001;

/** Carries out what a user does in the browser. @throws VendorError as the API would answer it */
export function editAsPerson(portal: Portal, edit: PersonEdit): EditResult {
  const userId = edit.userId ?? DEFAULT_USER_ID;
  const actor = { sourceType: 'CRM_UI', sourceId: 'CRM_UI', userId };
  const context: WriteContext = { actor, adminRules: 'ignored', nulls: 'clear' };
  switch (edit.action) {
    case 'create':
      return idOf(prepareCreate(portal, objectOf(portal, edit.objectType), edit.properties, context).commit());
    case 'update': {
      const object = objectOf(portal, edit.objectType);
      return idOf(prepareUpdate(portal, object, requireLive(object, edit.id), edit.properties, context).commit());
    }
    case 'archive': {
      const object = objectOf(portal, edit.objectType);
      const record = requireLive(object, edit.id);
      object.records.archive(record, portal.clock.nowMs());
      return idOf(record);
    }
    case 'restore': {
      const { records } = objectOf(portal, edit.objectType);
      const record = records.get(Number(edit.id));
      if (!record || record.archivedMs === 0) throw notFound();
      records.restore(record);
      return idOf(record);
    }
    case 'merge': {
      const object = objectOf(portal, edit.objectType);
      const winner = requireLive(object, edit.id);
      mergeRecords(portal, object, { winner, loser: requireLive(object, edit.mergedId), actor });
      return idOf(winner);
    }
    case 'associate':
    case 'disassociate': {
      const [from, to] = [objectOf(portal, edit.from.objectType), objectOf(portal, edit.to.objectType)];
      const [fromRecord, toRecord] = [requireLive(from, edit.from.id), requireLive(to, edit.to.id)];
      const unlabelled = portal.associations.unlabelled(from.type.objectTypeId, to.type.objectTypeId);
      const types = edit.types ? readTypes(portal, from, to, edit.types) : unlabelled ? [unlabelled] : [];
      if (edit.action === 'associate') associate(portal, { from, fromRecord, to, toRecord }, types, 'typed');
      else portal.associations.set(from.type.objectTypeId, fromRecord.id, to.type.objectTypeId, toRecord.id, []);
      return idOf(fromRecord);
    }
  }
}

function requireLive(object: PortalObject, id: string): StoredRecord {
  const record = liveRecord(object, id);
  if (!record) throw notFound();
  return record;
}

function idOf(record: StoredRecord): EditResult {
  return { id: String(record.id) };
}
