/** Fourth step of planning: every association that the source states, between the records that are written. */
import { LINK_ORDER, LINKS, planAssociation, resolveEnd, statedAssociations } from '../domain/association-planning';
import type { StatedAssociation } from '../domain/association-planning';
import type { ObjectType } from '../domain/object-type';
import { OBJECT_TYPES } from '../domain/object-type';
import type { PlannedAssociation, PlannedFate } from '../domain/planned-record';
import type { StagedRecord } from '../ledger/ledger';
import { findFates, MAX_FOLD_STEPS, stagedPages } from './planning-scope';
import type { PlanningScope } from './planning-scope';
import type { RoleLabels } from './role-labels';

type Known = Readonly<Record<ObjectType, Map<string, PlannedFate>>>;

/** What becomes of all ends, and of what they fold into. */
async function readEnds(scope: PlanningScope, stated: readonly StatedAssociation[]): Promise<Known> {
  const known: Known = { companies: new Map(), contacts: new Map(), deals: new Map() };
  let wanted: readonly StatedAssociation['from'][] = stated.flatMap(({ from, to }) => [from, to]);
  for (let step = 0; step < MAX_FOLD_STEPS && wanted.length > 0; step += 1) {
    const next: StatedAssociation['from'][] = [];
    for (const objectType of OBJECT_TYPES) {
      const ids = wanted.filter((end) => end.objectType === objectType && !known[objectType].has(end.sourceId)).map(({ sourceId }) => sourceId);
      for (const [sourceId, record] of await findFates(scope, objectType, ids)) {
        known[objectType].set(sourceId, record);
        if (record.foldInto !== null) {
          // A company folds into a company, or, as a person account, into a contact.
          next.push({ objectType, sourceId: record.foldInto }, ...(objectType === 'companies' ? [{ objectType: 'contacts' as const, sourceId: record.foldInto }] : []));
        }
      }
    }
    wanted = next;
  }
  return known;
}

/** Leads that folded into a contact: what they were converted into is for the contact's own row to say. */
async function foldedLeads(scope: PlanningScope, leads: readonly StagedRecord[]): Promise<ReadonlySet<string>> {
  const known = await findFates(scope, 'contacts', leads.flatMap(({ sourceId, values }) => (sourceId !== null && (values.ConvertedAccountId || values.ConvertedOpportunityId) ? [sourceId] : [])));
  return new Set([...known.values()].flatMap(({ action, sourceId }) => (action === 'fold' && sourceId !== null ? [sourceId] : [])));
}

/** Plans the links of all objects, page by page; main references first. */
export async function planAssociations(scope: PlanningScope, roleLabels: RoleLabels): Promise<void> {
  const missing = new Map<string, { count: number; absent: number }>();
  for (const sourceObject of LINK_ORDER) {
    if (!scope.inspection.objects.some(({ object }) => object === sourceObject) || LINKS[sourceObject] === undefined) {
      continue;
    }
    for await (const page of stagedPages(scope, sourceObject)) {
      const silent = sourceObject === 'Lead' ? await foldedLeads(scope, page) : new Set<string>();
      const stated = page.flatMap(({ state, sourceId, values }) => (state === 'ok' && sourceId !== null && !silent.has(sourceId) ? statedAssociations(sourceObject, sourceId, values) : []));
      const known = await readEnds(scope, stated);
      const find = (objectType: ObjectType, sourceId: string): PlannedFate | null => known[objectType].get(sourceId) ?? null;
      const planned: readonly Omit<PlannedAssociation, 'ordinal'>[] = stated.map((one) => planAssociation(one, roleLabels.labelsOf(one.associationType, one.roles), resolveEnd(one.from, find), resolveEnd(one.to, find)));
      planned.forEach((association) => roleLabels.count(association));
      planned.forEach(({ verdict, statedBy }, at) => {
        const { from, to } = stated[at] ?? {};
        if (verdict === 'missing-end' && from !== undefined && to !== undefined) {
          const before = missing.get(statedBy) ?? { count: 0, absent: 0 };
          const isAbsent = [from, to].some((end) => find(end.objectType, end.sourceId) === null);
          missing.set(statedBy, { count: before.count + 1, absent: before.absent + (isAbsent ? 1 : 0) });
        }
      });
      await scope.ledger.plans.writeAssociations(scope.stagingId, planned);
    }
  }
  for (const [place, { count, absent }] of missing) {
    const why = absent === 0 ? 'is skipped by this plan' : absent === count ? 'is not in the export' : `is not in the export (${absent}) or is skipped by this plan (${count - absent})`;
    scope.findings.push({ code: 'dangling-reference', severity: 'warning', place, message: `${count} reference${count === 1 ? ' has' : 's have'} an end that ${why}: the association is not made. Records of either end that are in the export are moved as the plan says.`, remedy: absent === 0 ? 'Nothing, if these records are meant to be skipped; plan.csv says why they are.' : 'Export the missing records too, or accept that these associations are not made.', count });
  }
}
