/**
 * The contract between workflows and activities: every activity, its input and answer. Each is implemented by a factory in the file of its name.
 * All are safe to repeat. Answers hold ids, counts and codes only, because they stay in Temporal's history.
 */
import type { IdPair } from '../domain/id-map';
import type { AssociationType, ObjectType } from '../domain/object-type';
import type { PauseReason, Phase, RunState, WorkType } from '../domain/phase';
import type { PlanFacts } from '../domain/plan-facts';
import type { PartitionManifest } from '../domain/planned-record';
import type { ProblemsSeen } from '../domain/problem';

/** Says whose work it is. An activity that finds another portal, ledger or epoch throws IdentityError. */
export interface RunIdentity {
  readonly run: string;
  readonly ledgerId: string;
  readonly epoch: number;
  readonly portalId: string;
}

export interface BatchInput extends RunIdentity {
  readonly batch: number;
  /** What the plan put into this batch (records or associations); another number in the ledger is an IdentityError. */
  readonly count: number;
  /** Share of the day's quota that stays for other apps, 0..1. */
  readonly reserve: number;
}

/** Runs that began before it was asked for do not send it: then nothing is reserved. */
export interface ReserveOfLater {
  /** Share of the day's quota that stays for other apps, 0..1. */
  readonly reserve?: number;
}

export interface RecordBatchTally {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly refused: number;
}
export interface AssociationBatchTally {
  readonly added: number;
  readonly alreadyThere: number;
  readonly refused: number;
  readonly endNotWritten: number;
}
export interface VerificationTally {
  readonly recordsCompared: number;
  readonly cellsCompared: number;
  readonly associationsCompared: number;
  readonly differences: number;
}
/** Counts by undo state: restored, archived, kept, gone, failed. */
export type UndoTally = Readonly<Record<string, number>>;

/** Which findings of the preflight are told: all of them; those that keep the run from going on; none, where only the portal's schema is wanted. */
export type PreflightTold = 'everything' | 'mistakes' | 'nothing';

/** On the task queue of the portal: everything that calls it. */
export interface PortalActivities {
  /** Token, portal, scopes, schema, pipelines, owners, limits → snapshot and findings in the ledger (mistakes alone, unless `tell` says otherwise). Throws PlanError where there is a mistake, AuthorizationError, IdentityError (another portal), TransientError (unreachable). */
  inspectPortal(input: { readonly run: string; readonly tell?: PreflightTold }): Promise<{ readonly portalId: string }>;
  /**
   * Maps, folds, matches, numbers batches; writes the plan to the ledger.
   * `recovered`: the run has written already, and its ledger was lost: what it made itself is planned as it was, and source and mapping must be the lost plan's.
   * `retryOf`: a dry run for records of that run that failed or were skipped. What it has landed is matched with nothing, and what it made is known as its own.
   */
  planMigration(input: { readonly run: string; readonly retryOf?: string; readonly recovered?: { readonly expected: { readonly source: string; readonly mapping: string } | null } }): Promise<PlanFacts>;
  /** Of a run that adopted a plan: matches its records again with the portal as it is now, and says in `recordDrift` how many verdicts changed. */
  rematchRecords(input: { readonly run: string; readonly expectedDigest: string }): Promise<PlanFacts>;
  /** Does the schema of a type still hold what the plan writes? Throws PlanError with a code such as `option-gone contacts.industry` when it does not. At most one reading a minute. */
  compareSchema(input: RunIdentity & { readonly objectType: ObjectType; readonly reserve: number }): Promise<void>;
  /** Groups, properties (migration key first) and pipelines of the plan. */
  applySchema(input: RunIdentity & ReserveOfLater): Promise<{ readonly created: number; readonly existed: number }>;
  /** Writes one batch exactly once (domain/batch-protocol.ts). Throws RateLimitedError, QuotaExhaustedError, AuthorizationError, TransientError while a record is in doubt. */
  writeRecords(input: BatchInput & { readonly objectType: ObjectType }): Promise<{ readonly pairs: readonly IdPair[]; readonly tally: RecordBatchTally }>;
  /** Of a run whose ledger was lost: looks up every record of a partition, settles what is there, and compares with what the workflows knew. `differing`: told differently by both, for no reason that can be seen. */
  recoverRecords(input: RunIdentity & { readonly objectType: ObjectType; readonly manifest: PartitionManifest; readonly reserve: number }): Promise<{ readonly found: number; readonly differing: number }>;
  writeAssociations(input: BatchInput & { readonly associationType: AssociationType }): Promise<{ readonly tally: AssociationBatchTally }>;
  verifyRecords(input: BatchInput & { readonly objectType: ObjectType }): Promise<VerificationTally>;
  verifyAssociations(input: BatchInput & { readonly associationType: AssociationType }): Promise<VerificationTally>;
  /** What appeared since the start without our stamp, and records of our stamp that the ledger does not know. */
  findUnexpected(input: RunIdentity & { readonly objectType: ObjectType; readonly reserve: number }): Promise<{ readonly unexpected: number }>;
  undoAssociations(input: BatchInput & { readonly associationType: AssociationType; readonly includeEdited: boolean }): Promise<UndoTally>;
  undoRecords(input: BatchInput & { readonly objectType: ObjectType; readonly includeEdited: boolean }): Promise<UndoTally>;
  /** Settles every record of the type that is still sent without an answer, and archives what appeared under the run's keys meanwhile; repeats until a pass finds nothing. */
  sweepUndone(input: RunIdentity & { readonly objectType: ObjectType; readonly reserve: number }): Promise<{ readonly archived: number }>;
  undoSchema(input: RunIdentity & ReserveOfLater): Promise<UndoTally>;
  /** One cheap call: does the portal answer, is the token accepted, how much is left today? Throws like every other call. */
  probePortal(input: RunIdentity & { readonly reserve: number }): Promise<{ readonly dailyRemaining: number | null }>;
}

/** On the task queue of the ledger: everything else. */
export interface LedgerActivities {
  /** Looks at the source files; findings to the ledger. Throws PlanError with the exit code when one of them is an error. */
  inspectSource(input: { readonly run: string }): Promise<{ readonly fileCount: number }>;
  /** Looks at the first rows of each object: how values are written and which type takes them, to the ledger. */
  sampleSource(input: { readonly run: string }): Promise<{ readonly columnCount: number }>;
  /** For a start that names a plan: throws PlanError `drift-<part>` when source, mapping, portal or version are not the plan's any more, `plan-unknown` without one. Else takes over what was staged for it. */
  adoptPlan(input: { readonly run: string; readonly expectedDigest: string }): Promise<void>;
  /** Streams the source into the ledger; resumes from the ledger's cursor. */
  stageSource(input: { readonly run: string }): Promise<{ readonly rows: number }>;
  /** State, phase and reasons to wait as `status` shows them without Temporal. Tells which records the ledger has as in doubt and as refused, by ordinals. */
  recordState(input: { readonly run: string; readonly state: RunState; readonly phase: Phase; readonly reasons: readonly PauseReason[]; readonly rate: number; readonly epoch?: number }): Promise<ProblemsSeen>;
  /** Digest of the ledger's pairs of a sealed partition; throws InvariantError when it is not `digest`, else records the shard. */
  compareShard(input: RunIdentity & { readonly objectType: ObjectType; readonly partition: number; readonly firstBatch: number; readonly batchCount: number; readonly workflowId: string; readonly digest: string; readonly pairCount: number }): Promise<void>;
  /** Seals a finished partition anew from the ledger, after the workflow that held its pairs was lost. Throws InvariantError when another shard stands in its place. */
  recoverShard(input: RunIdentity & { readonly objectType: ObjectType; readonly partition: number; readonly firstBatch: number; readonly batchCount: number; readonly workflowId: string }): Promise<{ readonly pairCount: number }>;
  /** Compares all sealed shards of a type with the ledger. Throws InvariantError `sealed-map-differs`. */
  compareShards(input: RunIdentity & { readonly objectType: ObjectType }): Promise<{ readonly compared: number }>;
  /** Asks an open shard for its digest; null when there is no such workflow. */
  readShardDigest(input: { readonly workflowId: string }): Promise<{ readonly digest: string | null }>;
  /**
   * Takes the failed and skipped records of a round into batches of their own, by the verdicts of its dry run; the rest is not touched. A round that was taken already
   * stays as it is. `written`: outcomes by type so far, without those of the round's batches, which tell theirs when they are done.
   */
  planRetry(input: RunIdentity & { readonly round: number }): Promise<{ readonly facts: PlanFacts; readonly written: Readonly<Partial<Record<WorkType, Readonly<Record<string, number>>>>> }>;
  /** Marks a round of retry as over. */
  endRetry(input: RunIdentity & { readonly round: number }): Promise<void>;
  /** Signals every shard of the run, by the ledger's list, to close. */
  closeShards(input: { readonly run: string }): Promise<{ readonly closed: number }>;
  /**
   * Runs the command that the migration file names under `notify`, once for each key as far as a dying worker lets it, with ids, states, reasons and counts. Whatever it
   * does, the answer is no error.
   */
  notify(input: {
    readonly run: string;
    readonly key: string;
    readonly event: 'waits' | 'ended';
    readonly state: RunState;
    readonly reasons: readonly Pick<PauseReason, 'kind' | 'code' | 'since' | 'until'>[];
  }): Promise<{ readonly told: boolean }>;
  /** Writes report.json to the ledger and tells how the run ended. */
  assembleReport(input: RunIdentity & { readonly rolledBack: boolean }): Promise<{ readonly state: RunState; readonly refused: number; readonly differences: number }>;
}

export type MigrationActivities = PortalActivities & LedgerActivities;
