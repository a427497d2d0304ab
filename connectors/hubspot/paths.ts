import type { AttachedObjectType, ObjectType } from '../../domain/object-type';

/** The one place that names HubSpot's API version. Supported until March 2028 at least (each dated version: 18 months). Source: migration guide, 2026-09. */
export const API_VERSION = '2026-09';

/** HubSpot's own id of each object type; the property-validations and limits APIs know types by these alone. Source: CRM objects API. */
export const OBJECT_TYPE_IDS: Readonly<Record<ObjectType, string>> = { contacts: '0-1', companies: '0-2', deals: '0-3' };

export const objectsPath = (objectType: ObjectType, rest = ''): string => `/crm/objects/${API_VERSION}/${objectType}${rest}`;
export const propertiesPath = (objectType: ObjectType, rest = ''): string => `/crm/properties/${API_VERSION}/${objectType}${rest}`;
export const propertyValidationsPath = (objectType: ObjectType): string => `/crm/property-validations/${API_VERSION}/${OBJECT_TYPE_IDS[objectType]}`;
export const associationsPath = (from: ObjectType, to: ObjectType | AttachedObjectType, rest: string): string => `/crm/associations/${API_VERSION}/${from}/${to}${rest}`;
export const pipelinesPath = (objectType: ObjectType, rest = ''): string => `/crm/pipelines/${API_VERSION}/${objectType}${rest}`;
export const ownersPath = (): string => `/crm/owners/${API_VERSION}`;
export const customPropertyLimitsPath = (): string => `/crm/limits/${API_VERSION}/custom-properties`;
export const recordLimitsPath = (): string => `/crm/limits/${API_VERSION}/records`;
export const pipelineLimitsPath = (): string => `/crm/limits/${API_VERSION}/pipelines`;
export const labelLimitsPath = (): string => `/crm/limits/${API_VERSION}/associations/labels`;
export const accountDetailsPath = (): string => `/account-info/${API_VERSION}/details`;
export const dailyUsagePath = (): string => `/account-info/${API_VERSION}/api-usage/daily/private-apps`;
/** Has no dated successor. Source: private apps overview. */
export const tokenInfoPath = (): string => '/oauth/v2/private-apps/get/access-token-info';
