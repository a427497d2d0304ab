import { z } from 'zod';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from './object-type';
import { mappedPropertySchema, ownerForecastSchema, planSummarySchema } from './plan-summary.schema';

const count = z.number().int().nonnegative();

const recordsViewSchema = z
  .strictObject({ source: count, create: count, update: count, unchanged: count, fold: count, leftOut: z.record(z.string(), count), cells: z.record(z.string(), count) })
  .describe('source = create + update + unchanged + fold + all of leftOut, by reason. cells: values that are changed or not written, by code.');

const associationsViewSchema = z.strictObject({ source: count, planned: count, duplicate: count, selfLink: count, missingEnd: count }).describe('source = planned + duplicate + selfLink + missingEnd, named as in the report.');

const findingSchema = z.strictObject({ code: z.string(), severity: z.enum(['error', 'warning', 'info']), place: z.string(), message: z.string(), remedy: z.string(), count: z.number(), exitCode: z.number().optional() });

const planViewSchema = z.strictObject({
  migration: z.string(),
  digest: z.string(),
  parts: planSummarySchema.shape.parts,
  portal: planSummarySchema.shape.portal,
  records: z.partialRecord(z.enum(OBJECT_TYPES), recordsViewSchema),
  associations: z.partialRecord(z.enum(ASSOCIATION_TYPES), associationsViewSchema),
  calls: z.strictObject({ total: count, byPhase: z.record(z.string(), count), byDay: z.array(z.strictObject({ day: z.string(), calls: count, phases: z.array(z.string()) })) }).describe("byDay: in the portal's time zone, if started on the first; empty where the portal states no daily limit."),
  leftOutToAccept: count.describe('Records left out for a reason that is not your own decision: start --accept-left-out wants this number.'),
  undecided: count,
  openDealsToAccept: count,
  newContactsWithEmail: count,
  owners: z.array(ownerForecastSchema),
  mapping: z.array(mappedPropertySchema),
  schemaChanges: planSummarySchema.shape.schemaChanges,
});

/** What `portage plan --json` prints. docs/plan.schema.json is generated from it. */
export const planOutputSchema = z.strictObject({
  run: z.string(),
  findings: z.array(findingSchema),
  plan: planViewSchema.nullable().describe('Null where a mistake in source, mapping or portal kept the plan from being made: findings say which.'),
  folder: z.string().nullable().describe('Where plan.html and the CSVs were written.'),
});

export type PlanView = z.infer<typeof planViewSchema>;
export type PlanOutput = z.infer<typeof planOutputSchema>;
