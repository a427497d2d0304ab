import { schemaBasis, schemaFingerprint } from '../domain/schema-basis';
import type { SchemaPlan } from '../domain/schema-plan';
import type { PlanningScope } from './planning-scope';

/** Keeps with the plan what of each object type's schema its writes stand on: each partition compares it before it begins. */
export async function keepSchemaBases({ ledger, stagingId, objects }: PlanningScope, schema: SchemaPlan): Promise<void> {
  for (const { portal, usedProperties, listedValues } of objects) {
    const basis = schemaBasis(portal, schema, { properties: usedProperties, values: listedValues });
    await ledger.drift.saveSchemaBasis(stagingId, basis, schemaFingerprint(basis));
  }
}
