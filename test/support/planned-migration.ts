import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createInspectPortal } from '../../activities/inspect-portal';
import { createInspectSource } from '../../activities/inspect-source';
import { createPlanMigration } from '../../activities/plan-migration';
import type { PreflightTold } from '../../activities/migration-activities';
import { createSampleSource } from '../../activities/sample-source';
import { createStageSource } from '../../activities/stage-source';
import type { SourceConnector, TargetConnector } from '../../connectors/connector';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import type { ObjectType } from '../../domain/object-type';
import type { PlanFacts } from '../../domain/plan-facts';
import type { PlannedRecord } from '../../domain/planned-record';
import type { Ledger, RunRow } from '../../ledger/ledger';
import { openLedger } from '../../ledger/open-ledger';
import { aTargetPortal } from './fake-target-portal';

export interface Planning {
  readonly ledger: Ledger;
  readonly row: RunRow;
  readonly source: SourceConnector;
  readonly target: TargetConnector;
  inspectSource(): Promise<{ fileCount: number }>;
  inspectPortal(tell?: PreflightTold): Promise<{ portalId: string }>;
  sampleSource(): Promise<{ columnCount: number }>;
  stageSource(): Promise<{ rows: number }>;
  plan(expectedDigest?: string | null): Promise<PlanFacts>;
  /** As of a run that has written, and whose ledger was lost. */
  planAgain(expected?: { readonly source: string; readonly mapping: string } | null): Promise<PlanFacts>;
  /** Preflight, stage and plan. */
  all(): Promise<PlanFacts>;
  planned(objectType: ObjectType): Promise<readonly PlannedRecord[]>;
}

/** The activities before the first write over a ledger in memory, each in an environment of its own, as a worker would run them. */
export async function aPlanning(input: { readonly source: SourceConnector; readonly target?: TargetConnector; readonly definition?: Record<string, unknown>; readonly ledger?: Ledger; readonly version?: string }): Promise<Planning> {
  const { source, target = aTargetPortal() } = input;
  const ledger = input.ledger ?? (await openLedger({ location: ':memory:' }));
  const definition = migrationDefinitionSchema.parse({ id: 'acme', source: { crm: 'salesforce', files: '/export', currency: 'USD' }, target: { crm: 'hubspot' }, ...input.definition });
  const row = await ledger.runs.open({ migrationId: definition.id, kind: 'planning', definition, definitionDigest: 'd', now: '2026-09-01T10:00:00.000Z' });
  const openSource = () => source;
  const { run } = row;
  const inEnvironment = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(work);
  const planning: Planning = {
    ledger, row, source, target,
    inspectSource: () => inEnvironment(() => createInspectSource({ ledger, openSource }).inspectSource({ run })),
    inspectPortal: (tell = 'mistakes') => inEnvironment(() => createInspectPortal({ ledger, target, openSource }).inspectPortal({ run, tell })),
    sampleSource: () => inEnvironment(() => createSampleSource({ ledger, openSource }).sampleSource({ run })),
    stageSource: () => inEnvironment(() => createStageSource({ ledger, openSource }).stageSource({ run })),
    plan: (expectedDigest = null) => inEnvironment(() => createPlanMigration({ ledger, target, clock: Date.now, version: input.version ?? '0.1.0' }).planMigration({ run, expectedDigest })),
    planAgain: (expected = null) => inEnvironment(() => createPlanMigration({ ledger, target, clock: Date.now, version: input.version ?? '0.1.0' }).planMigration({ run, expectedDigest: null, recovered: { expected } })),
    async all() {
      await planning.inspectSource();
      await planning.inspectPortal();
      await planning.stageSource();
      return planning.plan();
    },
    planned: (objectType) => ledger.plans.readRecords(row.stagingId, objectType, -1, 100_000),
  };
  return planning;
}
