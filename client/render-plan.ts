import type { Finding } from '../domain/finding';
import { FOLD_CONFLICT } from '../domain/folding';
import type { OwnerForecast, PlanSummary, RecordForecast } from '../domain/plan-summary.schema';
import { COLUMN_NOT_MAPPED, UNREAD_COLUMN, UNREAD_OBJECT } from '../domain/unread-source';
import { formatTable } from './table';
import { callLines, cannotBeUndone, costsOf, decisionsOf } from './plan-warnings';
import { renderSchema, schemaChangesOf } from './render-schema';
import { ASSOCIATION_WORDS, OBJECT_WORDS } from '../domain/words';
import { cellWords, countObjects, countOf, formatCount, leftOutWords, notMovedWords } from './words';

/** Owners, properties and reasons on a terminal; the page has them all. */
const MOST_OWNERS = 8;

/** The plan for a person, before anything is written: first what keeps it from being started, then the counts, then what they mean. */
export function renderPlan(plan: PlanSummary): readonly string[] {
  const records = plan.records.map((forecast) => [
    OBJECT_WORDS[forecast.objectType],
    ...[forecast.source, forecast.create, forecast.update, forecast.unchanged, forecast.fold, sumOf(Object.values(forecast.leftOut))].map(formatCount),
  ]);
  const associations = plan.associations.map((forecast) => [ASSOCIATION_WORDS[forecast.associationType], ...[forecast.source, forecast.planned, forecast.duplicate, forecast.selfLink, forecast.missingEnd].map(formatCount)]);
  const decisions = decisionsOf(plan);
  return [
    `Portal ${plan.portal.id}${plan.portal.name === null ? '' : ` "${plan.portal.name}"`} (${plan.portal.accountType}${plan.portal.simulator ? ', simulated' : ''})`,
    '',
    ...(decisions.length === 0 ? [] : ['To decide before the start:', ...decisions.map((line) => `  ${line}`), '']),
    ...formatTable([['Records', 'in source', 'create', 'update', 'unchanged', 'combine', 'skip'], ...records]),
    '',
    ...formatTable([['Associations', 'in source', 'add', 'repeated', 'to itself', 'end missing'], ...associations]),
    '',
    ...plan.records.flatMap((forecast) => Object.entries(forecast.leftOut).map(([reason, count]) => `  Skip ${countObjects(count, forecast.objectType)}: ${leftOutWords(reason)}.`)),
    ...plan.records.flatMap(({ objectType, cells }) => Object.entries(cells).filter(([code]) => code !== FOLD_CONFLICT).map(([code, count]) => `  ${countOf(count, 'value')} of ${objectType}: ${cellWords(code)}.`)),
    ...plan.records.flatMap(renderCombined),
    ...told(sumOf(plan.associations.map(({ duplicate }) => duplicate)), 'repeated: stated twice by the source, or the same once records are combined.'),
    ...told(sumOf(plan.associations.map(({ selfLink }) => selfLink)), 'to itself: would tie a record to itself, in the source or once records are combined.'),
    ...told(sumOf(plan.associations.map(({ missingEnd }) => missingEnd)), 'end missing: names a record that is not in the export, or that is skipped.'),
    ...renderOwners(plan.owners),
    ...(plan.schemaChanges.length === 0 ? ['Schema: nothing to create.'] : ['Schema to create:', ...renderSchema(schemaChangesOf(plan)).map((line) => `  ${line}`)]),
    ...callLines(plan),
    ...costsOf(plan).map((line) => `May cost money: ${line}`),
    'What a rollback cannot bring back:',
    ...cannotBeUndone(plan).map((line) => `  ${line}`),
    `Plan digest: ${plan.digest}`,
  ];
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
const told = (count: number, what: string): readonly string[] => (count === 0 ? [] : [`  ${formatCount(count)} ${what}`]);

function renderCombined({ objectType, fold, cells }: RecordForecast): readonly string[] {
  const differing = cells[FOLD_CONFLICT] ?? 0;
  const values = differing === 0 ? '' : ` ${countOf(differing, 'value')} of theirs differ${differing === 1 ? 's' : ''}: the first record's value wins; folded.csv of portage plan has both.`;
  return fold === 0 ? [] : [`  Combine ${countObjects(fold, objectType)} with another record of the source, the same person or company; all ids are kept.${values}`];
}

/** Those that the portal does not have come first: they are what is to be mended. */
function renderOwners(owners: readonly OwnerForecast[]): readonly string[] {
  if (owners.length === 0) {
    return [];
  }
  const sorted = [...owners].sort((a, b) => Number(a.matched) - Number(b.matched) || b.openDeals - a.openDeals || b.contacts + b.companies + b.closedDeals - (a.contacts + a.companies + a.closedDeals));
  const rows = sorted.slice(0, MOST_OWNERS).map(({ sourceOwner, matched, contacts, companies, openDeals, closedDeals }) => [sourceOwner, ...[contacts, companies, openDeals, closedDeals].map(formatCount), matched ? 'yes' : 'no']);
  return ['', ...formatTable([['Owners', 'contacts', 'companies', 'open deals', 'closed deals', 'in portal'], ...rows]), ...(sorted.length > MOST_OWNERS ? [`  … and ${formatCount(sorted.length - MOST_OWNERS)} more.`] : []), ''];
}

/** What a person should know before the start: side effects that no API can switch off. */
export const SIDE_EFFECTS: readonly string[] = [
  'Automatic company creation: Settings > Objects > Companies > "Create and associate companies with contacts". Off during the run, or companies appear that you did not plan.',
  'Workflows on stage, life cycle or owner: Automation > Workflows. New records enrol; switch off what must not fire.',
  'Owner notifications: assigned owners may get an e-mail for each record.',
  'HubSpot-Salesforce sync: Settings > Integrations. Pause it, or both write the same records.',
  'Marketing contacts: Settings > Integrations > Marketing contacts decides whether new contacts are billed.',
];

/** One line a finding, worst first, with place and remedy; columns and files that nothing reads share a line. */
export function renderFindings(findings: readonly Finding[]): readonly string[] {
  const rank = { error: 0, warning: 1, info: 2 } as const;
  const single = findings.filter(({ code }) => code !== UNREAD_COLUMN && code !== UNREAD_OBJECT && code !== COLUMN_NOT_MAPPED);
  const unread = findings.filter((finding) => !single.includes(finding));
  return [
    ...[...single]
      .sort((a, b) => rank[a.severity] - rank[b.severity])
      .map(({ severity, place, message, remedy, count }) => `${severity.toUpperCase()} ${place}: ${message}${count > 1 && !message.startsWith(`${count} `) ? ` (${formatCount(count)})` : ''}${remedy === '' ? '' : ` → ${remedy}`}`),
    ...renderUnread(unread.map(({ code, place, count }) => ({ why: code, place, count }))).map((line) => `INFO ${line}`),
    ...(unread.some(({ code }) => code === UNREAD_COLUMN) ? ['  → To move a column, map it to a property in the migration file, e.g. objects: { contacts: { properties: { favourite_colour: { from: Favourite_Colour__c, create: { type: string } } } } }; else it stays in the source.'] : []),
  ];
}

/** What is not moved, by file and by object, each column with the number of its filled cells. */
export function renderUnread(unread: readonly { readonly why: string; readonly place: string; readonly count: number }[]): readonly string[] {
  const columns = unread.filter(({ why, place }) => (why === UNREAD_COLUMN || why === COLUMN_NOT_MAPPED) && place.includes('.'));
  const objectOf = (place: string) => place.slice(0, place.indexOf('.'));
  return [
    ...unread.filter((one) => !columns.includes(one)).map(({ place, count, why }) => `Not moved: ${place}, ${countOf(count, why === UNREAD_OBJECT ? 'row' : 'filled cell')} (${notMovedWords(why)}).`),
    ...[...new Set(columns.map(({ why, place }) => `${objectOf(place)} ${why}`))].map((kind) => {
      const own = columns.filter(({ why, place }) => `${objectOf(place)} ${why}` === kind);
      const [object = '', why] = kind.split(' ');
      return `Not moved: of ${object} ${countOf(own.length, 'column')} ${why === COLUMN_NOT_MAPPED ? 'that your file leaves out' : 'that no rule reads'}, with the filled rows: ${own.map(({ place, count }) => `${place.slice(object.length + 1)} ${formatCount(count)}`).join(', ')}.`;
    }),
  ];
}
