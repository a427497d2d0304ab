import { createApplySchema } from '../../activities/apply-schema';
import { createRecoverRecords } from '../../activities/recover-records';
import { createWriteRecords } from '../../activities/write-records';
import type { IdPair } from '../../domain/id-map';
import type { Ledger } from '../../ledger/ledger';
import { openLedger } from '../../ledger/open-ledger';
import { aPlannedRecord, openWritingScene } from '../support/writing-scene';
import type { WritingScene } from '../support/writing-scene';

const COUNT = 4;
const people = Array.from({ length: COUNT }, (_, ordinal) => aPlannedRecord('contacts', ordinal, { email: `p${ordinal}@acme.com`, lastname: `L${ordinal}` }));

describe('recoverRecords', () => {
  let scene: WritingScene;
  let lostPairs: readonly IdPair[];
  let ledger: Ledger;
  beforeEach(async () => {
    scene = await openWritingScene();
    await scene.perform(() => createApplySchema(scene).applySchema(scene.identity));
    await scene.plan(people);
    lostPairs = (await scene.perform(() => createWriteRecords(scene).writeRecords({ ...scene.identity, objectType: 'contacts', batch: 0, count: COUNT, reserve: 0 }))).pairs;
    ledger = await aNewLedger();
  });
  afterEach(async () => {
    await ledger.close();
    await scene.close();
  });

  /** As after staging and planning again: the same plan, and nothing known of what was sent. */
  async function aNewLedger(): Promise<Ledger> {
    const { row } = scene;
    const fresh = await openLedger({ location: ':memory:' });
    await fresh.recovery.adopt({ run: row.run, migrationId: row.migrationId, definition: row.definition, definitionDigest: 'd', portalId: '4711', epoch: 1, createdAt: row.createdAt });
    const [plan, saved] = await Promise.all([scene.ledger.plans.read(row.stagingId), scene.ledger.plans.readSnapshot(row.stagingId)]);
    await fresh.staging.begin(row.run, { objects: [], unread: [], findings: [], digest: 'source' });
    await fresh.plans.saveSnapshot(row.run, saved!.snapshot, saved!.digest);
    await fresh.plans.save(row.run, plan!);
    await fresh.plans.writeRecords(row.run, people);
    await fresh.plans.assignBatches(row.run);
    return fresh;
  }
  const identity = async () => ({ ...scene.identity, ledgerId: (await ledger.identity()).ledgerId, epoch: 2 });
  const recover = async () => {
    const input = { ...(await identity()), objectType: 'contacts' as const, manifest: { partition: 0, firstBatch: 0, batchCounts: [COUNT] }, reserve: 0 };
    return scene.perform(() => createRecoverRecords({ ...scene, ledger }).recoverRecords(input));
  };
  const write = async () => {
    const input = { ...(await identity()), objectType: 'contacts' as const, batch: 0, count: COUNT, reserve: 0 };
    return scene.perform(() => createWriteRecords({ ...scene, ledger }).writeRecords(input));
  };
  const findings = async () => (await ledger.runs.readFindings(scene.row.run)).map(({ code, place, count }) => [code, place, count]);
  const targetOf = (ordinal: number): string => lostPairs.find(([sourceId]) => sourceId === `contacts-${ordinal}`)![1];

  it('finds everything that the run wrote, in one read, and writes none of it again', async () => {
    await scene.control('DELETE', 'calls');

    expect(await recover()).toEqual({ found: COUNT, differing: 0 });
    expect((await scene.calls()).byKind).toEqual({ 'contacts.batch.read': 1 });
    expect(await write()).toEqual({ pairs: lostPairs, tally: { created: COUNT, updated: 0, unchanged: 0, refused: 0 } });
    expect((await scene.calls()).total).toBe(1);
  });

  it('costs no call when it is repeated', async () => {
    await recover();
    await scene.control('DELETE', 'calls');

    expect(await recover()).toEqual({ found: COUNT, differing: 0 });
    expect((await scene.calls()).total).toBe(0);
  });

  it('does not bring back what somebody deleted, whether or not its key can still be found', async () => {
    await ledger.recovery.saveWitnesses(scene.row.run, 'contacts', lostPairs);
    await scene.edit({ action: 'archive', objectType: 'contacts', id: targetOf(0) });
    await scene.edit({ action: 'update', objectType: 'contacts', id: targetOf(1), properties: { salesforce_id: '' } });
    await scene.edit({ action: 'archive', objectType: 'contacts', id: targetOf(1) });

    expect(await recover()).toEqual({ found: COUNT - 2, differing: 0 });
    expect((await write()).tally).toEqual({ created: COUNT - 2, updated: 0, unchanged: 0, refused: 2 });
    expect(await findings()).toEqual([['recovered-deleted', 'contacts batch 0', 2]]);
    expect((await scene.dump()).records.contacts).toHaveLength(COUNT);
  });

  it('keeps the pair of a record that was merged into another, and of one whose key was taken away', async () => {
    await ledger.recovery.saveWitnesses(scene.row.run, 'contacts', lostPairs);
    await scene.edit({ action: 'merge', objectType: 'contacts', id: targetOf(0), mergedId: targetOf(1) });
    await scene.edit({ action: 'update', objectType: 'contacts', id: targetOf(2), properties: { salesforce_id: '' } });

    expect(await recover()).toEqual({ found: COUNT, differing: 0 });
    expect((await write()).pairs).toEqual(lostPairs);
    expect(await findings()).toEqual([
      ['recovered-merged', 'contacts batch 0', 1],
      ['recovered-key-changed', 'contacts batch 0', 1],
    ]);
  });

  it('names a record that portal and workflows tell differently, and believes the portal', async () => {
    await ledger.recovery.saveWitnesses(scene.row.run, 'contacts', [['contacts-0', '999999', 'c'], ...lostPairs]);

    expect(await recover()).toEqual({ found: COUNT, differing: 1 });
    expect(await findings()).toEqual([['id-map-witness-differs', 'contacts contacts-0', 1]]);
    expect((await write()).pairs).toEqual(lostPairs);
  });

  it('refuses a worker of the world before', async () => {
    const input = { ...(await identity()), epoch: 1, objectType: 'contacts' as const, batch: 0, count: COUNT, reserve: 0 };

    await expect(scene.perform(() => createWriteRecords({ ...scene, ledger }).writeRecords(input))).rejects.toMatchObject({ type: 'IdentityError', details: { code: 'other-epoch' } });
  });
});
