import { z } from 'zod';
import { OBJECT_TYPES } from './object-type';

/** What the target looked like when it was read: the plan is made against this and nothing else. */
export const portalPropertySchema = z.strictObject({
  name: z.string(),
  label: z.string(),
  type: z.string(),
  fieldType: z.string(),
  groupName: z.string(),
  options: z.array(z.strictObject({ value: z.string(), label: z.string(), hidden: z.boolean() })),
  hasUniqueValue: z.boolean(),
  /** modificationMetadata.readOnlyValue or calculated. */
  readOnly: z.boolean(),
  /** Its options are not for admins to change; absent where they are. */
  readOnlyOptions: z.literal(true).exactOptional(),
  archived: z.boolean(),
});

export const portalStageSchema = z.strictObject({ id: z.string(), label: z.string(), probability: z.string().nullable(), isClosed: z.boolean() });
export const portalPipelineSchema = z.strictObject({ id: z.string(), label: z.string(), archived: z.boolean(), stages: z.array(portalStageSchema) });

export const portalObjectSchema = z.strictObject({
  objectType: z.enum(OBJECT_TYPES),
  objectTypeId: z.string(),
  properties: z.array(portalPropertySchema),
  groups: z.array(z.string()),
  pipelines: z.array(portalPipelineSchema),
  /** Does the portal hold any live record of this type? Without one, matching costs no calls. */
  hasRecords: z.boolean(),
  /** Properties without which the portal's create form makes no record, as far as the portal says it. */
  requiredOnCreate: z.array(z.string()),
  /** When `when.property` gets one of these values, each of `required` must have one. */
  conditionalRequired: z.array(z.strictObject({ when: z.strictObject({ property: z.string(), values: z.array(z.string()) }), required: z.array(z.string()) })),
  /** `normalizes`: the portal changes a value to suit the rule before it looks at it. */
  validationRules: z.array(z.strictObject({ property: z.string(), ruleType: z.string(), arguments: z.array(z.string()), normalizes: z.boolean() })),
  customPropertyLimit: z.number().nullable(),
  customPropertyCount: z.number().nullable(),
});

/** The part of it that people configure. */
export const portalSchemaSchema = portalObjectSchema.omit({ objectTypeId: true, hasRecords: true, customPropertyLimit: true, customPropertyCount: true }).strip();

export const quotaFactsSchema = z.strictObject({
  /** Calls a day for all apps of the account; null where the portal states none. */
  limit: z.number().nullable(),
  remaining: z.number().nullable(),
  /** ISO-8601 instant of the next reset: midnight in the account's time zone. */
  resetsAt: z.string(),
});

export const portalSnapshotSchema = z.strictObject({
  portalId: z.string(),
  portalName: z.string().nullable(),
  accountType: z.string(),
  /** IANA name. */
  timeZone: z.string(),
  currency: z.string(),
  additionalCurrencies: z.array(z.string()),
  /** Of the token; null where it cannot be introspected. */
  scopes: z.array(z.string()).nullable(),
  takenAt: z.string(),
  quota: quotaFactsSchema,
  objects: z.array(portalObjectSchema),
  owners: z.array(z.strictObject({ id: z.string(), email: z.string(), archived: z.boolean() })),
});

export type PortalProperty = z.infer<typeof portalPropertySchema>;
export type PortalPipeline = z.infer<typeof portalPipelineSchema>;
export type PortalObject = z.infer<typeof portalObjectSchema>;
export type PortalSchema = z.infer<typeof portalSchemaSchema>;
export type QuotaFacts = z.infer<typeof quotaFactsSchema>;
export type PortalSnapshot = z.infer<typeof portalSnapshotSchema>;
