/** What must be made in the portal before the first record: group, properties (the key first), pipeline. */
import { BOOKKEEPING_GROUP, BOOKKEEPING_PROPERTIES, KEY_PROPERTY, keyPropertyDefinition, OTHER_KEY_PROPERTY } from './bookkeeping-properties';
import type { CreatableType, CreatedProperty } from './field-mapping';
import type { Finding } from './finding';
import type { PortalObject } from './portal-snapshot.schema';
import { STAMP_PROPERTY } from './provenance';
import type { LabelDefinition } from './association-label';
import type { OptionAddition, PipelineDefinition, PropertyDefinition, SchemaPlan } from './schema-plan';

/** HubSpot, properties API, 2026: unique properties of one object type. */
export const MAX_UNIQUE_PROPERTIES = 10;

/** HubSpot shows more, but a list that long is no list of options any more; it is free text. */
export const MAX_CREATED_OPTIONS = 1_000;

const error = (code: string, place: string, message: string, remedy: string): Finding => ({ code, severity: 'error', place, message, remedy, count: 1, exitCode: 3 });

const isUsableKey = ({ properties }: PortalObject, name: string): 'usable' | 'absent' | 'other' => {
  const property = properties.find((candidate) => candidate.name === name && !candidate.archived);
  return property === undefined ? 'absent' : property.hasUniqueValue && property.type === 'string' && !property.readOnly ? 'usable' : 'other';
};

/** The property that carries the migration key in this portal, one name for all object types; null where both names are taken by properties that are not unique. */
export function keyPropertyOf(portals: readonly PortalObject[]): string | null {
  return [KEY_PROPERTY, OTHER_KEY_PROPERTY].find((name) => portals.every((portal) => isUsableKey(portal, name) !== 'other')) ?? null;
}

/** Does the portal have the key property already, so that records can be matched by it? */
export const hasKeyProperty = (portal: PortalObject, keyProperty: string): boolean => isUsableKey(portal, keyProperty) === 'usable';

const FIELD_TYPES: Readonly<Record<CreatableType, string>> = { string: 'text', number: 'number', bool: 'booleancheckbox', enumeration: 'select', date: 'date', datetime: 'date' };

function definitionOf(name: string, created: CreatedProperty, options: readonly string[], uniqueness: 'unique' | 'repeatable'): PropertyDefinition {
  const listed = created.type === 'bool' ? [{ label: 'Yes', value: 'true' }, { label: 'No', value: 'false' }] : created.type === 'enumeration' ? options.map((value) => ({ label: value, value })) : [];
  return {
    name,
    label: created.label,
    description: created.description,
    groupName: BOOKKEEPING_GROUP.name,
    type: created.type,
    // HubSpot, properties API, 2026-09: checkbox is the enumeration that takes several values.
    fieldType: created.isMultiple === true ? 'checkbox' : created.isLong === true ? 'textarea' : FIELD_TYPES[created.type],
    hasUniqueValue: uniqueness === 'unique',
    options: listed.map((option, displayOrder) => ({ ...option, displayOrder, hidden: false })),
  };
}

export interface ObjectSchemaInput {
  readonly portal: PortalObject;
  /** Properties that planned records write. */
  readonly usedProperties: ReadonlySet<string>;
  /** What the mapping can make, by name. */
  readonly creatable: Readonly<Record<string, CreatedProperty>>;
  /** Values seen of enumerations that are made, in order of first sight. */
  readonly options: Readonly<Record<string, readonly string[]>>;
  readonly pipelines: readonly PipelineDefinition[];
  /** Values that are written to properties of the portal whose list may grow, in order of first sight. */
  readonly listedValues: Readonly<Record<string, readonly string[]>>;
}

/**
 * Only what the portal lacks and some record needs; the key and the stamp always.
 * @param objects those of which records are written
 * @param labels what associations carry
 */
export function assembleSchemaPlan(keyProperty: string, objects: readonly ObjectSchemaInput[], labels: readonly LabelDefinition[] = []): { readonly plan: SchemaPlan; readonly findings: readonly Finding[] } {
  const parts = objects.map((input) => ({ input, objectType: input.portal.objectType, properties: missingProperties(keyProperty, input) }));
  return {
    plan: {
      keyProperty,
      groups: parts.flatMap(({ input, objectType, properties }) => (properties.length === 0 || input.portal.groups.includes(BOOKKEEPING_GROUP.name) ? [] : [{ objectType, ...BOOKKEEPING_GROUP }])),
      properties: parts.flatMap(({ objectType, properties }) => properties.map((definition) => ({ objectType, definition }))),
      pipelines: parts.flatMap(({ input, objectType }) => input.pipelines.map((definition) => ({ objectType, definition }))),
      options: parts.flatMap(({ input }) => missingOptions(input)),
      labels,
    },
    findings: parts.flatMap(({ input, properties }) => schemaFindings(input, properties)),
  };
}

function missingProperties(keyProperty: string, { portal, usedProperties, creatable, options }: ObjectSchemaInput): readonly PropertyDefinition[] {
  const live = new Set(portal.properties.filter(({ archived }) => !archived).map(({ name }) => name));
  const known: Readonly<Record<string, CreatedProperty>> = { ...BOOKKEEPING_PROPERTIES, ...creatable, [keyProperty]: keyPropertyDefinition };
  const needed = [keyProperty, STAMP_PROPERTY, ...[...usedProperties].filter((name) => name !== keyProperty && name !== STAMP_PROPERTY).sort()];
  return needed.flatMap((name) => {
    const created = known[name];
    return live.has(name) || created === undefined ? [] : [definitionOf(name, created, options[name] ?? [], name === keyProperty ? 'unique' : 'repeatable')];
  });
}

function missingOptions({ portal: { objectType, properties }, listedValues }: ObjectSchemaInput): readonly OptionAddition[] {
  return Object.entries(listedValues).flatMap(([property, values]) => {
    const there = properties.find(({ name, archived }) => name === property && !archived)?.options ?? [];
    const missing = values.filter((value) => !there.some((option) => option.value === value));
    return missing.map((value, index) => ({ objectType, property, definition: { label: value, value, displayOrder: there.length + index, hidden: false } }));
  });
}

function schemaFindings({ portal, options, listedValues }: ObjectSchemaInput, added: readonly PropertyDefinition[]): readonly Finding[] {
  const { objectType } = portal;
  const findings: Finding[] = [];
  // The portal's own unique properties (email, domain, record id) take no slot of ours.
  const taken = portal.properties.filter(({ hasUniqueValue, archived, readOnly, name }) => hasUniqueValue && !archived && !readOnly && !/^(hs_|email$|domain$)/.test(name)).length;
  if (added.some(({ hasUniqueValue }) => hasUniqueValue) && taken >= MAX_UNIQUE_PROPERTIES) {
    findings.push(error('unique-slots-full', objectType, `All ${MAX_UNIQUE_PROPERTIES} unique properties of ${objectType} are taken, and the migration needs one for the Salesforce id.`, 'Archive a unique property that nobody uses.'));
  }
  const { customPropertyLimit, customPropertyCount } = portal;
  if (customPropertyLimit !== null && (customPropertyCount ?? 0) + added.length > customPropertyLimit) {
    findings.push(error('property-limit', objectType, `The migration needs ${added.length} further properties on ${objectType}, and the portal allows ${Math.max(0, customPropertyLimit - (customPropertyCount ?? 0))}.`, 'Archive properties that nobody uses, or drop some in the migration file (property: null).'));
  }
  for (const [name, values] of Object.entries({ ...options, ...listedValues })) {
    if (values.length > MAX_CREATED_OPTIONS) {
      findings.push(error('too-many-options', `objects.${objectType}.properties.${name}`, `${name} would get more than ${MAX_CREATED_OPTIONS} options.`, 'Make it a text: create: { type: string }.'));
    }
  }
  return findings;
}
