import { formatUtcOffset, utcOffsetMs } from './account-midnight';
import { bodyOf, isNewest, requiredText, type ApiAnswer, type ApiRequest } from './api-request';
import { validationError } from './errors';
import type { Portal } from './portal';
import type { RateLimits } from './rate-limits';
import type { Token } from './tokens';

/** HubSpot docs, "Account information". */
export function accountDetails(portal: Portal, request: ApiRequest): ApiAnswer {
  const { portalName, accountType, timeZone, companyCurrency, additionalCurrencies } = portal.settings;
  const offsetMs = utcOffsetMs(portal.clock.nowMs(), timeZone);
  return {
    status: 200,
    body: {
      portalId: portalIdOf(portal, request.token),
      accountType,
      timeZone,
      companyCurrency,
      additionalCurrencies,
      utcOffset: formatUtcOffset(offsetMs),
      utcOffsetMilliseconds: offsetMs,
      uiDomain: 'app.hubspot.com',
      dataHostingLocation: 'na1',
      ...(isNewest(request.version) ? { portalName, createdAt: '2020-01-01T00:00:00.000Z' } : {}),
    },
  };
}

export function apiUsage(portal: Portal, limits: RateLimits): ApiAnswer {
  const { daily, usedToday, resetsAt } = limits.state();
  const collectedAt = new Date(portal.clock.nowMs()).toISOString();
  return { status: 200, body: { results: [{ name: 'private-apps-api-calls-daily', usageLimit: daily, currentUsage: usedToday, collectedAt, fetchStatus: 'SUCCESS', resetsAt }] } };
}

export function integrationsMe(portal: Portal, { token }: ApiRequest): ApiAnswer {
  const { timeZone, companyCurrency } = portal.settings;
  return { status: 200, body: { portalId: portalIdOf(portal, token), timeZone, currency: companyCurrency, utcOffset: formatUtcOffset(utcOffsetMs(portal.clock.nowMs(), timeZone)), utcOffsetMilliseconds: utcOffsetMs(portal.clock.nowMs(), timeZone), appId: token.appId } };
}

/** HubSpot docs, "Private apps": what a token may do. */
export function accessTokenInfo(portal: Portal, request: ApiRequest, allScopes: readonly string[]): ApiAnswer {
  const asked = portal.tokens.get(requiredText(bodyOf(request), 'tokenKey'));
  if (!asked) throw validationError('The token is not known');
  return { status: 200, body: { userId: asked.userId, hubId: portalIdOf(portal, asked), appId: asked.appId, scopes: asked.scopes === 'all' ? allScopes : [...asked.scopes] } };
}

function portalIdOf(portal: Portal, token: Token): number {
  return token.portalId ?? portal.settings.portalId;
}

/** HubSpot docs, "Track limits". The figures of each tier are not known: these are the ones that the web repeats. */
const CUSTOM_PROPERTY_LIMIT = 1_000;
const RECORD_LIMIT = 15_000_000;
const PIPELINE_LIMIT = 100;

export function customPropertyLimits(portal: Portal): ApiAnswer {
  const byObjectType = usages(portal, CUSTOM_PROPERTY_LIMIT, ({ registry }) => registry.liveProperties().filter(({ hubspotDefined }) => !hubspotDefined).length);
  return { status: 200, body: { overallLimit: CUSTOM_PROPERTY_LIMIT * byObjectType.length, ...overall(byObjectType, CUSTOM_PROPERTY_LIMIT), byObjectType } };
}

export function recordLimits(portal: Portal): ApiAnswer {
  const hubspotDefinedObjectTypes = usages(portal, RECORD_LIMIT, ({ records }) => records.count);
  return { status: 200, body: { hubspotDefinedObjectTypes, customObjectTypes: { overallLimit: 0, overallUsage: 0, overallPercentage: 0, byObjectType: [] } } };
}

export function pipelineLimits(portal: Portal): ApiAnswer {
  const byObjectType = usages(portal, PIPELINE_LIMIT, ({ pipelines }) => pipelines.pipelines.size).filter(({ objectTypeId }) => portal.objects.get(objectTypeId)?.type.pipelineProperty);
  return { status: 200, body: { hubspotDefinedObjectTypes: byObjectType, customObjectTypes: { overallLimit: 0, overallUsage: 0, overallPercentage: 0, byObjectType: [] } } };
}

/** HubSpot docs, "Read association label limits": types as objects with their labels, and every label of the pair. */
export function labelLimits(portal: Portal): ApiAnswer {
  const limit = portal.switches.associationLabelLimit;
  const pairs = new Map<string, { from: string; to: string; labels: string[] }>();
  for (const { fromTypeId, toTypeId, category, label } of portal.associations.allTypes()) {
    const key = `${fromTypeId}>${toTypeId}`;
    const pair = pairs.get(key) ?? { from: fromTypeId, to: toTypeId, labels: [] };
    pairs.set(key, { ...pair, labels: [...pair.labels, ...(category === 'USER_DEFINED' ? [label ?? ''] : [])] });
  }
  const named = (objectTypeId: string): Readonly<Record<string, string>> => {
    const type = portal.objects.get(objectTypeId)?.type;
    return { objectTypeId, singularLabel: capitalised(type?.singular ?? ''), pluralLabel: capitalised(type?.plural ?? '') };
  };
  return {
    status: 200,
    body: { results: [...pairs.values()].map(({ from, to, labels: allLabels }) => ({ fromObjectType: named(from), toObjectType: named(to), allLabels, limit, usage: allLabels.length, percentage: limit === 0 ? 0 : allLabels.length / limit })) },
  };
}

interface Usage {
  readonly objectTypeId: string;
  readonly singularLabel: string;
  readonly pluralLabel: string;
  readonly limit: number;
  readonly usage: number;
  readonly percentage: number;
}

function usages(portal: Portal, limit: number, usageOf: (object: NonNullable<ReturnType<Portal['objects']['get']>>) => number): Usage[] {
  return [...portal.objects.values()].map((object) => {
    const usage = usageOf(object);
    const { objectTypeId, singular, plural } = object.type;
    return { objectTypeId, singularLabel: capitalised(singular), pluralLabel: capitalised(plural), limit, usage, percentage: usage / limit };
  });
}

function overall(byObjectType: readonly Usage[], limit: number): { overallUsage: number; overallPercentage: number } {
  const overallUsage = byObjectType.reduce((sum, { usage }) => sum + usage, 0);
  return { overallUsage, overallPercentage: overallUsage / (limit * byObjectType.length) };
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
}
