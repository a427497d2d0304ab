/** A portal (simulated, over HTTP), the real connector, a real ledger with a small plan, and the activities that write it. */
import { MockActivityEnvironment } from '@temporalio/testing';
import type { TargetConnector } from '../../connectors/connector';
import type { PropertyDefinition } from '../../domain/schema-plan';
import { createHubspotConnector } from '../../connectors/hubspot/hubspot-connector';
import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import { OBJECT_TYPES } from '../../domain/object-type';
import type { AssociationType, ObjectType } from '../../domain/object-type';
import { planSummarySchema } from '../../domain/plan-summary.schema';
import type { PlanSummary } from '../../domain/plan-summary.schema';
import type { PlannedAssociation, PlannedRecord } from '../../domain/planned-record';
import type { SchemaPlan } from '../../domain/schema-plan';
import type { Ledger, RunRow } from '../../ledger/ledger';
import { openLedger } from '../../ledger/open-ledger';
import type { CallLog, FaultPlan, Fingerprint, PersonEdit, PortalDefinition, PortalDump } from '../../simulator/control-plane';
import { createHubspotSimulator } from '../../simulator/hubspot/create-hubspot-simulator';
import type { RunIdentity } from '../../activities/migration-activities';
import { createFreePace } from './free-pace';

/** Failures are expected here; the tests look at them, not at the log. */
const QUIET = { log: () => {}, trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export const KEY = 'salesforce_id';
export const STAMP = 'migration_provenance';

const text = (name: string, label: string, hasUniqueValue = false): PropertyDefinition => ({ name, label, description: 'Where the record came from', groupName: 'data_migration', type: 'string', fieldType: 'text', hasUniqueValue, options: [] });

export const SCHEMA_PLAN: SchemaPlan = {
  keyProperty: KEY,
  groups: OBJECT_TYPES.map((objectType) => ({ objectType, name: 'data_migration', label: 'Data migration' })),
  properties: OBJECT_TYPES.flatMap((objectType) => [text(KEY, 'Salesforce ID', true), text(STAMP, 'Migration provenance')].map((definition) => ({ objectType, definition }))),
  pipelines: [
    {
      objectType: 'deals',
      definition: { pipelineId: 'salesforce', label: 'Salesforce', displayOrder: 1, stages: [{ stageId: 'salesforce_pledged', label: 'Pledged', displayOrder: 0, metadata: { probability: '0.5', isClosed: 'false' } }] },
    },
  ],
  options: [],
  labels: [],
};

export const aPlannedRecord = (objectType: ObjectType, ordinal: number, properties: Readonly<Record<string, string>>, change: Partial<PlannedRecord> = {}): PlannedRecord => {
  const sourceId = `${objectType}-${ordinal}`;
  return {
    objectType, ordinal, sourceObject: objectType, sourceId, action: 'create', reason: null, reasonCode: null, foldInto: null, targetId: null,
    properties: { [KEY]: sourceId, ...properties }, before: {}, identity: { email: null, domain: null, name: null }, cells: [], ...change,
  };
};

export const aPlannedAssociation = (associationType: AssociationType, fromSourceId: string, toSourceId: string, change: Partial<PlannedAssociation> = {}): Omit<PlannedAssociation, 'ordinal'> => ({
  associationType, fromSourceId, toSourceId, verdict: 'planned', primary: false, labels: [], statedBy: 'test', ...change,
});

const aSummary: PlanSummary = {
  digest: 'plan', parts: { source: 's', mapping: 'm', portal: 'p', version: 'v' }, portal: { id: '4711', name: null, accountType: 'STANDARD', simulator: true },
  records: [], associations: [], schemaChanges: [], schema: planSummarySchema.shape.schema.parse(SCHEMA_PLAN), leftOutToAccept: 0, undecided: 0, calls: { contacts: 7 }, mapping: [], owners: [], openDealsToAccept: 0, quota: null, newContactsWithEmail: 0,
};

export interface WritingScene {
  readonly url: string;
  readonly ledger: Ledger;
  readonly target: TargetConnector;
  readonly clock: () => number;
  readonly row: RunRow;
  readonly identity: RunIdentity;
  /** Runs one activity as a worker would. */
  perform<T>(work: () => Promise<T>): Promise<T>;
  plan(records: readonly PlannedRecord[], associations?: readonly Omit<PlannedAssociation, 'ordinal'>[]): Promise<void>;
  strike(plan: FaultPlan): Promise<unknown>;
  edit(change: PersonEdit): Promise<{ readonly id: string }>;
  control<T>(method: string, name: string, body?: unknown): Promise<T>;
  calls(): Promise<CallLog>;
  dump(): Promise<PortalDump>;
  fingerprint(): Promise<string>;
  close(): Promise<void>;
}

export async function openWritingScene(portal: PortalDefinition = {}, definition: Record<string, unknown> = {}): Promise<WritingScene> {
  const simulator = createHubspotSimulator({ tier: 'off' });
  const { url } = await simulator.listen(0);
  const control = async <T>(method: string, name: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${url}/_simulator/${name}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (!answer.ok) {
      throw new Error(await answer.text());
    }
    return (await answer.json()) as T;
  };
  await control('POST', 'portal', { portalId: 4711, tokens: [{ token: 'full', scopes: 'all' }], switches: { searchLagMs: 0 }, ...portal });
  const target = createHubspotConnector({ baseUrl: url, readToken: async () => 'full', pace: createFreePace() });
  const ledger = await openLedger({ location: ':memory:' });
  const migration = migrationDefinitionSchema.parse({ id: 'acme', source: { crm: 'salesforce', files: '/export' }, target: { crm: 'hubspot' }, ...definition });
  const row = await ledger.runs.open({ migrationId: 'acme', kind: 'migration', definition: migration, definitionDigest: 'd', now: new Date().toISOString() });
  await ledger.runs.update(row.run, { portalId: '4711' });
  const call = { signal: new AbortController().signal, countedFor: null };
  await ledger.staging.begin(row.stagingId, { objects: [], unread: [], findings: [], digest: 'source' });
  await ledger.plans.saveSnapshot(row.stagingId, await target.readSnapshot(OBJECT_TYPES, call), 'snapshot');
  await ledger.plans.save(row.stagingId, aSummary);
  await control('DELETE', 'calls');

  return {
    url,
    ledger,
    target,
    clock: Date.now,
    row,
    identity: { run: row.run, ...(await ledger.identity()), portalId: '4711' },
    perform: async (work) => new MockActivityEnvironment(undefined, { logger: QUIET }).run(work),
    async plan(records, associations = []) {
      await ledger.plans.writeRecords(row.stagingId, records);
      await ledger.plans.writeAssociations(row.stagingId, associations);
      await ledger.plans.assignBatches(row.stagingId);
    },
    strike: (plan) => control('POST', 'faults', plan),
    edit: (change) => control('POST', 'edit', change),
    control,
    calls: () => control('GET', 'calls'),
    dump: () => control('GET', 'portal'),
    fingerprint: async () => (await control<Fingerprint>('GET', 'fingerprint')).sha256,
    async close() {
      await ledger.close();
      await simulator.close();
    },
  };
}
