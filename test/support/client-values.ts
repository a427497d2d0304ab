/** Valid wholes of what the command line shows; a test names only what matters to it. */
import type { MigrationStatus } from '../../client/migration-status';
import type { PauseReason } from '../../domain/phase';
import type { PlanSummary } from '../../domain/plan-summary.schema';
import { planSummarySchema } from '../../domain/plan-summary.schema';
import type { AssociationTally, RecordTally } from '../../domain/record-outcome';
import { EMPTY_ASSOCIATION_TALLY, EMPTY_RECORD_TALLY } from '../../domain/record-outcome';
import type { Report } from '../../domain/report.schema';

export function aStatus(change: Partial<MigrationStatus> = {}): MigrationStatus {
  return {
    migration: 'acme-2026',
    run: 'acme-2026.1',
    state: 'running',
    phase: 'contacts',
    reasons: [],
    portalId: '4711',
    startedAt: '2026-11-22T05:00:00.000Z',
    endedAt: null,
    objects: {},
    associations: {},
    calls: { made: 0, forecast: null },
    quota: { dailyLimit: null, dailyRemaining: null },
    planDigest: null,
    lastError: null,
    inDoubt: [],
    ...change,
  };
}

export function aReason(change: Partial<PauseReason> = {}): PauseReason {
  return { kind: 'operator', since: '2026-11-22T05:00:00.000Z', until: null, code: null, remedy: 'Go on with `portage resume`.', ...change };
}

/** `source` is the sum of the parts. */
export function aRecordTally(parts: Partial<Omit<RecordTally, 'source'>>): RecordTally {
  return { ...EMPTY_RECORD_TALLY, ...parts, source: Object.values(parts).reduce((sum, count) => sum + count, 0) };
}

/** `source` and `planned` are the sums of the parts. */
export function anAssociationTally(parts: Partial<Omit<AssociationTally, 'source' | 'planned'>>): AssociationTally {
  const { duplicate = 0, selfLink = 0, missingEnd = 0, ...planned } = parts;
  const plannedCount = Object.values(planned).reduce((sum, count) => sum + count, 0);
  return { ...EMPTY_ASSOCIATION_TALLY, ...parts, planned: plannedCount, source: plannedCount + duplicate + selfLink + missingEnd };
}

export function aReport(change: Partial<Report> = {}): Report {
  return {
    migration: 'acme-2026',
    run: 'acme-2026.1',
    state: 'verified',
    objects: {},
    associations: {},
    verify: { recordsCompared: 0, cellsCompared: 0, associationsCompared: 0, differences: 0, causes: {} },
    matchedSince: {},
    verdictsChanged: [],
    calls: { total: 0, tooManyRequests: 0, byKind: {}, forecast: null },
    quota: { dailyLimit: null, dailyRemaining: null, reserve: 0.25 },
    durations: {},
    reasons: { leftOut: {}, refused: {}, cells: {} },
    groups: [],
    retries: [],
    inDoubt: [],
    refused: [],
    notMoved: [],
    ...change,
  };
}

/** As the ledger gives it back: it has been through its schema. */
export function aPlan(change: Partial<PlanSummary> = {}): PlanSummary {
  return planSummarySchema.parse({
    digest: '3f9c',
    parts: { source: 'a', mapping: 'b', portal: 'c', version: 'd' },
    portal: { id: '4711', name: 'Acme', accountType: 'STANDARD', simulator: false },
    records: [],
    associations: [],
    schemaChanges: [],
    schema: { keyProperty: 'salesforce_id', groups: [], properties: [], pipelines: [], options: [], labels: [] },
    leftOutToAccept: 0,
    undecided: 0,
    calls: {},
    ...change,
  });
}
