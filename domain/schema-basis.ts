/** The schema that a plan stands on, and which changes of it matter to what the plan writes. Labels, order and whatever the plan does not write are none of its business. */
import { canonicalJson, digestOf } from './plan-digest';
import type { PortalSchema } from './portal-snapshot.schema';
import type { SchemaBasis } from './schema-basis.schema';
import type { SchemaPlan } from './schema-plan';

/** Their values are checked against the pipelines themselves. */
const STAGE_PROPERTIES: ReadonlySet<string> = new Set(['pipeline', 'dealstage']);

export interface WrittenValues {
  /** Names of the properties that are written. */
  readonly properties: Iterable<string>;
  /** Values that are written, by property: of enumerations, and of `dealstage`. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
}

/** @param schema what the plan adds to the portal before the first record */
export function schemaBasis(portal: PortalSchema, schema: SchemaPlan, written: WrittenValues): SchemaBasis {
  const { objectType } = portal;
  const added = schema.properties.filter((property) => property.objectType === objectType).map(({ definition }) => ({ ...definition, readOnly: false }));
  const known = new Map([...portal.properties.filter(({ archived }) => !archived), ...added].map((property) => [property.name, property]));
  const addedOptions = (property: string): readonly string[] => schema.options.filter((option) => option.objectType === objectType && option.property === property).map(({ definition }) => definition.value);
  const names = [...new Set([...written.properties, ...added.map(({ name }) => name)])].sort();
  const stages = new Set([
    ...portal.pipelines.filter(({ archived }) => !archived).flatMap(({ id, stages: own }) => own.map((stage) => `${id}/${stage.id}`)),
    ...schema.pipelines.filter((pipeline) => pipeline.objectType === objectType).flatMap(({ definition }) => definition.stages.map(({ stageId }) => `${definition.pipelineId}/${stageId}`)),
  ]);
  const writtenStages = written.values.get('dealstage') ?? new Set();
  return {
    objectType,
    properties: Object.fromEntries(
      names.flatMap((name) => {
        const property = known.get(name);
        const values = written.values.get(name) ?? new Set();
        const options = property === undefined || STAGE_PROPERTIES.has(name) ? [] : [...property.options.map(({ value }) => value), ...addedOptions(name)].filter((value) => values.has(value)).sort();
        return property === undefined ? [] : [[name, { type: property.type, hasUniqueValue: property.hasUniqueValue, readOnly: property.readOnly, options }]];
      }),
    ),
    stages: [...stages].filter((stage) => writtenStages.has(stage.slice(stage.indexOf('/') + 1))).sort(),
    requirements: requirementsOf(portal),
  };
}

export const schemaFingerprint = (basis: SchemaBasis): string => digestOf(basis);

export type SchemaDriftCode = 'property-gone' | 'property-type' | 'property-read-only' | 'uniqueness' | 'option-gone' | 'stage-gone' | 'requirement-added';

export interface SchemaDrift {
  /** The property; of a stage `pipeline/stage`. */
  readonly name: string;
  readonly code: SchemaDriftCode;
}

/** What an administrator changed that the planned writes would run into. Whatever became laxer is no change. */
export function schemaDrift(basis: SchemaBasis, found: PortalSchema): readonly SchemaDrift[] {
  const live = new Map(found.properties.filter(({ archived }) => !archived).map((property) => [property.name, property]));
  const properties = Object.entries(basis.properties).flatMap(([name, planned]): readonly SchemaDrift[] => {
    const property = live.get(name);
    if (property === undefined) {
      return [{ name, code: 'property-gone' }];
    }
    const offered = new Set(property.options.filter(({ hidden }) => !hidden).map(({ value }) => value));
    const codes: readonly (SchemaDriftCode | null)[] = [
      property.type === planned.type ? null : 'property-type',
      property.readOnly && !planned.readOnly ? 'property-read-only' : null,
      property.hasUniqueValue === planned.hasUniqueValue ? null : 'uniqueness',
      planned.options.every((option) => offered.has(option)) ? null : 'option-gone',
    ];
    return codes.flatMap((code) => (code === null ? [] : [{ name, code }]));
  });
  const stages = new Set(found.pipelines.filter(({ archived }) => !archived).flatMap(({ id, stages: own }) => own.map((stage) => `${id}/${stage.id}`)));
  const known = new Set(basis.requirements.map((requirement) => canonicalJson(requirement)));
  const added = requirementsOf(found).filter((requirement) => !known.has(canonicalJson(requirement)));
  return [
    ...properties,
    ...basis.stages.filter((stage) => !stages.has(stage)).map((name) => ({ name, code: 'stage-gone' as const })),
    // A rule on what we do not write refuses nothing of ours; that something else must be filled may.
    ...added.filter(({ property, kind }) => kind === 'required' || property in basis.properties).map(({ property }) => ({ name: property, code: 'requirement-added' as const })),
  ];
}

function requirementsOf({ requiredOnCreate, conditionalRequired, validationRules }: PortalSchema): SchemaBasis['requirements'] {
  const requirements: SchemaBasis['requirements'] = [
    ...requiredOnCreate.map((property) => ({ property, kind: 'required' as const, detail: '' })),
    ...conditionalRequired.flatMap(({ when, required }) => required.map((property) => ({ property, kind: 'required' as const, detail: canonicalJson(when) }))),
    ...validationRules.map(({ property, ...rule }) => ({ property, kind: 'rule' as const, detail: canonicalJson(rule) })),
  ];
  return requirements.sort((one, other) => (canonicalJson(one) < canonicalJson(other) ? -1 : 1));
}
