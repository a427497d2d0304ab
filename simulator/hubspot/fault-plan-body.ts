import { z } from 'zod';
import { count, editBody, limitsBody, tokensBody } from './control-bodies';

/** What `fault-plan.ts` declares, checked. A typo is an error, as a test would be misled by it. */
const when = z.enum(['before', 'after']);

const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('request-lost') }),
  z.strictObject({ kind: z.literal('answer-lost-after-commit') }),
  z.strictObject({ kind: z.literal('connection-reset'), when: when.optional() }),
  z.strictObject({ kind: z.literal('answer-cut-short') }),
  z.strictObject({ kind: z.literal('commits-late'), delayMs: count, status: z.number().int().min(500).max(599).optional() }),
  z.strictObject({ kind: z.literal('status'), status: z.number().int().min(400).max(599), when }),
  z.strictObject({ kind: z.literal('locked') }),
  z.strictObject({ kind: z.literal('rate-limited'), policy: z.enum(['TEN_SECONDLY_ROLLING', 'SECONDLY', 'DAILY']), retryAfterSeconds: count.optional() }),
  z.strictObject({ kind: z.literal('moving'), retryAfterSeconds: count }),
  z.strictObject({ kind: z.literal('token-expired') }),
  z.strictObject({ kind: z.literal('slow'), delayMs: count, when: when.optional() }),
  z.strictObject({ kind: z.literal('not-json'), when, body: z.enum(['web-page', 'half-json', 'empty']).optional() }),
  z.strictObject({ kind: z.enum(['results-missing', 'results-repeated']), count }),
  z.strictObject({ kind: z.literal('refuse-inputs'), inputs: z.array(count), code: z.string().optional() }),
  z.strictObject({ kind: z.literal('poison'), property: z.string(), values: z.array(z.string()), traceIds: z.enum(['honoured', 'ignored']).optional(), code: z.string().optional() }),
]);

const occasion = {
  path: z.string().optional(),
  callNumbers: z.array(z.number().int().positive()).optional(),
  probability: z.number().min(0).max(1).optional(),
  times: count.optional(),
};

const event = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('edit'), edit: editBody }),
  z.strictObject({ kind: z.literal('limits'), change: limitsBody }),
  z.strictObject({ kind: z.literal('tokens'), ...tokensBody.shape }),
]);

export const faultPlanBody = z.strictObject({
  seed: z.number().int().optional(),
  rules: z.array(z.strictObject({ fault, ...occasion })),
  events: z.array(z.strictObject({ event, when, ...occasion })).optional(),
});
