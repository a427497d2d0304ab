import { mappedProperties } from '../domain/plan-mapping';
import type { PlanSummary } from '../domain/plan-summary.schema';
import type { PlanningScope } from './planning-scope';

/** What a plan tells a person beside its counts: the mapping, the day's calls, and what may cost money. */
export async function planDetails({ ledger, stagingId, objects, filled, definition, snapshot }: PlanningScope): Promise<Pick<PlanSummary, 'mapping' | 'quota' | 'newContactsWithEmail'>> {
  const counts = await ledger.staging.countRows(stagingId);
  const { limit, remaining, resetsAt } = snapshot.quota;
  return {
    mapping: objects.flatMap(({ sources, portal, rules }) =>
      sources.flatMap(({ sourceObject, mapping }) =>
        mappedProperties({ mapping, portal, ownProperties: rules.properties, filled: filled[sourceObject] ?? {}, rows: counts[sourceObject]?.rows ?? 0 }),
      ),
    ),
    quota: { limit, remaining, resetsAt, timeZone: snapshot.timeZone, reserve: definition.quota.reserve },
    newContactsWithEmail: await ledger.plans.countNewWithEmail(stagingId, 'contacts'),
  };
}
