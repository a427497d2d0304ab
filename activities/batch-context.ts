import type { CallContext, TargetConnector } from '../connectors/connector';
import type { BatchContext } from '../domain/batch-state';
import { lifeCycleOnMatch } from '../domain/life-cycle-stage';
import { MigrationError } from '../domain/migration-error';
import type { ObjectType } from '../domain/object-type';
import type { PortalSnapshot } from '../domain/portal-snapshot.schema';
import type { SchemaPlan } from '../domain/schema-plan';
import type { RunRow } from '../ledger/ledger';
import type { UnfencedLedger } from './unfenced-ledger';

export interface PlannedPortal {
  readonly schemaPlan: SchemaPlan;
  readonly snapshot: PortalSnapshot;
}

/** A worker serves few runs at a time, and a snapshot of a large portal takes megabytes. */
const MAX_REMEMBERED = 4;

/** Snapshot and schema plan of a staging change with a round of retry alone: they are read once for each staging in use, and once more for each round. */
export function createPlannedPortals(ledger: Pick<UnfencedLedger, 'plans'>): (row: Pick<RunRow, 'stagingId' | 'round'>) => Promise<PlannedPortal> {
  const known = new Map<string, PlannedPortal>();
  return async ({ stagingId, round }) => {
    const key = `${stagingId} ${round}`;
    const remembered = known.get(key);
    if (remembered !== undefined) {
      return remembered;
    }
    const [plan, saved] = await Promise.all([ledger.plans.read(stagingId), ledger.plans.readSnapshot(stagingId)]);
    if (plan === null || saved === null) {
      throw new MigrationError('InvariantError', `Staging ${stagingId} lacks its plan or its snapshot.`, { code: 'no-plan' });
    }
    const planned = { schemaPlan: plan.schema, snapshot: saved.snapshot };
    const [oldest] = known.keys();
    if (oldest !== undefined && known.size >= MAX_REMEMBERED) {
      known.delete(oldest);
    }
    known.set(key, planned);
    return planned;
  };
}

/** Property name to type, of the portal as it was and of what the plan adds. */
export function propertyTypesOf({ schemaPlan, snapshot }: PlannedPortal, objectType: ObjectType): Readonly<Record<string, string>> {
  const there = snapshot.objects.find((object) => object.objectType === objectType)?.properties ?? [];
  const added = schemaPlan.properties.filter((property) => property.objectType === objectType).map((property) => property.definition);
  return Object.fromEntries([...there, ...added].map(({ name, type }) => [name, type]));
}

/** Every property that a person or an app can set: those of the portal as it was, and those of the plan. */
export function writablePropertiesOf({ schemaPlan, snapshot }: PlannedPortal, objectType: ObjectType): readonly string[] {
  const there = snapshot.objects.find((object) => object.objectType === objectType)?.properties.filter((property) => !property.readOnly && !property.archived) ?? [];
  const added = schemaPlan.properties.filter((property) => property.objectType === objectType).map((property) => property.definition);
  return [...new Set([...there, ...added].map(({ name }) => name))];
}

/** Properties that no two records of a type may share, among those we write: an archived record may go on holding them. */
export function uniquePropertiesOf({ schemaPlan, snapshot }: PlannedPortal, objectType: ObjectType): readonly string[] {
  const there = snapshot.objects.find((object) => object.objectType === objectType)?.properties.filter((property) => property.hasUniqueValue && !property.readOnly) ?? [];
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
    lifeCycle: lifeCycleOnMatch(row.definition, { objectType, properties: portal.snapshot.objects.find((object) => object.objectType === objectType)?.properties ?? [] }),
    propertyTypes: propertyTypesOf(portal, objectType),
    mode,
  };
}

/** Reads the schema anew: which of the properties are gone, or have lost type, writability or an option that the plan counted on? */
export async function changedProperties(target: TargetConnector, { schemaPlan, snapshot }: PlannedPortal, objectType: ObjectType, names: readonly string[], call: CallContext): Promise<readonly string[]> {
  const there = snapshot.objects.find((object) => object.objectType === objectType)?.properties ?? [];
  const added = schemaPlan.properties.filter((property) => property.objectType === objectType).map((property) => property.definition);
  const planned = new Map([...there, ...added].map((property) => [property.name, property]));
  const found = new Map((await target.readProperties(objectType, names, call)).filter((property) => !property.archived).map((property) => [property.name, property]));
  return names.filter((name) => {
    const before = planned.get(name);
    const now = found.get(name);
    const values = new Set(now?.options.map((option) => option.value));
    return before !== undefined && (now === undefined || now.type !== before.type || before.options.some((option) => !values.has(option.value)));
  });
}
