/** Fourth step of planning: records that are new and lack what the portal asks of a new one. Not before it is known which are combined and which are there already: those need none of it. */
import { mergedIdsOf } from '../domain/folding';
import type { PlannedRecord } from '../domain/planned-record';
import { missingRequired } from '../domain/required-properties';
import { findPlanned, keepPlanned, plannedPages } from './planning-scope';
import type { ObjectScope, PlanningScope } from './planning-scope';

export async function planRequirements(scope: PlanningScope, { objectType, portal }: ObjectScope): Promise<void> {
  for await (const page of plannedPages(scope, objectType)) {
    const looked = page.map((record): PlannedRecord => {
      const missing = record.action === 'create' ? missingRequired(objectType, record.properties, portal) : null;
      return missing === null ? record : { ...record, action: 'left-out', reason: 'missing-required', reasonCode: missing.code };
    });
    await keepPlanned(scope, looked.filter((record, at) => record !== page[at]));
    await leaveOutFolded(scope, looked.filter(({ action }) => action === 'left-out'));
  }
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
