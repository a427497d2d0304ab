import { isJsonObject, listOf, textOf, type JsonObject } from '../json';
import { bodyList, bodyOf, type ApiAnswer, type ApiRequest } from './api-request';
import type { CompactValues } from './compact-values';
import { validationError } from './errors';
import { viewRecord, viewValue } from './object-view';
import { objectOf, type Portal, type PortalObject } from './portal';
import { matches, readFilterGroups, toComparable } from './search-filters';
import { valuesAt, type StoredRecord } from './record-store';

/** HubSpot docs, "Search the CRM". */
const MAX_PAGE = 200;
const DEFAULT_PAGE = 10;
const MAX_RESULTS = 10_000;
const MAX_BODY_CHARACTERS = 3_000;
/** What `query` looks through. HubSpot docs, "Search the CRM", searchable properties. */
const SEARCHED: Readonly<Record<string, readonly string[]>> = {
  contacts: ['firstname', 'lastname', 'email', 'phone', 'company', 'hs_additional_emails'],
  companies: ['name', 'website', 'domain', 'phone'],
  deals: ['dealname', 'pipeline', 'dealstage', 'description', 'dealtype'],
};

interface Found {
  readonly record: StoredRecord;
  readonly values: CompactValues;
}

/** Sees the portal as it was a lag ago: writes become visible late, archived records vanish late. Reads by id see them at once. */
export function searchObjects(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const body = bodyOf(request);
  if (JSON.stringify(body).length > MAX_BODY_CHARACTERS) throw validationError(`The search request is longer than ${MAX_BODY_CHARACTERS} characters`);
  const limit = Number(textOf(body['limit']) ?? DEFAULT_PAGE);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) throw validationError(`limit must be between 1 and ${MAX_PAGE}`);
  const after = Number(textOf(body['after']) ?? 0);
  if (!Number.isInteger(after) || after < 0) throw validationError('after must be a number');
  if (after + limit > MAX_RESULTS) throw validationError(`A search cannot reach beyond ${MAX_RESULTS} results`);

  const groups = readFilterGroups(object, body);
  const words = (textOf(body['query']) ?? '').toLowerCase().split(/\s+/).filter((word) => word !== '');
  const seenAtMs = portal.clock.nowMs() - portal.switches.searchLagMs;
  const found: Found[] = [];
  for (const record of object.records.inOrder()) {
    if (record.archivedMs > 0 && record.archivedMs <= seenAtMs && !portal.switches.archivedRecordsReappearInSearch) continue;
    const values = valuesAt(record, seenAtMs);
    if (values && matches(portal, object, record, values, groups) && hasWords(object, record, values, words, portal)) found.push({ record, values });
  }
  const sorted = inOrderAsked(portal, object, found, listOf(body['sorts']));
  const page = sorted.slice(after, after + limit);
  const properties = bodyList(body, 'properties');
  const more = after + limit < Math.min(sorted.length, MAX_RESULTS);
  return {
    status: 200,
    body: {
      total: sorted.length,
      results: page.map(({ record, values }) => viewRecord(portal, object, record, { properties, withHistory: [] }, values)),
      ...(more ? { paging: { next: { after: String(after + limit) } } } : {}),
    },
  };
}

function hasWords(object: PortalObject, record: StoredRecord, values: CompactValues, words: readonly string[], portal: Portal): boolean {
  if (words.length === 0) return true;
  const text = (SEARCHED[object.type.plural] ?? object.type.naturalKeys).map((name) => viewValue(portal, object, record, name, values) ?? '').join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}

/** One sort at most; records without the value come last; without a sort the oldest come first. */
function inOrderAsked(portal: Portal, object: PortalObject, found: readonly Found[], sorts: readonly unknown[]): Found[] {
  if (sorts.length > 1) throw validationError('Only one sort is supported');
  const [sort] = sorts;
  const asked: JsonObject = typeof sort === 'string' ? { propertyName: sort.replace(/^-/, ''), direction: sort.startsWith('-') ? 'DESCENDING' : 'ASCENDING' } : isJsonObject(sort) ? sort : {};
  const name = textOf(asked['propertyName']);
  const property = name === undefined ? undefined : object.registry.live(name);
  if (name !== undefined && !property) throw validationError(`There was a problem with the request: no property ${name} to sort by`);
  if (!property) return [...found].sort((a, b) => a.record.createdMs - b.record.createdMs || a.record.id - b.record.id);
  const direction = asked['direction'] === 'DESCENDING' ? -1 : 1;
  return found
    .map((item) => ({ item, key: toComparable(property, viewValue(portal, object, item.record, property.name, item.values)) }))
    .sort((a, b) => compare(a.key, b.key, direction) || a.item.record.id - b.item.record.id)
    .map(({ item }) => item);
}

function compare(a: string | number | undefined, b: string | number | undefined, direction: 1 | -1): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return (a < b ? -1 : 1) * direction;
}
