import type { FactStore, Ledger, PaceStore, PlanStore, RunStore, StagingStore, WritingStore } from '../ledger/ledger';
import type { RetryStore } from '../ledger/retry-store';

/**
 * The ledger as activities are given it: they ask it, and for whatever they change they must say as whom (`fenced`). The only commit of a run's own is that by which it takes
 * its portal again before it undoes.
 */
export interface UnfencedLedger extends Pick<Ledger, 'identity' | 'fenced'> {
  readonly runs: Pick<RunStore, 'find' | 'readFindings' | 'reclaimPortal'>;
  readonly staging: Pick<StagingStore, 'readInspection'>;
  readonly plans: Pick<PlanStore, 'read' | 'readSnapshot' | 'readPartitions' | 'countRecords'>;
  readonly writing: Pick<WritingStore, 'readPartitionPairs' | 'readShards'>;
  readonly facts: Pick<FactStore, 'tallies' | 'readCalls' | 'readPhases' | 'readVerification' | 'matchedSince' | 'inDoubt' | 'refused' | 'readRefusals' | 'refusalsByCode' | 'problemCounts' | 'readKept' | 'hasNotice'>;
  readonly retries: Pick<RetryStore, 'read' | 'settledBefore' | 'tallies'>;
  pace(portalId: string): Pick<PaceStore, 'read'>;
}

/** What compares no epoch: that a person was told, which stays true in the next one. */
export interface UnfencedWrites {
  readonly runs: Pick<RunStore, 'addFindings'>;
  readonly facts: Pick<FactStore, 'keepNotice'>;
}
