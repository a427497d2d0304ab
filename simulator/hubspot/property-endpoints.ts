import { isJsonObject, listOf, textOf, type JsonObject } from '../json';
import type { OptionDefinition } from '../control-plane';
import { bodyOf, inputsOf, requiredText, type ApiAnswer, type ApiRequest } from './api-request';
import { batchAnswer, MAX_INPUTS } from './batch-endpoints';
import { toBatchErrorEntry, tooManyInputs, validationError, VendorError } from './errors';
import { isReadOnly, objectOf, optionsOf, uniqueNormaliser, type Portal, type PortalObject } from './portal';
import { completeOption, MAX_UNIQUE_PROPERTIES, type Property } from './property-registry';

/** HubSpot docs, "Properties": which field types go with a type. */
const FIELD_TYPES: Readonly<Record<string, readonly string[]>> = {
  string: ['text', 'textarea', 'html', 'phonenumber', 'file', 'calculation_equation'],
  number: ['number', 'calculation_equation'],
  bool: ['booleancheckbox', 'calculation_equation'],
  enumeration: ['select', 'radio', 'checkbox', 'booleancheckbox', 'calculation_equation'],
  date: ['date'],
  datetime: ['date'],
  phone_number: ['phonenumber'],
};

export function listProperties(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const archived = request.query.get('archived') === 'true';
  const results = [...object.registry.properties.values()].filter(({ archivedMs }) => archivedMs > 0 === archived).map((property) => viewProperty(portal, object, property));
  return { status: 200, body: { results } };
}

export function readProperty(portal: Portal, request: ApiRequest, [alias = '', name = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  return { status: 200, body: viewProperty(portal, object, requireProperty(object, name, request.query.get('archived') === 'true')) };
}

export function createProperty(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  return { status: 201, body: viewProperty(portal, object, addProperty(portal, object, bodyOf(request))) };
}

export function updateProperty(portal: Portal, request: ApiRequest, [alias = '', name = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const property = requireProperty(object, name, false);
  const body = bodyOf(request);
  const [type, fieldType] = [textOf(body['type']) ?? property.type, textOf(body['fieldType']) ?? property.fieldType];
  requireTypes(type, fieldType);
  const groupName = textOf(body['groupName']) ?? property.groupName;
  requireGroup(object, groupName);
  const definitionChanges = ['label', 'type', 'fieldType', 'groupName'].some((member) => body[member] !== undefined && body[member] !== property[memberOf(member)]);
  if (property.hubspotDefined && definitionChanges) throw validationError(`Property ${name} is defined by HubSpot and its definition cannot be changed`);
  Object.assign(property, { type, fieldType, groupName, updatedMs: portal.clock.nowMs() });
  property.label = textOf(body['label']) ?? property.label;
  property.description = textOf(body['description']) ?? property.description;
  property.displayOrder = Number(textOf(body['displayOrder']) ?? property.displayOrder);
  if (typeof body['hidden'] === 'boolean') property.hidden = body['hidden'];
  if (typeof body['formField'] === 'boolean') property.formField = body['formField'];
  // The list that is sent replaces the one that was there.
  if (body['options'] !== undefined) property.options = readOptions(body['options']);
  return { status: 200, body: viewProperty(portal, object, property) };
}

export function archiveProperty(portal: Portal, _request: ApiRequest, [alias = '', name = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  dropProperty(portal, object, requireProperty(object, name, false));
  return { status: 204 };
}

export function batchCreateProperties(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const input of inputsOf(request, MAX_INPUTS, tooManyInputs)) {
    try {
      results.push(viewProperty(portal, object, addProperty(portal, object, input)));
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      errors.push(toBatchErrorEntry(error.body, { name: [textOf(input['name']) ?? ''] }));
    }
  }
  return batchAnswer(portal, 201, results, errors);
}

export function batchReadProperties(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const archived = bodyOf(request)['archived'] === true;
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const input of inputsOf(request, MAX_INPUTS, tooManyInputs)) {
    const name = requiredText(input, 'name');
    const property = object.registry.properties.get(name);
    if (property && property.archivedMs > 0 === archived) results.push(viewProperty(portal, object, property));
    else errors.push(toBatchErrorEntry(unknownProperty(name).body));
  }
  return batchAnswer(portal, 200, results, errors);
}

/** Always 204, whatever becomes of the inputs: recorded by a public project. */
export function batchArchiveProperties(portal: Portal, request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  for (const input of inputsOf(request, MAX_INPUTS, tooManyInputs)) {
    const property = object.registry.live(requiredText(input, 'name'));
    if (property && !property.hubspotDefined) dropProperty(portal, object, property);
  }
  return { status: 204 };
}

export function addProperty(portal: Portal, object: PortalObject, body: JsonObject): Property {
  const { registry, records } = object;
  const [name, label, groupName] = [requiredText(body, 'name'), requiredText(body, 'label'), requiredText(body, 'groupName')];
  const [type, fieldType] = [requiredText(body, 'type'), requiredText(body, 'fieldType')];
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw validationError(`Property name ${name} is invalid: lower-case letters, digits and underscores, starting with a letter`);
  const there = registry.properties.get(name);
  if (there && there.archivedMs === 0) {
    throw new VendorError(409, { message: `A property named '${name}' already exists.`, subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS', category: 'OBJECT_ALREADY_EXISTS' });
  }
  if (there) {
    // The old property comes back as it was, whatever was asked for: recorded by a public project.
    there.archivedMs = 0;
    if (there.hasUniqueValue) records.declareUnique(there.name, uniqueNormaliser(portal));
    return there;
  }
  requireTypes(type, fieldType);
  requireGroup(object, groupName);
  const options = readOptions(body['options']);
  const hasUniqueValue = body['hasUniqueValue'] === true;
  const unique = registry.liveProperties().filter((property) => property.hasUniqueValue && !property.hubspotDefined).length;
  if (hasUniqueValue && unique >= MAX_UNIQUE_PROPERTIES) throw validationError(`The limit of ${MAX_UNIQUE_PROPERTIES} unique properties is reached`);
  const property = registry.define(
    { name, label, type, fieldType, groupName, description: textOf(body['description']), options, hasUniqueValue },
    { hubspotDefined: false, atMs: portal.clock.nowMs() },
  );
  if (body['hidden'] === true) property.hidden = true;
  if (body['formField'] === true) property.formField = true;
  property.displayOrder = Number(textOf(body['displayOrder']) ?? -1);
  if (hasUniqueValue) records.declareUnique(property.name, uniqueNormaliser(portal));
  return property;
}

export function dropProperty(portal: Portal, object: PortalObject, property: Property): void {
  if (property.hubspotDefined) throw validationError(`Property ${property.name} is defined by HubSpot and cannot be archived`);
  property.archivedMs = portal.clock.nowMs();
  if (property.hasUniqueValue) object.records.dropUnique(property.name);
}

export function requireProperty({ registry }: PortalObject, name: string, archived: boolean): Property {
  const property = registry.properties.get(name);
  if (!property || property.archivedMs > 0 !== archived) throw unknownProperty(name);
  return property;
}

function unknownProperty(name: string): VendorError {
  return new VendorError(404, { message: `Property "${name}" does not exist`, category: 'OBJECT_NOT_FOUND' });
}

function requireTypes(type: string, fieldType: string): void {
  if (!FIELD_TYPES[type]?.includes(fieldType)) throw validationError(`Property type '${type}' and field type '${fieldType}' do not go together`);
}

export function requireGroup({ registry }: PortalObject, groupName: string): void {
  if (!registry.liveGroup(groupName)) throw validationError(`Property group '${groupName}' does not exist`);
}

function readOptions(given: unknown): OptionDefinition[] {
  const options = listOf(given).filter(isJsonObject).map((option, place) =>
    completeOption(
      {
        label: requiredText(option, 'label'),
        value: requiredText(option, 'value'),
        displayOrder: option['displayOrder'] === undefined ? undefined : Number(option['displayOrder']),
        hidden: option['hidden'] === true,
        description: textOf(option['description']),
      },
      place,
    ),
  );
  for (const member of ['value', 'label'] as const) {
    const twice = options.find((option, place) => options.findIndex((other) => other[member] === option[member]) !== place);
    if (twice) throw validationError(`Option ${member} '${twice[member]}' is given twice`);
  }
  return options;
}

function memberOf(member: string): 'label' | 'type' | 'fieldType' | 'groupName' {
  return member === 'label' || member === 'type' || member === 'fieldType' ? member : 'groupName';
}

export function viewProperty(portal: Portal, object: PortalObject, property: Property): Record<string, unknown> {
  const readOnlyValue = isReadOnly(portal, property);
  const live = optionsOf(portal, object, property);
  return {
    name: property.name,
    label: property.label,
    type: property.type,
    fieldType: property.fieldType,
    groupName: property.groupName,
    description: property.description,
    options: live === property.options ? property.options : live.map(completeOption),
    displayOrder: property.displayOrder,
    calculated: property.calculated,
    externalOptions: property.name === 'hubspot_owner_id',
    ...(property.name === 'hubspot_owner_id' ? { referencedObjectType: 'OWNER' } : {}),
    hasUniqueValue: property.hasUniqueValue,
    hidden: property.hidden,
    hubspotDefined: property.hubspotDefined,
    modificationMetadata: { archivable: !property.hubspotDefined, readOnlyDefinition: property.hubspotDefined, readOnlyOptions: property.hubspotDefined && property.options.length === 0, readOnlyValue },
    formField: property.formField,
    dataSensitivity: 'non_sensitive',
    archived: property.archivedMs > 0,
    createdAt: new Date(property.createdMs).toISOString(),
    updatedAt: new Date(property.updatedMs).toISOString(),
    ...(property.archivedMs > 0 ? { archivedAt: new Date(property.archivedMs).toISOString() } : {}),
  };
}
