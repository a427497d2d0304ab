/**
 * HubSpot's replies, as lenient as its documentation is vague: everything that may be missing is optional, ids are strings whether the wire has strings or numbers,
 * unknown members are ignored. Source: CRM objects, properties, associations, account-info APIs, 2026-09, and recorded replies.
 */
import { z } from 'zod';

const idSchema = z.union([z.string(), z.number()]).transform(String);
const optionalText = z.string().nullish().transform((text) => text ?? null);
const optionalFlag = z.boolean().nullish().transform((flag) => flag ?? false);
const optionalCount = z.coerce.number().nullish().catch(null).transform((count) => count ?? null);
const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).nullish().transform((items) => items ?? []);

// ---------------------------------------------------------------- errors

const textsSchema = z.union([z.array(z.union([z.string(), z.number(), z.boolean()]).transform(String)), z.union([z.string(), z.number(), z.boolean()]).transform((value) => [String(value)])]).catch([]);
const contextSchema = z.record(z.string(), textsSchema).nullish().catch(null).transform((context): Readonly<Record<string, readonly string[]>> => context ?? {});

const errorDetailSchema = z.object({
  message: optionalText.catch(null),
  code: optionalText.catch(null),
  subCategory: optionalText.catch(null),
  context: contextSchema,
});

/** The envelope of a 4xx body and of an entry of a 207's `errors[]`. */
export const errorEnvelopeSchema = z.object({
  message: optionalText.catch(null),
  correlationId: optionalText.catch(null),
  category: optionalText.catch(null),
  subCategory: optionalText.catch(null),
  /** 429 bodies say `policyName` (`DAILY`, `TEN_SECONDLY_ROLLING`, `SECONDLY`). */
  policyName: optionalText.catch(null),
  id: idSchema.nullish().catch(null).transform((id) => id ?? null),
  errors: z.array(errorDetailSchema).nullish().catch(null).transform((errors) => errors ?? []),
  context: contextSchema,
});
export type ErrorEnvelope = z.infer<typeof errorEnvelopeSchema>;

// ---------------------------------------------------------------- objects

const historyEntrySchema = z.object({
  value: z.union([z.string(), z.number(), z.boolean()]).nullish().transform((value) => (value === null || value === undefined ? null : String(value))),
  timestamp: z.string(),
  sourceType: z.string().nullish().transform((type) => type ?? 'UNKNOWN'),
  sourceId: optionalText,
  updatedByUserId: idSchema.nullish().transform((id) => id ?? null),
});

export const objectSchema = z.object({
  id: idSchema,
  // All values are strings by the documentation; a number or a flag that slipped through must not make a whole batch unreadable.
  properties: z.record(z.string(), z.union([z.string(), z.null(), z.number().transform(String), z.boolean().transform(String)])).nullish().transform((properties) => properties ?? {}),
  archived: optionalFlag,
  objectWriteTraceId: z.union([z.string(), z.number()]).nullish().transform((id) => (id === null || id === undefined ? null : String(id))),
  propertiesWithHistory: z.record(z.string(), z.array(historyEntrySchema)).nullish().transform((histories) => histories ?? {}),
});
export type ObjectReply = z.infer<typeof objectSchema>;

const pagingSchema = z
  .object({ next: z.object({ after: idSchema }).nullish() })
  .nullish()
  .transform((paging) => paging?.next?.after ?? null);

const batchOf = <Item extends z.ZodType>(item: Item) => z.object({ status: z.string().nullish(), results: listOf(item), errors: listOf(errorEnvelopeSchema) });

export const objectBatchSchema = batchOf(objectSchema);
export const objectPageSchema = z.object({ results: z.array(objectSchema), paging: pagingSchema });
export const searchPageSchema = z.object({ total: z.coerce.number(), results: z.array(objectSchema), paging: pagingSchema });
/** An archive answers 204 without a body, or an envelope whose errors matter. */
export const archiveSchema = z.object({ errors: listOf(errorEnvelopeSchema) }).nullable();

// ---------------------------------------------------------------- associations

const associationKindSchema = z.object({ category: z.enum(['HUBSPOT_DEFINED', 'USER_DEFINED', 'INTEGRATOR_DEFINED']), typeId: z.coerce.number() });

export const associationReadSchema = batchOf(
  z.object({
    from: z.object({ id: idSchema }),
    to: listOf(z.object({ toObjectId: idSchema, associationTypes: listOf(associationKindSchema) })),
    paging: pagingSchema,
  }),
);
export const associationCreateSchema = batchOf(z.object({ fromObjectId: idSchema, toObjectId: idSchema }));

/** The types that every pair of records has bear no label. */
export const labelListSchema = z.object({ results: z.array(z.object({ category: associationKindSchema.shape.category, typeId: associationKindSchema.shape.typeId, label: z.string().nullish().transform((label) => label ?? '') })) });

// ---------------------------------------------------------------- properties, groups, pipelines, rules, limits

export const propertySchema = z.object({
  name: z.string(),
  label: z.string().nullish().transform((label) => label ?? ''),
  description: z.string().nullish().transform((description) => description ?? ''),
  groupName: z.string().nullish().transform((groupName) => groupName ?? ''),
  type: z.string(),
  fieldType: z.string().nullish().transform((fieldType) => fieldType ?? ''),
  hasUniqueValue: optionalFlag,
  calculated: optionalFlag,
  hubspotDefined: optionalFlag,
  archived: optionalFlag,
  options: listOf(
    z.object({
      value: z.union([z.string(), z.number(), z.boolean()]).transform(String),
      label: z.string().nullish().transform((label) => label ?? ''),
      displayOrder: z.number().nullish().transform((order) => order ?? -1),
      hidden: optionalFlag,
    }),
  ),
  modificationMetadata: z
    .object({ readOnlyValue: optionalFlag, readOnlyOptions: optionalFlag })
    .nullish()
    .transform((metadata) => metadata ?? { readOnlyValue: false, readOnlyOptions: false }),
});
export type PropertyReply = z.infer<typeof propertySchema>;

export const propertyListSchema = z.object({ results: z.array(propertySchema) });
export const propertyBatchSchema = batchOf(propertySchema);

export const propertyGroupListSchema = z.object({ results: z.array(z.object({ name: z.string(), label: z.string(), archived: optionalFlag })) });

export const pipelineListSchema = z.object({
  results: z.array(
    z.object({
      id: idSchema,
      label: z.string(),
      displayOrder: z.number().nullish().transform((order) => order ?? 0),
      archived: optionalFlag,
      stages: listOf(
        z.object({
          id: idSchema,
          label: z.string(),
          displayOrder: z.number().nullish().transform((order) => order ?? 0),
          archived: optionalFlag,
          metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).nullish().transform((metadata) => metadata ?? {}),
        }),
      ),
    }),
  ),
});
export type PipelineReply = z.infer<typeof pipelineListSchema>['results'][number];

export const propertyValidationsSchema = z.object({
  results: z.array(z.object({ propertyName: z.string(), propertyValidationRules: listOf(z.object({ ruleType: z.string(), ruleArguments: listOf(z.union([z.string(), z.number(), z.boolean()]).transform(String)), shouldApplyNormalization: optionalFlag })) })),
});

export const customPropertyLimitsSchema = z.object({ byObjectType: listOf(z.object({ objectTypeId: z.string(), limit: optionalCount, usage: optionalCount })) });

/** Records and pipelines alike. Source: limits tracking API, 2026-09. */
export const objectLimitsSchema = z.object({ hubspotDefinedObjectTypes: listOf(z.object({ objectTypeId: z.string(), limit: optionalCount, usage: optionalCount })) });

const limitedType = z.object({ objectTypeId: z.string() });
export const labelLimitsSchema = z.object({ results: listOf(z.object({ fromObjectType: limitedType, toObjectType: limitedType, limit: optionalCount, usage: optionalCount })) });

// ---------------------------------------------------------------- account

export const accountDetailsSchema = z.object({
  portalId: idSchema,
  portalName: optionalText,
  accountType: z.string().nullish().transform((type) => type ?? 'UNKNOWN'),
  timeZone: z.string(),
  companyCurrency: z.string(),
  additionalCurrencies: listOf(z.string()),
});
export type AccountDetails = z.infer<typeof accountDetailsSchema>;

export const dailyUsageSchema = z.object({
  results: listOf(z.object({ name: optionalText, usageLimit: optionalCount, currentUsage: optionalCount, fetchStatus: optionalText, resetsAt: optionalText })),
});
export type DailyUsage = z.infer<typeof dailyUsageSchema>;

export const tokenInfoSchema = z.object({ scopes: z.array(z.string()) });

export const ownerPageSchema = z.object({ results: z.array(z.object({ id: idSchema, email: optionalText, archived: optionalFlag })), paging: pagingSchema });
