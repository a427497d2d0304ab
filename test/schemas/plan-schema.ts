import { z } from 'zod';
import { planOutputSchema } from '../../domain/plan-view.schema';

/** docs/plan.schema.json as it should be. */
export const planJsonSchema = (): string =>
  `${JSON.stringify({ title: 'What portage plan --json prints', ...z.toJSONSchema(planOutputSchema) }, null, 2)}\n`;
