import type { ObjectType } from '../../domain/object-type';
import type { PropertyDefinition } from '../../domain/schema-plan';
import type { CallContext, RefusedInput, TargetConnector } from '../connector';
import { acceptedBody, refuseIncomplete, requireAtMost, type HubspotClient, type HubspotRejected, type HubspotRequest } from './client';
import { eachOnce } from './each-once';
import { toCallError } from './errors';
import { pipelinesPath, propertiesPath } from './paths';
import { MAX_BATCH_INPUTS } from './record-calls';
import { pipelineListSchema, propertyBatchSchema, propertyGroupListSchema } from './responses';
import { toPipelineDefinition, toPipelineInput, toPropertyDefinition, toPropertyInput, toRefusedInput } from './wire';

export type SchemaCalls = Pick<
  TargetConnector,
  'readPropertyGroups' | 'createPropertyGroup' | 'archivePropertyGroup' | 'createProperties' | 'readProperties' | 'replaceOptions' | 'archiveProperty' | 'createPipeline' | 'readPipelines' | 'archivePipeline'
>;

/** Codes that refuse to archive what is still used. Source: live run of 2026-09-29; which member of the envelope has them is not written down, so all are looked at. */
const IN_USE_CODES: readonly string[] = ['CANNOT_DELETE_PROPERTY_IN_USE', 'GROUP_WITH_ACTIVE_PROPERTIES'];

export function createSchemaCalls(client: HubspotClient): SchemaCalls {
  /** 409 says that the name is taken, for groups, properties and pipelines alike. */
  async function createOne(request: HubspotRequest, call: CallContext): Promise<'created' | 'existed' | HubspotRejected> {
    const answer = await client.send(request, call);
    if (answer.verdict === 'accepted') {
      return 'created';
    }
    return answer.status === 409 ? 'existed' : answer;
  }

  async function archiveOne(request: HubspotRequest, isInUse: (answer: HubspotRejected) => boolean, call: CallContext): Promise<'archived' | 'in-use' | 'absent'> {
    const answer = await client.send(request, call);
    if (answer.verdict === 'accepted') {
      return 'archived';
    }
    if (answer.status === 404) {
      return 'absent';
    }
    if (isInUse(answer)) {
      return 'in-use';
    }
    throw toCallError(request, { ...answer, retryAfterMs: null });
  }

  async function readPipelines(objectType: ObjectType, call: CallContext) {
    const request: HubspotRequest = { kind: 'schema-read', what: `${objectType} pipelines`, method: 'GET', path: pipelinesPath(objectType) };
    const { results } = await client.read(request, pipelineListSchema, call);
    return results.filter(({ archived }) => !archived).map(toPipelineDefinition);
  }

  return {
    async readPropertyGroups(objectType, call) {
      const request: HubspotRequest = { kind: 'schema-read', what: `${objectType} property groups`, method: 'GET', path: propertiesPath(objectType, '/groups') };
      const { results } = await client.read(request, propertyGroupListSchema, call);
      return results.filter(({ archived }) => !archived).map(({ name, label }) => ({ name, label }));
    },

    async createPropertyGroup(objectType, { name, label }, call) {
      const request: HubspotRequest = { kind: 'schema-write', what: `${objectType} property group`, method: 'POST', path: propertiesPath(objectType, '/groups'), body: { name, label, displayOrder: -1 } };
      const outcome = await createOne(request, call);
      if (typeof outcome === 'string') {
        return outcome;
      }
      throw toCallError(request, { ...outcome, retryAfterMs: null });
    },

    archivePropertyGroup: (objectType, name, call) =>
      archiveOne({ kind: 'schema-write', what: `${objectType} property group`, method: 'DELETE', path: propertiesPath(objectType, `/groups/${encodeURIComponent(name)}`) }, isNamedInUse, call),

    async createProperties(objectType, properties, call) {
      const request: HubspotRequest = {
        kind: 'schema-write',
        what: `${objectType} properties batch/create`,
        method: 'POST',
        path: propertiesPath(objectType, '/batch/create'),
        body: { inputs: properties.map(toPropertyInput) },
      };
      requireAtMost(request, MAX_BATCH_INPUTS, properties.length);
      const answer = await client.send(request, call);
      if (answer.verdict === 'rejected' && answer.status === 404) {
        throw toCallError(request, { ...answer, retryAfterMs: null });
      }
      const created = answer.verdict === 'accepted' ? eachOnce(acceptedBody(request, answer, propertyBatchSchema).results.map(({ name }) => name), (name) => name) : [];
      // Entries of a 207 do not say reliably whom they mean: whatever was not created is asked for on its own, which names the reason.
      const rest = await createSingly(objectType, properties.filter(({ name }) => !created.includes(name)), call);
      return { created: [...created, ...rest.created], existed: rest.existed, refused: rest.refused };
    },

    async readProperties(objectType, names, call) {
      if (names.length === 0) {
        return [];
      }
      const request: HubspotRequest = {
        kind: 'schema-read',
        what: `${objectType} properties batch/read`,
        method: 'POST',
        path: propertiesPath(objectType, '/batch/read'),
        body: { archived: false, inputs: names.map((name) => ({ name })) },
      };
      requireAtMost(request, MAX_BATCH_INPUTS, names.length);
      const batch = await client.read(request, propertyBatchSchema, call);
      refuseIncomplete(request, batch);
      return eachOnce(batch.results.map(toPropertyDefinition), ({ name }) => name);
    },

    async replaceOptions(objectType, name, options, call) {
      const request: HubspotRequest = { kind: 'schema-write', what: `${objectType} property`, method: 'PATCH', path: propertiesPath(objectType, `/${encodeURIComponent(name)}`), body: { options: options.map((option) => ({ ...option })) } };
      const answer = await client.send(request, call);
      if (answer.verdict === 'rejected') {
        throw toCallError(request, { ...answer, retryAfterMs: null });
      }
    },

    archiveProperty: (objectType, name, call) =>
      archiveOne({ kind: 'schema-write', what: `${objectType} property`, method: 'DELETE', path: propertiesPath(objectType, `/${encodeURIComponent(name)}`) }, isNamedInUse, call),

    async createPipeline(objectType, pipeline, call) {
      const request: HubspotRequest = { kind: 'schema-write', what: `${objectType} pipeline`, method: 'POST', path: pipelinesPath(objectType), body: toPipelineInput(pipeline) };
      const outcome = await createOne(request, call);
      if (typeof outcome === 'string') {
        return outcome;
      }
      // The answer to an id that is taken is not documented; the list settles it.
      if ((await readPipelines(objectType, call)).some(({ pipelineId }) => pipelineId === pipeline.pipelineId)) {
        return 'existed';
      }
      throw toCallError(request, { ...outcome, retryAfterMs: null });
    },

    readPipelines,

    archivePipeline: (objectType, pipelineId, call) =>
      archiveOne(
        {
          kind: 'schema-write',
          what: `${objectType} pipeline`,
          method: 'DELETE',
          path: pipelinesPath(objectType, `/${encodeURIComponent(pipelineId)}`),
          query: { validateReferencesBeforeDelete: 'true', validateDealStageUsagesBeforeDelete: 'true' },
        },
        // References and usages are all that is validated here.
        ({ status }) => status === 400 || status === 409,
        call,
      ),
  };

  async function createSingly(objectType: ObjectType, properties: readonly PropertyDefinition[], call: CallContext): Promise<{ created: readonly string[]; existed: readonly string[]; refused: readonly RefusedInput[] }> {
    const created: string[] = [];
    const existed: string[] = [];
    const refused: RefusedInput[] = [];
    for (const property of properties) {
      const request: HubspotRequest = { kind: 'schema-write', what: `${objectType} property`, method: 'POST', path: propertiesPath(objectType), body: toPropertyInput(property) };
      const outcome = await createOne(request, call);
      if (outcome === 'created') {
        created.push(property.name);
      } else if (outcome === 'existed') {
        existed.push(property.name);
      } else {
        refused.push({ ...toRefusedInput(outcome.envelope, outcome.correlationId), property: property.name });
      }
    }
    return { created, existed, refused };
  }
}

function isNamedInUse({ envelope }: HubspotRejected): boolean {
  const words = [envelope.category, envelope.subCategory, ...envelope.errors.flatMap(({ code, subCategory }) => [code, subCategory])];
  return words.some((word) => IN_USE_CODES.some((code) => word?.endsWith(code) === true));
}
