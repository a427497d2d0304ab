import { z } from 'zod';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from './object-type';
import { schemaPlanSchema } from './schema-plan.schema';

const count = z.number().int().nonnegative();

const partitionManifestSchema = z.strictObject({ partition: count, firstBatch: count, batchCounts: z.array(count).readonly(), round: count.exactOptional() });

/** Counts of what the plan will do with the records of a type; create + update + unchanged + fold + all of leftOut = source. */
export const recordForecastSchema = z.strictObject({
  objectType: z.enum(OBJECT_TYPES),
  source: count,
  create: count,
  update: count,
  unchanged: count,
  fold: count,
  leftOut: z.record(z.string(), count),
  /** Values that are changed by a rule or not written, by rule or code. */
  cells: z.record(z.string(), count),
  partitions: z.array(partitionManifestSchema),
});

export const associationForecastSchema = z.strictObject({
  associationType: z.enum(ASSOCIATION_TYPES),
  source: count,
  planned: count,
  duplicate: count,
  selfLink: count,
  missingEnd: count,
  partitions: z.array(partitionManifestSchema),
});

export const schemaChangeSchema = z.strictObject({
  kind: z.enum(['group', 'property', 'pipeline']),
  objectType: z.enum(OBJECT_TYPES),
  name: z.string(),
  label: z.string(),
});

export const planSummarySchema = z.strictObject({
  digest: z.string(),
  /** What the digest is made of; drift names the part. */
  parts: z.strictObject({ source: z.string(), mapping: z.string(), portal: z.string(), version: z.string() }),
  portal: z.strictObject({ id: z.string(), name: z.string().nullable(), accountType: z.string(), simulator: z.boolean() }),
  records: z.array(recordForecastSchema),
  associations: z.array(associationForecastSchema),
  schemaChanges: z.array(schemaChangeSchema),
  /** The same in full, as it is sent, with the name of the key property. */
  schema: schemaPlanSchema,
  /** Left out for a reason that is not the user's own decision: must be accepted by number. */
  leftOutToAccept: count,
  /** Ambiguous matches that a person must decide before the start. */
  undecided: count,
  /** Forecast by phase. */
  calls: z.record(z.string(), count),
});

export type RecordForecast = z.infer<typeof recordForecastSchema>;
export type AssociationForecast = z.infer<typeof associationForecastSchema>;
export type SchemaChange = z.infer<typeof schemaChangeSchema>;
export type PlanSummary = z.infer<typeof planSummarySchema>;
