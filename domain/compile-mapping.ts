/** Brings together preset, the user's changes and the portal's properties. Mistakes are findings; the mapping leaves out what cannot be written. */
import type { CompiledMapping, CompiledRule, CreatedProperty, ObjectPreset, PropertyRule, TargetProperty, Transform } from './field-mapping';
import type { Finding } from './finding';
import type { ObjectMapping, PropertyMapping } from './migration-definition.schema';
import { nearestWord } from './nearest-word';
import type { PortalObject, PortalProperty } from './portal-snapshot.schema';

/** Exit code of the command line for mistakes in configuration, source or mapping. */
const MAPPING_EXIT_CODE = 3;

const error = (code: string, place: string, message: string, remedy: string): Finding => ({ code, severity: 'error', place, message, remedy, count: 1, exitCode: MAPPING_EXIT_CODE });

/** Values whose options lie elsewhere (owners) or are made by the migration. */
const UNCHECKED: ReadonlySet<Transform['kind']> = new Set(['owner-id', 'pipeline', 'stage', 'currency']);

export interface MappingInput {
  readonly preset: ObjectPreset;
  readonly mapping: ObjectMapping;
  readonly portal: PortalObject;
  /** Column name → number of filled cells, over all files of the source object. */
  readonly filled: Readonly<Record<string, number>>;
  /** HubSpot properties that the migration writes itself. */
  readonly reserved: ReadonlySet<string>;
}

export interface MappingResult {
  readonly compiled: CompiledMapping;
  /** Columns that some rule reads. */
  readonly readColumns: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

export function compileMapping(input: MappingInput): MappingResult {
  const { preset, mapping, portal } = input;
  const findings: Finding[] = [];
  const rules: CompiledRule[] = [];
  for (const rule of [...presetRules(preset, mapping), ...userRules(input, findings)]) {
    const target = targetOf(rule, input, findings);
    if (target !== null) {
      rules.push({ ...rule, target });
    }
  }
  return {
    compiled: { objectType: preset.objectType, sourceObject: preset.sourceObject, rules, onInvalid: mapping.onInvalid, requiredOnCreate: portal.requiredOnCreate },
    readColumns: new Set([...preset.structuralColumns, ...rules.flatMap((rule) => rule.columns)]),
    findings,
  };
}

const presetRules = (preset: ObjectPreset, mapping: ObjectMapping): readonly PropertyRule[] => preset.rules.filter((rule) => !(rule.property in mapping.properties));

function userRules({ preset, mapping, portal, filled, reserved }: MappingInput, findings: Finding[]): readonly PropertyRule[] {
  return Object.entries(mapping.properties).flatMap(([property, given]) => {
    if (given === null) {
      return [];
    }
    const place = `objects.${preset.objectType}.properties.${property}`;
    if (reserved.has(property)) {
      findings.push(error('reserved-property', place, `${property} is written by the migration itself.`, 'Take it out of the mapping.'));
      return [];
    }
    const wanted = columnOf(given);
    if (wanted === null) {
      findings.push(error('mapping-not-ready', place, 'This version does not carry out this way of mapping a property yet.', 'Map one column, with a table of values where it needs one.'));
      return [];
    }
    const column = columnNamed(wanted, filled);
    if (column === null) {
      const nearest = nearestWord(wanted, Object.keys(filled));
      findings.push(error('unknown-column', place, `${preset.sourceObject} has no column ${wanted}.`, nearest === null ? 'Correct the name of the column.' : `Did you mean ${nearest}?`));
      return [];
    }
    const byPreset = preset.rules.find((rule) => rule.property === property);
    const create = createdBy(given, property, column) ?? byPreset?.create ?? null;
    if (typeof given !== 'string' && 'from' in given && given.otherwise === 'add-option' && portal.properties.some(({ name, archived }) => name === property && !archived)) {
      findings.push(error('add-option-unsupported', place, `${property} is there already, and this version adds options only to properties that it makes.`, 'Add the option in HubSpot, or use otherwise: leave-out.'));
      return [];
    }
    return [{ property, columns: [column], transform: transformOf(given, byPreset), create }];
  });
}

function columnOf(given: Exclude<PropertyMapping, null>): string | null {
  if (typeof given === 'string') {
    return given;
  }
  return 'from' in given && given.transform === undefined && typeof given.from === 'string' ? given.from : null;
}

function columnNamed(name: string, filled: Readonly<Record<string, number>>): string | null {
  return name in filled ? name : (Object.keys(filled).find((column) => column.toLowerCase() === name.toLowerCase()) ?? null);
}

function transformOf(given: Exclude<PropertyMapping, null>, byPreset: PropertyRule | undefined): Transform {
  if (typeof given !== 'string' && 'from' in given && (given.values !== undefined || given.otherwise !== undefined)) {
    return { kind: 'table', values: given.values ?? {}, otherwise: given.otherwise ?? 'leave-out' };
  }
  // Another column for a property that the preset knows: the same reading.
  return byPreset === undefined || (typeof given !== 'string' && given.create !== undefined) ? { kind: 'by-type' } : byPreset.transform;
}

function createdBy(given: Exclude<PropertyMapping, null>, property: string, column: string): CreatedProperty | null {
  if (typeof given === 'string' || given.create === undefined) {
    return null;
  }
  return { type: given.create.type, label: given.create.label ?? property.replaceAll('_', ' '), description: `Salesforce field ${column}.` };
}

function targetOf(rule: PropertyRule, { preset, mapping, portal, filled }: MappingInput, findings: Finding[]): TargetProperty | null {
  const isUsers = rule.property in mapping.properties;
  const hasData = rule.columns.some((column) => (filled[column] ?? 0) > 0) || rule.transform.kind === 'currency' || rule.transform.kind === 'constant';
  if (!hasData && !isUsers) {
    return null;
  }
  const place = isUsers ? `objects.${preset.objectType}.properties.${rule.property}` : `${preset.objectType}.${rule.property}`;
  const existing = portal.properties.find(({ name, archived }) => name === rule.property && !archived);
  if (existing !== undefined) {
    if (!existing.readOnly) {
      return fromPortal(existing, rule, portal);
    }
    findings.push(
      isUsers
        ? error('read-only-property', place, `The portal does not let ${rule.property} be set.`, 'Map the column to another property.')
        : notWritten('read-only-property', place, rule, filled),
    );
    return null;
  }
  if (rule.create !== null) {
    return { name: rule.property, type: rule.create.type, options: null, isMultiple: false, minLength: null, maxLength: null };
  }
  // Only portals with several currencies need the code; without the property there is nothing to say.
  if (rule.transform.kind === 'currency') {
    return null;
  }
  if (isUsers) {
    const nearest = nearestWord(rule.property, portal.properties.map(({ name }) => name));
    findings.push(error('unknown-property', place, `The portal has no property ${rule.property} on ${preset.objectType}.`, nearest === null ? 'Correct the name, or have it made with create: { type: string }.' : `Did you mean ${nearest}? To have it made, use create: { type: string }.`));
  } else {
    findings.push(notWritten('property-missing', place, rule, filled));
  }
  return null;
}

const notWritten = (code: string, place: string, rule: PropertyRule, filled: Readonly<Record<string, number>>): Finding => ({
  code,
  severity: 'warning',
  place,
  message: `The portal ${code === 'property-missing' ? 'has no' : 'does not let us set'} property ${rule.property}: ${rule.columns.join(' + ')} is not moved.`,
  remedy: `Map ${rule.columns.join(' + ')} to another property in the migration file.`,
  count: Math.max(0, ...rule.columns.map((column) => filled[column] ?? 0)),
});

function fromPortal(property: PortalProperty, rule: PropertyRule, { validationRules }: PortalObject): TargetProperty {
  const limit = (ruleType: string): number | null => {
    const [argument] = validationRules.find((candidate) => candidate.property === property.name && candidate.ruleType === ruleType)?.arguments ?? [];
    return argument === undefined || !/^\d+$/.test(argument) ? null : Number(argument);
  };
  const isChecked = property.type === 'enumeration' && !UNCHECKED.has(rule.transform.kind);
  return {
    name: property.name,
    type: property.type,
    options: isChecked ? property.options.map(({ value, label }) => ({ value, label })) : null,
    isMultiple: property.fieldType === 'checkbox',
    minLength: limit('MIN_LENGTH'),
    maxLength: limit('MAX_LENGTH'),
  };
}
