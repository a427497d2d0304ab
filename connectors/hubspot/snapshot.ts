/** What the target looks like: a few reads, side by side, put into the one shape that plans are made against. */
import type { ObjectType } from '../../domain/object-type';
import type { PortalObject, PortalPipeline, PortalProperty, PortalSchema, PortalSnapshot } from '../../domain/portal-snapshot.schema';
import type { CallContext } from '../connector';
import { orNotAllowed, type AccountCalls } from './account-calls';
import { createBounded } from './bounded';
import { acceptedBody, type HubspotClient, type HubspotRequest } from './client';
import { customPropertyLimitsPath, OBJECT_TYPE_IDS, objectsPath, ownersPath, pipelinesPath, propertiesPath, propertyValidationsPath } from './paths';
import { customPropertyLimitsSchema, objectPageSchema, ownerPageSchema, pipelineListSchema, propertyListSchema, propertyValidationsSchema, type PipelineReply, type PropertyReply } from './responses';

/** As HubSpot's own client does by default; no limit of concurrent requests is documented. */
const SIDE_BY_SIDE = 6;
/** Object types that have pipelines. */
const WITH_PIPELINES: readonly ObjectType[] = ['deals'];

type Owner = PortalSnapshot['owners'][number];
type Rules = Pick<PortalObject, 'requiredOnCreate' | 'conditionalRequired' | 'validationRules'>;

const NO_RULES: Rules = { requiredOnCreate: [], conditionalRequired: [], validationRules: [] };

/**
 * What admins require of a record as a whole. HubSpot's announcement of 2026-08 ("CRM API write validation enforcement") says that the rules can be read through the
 * property validations, and not in which form: OPEN. These two forms are the simulator's, behind its switch `requirementsInValidations`; a portal that has neither
 * answers with the codes alone, at the write.
 */
const REQUIRED_ON_CREATE = 'REQUIRED_ON_CREATE';
const CONDITIONALLY_REQUIRED = 'CONDITIONALLY_REQUIRED';

/**
 * Reads the portal: for three object types 16 calls, and one more for each further page of 100 owners. Lists are sorted, so that equal portals give equal snapshots.
 * Groups are those that live properties stand in; an empty group shows itself when ours is created (409).
 */
export async function readSnapshot(client: HubspotClient, account: AccountCalls, objectTypes: readonly ObjectType[], nowMs: () => number, call: CallContext): Promise<PortalSnapshot> {
  const takenAt = new Date(nowMs()).toISOString();
  const details = await account.readDetails(call);
  const bounded = createBounded(SIDE_BY_SIDE);

  const [scopes, quota, limits, owners, archivedOwners, objects] = await Promise.all([
    bounded(() => account.readScopes(call)),
    bounded(() => account.readQuota(details.timeZone, call)),
    bounded(() => readCustomPropertyLimits(client, call)),
    bounded(() => readOwners(client, 'live', call)),
    bounded(() => readOwners(client, 'archived', call)),
    Promise.all(
      // The list of object types is closed and short; calls are bounded one by one.
      objectTypes.map(async (objectType) => {
        const [properties, rules, hasRecords, pipelines] = await Promise.all([
          bounded(() => readProperties(client, objectType, call)),
          bounded(() => readRules(client, objectType, call)),
          bounded(() => hasAnyRecord(client, objectType, call)),
          WITH_PIPELINES.includes(objectType) ? bounded(() => readPipelines(client, objectType, call)) : [],
        ]);
        return { objectType, properties, rules, hasRecords, pipelines };
      }),
    ),
  ]);

  return {
    portalId: details.portalId,
    portalName: details.portalName,
    accountType: details.accountType,
    timeZone: details.timeZone,
    currency: details.companyCurrency,
    additionalCurrencies: details.additionalCurrencies,
    scopes: scopes === null ? null : [...scopes].sort(),
    takenAt,
    quota,
    objects: objects.map(({ objectType, properties, rules, hasRecords, pipelines }): PortalObject => {
      const limit = limits.find(({ objectTypeId }) => objectTypeId === OBJECT_TYPE_IDS[objectType]);
      return {
        ...toPortalSchema(objectType, properties, rules, pipelines),
        objectTypeId: OBJECT_TYPE_IDS[objectType],
        hasRecords,
        customPropertyLimit: limit?.limit ?? null,
        customPropertyCount: limit?.usage ?? properties.filter(({ archived, hubspotDefined }) => !archived && !hubspotDefined).length,
      };
    }),
    owners: mergeOwners(owners, archivedOwners),
  };
}

/** What of a snapshot people configure, of one object type. */
export async function readSchema(client: HubspotClient, objectType: ObjectType, call: CallContext): Promise<PortalSchema> {
  const [properties, rules, pipelines] = await Promise.all([readProperties(client, objectType, call), readRules(client, objectType, call), WITH_PIPELINES.includes(objectType) ? readPipelines(client, objectType, call) : []]);
  return toPortalSchema(objectType, properties, rules, pipelines);
}

async function readProperties(client: HubspotClient, objectType: ObjectType, call: CallContext): Promise<readonly PropertyReply[]> {
  const request: HubspotRequest = { kind: 'schema-read', what: `${objectType} properties`, method: 'GET', path: propertiesPath(objectType) };
  return (await client.read(request, propertyListSchema, call)).results;
}

async function readPipelines(client: HubspotClient, objectType: ObjectType, call: CallContext): Promise<readonly PipelineReply[]> {
  const request: HubspotRequest = { kind: 'schema-read', what: `${objectType} pipelines`, method: 'GET', path: pipelinesPath(objectType) };
  return (await client.read(request, pipelineListSchema, call)).results;
}

/** Empty where the token may not read them or the portal has no such endpoint: then a rule shows in refusals instead. */
async function readRules(client: HubspotClient, objectType: ObjectType, call: CallContext): Promise<Rules> {
  const request: HubspotRequest = { kind: 'schema-read', what: `${objectType} property validations`, method: 'GET', path: propertyValidationsPath(objectType) };
  const answer = await orNotAllowed(client.send(request, call));
  if (answer === null || (answer.verdict === 'rejected' && answer.status === 404)) {
    return NO_RULES;
  }
  return sortRules(
    acceptedBody(request, answer, propertyValidationsSchema).results.flatMap(({ propertyName, propertyValidationRules }) =>
      propertyValidationRules.map(({ ruleType, ruleArguments, shouldApplyNormalization }) => ({ property: propertyName, ruleType, arguments: ruleArguments, normalizes: shouldApplyNormalization })),
    ),
  );
}

function sortRules(all: PortalObject['validationRules']): Rules {
  const sorted = all.sort((one, other) => compare(one.property, other.property) || compare(one.ruleType, other.ruleType) || compare(one.arguments.join('\n'), other.arguments.join('\n')));
  return {
    requiredOnCreate: sorted.filter(({ ruleType }) => ruleType === REQUIRED_ON_CREATE).map(({ property }) => property),
    conditionalRequired: sorted.flatMap(({ property, ruleType, arguments: [when, ...values] }) => (ruleType === CONDITIONALLY_REQUIRED && when !== undefined ? [{ when: { property: when, values }, required: [property] }] : [])),
    validationRules: sorted.filter(({ ruleType }) => ruleType !== REQUIRED_ON_CREATE && ruleType !== CONDITIONALLY_REQUIRED),
  };
}

/** Empty where the token may not read them. */
async function readCustomPropertyLimits(client: HubspotClient, call: CallContext): Promise<readonly { objectTypeId: string; limit: number | null; usage: number | null }[]> {
  const request: HubspotRequest = { kind: 'schema-read', what: 'custom property limits', method: 'GET', path: customPropertyLimitsPath() };
  const answer = await orNotAllowed(client.send(request, call));
  return answer?.verdict === 'accepted' ? acceptedBody(request, answer, customPropertyLimitsSchema).byObjectType : [];
}

async function hasAnyRecord(client: HubspotClient, objectType: ObjectType, call: CallContext): Promise<boolean> {
  const request: HubspotRequest = { kind: 'list', what: `${objectType} list`, method: 'GET', path: objectsPath(objectType), query: { limit: '1', archived: 'false' } };
  return (await client.read(request, objectPageSchema, call)).results.length > 0;
}

/** All pages. Owners without an e-mail (queues) cannot be matched and are left out. */
async function readOwners(client: HubspotClient, which: 'live' | 'archived', call: CallContext): Promise<readonly Owner[]> {
  const owners: Owner[] = [];
  let after: string | null = null;
  do {
    const request: HubspotRequest = {
      kind: 'account',
      what: 'owners',
      method: 'GET',
      path: ownersPath(),
      query: { limit: '100', archived: String(which === 'archived'), ...(after === null ? {} : { after }) },
    };
    const page: { results: { id: string; email: string | null }[]; paging: string | null } = await client.read(request, ownerPageSchema, call);
    owners.push(...page.results.flatMap(({ id, email }) => (email === null || email === '' ? [] : [{ id, email, archived: which === 'archived' }])));
    after = page.paging;
  } while (after !== null);
  return owners;
}

/** By id; a live owner wins over an archived one of the same id. */
function mergeOwners(live: readonly Owner[], archived: readonly Owner[]): Owner[] {
  const liveIds = new Set(live.map(({ id }) => id));
  return [...live, ...archived.filter(({ id }) => !liveIds.has(id))].sort((one, other) => compare(one.id, other.id));
}

function toPortalSchema(objectType: ObjectType, properties: readonly PropertyReply[], rules: Rules, pipelines: readonly PipelineReply[]): PortalSchema {
  const live = properties.filter(({ archived }) => !archived);
  return {
    objectType,
    properties: live.map(toPortalProperty).sort(byName),
    groups: [...new Set(live.map(({ groupName }) => groupName))].filter((groupName) => groupName !== '').sort(),
    pipelines: pipelines.map(toPortalPipeline),
    ...rules,
  };
}

function toPortalProperty(reply: PropertyReply): PortalProperty {
  const { name, label, type, fieldType, groupName, options, hasUniqueValue, modificationMetadata, calculated, archived } = reply;
  return {
    name,
    label,
    type,
    fieldType,
    groupName,
    options: options.map((option) => ({ value: option.value, label: option.label, hidden: option.hidden })),
    hasUniqueValue,
    readOnly: modificationMetadata.readOnlyValue || calculated,
    ...(modificationMetadata.readOnlyOptions ? { readOnlyOptions: true as const } : {}),
    archived,
  };
}

function toPortalPipeline({ id, label, archived, stages }: PipelineReply): PortalPipeline {
  return {
    id,
    label,
    archived,
    stages: stages
      .filter((stage) => !stage.archived)
      .sort((one, other) => one.displayOrder - other.displayOrder)
      .map((stage) => ({ id: stage.id, label: stage.label, probability: stage.metadata['probability'] ?? null, isClosed: stage.metadata['isClosed'] === 'true' })),
  };
}

const byName = (one: { readonly name: string }, other: { readonly name: string }): number => compare(one.name, other.name);

/** By code unit: the same on every machine, whatever its locale. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
