import { isJsonObject, listOf, textOf, type JsonObject } from '../json';
import { shuffled } from '../seeded-random';
import { bodyList, bodyOf, inputsOf, propertiesIn, requiredText, writeContextOf, type ApiAnswer, type ApiRequest } from './api-request';
import { applyInline, checkInline } from './inline-associations';
import { duplicateIds, toBatchErrorEntry, tooManyInputs, validationError, VendorError } from './errors';
import { MAX_HISTORY_INPUTS, notUnique } from './object-endpoints';
import { viewRecord, viewWritten } from './object-view';
import { prepareCreate, prepareUpdate, PropertiesNotValid, propertiesNotValid, type ClaimedValues } from './object-writes';
import { upperName } from './object-types';
import { objectOf, type Portal, type PortalObject } from './portal';
import type { StoredRecord } from './record-store';

/** HubSpot docs, CRM objects API: inputs of a batch call. */
export const MAX_INPUTS = 100;

interface Written {
  readonly record: StoredRecord;
  readonly isNew?: boolean;
}

/** One input that passed all checks. */
type Ready = () => Written;

export function batchCreate(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const inputs = inputsOf(request, MAX_INPUTS, tooManyInputs);
  const context = writeContextOf(request);
  return writeBatch(portal, request, object, inputs, {
    okStatus: 201,
    splits: haveDistinctTraceIds(inputs),
    echoesTraceId: portal.switches.traceIdEchoedInCreate,
    prepare(input, claimed) {
      const prepared = prepareCreate(portal, object, propertiesIn(input), context, claimed);
      const links = checkInline(portal, object, listOf(input['associations']));
      return () => {
        const record = prepared.commit();
        applyInline(portal, object, record, links);
        return { record };
      };
    },
  });
}

export function batchUpdate(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const inputs = inputsOf(request, MAX_INPUTS, tooManyInputs);
  const context = writeContextOf(request);
  refuseDuplicateIds(inputs);
  const records = new Map(inputs.map((input) => [input, targetOf(object, input)]));
  const missing = inputs.filter((input) => !records.get(input));
  return writeBatch(portal, request, object, inputs, {
    okStatus: 200,
    splits: haveDistinctTraceIds(inputs) && portal.switches.batchUpdateSplitsByTraceId,
    echoesTraceId: portal.switches.traceIdEchoedInCreate,
    missing,
    prepare(input, claimed) {
      const record = records.get(input);
      if (!record) throw couldNotGet(object, [requiredText(input, 'id')]);
      const prepared = prepareUpdate(portal, object, record, propertiesIn(input), context, claimed);
      return () => ({ record: prepared.commit() });
    },
  });
}

export function batchUpsert(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const inputs = inputsOf(request, MAX_INPUTS, tooManyInputs);
  const context = writeContextOf(request);
  refuseDuplicateIds(inputs);
  for (const input of inputs) {
    const idProperty = textOf(input['idProperty']) ?? 'hs_object_id';
    if (!object.records.isUnique(idProperty)) throw notUnique(object, idProperty);
  }
  return writeBatch(portal, request, object, inputs, {
    okStatus: 200,
    splits: haveDistinctTraceIds(inputs),
    echoesTraceId: true,
    prepare(input, claimed) {
      const [id, idProperty] = [requiredText(input, 'id'), requiredText(input, 'idProperty')];
      const properties = { [idProperty]: id, ...propertiesIn(input) };
      const existing = object.records.holder(idProperty, id);
      if (existing) {
        // A contact found by a secondary address keeps its main one.
        const { [idProperty]: sent, ...rest } = properties;
        const changes = textOf(sent) === id ? rest : properties;
        const prepared = prepareUpdate(portal, object, existing, changes, context, claimed);
        return () => ({ record: prepared.commit(), isNew: false });
      }
      const prepared = prepareCreate(portal, object, properties, context, claimed);
      return () => ({ record: prepared.commit(), isNew: true });
    },
  });
}

export function batchRead(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const body = bodyOf(request);
  const view = { properties: bodyList(body, 'properties'), withHistory: bodyList(body, 'propertiesWithHistory') };
  const inputs = inputsOf(request, view.withHistory.length > 0 ? MAX_HISTORY_INPUTS : MAX_INPUTS, view.withHistory.length > 0 ? tooManyHistories : tooManyInputs);
  const idProperty = textOf(body['idProperty']);
  if (idProperty !== undefined && idProperty !== 'hs_object_id' && !object.records.isUnique(idProperty)) throw notUnique(object, idProperty);
  const of = request.query.get('archived') === 'true' ? 'archived' : 'live';

  const found = new Set<StoredRecord>();
  const missing: string[] = [];
  for (const input of inputs) {
    const id = requiredText(input, 'id');
    const record = idProperty === undefined || idProperty === 'hs_object_id' ? object.records.get(Number(id), 'follow') : object.records.holder(idProperty, id, of);
    if (record && record.archivedMs > 0 === (of === 'archived')) found.add(record);
    else missing.push(id);
  }
  const results = [...found].map((record) => viewRecord(portal, object, record, view));
  const errors = missing.length > 0 ? [toBatchErrorEntry(couldNotGet(object, missing).body)] : [];
  return batchAnswer(portal, 200, results, errors);
}

/** Always 204: unknown and archived ids are passed over. */
export function batchArchive(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const inputs = inputsOf(request, MAX_INPUTS, tooManyInputs);
  refuseDuplicateIds(inputs);
  for (const input of inputs) {
    const record = object.records.get(Number(requiredText(input, 'id')));
    if (record) object.records.archive(record, portal.clock.nowMs());
  }
  return { status: 204 };
}

interface BatchWrite {
  readonly okStatus: 200 | 201;
  /** Whether one bad input leaves the others alone. */
  readonly splits: boolean;
  readonly echoesTraceId: boolean;
  /** Inputs whose record does not exist: one entry lists them all, and they never spoil the rest. */
  readonly missing?: readonly JsonObject[];
  prepare(input: JsonObject, claimed: ClaimedValues | undefined): Ready;
}

/** HubSpot docs, "Error handling", multi-status errors: inputs with distinct trace ids stand alone, all others fall together. */
function writeBatch(portal: Portal, request: ApiRequest, object: PortalObject, inputs: readonly JsonObject[], write: BatchWrite): ApiAnswer {
  const missing = write.missing ?? [];
  const written: { input: JsonObject; written: Written }[] = [];
  const errors: unknown[] = [];
  const failures: VendorError[] = [];
  const ready: { input: JsonObject; commit: Ready }[] = [];
  const claimed: ClaimedValues | undefined = write.splits ? undefined : new Map();

  inputs.forEach((input, place) => {
    if (missing.includes(input)) return;
    try {
      if (request.refused?.inputs.has(place)) throw refusedByPlan(portal, input, request.refused);
      const commit = write.prepare(input, claimed);
      if (write.splits) written.push({ input, written: commit() });
      else ready.push({ input, commit });
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      if (write.splits) errors.push(toBatchErrorEntry(error.body, { objectWriteTraceId: [textOf(input['objectWriteTraceId']) ?? ''] }));
      else failures.push(error);
    }
  });
  if (failures.length > 0) throw togetherOf(portal, failures);
  for (const { input, commit } of ready) written.push({ input, written: commit() });
  if (missing.length > 0) errors.push(toBatchErrorEntry(couldNotGet(object, missing.map((input) => requiredText(input, 'id'))).body));

  const results = written.map(({ input, written: { record, isNew } }) => {
    const traceId = write.echoesTraceId ? textOf(input['objectWriteTraceId']) : undefined;
    return {
      ...viewWritten(portal, object, record, Object.keys(propertiesIn(input))),
      ...(isNew === undefined ? {} : { new: isNew }),
      ...(traceId === undefined ? {} : { objectWriteTraceId: traceId }),
    };
  });
  return batchAnswer(portal, write.okStatus, results, errors);
}

/** Batch envelope; results in no particular order, `errors` only where there are any. */
export function batchAnswer(portal: Portal, okStatus: number, results: readonly unknown[], errors: readonly unknown[]): ApiAnswer {
  const at = new Date(portal.clock.nowMs()).toISOString();
  return {
    status: errors.length > 0 ? 207 : okStatus,
    body: {
      status: 'COMPLETE',
      results: shuffled(results, portal.random),
      ...(errors.length > 0 ? { numErrors: errors.length, errors } : {}),
      startedAt: at,
      completedAt: at,
    },
  };
}

/** Recorded by a public project: the messages of several records in one body, which record is which is not said. */
function togetherOf(portal: Portal, failures: readonly VendorError[]): VendorError {
  const invalid = failures.flatMap((failure) => (failure instanceof PropertiesNotValid ? failure.problems : []));
  const distinct = [...new Map(invalid.map((problem) => [JSON.stringify(problem), problem])).values()];
  if (distinct.length > 0) return propertiesNotValid(portal, distinct);
  const [first] = failures;
  if (!first) return validationError('The batch was refused');
  // With several conflicts no existing id is named.
  return failures.length > 1 && first.status === 409 ? new VendorError(409, { message: 'Contact already exists.', category: 'CONFLICT' }) : first;
}

/** A property that is named is refused for its value, which the portal's words quote. */
function refusedByPlan(portal: Portal, input: JsonObject, { code, property }: NonNullable<ApiRequest['refused']>): VendorError {
  const properties = isJsonObject(input['properties']) ? input['properties'] : {};
  const [first = 'unknown'] = Object.keys(properties);
  const name = property ?? first;
  const quoted = property === undefined ? '' : `: ${textOf(properties[property]) ?? ''}`;
  return propertiesNotValid(portal, [{ name, code, message: `Property "${name}" was refused${quoted}` }]);
}

function couldNotGet(object: PortalObject, ids: readonly string[]): VendorError {
  return new VendorError(404, {
    message: `Could not get some ${upperName(object.type)} objects, they may be deleted or not exist. Check that ids are valid.`,
    category: 'OBJECT_NOT_FOUND',
    context: { ids },
  });
}

function tooManyHistories(limit: number): VendorError {
  return validationError(`The maximum number of inputs supported in a batch request for property histories is ${limit}. Please reduce the number of items and try again`);
}

function haveDistinctTraceIds(inputs: readonly JsonObject[]): boolean {
  const traceIds = inputs.map((input) => textOf(input['objectWriteTraceId']));
  return !traceIds.includes(undefined) && new Set(traceIds).size === inputs.length;
}

/** Recorded by a public project: two inputs with one id fail the whole batch, trace ids or not. */
function refuseDuplicateIds(inputs: readonly JsonObject[]): void {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const input of inputs) {
    const id = requiredText(input, 'id');
    const key = `${textOf(input['idProperty']) ?? ''}\n${id}`;
    if (seen.has(key)) twice.add(id);
    seen.add(key);
  }
  if (twice.size > 0) throw duplicateIds([...twice]);
}

/** The record of a batch update; ids of merged records do not lead to the winner here (HubSpot community, batch read of merged ids). */
function targetOf(object: PortalObject, input: JsonObject): StoredRecord | undefined {
  const [id, idProperty] = [requiredText(input, 'id'), textOf(input['idProperty'])];
  // E-mail is not taken here although it is unique: HubSpot/hubspot-api-nodejs, issue 548.
  if (idProperty === 'email' || (idProperty !== undefined && idProperty !== 'hs_object_id' && !object.records.isUnique(idProperty))) throw notUnique(object, idProperty);
  const record = idProperty === undefined || idProperty === 'hs_object_id' ? object.records.get(Number(id)) : object.records.holder(idProperty, id);
  return record && record.archivedMs === 0 ? record : undefined;
}
