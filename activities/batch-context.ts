import type { BatchContext } from '../domain/batch-state';
import { MigrationError } from '../domain/migration-error';
import type { ObjectType } from '../domain/object-type';
import type { PortalSnapshot } from '../domain/portal-snapshot.schema';
import type { SchemaPlan } from '../domain/schema-plan';
import type { Ledger, RunRow } from '../ledger/ledger';

export interface PlannedPortal {
  readonly schemaPlan: SchemaPlan;
  readonly snapshot: PortalSnapshot;
}

/** Snapshot and schema plan of a staging never change once planned: read once a process for each staging. */
export function createPlannedPortals(ledger: Ledger): (stagingId: string) => Promise<PlannedPortal> {
  const known = new Map<string, PlannedPortal>();
  return async (stagingId) => {
    const remembered = known.get(stagingId);
    if (remembered !== undefined) {
      return remembered;
    }
    const [plan, saved] = await Promise.all([ledger.plans.read(stagingId), ledger.plans.readSnapshot(stagingId)]);
    if (plan === null || saved === null) {
      throw new MigrationError('InvariantError', `Staging ${stagingId} lacks its plan or its snapshot.`, { code: 'no-plan' });
    }
    const planned = { schemaPlan: plan.schema, snapshot: saved.snapshot };
    known.set(stagingId, planned);
    return planned;
  };
}

/** Property name to type, of the portal as it was and of what the plan adds. */
export function propertyTypesOf({ schemaPlan, snapshot }: PlannedPortal, objectType: ObjectType): Readonly<Record<string, string>> {
  const there = snapshot.objects.find((object) => object.objectType === objectType)?.properties ?? [];
  const added = schemaPlan.properties.filter((property) => property.objectType === objectType).map((property) => property.definition);
  return Object.fromEntries([...there, ...added].map(({ name, type }) => [name, type]));
}

/** Properties that no two records of a type may share, among those we write: an archived record may go on holding them. */
export function uniquePropertiesOf({ schemaPlan, snapshot }: PlannedPortal, objectType: ObjectType): readonly string[] {
  const there = snapshot.objects.find((object) => object.objectType === objectType)?.properties.filter((property) => property.hasUniqueValue) ?? [];
  const added = schemaPlan.properties.filter((property) => property.objectType === objectType && property.definition.hasUniqueValue).map((property) => property.definition);
  return [...new Set([schemaPlan.keyProperty, ...(objectType === 'contacts' ? ['email'] : []), ...[...there, ...added].map(({ name }) => name)])];
}

export function toBatchContext(row: RunRow, portal: PlannedPortal, objectType: ObjectType, mode: BatchContext['mode']): BatchContext {
  const mapping = row.definition.objects[objectType];
  return {
    run: row.run,
    objectType,
    keyProperty: portal.schemaPlan.keyProperty,
    matchesByEmail: objectType === 'contacts' && (mapping.match ?? ['email']).includes('email'),
    onMatch: mapping.onMatch,
    propertyTypes: propertyTypesOf(portal, objectType),
    mode,
  };
}
