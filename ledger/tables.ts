/** Rows as the database keeps them: times as ISO-8601 text or epoch milliseconds, truth as 0 and 1, structures as JSON text. */
import type { Difference, SchemaIntent, StagedRecord, UndoState } from './ledger';
import type { RetriedFrom, RetryRow, RetrySelection } from './retry-store';
import type { Finding } from '../domain/finding';
import type { PairOrigin } from '../domain/id-map';
import type { AssociationType, ObjectType } from '../domain/object-type';
import type { CallKind, Lane } from '../domain/pace';
import type { Phase, RunState, WorkType } from '../domain/phase';
import type { LeftOutReason, PlannedAction, PlannedAssociationVerdict } from '../domain/planned-record';

export interface Tables {
  ledger_facts: { name: string; value: string };
  runs: {
    run: string;
    migration_id: string;
    kind: 'planning' | 'migration';
    number: number;
    definition: string;
    definition_digest: string;
    staging_id: string;
    state: RunState;
    phase: Phase;
    reasons: string;
    portal_id: string | null;
    created_at: string;
    ended_at: string | null;
    epoch: number;
    /** Rounds of retry that were planned so far. */
    round: number;
  };
  portal_claims: { run: string; portal_id: string; object_type: ObjectType; key_property: string; held: 0 | 1 };
  findings: { run: string; position: number; code: string; severity: Finding['severity']; place: string; message: string; remedy: string; count: number; exit_code: number | null };
  stagings: { staging_id: string; inspection: string; source_digest: string };
  staged_objects: { staging_id: string; source_object: string; cursor: string | null; done: number; next_ordinal: number; usable: number; filled: string };
  staged_records: {
    staging_id: string;
    source_object: string;
    ordinal: number;
    source_id: string | null;
    file_index: number;
    line: number;
    state: StagedRecord['state'];
    cell_values: string;
  };
  snapshots: { staging_id: string; snapshot: string; digest: string };
  plans: { staging_id: string; digest: string; summary: string; saved_at: string };
  planned_records: {
    staging_id: string;
    object_type: ObjectType;
    ordinal: number;
    source_object: string;
    source_id: string | null;
    action: PlannedAction;
    reason: LeftOutReason | null;
    reason_code: string | null;
    fold_into: string | null;
    target_id: string | null;
    properties: string;
    before_values: string;
    identity_email: string | null;
    identity_domain: string | null;
    identity_name: string | null;
    cells: string;
    batch: number | null;
  };
  /** Of each record that matching, or what the portal asks of new records, changed: what it was before. Its action was `fold` where it folds into another, else `create`. */
  unmatched_records: { staging_id: string; object_type: ObjectType; ordinal: number; properties: string; identity_email: string | null; identity_domain: string | null; reason_code: string | null; fold_into: string | null; cells: string };
  /** Records to which the portal, as it was at the start, gives another verdict than the plan. */
  verdict_changes: { run: string; object_type: ObjectType; ordinal: number; source_id: string | null; planned: string; found: string };
  /** The schema that the plan stands on, by object type. */
  schema_fingerprints: { staging_id: string; object_type: ObjectType; digest: string; basis: string };
  /** The schema of a portal as it was read last, shared by all workers. */
  portal_schemas: { portal_id: string; object_type: ObjectType; read_ms: number; schema_read: string };
  /** `--only`: which source records alone are moved, by line of the list. */
  only_ids: { run: string; line: number; source_id: string };
  planned_associations: {
    staging_id: string;
    association_type: AssociationType;
    ordinal: number;
    from_source_id: string;
    to_source_id: string;
    verdict: PlannedAssociationVerdict;
    is_primary: number;
    stated_by: string;
    /** JSON: what its labels are called. */
    labels: string;
    batch: number | null;
  };
  planned_partitions: { staging_id: string; work_type: WorkType; partition: number; first_batch: number; batch_counts: string; round: number };
  /** Counts of the finished plan by action or verdict, so that a tally counts no rows. */
  planned_counts: { staging_id: string; work_type: WorkType; word: string; count: number };
  /** What became of a planned record or association in one run. No row: not sent yet, attempt 0. */
  writes: {
    run: string;
    work_type: WorkType;
    ordinal: number;
    batch: number;
    /** Stays as it was when an outcome is written: that tells whether a settled record had been in doubt. */
    state: 'unsent' | 'sent';
    attempt: number;
    sent_at: string | null;
    outcome: string | null;
    target_id: string | null;
    refusal_code: string | null;
    refusal: string | null;
    /** Records: JSON of property to value. Associations: kinds, `CATEGORY:id` joined by `;`. */
    pre_image: string | null;
    post_image: string | null;
    settled_at: string | null;
    undo: UndoState | null;
    undo_code: string | null;
    undo_at: string | null;
  };
  retries: { run: string; round: number; planning: string; which: RetrySelection['which']; reason: string | null; state: RetryRow['state']; definition: string; asked_at: string; ended_at: string | null };
  /** What had become of a record or association before it was taken into a round. */
  retried_writes: { run: string; round: number; work_type: WorkType; ordinal: number; was: RetriedFrom; code: string | null; refusal: string | null; attempt: number; settled_at: string | null };
  /** Changed in the transactions that change `writes`; word: an outcome, or `in-doubt`. */
  batch_tallies: { run: string; work_type: WorkType; batch: number; word: string; count: number };
  id_map: { run: string; object_type: ObjectType; source_id: string; target_id: string; origin: PairOrigin; batch: number };
  /** What the workflows knew of the id map when the ledger was lost. */
  id_map_witnesses: { run: string; object_type: ObjectType; source_id: string; target_id: string; origin: PairOrigin };
  id_map_shards: { run: string; object_type: ObjectType; partition: number; workflow_id: string; digest: string; pair_count: number };
  schema_intents: { run: string; position: number; kind: SchemaIntent['kind']; object_type: ObjectType; name: string; state: SchemaIntent['state']; definition: string; association_kind: string | null };
  calls: { run: string; phase: Phase; kind: CallKind; count: number; too_many: number; failed: number; duration_ms: number };
  phases: { run: string; phase: Phase; started_at: string; ended_at: string | null };
  verified_batches: { run: string; work_type: WorkType; batch: number; records_compared: number; cells_compared: number; associations_compared: number; differences: number };
  differences: {
    run: string;
    work_type: WorkType;
    batch: number;
    position: number;
    kind: Difference['kind'];
    object_type: WorkType;
    ordinal: number | null;
    source_id: string | null;
    target_id: string | null;
    property: string | null;
    cause: string;
    expected: string | null;
    found: string | null;
  };
  notices: { run: string; notice: string; told_at: string };
  run_errors: { run: string; type: string; code: string; place: string; message: string; at: string; count: number };
  reports: { run: string; report: string; saved_at: string };
  pace_portals: {
    portal_id: string;
    rate: number;
    daily_limit: number | null;
    daily_remaining: number | null;
    learned_ms: number | null;
    halved_until_ms: number;
    /** When the pace was last changed, and when before that. */
    last_seen_ms: number;
    seen_before_ms: number;
  };
  pace_lanes: { portal_id: string; lane: Lane; window_ms: number | null; window_limit: number | null; next_free_ms: number; closed_until_ms: number };
  pace_permits: { portal_id: string; permit: string; expires_ms: number };
}
