/** The mapping on the plan's page: what becomes of each column, and what is not moved. */
import type { Finding } from '../domain/finding';
import { OBJECT_TYPES } from '../domain/object-type';
import type { MappedProperty, PlanSummary } from '../domain/plan-summary.schema';
import { COLUMN_NOT_MAPPED, UNREAD_COLUMN, UNREAD_OBJECT } from '../domain/unread-source';
import { OBJECT_WORDS } from '../domain/words';
import { markup } from './markup';
import type { Markup } from './markup';
import { numberCell, scrolled } from './plan-page-counts';
import { formatCount, notMovedWords, ruleWords } from './words';

const isUnread = ({ code }: Finding): boolean => code === UNREAD_COLUMN || code === UNREAD_OBJECT || code === COLUMN_NOT_MAPPED;

const REQUIRED_WORDS: Readonly<Record<MappedProperty['required'], string>> = { yes: 'required', 'one-of': 'one of several', no: '' };

export function renderMapping({ plan, findings }: { readonly plan: PlanSummary; readonly findings: readonly Finding[] }): Markup {
  return markup`<section id="mapping"><h2>Mapping</h2>
<p class="note">Where each value comes from. The fill rate is the share of rows that have a value; of several columns, that of the best filled one.</p>
${scrolled(markup`<table><thead><tr><th>Source column</th><th>Property</th><th>Type</th><th>Rule</th><th>Required</th><th class="n">Filled</th><th>Fill rate</th></tr></thead>${OBJECT_TYPES.flatMap((objectType) => {
    const rows = plan.mapping.filter((mapped) => mapped.objectType === objectType);
    const sources = [...new Set(rows.map(({ sourceObject }) => sourceObject))];
    return sources.map((sourceObject) => markup`<tbody><tr><th colspan="7" scope="rowgroup">${sourceObject} → ${OBJECT_WORDS[objectType]}</th></tr>${rows.filter((mapped) => mapped.sourceObject === sourceObject).map(renderProperty)}</tbody>`);
  })}</table>`)}
${renderNotMoved(findings)}
</section>`;
}

/** What a person should read before the start: all that was found but the columns that stay, which stand with the mapping. */
export function renderNoticed(findings: readonly Finding[]): Markup {
  const told = findings.filter((finding) => !isUnread(finding));
  return told.length === 0 ? markup`` : markup`<section id="noticed"><h2>What was noticed</h2>${scrolled(findingsTable(told))}</section>`;
}

function renderProperty({ columns, property, label, type, rule, by, required, filled, rows }: MappedProperty): Markup {
  const name = label ?? 'made by the migration';
  const percent = rows === 0 ? 0 : (100 * filled) / rows;
  const rate = percent > 0 && percent < 1 ? '< 1%' : `${Math.floor(percent)}%`;
  return markup`<tr><td class="text">${columns.length === 0 ? '—' : columns.join(' + ')}</td><td class="text"><code>${property}</code>${name === property ? markup`` : markup`<small>${name}</small>`}</td><td>${type}</td><td class="rule">${ruleWords(rule)}${by === 'file' ? markup`<small>your migration file</small>` : markup``}</td><td>${REQUIRED_WORDS[required]}</td>${numberCell(filled)}<td class="n"><svg class="rate" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="filled" x="0" y="0" width="${percent.toFixed(2)}" height="4"></rect></svg><span class="percent">${rate}</span></td></tr>`;
}

function renderNotMoved(findings: readonly Finding[]): Markup {
  const unread = findings.filter(isUnread);
  return unread.length === 0
    ? markup`<h3>Not moved</h3><p class="note">Nothing: every filled column is read by a rule.</p>`
    : markup`<h3>Not moved</h3><p class="note">These stay in the source. To move a column, name it in the migration file; a file of an object that this version does not move cannot be named there.</p>${scrolled(markup`<table><thead><tr><th>Column or file</th><th>Why</th><th class="n">Filled rows</th></tr></thead><tbody>${[...unread].sort((a, b) => b.count - a.count).map(({ place, code, count }) => markup`<tr><td class="text">${place}</td><td>${notMovedWords(code)}</td><td class="n">${formatCount(count)}</td></tr>`)}</tbody></table>`)}`;
}

function findingsTable(findings: readonly Finding[]): Markup {
  const rank = { error: 0, warning: 1, info: 2 } as const;
  const rows = [...findings].sort((a, b) => rank[a.severity] - rank[b.severity]).map(
    ({ severity, place, message, remedy, count }) => markup`<tr><td>${severity}</td><td class="text">${place}</td><td class="text wide">${message}${remedy === '' ? markup`` : markup`<small>${remedy}</small>`}</td><td class="n">${formatCount(count)}</td></tr>`,
  );
  return markup`<table class="stacked"><thead><tr><th></th><th>Where</th><th>What</th><th class="n">Count</th></tr></thead><tbody>${rows}</tbody></table>`;
}
