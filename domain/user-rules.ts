/** What the migration file says of single properties, as rules for one source object. Mistakes are findings, each at the path of its setting. */
import type { PropertyRule, TableTransform, TemplatePart, Transform } from './field-mapping';
import type { Finding } from './finding';
import { mappingError } from './mapping-error';
import type { MappingInput } from './mapping-input';
import type { PropertyMapping } from './migration-definition.schema';
import { nearestWord } from './nearest-word';
import { findColumn, spelled } from './source-columns';
import type { SourceColumns } from './source-columns';
import { findReference, referencesOf } from './source-references';
import type { TransformSetting } from './transform.schema';

type Given = Exclude<PropertyMapping, null>;
type Reading = Extract<Given, { from: unknown } | { lookup: unknown }>;

export interface UserRules {
  readonly rules: readonly PropertyRule[];
  /** Rules with a mistake in what they read: only their properties are looked at further, so that every mistake is told at once. */
  readonly broken: readonly PropertyRule[];
  /** Properties of which the file has the say for this source object, those with a mistake among them: no rule of the preset holds for them. */
  readonly properties: ReadonlySet<string>;
}

/**
 * A property that the file maps from another source object of the type alone stays with the preset here.
 * @param findings grows by the mistakes
 */
export function userRules(input: MappingInput, findings: Finding[]): UserRules {
  const properties = new Set<string>();
  const broken: PropertyRule[] = [];
  const rules = Object.entries(input.mapping.properties).flatMap(([property, given]) => {
    if (given === null) {
      properties.add(property);
      return [];
    }
    const place = `objects.${input.preset.objectType}.properties.${property}`;
    if (input.reserved.has(property)) {
      properties.add(property);
      findings.push(mappingError('reserved-property', place, `${property} is written by the migration itself.`, 'Take it out of the mapping.'));
      return [];
    }
    const found = ruleOf(property, given, place, input, findings);
    if (found !== 'elsewhere') {
      properties.add(property);
    }
    if (found === null) {
      broken.push({ property, columns: [], transform: { kind: 'by-type' }, create: createdBy(given, property, []) });
    }
    return found === 'elsewhere' || found === null ? [] : [found];
  });
  return { rules, broken, properties };
}

export function columnsOf({ preset, filled, siblings }: MappingInput): SourceColumns {
  const others = Object.entries(siblings ?? {}).filter(([sourceObject]) => sourceObject !== preset.sourceObject);
  return { sourceObject: preset.sourceObject, own: Object.keys(filled), others: Object.fromEntries(others.map(([sourceObject, columns]) => [sourceObject, Object.keys(columns)])) };
}

/** Where in the file the columns of a mapping stand, and what they are called there. */
function namedColumns(given: Given, place: string): readonly { readonly name: string; readonly place: string }[] {
  if (typeof given === 'string') {
    return [{ name: given, place }];
  }
  if ('from' in given) {
    return typeof given.from === 'string' ? [{ name: given.from, place: `${place}.from` }] : given.from.map((name, at) => ({ name, place: `${place}.from.${at}` }));
  }
  if ('lookup' in given) {
    return [{ name: given.lookup.through, place: `${place}.lookup.through` }];
  }
  return 'template' in given ? templatePieces(given.template).flatMap((piece) => ('column' in piece ? [{ name: piece.column, place: `${place}.template` }] : [])) : [];
}

/** A column that nothing has, as a finding. */
export function unknownColumn(name: string, nearest: string | null, place: string, { sourceObject, others }: SourceColumns): Finding {
  const objects = [sourceObject, ...Object.keys(others)];
  const none = objects.length === 1 ? `${sourceObject} has no column ${name}.` : `Neither ${objects.join(' nor ')} has a column ${name}.`;
  return mappingError('unknown-column', place, none, nearest === null ? 'Correct the name of the column: portage init lists those that the export has.' : `Did you mean ${nearest}?`);
}

function ruleOf(property: string, given: Given, place: string, input: MappingInput, findings: Finding[]): PropertyRule | null | 'elsewhere' {
  const columns = columnsOf(input);
  const named = namedColumns(given, place).map(({ name, place: at }) => ({ name, at, found: findColumn(name, columns) }));
  const before = findings.length;
  for (const { name, at, found } of named) {
    if (found.kind === 'unknown') {
      findings.push(unknownColumn(name, found.nearest, at, columns));
    }
  }
  const here = named.flatMap(({ found }) => (found.kind === 'here' ? [found.column] : []));
  const byPreset = input.preset.rules.find((rule) => rule.property === property);
  const transform = transformOf(given, byPreset, named.flatMap(({ name, found }) => (found.kind === 'here' ? [[name, found.column] as const] : [])), place, input, findings);
  checkAddedOptions(property, given, place, input, findings);
  if (findings.length > before || transform === null) {
    return null;
  }
  if (named.length > 0 && here.length === 0) {
    return 'elsewhere';
  }
  const helper = countryColumnOf(transform);
  return { property, columns: [...new Set([...here, ...(helper === undefined ? [] : [helper])])], transform, create: createdBy(given, property, here) ?? byPreset?.create ?? null };
}

/** Lists that are more than a list of words, and are changed in their own way: pipelines and their stages, currencies, owners, and stages of life in the order that they have. */
const OWN_LISTS: ReadonlySet<string> = new Set(['pipeline', 'dealstage', 'deal_currency_code', 'hubspot_owner_id', 'lifecyclestage']);

export const addsOptions = (given: PropertyMapping | undefined): boolean => given !== null && given !== undefined && typeof given !== 'string' && 'otherwise' in given && given.otherwise === 'add-option';

/** Can options be added to this property of the portal? Where it has a list that admins may change. */
export function takesNewOptions(name: string, { properties }: MappingInput['portal']): boolean {
  const existing = properties.find((property) => property.name === name && !property.archived);
  return existing !== undefined && existing.type === 'enumeration' && existing.readOnlyOptions !== true && !OWN_LISTS.has(name);
}

function checkAddedOptions(property: string, given: Given, place: string, { portal }: MappingInput, findings: Finding[]): void {
  const isThere = portal.properties.some(({ name, archived }) => name === property && !archived);
  if (addsOptions(given) && isThere && !takesNewOptions(property, portal)) {
    findings.push(mappingError('add-option-unsupported', `${place}.otherwise`, `${property} has no list of options that can be added to.`, 'Use otherwise: leave-out, or map the column to another property.'));
  }
}

function transformOf(given: Given, byPreset: PropertyRule | undefined, columns: readonly (readonly [string, string])[], place: string, input: MappingInput, findings: Finding[]): Transform | null {
  if (typeof given === 'string') {
    // Another column for a property that the preset knows: the same reading.
    return byPreset === undefined ? { kind: 'by-type' } : byPreset.transform;
  }
  if ('constant' in given) {
    return { kind: 'constant', value: given.constant };
  }
  if ('template' in given) {
    const names = [...new Set(columns.map(([, column]) => column))];
    const spelling = new Map(columns);
    return { kind: 'template', parts: templatePieces(given.template).map((piece): TemplatePart => ('text' in piece ? piece : { at: names.indexOf(spelling.get(piece.column) ?? '') })) };
  }
  const setting = given.transform === undefined ? undefined : spelledSetting(given.transform, place, input, findings);
  if (setting === null) {
    return null;
  }
  const table = tableOf(given, setting);
  if ('lookup' in given) {
    const reference = findReference(input.preset.sourceObject, columns[0]?.[1] ?? given.lookup.through);
    const available = reference === null ? null : (input.objects?.[reference] ?? null);
    if (columns.length > 0 && (reference === null || available === null)) {
      findings.push(mappingError('unknown-reference', `${place}.lookup.through`, reference === null ? `${given.lookup.through} does not refer to another object.` : `${given.lookup.through} refers to ${reference}, which is not in the export, or not read by this version.`, reference === null ? `Columns of ${input.preset.sourceObject} that do: ${referencesOf(input.preset.sourceObject).join(', ')}.` : `Export ${reference} too, where Portage reads it, or take the mapping out.`));
      return null;
    }
    const column = available === null ? null : spelled(given.lookup.column, Object.keys(available));
    if (available !== null && column === null) {
      const nearest = nearestWord(given.lookup.column, Object.keys(available));
      findings.push(mappingError('unknown-column', `${place}.lookup.column`, `${reference ?? ''} has no column ${given.lookup.column}.`, nearest === null ? 'Correct the name of the column.' : `Did you mean ${nearest}?`));
      return null;
    }
    const of = table ?? setting;
    return { kind: 'lookup', through: reference ?? '', column: column ?? given.lookup.column, ...(of === undefined ? {} : { of }) };
  }
  return table ?? setting ?? (byPreset === undefined || given.create !== undefined ? { kind: 'by-type' } : byPreset.transform);
}

const tableOf = (given: Reading, of: TransformSetting | undefined): TableTransform | null =>
  given.values === undefined && given.otherwise === undefined ? null : { kind: 'table', values: given.values ?? {}, otherwise: given.otherwise ?? 'leave-out', ...(of === undefined ? {} : { of }) };

export const countryColumnOf = (transform: Transform): string | undefined => ('countryColumn' in transform ? transform.countryColumn : undefined);

/** The setting with its own column in the source's spelling; null where that column is not there. */
function spelledSetting(setting: TransformSetting, place: string, input: MappingInput, findings: Finding[]): TransformSetting | null {
  if ((setting.kind !== 'phone' && setting.kind !== 'state') || setting.countryColumn === undefined) {
    return setting;
  }
  const columns = columnsOf(input);
  const found = findColumn(setting.countryColumn, columns);
  if (found.kind === 'unknown') {
    findings.push(unknownColumn(setting.countryColumn, found.nearest, `${place}.transform.countryColumn`, columns));
    return null;
  }
  return found.kind === 'here' ? { ...setting, countryColumn: found.column } : setting;
}

function createdBy(given: Given, property: string, columns: readonly string[]): PropertyRule['create'] {
  if (typeof given === 'string' || given.create === undefined) {
    return null;
  }
  const { type, label } = given.create;
  const isMultiple = type === 'enumeration' && 'transform' in given && given.transform?.kind === 'multi';
  return { type, label: label ?? property.replaceAll('_', ' '), description: columns.length === 0 ? 'Set by the migration.' : `Salesforce field ${columns.join(', ')}.`, ...(isMultiple ? { isMultiple } : {}) };
}

type TemplatePiece = { readonly text: string } | { readonly column: string };

/** `{FirstName} {LastName}` in its pieces; a brace that is not closed is text. */
function templatePieces(template: string): readonly TemplatePiece[] {
  return template
    .split(/(\{[^{}]+\})/u)
    .filter((piece) => piece !== '')
    .map((piece) => (/^\{[^{}]+\}$/u.test(piece) ? { column: piece.slice(1, -1).trim() } : { text: piece }));
}
