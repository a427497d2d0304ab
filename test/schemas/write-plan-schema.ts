/** Writes docs/plan.schema.json anew: node --require tsx/cjs test/schemas/write-plan-schema.ts */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { planJsonSchema } from './plan-schema';

writeFileSync(join(__dirname, '../../docs/plan.schema.json'), planJsonSchema());
