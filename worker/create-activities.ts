/** Every activity with what it works on. */
import { createAdoptPlan } from '../activities/adopt-plan';
import { createApplySchema } from '../activities/apply-schema';
import { createAssembleReport } from '../activities/assemble-report';
import { createCloseShards } from '../activities/close-shards';
import { createCompareShard } from '../activities/compare-shard';
import { createCompareShards } from '../activities/compare-shards';
import { createCompareSchema } from '../activities/compare-schema';
import { createFindUnexpected } from '../activities/find-unexpected';
import { createInspectPortal } from '../activities/inspect-portal';
import { createInspectSource } from '../activities/inspect-source';
import type { LedgerActivities, PortalActivities } from '../activities/migration-activities';
import { createNotify } from '../activities/notify';
import type { TellCommand } from '../activities/notify';
import { createPlanMigration } from '../activities/plan-migration';
import { createPlanRetry } from '../activities/plan-retry';
import { createProbePortal } from '../activities/probe-portal';
import type { Shards } from '../activities/read-shard-digest';
import { createReadShardDigest } from '../activities/read-shard-digest';
import { createRecordState } from '../activities/record-state';
import { createRecoverRecords } from '../activities/recover-records';
import { createRecoverShard } from '../activities/recover-shard';
import { createSampleSource } from '../activities/sample-source';
import { createRematchRecords } from '../activities/rematch-records';
import { createStageSource } from '../activities/stage-source';
import { createSweepUndone } from '../activities/sweep-undone';
import { createUndoAssociations } from '../activities/undo-associations';
import { createUndoRecords } from '../activities/undo-records';
import { createUndoSchema } from '../activities/undo-schema';
import type { UnfencedLedger, UnfencedWrites } from '../activities/unfenced-ledger';
import { createVerifyAssociations } from '../activities/verify-associations';
import { createVerifyRecords } from '../activities/verify-records';
import { createWriteAssociations } from '../activities/write-associations';
import { createWriteRecords } from '../activities/write-records';
import type { SourceConnector, TargetConnector } from '../connectors/connector';
import type { MigrationDefinition } from '../domain/migration-definition.schema';

export interface ActivityCollaborators {
  readonly ledger: UnfencedLedger & UnfencedWrites;
  readonly target: TargetConnector;
  readonly openSource: (definition: MigrationDefinition) => SourceConnector;
  readonly shards: Shards;
  readonly tellCommand: TellCommand;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Portage's own. */
  readonly version: string;
}

/** For the queue of the portal. */
export function createPortalActivities(collaborators: ActivityCollaborators): PortalActivities {
  return {
    ...createInspectPortal(collaborators),
    ...createPlanMigration(collaborators),
    ...createRematchRecords(collaborators),
    ...createCompareSchema(collaborators),
    ...createApplySchema(collaborators),
    ...createWriteRecords(collaborators),
    ...createRecoverRecords(collaborators),
    ...createWriteAssociations(collaborators),
    ...createVerifyRecords(collaborators),
    ...createVerifyAssociations(collaborators),
    ...createFindUnexpected(collaborators),
    ...createUndoAssociations(collaborators),
    ...createUndoRecords(collaborators),
    ...createSweepUndone(collaborators),
    ...createUndoSchema(collaborators),
    ...createProbePortal(collaborators),
  };
}

/** For the queue of the ledger. */
export function createLedgerActivities(collaborators: ActivityCollaborators): LedgerActivities {
  return {
    ...createInspectSource(collaborators),
    ...createSampleSource(collaborators),
    ...createAdoptPlan(collaborators),
    ...createStageSource(collaborators),
    ...createRecordState(collaborators),
    ...createCompareShard(collaborators),
    ...createCompareShards(collaborators),
    ...createRecoverShard(collaborators),
    ...createReadShardDigest(collaborators),
    ...createCloseShards(collaborators),
    ...createPlanRetry(collaborators),
    ...createNotify(collaborators),
    ...createAssembleReport(collaborators),
  };
}
