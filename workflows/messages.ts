/** Signals and queries of the migration workflows; client and workflows share these objects. */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { Control, PauseReason, Phase, RunState, WorkKind, WorkType } from '../domain/phase';
import type { IdPair } from '../domain/id-map';
import type { ProblemsSeen } from '../domain/problem';

/** Stops launching batches until `resume`; those in flight end. */
export const pauseSignal = defineSignal('pause');
/** Lifts what a person can lift. A bare resume never approves a plan. */
export const resumeSignal = defineSignal<[ResumeInput?]>('resume');
/** Without `confirm` it pauses and leaves the dry run in the ledger; with the run's id it acts. */
export const rollbackSignal = defineSignal<[RollbackInput?]>('rollback');
/** Ends the rollback window: closes shards and the workflow. */
export const finalizeSignal = defineSignal('finalize');
/** Drives failed and skipped records once more: a round that the ledger knows, in the open state after the end. Asked for earlier, it waits for that. */
export const retrySignal = defineSignal<[RetryInput]>('retry');
/** Shares from 0 to 1. */
export const throttleSignal = defineSignal<[ThrottleInput]>('throttle');

/** Internal, downwards: children keep the highest version. */
export const controlSignal = defineSignal<[Control]>('control');
/** Internal, upwards: a child cannot go on. */
export const blockedSignal = defineSignal<[BlockedInput]>('blocked');
/** Internal, upwards: what was settled since the last one; at most one per 10 batches and 5 s. */
export const progressSignal = defineSignal<[ProgressInput]>('progress');
/** Internal, to a shard: close. */
export const closeShardSignal = defineSignal('closeShard');

export const statusQuery = defineQuery<StatusView>('status');
/** On partitions and shards. */
export const idMapQuery = defineQuery<readonly IdPair[]>('idMap');
/** On shards. */
export const idMapDigestQuery = defineQuery<string>('idMapDigest');
export const problemsQuery = defineQuery<readonly ProblemView[]>('problems');

export interface ResumeInput {
  readonly approve?: string;
  readonly acceptLeftOut?: number;
  /** Go on although more than a hundredth of the approved plan's records got another verdict by now. */
  readonly acceptDrift?: boolean;
}
export interface RollbackInput {
  readonly confirm?: string;
  readonly includeEdited?: boolean;
}
export interface RetryInput {
  readonly round: number;
}
export interface ThrottleInput {
  readonly rate?: number;
  readonly reserve?: number;
}
export interface BlockedInput {
  /** Workflow id of the child that waits. */
  readonly from: string;
  readonly kind: PauseReason['kind'];
  readonly until: string | null;
  readonly code: string | null;
  /** Control version under which it was blocked: an older block than the last resume is void. */
  readonly version: number;
}
export interface ProgressInput {
  readonly kind: WorkKind;
  readonly workType: WorkType;
  /** Batches done since the last message. */
  readonly batches: number;
  /** Counts since the last message, by outcome. */
  readonly counts: Readonly<Record<string, number>>;
}
export interface StatusView {
  readonly run: string;
  readonly phase: Phase;
  readonly state: RunState;
  readonly reasons: readonly PauseReason[];
  /** Settled and planned by type of record or association. */
  readonly progress: readonly { readonly workType: WorkType; readonly done: number; readonly total: number; readonly counts: Readonly<Record<string, number>> }[];
  /** Batches of all phases together, written, linked and read back. */
  readonly batches: { readonly done: number; readonly total: number };
  /** Batches a minute over the last minute of work; null while unknown. */
  readonly batchesPerMinute: number | null;
  /** Counts of what was read back, or undone, by outcome. */
  readonly verified: Readonly<Record<string, number>>;
  readonly undone: Readonly<Record<string, number>>;
  /** ISO-8601; null while unknown. */
  readonly expectedEnd: string | null;
  readonly planDigest: string | null;
  /** Records in doubt and refused, by ordinals, as the ledger had them when state or phase last changed. */
  readonly problems: ProblemsSeen | null;
}
export interface ProblemView {
  readonly code: string;
  readonly workType: WorkType | null;
  readonly count: number;
  /** The first of them, in source order, as the ledger had them when state or phase last changed. */
  readonly ordinals: readonly number[];
  /** ISO-8601: when the oldest in doubt was sent. */
  readonly since: string | null;
}

/** What `start` hands to the migration workflow; `plan` and `check` hand the same to the planning workflow. */
export interface MigrationInput {
  readonly run: string;
  readonly migrationId: string;
  readonly ledgerId: string;
  readonly epoch: number;
  /** `start --plan DIGEST`. */
  readonly expectedPlanDigest: string | null;
  /** `--yes` with `--accept-left-out N`: approve the plan that comes out if its left-out number is N. */
  readonly approve: { readonly acceptLeftOut: number } | null;
  /** `--accept-drift`: as in `resume`. */
  readonly acceptDrift?: boolean;
  readonly rate: number;
  readonly reserve: number;
  readonly rollbackWindowMs: number;
  /** How long the target's search may lag behind its writes. */
  readonly searchLagMs?: number;
  /** A rollback waits until the last send is this old; a simulator needs no wait. */
  readonly quietMs?: number;
  /** The migration file names a command that is told of pauses and of the end; which one is in the ledger. */
  readonly notify?: boolean;
  /** Test hook: continue-as-new at this many events as well. */
  readonly maxHistoryLength?: number;
}
export interface PlanningInput {
  readonly run: string;
  readonly ledgerId: string;
  /** `sample`: a look at the source's first rows and the portal's schema, for a mapping that is still to be made. */
  readonly stopAfter: 'sample' | 'preflight' | 'plan';
  /** The run whose failed and skipped records it is for. */
  readonly retryOf?: string;
}
/** Workflow ids of a run. */
export const workflowIds = {
  migration: (run: string) => `migration/${run}`,
  planning: (run: string) => `planning/${run}`,
  phase: (run: string, phase: string) => `migration/${run}/${phase}`,
  partition: (run: string, phase: string, partition: number) => `migration/${run}/${phase}/p${String(partition).padStart(4, '0')}`,
  shard: (run: string, objectType: string, partition: number) => `migration/${run}/map/${objectType}/${String(partition).padStart(4, '0')}`,
  rollback: (run: string) => `migration/${run}/rollback`,
};
/** Name of a phase's work in a round of retry. */
export const retryPhase = (round: number, phase: string): string => `retry-${round}-${phase}`;
/** Task queues of a ledger: a worker on another ledger can never take the work. */
export const taskQueues = {
  ledger: (ledgerId: string) => `portage-${ledgerId}`,
  portal: (ledgerId: string) => `portage-${ledgerId}-portal`,
};
