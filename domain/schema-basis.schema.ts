import { z } from 'zod';
import { OBJECT_TYPES } from './object-type';

/** What of an object type's schema the planned writes stand on. All lists are sorted. */
export const schemaBasisSchema = z.strictObject({
  objectType: z.enum(OBJECT_TYPES),
  /** Those that are written, by name; of their options those that are written. */
  properties: z.record(z.string(), z.strictObject({ type: z.string(), hasUniqueValue: z.boolean(), readOnly: z.boolean(), options: z.array(z.string()) })),
  /** Stages that are written, as `pipeline/stage`. */
  stages: z.array(z.string()),
  /** What has to be filled, and the rules that values have to keep. */
  requirements: z.array(z.strictObject({ property: z.string(), kind: z.enum(['required', 'rule']), detail: z.string() })),
});
export type SchemaBasis = z.infer<typeof schemaBasisSchema>;
