/**
 * Fourth step of planning: what the portal asks of a record as a whole. Values that one record alone can have go to the first in the order of the source, and what
 * the portal's own records hold is theirs; a record that is new and lacks what a new one must have is left out. Not before it is known which are combined and which
 * are there already: those need none of it.
 */
import { mergedIdsOf } from '../domain/folding';
import type { PlannedRecord } from '../domain/planned-record';
import { isWritten } from '../domain/record-identity';
import { missingRequired } from '../domain/required-properties';
import { uniqueProperties, withoutTaken } from '../domain/unique-values';
import { stampOfRun } from './plan-matches';
import { chunksOf, findPlanned, keepPlanned, plannedPages, READ_BATCH } from './planning-scope';
import type { ObjectScope, PlanningScope } from './planning-scope';

export async function planRequirements(scope: PlanningScope, object: ObjectScope): Promise<void> {
  const names = uniqueProperties(object.portal, object.usedProperties, scope.keyProperty);
  const claimed = new Map(names.map((name) => [name, new Set<string>()]));
  for await (const page of plannedPages(scope, object.objectType)) {
    const settled: PlannedRecord[] = [];
    for (const records of names.length === 0 ? [page] : chunksOf(page, READ_BATCH)) {
      const held = await readHolders(scope, object, names, records.filter(isWritten));
      settled.push(...records.map((record) => settle(object, record, claimed, held)));
    }
    await keepPlanned(scope, settled.filter((record, at) => record !== page[at]));
    await leaveOutFolded(scope, settled.filter(({ action }) => action === 'left-out'));
  }
}

/** @param claimed by property what earlier records of the plan have; grows */
function settle(object: ObjectScope, record: PlannedRecord, claimed: ReadonlyMap<string, Set<string>>, held: ReadonlyMap<string, string>): PlannedRecord {
  const complete = leftOutIfIncomplete(object, record);
  if (!isWritten(complete)) {
    return complete;
  }
  const isTaken = (name: string, value: string): boolean => claimed.get(name)?.has(value) === true || (held.get(holderKey(name, value)) ?? record.targetId) !== record.targetId;
  const taken = [...claimed.keys()].filter((name) => record.properties[name] !== undefined && isTaken(name, record.properties[name]));
  const settled = taken.length === 0 ? complete : leftOutIfIncomplete(object, withoutTaken(complete, taken));
  if (isWritten(settled)) {
    claimed.forEach((values, name) => settled.properties[name] !== undefined && values.add(settled.properties[name]));
  }
  return settled;
}

function leftOutIfIncomplete({ objectType, portal }: ObjectScope, record: PlannedRecord): PlannedRecord {
  const missing = record.action === 'create' ? missingRequired(objectType, record.properties, portal) : null;
  return missing === null ? record : { ...record, action: 'left-out', reason: 'missing-required', reasonCode: missing.code };
}

const holderKey = (property: string, value: string): string => `${property}\n${value}`;

/** Ids of the portal's records that hold the values, by property and value. What this run made itself holds its own. */
async function readHolders(scope: PlanningScope, { objectType, portal }: ObjectScope, names: readonly string[], records: readonly PlannedRecord[]): Promise<ReadonlyMap<string, string>> {
  const held = new Map<string, string>();
  const stamp = stampOfRun(scope, portal);
  for (const name of portal.hasRecords ? names : []) {
    const values = [...new Set(records.flatMap(({ properties }) => properties[name] ?? []))];
    if (values.length > 0) {
      await scope.assertQuota();
      const found = await scope.target.readRecords(objectType, { ids: values, idProperty: name, properties: [name, ...stamp.properties], archived: false }, scope.call);
      found.filter((record) => stamp.originOf(record) !== 'c').forEach(({ id, properties }) => held.set(holderKey(name, properties[name] ?? ''), id));
    }
  }
  return held;
}

/** What was combined into a record that is left out is not moved either, for the same reason. */
async function leaveOutFolded(scope: PlanningScope, survivors: readonly PlannedRecord[]): Promise<void> {
  const bySourceId = new Map(survivors.flatMap((record) => (record.sourceId === null || mergedIdsOf(record).length === 0 ? [] : [[record.sourceId, record] as const])));
  const ids = [...bySourceId.values()].flatMap(mergedIdsOf);
  for (const objectType of ids.length === 0 ? [] : (['contacts', 'companies'] as const)) {
    const folded = [...(await findPlanned(scope, objectType, ids)).values()].filter(({ action }) => action === 'fold');
    await keepPlanned(
      scope,
      folded.flatMap((record): readonly PlannedRecord[] => {
        const survivor = bySourceId.get(record.foldInto ?? '');
        return survivor === undefined ? [] : [{ ...record, action: 'left-out', reason: survivor.reason, reasonCode: survivor.reasonCode, foldInto: null }];
      }),
    );
  }
}
