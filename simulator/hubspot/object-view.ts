import { entriesOf, valueIn, type CompactValues } from './compact-values';
import type { Portal, PortalObject } from './portal';
import { historyOf, type Actor, type StoredRecord } from './record-store';

/** Property history names a user this way in `sourceId`. */
const USER_SOURCE = 'userId:';

/** A value as a reader sees it: stored, or worked out from the rest of the record. `undefined` where there is none. */
export function viewValue(portal: Portal, object: PortalObject, record: StoredRecord, name: string, values: CompactValues = record.values): string | undefined {
  const stored = valueIn(values, name);
  if (stored !== undefined) return stored;
  switch (name) {
    case 'hs_object_id':
      return String(record.id);
    case 'createdate':
    case 'hs_createdate':
      return new Date(record.createdMs).toISOString();
    case 'lastmodifieddate':
    case 'hs_lastmodifieddate':
      return new Date(record.updatedMs).toISOString();
    case 'hs_object_source':
      return makerOf(record)?.sourceType;
    case 'hs_object_source_id':
      return makerOf(record)?.sourceId;
    case 'hs_object_source_label':
      return makerOf(record)?.sourceLabel ?? makerOf(record)?.sourceType;
    case 'hs_email_domain':
      return valueIn(values, 'email')?.split('@')[1];
    case 'hs_full_name_or_email':
      return [valueIn(values, 'firstname'), valueIn(values, 'lastname')].filter(Boolean).join(' ') || valueIn(values, 'email');
    case 'hs_deal_stage_probability':
      return stageMetadata(object, values)?.['probability'];
    case 'hs_is_closed':
      return stageMetadata(object, values)?.['isClosed'];
    case 'hs_is_closed_won':
      return wonOrLost(object, values, 1);
    case 'hs_is_closed_lost':
      return wonOrLost(object, values, 0);
    case 'amount_in_home_currency':
      return valueIn(values, 'amount');
    case 'num_associated_contacts':
      return String(liveCount(portal, object, record, '0-1'));
    case 'num_associated_deals':
      return String(liveCount(portal, object, record, '0-3'));
    case 'associatedcompanyid':
      return primaryCompany(portal, object, record);
    default:
      return undefined;
  }
}

function makerOf(record: StoredRecord): Actor | undefined {
  return record.writes[0]?.actor;
}

function stageMetadata({ type, pipelines }: PortalObject, values: CompactValues): Readonly<Record<string, string>> | undefined {
  return type.stageProperty ? pipelines.stage(valueIn(values, type.stageProperty) ?? '')?.metadata : undefined;
}

function wonOrLost(object: PortalObject, values: CompactValues, probability: 0 | 1): string | undefined {
  const metadata = stageMetadata(object, values);
  return metadata && String(metadata['isClosed'] === 'true' && Number(metadata['probability']) === probability);
}

function liveCount(portal: Portal, object: PortalObject, record: StoredRecord, toTypeId: string): number {
  const others = portal.objects.get(toTypeId)?.records;
  let count = 0;
  for (const toId of portal.associations.from(object.type.objectTypeId, record.id, toTypeId).keys()) if (others?.get(toId)?.archivedMs === 0) count += 1;
  return count;
}

function primaryCompany(portal: Portal, object: PortalObject, record: StoredRecord): string | undefined {
  for (const [toId, types] of portal.associations.from(object.type.objectTypeId, record.id, '0-2')) {
    if (types.some(({ kind }) => kind === 'primary')) return String(toId);
  }
  return undefined;
}

export interface ViewRequest {
  /** Empty: the type's default properties. */
  readonly properties: readonly string[];
  readonly withHistory: readonly string[];
}

/** A record as reads answer it: the properties asked for, null where there is no value; unknown names are left out. */
export function viewRecord(portal: Portal, object: PortalObject, record: StoredRecord, { properties, withHistory }: ViewRequest, values: CompactValues = record.values): Record<string, unknown> {
  const asked = new Set(properties.length > 0 || withHistory.length > 0 ? [...properties, ...withHistory, ...alwaysThere(object)] : object.type.defaultProperties);
  const shown: Record<string, string | null> = {};
  for (const name of [...asked].sort()) {
    if (object.registry.live(name)) shown[name] = viewValue(portal, object, record, name, values) ?? null;
  }
  return {
    id: String(record.id),
    properties: shown,
    ...(withHistory.length > 0 ? { propertiesWithHistory: viewHistory(portal, object, record, withHistory) } : {}),
    ...viewTimes(record),
  };
}

/** A record as writes answer it: what was sent, and a number of the vendor's own properties. */
export function viewWritten(portal: Portal, object: PortalObject, record: StoredRecord, sent: readonly string[]): Record<string, unknown> {
  const shown: Record<string, string | null> = {};
  const own = ['createdate', object.type.modifiedProperty, 'hs_object_id', 'hs_object_source', 'hs_object_source_id', 'hs_object_source_label'];
  for (const name of [...new Set([...own, ...sent])].sort()) {
    const value = viewValue(portal, object, record, name);
    if (value !== undefined) shown[name] = value;
    else if (sent.includes(name)) shown[name] = null;
  }
  return { id: String(record.id), properties: shown, ...viewTimes(record) };
}

function alwaysThere(object: PortalObject): string[] {
  return ['createdate', object.type.modifiedProperty, 'hs_object_id'];
}

function viewTimes(record: StoredRecord): Record<string, unknown> {
  return {
    createdAt: new Date(record.createdMs).toISOString(),
    updatedAt: new Date(record.updatedMs).toISOString(),
    archived: record.archivedMs > 0,
    ...(record.archivedMs > 0 ? { archivedAt: new Date(record.archivedMs).toISOString() } : {}),
  };
}

/** Newest first, as the vendor sends it. */
function viewHistory(portal: Portal, object: PortalObject, record: StoredRecord, names: readonly string[]): Record<string, unknown> {
  const history: Record<string, unknown> = {};
  for (const name of names) {
    if (!object.registry.live(name)) continue;
    const entries = historyOf(record, name);
    const computed = entries.length === 0 ? viewValue(portal, object, record, name) : undefined;
    history[name] =
      computed === undefined
        ? entries.map(({ value, atMs, actor }) => ({
            value,
            timestamp: new Date(atMs).toISOString(),
            sourceType: actor.sourceType,
            sourceId: actor.userId === undefined ? actor.sourceId : `${USER_SOURCE}${actor.userId}`,
            ...(actor.sourceLabel === undefined ? {} : { sourceLabel: actor.sourceLabel }),
            ...(actor.userId === undefined ? {} : { updatedByUserId: actor.userId }),
          }))
        : [{ value: computed, timestamp: new Date(record.updatedMs).toISOString(), sourceType: 'CALCULATED', sourceId: 'system' }];
  }
  return history;
}

/** Names of all stored values, for looking at a portal. */
export function storedProperties(record: StoredRecord): Record<string, string> {
  return Object.fromEntries(entriesOf(record.values));
}
