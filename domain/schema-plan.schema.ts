import { z } from 'zod';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from './object-type';
import type { SchemaPlan } from './schema-plan';

const count = z.number().int().nonnegative();

const plannedOptionSchema = z.strictObject({ label: z.string(), value: z.string(), displayOrder: count, hidden: z.boolean() });

/** Same members as the connector's PropertyDefinition. */
const plannedPropertySchema = z.strictObject({
  name: z.string(),
  label: z.string(),
  description: z.string(),
  groupName: z.string(),
  type: z.string(),
  fieldType: z.string(),
  hasUniqueValue: z.boolean(),
  options: z.array(plannedOptionSchema),
});

/** Same members as the connector's PipelineDefinition. */
const plannedPipelineSchema = z.strictObject({
  pipelineId: z.string(),
  label: z.string(),
  displayOrder: count,
  stages: z.array(z.strictObject({ stageId: z.string(), label: z.string(), displayOrder: count, metadata: z.record(z.string(), z.string()) })),
});

/** What the plan adds to the portal's schema; what is there already is not in it. Same members as SchemaPlan. */
export const schemaPlanSchema = z.strictObject({
  /** The unique property that ties a target record to its source, the same name for every object type. */
  keyProperty: z.string(),
  groups: z.array(z.strictObject({ objectType: z.enum(OBJECT_TYPES), name: z.string(), label: z.string() })),
  /** In the order in which they are created: the key first. */
  properties: z.array(z.strictObject({ objectType: z.enum(OBJECT_TYPES), definition: plannedPropertySchema })),
  pipelines: z.array(z.strictObject({ objectType: z.enum(OBJECT_TYPES), definition: plannedPipelineSchema })),
  /** Plans of older versions have none of the following. */
  options: z.array(z.strictObject({ objectType: z.enum(OBJECT_TYPES), property: z.string(), definition: plannedOptionSchema })).default([]),
  labels: z.array(z.strictObject({ associationType: z.enum(ASSOCIATION_TYPES), label: z.string(), name: z.string(), isThere: z.boolean() })).default([]),
}) satisfies z.ZodType<SchemaPlan>;
