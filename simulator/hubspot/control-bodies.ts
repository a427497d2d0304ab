import { z } from 'zod';

/** Bodies of the control plane: what `control-plane.ts` declares, checked. A typo is an error, as a test would be misled by it. */
const texts = z.record(z.string(), z.string());
const tier = z.enum(['free', 'starter', 'professional', 'enterprise', 'off']);
export const count = z.number().int().nonnegative();
export const clockBody = z.union([z.strictObject({ advanceMs: z.number().nonnegative() }), z.strictObject({ resetsInMs: z.number().positive() })]);

export const limitsBody = z.strictObject({
  tier: tier.optional(),
  burst: count.optional(),
  daily: count.optional(),
  searchPerSecond: count.optional(),
  associationsBurst: count.optional(),
  usedToday: count.optional(),
});

export const latencyBody = z.strictObject({ profile: z.enum(['none', 'realistic']), seed: z.number().int().optional() });

export const switchesBody = z.strictObject({
  archivedRecordsKeepUniqueValues: z.boolean().optional(),
  rejectedCreateLeavesHalfMadeRecord: z.boolean().optional(),
  retryAfterOn429: count.optional(),
  searchLagMs: count.optional(),
  associationBatchArchiveLimit: count.optional(),
  associationDefaultBatchLimit: count.optional(),
  associationLabelLimit: count.optional(),
  deletingLabelsInUse: z.enum(['taken-from-pairs', 'refused']).optional(),
  traceIdEchoedInCreate: z.boolean().optional(),
  createdateWritable: z.boolean().optional(),
  batchUpdateSplitsByTraceId: z.boolean().optional(),
  uniqueValuesIgnoreCase: z.boolean().optional(),
  firstCompanyBecomesPrimary: z.enum(['always', 'default-calls']).optional(),
  newContactLifecycleStage: z.string().optional(),
  bodyLimitBytes: count.optional(),
  validationRulesEnforced: z.boolean().optional(),
  openRuleReadings: z.enum(['lenient', 'strict']).optional(),
  requirementsInValidations: z.boolean().optional(),
  archivedRecordsReappearInSearch: z.boolean().optional(),
  mergedIdsInAssociations: z.enum(['follow', 'unknown']).optional(),
  companyEnrichment: z.boolean().optional(),
  lifecycleAutomation: z.string().optional(),
  companiesFromEmailDomains: z.boolean().optional(),
});

const option = z.strictObject({ label: z.string(), value: z.string(), displayOrder: z.number().optional(), hidden: z.boolean().optional(), description: z.string().optional() });

const property = z.strictObject({
  name: z.string(),
  label: z.string().optional(),
  type: z.string(),
  fieldType: z.string(),
  groupName: z.string().optional(),
  description: z.string().optional(),
  options: z.array(option).optional(),
  hasUniqueValue: z.boolean().optional(),
  readOnlyValue: z.boolean().optional(),
  calculated: z.boolean().optional(),
});

const pipeline = z.strictObject({
  id: z.string(),
  label: z.string(),
  displayOrder: z.number().optional(),
  stages: z.array(z.strictObject({ id: z.string(), label: z.string(), displayOrder: z.number().optional(), metadata: texts.optional() })),
});

const types = z.array(z.strictObject({ associationCategory: z.string(), associationTypeId: z.number().int() })).optional();
const recordId = z.string().regex(/^\d+$/, 'a record id is numeric');
const ONE_OF_TWO = 'exactly one of id and where must be given';
const isOne = (one: unknown, other: unknown): boolean => (one === undefined) !== (other === undefined);
const reference = z.strictObject({ objectType: z.string(), id: recordId.optional(), ref: z.string().optional() });

const tokens = z.array(
  z.strictObject({
    token: z.string(),
    scopes: z.union([z.literal('all'), z.array(z.string())]),
    expiresAt: z.string().optional(),
    appId: z.number().optional(),
    userId: z.number().optional(),
    portalId: z.number().int().optional(),
  }),
);
export const tokensBody = z.strictObject({ tokens });

export const portalBody = z.strictObject({
  portalId: z.number().int().optional(),
  portalName: z.string().optional(),
  timeZone: z.string().optional(),
  accountType: z.enum(['STANDARD', 'DEVELOPER_TEST', 'SANDBOX', 'APP_DEVELOPER']).optional(),
  companyCurrency: z.string().optional(),
  currencies: z.array(z.string()).optional(),
  tier: tier.optional(),
  tokens: tokens.optional(),
  groups: z.record(z.string(), z.array(z.strictObject({ name: z.string(), label: z.string() }))).optional(),
  properties: z.record(z.string(), z.array(property)).optional(),
  pipelines: z.record(z.string(), z.array(pipeline)).optional(),
  owners: z
    .array(
      z.strictObject({
        id: recordId,
        email: z.string(),
        firstName: z.string().optional(),
        lastName: z.string().optional(),
        userId: z.number().optional(),
        archived: z.boolean().optional(),
      }),
    )
    .optional(),
  records: z
    .record(
      z.string(),
      z.array(z.strictObject({ id: recordId.optional(), ref: z.string().optional(), properties: texts, createdAt: z.string().optional(), archived: z.boolean().optional() })),
    )
    .optional(),
  associations: z.array(z.strictObject({ from: reference, to: reference, types })).optional(),
  labels: z.array(z.strictObject({ from: z.string(), to: z.string(), name: z.string(), label: z.string(), inverseLabel: z.string().optional() })).optional(),
  rules: z
    .strictObject({
      requiredOnCreate: z.array(z.strictObject({ objectType: z.string(), propertyName: z.string() })).optional(),
      conditionalRequired: z
        .array(z.strictObject({ objectType: z.string(), when: z.strictObject({ propertyName: z.string(), values: z.array(z.string()) }), required: z.array(z.string()) }))
        .optional(),
      validation: z
        .array(z.strictObject({ objectType: z.string(), propertyName: z.string(), rules: z.array(z.strictObject({ ruleType: z.string(), ruleArguments: z.array(z.string()), shouldApplyNormalization: z.boolean().optional() })) }))
        .optional(),
    })
    .optional(),
  switches: switchesBody.optional(),
});

const where = z.strictObject({ property: z.string(), value: z.string() }).optional();
const userId = z.number().int().optional();
const address = { objectType: z.string(), id: recordId.optional(), where };
const end = z.strictObject(address).refine((given) => isOne(given.id, given.where), ONE_OF_TWO);
const admin = { objectType: z.string(), propertyName: z.string(), userId };

export const editBody = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('create'), objectType: z.string(), properties: texts, userId }),
  z.strictObject({ action: z.literal('update'), ...address, properties: texts, userId }).refine((given) => isOne(given.id, given.where), ONE_OF_TWO),
  z.strictObject({ action: z.enum(['archive', 'restore']), ...address, userId }).refine((given) => isOne(given.id, given.where), ONE_OF_TWO),
  z
    .strictObject({ action: z.literal('merge'), ...address, mergedId: recordId.optional(), mergedWhere: where, userId })
    .refine((given) => isOne(given.id, given.where), ONE_OF_TWO)
    .refine((given) => isOne(given.mergedId, given.mergedWhere), 'exactly one of mergedId and mergedWhere must be given'),
  z.strictObject({ action: z.enum(['associate', 'disassociate']), from: end, to: end, types, userId }),
  z.strictObject({ action: z.enum(['require-property', 'archive-property']), ...admin }),
  z.strictObject({ action: z.literal('add-option'), ...admin, value: z.string(), label: z.string() }),
  z.strictObject({ action: z.literal('delete-option'), ...admin, value: z.string() }),
]);
