import { listOf, textOf } from '../json';
import { bodyOf, propertiesIn, queryList, requiredText, writeContextOf, type ApiAnswer, type ApiRequest } from './api-request';
import { applyInline, checkInline } from './inline-associations';
import { notFound, notNumeric, validationError } from './errors';
import { mergeRecords } from './merge';
import { viewAssociations } from './association-view';
import { viewRecord, viewWritten, type ViewRequest } from './object-view';
import { prepareCreate, prepareUpdate } from './object-writes';
import { objectOf, type Portal, type PortalObject } from './portal';
import type { StoredRecord } from './record-store';

/** HubSpot docs, "Using object APIs": page size of a list. */
const MAX_PAGE = 100;
const DEFAULT_PAGE = 10;
/** HubSpot docs, "Error handling": histories are answered for fewer records at once. */
export const MAX_HISTORY_INPUTS = 50;

export function listObjects(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const { query } = request;
  const view = viewOf(request);
  const limit = pageLimit(query, view.withHistory.length > 0 ? MAX_HISTORY_INPUTS : MAX_PAGE);
  const archived = query.get('archived') === 'true';
  const associated = queryList(query, 'associations');
  const results: unknown[] = [];
  let next: StoredRecord | undefined;
  for (const record of object.records.inOrder(Number(query.get('after') ?? 0) || 0)) {
    if (record.archivedMs > 0 !== archived) continue;
    if (results.length === limit) {
      next = record;
      break;
    }
    results.push({ ...viewRecord(portal, object, record, view), ...viewAssociations(portal, object, record, associated) });
  }
  return { status: 200, body: { results, ...(next ? { paging: pagingTo(request, String(next.id)) } : {}) } };
}

/** `paging` of an answer that has a further page. */
export function pagingTo(request: ApiRequest, after: string): unknown {
  const query = new URLSearchParams(request.query);
  query.set('after', after);
  return { next: { after, link: `https://api.hubapi.com${request.path}?${query.toString()}` } };
}

export function createObject(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const body = bodyOf(request);
  const properties = propertiesIn(body);
  const prepared = prepareCreate(portal, object, properties, writeContextOf(request));
  const links = checkInline(portal, object, listOf(body['associations']));
  const record = prepared.commit();
  applyInline(portal, object, record, links);
  return { status: 201, body: viewWritten(portal, object, record, Object.keys(properties)) };
}

export function readObject(portal: Portal, request: ApiRequest, [alias = '', id = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const archived = request.query.get('archived') === 'true';
  const record = findRecord(object, id, request.query.get('idProperty'), archived ? 'archived' : 'live');
  return { status: 200, body: { ...viewRecord(portal, object, record, viewOf(request)), ...viewAssociations(portal, object, record, queryList(request.query, 'associations')) } };
}

export function updateObject(portal: Portal, request: ApiRequest, [alias = '', id = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const properties = propertiesIn(bodyOf(request));
  const record = findRecord(object, id, request.query.get('idProperty'), 'live');
  prepareUpdate(portal, object, record, properties, writeContextOf(request)).commit();
  return { status: 200, body: viewWritten(portal, object, record, Object.keys(properties)) };
}

/** Answers 204 for a record that is not there as well: archiving is harmless to repeat. */
export function archiveObject(portal: Portal, _request: ApiRequest, [alias = '', id = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  if (!/^\d+$/.test(id)) throw notNumeric(id);
  const record = object.records.get(Number(id));
  if (record) object.records.archive(record, portal.clock.nowMs());
  return { status: 204 };
}

export function mergeObjects(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const body = bodyOf(request);
  const winner = findRecord(object, requiredText(body, 'primaryObjectId'), null, 'live');
  const loser = findRecord(object, requiredText(body, 'objectIdToMerge'), null, 'live');
  mergeRecords(portal, object, { winner, loser, actor: request.token.actor });
  return { status: 200, body: viewRecord(portal, object, winner, { properties: [], withHistory: [] }) };
}

/** For good: no recycle bin, no archived read. HubSpot docs, "Contacts", GDPR delete. */
export function gdprDelete(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  if (object.type.plural !== 'contacts') throw notFound();
  const body = bodyOf(request);
  const record = findRecord(object, requiredText(body, 'objectId'), textOf(body['idProperty']) ?? null, 'live');
  object.records.archive(record, portal.clock.nowMs());
  object.records.forget(record);
  return { status: 204 };
}

export function viewOf({ query }: ApiRequest): ViewRequest {
  return { properties: queryList(query, 'properties'), withHistory: queryList(query, 'propertiesWithHistory') };
}

/** One record by id (ids of merged records lead to the winner) or by a unique property. @throws VendorError 404, or 400 for a property that is not unique */
export function findRecord(object: PortalObject, id: string, idProperty: string | null, of: 'live' | 'archived'): StoredRecord {
  if (idProperty !== null && idProperty !== 'hs_object_id') {
    if (!object.records.isUnique(idProperty)) throw notUnique(object, idProperty);
    const holder = object.records.holder(idProperty, id, of);
    if (!holder) throw notFound();
    return holder;
  }
  if (!/^\d+$/.test(id)) throw notNumeric(id);
  const record = object.records.get(Number(id), 'follow');
  if (!record || record.archivedMs > 0 !== (of === 'archived')) throw notFound();
  return record;
}

/** Recorded by a public project against the real API. */
export function notUnique(object: PortalObject, property: string): ReturnType<typeof validationError> {
  return validationError(`Unable to perform update/upsert by non-unique ${object.type.objectTypeId} property ${property}`);
}

function pageLimit(query: URLSearchParams, most: number): number {
  const limit = Number(query.get('limit') ?? DEFAULT_PAGE);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) throw validationError(`limit must be between 1 and ${most}`);
  return limit;
}
