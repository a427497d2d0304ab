import { OBJECT_TYPES } from '../domain/object-type';
import type { PlanSummary } from '../domain/plan-summary.schema';

interface SchemaPart {
  readonly objectType: string;
  readonly kind: string;
  readonly name: string;
}

/** Groups, properties and pipelines by object type, one line each. */
export function renderSchema(parts: readonly SchemaPart[]): readonly string[] {
  return OBJECT_TYPES.flatMap((type) => {
    const own = parts.filter(({ objectType }) => objectType === type);
    const kinds = [...new Set(own.map(({ kind }) => kind))];
    return own.length === 0 ? [] : [`${type}: ${kinds.map((kind) => `${kind} ${own.filter((part) => part.kind === kind).map(({ name }) => name).join(', ')}`).join('; ')}`];
  });
}

/** What a plan would make of the schema, pipelines by what people see of them. */
export const schemaChangesOf = ({ schemaChanges, schema }: PlanSummary): PlanSummary['schemaChanges'] =>
  schemaChanges.map((part) => {
    const pipeline = part.kind === 'pipeline' ? schema.pipelines.find(({ definition }) => definition.pipelineId === part.name) : undefined;
    return pipeline === undefined ? part : { ...part, name: `"${pipeline.definition.label}" (${part.name})` };
  });
