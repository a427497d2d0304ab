import { createApplySchema } from '../../activities/apply-schema';
import { createUndoRecords } from '../../activities/undo-records';
import { createUndoSchema } from '../../activities/undo-schema';
import { createWriteRecords } from '../../activities/write-records';
import { KEY, aPlannedRecord, openWritingScene } from '../support/writing-scene';
import type { WritingScene } from '../support/writing-scene';

describe('the schema of a run', () => {
  let scene: WritingScene;
  afterEach(() => scene.close());
  const apply = () => scene.perform(() => createApplySchema(scene).applySchema(scene.identity));
  const undo = () => scene.perform(() => createUndoSchema(scene).undoSchema(scene.identity));
  const errorOf = async (work: Promise<unknown>): Promise<unknown> => work.then(() => null, (error: unknown) => error);

  it('is made once, read back, and undone without a trace', async () => {
    scene = await openWritingScene();
    const before = await scene.fingerprint();

    expect(await apply()).toEqual({ created: 10, existed: 0 });
    expect(await apply()).toEqual({ created: 10, existed: 0 });
    const tally = await undo();

    expect(tally).toEqual({ archived: 10, kept: 0, gone: 0 });
    expect(await scene.fingerprint()).toBe(before);
    expect((await undo())).toEqual({ archived: 0, kept: 0, gone: 0 });
  });

  it('is not begun beside another run that writes to the same portal', async () => {
    scene = await openWritingScene();
    const { definition, definitionDigest } = scene.row;
    const before = await scene.fingerprint();
    const other = await scene.ledger.runs.open({ migrationId: 'other', kind: 'migration', definition, definitionDigest, now: new Date().toISOString() });
    await scene.ledger.runs.update(other.run, { state: 'running', phase: 'deals' });
    await scene.ledger.runs.claimPortal(other.run, { portalId: '4711', keyProperty: 'salesforce_id', objectTypes: ['contacts'] });

    expect(await errorOf(apply())).toMatchObject({ type: 'PlanError', details: { code: 'other-run-writing' } });
    expect(await scene.fingerprint()).toBe(before);
    await scene.ledger.runs.update(other.run, { state: 'verified', phase: 'open' });
    expect(await apply()).toEqual({ created: 10, existed: 0 });
  });

  it('leaves a group alone that stood there empty, which no snapshot shows', async () => {
    scene = await openWritingScene({ groups: { contacts: [{ name: 'data_migration', label: 'Somebody’s own' }] } });
    const before = await scene.fingerprint();

    expect(await apply()).toEqual({ created: 9, existed: 1 });
    await undo();

    expect(await scene.fingerprint()).toBe(before);
  });

  it.each([{ path: 'properties/.*/batch/create' }, { path: 'pipelines/.*' }, { path: 'properties/.*/groups' }])('is still ours when the answer of $path was lost', async ({ path }) => {
    scene = await openWritingScene();
    const before = await scene.fingerprint();
    await scene.strike({ rules: [{ fault: { kind: 'answer-lost-after-commit' }, path: `^POST .*${path}`, times: 1 }] });

    expect(await errorOf(apply())).not.toBeNull();
    expect(await apply()).toEqual({ created: 10, existed: 0 });
    await undo();

    expect(await scene.fingerprint()).toBe(before);
  });

  it('uses a property that fits and was there, and leaves it there', async () => {
    scene = await openWritingScene({ properties: { contacts: [{ name: KEY, type: 'string', fieldType: 'text', hasUniqueValue: true }] } });
    const before = await scene.fingerprint();

    expect(await apply()).toEqual({ created: 9, existed: 1 });
    await undo();

    expect(await scene.fingerprint()).toBe(before);
  });

  it('counts as made again, and goes again, when a name that a rollback archived comes back and the answer is lost', async () => {
    scene = await openWritingScene();
    const earlier = { ...scene.row, run: 'acme.9' };
    const before = await scene.fingerprint();
    const call = { signal: new AbortController().signal, countedFor: null };
    await scene.target.createPropertyGroup('contacts', { name: 'data_migration', label: 'Data migration' }, call);
    await scene.target.createProperties('contacts', [{ name: KEY, label: 'Salesforce ID', description: `Where from (Portage run ${earlier.run})`, groupName: 'data_migration', type: 'string', fieldType: 'text', hasUniqueValue: true, options: [] }], call);
    await scene.target.archiveProperty('contacts', KEY, call);
    await scene.target.archivePropertyGroup('contacts', 'data_migration', call);
    await scene.strike({ rules: [{ fault: { kind: 'answer-lost-after-commit' }, path: '^POST .*properties/.*contacts/batch/create', times: 1 }] });

    expect(await errorOf(apply())).not.toBeNull();
    expect(await apply()).toEqual({ created: 10, existed: 0 });
    await undo();

    expect(await scene.fingerprint()).toBe(before);
  });

  it('stops before its first call when the day is within the reserve, and goes on with nothing doubled', async () => {
    scene = await openWritingScene();
    await scene.control('POST', 'limits', { tier: 'off', daily: 1_000, usedToday: 900 });
    const quota = scene.target.readQuota;
    const short = { ...scene, target: { ...scene.target, readQuota: async (call: Parameters<typeof quota>[0]) => ({ ...(await quota(call)), limit: 1_000, remaining: 100 }) }, ledger: { ...scene.ledger, pace: (portalId: string) => ({ ...scene.ledger.pace(portalId), read: async () => ({ dailyLimit: 1_000, dailyRemaining: 100, learnedAt: new Date().toISOString(), windowLimit: null }) }) } };

    const error = await errorOf(scene.perform(() => createApplySchema(short).applySchema({ ...scene.identity, reserve: 0.25 })));

    expect(error).toMatchObject({ type: 'QuotaExhaustedError', details: { code: 'reserve-reached' } });
    expect((await scene.ledger.schema.read(scene.identity.run)).every(({ state }) => state === 'intended')).toBe(true);
    expect(await apply()).toEqual({ created: 10, existed: 0 });
  });

  it.each([
    { what: 'is not unique', property: { name: KEY, type: 'string', fieldType: 'text' }, code: 'key-not-unique' },
    { what: 'has another type', property: { name: KEY, type: 'number', fieldType: 'number', hasUniqueValue: true }, code: 'property-type' },
  ])('stops with a PlanError when the key property $what', async ({ property, code }) => {
    scene = await openWritingScene({ properties: { contacts: [property] } });

    expect(await errorOf(apply())).toMatchObject({ type: 'PlanError', details: { code } });
  });

  it('stays as long as records that people changed hold its values', async () => {
    scene = await openWritingScene();
    await apply();
    await scene.plan([aPlannedRecord('contacts', 0, { lastname: 'X' })]);
    const { pairs } = await scene.perform(() => createWriteRecords(scene).writeRecords({ ...scene.identity, objectType: 'contacts', batch: 0, count: 1, reserve: 0 }));
    await scene.edit({ action: 'update', objectType: 'contacts', id: pairs[0]?.[1] ?? '', properties: { lastname: 'Edited' } });
    await scene.perform(() => createUndoRecords(scene).undoRecords({ ...scene.identity, objectType: 'contacts', batch: 0, count: 1, reserve: 0, includeEdited: false }));

    expect(await undo()).toEqual({ archived: 7, kept: 3, gone: 0 });
  });
});
