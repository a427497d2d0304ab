import { z } from 'zod';
import { OBJECT_TYPES } from './object-type';

const count = z.number().int().nonnegative();

/** Same members as the connector's PropertyDefinition. */
export const plannedPropertySchema = z.strictObject({
  name: z.string(),
  label: z.string(),
  description: z.string(),
  groupName: z.string(),
  type: z.string(),
  fieldType: z.string(),
  hasUniqueValue: z.boolean(),
  options: z.array(z.strictObject({ label: z.string(), value: z.string(), displayOrder: count, hidden: z.boolean() })),
});

/** Same members as the connector's PipelineDefinition. */
export const plannedPipelineSchema = z.strictObject({
  pipelineId: z.string(),
  label: z.string(),
  displayOrder: count,
  stages: z.array(z.strictObject({ stageId: z.string(), label: z.string(), displayOrder: count, metadata: z.record(z.string(), z.string()) })),
});

/** Everything that must be in the portal before the first record is written, by object type; what is there already is not in it. */
export const objectSchemaPlanSchema = z.strictObject({
  objectType: z.enum(OBJECT_TYPES),
  /** Unique property that ties a record to its source; in `properties` unless the portal has it. */
  keyProperty: z.string(),
  /** Internal name to HubSpot type of every property that the plan writes, key and stamp included: what comparing by meaning needs. */
  propertyTypes: z.record(z.string(), z.string()),
  groups: z.array(z.strictObject({ name: z.string(), label: z.string() })),
  /** The key first. */
  properties: z.array(plannedPropertySchema),
  pipelines: z.array(plannedPipelineSchema),
});

export const schemaPlanSchema = z.array(objectSchemaPlanSchema);

export type PlannedProperty = z.infer<typeof plannedPropertySchema>;
export type PlannedPipeline = z.infer<typeof plannedPipelineSchema>;
export type ObjectSchemaPlan = z.infer<typeof objectSchemaPlanSchema>;
export type SchemaPlan = z.infer<typeof schemaPlanSchema>;
