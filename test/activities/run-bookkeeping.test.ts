import { createAssembleReport } from '../../activities/assemble-report';
import { createApplySchema } from '../../activities/apply-schema';
import { createCloseShards } from '../../activities/close-shards';
import { createCompareShard } from '../../activities/compare-shard';
import { createFindUnexpected } from '../../activities/find-unexpected';
import { createProbePortal } from '../../activities/probe-portal';
import { createReadShardDigest } from '../../activities/read-shard-digest';
import type { Shards } from '../../activities/read-shard-digest';
import { createRecordState } from '../../activities/record-state';
import { createSweepUndone } from '../../activities/sweep-undone';
import { createUndoRecords } from '../../activities/undo-records';
import { createVerifyRecords } from '../../activities/verify-records';
import { createWriteRecords } from '../../activities/write-records';
import { idMapDigest } from '../../domain/id-map';
import { KEY, STAMP, aPlannedRecord, openWritingScene } from '../support/writing-scene';
import type { WritingScene } from '../support/writing-scene';

let scene: WritingScene;
beforeEach(async () => {
  scene = await openWritingScene();
  await scene.perform(() => createApplySchema(scene).applySchema(scene.identity));
  await scene.plan([0, 1, 2].map((ordinal) => aPlannedRecord('contacts', ordinal, { email: `p${ordinal}@acme.com`, lastname: `L${ordinal}` })));
});
afterEach(() => scene.close());

const batch = () => ({ ...scene.identity, objectType: 'contacts' as const, batch: 0, count: 3, reserve: 0 });
const write = () => scene.perform(() => createWriteRecords(scene).writeRecords(batch()));
const undo = () => scene.perform(() => createUndoRecords(scene).undoRecords({ ...batch(), includeEdited: false }));
const errorOf = async (work: Promise<unknown>): Promise<unknown> => work.then(() => null, (error: unknown) => error);
const liveContacts = async () => ((await scene.dump()).records.contacts ?? []).filter((record) => !record.archived);

describe('findUnexpected', () => {
  const find = () => scene.perform(() => createFindUnexpected(scene).findUnexpected({ ...scene.identity, objectType: 'contacts', reserve: 0.25 }));

  it('finds nothing beside what the run wrote', async () => {
    await write();

    expect(await find()).toEqual({ unexpected: 0 });
  });

  it('names what appeared since the start without our stamp, and only once', async () => {
    await write();
    const { id } = await scene.edit({ action: 'create', objectType: 'contacts', properties: { email: 'stranger@acme.com' } });

    expect([await find(), await find()]).toEqual([{ unexpected: 1 }, { unexpected: 1 }]);
    expect(await scene.ledger.facts.readDifferences(scene.row.run, 10)).toMatchObject([{ kind: 'unexpected-record', targetId: id }]);
  });

  it('names what carries our stamp though the ledger knows nothing of it', async () => {
    await write();
    const { id } = await scene.edit({ action: 'create', objectType: 'contacts', properties: { email: 'half-made@acme.com', [STAMP]: 'acme.1:created' } });
    await scene.edit({ action: 'create', objectType: 'contacts', properties: { email: 'other-run@acme.com', [STAMP]: 'acme.2:created' } });

    expect(await find()).toEqual({ unexpected: 1 });
    expect(await scene.ledger.facts.readDifferences(scene.row.run, 10)).toMatchObject([{ kind: 'unexpected-record', targetId: id, cause: 'unknown-stamped' }]);
  });

  it('takes a record that was deleted since for no reason to suspect the others', async () => {
    await write();
    const [first] = await liveContacts();
    await scene.edit({ action: 'archive', objectType: 'contacts', id: first?.id ?? '' });

    expect(await find()).toEqual({ unexpected: 0 });
  });

  it('costs two searches where the counts agree', async () => {
    await write();
    await scene.control('DELETE', 'calls');

    await find();

    expect((await scene.calls()).calls.map(({ path }) => path.split('/').at(-1))).toEqual(['search', 'search']);
  });
});

describe('sweepUndone', () => {
  const sweep = () => scene.perform(() => createSweepUndone(scene).sweepUndone({ ...scene.identity, objectType: 'contacts', reserve: 0.25 }));

  it('finds nothing after an undisturbed rollback', async () => {
    await write();
    await undo();

    expect(await sweep()).toEqual({ archived: 0 });
  });

  it('stops at the reserve', async () => {
    await write();
    await scene.control('POST', 'limits', { tier: 'professional', usedToday: 600_000 });
    await scene.ledger.pace('4711').learn({ lane: 'general', windowMs: 10_000, windowLimit: 190, dailyLimit: 625_000, dailyRemaining: 25_000 });

    expect(await errorOf(sweep())).toMatchObject({ type: 'QuotaExhaustedError', details: { code: 'reserve-reached' } });
  });

  it('archives what a late request brought back under our keys', async () => {
    await write();
    await undo();
    await scene.target.createRecords('contacts', [{ traceId: '0', properties: { [KEY]: 'contacts-0', [STAMP]: 'acme.1:created', email: 'p0@acme.com' } }], { signal: new AbortController().signal, countedFor: null });

    expect(await sweep()).toEqual({ archived: 1 });
    expect(await liveContacts()).toEqual([]);
  });

  it('settles what was sent without an answer, and undoes it', async () => {
    await scene.strike({ rules: [{ fault: { kind: 'answer-lost-after-commit' }, path: 'batch/create', times: 1 }] });
    await errorOf(write());

    await sweep();

    expect(await liveContacts()).toEqual([]);
    expect((await scene.ledger.facts.tallies(scene.row.run)).records.contacts).toMatchObject({ created: 3, inDoubt: 0 });
  });

  it('leaves alone what was kept for a person', async () => {
    const { pairs } = await write();
    await scene.edit({ action: 'update', objectType: 'contacts', id: pairs[0]?.[1] ?? '', properties: { lastname: 'Edited' } });
    await undo();

    expect(await sweep()).toEqual({ archived: 0 });
    expect(await liveContacts()).toHaveLength(1);
  });
});

describe('the shards of the id map', () => {
  const compare = (digest: string, pairCount = 3) =>
    scene.perform(() => createCompareShard(scene).compareShard({ ...scene.identity, objectType: 'contacts', partition: 0, firstBatch: 0, batchCount: 100, workflowId: 'migration/acme.1/map/contacts/0000', digest, pairCount }));

  it('agree with the ledger, are remembered, and closed by its list', async () => {
    const { pairs } = await write();
    const closed: string[] = [];
    const shards: Shards = { start: async () => 'started', readDigest: async (workflowId: string) => (workflowId.endsWith('0000') ? 'digest' : null), close: async (workflowId: string) => void closed.push(workflowId) };

    await compare(idMapDigest(pairs));

    expect(await scene.perform(() => createCloseShards({ ledger: scene.ledger, shards }).closeShards({ run: scene.row.run }))).toEqual({ closed: 1 });
    expect(closed).toEqual(['migration/acme.1/map/contacts/0000']);
    expect(await scene.perform(() => createReadShardDigest({ shards }).readShardDigest({ workflowId: 'x/0001' }))).toEqual({ digest: null });
  });

  it('stop the run when the two homes of the map differ', async () => {
    const { pairs } = await write();

    expect(await errorOf(compare(idMapDigest(pairs.slice(1)), 3))).toMatchObject({ type: 'InvariantError', details: { code: 'id-map-differs' } });
    expect(await errorOf(compare(idMapDigest(pairs), 2))).toMatchObject({ type: 'InvariantError' });
  });
});

describe('probePortal', () => {
  const probe = (reserve: number) => scene.perform(() => createProbePortal(scene).probePortal({ ...scene.identity, reserve }));

  it('tells what is left today', async () => {
    await scene.control('POST', 'limits', { tier: 'professional', usedToday: 1_000 });

    expect((await probe(0.25)).dailyRemaining).toBeGreaterThan(600_000);
  });

  it('says that the reserve is still reached, and until when', async () => {
    await scene.control('POST', 'limits', { tier: 'professional', usedToday: 600_000 });
    await scene.ledger.pace('4711').learn({ lane: 'general', windowMs: 10_000, windowLimit: 190, dailyLimit: 625_000, dailyRemaining: 25_000 });

    expect(await errorOf(probe(0.25))).toMatchObject({ type: 'QuotaExhaustedError', details: { code: 'reserve-reached' } });
  });
});

describe('recordState', () => {
  const record = (state: 'running' | 'verified' | 'finalized', phase: 'contacts' | 'deals' | 'open', at: number) =>
    scene.perform(() => createRecordState({ ledger: scene.ledger, clock: () => at }).recordState({ run: scene.row.run, state, phase, reasons: [], rate: 0.5 }));

  it('keeps state and phase, and when each phase began and ended', async () => {
    await record('running', 'contacts', 1_000);
    await record('running', 'contacts', 2_000);
    await record('running', 'deals', 3_000);
    await record('verified', 'open', 4_000);
    await record('finalized', 'open', 5_000);

    const phases = await scene.ledger.facts.readPhases(scene.row.run);
    expect(phases.map(({ phase, startedAt, endedAt }) => [phase, Date.parse(startedAt), endedAt === null ? null : Date.parse(endedAt)])).toEqual([['contacts', 1_000, 3_000], ['deals', 3_000, 4_000], ['open', 4_000, 5_000]]);
    expect(await scene.ledger.runs.find(scene.row.run)).toMatchObject({ state: 'finalized', phase: 'open', endedAt: new Date(5_000).toISOString() });
  });
});

describe('assembleReport', () => {
  const report = (rolledBack = false) => scene.perform(() => createAssembleReport(scene).assembleReport({ ...scene.identity, rolledBack }));
  const verify = () => scene.perform(() => createVerifyRecords(scene).verifyRecords(batch()));

  it('says verified when everything is as planned, and its sums add up', async () => {
    await write();
    await verify();
    for (const kind of ['create', 'read'] as const) {
      const permit = await scene.ledger.pace('4711').enter(['general'], new AbortController().signal);
      await permit.end({ run: scene.row.run, phase: 'contacts', kind, status: 200, durationMs: 5 });
    }

    expect(await report()).toEqual({ state: 'verified', refused: 0, differences: 0 });
    expect(await scene.ledger.facts.readReport(scene.row.run)).toMatchObject({
      migration: 'acme', run: 'acme.1', state: 'verified',
      objects: { contacts: { source: 3, created: 3, updated: 0, unchanged: 0, folded: 0, leftOut: 0, refused: 0, inDoubt: 0 } },
      verify: { recordsCompared: 3, cellsCompared: 12, differences: 0 },
      calls: { byKind: { create: 1, read: 1 }, tooManyRequests: 0, forecast: 7 },
    });
  });

  it('lists after a rollback what stayed and why, and what could not be looked at', async () => {
    const { pairs } = await write();
    const [edited, noted] = pairs.map(([, targetId]) => targetId);
    await scene.edit({ action: 'update', objectType: 'contacts', id: edited ?? '', properties: { lastname: 'Edited' } });
    const note = await scene.edit({ action: 'create', objectType: 'notes', properties: { hs_timestamp: '2026-11-22T00:00:00Z', hs_note_body: 'Called' } });
    await scene.edit({ action: 'associate', from: { objectType: 'contacts', id: noted ?? '' }, to: { objectType: 'notes', id: note.id } });
    await scene.strike({ rules: [{ fault: { kind: 'status', status: 403, when: 'before' }, path: 'contacts/tickets/batch/read' }] });
    await undo();

    expect(await report(true)).toMatchObject({ state: 'rolled-back' });
    expect((await scene.ledger.facts.readReport(scene.row.run))?.rollback).toEqual({
      kept: { 'edited-since': 1, 'has-attachments': 1 },
      records: expect.arrayContaining([{ objectType: 'contacts', targetId: edited, why: 'edited-since' }, { objectType: 'contacts', targetId: noted, why: 'has-attachments' }]) as unknown,
      notes: [{ place: 'contacts: tickets', why: 'attachments-not-readable' }],
    });
  });

  it('says differs when something was changed since', async () => {
    const { pairs } = await write();
    await scene.edit({ action: 'update', objectType: 'contacts', id: pairs[0]?.[1] ?? '', properties: { lastname: 'Edited' } });
    await verify();

    expect(await report()).toEqual({ state: 'differs', refused: 0, differences: 1 });
  });

  it('does not sign a run with records that have no outcome', async () => {
    expect(await errorOf(report())).toMatchObject({ type: 'InvariantError', details: { code: 'sums-differ' } });
  });

  it('says rolled-back after a rollback, also in mid-run', async () => {
    expect(await report(true)).toMatchObject({ state: 'rolled-back' });
  });
});
