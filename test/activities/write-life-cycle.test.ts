import { createApplySchema } from '../../activities/apply-schema';
import { createUndoRecords } from '../../activities/undo-records';
import { createVerifyRecords } from '../../activities/verify-records';
import { createWriteRecords } from '../../activities/write-records';
import type { FaultRule } from '../../simulator/control-plane';
import { aPlannedRecord, openWritingScene } from '../support/writing-scene';
import type { WritingScene } from '../support/writing-scene';

const THERE = { records: { contacts: [{ ref: 'ann', properties: { email: 'ann@acme.com', lifecyclestage: 'customer' } }, { ref: 'bob', properties: { email: 'bob@acme.com', lifecyclestage: 'lead' } }] } };

describe('writeRecords with life cycle stages of matched contacts', () => {
  let scene: WritingScene;
  afterEach(() => scene.close());

  const prepared = async (lifecycle: string): Promise<void> => {
    scene = await openWritingScene(THERE, { objects: { contacts: { lifecycle } } });
    await scene.perform(() => createApplySchema(scene).applySchema(scene.identity));
    const ids = new Map((await scene.dump()).records.contacts?.map(({ id, properties }) => [properties.email, id]));
    await scene.plan(['ann@acme.com', 'bob@acme.com'].map((email, ordinal) => aPlannedRecord('contacts', ordinal, { city: 'Oslo', lifecyclestage: 'opportunity' }, { action: 'update', targetId: ids.get(email) ?? '' })));
    await scene.control('DELETE', 'calls');
  };
  const input = () => ({ ...scene.identity, objectType: 'contacts' as const, batch: 0, count: 2, reserve: 0.25 });
  const write = () => scene.perform(() => createWriteRecords(scene).writeRecords(input()));
  const verify = () => scene.perform(() => createVerifyRecords(scene).verifyRecords(input()));
  const undo = () => scene.perform(() => createUndoRecords(scene).undoRecords({ ...input(), includeEdited: false }));
  const stages = async (): Promise<Record<string, string | undefined>> => {
    const { contacts = [] } = (await scene.dump()).records;
    return Object.fromEntries(contacts.map(({ properties }) => [properties.email ?? '', properties.lifecyclestage]));
  };
  const updates = async () => (await scene.calls()).calls.filter(({ path }) => path.endsWith('batch/update')).length;

  it('moves one forward and none back by forward, in one call', async () => {
    await prepared('forward');

    expect((await write()).tally).toMatchObject({ updated: 2 });

    expect(await stages()).toEqual({ 'ann@acme.com': 'customer', 'bob@acme.com': 'opportunity' });
    expect(await updates()).toBe(1);
  });

  it('sets what is later too, by a call that clears and one that writes, and verification finds what was planned', async () => {
    await prepared('set');

    expect((await write()).tally).toMatchObject({ updated: 2 });
    await verify();

    expect(await stages()).toEqual({ 'ann@acme.com': 'opportunity', 'bob@acme.com': 'opportunity' });
    expect(await updates()).toBe(2);
    expect(await scene.ledger.facts.readDifferences(scene.row.run, 5)).toEqual([]);
  });

  it.each<FaultRule>([
    { fault: { kind: 'request-lost' }, path: 'batch/update', callNumbers: [1] },
    { fault: { kind: 'answer-lost-after-commit' }, path: 'batch/update', callNumbers: [1] },
    { fault: { kind: 'request-lost' }, path: 'batch/update', callNumbers: [2] },
    { fault: { kind: 'answer-lost-after-commit' }, path: 'batch/update', callNumbers: [2] },
    { fault: { kind: 'rate-limited', policy: 'TEN_SECONDLY_ROLLING' }, path: 'batch/update', callNumbers: [2] },
  ])('ends the same where $fault.kind strikes, and rolls back to the stages from before', async (rule) => {
    await prepared('set');
    await scene.strike({ rules: [rule] });

    await expect(write()).rejects.toBeDefined();
    expect((await write()).tally).toMatchObject({ updated: 2 });

    expect(await stages()).toEqual({ 'ann@acme.com': 'opportunity', 'bob@acme.com': 'opportunity' });
    await undo();
    expect(await stages()).toEqual({ 'ann@acme.com': 'customer', 'bob@acme.com': 'lead' });
  });
});
