import { createHash } from 'node:crypto';
import { renderPlanPage } from '../../client/plan-page';
import type { PlanPage } from '../../client/plan-page';
import { createPageRows, MOST_ROWS, ROWS_OF_A_KIND } from '../../client/plan-rows';
import type { PageRow } from '../../client/plan-rows';
import { aPlan } from '../support/client-values';
import { aPlanned } from '../ledger/support';

const HOSTILE = `</script><script>alert(1)</script><!--"' onload="alert(2)&\u2028`;

const aRow = (change: Partial<PageRow> = {}): PageRow => ({ type: 'contacts', ordinal: 0, from: 'Contact', id: 's0', verdict: 'create', reason: null, code: null, foldInto: null, matched: null, values: [], notes: [], ...change });
const forecast = (source: number, change: Partial<ReturnType<typeof aPlan>['records'][number]> = {}) => ({ objectType: 'contacts' as const, source, create: source, update: 0, unchanged: 0, fold: 0, leftOut: {}, cells: {}, partitions: [], ...change });
const aPage = (change: Partial<PlanPage> = {}): PlanPage => ({ migration: 'acme-2026', plannedAt: '2026-11-22T05:00:00.000Z', plan: aPlan(), findings: [], rows: [], changes: [], onMatch: { companies: 'fill-blanks', contacts: 'overwrite', deals: 'leave' }, ownerNames: new Map(), ...change });

const scripts = (html: string): readonly string[] => [...html.matchAll(/<script(?:\s[^>]*)?>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text);
const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

describe('renderPlanPage', () => {
  it('runs nothing but its own script, shows nothing from elsewhere and sends nothing anywhere', () => {
    const html = renderPlanPage(aPage());

    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    const [style = ''] = /(?<=<style>)[\s\S]*?(?=<\/style>)/.exec(html) ?? [];
    expect(policy.replaceAll('&#39;', "'")).toBe(`default-src 'none'; script-src '${hashOf(scripts(html).at(-1) ?? '')}'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`);
    expect(html).not.toMatch(/\ssrc=|https?:|url\(|@import|style="/);
  });

  it('lets no value of the source, the portal or the migration file become markup', () => {
    const plan = aPlan({
      portal: { id: '1', name: HOSTILE, accountType: HOSTILE, simulator: false },
      records: [forecast(1, { leftOut: { [HOSTILE]: 1 }, cells: { [HOSTILE]: 1 } })],
      schemaChanges: [{ kind: 'property', objectType: 'contacts', name: HOSTILE, label: HOSTILE }],
      mapping: [{ objectType: 'contacts', sourceObject: HOSTILE, columns: [HOSTILE], property: HOSTILE, label: HOSTILE, type: HOSTILE, rule: HOSTILE, by: 'file', required: 'no', filled: 1, rows: 1 }],
      owners: [{ sourceOwner: HOSTILE, matched: false, contacts: 1, companies: 1, openDeals: 1, closedDeals: 1 }],
    });
    const findings = [{ code: 'unread-column', severity: 'info' as const, place: HOSTILE, message: HOSTILE, remedy: HOSTILE, count: 1 }, { code: 'x', severity: 'warning' as const, place: HOSTILE, message: HOSTILE, remedy: HOSTILE, count: 1 }];

    const html = renderPlanPage(aPage({ plan, findings, migration: HOSTILE, rows: [aRow({ id: HOSTILE, reason: HOSTILE, code: HOSTILE, values: [[HOSTILE, HOSTILE, HOSTILE]] })], changes: [{ objectType: 'contacts', property: HOSTILE, filled: 1, overwritten: 0, kept: 0 }], ownerNames: new Map([[HOSTILE, HOSTILE]]) }));

    expect(html).not.toContain('alert(1)</script>');
    expect(html).not.toContain('onload="alert');
    expect(scripts(html)).toHaveLength(3);
    expect(JSON.parse(scripts(html)[1] ?? '')).toEqual([aRow({ id: HOSTILE, reason: HOSTILE, code: HOSTILE, values: [[HOSTILE, HOSTILE, HOSTILE]] })]);
  });

  it('says how many of the records it shows, and where the others are', () => {
    const plan = aPlan({ records: [forecast(150_000)] });

    expect(renderPlanPage(aPage({ plan, rows: [aRow()] }))).toContain(`On this page are 1 of 150,000 records: the first ${ROWS_OF_A_KIND} of each verdict, reason and code. All of them are in plan.csv.`);
    expect(renderPlanPage(aPage({ plan: aPlan({ records: [forecast(1)] }), rows: [aRow()] }))).toContain('All 1 records are on this page.');
  });

  it('shows what keeps the plan from being started, and says so where nothing does', () => {
    expect(renderPlanPage(aPage({ plan: aPlan({ undecided: 3, leftOutToAccept: 7 }) }))).toMatch(/To decide first[\s\S]*3 to decide[\s\S]*--accept-left-out 7/);
    expect(renderPlanPage(aPage())).toMatch(/Nothing is left to decide[\s\S]*portage start migration\.yaml --plan/);
    expect(renderPlanPage(aPage({ plan: aPlan({ openDealsToAccept: 3 }) }))).toMatch(/Cannot be started/);
    expect(renderPlanPage(aPage({ plan: aPlan({ openDealsToAccept: 3 }) }))).not.toContain('portage start');
  });

  it('names the rule for records that the portal holds, with what it does to each property', () => {
    const html = renderPlanPage(aPage({ changes: [{ objectType: 'contacts', property: 'phone', filled: 1_200, overwritten: 30, kept: 0 }] }));

    expect(html).toMatch(/<code>onMatch<\/code>: contacts overwrite\..*<code>phone<\/code>.*1,200.*30/s);
  });

  it('shows source column, property, type, rule, requirement and fill rate of the mapping', () => {
    const mapped = { objectType: 'contacts' as const, sourceObject: 'Contact', columns: ['FirstName', 'MiddleName'], property: 'firstname', label: 'First name', type: 'string', rule: 'joined', by: 'preset' as const, required: 'one-of' as const, filled: 1, rows: 1_000 };

    const html = renderPlanPage(aPage({ plan: aPlan({ mapping: [mapped, { ...mapped, property: 'city', filled: 500 }] }) }));

    expect(html).toMatch(/FirstName \+ MiddleName.*<code>firstname<\/code><small>First name<\/small>.*string.*columns joined by a blank.*one of several.*&lt; 1%/);
    expect(html).toMatch(/<code>city<\/code>.*>500<.*50%/);
  });
});

describe('createPageRows', () => {
  const cell = (code: string) => ({ column: 'Phone', property: 'phone', verdict: 'dropped' as const, code, rawValue: 'x' });

  it('takes every record of a plan that fits', () => {
    const rows = createPageRows({ records: [forecast(300)] });

    Array.from({ length: 300 }, (_, ordinal) => aPlanned(ordinal)).forEach((record) => rows.add(record, {}));

    expect(rows.rows).toHaveLength(300);
  });

  it('takes of a large plan the first of each kind, so that the rare ones are among them, and never more than a page holds', () => {
    const rows = createPageRows({ records: [forecast(150_000)] });

    for (let ordinal = 0; ordinal < 20_000; ordinal += 1) {
      rows.add(aPlanned(ordinal, ordinal % 1_000 === 999 ? { cells: [cell('too-long')] } : ordinal === 15_000 ? { action: 'left-out', reason: 'repeated-id' } : {}), {});
    }
    expect(rows.rows.map(({ verdict }) => verdict).filter((verdict) => verdict === 'left-out')).toHaveLength(1);
    expect(rows.rows.filter(({ notes }) => notes.length > 0)).toHaveLength(20);
    expect(rows.rows).toHaveLength(ROWS_OF_A_KIND + 20 + 1);

    for (let ordinal = 0; ordinal < 20_000; ordinal += 1) {
      rows.add(aPlanned(ordinal, { cells: [cell(`code-${ordinal % 1_000}`)] }), {});
    }
    expect(rows.rows).toHaveLength(MOST_ROWS);
  });

  it('cuts long values, and shows beside a value that is not written the one that stands instead', () => {
    const rows = createPageRows({ records: [forecast(3)] });
    const kept = { column: 'phone', property: 'phone', verdict: 'dropped' as const, code: 'kept-in-portal', rawValue: '2' };

    rows.add(aPlanned(0, { action: 'update', targetId: '9', properties: { city: 'x'.repeat(1_000) }, before: { phone: '1', city: ' ' }, cells: [kept] }), {});
    rows.add(aPlanned(1, { action: 'fold', foldInto: 's0', cells: [cell('fold-conflict')] }), { phone: '1' });

    expect(rows.rows[0]).toMatchObject({ matched: '9', values: [['city', null, `${'x'.repeat(160)}…`]], notes: [['phone', 'phone', 'dropped', 'kept-in-portal', '2', '1']] });
    rows.add(aPlanned(2, { properties: { city: `${'x'.repeat(159)}😀 and more` } }), {});
    expect(rows.rows[2]?.values).toEqual([['city', null, `${'x'.repeat(159)}…`]]);
    expect(rows.rows[1]?.notes).toEqual([['Phone', 'phone', 'dropped', 'fold-conflict', 'x', '1']]);
  });
});
