/**
 * The durable memory as the other rooms see it. One implementation on Kysely (open-ledger.ts) serves SQLite and, later, Postgres.
 * Every method is one transaction and safe to repeat. All times are ISO-8601 strings or epoch milliseconds as named.
 */
import type { KindText } from '../domain/association-kind';
import type { Finding } from '../domain/finding';
import type { IdPair, PairOrigin } from '../domain/id-map';
import type { AssociationType, ObjectType } from '../domain/object-type';
import type { Pace } from '../domain/pace';
import type { PauseReason, Phase, RunState, WorkType } from '../domain/phase';
import type { BatchKind, PartitionManifest, PlannedAssociation, PlannedFate, PlannedRecord } from '../domain/planned-record';
import type { MigrationDefinition } from '../domain/migration-definition.schema';
import type { PlanSummary } from '../domain/plan-summary.schema';
import type { InDoubt, NamedRefusal, Refused } from '../domain/problem';
import type { OnlyId } from '../domain/only-ids';
import type { PortalSchema } from '../domain/portal-snapshot.schema';
import type { ProblemCount } from '../domain/problem-group';
import type { PortalSnapshot } from '../domain/portal-snapshot.schema';
import type { SchemaBasis } from '../domain/schema-basis.schema';
import type { DifferingVerdict, VerdictChange } from '../domain/verdict-changes';
import type { AssociationTallies, RecordTallies, Refusal } from '../domain/record-outcome';
import type { Report } from '../domain/report.schema';
import type { SchemaChange, SchemaKind, SchemaName, SchemaThingState } from '../domain/schema-state';
import type { RejectedRow, SourceInspection, SourceObject, SourceRecord } from '../domain/source-inspection';
import type { RetryStore } from './retry-store';

export interface LedgerStores {
  readonly runs: RunStore;
  readonly staging: StagingStore;
  readonly plans: PlanStore;
  readonly writing: WritingStore;
  readonly linking: LinkingStore;
  readonly schema: SchemaStore;
  readonly facts: FactStore;
  readonly recovery: RecoveryStore;
  readonly drift: DriftStore;
  readonly retries: RetryStore;
}

/**
 * For one writer: each commit compares the run's epoch in its own transaction. Who was suspended in the middle of an activity while the run was recovered can no longer
 * mark, settle or record anything. @throws IdentityError `other-epoch` from the commit
 */
export interface FencedLedger extends LedgerStores {
  pace(portalId: string): Pick<PaceStore, 'setRate'>;
}

/** For whoever is in no epoch, as a person's command: its commits compare none. */
export interface Ledger extends LedgerStores {
  /** `epoch`: what a run gets that is opened now. */
  identity(): Promise<{ readonly ledgerId: string; readonly epoch: number }>;
  /** Costs next to nothing: one for each activity. */
  fenced(writer: { readonly run: string; readonly epoch: number }): FencedLedger;
  /** The pace of one portal, shared with every other worker on this ledger. */
  pace(portalId: string): PaceStore;
  close(): Promise<void>;
}

// ---------------------------------------------------------------- runs

export interface RunRow {
  readonly run: string;
  readonly migrationId: string;
  readonly kind: 'planning' | 'migration';
  readonly definition: MigrationDefinition;
  readonly definitionDigest: string;
  /** Where staged rows and plan of this run are kept. */
  readonly stagingId: string;
  readonly state: RunState;
  readonly phase: Phase;
  readonly reasons: readonly PauseReason[];
  readonly portalId: string | null;
  readonly createdAt: string;
  readonly endedAt: string | null;
  /** Raised each time the run is recovered: what was begun under an older one writes no more. */
  readonly epoch: number;
  /** Rounds of retry that were planned so far: with each the plan changed. */
  readonly round: number;
}

/** What a run writes, so that no other does. */
export interface PortalClaim {
  readonly portalId: string;
  readonly keyProperty: string;
  readonly objectTypes: readonly ObjectType[];
}

export interface RunStore {
  /**
   * Opens `<migration id>.<n>` (kind migration) or `plan:<migration id>.<n>` (kind planning); n counts up by kind. A migration has one run at a time that is not over:
   * of two that ask at one moment one gets it. @throws PlanError `run-stands`
   */
  open(input: { readonly migrationId: string; readonly kind: 'planning' | 'migration'; readonly definition: MigrationDefinition; readonly definitionDigest: string; readonly now: string }): Promise<RunRow>;
  find(run: string): Promise<RunRow | null>;
  /** Newest first. */
  list(migrationId?: string): Promise<readonly RunRow[]>;
  update(run: string, change: { readonly state?: RunState; readonly phase?: Phase; readonly reasons?: readonly PauseReason[]; readonly portalId?: string; readonly endedAt?: string }): Promise<void>;
  /**
   * Takes these object types of a portal under this key for the run, all or none, in one transaction: of two that ask at one moment one gets them. A run that had them
   * and is done, only open for rollback, gives them up. Repeatable. Null: the run has them; else the run that is writing or undoing there, paused or not.
   */
  claimPortal(run: string, claim: PortalClaim): Promise<string | null>;
  /** As `claimPortal`, for all that the run claimed before: it may have been given up since. */
  reclaimPortal(run: string): Promise<string | null>;
  /** Who would refuse such a claim now, under whatever key. Takes nothing. */
  findOtherWriter(run: string, portalId: string, objectTypes: readonly ObjectType[]): Promise<string | null>;
  addFindings(run: string, findings: readonly Finding[]): Promise<void>;
  readFindings(run: string): Promise<readonly Finding[]>;
}

// ---------------------------------------------------------------- staging

export interface StagedRecord {
  readonly sourceObject: string;
  readonly ordinal: number;
  readonly sourceId: string | null;
  readonly fileIndex: number;
  readonly line: number;
  /** `ok`, or why the row cannot be used. */
  readonly state: 'ok' | 'repeated-id' | RejectedRow['code'];
  readonly values: Readonly<Record<string, string | null>>;
}

export interface StagingStore {
  begin(stagingId: string, inspection: SourceInspection): Promise<void>;
  readInspection(stagingId: string): Promise<SourceInspection | null>;
  /** Where reading goes on; `done` when the object has been read to its end. */
  readCursor(stagingId: string, sourceObject: string): Promise<{ readonly cursor: string | null; readonly done: boolean; readonly nextOrdinal: number }>;
  /**
   * Appends one page if `from` still is the object's cursor (else nothing happens), gives ordinals, marks a repeated id (the first row wins), counts filled cells by column.
   */
  appendPage(stagingId: string, object: SourceObject, page: { readonly from: string | null; readonly records: readonly SourceRecord[]; readonly rejected: readonly RejectedRow[]; readonly cursor: string | null }): Promise<void>;
  readPage(stagingId: string, sourceObject: string, afterOrdinal: number, limit: number): Promise<readonly StagedRecord[]>;
  /** Rows of an object that cannot be used, in source order, from the first. */
  readUnusable(stagingId: string, sourceObject: string, limit: number): Promise<readonly Pick<StagedRecord, 'fileIndex' | 'line' | 'state'>[]>;
  /** Usable rows by id, at most 1,000 ids. */
  findRecords(stagingId: string, sourceObject: string, sourceIds: readonly string[]): Promise<readonly StagedRecord[]>;
  countRows(stagingId: string): Promise<Readonly<Record<string, { readonly rows: number; readonly usable: number; readonly filled: Readonly<Record<string, number>> }>>>;
}

// ---------------------------------------------------------------- plans

/** Members share an identity; sorted by ordinal. */
export interface IdentityGroup {
  readonly value: string;
  readonly members: readonly PlannedRecord[];
}

export interface PlanStore {
  saveSnapshot(stagingId: string, snapshot: PortalSnapshot, digest: string): Promise<void>;
  readSnapshot(stagingId: string): Promise<{ readonly snapshot: PortalSnapshot; readonly digest: string } | null>;
  /** Forgets planned records, associations and batches of this staging, so that planning may begin anew. */
  clear(stagingId: string): Promise<void>;
  /** Writes or replaces by (object type, ordinal). */
  writeRecords(stagingId: string, records: readonly PlannedRecord[]): Promise<void>;
  readRecords(stagingId: string, objectType: ObjectType, afterOrdinal: number, limit: number): Promise<readonly PlannedRecord[]>;
  /** Those that fold, page by page as `readRecords`. */
  readFolds(stagingId: string, objectType: ObjectType, afterOrdinal: number, limit: number): Promise<readonly PlannedRecord[]>;
  /** At most 1,000 ids. */
  findRecords(stagingId: string, objectType: ObjectType, sourceIds: readonly string[]): Promise<readonly PlannedRecord[]>;
  /** The same without their values; at most 1,000 ids. */
  findFates(stagingId: string, objectType: ObjectType, sourceIds: readonly string[]): Promise<readonly PlannedFate[]>;
  /** Groups of two or more records that would be written and share an identity, by value, after `afterValue`. */
  readIdentityGroups(stagingId: string, objectType: ObjectType, identity: 'email' | 'domain', afterValue: string, limit: number): Promise<readonly IdentityGroup[]>;
  /**
   * Gives ordinals by arrival; a repeated pair of the same type becomes `duplicate` by the unique index, whatever its verdict said.
   * If a repeated pair is primary, the kept one is. Not safe to repeat: the source may truly state a pair twice, so a plan that starts over calls `clear` first.
   */
  writeAssociations(stagingId: string, associations: readonly Omit<PlannedAssociation, 'ordinal'>[]): Promise<void>;
  /** Numbers batches of 100 records (creates, then updates, then unchanged; a fold goes with its survivor) and of association sources, 100 batches a partition. */
  assignBatches(stagingId: string): Promise<void>;
  /** In order; empty for a type of which nothing is written. */
  readPartitions(stagingId: string, workType: WorkType): Promise<readonly PartitionManifest[]>;
  /** `leftOut` by reason; `cells`: notes of every verdict by code. */
  countRecords(stagingId: string, objectType: ObjectType): Promise<{ readonly byAction: Readonly<Record<string, number>>; readonly leftOut: Readonly<Record<string, number>>; readonly cells: Readonly<Record<string, number>> }>;
  /** Records that are made with an e-mail address. */
  countNewWithEmail(stagingId: string, objectType: ObjectType): Promise<number>;
  /** Those that the source states and the plan does not make, in order. */
  readUnmadeAssociations(stagingId: string, associationType: AssociationType, afterOrdinal: number, limit: number): Promise<readonly PlannedAssociation[]>;
  countAssociations(stagingId: string, associationType: AssociationType): Promise<Readonly<Record<string, number>>>;
  save(stagingId: string, summary: PlanSummary): Promise<void>;
  read(stagingId: string): Promise<PlanSummary | null>;
  /** The newest staging whose plan has this digest, one of a planning rather than of a start; not `except`. */
  findByDigest(digest: string, except?: string): Promise<string | null>;
}

// ---------------------------------------------------------------- writing records

export type WriteState = 'unsent' | 'sent' | 'settled';

/** One record of a batch, by ordinal, with all that the protocol needs to know of it. */
export interface BatchRecord {
  readonly ordinal: number;
  readonly sourceId: string;
  /** Source ids folded into this record: they share its pair. */
  readonly foldedSourceIds: readonly string[];
  readonly kind: BatchKind;
  readonly targetId: string | null;
  readonly properties: Readonly<Record<string, string>>;
  readonly state: WriteState;
  /** Counts sends; the compare-and-set value of every change of state. */
  readonly attempt: number;
  readonly outcome: RecordSettlement | null;
  readonly preImage: Readonly<Record<string, string | null>> | null;
}

export interface RecordSettlement {
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'refused';
  readonly targetId: string | null;
  readonly refusal: Refusal | null;
  /** What the portal answered for the properties that we wrote. */
  readonly postImage: Readonly<Record<string, string | null>> | null;
}

export interface WritingStore {
  readBatch(run: string, objectType: ObjectType, batch: number): Promise<readonly BatchRecord[]>;
  /** Keeps what stood there before; where a property already holds what we planned, the older kept value stays. */
  keepPreImages(run: string, objectType: ObjectType, images: readonly { readonly ordinal: number; readonly targetId: string; readonly values: Readonly<Record<string, string | null>> }[]): Promise<void>;
  /** unsent → sent where the attempt still is `attempt`; returns the ordinals that were taken, each with its attempt raised by one. */
  markSent(run: string, objectType: ObjectType, records: readonly { readonly ordinal: number; readonly attempt: number }[], now: string): Promise<readonly number[]>;
  /** sent → unsent, for a call that certainly was not carried out, or a record that certainly is not there. */
  clearSent(run: string, objectType: ObjectType, records: readonly { readonly ordinal: number; readonly attempt: number }[]): Promise<void>;
  /**
   * Writes outcomes, once each (a second settlement is ignored), and the pairs of the id map, folded source ids included, in one transaction. With `attempt` only while the
   * record still is at that attempt: another one that took it over will tell what became of it. Returns the ordinals that have an outcome now, this one or an older.
   */
  settle(run: string, objectType: ObjectType, settlements: readonly (RecordSettlement & { readonly ordinal: number; readonly attempt?: number })[], now: string): Promise<readonly number[]>;
  /** Pairs of a batch, whoever landed them. */
  readPairs(run: string, objectType: ObjectType, batch: number): Promise<readonly IdPair[]>;
  /** Pairs of a range of batches, for comparing with a sealed shard. */
  readPartitionPairs(run: string, objectType: ObjectType, firstBatch: number, batchCount: number): Promise<readonly IdPair[]>;
  /** At most 2,000 source ids. */
  findPairs(run: string, objectType: ObjectType, sourceIds: readonly string[]): Promise<readonly IdPair[]>;
  /** Which source record stands behind these target ids. */
  findByTargetIds(run: string, objectType: ObjectType, targetIds: readonly string[]): Promise<readonly IdPair[]>;
  recordShard(run: string, objectType: ObjectType, partition: number, workflowId: string, digest: string, pairCount: number): Promise<void>;
  readShards(run: string): Promise<readonly { readonly objectType: ObjectType; readonly partition: number; readonly workflowId: string; readonly digest: string; readonly pairCount: number }[]>;

  // rollback of records, by the same batches
  readUndo(run: string, objectType: ObjectType, batch: number): Promise<readonly UndoRecord[]>;
  /** Returns the ordinals that were changed: an undo that ended stays as it ended. */
  settleUndo(run: string, objectType: ObjectType, settlements: readonly { readonly ordinal: number; readonly state: UndoState; readonly code: string | null }[], now: string): Promise<readonly number[]>;
}

export type UndoState = 'pending' | 'sent' | 'restored' | 'archived' | 'kept' | 'gone' | 'failed';
/** A record that this run created or updated, as rollback sees it; one that was already right was never written. */
export interface UndoRecord {
  readonly ordinal: number;
  readonly sourceId: string;
  readonly targetId: string;
  readonly origin: PairOrigin;
  readonly properties: Readonly<Record<string, string>>;
  readonly preImage: Readonly<Record<string, string | null>> | null;
  readonly postImage: Readonly<Record<string, string | null>> | null;
  readonly undo: UndoState;
}

// ---------------------------------------------------------------- associations

export type LinkOutcome = 'added' | 'already-there' | 'refused' | 'end-not-written';

export interface BatchAssociation {
  readonly ordinal: number;
  readonly fromSourceId: string;
  readonly toSourceId: string;
  readonly primary: boolean;
  /** Types of its labels that are known to the run: all of them once the schema is made. */
  readonly labels: readonly KindText[];
  /** Null where that end was not written by this run. */
  readonly fromTargetId: string | null;
  readonly toTargetId: string | null;
  readonly fromOrigin: PairOrigin | null;
  readonly state: WriteState;
  readonly attempt: number;
  readonly outcome: LinkOutcome | null;
  /** Types the pair had before we wrote, `CATEGORY:id` joined by `;`; empty = none; null = not read yet. */
  readonly preKinds: string | null;
}

export interface LinkingStore {
  readBatch(run: string, associationType: AssociationType, batch: number): Promise<readonly BatchAssociation[]>;
  /** Until a pair is sent for the first time the newest read counts; from then on what was kept stays. Returns what is kept now. */
  keepPreKinds(run: string, associationType: AssociationType, kinds: readonly { readonly ordinal: number; readonly preKinds: string }[]): Promise<readonly { readonly ordinal: number; readonly preKinds: string }[]>;
  markSent(run: string, associationType: AssociationType, links: readonly { readonly ordinal: number; readonly attempt: number }[], now: string): Promise<readonly number[]>;
  clearSent(run: string, associationType: AssociationType, links: readonly { readonly ordinal: number; readonly attempt: number }[]): Promise<void>;
  settle(run: string, associationType: AssociationType, settlements: readonly { readonly ordinal: number; readonly outcome: LinkOutcome; readonly refusal: Refusal | null }[], now: string): Promise<number>;
  readUndo(run: string, associationType: AssociationType, batch: number): Promise<readonly (BatchAssociation & { readonly undo: UndoState })[]>;
  /** Returns the ordinals that were changed: an undo that ended stays as it ended. */
  settleUndo(run: string, associationType: AssociationType, settlements: readonly { readonly ordinal: number; readonly state: UndoState; readonly code: string | null }[], now: string): Promise<readonly number[]>;
}

// ---------------------------------------------------------------- recovery

/** What is known of a run whose ledger was lost. */
export interface LostRun {
  readonly run: string;
  readonly migrationId: string;
  readonly definition: MigrationDefinition;
  readonly definitionDigest: string;
  readonly portalId: string;
  /** The epoch of the world that ended. */
  readonly epoch: number;
  readonly createdAt: string;
}

export interface RecoveryStore {
  /** A new epoch for a run, higher than any in this ledger. From its commit on nothing of the older world is written. Repeated, it raises once more, which costs nothing. */
  raiseEpoch(run: string): Promise<number>;
  /** Takes a run into this ledger under its old name, in an epoch above the one it had. A run that is there already keeps its row and gets a new epoch. */
  adopt(lost: LostRun): Promise<RunRow>;
  /** Keeps pairs that the workflows knew; the first that is told of a source id stays. */
  saveWitnesses(run: string, objectType: ObjectType, pairs: readonly IdPair[]): Promise<void>;
  /** At most 2,000 source ids. */
  findWitnesses(run: string, objectType: ObjectType, sourceIds: readonly string[]): Promise<readonly IdPair[]>;
  countWitnesses(run: string): Promise<Readonly<Record<string, number>>>;
}

// ---------------------------------------------------------------- drift

export interface DriftStore {
  /** Keeps what these records were before they were matched; the first that is told of a record stays. A plan that is cleared forgets them. */
  keepUnmatched(stagingId: string, records: readonly PlannedRecord[]): Promise<void>;
  /** Copies the staged rows of another staging over whatever was staged here, row by row the same. */
  copyStaged(fromStagingId: string, toStagingId: string): Promise<void>;
  /** Copies the planned records of another staging as they were before they were matched. Begins with `plans.clear`. */
  copyUnmatched(fromStagingId: string, toStagingId: string): Promise<void>;
  /** Copies the planned associations of another staging, over none. */
  copyAssociations(fromStagingId: string, toStagingId: string): Promise<void>;
  /** Records whose action, reason or match is another in two plans of the same source, by type and source order. */
  differingVerdicts(plannedStagingId: string, foundStagingId: string): Promise<readonly DifferingVerdict[]>;
  /** Replaces what was told of the run before. */
  saveVerdictChanges(run: string, changes: readonly VerdictChange[]): Promise<void>;
  /** By type and source order. */
  readVerdictChanges(run: string): Promise<readonly VerdictChange[]>;
  saveSchemaBasis(stagingId: string, basis: SchemaBasis, digest: string): Promise<void>;
  readSchemaBasis(stagingId: string, objectType: ObjectType): Promise<{ readonly basis: SchemaBasis; readonly digest: string } | null>;
  rememberSchema(portalId: string, schema: PortalSchema, readMs: number): Promise<void>;
  /** Null where nobody has read it yet. */
  recallSchema(portalId: string, objectType: ObjectType): Promise<{ readonly schema: PortalSchema; readonly readMs: number } | null>;
  /** Replaces the list of the run. */
  saveOnly(run: string, ids: readonly OnlyId[]): Promise<void>;
  /** By line; null where everything is moved. */
  readOnly(run: string): Promise<readonly OnlyId[] | null>;
}

// ---------------------------------------------------------------- schema

export interface SchemaIntent {
  readonly kind: SchemaKind;
  readonly objectType: ObjectType;
  /** That of an option is `property:value`. */
  readonly name: string;
  readonly state: SchemaThingState;
  /** Of a label: its type in the portal, once that is known. */
  readonly associationKind: KindText | null;
  readonly definition: unknown;
}

export interface SchemaStore {
  /** Adds what it does not know yet. Returns all intents of the object type, in the order in which they were intended. */
  intend(run: string, objectType: ObjectType, things: readonly (SchemaName & { readonly definition: unknown })[]): Promise<readonly SchemaIntent[]>;
  /** By compare-and-set on the state. Returns those that were changed. */
  settle(run: string, objectType: ObjectType, changes: readonly SchemaChange[]): Promise<readonly SchemaName[]>;
  /** In the order in which they were intended. */
  read(run: string): Promise<readonly SchemaIntent[]>;
}

// ---------------------------------------------------------------- facts: tallies, calls, differences, report

export interface Difference {
  readonly kind: 'record-missing' | 'value' | 'association-missing' | 'label-missing' | 'unexpected-record' | 'not-compared';
  readonly objectType: WorkType;
  readonly ordinal: number | null;
  readonly sourceId: string | null;
  readonly targetId: string | null;
  readonly property: string | null;
  /** Why, as far as it can be told: `edited-since`, `changed-by-portal`, `overwritten`, `merged-since`, `removed-since`, `label-removed-since`, `deleted-since`, `in-doubt`, `unknown`. */
  readonly cause: string;
  /** Values stay in the ledger. */
  readonly expected: string | null;
  readonly found: string | null;
}

/** A record that a rollback left as it is, or could not undo whole. */
export interface KeptRecord {
  readonly objectType: ObjectType;
  readonly sourceId: string | null;
  readonly targetId: string;
  readonly why: string;
}

export interface FactStore {
  tallies(run: string): Promise<{ readonly records: RecordTallies; readonly associations: AssociationTallies }>;
  /** Settled since the start by phase, for rate and forecast. */
  readCalls(run: string): Promise<readonly { readonly phase: string; readonly kind: string; readonly count: number; readonly tooMany: number }[]>;
  phaseStarted(run: string, phase: Phase, now: string): Promise<void>;
  phaseEnded(run: string, phase: Phase, now: string): Promise<void>;
  readPhases(run: string): Promise<readonly { readonly phase: Phase; readonly startedAt: string; readonly endedAt: string | null }[]>;
  /** Replaces what an earlier attempt of the same verify batch recorded. */
  recordVerification(run: string, workType: WorkType, batch: number, result: { readonly recordsCompared: number; readonly cellsCompared: number; readonly associationsCompared: number; readonly differences: readonly Difference[] }): Promise<void>;
  readVerification(run: string): Promise<{ readonly recordsCompared: number; readonly cellsCompared: number; readonly associationsCompared: number; readonly differences: number; readonly causes: Readonly<Record<string, number>> }>;
  /** Records that were to be created and turned out to stand in the portal by then, by object type. */
  matchedSince(run: string): Promise<Readonly<Partial<Record<ObjectType, number>>>>;
  readDifferences(run: string, limit: number): Promise<readonly Difference[]>;
  /** Sent without an answer, by type; of each type the first `limit` ordinals. */
  inDoubt(run: string, limit: number): Promise<readonly InDoubt[]>;
  refused(run: string, limit: number): Promise<readonly Refused[]>;
  /** The first `limit` refusals by type and source order, with the portal's words. */
  readRefusals(run: string, limit: number): Promise<readonly NamedRefusal[]>;
  refusalsByCode(run: string): Promise<readonly { readonly objectType: string; readonly code: string; readonly count: number }[]>;
  /** Failed and skipped records by cause. */
  problemCounts(run: string): Promise<readonly ProblemCount[]>;
  undoTally(run: string): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>>;
  /** Records that a rollback left as they are, or could not undo whole: all of them counted by reason, and the first `limit` by type and source order. */
  readKept(run: string, limit: number): Promise<{ readonly reasons: Readonly<Record<string, number>>; readonly records: readonly KeptRecord[] }>;
  recordError(run: string, error: { readonly type: string; readonly code: string; readonly message: string; readonly place: string; readonly at: string }): Promise<void>;
  lastError(run: string): Promise<{ readonly type: string; readonly code: string; readonly message: string; readonly at: string } | null>;
  /** Was a person's own command told of this? */
  hasNotice(run: string, key: string): Promise<boolean>;
  keepNotice(run: string, key: string, now: string): Promise<void>;
  saveReport(run: string, report: Report): Promise<void>;
  readReport(run: string): Promise<Report | null>;
  /** Complete to the last settled batch. */
  streamIdMap(run: string, objectType: ObjectType): AsyncIterable<readonly IdPair[]>;
}

export interface PaceStore extends Pace {
  /** Share of the learned limit to use, 0..1. */
  setRate(rate: number): Promise<void>;
  read(): Promise<{ readonly dailyLimit: number | null; readonly dailyRemaining: number | null; readonly learnedAt: string | null; readonly windowLimit: number | null }>;
}
