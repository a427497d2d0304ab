import { textOf } from '../json';
import type { AssociationType } from './association-store';
import { bodyOf, requiredText, type ApiAnswer, type ApiRequest } from './api-request';
import { notFound, validationError } from './errors';
import { objectOf, type Portal } from './portal';

export function listLabels(portal: Portal, _request: ApiRequest, [from = '', to = '']: readonly string[]): ApiAnswer {
  return { status: 200, body: { results: portal.associations.typesBetween(objectOf(portal, from).type.objectTypeId, objectOf(portal, to).type.objectTypeId).map(viewLabel) } };
}

/** One row, or two when the label has an inverse. HubSpot docs, "Associate records", create custom association labels. */
export function createLabel(portal: Portal, request: ApiRequest, [from = '', to = '']: readonly string[]): ApiAnswer {
  const body = bodyOf(request);
  const [fromTypeId, toTypeId] = [objectOf(portal, from).type.objectTypeId, objectOf(portal, to).type.objectTypeId];
  const [name, label, inverseLabel] = [requiredText(body, 'name'), requiredText(body, 'label'), textOf(body['inverseLabel'])];
  const taken = portal.associations.typesBetween(fromTypeId, toTypeId).some((type) => type.category === 'USER_DEFINED' && (type.name === name || type.label === label));
  if (taken) throw validationError(`An association label '${label}' already exists`);
  const [there, back] = portal.associations.addLabel({ fromTypeId, toTypeId, name, label, inverseLabel });
  return { status: 200, body: { results: inverseLabel === undefined ? [viewLabel(there)] : [viewLabel(there), viewLabel(back)] } };
}

export function updateLabel(portal: Portal, request: ApiRequest, [from = '', to = '']: readonly string[]): ApiAnswer {
  const body = bodyOf(request);
  const type = requireLabel(portal, from, to, requiredText(body, 'associationTypeId'));
  type.label = requiredText(body, 'label');
  const inverse = portal.associations.inverse(type);
  if (inverse !== type) inverse.label = textOf(body['inverseLabel']) ?? inverse.label;
  return { status: 204 };
}

export function deleteLabel(portal: Portal, _request: ApiRequest, [from = '', to = '', typeId = '']: readonly string[]): ApiAnswer {
  portal.associations.removeLabel(requireLabel(portal, from, to, typeId));
  return { status: 204 };
}

function requireLabel(portal: Portal, from: string, to: string, typeId: string): AssociationType {
  const type = portal.associations
    .typesBetween(objectOf(portal, from).type.objectTypeId, objectOf(portal, to).type.objectTypeId)
    .find((candidate) => candidate.category === 'USER_DEFINED' && String(candidate.typeId) === typeId);
  if (!type) throw notFound();
  return type;
}

function viewLabel({ category, typeId, label, kind }: AssociationType): unknown {
  return { category, typeId, label: kind === 'unlabelled' ? null : label };
}
