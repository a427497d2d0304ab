import fc from 'fast-check';
import { assembleReport } from '../../domain/report';
import type { ReportFacts } from '../../domain/report';
import { reportSchema } from '../../domain/report.schema';
import { EMPTY_ASSOCIATION_TALLY, EMPTY_RECORD_TALLY } from '../../domain/record-outcome';
import type { RecordTally } from '../../domain/record-outcome';

const facts = (change: Partial<ReportFacts> = {}): ReportFacts => ({
  migration: 'acme', run: 'acme.1', rolledBack: 'no',
  records: { contacts: { ...EMPTY_RECORD_TALLY, source: 3, created: 2, folded: 1 } },
  associations: { 'deals-contacts': { ...EMPTY_ASSOCIATION_TALLY, source: 4, duplicate: 1, planned: 3, added: 3 } },
  verification: { recordsCompared: 2, cellsCompared: 8, associationsCompared: 3, differences: 0, causes: {} },
  matchedSince: {},
  verdictsChanged: [],
  calls: [{ kind: 'create', count: 2, tooMany: 0 }, { kind: 'read', count: 3, tooMany: 1 }, { kind: 'create', count: 1, tooMany: 0 }],
  forecastCalls: 6,
  quota: { dailyLimit: 100, dailyRemaining: 90, reserve: 0.25 },
  phases: [{ phase: 'contacts', startedMs: 1_000, endedMs: 3_000 }, { phase: 'report', startedMs: 8_000, endedMs: null }],
  startedMs: 0, nowMs: 9_000,
  leftOut: [{ 'malformed-row': 1 }, { 'malformed-row': 2, filter: 1 }],
  cells: [{ 'invalid-email': 1 }],
  refusals: [],
  problems: [],
  retries: [],
  inDoubt: [],
  refused: [],
  findings: [
    { code: 'unread-column', severity: 'info', place: 'Contact.Fax', message: '', remedy: '', count: 7 },
    { code: 'owner-unmatched', severity: 'warning', place: 'OwnerId 005', message: '', remedy: '', count: 2 },
    { code: 'unread-object', severity: 'info', place: 'Lead.csv', message: '', remedy: '', count: 9 },
  ],
  kept: null,
  unreadFiles: [{ name: 'Lead.csv', object: 'Lead', rowCount: 9 }, { name: 'notes.csv', object: null, rowCount: 4 }],
  ...change,
});

describe('assembleReport', () => {
  it('adds calls up by kind, counts an open phase up to now, and names what was not moved once', () => {
    const report = assembleReport(facts());

    expect(reportSchema.parse(report)).toEqual(report);
    expect(report.calls).toEqual({ total: 6, tooManyRequests: 1, byKind: { create: 3, read: 3 }, forecast: 6 });
    expect(report.durations).toEqual({ contacts: 2_000, report: 1_000, total: 9_000 });
    expect(report.reasons).toEqual({ leftOut: { 'malformed-row': 3, filter: 1 }, refused: {}, cells: { 'invalid-email': 1 } });
    expect(report.notMoved).toEqual([{ place: 'Contact.Fax', count: 7, why: 'unread-column' }, { place: 'Lead.csv', count: 9, why: 'unread-object' }, { place: 'notes.csv', count: 4, why: 'unknown-file' }]);
  });

  const refusedOne = { contacts: { ...EMPTY_RECORD_TALLY, source: 3, created: 2, refused: 1 } };
  const oneDifference = { recordsCompared: 2, cellsCompared: 8, associationsCompared: 0, differences: 1, causes: { unknown: 1 } };
  it.each([
    { what: 'everything as planned', change: {}, state: 'verified' },
    { what: 'a refused record', change: { records: refusedOne }, state: 'finished-with-refusals' },
    { what: 'a refused record and a difference', change: { records: refusedOne, verification: oneDifference }, state: 'differs' },
    { what: 'a rollback, whatever came before', change: { rolledBack: 'yes' as const, verification: oneDifference }, state: 'rolled-back' },
  ])('calls $what $state', ({ change, state }) => {
    expect(assembleReport(facts(change)).state).toBe(state);
  });

  it('signs nothing that does not add up', () => {
    const part = fc.nat(1_000);
    fc.assert(
      fc.property(fc.record({ created: part, updated: part, unchanged: part, folded: part, leftOut: part, refused: part, inDoubt: part }), fc.integer({ min: -3, max: 3 }), (parts, lost) => {
        const source = Object.values(parts).reduce((sum, count) => sum + count, 0) + lost;
        const tally: RecordTally = { ...parts, source: Math.max(0, source), pending: 0 };
        const attempt = (): unknown => assembleReport(facts({ records: { deals: tally } }));
        if (tally.source === source - lost) {
          expect(attempt).not.toThrow();
        } else {
          expect(attempt).toThrow(expect.objectContaining({ type: 'InvariantError' }) as Error);
        }
      }),
    );
  });
});
