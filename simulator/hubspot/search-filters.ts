import { isJsonObject, listOf, textOf, textsOf, type JsonObject } from '../json';
import type { CompactValues } from './compact-values';
import { validationError } from './errors';
import { viewValue } from './object-view';
import { findObjectType } from './object-types';
import type { Portal, PortalObject } from './portal';
import type { Property } from './property-registry';
import { toEpochMs } from './property-values';
import type { StoredRecord } from './record-store';

const OPERATORS = ['EQ', 'NEQ', 'LT', 'LTE', 'GT', 'GTE', 'BETWEEN', 'IN', 'NOT_IN', 'HAS_PROPERTY', 'NOT_HAS_PROPERTY', 'CONTAINS_TOKEN', 'NOT_CONTAINS_TOKEN'] as const;
type Operator = (typeof OPERATORS)[number];

/** HubSpot docs, "Search the CRM". */
const MAX_GROUPS = 5;
const MAX_FILTERS_A_GROUP = 6;
const MAX_FILTERS = 18;
const MAX_IN_VALUES = 100;
const ASSOCIATIONS = 'associations.';

interface Filter {
  /** Undefined for the pseudo property `associations.<type>`. */
  readonly property: Property | undefined;
  readonly associatedTypeId: string | undefined;
  readonly operator: Operator;
  readonly value: string;
  readonly highValue: string;
  readonly values: readonly string[];
}

/** Groups are alternatives, the filters of a group hold together. */
export type FilterGroups = readonly (readonly Filter[])[];

/** @throws VendorError 400 for an unknown property or operator, or too many of them */
export function readFilterGroups(object: PortalObject, body: JsonObject): FilterGroups {
  const given = listOf(body['filterGroups']).filter(isJsonObject).map((group) => listOf(group['filters']).filter(isJsonObject));
  const plain = listOf(body['filters']).filter(isJsonObject);
  const groups = plain.length > 0 ? [...given, plain] : given;
  if (groups.length > MAX_GROUPS) throw validationError(`There are more than ${MAX_GROUPS} filter groups`);
  if (groups.some((group) => group.length > MAX_FILTERS_A_GROUP)) throw validationError(`There are more than ${MAX_FILTERS_A_GROUP} filters in a group`);
  if (groups.flat().length > MAX_FILTERS) throw validationError(`There are more than ${MAX_FILTERS} filters`);
  return groups.map((group) => group.map((filter) => readFilter(object, filter)));
}

function readFilter(object: PortalObject, filter: JsonObject): Filter {
  const name = textOf(filter['propertyName']) ?? '';
  const operator = OPERATORS.find((known) => known === filter['operator']);
  if (!operator) throw validationError(`Invalid input JSON on line 1, column 1: unknown operator ${String(textOf(filter['operator']))}`);
  const associatedTypeId = name.startsWith(ASSOCIATIONS) ? findObjectType(name.slice(ASSOCIATIONS.length))?.objectTypeId : undefined;
  const property = object.registry.live(name);
  if (!property && !associatedTypeId) throw validationError(`There was a problem with the request: no property ${name}`);
  const values = textsOf(filter['values']);
  if (values.length > MAX_IN_VALUES) throw validationError(`There are more than ${MAX_IN_VALUES} values`);
  if ((operator === 'IN' || operator === 'NOT_IN') && values.length === 0) throw validationError(`operator ${operator} requires values`);
  return { property, associatedTypeId, operator, value: textOf(filter['value']) ?? '', highValue: textOf(filter['highValue']) ?? '', values };
}

export function matches(portal: Portal, object: PortalObject, record: StoredRecord, values: CompactValues, groups: FilterGroups): boolean {
  return groups.length === 0 || groups.some((group) => group.every((filter) => passes(portal, object, record, values, filter)));
}

function passes(portal: Portal, object: PortalObject, record: StoredRecord, values: CompactValues, filter: Filter): boolean {
  if (filter.associatedTypeId) return passesAssociation(portal, object, record, filter.associatedTypeId, filter);
  const { property, operator } = filter;
  if (!property) return false;
  const raw = viewValue(portal, object, record, property.name, values);
  if (operator === 'HAS_PROPERTY') return raw !== undefined;
  if (operator === 'NOT_HAS_PROPERTY') return raw === undefined;
  // A record without the value passes no comparison, negative ones included: HubSpot docs, "Search the CRM", operators.
  if (raw === undefined) return false;
  const parts = property.fieldType === 'checkbox' ? raw.split(';') : [raw];
  const own = parts.map((part) => toComparable(property, part));
  const asked = (text: string): string | number | undefined => toComparable(property, text);
  switch (operator) {
    case 'EQ':
      return own.includes(asked(filter.value));
    case 'NEQ':
      return !own.includes(asked(filter.value));
    case 'IN':
      return filter.values.some((value) => own.includes(asked(value)));
    case 'NOT_IN':
      return !filter.values.some((value) => own.includes(asked(value)));
    case 'LT':
      return isBelow(own[0], asked(filter.value));
    case 'LTE':
      return isAtMost(own[0], asked(filter.value));
    case 'GT':
      return isBelow(asked(filter.value), own[0]);
    case 'GTE':
      return isAtMost(asked(filter.value), own[0]);
    case 'BETWEEN':
      return isAtMost(asked(filter.value), own[0]) && isAtMost(own[0], asked(filter.highValue));
    case 'CONTAINS_TOKEN':
      return hasToken(raw, filter.value);
    case 'NOT_CONTAINS_TOKEN':
      return !hasToken(raw, filter.value);
  }
}

function passesAssociation(portal: Portal, object: PortalObject, record: StoredRecord, toTypeId: string, filter: Filter): boolean {
  const others = portal.objects.get(toTypeId)?.records;
  const ids = [...portal.associations.from(object.type.objectTypeId, record.id, toTypeId).keys()].filter((id) => others?.get(id)?.archivedMs === 0).map(String);
  switch (filter.operator) {
    case 'HAS_PROPERTY':
      return ids.length > 0;
    case 'NOT_HAS_PROPERTY':
      return ids.length === 0;
    case 'EQ':
      return ids.includes(filter.value);
    case 'IN':
      return filter.values.some((id) => ids.includes(id));
    case 'NEQ':
      return !ids.includes(filter.value);
    case 'NOT_IN':
      return !filter.values.some((id) => ids.includes(id));
    default:
      throw validationError(`operator ${filter.operator} does not go with associations`);
  }
}

/** Numbers and instants compare as numbers, options as they are written, all other text without case. */
export function toComparable({ type }: Pick<Property, 'type'>, raw: string | undefined): string | number | undefined {
  if (raw === undefined || raw === '') return undefined;
  if (type === 'number') return Number(raw);
  if (type === 'date' || type === 'datetime') return toEpochMs(raw);
  return type === 'enumeration' ? raw : raw.toLowerCase();
}

function isBelow(a: string | number | undefined, b: string | number | undefined): boolean {
  return a !== undefined && b !== undefined && a < b;
}

function isAtMost(a: string | number | undefined, b: string | number | undefined): boolean {
  return a !== undefined && b !== undefined && a <= b;
}

/** Whole words; `*` stands for any part of a word. */
function hasToken(raw: string, asked: string): boolean {
  const pattern = asked
    .toLowerCase()
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^\\s@.,;]*');
  return new RegExp(`(?:^|[\\s@.,;:/_-])${pattern}(?:$|[\\s@.,;:/_-])`, 'u').test(raw.toLowerCase());
}
