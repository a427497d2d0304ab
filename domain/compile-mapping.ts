/** Brings together preset, the user's changes and the portal's properties. Mistakes are findings; the mapping leaves out what cannot be written. */
import { checkCell } from './cell-check';
import type { CompiledCondition, CompiledMapping, CompiledRule, PropertyRule, TargetProperty, Transform } from './field-mapping';
import type { Finding } from './finding';
import { mappingError } from './mapping-error';
import type { MappingInput, SourceSettings } from './mapping-input';
import { mostAlike, nearestWord } from './nearest-word';
import type { PortalObject, PortalProperty } from './portal-snapshot.schema';
import { findColumn } from './source-columns';
import type { TransformSetting } from './transform.schema';
import { addsOptions, columnsOf, takesNewOptions, unknownColumn, userRules } from './user-rules';

/** Values whose options lie elsewhere (owners) or are made by the migration. */
const UNCHECKED: ReadonlySet<Transform['kind']> = new Set(['owner-id', 'pipeline', 'stage', 'currency']);

export interface MappingResult {
  readonly compiled: CompiledMapping;
  /** Columns that some rule reads; a condition alone moves nothing. */
  readonly readColumns: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

export function compileMapping(input: MappingInput): MappingResult {
  const { preset, mapping } = input;
  const findings: Finding[] = [];
  const users = userRules(input, findings);
  const rules: CompiledRule[] = [];
  for (const rule of [...preset.rules.filter(({ property }) => !users.properties.has(property)), ...users.rules]) {
    const by = users.rules.includes(rule) ? 'user' : 'preset';
    const target = targetOf(rule, by, input, findings);
    if (target !== null) {
      rules.push(compiledRule(rule, target, input));
      findings.push(...(by === 'user' ? refusedValues(rule, target, input) : []));
    }
  }
  users.broken.forEach((rule) => targetOf(rule, 'user', input, findings));
  const where = compiledConditions(input, findings);
  return {
    compiled: { objectType: preset.objectType, sourceObject: preset.sourceObject, rules, where, onInvalid: mapping.onInvalid },
    readColumns: new Set([...preset.structuralColumns, ...rules.flatMap((rule) => rule.columns), ...where.map(({ column }) => column)]),
    findings,
  };
}

/** With every choice made that depends on the property's type and on the settings of the source. */
function compiledRule(rule: PropertyRule, target: TargetProperty, { preset, source }: MappingInput): CompiledRule {
  const transform = rule.transform.kind === 'by-type' ? byType(target) : rule.transform;
  const known = transform.kind === 'phone' && transform.country === undefined && source?.phoneCountry !== undefined ? { ...transform, country: source.phoneCountry } : transform;
  const formats = rule.columns.flatMap((column) => {
    const found = dateFormatsOf(column, preset.sourceObject, source?.dateFormats ?? {});
    return found === null ? [] : [[column, found] as const];
  });
  return { ...rule, transform: known.kind === 'lookup' ? withFormats(known, target, source?.dateFormats ?? {}) : known, target, dateFormats: Object.fromEntries(formats) };
}

type Lookup = Extract<Transform, { kind: 'lookup' }>;

function byType({ type, isMultiple }: TargetProperty): TransformSetting {
  switch (type) {
    case 'number':
      return { kind: 'number' };
    case 'bool':
      return { kind: 'bool' };
    case 'date':
      return { kind: 'day' };
    case 'datetime':
      return { kind: 'datetime' };
    default:
      return isMultiple ? { kind: 'multi' } : { kind: 'text' };
  }
}

/** How a column's dates are written, by its name alone or with the object's before it. */
function dateFormatsOf(column: string, sourceObject: string, dateFormats: SourceSettings['dateFormats']): readonly string[] | null {
  const names = [`${sourceObject}.${column}`, column].map((name) => name.toLowerCase());
  const [found] = names.flatMap((name) => Object.entries(dateFormats).filter(([given]) => given.trim().toLowerCase() === name));
  return found === undefined ? null : [found[1]].flat();
}

/** A cell of another record is read by the property's type where nothing else is said, and may have a format of its own. */
function withFormats(lookup: Lookup, target: TargetProperty, dateFormats: SourceSettings['dateFormats']): Lookup {
  const of = lookup.of ?? byType(target);
  const formats = dateFormatsOf(lookup.column, lookup.through, dateFormats);
  const isDate = of.kind === 'day' || of.kind === 'day-at' || of.kind === 'datetime';
  return { ...lookup, of: isDate && of.format === undefined && formats !== null ? { ...of, format: [...formats] } : of };
}

function compiledConditions(input: MappingInput, findings: Finding[]): readonly CompiledCondition[] {
  const columns = columnsOf(input);
  return input.mapping.where.flatMap(({ field, operator, value }, at) => {
    const found = findColumn(field, columns);
    if (found.kind === 'unknown') {
      findings.push(unknownColumn(field, found.nearest, `objects.${input.preset.objectType}.where.${at}.field`, columns));
    }
    return found.kind === 'here' ? [{ column: found.column, operator, values: value === undefined ? [] : [value].flat(), dateFormats: dateFormatsOf(found.column, input.preset.sourceObject, input.source?.dateFormats ?? {}) }] : [];
  });
}

/** Values that the file names outright and the portal would refuse. */
function refusedValues({ property, transform }: PropertyRule, target: TargetProperty, { preset, portal }: MappingInput): readonly Finding[] {
  const place = `objects.${preset.objectType}.properties.${property}`;
  const table = transform.kind === 'lookup' ? (transform.of ?? transform) : transform;
  const named = table.kind === 'constant' ? [[`${place}.constant`, table.value] as const] : table.kind === 'table' ? Object.entries(table.values).map(([from, value]) => [`${place}.values.${from}`, value] as const) : [];
  return named
    .filter(([, value]) => checkCell(target, value).code !== null)
    .map(([at, value]) => {
      return mappingError('value-refused', at, `The portal's property ${property} does not take this value.`, remedyOfRefused(value, target, table.kind === 'table' && takesNewOptions(property, portal)));
    });
}

const MOST_OPTIONS_TOLD = 10;

/** @param canBeAdded whether the property can get it as an option of its own */
function remedyOfRefused(value: string, target: TargetProperty, canBeAdded: boolean): string {
  const options = target.options?.map((option) => option.value) ?? [];
  if (options.length === 0) {
    return `It is of the type ${target.type}.`;
  }
  const nearest = nearestWord(value, options);
  const alike = options.length > MOST_OPTIONS_TOLD ? mostAlike(value, options, MOST_OPTIONS_TOLD) : options;
  const shown = alike.length > 0 ? alike : options.slice(0, MOST_OPTIONS_TOLD);
  const told = nearest !== null ? `Did you mean ${nearest}?` : options.length > MOST_OPTIONS_TOLD ? `It has ${options.length} options, such as ${shown.join(', ')}.` : `Its options: ${shown.join(', ')}.`;
  return canBeAdded ? `${told} If it is to be a new option of the property: otherwise: add-option.` : told;
}

function targetOf(rule: PropertyRule, by: 'user' | 'preset', { preset, mapping, portal, filled }: MappingInput, findings: Finding[]): TargetProperty | null {
  const isUsers = by === 'user';
  const hasData = rule.columns.some((column) => (filled[column] ?? 0) > 0) || rule.transform.kind === 'currency' || rule.transform.kind === 'constant';
  if (!hasData && !isUsers) {
    return null;
  }
  const place = isUsers ? `objects.${preset.objectType}.properties.${rule.property}` : `${preset.objectType}.${rule.property}`;
  const existing = portal.properties.find(({ name, archived }) => name === rule.property && !archived);
  if (existing !== undefined) {
    if (!existing.readOnly) {
      return { ...fromPortal(existing, rule, portal), ...(isUsers && addsOptions(mapping.properties[rule.property]) ? { addsOptions: true as const } : {}) };
    }
    findings.push(
      isUsers
        ? mappingError('read-only-property', place, `The portal does not let ${rule.property} be set.`, 'Map the column to another property.')
        : notWritten('read-only-property', place, rule, filled),
    );
    return null;
  }
  if (rule.create !== null) {
    return { name: rule.property, type: rule.create.type, options: null, isMultiple: rule.create.isMultiple ?? false, rules: [] };
  }
  // Only portals with several currencies need the code; without the property there is nothing to say.
  if (rule.transform.kind === 'currency') {
    return null;
  }
  if (isUsers) {
    const nearest = nearestWord(rule.property, portal.properties.map(({ name }) => name));
    findings.push(mappingError('unknown-property', place, `The portal has no property ${rule.property} on ${preset.objectType}.`, nearest === null ? 'Correct the name, or have it made with create: { type: string }.' : `Did you mean ${nearest}? To have it made, use create: { type: string }.`));
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
  const isChecked = property.type === 'enumeration' && !UNCHECKED.has(rule.transform.kind);
  return {
    name: property.name,
    type: property.type,
    options: isChecked ? property.options.map(({ value, label }) => ({ value, label })) : null,
    isMultiple: property.fieldType === 'checkbox',
    rules: validationRules.filter((rule) => rule.property === property.name),
  };
}
