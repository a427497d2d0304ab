/** The plan as one page that needs nothing else: no script, style, font or picture from elsewhere, and none of its data can act. */
import { createHash } from 'node:crypto';
import { callCalendar } from '../domain/call-calendar';
import type { Finding } from '../domain/finding';
import type { ObjectType } from '../domain/object-type';
import type { OnMatch } from '../domain/on-match';
import type { PlanSummary } from '../domain/plan-summary.schema';
import { PLANNED_ACTIONS } from '../domain/planned-record';
import { OBJECT_WORDS } from '../domain/words';
import { jsonMarkup, markup } from './markup';
import type { Markup } from './markup';
import type { ChangeCounts } from './plan-changes';
import { renderMapping, renderNoticed } from './plan-page-mapping';
import { numberCell, renderCards, renderCounts, scrolled } from './plan-page-counts';
import { PLAN_PAGE_SCRIPT } from './plan-page-script';
import { PLAN_PAGE_STYLE } from './plan-page-style';
import { ROWS_OF_A_KIND } from './plan-rows';
import type { PageRow } from './plan-rows';
import { blockersOf, callLines, cannotBeUndone, costsOf, decisionsOf, instantIn } from './plan-warnings';
import { SIDE_EFFECTS } from './render-plan';
import { callWords, cellWords, formatCount, leftOutWords, verdictWords } from './words';

export interface PlanPage {
  readonly migration: string;
  /** ISO-8601: when the portal was looked at. */
  readonly plannedAt: string;
  readonly plan: PlanSummary;
  readonly findings: readonly Finding[];
  readonly rows: readonly PageRow[];
  readonly changes: readonly ChangeCounts[];
  /** The rule for records that the portal holds already. */
  readonly onMatch: Readonly<Record<ObjectType, OnMatch>>;
  /** By the source's id of the owner; who has none is shown by id. */
  readonly ownerNames: ReadonlyMap<string, string>;
}

/** For the policy of the page: only this very text may run, or style. */
const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export function renderPlanPage(page: PlanPage): string {
  const { migration, plan } = page;
  const policy = `default-src 'none'; script-src ${hashOf(PLAN_PAGE_SCRIPT)}; style-src ${hashOf(PLAN_PAGE_STYLE)}; base-uri 'none'; form-action 'none'`;
  const document = markup`<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${`Plan of ${migration}`}</title>`;
  const noticed = renderNoticed(page.findings);
  const body = markup`${renderHeader(page)}
<nav aria-label="Contents"><ul>
<li><a href="#summary">Summary</a></li><li><a href="#before">Before the start</a></li>${noticed.text === '' ? markup`` : markup`<li><a href="#noticed">What was noticed</a></li>`}<li><a href="#counts">Counts</a></li><li><a href="#mapping">Mapping</a></li><li><a href="#records">Records</a></li><li><a href="#calls">Calls</a></li>
</ul></nav>
<main>
${renderCards(plan)}
${renderBefore(plan)}
${noticed}
${renderCounts(page)}
${renderMapping(page)}
${renderRecords(page)}
${renderCalls(plan)}
</main>
<footer><p>Made by Portage. This page holds personal data of the migration's records: keep it as you keep the export, and delete it when it is no longer needed.</p><p>Plan digest <code>${plan.digest}</code></p></footer>
<script type="application/json" id="words">${jsonMarkup(wordsOf(page))}</script>
<script type="application/json" id="rows">${jsonMarkup(page.rows)}</script>`;
  // Style and script are constants of ours and stand as they are: their hashes are in the policy.
  return `<!doctype html>\n<html lang="en">\n${document.text}\n<style>${PLAN_PAGE_STYLE}</style>\n</head>\n<body>\n${body.text}\n<script>${PLAN_PAGE_SCRIPT}</script>\n</body>\n</html>\n`;
}

function renderHeader({ migration, plannedAt, plan }: PlanPage): Markup {
  const { portal } = plan;
  const source = plan.records.reduce((sum, forecast) => sum + forecast.source, 0);
  return markup`<header>
<p class="kicker">Migration plan</p>
<h1>${migration}</h1>
<p class="lead">What will become of each of the ${formatCount(source)} records of the source, and of each of their values. Nothing has been written to HubSpot.</p>
<dl class="facts">
<div><dt>Portal</dt><dd>${portal.name === null ? portal.id : `${portal.name} (${portal.id})`}${portal.simulator ? ', simulated' : ''}</dd></div>
<div><dt>Account type</dt><dd>${portal.accountType}</dd></div>
<div><dt>Planned</dt><dd>${instantIn(plannedAt, plan.quota?.timeZone ?? 'UTC')}</dd></div>
<div><dt>Plan digest</dt><dd><code>${plan.digest}</code></dd></div>
</dl>
</header>`;
}

const listOf = (lines: readonly string[]): readonly Markup[] => lines.map((line) => markup`<li>${line}</li>`);

function renderBefore(plan: PlanSummary): Markup {
  const decisions = decisionsOf(plan);
  const isBlocked = blockersOf(plan).length > 0;
  const costs = costsOf(plan);
  return markup`<section id="before"><h2>Before the start</h2>
${decisions.length === 0 ? markup`<div class="panel fine"><p>Nothing is left to decide: this plan can be started as it is.</p></div>` : markup`<div class="panel"><h2>${isBlocked ? 'Cannot be started. To decide first' : 'To decide first'}</h2><ul>${listOf(decisions)}</ul></div>`}
${isBlocked ? markup`` : markup`<p>Start exactly this plan, with your migration file: <code>portage start migration.yaml --plan ${plan.digest}</code></p>`}
${costs.length === 0 ? markup`` : markup`<h3>What may cost money</h3><ul>${listOf(costs)}</ul>`}
<h3>Side effects that no API can switch off</h3><ul class="checklist">${listOf(SIDE_EFFECTS)}</ul>
<h3>What a rollback cannot bring back</h3><ul>${listOf(cannotBeUndone(plan))}</ul>
</section>`;
}

function renderCalls(plan: PlanSummary): Markup {
  const phases = Object.entries(plan.calls).filter(([, count]) => count > 0);
  const days = callCalendar(plan);
  return markup`<section id="calls"><h2>Calls to the portal</h2><ul>${listOf(callLines(plan))}</ul>
${phases.length === 0 ? markup`` : scrolled(markup`<table><thead><tr><th>For</th><th class="n">Calls, about</th></tr></thead><tbody>${phases.map(([phase, count]) => markup`<tr><td>${callWords(phase)}</td>${numberCell(count)}</tr>`)}</tbody></table>`)}
${days.length < 2 ? markup`` : markup`<h3>Day by day, if started on the first</h3>${scrolled(markup`<table><thead><tr><th>Day</th><th>For</th><th class="n">Calls</th></tr></thead><tbody>${days.map(({ day, phases: own, calls }) => markup`<tr><td>${day}</td><td class="text">${own.map(callWords).join(', ')}</td>${numberCell(calls)}</tr>`)}</tbody></table>`)}`}
</section>`;
}

const codesOf = ({ plan }: PlanPage): readonly string[] => [...new Set(plan.records.flatMap(({ cells }) => Object.keys(cells)))].sort();
const reasonsOf = ({ plan }: PlanPage): readonly string[] => [...new Set(plan.records.flatMap(({ leftOut }) => Object.keys(leftOut)))].sort();

const wordsOf = (page: PlanPage): unknown => ({
  types: OBJECT_WORDS,
  verdicts: Object.fromEntries(PLANNED_ACTIONS.map((action) => [action, verdictWords(action)])),
  reasons: Object.fromEntries(reasonsOf(page).map((reason) => [reason, leftOutWords(reason)])),
  cells: Object.fromEntries([...codesOf(page)].map((code) => [code, cellWords(code)])),
});

function renderRecords(page: PlanPage): Markup {
  const { plan, rows } = page;
  const all = plan.records.reduce((sum, { source }) => sum + source, 0);
  const options = (entries: readonly (readonly [string, string])[]): readonly Markup[] => entries.map(([value, words]) => markup`<option value="${value}">${words}</option>`);
  const refusals = rows.flatMap(({ code }) => (code === null ? [] : [code]));
  const codes = [...new Set([...codesOf(page), ...refusals])].sort();
  return markup`<section id="records"><h2>Records</h2>
<p class="note">${rows.length >= all ? `All ${formatCount(all)} records are on this page.` : `On this page are ${formatCount(rows.length)} of ${formatCount(all)} records: the first ${ROWS_OF_A_KIND} of each verdict, reason and code. All of them are in plan.csv.`} Long values are cut; values that are not written are in full in rejected-cells.csv.</p>
<noscript><p class="panel">This browser runs no scripts: the records are in plan.csv, beside this page.</p></noscript>
<form class="filters" id="filters" hidden>
<label>Object<select name="type"><option value="">All</option>${options(plan.records.map(({ objectType }) => [objectType, OBJECT_WORDS[objectType]] as const))}</select></label>
<label>Verdict<select name="verdict"><option value="">All</option>${options(PLANNED_ACTIONS.map((action) => [action, verdictWords(action)] as const))}</select></label>
<label>Reason<select name="reason"><option value="">All</option>${options(reasonsOf(page).map((reason) => [reason, leftOutWords(reason)] as const))}</select></label>
<label>Code<select name="code"><option value="">All</option>${options(codes.map((code) => [code, code] as const))}</select></label>
<label class="wide">Id or value<input name="text" type="search" placeholder="Part of an id or of a value"></label>
<button type="reset">Show all</button>
</form>
<p class="shown" id="shown" role="status"></p>
<div class="scroll" tabindex="0"><table><thead><tr><th class="open screen"></th><th>Object</th><th class="n">#</th><th>Source id</th><th>Verdict</th><th>Why</th><th class="n">Written</th><th class="n">Changed</th><th class="n">Not written</th></tr></thead><tbody id="record-rows"></tbody></table></div>
<button class="more" id="more" type="button" hidden>Show 100 more</button>
</section>`;
}
