import type { Fault } from '../fault-plan';
import { isJsonObject, listOf, textOf, type JsonObject } from '../json';
import { valueIn } from './compact-values';
import { validationError, type VendorError } from './errors';
import { findObjectType } from './object-types';
import type { Portal, PortalObject } from './portal';
import type { RouteMatch } from './routes';

export type Poison = Extract<Fault, { kind: 'poison' }>;

/** Places of the poisoned inputs of a write; a call without inputs is its own only one. Empty for reads. */
export function poisonedPlaces(portal: Portal, match: RouteMatch | undefined, body: unknown, poison: Poison): number[] {
  if (match?.route.nature !== 'write' || !isJsonObject(body)) return [];
  const values = new Set(poison.values);
  const inputs = Array.isArray(body['inputs']) ? listOf(body['inputs']) : [body];
  const [from, to] = objectsOf(portal, match);
  return inputs.flatMap((input, place) => (isJsonObject(input) && holds(input, { from, to }, match, poison.property, values) ? [place] : []));
}

/** HubSpot docs, "Error handling": without trace ids the whole batch falls. Recorded by a public project: which record it was is not said. */
export function wholeBatchRefused({ property, code }: Poison): VendorError {
  if (code === undefined) return validationError('The request was invalid');
  const message = `Property "${property}" was refused`;
  return validationError(`Property values were not valid: ${JSON.stringify([{ isValid: false, message, error: code, name: property }])}`, {
    errors: [{ message, code, context: { propertyName: [property] } }],
  });
}

function objectsOf(portal: Portal, { parameters }: RouteMatch): (PortalObject | undefined)[] {
  return parameters.map((alias) => portal.objects.get(findObjectType(alias)?.objectTypeId ?? ''));
}

function holds(input: JsonObject, ends: { from: PortalObject | undefined; to: PortalObject | undefined }, match: RouteMatch, property: string, values: ReadonlySet<string>): boolean {
  const sent = isJsonObject(input['properties']) ? textOf(input['properties'][property]) : undefined;
  if (sent !== undefined && values.has(sent)) return true;
  if (match.kind.startsWith('associations.')) return isHeld(ends.from, input['from'], property, values) || isHeld(ends.to, input['to'], property, values);
  const id = match.parameters[1] ?? input['id'];
  return isHeld(ends.from, { ...input, id }, property, values);
}

/** Whether the record that `end` names holds one of the values. */
function isHeld(object: PortalObject | undefined, end: unknown, property: string, values: ReadonlySet<string>): boolean {
  const id = isJsonObject(end) ? textOf(end['id']) : undefined;
  if (!object || id === undefined || !isJsonObject(end)) return false;
  const idProperty = textOf(end['idProperty']);
  const record = idProperty === undefined ? object.records.get(Number(id)) : object.records.holder(idProperty, id);
  return record !== undefined && values.has(property === 'hs_object_id' ? String(record.id) : (valueIn(record.values, property) ?? ''));
}
