import type { Finding } from '../domain/finding';
import type { PlanSummary } from '../domain/plan-summary.schema';
import { formatTable } from './table';
import { ASSOCIATION_WORDS, formatCount, OBJECT_WORDS } from './words';

/** The plan for a person, before anything is written. */
export function renderPlan(plan: PlanSummary): readonly string[] {
  const records = plan.records.map((forecast) => [
    OBJECT_WORDS[forecast.objectType],
    ...[forecast.source, forecast.create, forecast.update, forecast.unchanged, forecast.fold, Object.values(forecast.leftOut).reduce((sum, count) => sum + count, 0)].map(formatCount),
  ]);
  const associations = plan.associations.map((forecast) => [ASSOCIATION_WORDS[forecast.associationType], ...[forecast.source, forecast.planned, forecast.duplicate, forecast.selfLink, forecast.missingEnd].map(formatCount)]);
  const leftOut = plan.records.flatMap((forecast) => Object.entries(forecast.leftOut).map(([reason, count]) => `  Skipped: ${formatCount(count)} ${forecast.objectType}, ${reason}.`));
  return [
    `Portal ${plan.portal.id}${plan.portal.name === null ? '' : ` "${plan.portal.name}"`} (${plan.portal.accountType}${plan.portal.simulator ? ', simulated' : ''})`,
    '',
    ...formatTable([['Records', 'in source', 'create', 'update', 'unchanged', 'combine', 'skip'], ...records]),
    '',
    ...formatTable([['Associations', 'in source', 'add', 'repeated', 'to itself', 'end missing'], ...associations]),
    '',
    ...leftOut,
    `Schema: ${plan.schemaChanges.length === 0 ? 'nothing to create' : plan.schemaChanges.map((change) => `${change.objectType} ${change.kind} ${change.name}`).join(', ')}.`,
    `Calls: about ${formatCount(Object.values(plan.calls).reduce((sum, count) => sum + count, 0))}.`,
    ...(plan.undecided > 0 ? [`${formatCount(plan.undecided)} matches are ambiguous: decide with objects.<type>.ambiguous (create or leave-out) before starting.`] : []),
    `Plan digest: ${plan.digest}`,
  ];
}

/** What a person should know before the start: side effects that no API can switch off. */
export const SIDE_EFFECTS: readonly string[] = [
  'Automatic company creation: Settings > Objects > Companies > "Create and associate companies with contacts". Off during the run, or companies appear that you did not plan.',
  'Workflows on stage, life cycle or owner: Automation > Workflows. New records enrol; switch off what must not fire.',
  'Owner notifications: assigned owners may get an e-mail for each record.',
  'HubSpot-Salesforce sync: Settings > Integrations. Pause it, or both write the same records.',
  'Marketing contacts: Settings > Integrations > Marketing contacts decides whether new contacts are billed.',
];

/** One line a finding, worst first, with place and remedy. */
export function renderFindings(findings: readonly Finding[]): readonly string[] {
  const rank = { error: 0, warning: 1, info: 2 } as const;
  return [...findings]
    .sort((a, b) => rank[a.severity] - rank[b.severity])
    .map(({ severity, place, message, remedy, count }) => `${severity.toUpperCase()} ${place}: ${message}${count > 1 ? ` (${formatCount(count)})` : ''}${remedy === '' ? '' : ` → ${remedy}`}`);
}
