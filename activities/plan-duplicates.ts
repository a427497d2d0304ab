/** Second step of planning: records that are one fold into one. First what the source had merged itself, then contacts with one e-mail, then companies with one domain. */
import { foldSameEmail, mergedIdsOf, withMergedIds, withSharedDomain } from '../domain/folding';
import { MERGED_IN_SOURCE_CODE } from '../domain/person-account';
import type { PlannedRecord } from '../domain/planned-record';
import { isWritten } from '../domain/record-identity';
import { findPlanned, findSurvivors, foldPages, keepPlanned } from './planning-scope';
import type { ObjectScope, PlanningScope } from './planning-scope';

/** Groups of one read: each holds two records or a few. */
const GROUPS_PER_READ = 200;

/** Gives the ids of merged rows to the records that they were merged into. */
export async function foldMergedInSource(scope: PlanningScope, { objectType }: ObjectScope): Promise<void> {
  for await (const page of foldPages(scope, objectType)) {
    const losers = page.filter(({ reasonCode }) => reasonCode === MERGED_IN_SOURCE_CODE);
    const masters = await findSurvivors(scope, objectType, losers.map(({ foldInto }) => foldInto ?? ''));
    const gained = new Map<string | null, PlannedRecord>();
    const ended: PlannedRecord[] = [];
    for (const loser of losers) {
      const master = masters.get(loser.foldInto ?? '');
      if (master === undefined || !isWritten(master)) {
        ended.push({ ...loser, action: 'left-out', reason: master?.reason ?? 'deleted-in-source', reasonCode: master?.reasonCode ?? null, foldInto: null });
      } else {
        gained.set(master.sourceId, withMergedIds(gained.get(master.sourceId) ?? master, loser.sourceId === null ? [] : [loser.sourceId]));
        ended.push({ ...loser, foldInto: master.sourceId });
      }
    }
    await keepPlanned(scope, [...gained.values(), ...ended]);
  }
}

/** Contacts that share an address, by the rule of the migration file. */
export async function foldContacts(scope: PlanningScope, object: ObjectScope): Promise<void> {
  for (let after = ''; ; ) {
    const groups = await scope.ledger.plans.readIdentityGroups(scope.stagingId, 'contacts', 'email', after, GROUPS_PER_READ);
    const settled = groups.flatMap(({ members }) => foldSameEmail(members, object.rules.duplicates, scope.keyProperty));
    await keepPlanned(scope, settled);
    await followSurvivors(scope, settled);
    const last = groups.at(-1);
    if (last === undefined) {
      return;
    }
    after = last.value;
    await scope.breathe();
  }
}

/** Records that had folded into one that now folds itself go to the survivor: a fold always names a record that is written. */
async function followSurvivors(scope: PlanningScope, settled: readonly PlannedRecord[]): Promise<void> {
  const survivorOf = new Map(settled.filter((record) => record.action === 'fold' && mergedIdsOf(record).length > 0).map(({ sourceId, foldInto }) => [sourceId, foldInto]));
  const merged = settled.filter(({ sourceId }) => survivorOf.has(sourceId)).flatMap((record) => mergedIdsOf(record));
  for (const objectType of ['contacts', 'companies'] as const) {
    const followers = [...(await findPlanned(scope, objectType, merged)).values()].filter(({ action, foldInto }) => action === 'fold' && survivorOf.has(foldInto));
    await keepPlanned(scope, followers.map((follower) => ({ ...follower, foldInto: survivorOf.get(follower.foldInto) ?? null })));
  }
}

/** Companies that state one domain are written without it: a domain identifies one company or none. */
export async function partSharedDomains(scope: PlanningScope): Promise<void> {
  for (let after = ''; ; ) {
    const groups = await scope.ledger.plans.readIdentityGroups(scope.stagingId, 'companies', 'domain', after, GROUPS_PER_READ);
    await keepPlanned(scope, groups.flatMap(({ members }) => members.map((member) => withSharedDomain(member))));
    const last = groups.at(-1);
    if (last === undefined) {
      return;
    }
    after = last.value;
    await scope.breathe();
  }
}
