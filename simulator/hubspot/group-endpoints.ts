import { textOf } from '../json';
import { bodyOf, requiredText, type ApiAnswer, type ApiRequest } from './api-request';
import { validationError, VendorError } from './errors';
import { objectOf, type Portal, type PortalObject } from './portal';
import type { PropertyGroup } from './property-registry';

export function listGroups(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const archived = request.query.get('archived') === 'true';
  return { status: 200, body: { results: [...objectOf(portal, alias).registry.groups.values()].filter((group) => group.archived === archived) } };
}

export function readGroup(portal: Portal, _request: ApiRequest, [alias = '', name = '']: readonly string[]): ApiAnswer {
  return { status: 200, body: requireLiveGroup(objectOf(portal, alias), name) };
}

export function createGroup(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const { registry } = objectOf(portal, alias);
  const body = bodyOf(request);
  const name = requiredText(body, 'name');
  if (registry.liveGroup(name)) {
    throw new VendorError(409, { message: `A property group named '${name}' already exists.`, subCategory: 'PropertyGroupError.PROPERTY_GROUP_WITH_NAME_EXISTS', category: 'OBJECT_ALREADY_EXISTS' });
  }
  const group = { name, label: requiredText(body, 'label'), displayOrder: Number(textOf(body['displayOrder']) ?? -1), archived: false };
  registry.groups.set(name, group);
  return { status: 201, body: group };
}

export function updateGroup(portal: Portal, request: ApiRequest, [alias = '', name = '']: readonly string[]): ApiAnswer {
  const group = requireLiveGroup(objectOf(portal, alias), name);
  const body = bodyOf(request);
  group.label = textOf(body['label']) ?? group.label;
  group.displayOrder = Number(textOf(body['displayOrder']) ?? group.displayOrder);
  return { status: 200, body: group };
}

export function archiveGroup(portal: Portal, _request: ApiRequest, [alias = '', name = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const group = requireLiveGroup(object, name);
  if (object.registry.liveProperties().some(({ groupName }) => groupName === name)) {
    throw validationError(`Property group '${name}' still has properties`, { subCategory: 'PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES' });
  }
  group.archived = true;
  return { status: 204 };
}

function requireLiveGroup({ registry }: PortalObject, name: string): PropertyGroup {
  const group = registry.liveGroup(name);
  if (!group) throw new VendorError(404, { message: `Property group '${name}' does not exist`, category: 'OBJECT_NOT_FOUND' });
  return group;
}
