import { MockActivityEnvironment } from '@temporalio/testing';
import { join } from 'node:path';
import { createApplySchema } from '../../activities/apply-schema';
import { createAssembleReport } from '../../activities/assemble-report';
import { createFindUnexpected } from '../../activities/find-unexpected';
import { createSweepUndone } from '../../activities/sweep-undone';
import { createUndoAssociations } from '../../activities/undo-associations';
import { createUndoRecords } from '../../activities/undo-records';
import { createUndoSchema } from '../../activities/undo-schema';
import { createVerifyAssociations } from '../../activities/verify-associations';
import { createVerifyRecords } from '../../activities/verify-records';
import { createWriteAssociations } from '../../activities/write-associations';
import { createWriteRecords } from '../../activities/write-records';
import { createHubspotConnector } from '../../connectors/hubspot/hubspot-connector';
import { createSalesforceFileSource } from '../../connectors/salesforce/source';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../../domain/object-type';
import type { WorkType } from '../../domain/phase';
import type { RunIdentity } from '../../activities/migration-activities';
import type { TargetConnector } from '../../connectors/connector';
import type { CallLog, Fingerprint } from '../../simulator/control-plane';
import { createHubspotSimulator } from '../../simulator/hubspot/create-hubspot-simulator';
import type { HubspotSimulator } from '../../simulator/hubspot/create-hubspot-simulator';
import { createFreePace } from '../support/free-pace';
import { aPlanning } from '../support/planned-migration';
import type { Planning } from '../support/planned-migration';

const SAMPLE = join(__dirname, '../../samples/salesforce-npsp-1k');

describe('the bundled sample, moved by the activities alone', () => {
  let simulator: HubspotSimulator;
  let url: string;
  let target: TargetConnector;
  let planning: Planning;
  let identity: RunIdentity;
  const control = async <T>(method: string, name: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${url}/_simulator/${name}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    return (await answer.json()) as T;
  };
  const fingerprint = async (): Promise<string> => (await control<Fingerprint>('GET', 'fingerprint')).sha256;
  const perform = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);
  const collaborators = () => ({ ledger: planning.ledger, target, clock: Date.now });

  /** Each batch of a type, in order. */
  const forEachBatch = async (workType: WorkType, work: (input: RunIdentity & { batch: number; count: number; reserve: number }) => Promise<unknown>): Promise<void> => {
    for (const { firstBatch, batchCounts } of await planning.ledger.plans.readPartitions(planning.row.stagingId, workType)) {
      for (let batch = firstBatch; batch < firstBatch + batchCounts.length; batch += 1) {
        const rows = OBJECT_TYPES.some((type) => type === workType)
          ? await planning.ledger.writing.readBatch(identity.run, workType as 'contacts', batch)
          : await planning.ledger.linking.readBatch(identity.run, workType as 'deals-contacts', batch);
        await perform(() => work({ ...identity, batch, count: rows.length, reserve: 0.25 }));
      }
    }
  };

  beforeAll(async () => {
    simulator = createHubspotSimulator({ tier: 'off' });
    ({ url } = await simulator.listen(0));
    await control('POST', 'portal', { portalId: 4711, companyCurrency: 'USD', tokens: [{ token: 'full', scopes: 'all' }], switches: { searchLagMs: 0 } });
    target = createHubspotConnector({ baseUrl: url, readToken: async () => 'full', pace: createFreePace() });
    planning = await aPlanning({ source: createSalesforceFileSource({ folder: SAMPLE }), target });
    await planning.all();
    const { run } = planning.row;
    await planning.ledger.runs.update(run, { portalId: '4711' });
    identity = { run, ...(await planning.ledger.identity()), portalId: '4711' };
  });
  afterAll(async () => {
    await planning.ledger.close();
    await simulator.close();
  });

  it('ends with every number of the sample, in few calls, verified, and rolls back to the portal from before', async () => {
    const before = await fingerprint();

    await perform(() => createApplySchema(collaborators()).applySchema(identity));
    for (const objectType of OBJECT_TYPES) {
      await forEachBatch(objectType, (input) => createWriteRecords(collaborators()).writeRecords({ ...input, objectType }));
    }
    for (const associationType of ASSOCIATION_TYPES) {
      await forEachBatch(associationType, (input) => createWriteAssociations(collaborators()).writeAssociations({ ...input, associationType }));
    }
    for (const objectType of OBJECT_TYPES) {
      await forEachBatch(objectType, (input) => createVerifyRecords(collaborators()).verifyRecords({ ...input, objectType }));
      await perform(() => createFindUnexpected(collaborators()).findUnexpected({ ...identity, objectType, reserve: 0.25 }));
    }
    for (const associationType of ASSOCIATION_TYPES) {
      await forEachBatch(associationType, (input) => createVerifyAssociations(collaborators()).verifyAssociations({ ...input, associationType }));
    }
    const ended = await perform(() => createAssembleReport(collaborators()).assembleReport({ ...identity, rolledBack: false }));
    const report = await planning.ledger.facts.readReport(identity.run);
    const { total } = await control<CallLog>('GET', 'calls');

    expect(await planning.ledger.facts.readDifferences(identity.run, 5)).toEqual([]);
    expect(ended).toEqual({ state: 'verified', refused: 0, differences: 0 });
    expect(report?.objects).toMatchObject({ companies: { source: 1_223, created: 1_223 }, contacts: { source: 1_024, created: 1_011, folded: 13 }, deals: { source: 1_517, created: 1_517 } });
    expect(report?.associations).toMatchObject({ 'contacts-companies': { added: 1_014 }, 'deals-companies': { added: 1_517 }, 'deals-contacts': { source: 3_499, duplicate: 20, added: 3_479 } });
    expect(report?.verify.recordsCompared).toBe(1_223 + 1_011 + 1_517);
    expect(report?.verify.associationsCompared).toBe(1_014 + 1_517 + 3_479);
    expect(report?.notMoved).toContainEqual({ place: 'Account.RecordTypeId', count: 1_223, why: 'unread-column' });
    expect(total).toBeLessThanOrEqual(160);

    for (const associationType of [...ASSOCIATION_TYPES].reverse()) {
      await forEachBatch(associationType, (input) => createUndoAssociations(collaborators()).undoAssociations({ ...input, associationType, includeEdited: false }));
    }
    for (const objectType of [...OBJECT_TYPES].reverse()) {
      await forEachBatch(objectType, (input) => createUndoRecords(collaborators()).undoRecords({ ...input, objectType, includeEdited: false }));
      await perform(() => createSweepUndone(collaborators()).sweepUndone({ ...identity, objectType, reserve: 0.25 }));
    }
    await perform(() => createUndoSchema(collaborators()).undoSchema(identity));

    expect(await fingerprint()).toBe(before);
  });
});
