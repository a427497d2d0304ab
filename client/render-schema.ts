import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { PlanSummary } from '../domain/plan-summary.schema';
import { ASSOCIATION_WORDS } from '../domain/words';

interface SchemaPart {
  readonly objectType: string;
  readonly kind: string;
  /** Of an option `property:value`, of a label `association type:label`. */
  readonly name: string;
}

/** Groups, properties, options and pipelines by object type, then labels by type of association; one line each. */
export function renderSchema(parts: readonly SchemaPart[]): readonly string[] {
  const objects = OBJECT_TYPES.flatMap((type) => {
    const own = parts.filter(({ objectType, kind }) => objectType === type && kind !== 'label');
    const kinds = [...new Set(own.map(({ kind }) => kind))];
    return own.length === 0 ? [] : [`${type}: ${kinds.map((kind) => `${kind} ${own.filter((part) => part.kind === kind).map(nameOf).join(', ')}`).join('; ')}`];
  });
  const labels = ASSOCIATION_TYPES.flatMap((type) => {
    const own = parts.filter(({ kind, name }) => kind === 'label' && name.startsWith(`${type}:`));
    return own.length === 0 ? [] : [`${ASSOCIATION_WORDS[type].toLowerCase()}: label ${own.map(({ name }) => name.slice(type.length + 1)).join(', ')}`];
  });
  return [...objects, ...labels];
}

/** What a plan would make of the schema, pipelines by what people see of them. */
export const schemaChangesOf = ({ schemaChanges, schema }: PlanSummary): PlanSummary['schemaChanges'] =>
  schemaChanges.map((part) => {
    const pipeline = part.kind === 'pipeline' ? schema.pipelines.find(({ definition }) => definition.pipelineId === part.name) : undefined;
    return pipeline === undefined ? part : { ...part, name: `"${pipeline.definition.label}" (${part.name})` };
  });

const nameOf = ({ kind, name }: SchemaPart): string => (kind === 'option' ? name.replace(':', ' = ') : name);
