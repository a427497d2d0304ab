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
  // HubSpot docs, "Associate records": an internal name has no hyphens and does not begin with a digit.
  if (/^\d|-/.test(name)) throw validationError(`'${name}' is not a valid name: it has a hyphen or begins with a digit`);
  const own = portal.associations.typesBetween(fromTypeId, toTypeId).filter(({ category }) => category === 'USER_DEFINED');
  const taken = own.some((type) => type.name === name || type.label === label);
  if (taken) throw validationError(`An association label '${label}' already exists`);
  // That subscriptions limit labels is documented, the answer at the limit is not.
  if (own.length >= portal.switches.associationLabelLimit) throw validationError(`The limit of ${portal.switches.associationLabelLimit} association labels is reached`);
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
  const type = requireLabel(portal, from, to, typeId);
  if (portal.switches.deletingLabelsInUse === 'refused' && portal.associations.isCarried(type)) throw validationError('The association label is in use');
  portal.associations.removeLabel(type);
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
