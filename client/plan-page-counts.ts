/** The tables of the plan's page that add up: records, values, duplicates, matches, associations, owners. */
import { FOLD_CONFLICT } from '../domain/folding';
import type { ObjectType } from '../domain/object-type';
import type { OnMatch } from '../domain/on-match';
import type { AssociationForecast, PlanSummary, RecordForecast } from '../domain/plan-summary.schema';
import { PLANNED_ACTIONS } from '../domain/planned-record';
import type { PlannedAction } from '../domain/planned-record';
import { ASSOCIATION_WORDS, OBJECT_WORDS } from '../domain/words';
import { markup } from './markup';
import type { Markup } from './markup';
import type { ChangeCounts } from './plan-changes';
import { renderSchema, schemaChangesOf } from './render-schema';
import { cellWords, formatCount, leftOutWords, verdictWords } from './words';

interface CountedPlan {
  readonly plan: PlanSummary;
  readonly changes: readonly ChangeCounts[];
  readonly onMatch: Readonly<Record<ObjectType, OnMatch>>;
  readonly ownerNames: ReadonlyMap<string, string>;
}

/** Owners on the page; a source with more has them in plan --json. */
const MOST_OWNERS = 200;

export const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
const skipped = ({ leftOut }: RecordForecast): number => sumOf(Object.values(leftOut));
const countOf = (forecast: RecordForecast, action: PlannedAction): number => (action === 'left-out' ? skipped(forecast) : forecast[action]);

/** A number in a table: a zero steps back. */
export const numberCell = (count: number): Markup => markup`<td class="${count === 0 ? 'n zero' : 'n'}">${formatCount(count)}</td>`;

export const scrolled = (table: Markup): Markup => markup`<div class="scroll" tabindex="0">${table}</div>`;

/** One card an object type, with the share of each verdict. */
export function renderCards({ records }: PlanSummary): Markup {
  return markup`<section id="summary"><div class="cards">${records.map((forecast) => {
    const { objectType, source } = forecast;
    return markup`<article class="card"><h3>${OBJECT_WORDS[objectType]}</h3><div class="total">${formatCount(source)} <small>in the source</small></div>${bar(forecast)}
<dl class="legend">${PLANNED_ACTIONS.map((action) => {
      const count = countOf(forecast, action);
      return markup`<dt class="${count === 0 ? `${action} none` : action}">${verdictWords(action)}</dt><dd class="${count === 0 ? 'none' : ''}">${count === 0 ? markup`0` : showing({ type: objectType, verdict: action }, count)}</dd>`;
    })}</dl></article>`;
  })}</div></section>`;
}

function bar(forecast: RecordForecast): Markup {
  let from = 0;
  const parts = PLANNED_ACTIONS.map((action) => {
    const share = forecast.source === 0 ? 0 : (100 * countOf(forecast, action)) / forecast.source;
    const part = markup`<rect class="${action}" x="${from.toFixed(3)}" y="0" width="${share.toFixed(3)}" height="4"></rect>`;
    from += share;
    return part;
  });
  return markup`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`;
}

/** A count that leads to its records. */
function showing(filter: Readonly<Partial<Record<'type' | 'verdict' | 'reason' | 'code', string>>>, count: number): Markup {
  return markup`<a href="#records" data-show="" data-type="${filter.type ?? ''}" data-verdict="${filter.verdict ?? ''}" data-reason="${filter.reason ?? ''}" data-code="${filter.code ?? ''}">${formatCount(count)}</a>`;
}

export function renderCounts(page: CountedPlan): Markup {
  return markup`<section id="counts"><h2>Counts</h2>
${renderSkipped(page.plan)}
${renderValues(page.plan)}
${renderDuplicates(page.plan)}
${renderChanges(page)}
${renderAssociations(page.plan.associations)}
${renderOwners(page)}
${renderSchemaChanges(page.plan)}
</section>`;
}

function renderSkipped({ records }: PlanSummary): Markup {
  const rows = records.flatMap((forecast) => Object.entries(forecast.leftOut).map(([reason, count]) => ({ objectType: forecast.objectType, reason, count })));
  if (rows.length === 0) {
    return markup`<h3>Skipped records</h3><p class="note">None: every record of the source is written, or combined with one that is.</p>`;
  }
  return markup`<h3>Skipped records</h3>${scrolled(markup`<table><thead><tr><th>Object</th><th>Reason</th><th class="n">Records</th></tr></thead><tbody>${rows.map(
    ({ objectType, reason, count }) => markup`<tr><td>${OBJECT_WORDS[objectType]}</td><td class="text">${leftOutWords(reason)}</td><td class="n">${showing({ type: objectType, reason }, count)}</td></tr>`,
  )}</tbody><tfoot><tr><td>Together</td><td></td><td class="n">${formatCount(sumOf(rows.map(({ count }) => count)))}</td></tr></tfoot></table>`)}`;
}

function renderValues({ records }: PlanSummary): Markup {
  const rows = records.flatMap((forecast) => Object.entries(forecast.cells).map(([code, count]) => ({ objectType: forecast.objectType, code, count }))).sort((a, b) => b.count - a.count);
  if (rows.length === 0) {
    return markup`<h3>Values that change</h3><p class="note">None: every value is written as it stands.</p>`;
  }
  return markup`<h3>Values that change</h3><p class="note">All others are written as they stand. What is not written is in rejected-cells.csv, value by value.</p>${scrolled(markup`<table><thead><tr><th>Object</th><th>What becomes of the value</th><th class="n">Values</th></tr></thead><tbody>${rows.map(
    ({ objectType, code, count }) => markup`<tr><td>${OBJECT_WORDS[objectType]}</td><td class="text wide">${cellWords(code)}</td><td class="n">${showing({ type: objectType, code }, count)}</td></tr>`,
  )}</tbody></table>`)}`;
}

function renderDuplicates({ records }: PlanSummary): Markup {
  const folded = records.filter(({ fold }) => fold > 0);
  return folded.length === 0
    ? markup``
    : markup`<h3>Duplicates combined</h3><p class="note">The same person or company twice in the source becomes one record. The first one’s values win, the others fill its blanks; all ids are kept. Each one is in folded.csv, with the value that wins and the one that does not.</p>${scrolled(markup`<table><thead><tr><th>Object</th><th class="n">Combined records</th><th class="n">Values that differ</th></tr></thead><tbody>${folded.map(
        ({ objectType, fold, cells }) => markup`<tr><td>${OBJECT_WORDS[objectType]}</td><td class="n">${showing({ type: objectType, verdict: 'fold' }, fold)}</td>${numberCell(cells[FOLD_CONFLICT] ?? 0)}</tr>`,
      )}</tbody></table>`)}`;
}

function renderChanges({ changes, onMatch }: CountedPlan): Markup {
  const rules = [...new Set(changes.map(({ objectType }) => objectType))].map((objectType) => `${OBJECT_WORDS[objectType].toLowerCase()} ${onMatch[objectType]}`);
  return changes.length === 0
    ? markup``
    : markup`<h3>Records that the portal holds already</h3><p class="note">The rule <code>onMatch</code>: ${rules.join(', ')}. By property: how many values fill a blank, are written over another value, or are not written because the portal’s own stays. Before and after of each is in the details of the <a href="#records" data-show="" data-verdict="update">updated records</a>, and in matched.csv.</p>${scrolled(markup`<table><thead><tr><th>Object</th><th>Property</th><th class="n">Fill a blank</th><th class="n">Overwrite</th><th class="n">Portal’s value stays</th></tr></thead><tbody>${changes.map(
        ({ objectType, property, filled, overwritten, kept }) => markup`<tr><td>${OBJECT_WORDS[objectType]}</td><td class="text"><code>${property}</code></td>${[filled, overwritten, kept].map(numberCell)}</tr>`,
      )}</tbody></table>`)}`;
}

function renderAssociations(associations: readonly AssociationForecast[]): Markup {
  const shown = associations.filter(({ source }) => source > 0);
  return shown.length === 0
    ? markup`<h3>Associations</h3><p class="note">The source states none.</p>`
    : markup`<h3>Associations</h3><p class="note">Repeated: stated twice by the source, or the same once records are combined. To itself: would tie a record to itself. End missing: names a record that is not in the export, or that is skipped. Each one that is not made is in unmade-associations.csv.</p>${scrolled(markup`<table><thead><tr><th>Type</th><th class="n">In source</th><th class="n">Add</th><th class="n">Repeated</th><th class="n">To itself</th><th class="n">End missing</th></tr></thead><tbody>${shown.map(
        ({ associationType, source, planned, duplicate, selfLink, missingEnd }) => markup`<tr><td>${ASSOCIATION_WORDS[associationType]}</td>${[source, planned, duplicate, selfLink, missingEnd].map(numberCell)}</tr>`,
      )}</tbody></table>`)}`;
}

function renderOwners({ plan: { owners }, ownerNames }: CountedPlan): Markup {
  const sorted = [...owners].sort((a, b) => Number(a.matched) - Number(b.matched) || b.openDeals - a.openDeals || b.contacts + b.companies - a.contacts - a.companies);
  return owners.length === 0
    ? markup``
    : markup`<h3>Owners</h3><p class="note">Records of owners whom the portal does not have keep the name in <code>source_owner</code>.${sorted.length > MOST_OWNERS ? ` The first ${MOST_OWNERS} of ${formatCount(sorted.length)}; all are in portage plan --json.` : ''}</p>${scrolled(markup`<table><thead><tr><th>Owner in the source</th><th>In the portal</th><th class="n">Contacts</th><th class="n">Companies</th><th class="n">Open deals</th><th class="n">Closed deals</th></tr></thead><tbody>${sorted.slice(0, MOST_OWNERS).map(
        ({ sourceOwner, matched, contacts, companies, openDeals, closedDeals }) => markup`<tr><td class="text">${ownerNames.get(sourceOwner) ?? ''}<small><code>${sourceOwner}</code></small></td><td>${matched ? 'yes' : markup`<strong>no</strong>`}</td>${[contacts, companies, openDeals, closedDeals].map(numberCell)}</tr>`,
      )}</tbody></table>`)}`;
}

function renderSchemaChanges(plan: PlanSummary): Markup {
  const schemaChanges = schemaChangesOf(plan);
  return schemaChanges.length === 0 ? markup`<h3>Schema</h3><p class="note">Nothing to create.</p>` : markup`<h3>Schema to create</h3><ul>${renderSchema(schemaChanges).map((line) => markup`<li>${line}</li>`)}</ul>`;
}
