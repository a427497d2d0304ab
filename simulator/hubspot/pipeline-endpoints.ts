import { isJsonObject, listOf, textOf, type JsonObject } from '../json';
import { bodyOf, requiredText, type ApiAnswer, type ApiRequest } from './api-request';
import { valueIn } from './compact-values';
import { notFound, validationError } from './errors';
import { objectOf, type Portal, type PortalObject } from './portal';
import { stagesInOrder, type Pipeline, type Stage } from './pipelines';

export function listPipelines(portal: Portal, _request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  return { status: 200, body: { results: objectOf(portal, alias).pipelines.inOrder().map(viewPipeline) } };
}

export function readPipeline(portal: Portal, _request: ApiRequest, [alias = '', id = '']: readonly string[]): ApiAnswer {
  return { status: 200, body: viewPipeline(requirePipeline(objectOf(portal, alias), id)) };
}

export function createPipeline(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const body = bodyOf(request);
  const label = requiredText(body, 'label');
  const id = textOf(body['pipelineId']) ?? String(portal.nextPipelineId++);
  if (object.pipelines.inOrder().some((pipeline) => pipeline.id === id || pipeline.label === label)) throw validationError(`A pipeline with the id '${id}' or the label '${label}' already exists`);
  const stages = listOf(body['stages']).filter(isJsonObject).map((stage) => readStage(portal, object, stage));
  requireDistinctStages(object, stages);
  const pipeline = object.pipelines.define({ id, label, displayOrder: Number(textOf(body['displayOrder']) ?? object.pipelines.pipelines.size), stages }, portal.clock.nowMs());
  return { status: 201, body: viewPipeline(pipeline) };
}

/** PUT replaces the stages as well, PATCH only what it names. */
export function changePipeline(portal: Portal, request: ApiRequest, [alias = '', id = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const pipeline = requirePipeline(object, id);
  const body = bodyOf(request);
  pipeline.label = textOf(body['label']) ?? pipeline.label;
  pipeline.displayOrder = Number(textOf(body['displayOrder']) ?? pipeline.displayOrder);
  if (request.method === 'PUT') {
    const now = portal.clock.nowMs();
    pipeline.stages = listOf(body['stages']).filter(isJsonObject).map((stage) => ({ ...readStage(portal, object, stage), createdMs: now, updatedMs: now }));
  }
  pipeline.updatedMs = portal.clock.nowMs();
  return { status: 200, body: viewPipeline(pipeline) };
}

/** `validateReferencesBeforeDelete` and `validateDealStageUsagesBeforeDelete` refuse to take away what records use. */
export function deletePipeline(portal: Portal, request: ApiRequest, [alias = '', id = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const pipeline = requirePipeline(object, id);
  const checks = ['validateReferencesBeforeDelete', 'validateDealStageUsagesBeforeDelete'].some((name) => request.query.get(name) === 'true');
  if (checks && pipeline.stages.some((stage) => isUsed(object, stage.id))) throw validationError(`Pipeline '${id}' is still used by records`);
  if (object.pipelines.pipelines.size === 1) throw validationError('The last pipeline cannot be deleted');
  object.pipelines.pipelines.delete(id);
  return { status: 204 };
}

export function listStages(portal: Portal, _request: ApiRequest, [alias = '', id = '']: readonly string[]): ApiAnswer {
  return { status: 200, body: { results: stagesInOrder(requirePipeline(objectOf(portal, alias), id)).map(viewStage) } };
}

export function readStageById(portal: Portal, _request: ApiRequest, [alias = '', id = '', stageId = '']: readonly string[]): ApiAnswer {
  return { status: 200, body: viewStage(requireStage(requirePipeline(objectOf(portal, alias), id), stageId)) };
}

export function addStage(portal: Portal, request: ApiRequest, [alias = '', id = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const pipeline = requirePipeline(object, id);
  const now = portal.clock.nowMs();
  const stage = { ...readStage(portal, object, bodyOf(request)), createdMs: now, updatedMs: now };
  requireDistinctStages(object, [...pipeline.stages, stage], pipeline);
  pipeline.stages = [...pipeline.stages, stage];
  return { status: 201, body: viewStage(stage) };
}

export function changeStage(portal: Portal, request: ApiRequest, [alias = '', id = '', stageId = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const stage = requireStage(requirePipeline(object, id), stageId);
  const body = bodyOf(request);
  stage.label = textOf(body['label']) ?? stage.label;
  stage.displayOrder = Number(textOf(body['displayOrder']) ?? stage.displayOrder);
  if (isJsonObject(body['metadata'])) stage.metadata = { ...stage.metadata, ...readMetadata(object, body['metadata']) };
  stage.updatedMs = portal.clock.nowMs();
  return { status: 200, body: viewStage(stage) };
}

export function deleteStage(portal: Portal, _request: ApiRequest, [alias = '', id = '', stageId = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const pipeline = requirePipeline(object, id);
  const stage = requireStage(pipeline, stageId);
  if (isUsed(object, stageId)) throw validationError(`Stage '${stageId}' is still used by records`);
  pipeline.stages = pipeline.stages.filter((kept) => kept !== stage);
  return { status: 204 };
}

function readStage(portal: Portal, object: PortalObject, stage: JsonObject): { id: string; label: string; displayOrder: number; metadata: Record<string, string> } {
  return {
    id: textOf(stage['stageId']) ?? textOf(stage['id']) ?? String(portal.nextPipelineId++),
    label: requiredText(stage, 'label'),
    displayOrder: Number(textOf(stage['displayOrder']) ?? 0),
    metadata: readMetadata(object, isJsonObject(stage['metadata']) ? stage['metadata'] : {}),
  };
}

/** HubSpot docs, "Pipelines": a deal stage needs a probability in steps of 0.1; `isClosed` follows it. */
function readMetadata({ type }: PortalObject, given: JsonObject): Record<string, string> {
  const metadata = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, textOf(value) ?? '']));
  if (type.plural !== 'deals') return metadata;
  const probability = Number(metadata['probability'] ?? Number.NaN);
  if (!(probability >= 0 && probability <= 1) || Math.abs(probability * 10 - Math.round(probability * 10)) > 1e-9) {
    throw validationError('Deal stage metadata needs a probability between 0.0 and 1.0 in steps of 0.1');
  }
  return { isClosed: String(probability === 0 || probability === 1), ...metadata, probability: probability.toFixed(1) };
}

function requireDistinctStages(object: PortalObject, stages: readonly { id: string; label: string }[], pipeline?: Pipeline): void {
  if (stages.length === 0) throw validationError('A pipeline needs at least one stage');
  const elsewhere = object.pipelines.inOrder().filter((other) => other !== pipeline).flatMap((other) => other.stages.map(({ id }) => id));
  stages.forEach((stage, place) => {
    const twice = stages.findIndex((other) => other.id === stage.id || other.label === stage.label) !== place;
    if (twice || elsewhere.includes(stage.id)) throw validationError(`A stage with the id '${stage.id}' or the label '${stage.label}' already exists`);
  });
}

function isUsed({ type, records }: PortalObject, stageId: string): boolean {
  for (const record of records.inOrder()) if (record.archivedMs === 0 && type.stageProperty && valueIn(record.values, type.stageProperty) === stageId) return true;
  return false;
}

function requirePipeline({ pipelines }: PortalObject, id: string): Pipeline {
  const pipeline = pipelines.pipelines.get(id);
  if (!pipeline) throw notFound();
  return pipeline;
}

function requireStage(pipeline: Pipeline, stageId: string): Stage {
  const stage = pipeline.stages.find(({ id }) => id === stageId);
  if (!stage) throw notFound();
  return stage;
}

function viewPipeline(pipeline: Pipeline): unknown {
  const { id, label, displayOrder, createdMs, updatedMs } = pipeline;
  return { label, displayOrder, id, stages: stagesInOrder(pipeline).map(viewStage), createdAt: iso(createdMs), updatedAt: iso(updatedMs), archived: false };
}

function viewStage({ id, label, displayOrder, metadata, createdMs, updatedMs }: Stage): unknown {
  return { label, displayOrder, metadata, id, createdAt: iso(createdMs), updatedAt: iso(updatedMs), archived: false, writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT' };
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
