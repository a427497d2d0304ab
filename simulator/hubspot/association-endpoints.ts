import { isJsonObject, listOf, textOf, type JsonObject } from '../json';
import { inputsOf, isDated, requiredText, type ApiAnswer, type ApiRequest } from './api-request';
import { liveAssociations, viewAssociation } from './association-view';
import { associate, associatedId, liveRecord, readTypes } from './association-writes';
import { batchAnswer } from './batch-endpoints';
import { notFound, toBatchErrorEntry, tooManyInputs, VendorError, type ErrorBody } from './errors';
import { pagingTo } from './object-endpoints';
import { objectOf, type Portal, type PortalObject } from './portal';

/** HubSpot changelog, "Bug fix: batch read limit for HubSpot associations API", effective 10 Feb 2025. */
const MAX_CREATE = 2_000;
const MAX_READ = 1_000;
/** HubSpot docs, "Associate records": page size. */
const PAGE = 500;

export function associationBatchCreate(portal: Portal, request: ApiRequest, [fromAlias = '', toAlias = '']: readonly string[]): ApiAnswer {
  const [from, to] = [objectOf(portal, fromAlias), objectOf(portal, toAlias)];
  const inputs = inputsOf(request, MAX_CREATE, tooManyInputs);
  const typed = inputs.map((input) => ({ input, types: readTypes(portal, from, to, input['types']) }));
  const results: unknown[] = [];
  const errors: unknown[] = [];
  typed.forEach(({ input, types }, place) => {
    const ends = request.refused?.inputs.has(place) ? refusedByPlan(input) : readEnds(portal, from, to, input);
    if ('message' in ends) return void errors.push(toBatchErrorEntry(ends));
    const after = associate(portal, ends, types, 'typed');
    results.push(viewCreated(ends.from, ends.fromRecord.id, ends.to, ends.toRecord.id, after.flatMap(({ label, kind }) => (kind === 'unlabelled' || label === null ? [] : [label]))));
  });
  return batchAnswer(portal, request.version === '2026-09' ? 200 : 201, results, errors);
}

export function associationBatchDefault(portal: Portal, request: ApiRequest, [fromAlias = '', toAlias = '']: readonly string[]): ApiAnswer {
  const [from, to] = [objectOf(portal, fromAlias), objectOf(portal, toAlias)];
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const input of inputsOf(request, portal.switches.associationDefaultBatchLimit, tooManyInputs)) {
    const ends = readEnds(portal, from, to, input);
    if ('message' in ends) errors.push(toBatchErrorEntry(ends));
    else results.push(...associateByDefault(portal, from, to, ends));
  }
  return batchAnswer(portal, 200, results, errors);
}

export function associationBatchRead(portal: Portal, request: ApiRequest, [fromAlias = '', toAlias = '']: readonly string[]): ApiAnswer {
  const [from, to] = [objectOf(portal, fromAlias), objectOf(portal, toAlias)];
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const input of inputsOf(request, MAX_READ, tooManyInputs)) {
    const id = requiredText(input, 'id');
    if (!/^\d+$/.test(id)) {
      errors.push(toBatchErrorEntry(invalidIdentifier(id)));
      continue;
    }
    const after = Number(textOf(input['after']) ?? 0) || 0;
    const source = associatedId(portal, from, id);
    const rest = liveAssociations(portal, from, source, to).filter(({ toId }) => toId >= after);
    const next = rest[PAGE];
    if (rest.length === 0) errors.push(toBatchErrorEntry(noneFound(from, to, id)));
    else results.push({ from: { id: String(source) }, to: rest.slice(0, PAGE).map(viewAssociation), ...(next ? { paging: { next: { after: String(next.toId) } } } : {}) });
  }
  return batchAnswer(portal, 200, results, errors);
}

export function associationBatchArchive(portal: Portal, request: ApiRequest, [fromAlias = '', toAlias = '']: readonly string[]): ApiAnswer {
  const [from, to] = [objectOf(portal, fromAlias), objectOf(portal, toAlias)];
  for (const input of archiveInputs(portal, request)) {
    const fromId = associatedId(portal, from, idIn(input['from']));
    for (const target of listOf(input['to'])) portal.associations.set(from.type.objectTypeId, fromId, to.type.objectTypeId, associatedId(portal, to, idIn(target)), []);
  }
  return archived(portal, request);
}

/** Takes single types away; taking the unlabelled one takes them all (HubSpot docs, "Associate records"). */
export function associationLabelsArchive(portal: Portal, request: ApiRequest, [fromAlias = '', toAlias = '']: readonly string[]): ApiAnswer {
  const [from, to] = [objectOf(portal, fromAlias), objectOf(portal, toAlias)];
  for (const input of archiveInputs(portal, request)) {
    const [fromId, toId] = [associatedId(portal, from, idIn(input['from'])), associatedId(portal, to, idIn(input['to']))];
    const gone = readTypes(portal, from, to, input['types']);
    const before = portal.associations.typesOf(from.type.objectTypeId, fromId, to.type.objectTypeId, toId);
    const after = gone.some(({ kind }) => kind === 'unlabelled') ? [] : before.filter((type) => !gone.includes(type));
    portal.associations.set(from.type.objectTypeId, fromId, to.type.objectTypeId, toId, after);
  }
  return archived(portal, request);
}

export function putAssociation(portal: Portal, request: ApiRequest, parameters: readonly string[]): ApiAnswer {
  const { from, to, ends } = singleEnds(portal, parameters);
  const types = readTypes(portal, from, to, request.body);
  const after = associate(portal, ends, types, 'typed');
  const labels = after.flatMap(({ label, kind }) => (kind === 'unlabelled' || label === null ? [] : [label]));
  return { status: 201, body: viewCreated(from, ends.fromRecord.id, to, ends.toRecord.id, labels) };
}

export function putDefaultAssociation(portal: Portal, _request: ApiRequest, parameters: readonly string[]): ApiAnswer {
  const { from, to, ends } = singleEnds(portal, parameters);
  return batchAnswer(portal, 200, associateByDefault(portal, from, to, ends), []);
}

export function deleteAssociation(portal: Portal, _request: ApiRequest, [fromAlias = '', fromId = '', toAlias = '', toId = '']: readonly string[]): ApiAnswer {
  const [from, to] = [objectOf(portal, fromAlias), objectOf(portal, toAlias)];
  portal.associations.set(from.type.objectTypeId, associatedId(portal, from, fromId), to.type.objectTypeId, associatedId(portal, to, toId), []);
  return { status: 204 };
}

export function listAssociations(portal: Portal, request: ApiRequest, [fromAlias = '', fromId = '', toAlias = '']: readonly string[]): ApiAnswer {
  const [from, to] = [objectOf(portal, fromAlias), objectOf(portal, toAlias)];
  const limit = Math.min(PAGE, Number(request.query.get('limit') ?? PAGE) || PAGE);
  const after = Number(request.query.get('after') ?? 0) || 0;
  // An archived or unknown source answers an empty list, as a public project saw it.
  const rest = liveAssociations(portal, from, associatedId(portal, from, fromId), to).filter(({ toId }) => toId >= after);
  const next = rest[limit];
  return { status: 200, body: { results: rest.slice(0, limit).map(viewAssociation), ...(next ? { paging: pagingTo(request, String(next.toId)) } : {}) } };
}

type Ends = Parameters<typeof associate>[1];

function readEnds(portal: Portal, from: PortalObject, to: PortalObject, input: JsonObject): Ends | ErrorBody {
  const [fromId, toId] = [idIn(input['from']), idIn(input['to'])];
  for (const id of [fromId, toId]) if (!/^\d+$/.test(id)) return invalidIdentifier(id);
  if (from === to && fromId === toId) return { category: 'VALIDATION_ERROR', message: `Object ${fromId} cannot be associated to itself (${toId})`, context: { id: [fromId] } };
  const merged = portal.switches.mergedIdsInAssociations === 'follow' ? 'follow' : 'ignore';
  const [fromRecord, toRecord] = [liveRecord(from, fromId, merged), liveRecord(to, toId, merged)];
  if (!fromRecord) return unknownEnd('FROM', from, fromId);
  if (!toRecord) return unknownEnd('TO', to, toId);
  return { from, fromRecord, to, toRecord };
}

function singleEnds(portal: Portal, [fromAlias = '', fromId = '', toAlias = '', toId = '']: readonly string[]): { from: PortalObject; to: PortalObject; ends: Ends } {
  const [from, to] = [objectOf(portal, fromAlias), objectOf(portal, toAlias)];
  const ends = readEnds(portal, from, to, { from: { id: fromId }, to: { id: toId } });
  if ('message' in ends) throw new VendorError(ends.category === 'OBJECT_NOT_FOUND' ? 404 : 400, ends);
  return { from, to, ends };
}

/** Two directed rows a pair, as the documentation's example has it. @throws VendorError 404 for a pair of types without an unlabelled type */
function associateByDefault(portal: Portal, from: PortalObject, to: PortalObject, ends: Ends): unknown[] {
  const unlabelled = portal.associations.unlabelled(from.type.objectTypeId, to.type.objectTypeId);
  if (!unlabelled) throw notFound();
  associate(portal, ends, [unlabelled], 'default-call');
  const row = (fromId: number, toId: number, associationTypeId: number): unknown => ({
    from: { id: String(fromId) },
    to: { id: String(toId) },
    associationSpec: { associationCategory: 'HUBSPOT_DEFINED', associationTypeId },
  });
  return [row(ends.fromRecord.id, ends.toRecord.id, unlabelled.typeId), row(ends.toRecord.id, ends.fromRecord.id, unlabelled.inverseTypeId)];
}

function archiveInputs(portal: Portal, request: ApiRequest): JsonObject[] {
  const limit = portal.switches.associationBatchArchiveLimit;
  const inputs = inputsOf(request, Number.MAX_SAFE_INTEGER, tooManyInputs);
  if (new Set(inputs.map((input) => idIn(input['from']))).size > limit) throw tooManyInputs(limit);
  return inputs;
}

function archived(portal: Portal, { version }: ApiRequest): ApiAnswer {
  return isDated(version) ? batchAnswer(portal, 200, [], []) : { status: 204 };
}

function idIn(end: unknown): string {
  return isJsonObject(end) ? (textOf(end['id']) ?? '') : '';
}

function viewCreated(from: PortalObject, fromId: number, to: PortalObject, toId: number, labels: readonly string[]): unknown {
  return { fromObjectTypeId: from.type.objectTypeId, fromObjectId: fromId, toObjectTypeId: to.type.objectTypeId, toObjectId: toId, labels };
}

function invalidIdentifier(id: string): ErrorBody {
  return { category: 'VALIDATION_ERROR', subCategory: 'crm.associations.INVALID_IDENTIFIER', message: `${id} is not a valid ID`, context: { id: [id] } };
}

function unknownEnd(end: 'FROM' | 'TO', { type }: PortalObject, id: string): ErrorBody {
  return {
    category: 'OBJECT_NOT_FOUND',
    subCategory: `crm.associations.${end}_OBJECT_NOT_FOUND`,
    message: `No ${type.singular} with ID ${id} exists`,
    context: { objectType: [type.singular], id: [id] },
  };
}

/** The normal answer for a source that has none, not a failure: recorded by several public projects. */
function noneFound(from: PortalObject, to: PortalObject, id: string): ErrorBody {
  return {
    category: 'OBJECT_NOT_FOUND',
    subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
    message: `No ${to.type.singular} is associated with ${from.type.singular} ${id}.`,
    context: { fromObjectId: [id], fromObjectType: [from.type.singular], toObjectType: [to.type.singular] },
  };
}

function refusedByPlan(input: JsonObject): ErrorBody {
  return { category: 'VALIDATION_ERROR', subCategory: 'crm.associations.INVALID_IDENTIFIER', message: 'The association was refused', context: { id: [idIn(input['from']), idIn(input['to'])] } };
}
