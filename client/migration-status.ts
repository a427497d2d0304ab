import type { InDoubt } from '../domain/problem';
import type { AssociationTallies, RecordTallies } from '../domain/record-outcome';
import type { PauseReason, Phase, RunState } from '../domain/phase';
import type { Ledger, RunRow } from '../ledger/ledger';

/** Where a run stands, read from the ledger alone: it needs neither Temporal nor a worker. Times are ISO-8601. */
export interface MigrationStatus {
  readonly migration: string;
  readonly run: string;
  readonly state: RunState;
  readonly phase: Phase;
  readonly reasons: readonly PauseReason[];
  readonly portalId: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly objects: RecordTallies;
  readonly associations: AssociationTallies;
  readonly calls: { readonly made: number; readonly forecast: number | null };
  readonly quota: { readonly dailyLimit: number | null; readonly dailyRemaining: number | null };
  readonly planDigest: string | null;
  readonly lastError: { readonly type: string; readonly code: string; readonly at: string } | null;
  /** By type, with the first ordinals and the oldest. */
  readonly inDoubt: readonly InDoubt[];
}

/** Of each type. All of them stand in the report. */
const IN_DOUBT_SHOWN = 20;

/** A run in one of these is over for whoever follows it. */
export const ENDED_STATES: ReadonlySet<RunState> = new Set<RunState>(['verified', 'differs', 'finished-with-refusals', 'rolled-back', 'finalized', 'not-started']);

export async function readStatus(ledger: Ledger, row: RunRow): Promise<MigrationStatus> {
  const [tallies, calls, summary, lastError, inDoubt] = await Promise.all([
    ledger.facts.tallies(row.run),
    ledger.facts.readCalls(row.run),
    ledger.plans.read(row.stagingId),
    ledger.facts.lastError(row.run),
    ledger.facts.inDoubt(row.run, IN_DOUBT_SHOWN),
  ]);
  const pace = row.portalId === null ? null : await ledger.pace(row.portalId).read();
  return {
    migration: row.migrationId,
    run: row.run,
    state: row.state,
    phase: row.phase,
    reasons: row.reasons,
    portalId: row.portalId,
    startedAt: row.createdAt,
    endedAt: row.endedAt,
    objects: tallies.records,
    associations: tallies.associations,
    calls: {
      made: calls.reduce((sum, { count }) => sum + count, 0),
      forecast: summary === null ? null : Object.values(summary.calls).reduce((sum, count) => sum + count, 0),
    },
    quota: { dailyLimit: pace?.dailyLimit ?? null, dailyRemaining: pace?.dailyRemaining ?? null },
    planDigest: summary?.digest ?? null,
    lastError: lastError === null ? null : { type: lastError.type, code: lastError.code, at: lastError.at },
    inDoubt,
  };
}
