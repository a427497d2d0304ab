import * as account from './account-endpoints';
import type { ApiAnswer, ApiRequest, ApiVersion } from './api-request';
import * as associations from './association-endpoints';
import * as batch from './batch-endpoints';
import * as labels from './label-endpoints';
import * as objects from './object-endpoints';
import { findObjectType } from './object-types';
import * as owners from './owner-endpoints';
import * as pipelines from './pipeline-endpoints';
import type { Portal } from './portal';
import * as properties from './property-endpoints';
import type { Lane, RateLimits } from './rate-limits';
import { ALL_SCOPES, ANY_OBJECT_SCOPE, objectScopes, pipelineScopes, SCHEMA_READ, schemaWrite, type ScopeNeed } from './scopes';
import { searchObjects } from './search-endpoint';

type Handler = (portal: Portal, request: ApiRequest, parameters: readonly string[], limits: RateLimits) => ApiAnswer;

export interface Route {
  readonly method: string;
  readonly pattern: readonly string[];
  /** The undated family that has this path too. */
  readonly undated: ApiVersion;
  /** What the call log names it; `$0` and `$1` are the object types of the path. */
  readonly kind: string;
  readonly nature: 'read' | 'write';
  readonly lane: Lane;
  readonly needs: (parameters: readonly string[]) => readonly ScopeNeed[];
  readonly handle: Handler;
}

export interface RouteMatch {
  readonly route: Route;
  readonly version: ApiVersion;
  readonly parameters: readonly string[];
  readonly kind: string;
}

const bothEnds = (access: 'read' | 'write', second = 1) => (parameters: readonly string[]): ScopeNeed[] => [objectScopes(parameters[0] ?? '', access), objectScopes(parameters[second] ?? '', access)];
const reads = ([alias = '']: readonly string[]): ScopeNeed[] => [objectScopes(alias, 'read')];
const writes = ([alias = '']: readonly string[]): ScopeNeed[] => [objectScopes(alias, 'write')];
const readsSchema = (): ScopeNeed[] => [SCHEMA_READ];
const writesSchema = ([alias = '']: readonly string[]): ScopeNeed[] => [schemaWrite(alias)];
const readsPipelines = ([alias = '']: readonly string[]): ScopeNeed[] => [pipelineScopes(alias, 'read')];
const writesPipelines = ([alias = '']: readonly string[]): ScopeNeed[] => [pipelineScopes(alias, 'write')];
const readsLimits = (): ScopeNeed[] => [ANY_OBJECT_SCOPE];
const open = (): ScopeNeed[] => [];

function route(call: string, kind: string, nature: 'read' | 'write', needs: Route['needs'], handle: Handler, { undated = 'v3', lane = 'general' }: { undated?: ApiVersion; lane?: Lane } = {}): Route {
  const [method = '', path = ''] = call.split(' ');
  return { method, pattern: path.split('/'), undated, kind, nature, lane, needs, handle };
}

const ASSOCIATIONS = { undated: 'v4', lane: 'associations' } as const;
const V4 = { undated: 'v4' } as const;

/** Literal parts come before parameters of the same place. HubSpot docs, "Migration guide" (paths of 2026-09 and what they replace). */
const ROUTES: readonly Route[] = [
  route('POST objects/:type/batch/create', '$0.batch.create', 'write', writes, batch.batchCreate),
  route('POST objects/:type/batch/read', '$0.batch.read', 'read', reads, batch.batchRead),
  route('POST objects/:type/batch/update', '$0.batch.update', 'write', writes, batch.batchUpdate),
  route('POST objects/:type/batch/upsert', '$0.batch.upsert', 'write', writes, batch.batchUpsert),
  route('POST objects/:type/batch/archive', '$0.batch.archive', 'write', writes, batch.batchArchive),
  route('POST objects/:type/search', '$0.search', 'read', reads, searchObjects, { lane: 'search' }),
  route('POST objects/:type/merge', '$0.merge', 'write', writes, objects.mergeObjects),
  route('POST objects/:type/gdpr-delete', '$0.gdpr-delete', 'write', writes, objects.gdprDelete),
  route('GET objects/:type', '$0.list', 'read', reads, objects.listObjects),
  route('POST objects/:type', '$0.create', 'write', writes, objects.createObject),
  route('GET objects/:type/:id', '$0.read', 'read', reads, objects.readObject),
  route('PATCH objects/:type/:id', '$0.update', 'write', writes, objects.updateObject),
  route('DELETE objects/:type/:id', '$0.archive', 'write', writes, objects.archiveObject),

  route('PUT objects/:type/:id/associations/default/:to/:toId', 'associations.default', 'write', bothEnds('write', 2), associations.putDefaultAssociation, ASSOCIATIONS),
  route('PUT objects/:type/:id/associations/:to/:toId', 'associations.put', 'write', bothEnds('write', 2), associations.putAssociation, ASSOCIATIONS),
  route('DELETE objects/:type/:id/associations/:to/:toId', 'associations.delete', 'write', bothEnds('write', 2), associations.deleteAssociation, ASSOCIATIONS),
  route('GET objects/:type/:id/associations/:to', 'associations.list', 'read', bothEnds('read', 2), associations.listAssociations, ASSOCIATIONS),
  route('POST associations/:from/:to/batch/create', 'associations.batch.create', 'write', bothEnds('write'), associations.associationBatchCreate, ASSOCIATIONS),
  route('POST associations/:from/:to/batch/associate/default', 'associations.batch.default', 'write', bothEnds('write'), associations.associationBatchDefault, ASSOCIATIONS),
  route('POST associations/:from/:to/batch/read', 'associations.batch.read', 'read', bothEnds('read'), associations.associationBatchRead, ASSOCIATIONS),
  route('POST associations/:from/:to/batch/archive', 'associations.batch.archive', 'write', bothEnds('write'), associations.associationBatchArchive, ASSOCIATIONS),
  route('POST associations/:from/:to/batch/labels/archive', 'associations.labels.archive', 'write', bothEnds('write'), associations.associationLabelsArchive, ASSOCIATIONS),
  route('GET associations/:from/:to/labels', 'labels.list', 'read', bothEnds('read'), labels.listLabels, V4),
  route('POST associations/:from/:to/labels', 'labels.create', 'write', bothEnds('write'), labels.createLabel, V4),
  route('PUT associations/:from/:to/labels', 'labels.update', 'write', bothEnds('write'), labels.updateLabel, V4),
  route('DELETE associations/:from/:to/labels/:typeId', 'labels.delete', 'write', bothEnds('write'), labels.deleteLabel, V4),

  route('GET properties/:type/groups', 'groups.list', 'read', readsSchema, properties.listGroups),
  route('POST properties/:type/groups', 'groups.create', 'write', writesSchema, properties.createGroup),
  route('GET properties/:type/groups/:name', 'groups.read', 'read', readsSchema, properties.readGroup),
  route('PATCH properties/:type/groups/:name', 'groups.update', 'write', writesSchema, properties.updateGroup),
  route('DELETE properties/:type/groups/:name', 'groups.archive', 'write', writesSchema, properties.archiveGroup),
  route('POST properties/:type/batch/create', 'properties.batch.create', 'write', writesSchema, properties.batchCreateProperties),
  route('POST properties/:type/batch/read', 'properties.batch.read', 'read', readsSchema, properties.batchReadProperties),
  route('POST properties/:type/batch/archive', 'properties.batch.archive', 'write', writesSchema, properties.batchArchiveProperties),
  route('GET properties/:type', 'properties.list', 'read', readsSchema, properties.listProperties),
  route('POST properties/:type', 'properties.create', 'write', writesSchema, properties.createProperty),
  route('GET properties/:type/:name', 'properties.read', 'read', readsSchema, properties.readProperty),
  route('PATCH properties/:type/:name', 'properties.update', 'write', writesSchema, properties.updateProperty),
  route('DELETE properties/:type/:name', 'properties.archive', 'write', writesSchema, properties.archiveProperty),
  route('GET property-validations/:type', 'property-validations.list', 'read', readsSchema, properties.listValidations),

  route('GET pipelines/:type', 'pipelines.list', 'read', readsPipelines, pipelines.listPipelines),
  route('POST pipelines/:type', 'pipelines.create', 'write', writesPipelines, pipelines.createPipeline),
  route('GET pipelines/:type/:id', 'pipelines.read', 'read', readsPipelines, pipelines.readPipeline),
  route('PATCH pipelines/:type/:id', 'pipelines.update', 'write', writesPipelines, pipelines.changePipeline),
  route('PUT pipelines/:type/:id', 'pipelines.replace', 'write', writesPipelines, pipelines.changePipeline),
  route('DELETE pipelines/:type/:id', 'pipelines.delete', 'write', writesPipelines, pipelines.deletePipeline),
  route('GET pipelines/:type/:id/stages', 'stages.list', 'read', readsPipelines, pipelines.listStages),
  route('POST pipelines/:type/:id/stages', 'stages.create', 'write', writesPipelines, pipelines.addStage),
  route('GET pipelines/:type/:id/stages/:stageId', 'stages.read', 'read', readsPipelines, pipelines.readStageById),
  route('PATCH pipelines/:type/:id/stages/:stageId', 'stages.update', 'write', writesPipelines, pipelines.changeStage),
  route('PUT pipelines/:type/:id/stages/:stageId', 'stages.replace', 'write', writesPipelines, pipelines.changeStage),
  route('DELETE pipelines/:type/:id/stages/:stageId', 'stages.delete', 'write', writesPipelines, pipelines.deleteStage),

  route('GET owners', 'owners.list', 'read', () => [['crm.objects.owners.read']], owners.listOwners),
  route('GET owners/:id', 'owners.read', 'read', () => [['crm.objects.owners.read']], owners.readOwner),
  route('GET limits/custom-properties', 'limits.read', 'read', readsLimits, account.customPropertyLimits),
  route('GET limits/records', 'limits.read', 'read', readsLimits, account.recordLimits),
  route('GET limits/pipelines', 'limits.read', 'read', readsLimits, account.pipelineLimits),
  route('GET limits/associations/labels', 'limits.read', 'read', readsLimits, account.labelLimits),
  route('GET account-info/details', 'account.details', 'read', open, account.accountDetails),
  route('GET account-info/api-usage/daily/private-apps', 'account.usage', 'read', open, (portal, _request, _parameters, limits) => account.apiUsage(portal, limits)),
  route('POST oauth/private-apps/get/access-token-info', 'token.info', 'read', open, (portal, request) => account.accessTokenInfo(portal, request, ALL_SCOPES), { undated: 'v2' }),
  route('GET integrations/me', 'token.me', 'read', open, account.integrationsMe, { undated: 'v1' }),
];

const DATED = /^\d{4}-\d{2}(?:-beta)?$/;
const UNDATED = /^v[1-4]$/;

/** `/crm/v3/objects/…` and `/crm/objects/2026-09/…` are one path in two families. */
function splitPath(pathname: string): { version: ApiVersion; segments: string[] } | undefined {
  const segments = pathname.split('/').filter((segment) => segment !== '').map(decodeSegment);
  const place = segments.slice(0, 3).findIndex((segment) => DATED.test(segment) || UNDATED.test(segment));
  const version = toVersion(segments[place]);
  if (place < 1 || !version) return undefined;
  const rest = segments.filter((_, other) => other !== place);
  return { version, segments: rest[0] === 'crm' ? rest.slice(1) : rest };
}

function toVersion(segment: string | undefined): ApiVersion | undefined {
  switch (segment?.replace('-beta', '')) {
    case 'v1':
    case 'v2':
    case 'v3':
    case 'v4':
      return segment === 'v1' ? 'v1' : segment === 'v2' ? 'v2' : segment === 'v3' ? 'v3' : 'v4';
    case '2025-09':
      return '2025-09';
    case '2026-03':
      return '2026-03';
    case '2026-09':
      return '2026-09';
    default:
      return undefined;
  }
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export function matchRoute(method: string, pathname: string): RouteMatch | undefined {
  const split = splitPath(pathname);
  if (!split) return undefined;
  const { version, segments } = split;
  for (const candidate of ROUTES) {
    if (candidate.method !== method || candidate.pattern.length !== segments.length) continue;
    if (UNDATED.test(version) && candidate.undated !== version) continue;
    if (!candidate.pattern.every((part, place) => part.startsWith(':') || part === segments[place])) continue;
    const parameters = segments.filter((_, place) => candidate.pattern[place]?.startsWith(':'));
    return { route: candidate, version, parameters, kind: candidate.kind.replace('$0', findObjectType(parameters[0] ?? '')?.plural ?? 'unknown') };
  }
  return undefined;
}
