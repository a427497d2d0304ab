import type { ObjectType } from '../../domain/object-type';
import type { BatchWriteAnswer, CallContext, PropertyHistoryEntry, TargetConnector, TargetRecord } from '../connector';
import { acceptedBody, refuseIncomplete, requireAtMost, type HubspotClient, type HubspotRequest } from './client';
import { eachOnce } from './each-once';
import { incompleteAnswer, toCallError } from './errors';
import { objectsPath } from './paths';
import { archiveSchema, objectBatchSchema, objectPageSchema, searchPageSchema } from './responses';
import { toBatchWriteAnswer, toCreateInput, toHistory, toRefusedBatch, toTargetRecord, toUpdateInput } from './wire';

/** Inputs of a batch write or read. Source: CRM objects API, 2026-09. */
export const MAX_BATCH_INPUTS = 100;
/** Inputs of a batch read with history. Source: CRM objects API, 2026-09. */
export const MAX_HISTORY_INPUTS = 50;
const MAX_LIST_PAGE = 100;
const MAX_SEARCH_PAGE = 200;
/** A search query ends here; a page beyond is a 400. Source: search guide, 2026-09. */
const MAX_SEARCH_RESULTS = 10_000;

export type RecordCalls = Pick<TargetConnector, 'readRecords' | 'createRecords' | 'updateRecords' | 'archiveRecords' | 'listRecords' | 'readHistory' | 'searchCreatedWithout' | 'searchHolding'>;

export function createRecordCalls(client: HubspotClient): RecordCalls {
  async function writeBatch(request: HubspotRequest, call: CallContext): Promise<BatchWriteAnswer> {
    const answer = await client.send(request, call);
    if (answer.verdict === 'accepted') {
      return toBatchWriteAnswer(acceptedBody(request, answer, objectBatchSchema), answer.correlationId);
    }
    if (answer.status === 404) {
      throw toCallError(request, { ...answer, retryAfterMs: null });
    }
    return toRefusedBatch(answer.envelope, answer.correlationId);
  }

  return {
    async readRecords(objectType, { ids, idProperty, properties, archived }, call): Promise<readonly TargetRecord[]> {
      if (ids.length === 0) {
        return [];
      }
      const request: HubspotRequest = {
        kind: 'read',
        what: `${objectType} batch/read`,
        method: 'POST',
        path: objectsPath(objectType, '/batch/read'),
        query: { archived: String(archived) },
        body: { properties, propertiesWithHistory: [], ...(idProperty === null ? {} : { idProperty }), inputs: ids.map((id) => ({ id })) },
      };
      requireAtMost(request, MAX_BATCH_INPUTS, ids.length);
      const batch = await client.read(request, objectBatchSchema, call);
      refuseIncomplete(request, batch);
      return eachOnce(batch.results.map(toTargetRecord), ({ id }) => id);
    },

    async createRecords(objectType, inputs, call) {
      const request: HubspotRequest = { kind: 'create', what: `${objectType} batch/create`, method: 'POST', path: objectsPath(objectType, '/batch/create'), body: { inputs: inputs.map(toCreateInput) } };
      requireAtMost(request, MAX_BATCH_INPUTS, inputs.length);
      return writeBatch(request, call);
    },

    async updateRecords(objectType, inputs, call) {
      const request: HubspotRequest = { kind: 'update', what: `${objectType} batch/update`, method: 'POST', path: objectsPath(objectType, '/batch/update'), body: { inputs: inputs.map(toUpdateInput) } };
      requireAtMost(request, MAX_BATCH_INPUTS, inputs.length);
      return writeBatch(request, call);
    },

    async archiveRecords(objectType, ids, call) {
      const request: HubspotRequest = { kind: 'archive', what: `${objectType} batch/archive`, method: 'POST', path: objectsPath(objectType, '/batch/archive'), body: { inputs: ids.map((id) => ({ id })) } };
      requireAtMost(request, MAX_BATCH_INPUTS, ids.length);
      const failure = (await client.read(request, archiveSchema, call))?.errors.find(({ category }) => category !== 'OBJECT_NOT_FOUND');
      if (failure !== undefined) {
        throw incompleteAnswer(request, failure.category ?? 'no category', failure.correlationId);
      }
    },

    async listRecords(objectType, { after, limit, properties }, call) {
      const request: HubspotRequest = {
        kind: 'list',
        what: `${objectType} list`,
        method: 'GET',
        path: objectsPath(objectType),
        query: { limit: String(limit), archived: 'false', ...(after === null ? {} : { after }), ...(properties.length === 0 ? {} : { properties: properties.join(',') }) },
      };
      requireAtMost(request, MAX_LIST_PAGE, limit);
      const page = await client.read(request, objectPageSchema, call);
      return { records: page.results.map(toTargetRecord), after: page.paging };
    },

    async readHistory(objectType, ids, properties, call) {
      const request: HubspotRequest = {
        kind: 'read',
        what: `${objectType} batch/read with history`,
        method: 'POST',
        path: objectsPath(objectType, '/batch/read'),
        body: { properties: [], propertiesWithHistory: properties, inputs: ids.map((id) => ({ id })) },
      };
      requireAtMost(request, MAX_HISTORY_INPUTS, ids.length);
      const batch = await client.read(request, objectBatchSchema, call);
      refuseIncomplete(request, batch);
      return new Map<string, Readonly<Record<string, readonly PropertyHistoryEntry[]>>>(batch.results.map((reply) => [reply.id, toHistory(reply)]));
    },

    async searchCreatedWithout(objectType, { createdSince, property, after }, call) {
      const request = searchRequest(objectType, [createdFilter(createdSince), { propertyName: property, operator: 'NOT_HAS_PROPERTY' }], after === null ? {} : { after });
      const page = await client.read(request, searchPageSchema, call);
      return { total: page.total, ids: page.results.map(({ id }) => id), after: page.paging !== null && Number(page.paging) < MAX_SEARCH_RESULTS ? page.paging : null };
    },

    async searchHolding(objectType, { createdSince, property, value, afterId }, call) {
      const filters = [createdFilter(createdSince), { propertyName: property, operator: 'EQ', value }, ...(afterId === null ? [] : [{ propertyName: 'hs_object_id', operator: 'GT', value: afterId }])];
      const request = searchRequest(objectType, filters, { sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }] });
      const page = await client.read(request, searchPageSchema, call);
      return { total: page.total, ids: page.results.map(({ id }) => id) };
    },
  };
}

interface SearchFilter {
  readonly propertyName: string;
  readonly operator: string;
  readonly value?: string;
}

// Epoch ms, the form that both `date` and `datetime` properties take.
const createdFilter = (since: string): SearchFilter => ({ propertyName: 'createdate', operator: 'GTE', value: String(Date.parse(since)) });

function searchRequest(objectType: ObjectType, filters: readonly SearchFilter[], more: Readonly<Record<string, unknown>>): HubspotRequest {
  return {
    kind: 'search',
    what: `${objectType} search`,
    method: 'POST',
    path: objectsPath(objectType, '/search'),
    body: { filterGroups: [{ filters }], properties: ['hs_object_id'], limit: MAX_SEARCH_PAGE, ...more },
  };
}
