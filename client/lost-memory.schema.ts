/** What is read out of the histories of a run whose ledger was lost. Only what recovery needs; members that other versions add are passed over. */
import { z } from 'zod';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';

const partitionsSchema = z.array(z.object({ partition: z.number().int(), round: z.number().int().optional() }));

export const planFactsSchema = z.object({
  portalId: z.string(),
  parts: z.object({ source: z.string(), mapping: z.string() }).optional(),
  records: z.array(z.object({ objectType: z.enum(OBJECT_TYPES), partitions: partitionsSchema })),
  associations: z.array(z.object({ associationType: z.enum(ASSOCIATION_TYPES), partitions: partitionsSchema })),
});

/** What a round of retry was answered: the plan as it stood from then on. */
export const retriedSchema = z.object({ facts: planFactsSchema });

export const migrationInputSchema = z.object({
  run: z.string(),
  migrationId: z.string(),
  ledgerId: z.string(),
  epoch: z.number().int(),
  carried: z.object({ facts: planFactsSchema.nullable() }).optional(),
});

const pairsSchema = z.array(z.tuple([z.string(), z.string(), z.enum(['c', 'm'])]));

export const shardInputSchema = z.object({ pairs: pairsSchema, digest: z.string() });
export const batchResultSchema = z.object({ pairs: pairsSchema });

export type LostPlan = z.infer<typeof planFactsSchema>;
export type LostInput = z.infer<typeof migrationInputSchema>;
