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
  /** Associations that get a label, roughly; absent where none does. */
  labelled: count.exactOptional(),
  partitions: z.array(partitionManifestSchema),
});

export const schemaChangeSchema = z.strictObject({
  kind: z.enum(['group', 'property', 'option', 'pipeline', 'label']),
  /** Of a label the type that its associations run from. */
  objectType: z.enum(OBJECT_TYPES),
  /** Of an option `property:value`, of a label `association type:label`. */
  name: z.string(),
  label: z.string(),
});

/** One property that is written from columns of a source object. */
export const mappedPropertySchema = z.strictObject({
  objectType: z.enum(OBJECT_TYPES),
  sourceObject: z.string(),
  columns: z.array(z.string()),
  property: z.string(),
  /** As the portal shows it; null for a property that is yet to be made. */
  label: z.string().nullable(),
  type: z.string(),
  /** How the cell becomes the value. */
  rule: z.string(),
  by: z.enum(['preset', 'file']),
  /** `one-of`: the portal wants this one or another. */
  required: z.enum(['yes', 'one-of', 'no']),
  /** Rows that have a value: of several columns those of the best filled one. */
  filled: count,
  rows: count,
});

/** What one owner of the source has; named by the source's own id, by a name where the source has no ids, never by an e-mail address. */
export const ownerForecastSchema = z.strictObject({ sourceOwner: z.string(), matched: z.boolean(), contacts: count, companies: count, openDeals: count, closedDeals: count });

/** A name that links rows of the source and that no record has, or several; the nearest right one. Holds what people entered. */
export const unresolvedNameSchema = z.strictObject({ sourceObject: z.string(), column: z.string(), target: z.string(), code: z.enum(['unmatched-name', 'ambiguous-name']), name: z.string(), rows: count, nearest: z.string().nullable() });

/** The portal's calls of the day when the plan was made. `reserve`: share of the limit that stays for other apps, 0..1. */
const quotaForecastSchema = z.strictObject({ limit: count.nullable(), remaining: count.nullable(), resetsAt: z.string(), timeZone: z.string(), reserve: z.number() });

/** What matching again at the start found otherwise than the plan: counts by object type and verdict. */
export const recordDriftSchema = z.strictObject({
  changed: count,
  /** Records that the plan wrote, or found to be right already. */
  written: count,
  groups: z.array(z.strictObject({ objectType: z.enum(OBJECT_TYPES), planned: z.string(), found: z.string(), count })),
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
  /** Of `undecided`, the owners; the others are records that several of the portal match. */
  undecidedOwners: count.optional(),
  /** Forecast by phase. */
  calls: z.record(z.string(), count),
  /** Plans of older versions have none of the following. */
  owners: z.array(ownerForecastSchema).default([]),
  /** Open deals that would lose their owner; while there are any, nothing can be started. */
  openDealsToAccept: count.default(0),
  mapping: z.array(mappedPropertySchema).default([]),
  quota: quotaForecastSchema.nullable().default(null),
  /** Contacts that are made with an e-mail address: what the portal may bill as marketing contacts. */
  newContactsWithEmail: count.default(0),
  /** Absent where every name was found; the most frequent first, at most 1,000 of each link. */
  unresolvedNames: z.array(unresolvedNameSchema).exactOptional(),
  /** Only in a plan that a start took over and matched again. */
  recordDrift: recordDriftSchema.exactOptional(),
});

export type RecordDrift = z.infer<typeof recordDriftSchema>;
export type RecordForecast = z.infer<typeof recordForecastSchema>;
export type AssociationForecast = z.infer<typeof associationForecastSchema>;
export type SchemaChange = z.infer<typeof schemaChangeSchema>;
export type MappedProperty = z.infer<typeof mappedPropertySchema>;
export type OwnerForecast = z.infer<typeof ownerForecastSchema>;
export type PlanSummary = z.infer<typeof planSummarySchema>;
