import { createApplySchema } from '../../activities/apply-schema';
import { createUndoRecords } from '../../activities/undo-records';
import { createVerifyRecords } from '../../activities/verify-records';
import { createWriteRecords } from '../../activities/write-records';
import type { DumpedRecord } from '../../simulator/control-plane';
import { KEY, STAMP, aPlannedRecord, openWritingScene } from '../support/writing-scene';
import type { WritingScene } from '../support/writing-scene';

const people = (count: number) => Array.from({ length: count }, (_, ordinal) => aPlannedRecord('contacts', ordinal, { email: `p${ordinal}@acme.com`, lastname: `L${ordinal}`, city: 'Oslo' }));

describe('writeRecords', () => {
  let scene: WritingScene;
  afterEach(() => scene.close());

  const prepared = async (...options: Parameters<typeof openWritingScene>): Promise<void> => {
    scene = await openWritingScene(...options);
    await scene.perform(() => createApplySchema(scene).applySchema(scene.identity));
  };
  const write = (count: number, change = {}) => scene.perform(() => createWriteRecords(scene).writeRecords({ ...scene.identity, objectType: 'contacts', batch: 0, count, reserve: 0.25, ...change }));
  const verify = (count: number) => scene.perform(() => createVerifyRecords(scene).verifyRecords({ ...scene.identity, objectType: 'contacts', batch: 0, count, reserve: 0.25 }));
  const undo = (count: number, includeEdited = false) => scene.perform(() => createUndoRecords(scene).undoRecords({ ...scene.identity, objectType: 'contacts', batch: 0, count, reserve: 0.25, includeEdited }));
  const contacts = async (): Promise<readonly DumpedRecord[]> => (await scene.dump()).records.contacts ?? [];
  const byKey = async (key: string): Promise<DumpedRecord | undefined> => (await contacts()).find((record) => record.properties[KEY] === key);
  const errorOf = async (work: Promise<unknown>): Promise<unknown> => work.then(() => null, (error: unknown) => error);

  it('creates each record once, with key and stamp, and pairs it by key', async () => {
    await prepared();
    await scene.plan(people(3));

    const { pairs, tally } = await write(3);

    expect(tally).toEqual({ created: 3, updated: 0, unchanged: 0, refused: 0 });
    for (const [sourceId, targetId, origin] of pairs) {
      expect(await byKey(sourceId)).toMatchObject({ id: targetId, properties: { [STAMP]: 'acme.1:created', city: 'Oslo' } });
      expect(origin).toBe('c');
    }
  });

  it('writes nothing a second time', async () => {
    await prepared();
    await scene.plan(people(3));
    const first = await write(3);
    await scene.control('DELETE', 'calls');

    const second = await write(3);

    expect(second).toEqual(first);
    expect((await scene.calls()).total).toBe(0);
  });

  it.each([
    { fault: { kind: 'answer-lost-after-commit' } as const },
    { fault: { kind: 'request-lost' } as const },
    { fault: { kind: 'status', status: 502, when: 'after' } as const },
    { fault: { kind: 'status', status: 503, when: 'before' } as const },
    { fault: { kind: 'connection-reset', when: 'after' } as const },
    { fault: { kind: 'not-json', when: 'after' } as const },
    { fault: { kind: 'locked' } as const },
    { fault: { kind: 'rate-limited', policy: 'TEN_SECONDLY_ROLLING' } as const },
  ])('ends the same after $fault.kind $fault.status $fault.when, on the next attempt', async ({ fault }) => {
    await prepared();
    await scene.plan(people(3));
    await scene.strike({ rules: [{ fault, path: 'batch/create', times: 1 }] });

    expect(await errorOf(write(3))).not.toBeNull();
    const { tally } = await write(3);

    expect(tally).toEqual({ created: 3, updated: 0, unchanged: 0, refused: 0 });
    expect(await contacts()).toHaveLength(3);
  });

  it('fills blanks of a matched record and leaves what stands there', async () => {
    await prepared({ records: { contacts: [{ ref: 'ann', properties: { email: 'ann@acme.com', lastname: 'Before' } }] } });
    const [ann] = await contacts();
    await scene.plan([aPlannedRecord('contacts', 0, { email: 'ann@acme.com', lastname: 'After', city: 'Oslo' }, { action: 'update', targetId: ann?.id ?? '' })]);

    const { tally, pairs } = await write(1);

    expect(tally.updated).toBe(1);
    expect(pairs).toEqual([['contacts-0', ann?.id, 'm']]);
    expect((await contacts())[0]?.properties).toMatchObject({ lastname: 'Before', city: 'Oslo', [KEY]: 'contacts-0', [STAMP]: 'acme.1:matched' });
  });

  it('matches a person who appeared since the plan instead of failing', async () => {
    await prepared();
    await scene.plan(people(3));
    const { id } = await scene.edit({ action: 'create', objectType: 'contacts', properties: { email: 'p1@acme.com', city: 'Bergen' } });

    const { tally, pairs } = await write(3);

    expect(tally).toEqual({ created: 2, updated: 1, unchanged: 0, refused: 0 });
    expect(pairs).toContainEqual(['contacts-1', id, 'm']);
    expect((await byKey('contacts-1'))?.properties).toMatchObject({ city: 'Bergen', lastname: 'L1' });
  });

  it('names what the portal refuses and lets the others land', async () => {
    await prepared();
    await scene.plan([...people(2), aPlannedRecord('contacts', 2, { email: 'no-mail' })]);

    const { tally } = await write(3);

    expect(tally).toEqual({ created: 2, updated: 0, unchanged: 0, refused: 1 });
    expect(await scene.ledger.facts.refusalsByCode(scene.row.run)).toEqual([{ objectType: 'contacts', code: 'INVALID_EMAIL', count: 1 }]);
  });

  it('pauses instead of refusing records when somebody archived a property since the plan', async () => {
    await prepared();
    await scene.plan(people(3));
    await scene.target.archiveProperty('contacts', STAMP, { signal: new AbortController().signal, countedFor: null });

    expect(await errorOf(write(3))).toMatchObject({ type: 'PlanError', details: { code: 'portal-changed' } });
    expect((await scene.ledger.writing.readBatch(scene.row.run, 'contacts', 0)).map((record) => [record.state, record.outcome])).toEqual([['unsent', null], ['unsent', null], ['unsent', null]]);
  });

  it('follows a matched record that was merged into another since', async () => {
    await prepared({ records: { contacts: [{ ref: 'ann', properties: { email: 'ann@acme.com' } }, { ref: 'anna', properties: { email: 'anna@acme.com' } }] } });
    const idOf = async (email: string): Promise<string> => (await contacts()).find((record) => record.properties.email === email)?.id ?? '';
    const [ann, anna] = [await idOf('ann@acme.com'), await idOf('anna@acme.com')];
    await scene.plan([aPlannedRecord('contacts', 0, { city: 'Oslo' }, { action: 'update', targetId: anna })]);
    await scene.edit({ action: 'merge', objectType: 'contacts', id: ann, mergedId: anna });

    const { pairs } = await write(1);

    expect(pairs).toEqual([['contacts-0', ann, 'm']]);
    expect((await byKey('contacts-0'))?.properties.city).toBe('Oslo');
  });

  it('does not bring back what a person archived while it was in doubt', async () => {
    await prepared();
    await scene.plan(people(1));
    await scene.strike({ rules: [{ fault: { kind: 'answer-lost-after-commit' }, path: 'batch/create', times: 1 }] });
    await errorOf(write(1));
    await scene.edit({ action: 'archive', objectType: 'contacts', id: (await byKey('contacts-0'))?.id ?? '' });

    const { tally } = await write(1);

    expect(tally.refused).toBe(1);
    expect((await contacts()).filter((record) => !record.archived)).toEqual([]);
  });

  it.each([
    { what: 'another portal', change: { portalId: '4712' }, code: 'other-portal' },
    { what: 'another ledger', change: { ledgerId: 'x' }, code: 'other-ledger' },
    { what: 'another epoch', change: { epoch: 99 }, code: 'other-epoch' },
    { what: 'another count', change: { count: 2 }, code: 'other-count' },
    { what: 'an unknown run', change: { run: 'acme.9' }, code: 'unknown-run' },
  ])('refuses to write for $what', async ({ change, code }) => {
    await prepared();
    await scene.plan(people(3));

    expect(await errorOf(write(3, change))).toMatchObject({ type: 'IdentityError', details: { code } });
    expect(await contacts()).toEqual([]);
  });

  it('stops at the reserve before anything is marked, and says until when', async () => {
    await prepared();
    await scene.plan(people(3));
    await scene.control('POST', 'limits', { tier: 'professional', usedToday: 600_000 });
    await scene.ledger.pace('4711').learn({ lane: 'general', windowMs: 10_000, windowLimit: 190, dailyLimit: 625_000, dailyRemaining: 25_000 });

    const error = await errorOf(write(3));

    expect(error).toMatchObject({ type: 'QuotaExhaustedError' });
    expect(Date.parse((error as { details: { resetsAt: string } }).details.resetsAt)).toBeGreaterThan(Date.now());
    expect((await scene.ledger.writing.readBatch(scene.row.run, 'contacts', 0)).map((record) => [record.state, record.attempt])).toEqual([['unsent', 0], ['unsent', 0], ['unsent', 0]]);
  });

  it('says until when also where the portal itself calls the day used up, and leaves nothing in doubt', async () => {
    await prepared();
    await scene.plan(people(3));
    await scene.strike({ rules: [{ fault: { kind: 'rate-limited', policy: 'DAILY' }, path: 'batch/create', times: 1 }] });

    const error = await errorOf(write(3));

    expect(error).toMatchObject({ type: 'QuotaExhaustedError', details: { code: 'daily-limit', resetsAt: expect.stringMatching(/^\d{4}-/) as string } });
    expect((await scene.ledger.writing.readBatch(scene.row.run, 'contacts', 0)).map((record) => record.state)).toEqual(['unsent', 'unsent', 'unsent']);
  });

  describe('read back', () => {
    it('compares every written cell and finds no difference', async () => {
      await prepared();
      await scene.plan(people(3));
      await write(3);

      expect(await verify(3)).toEqual({ recordsCompared: 3, cellsCompared: 15, associationsCompared: 0, differences: 0 });
    });

    it('follows a record that was merged into one that was merged again', async () => {
      const entered = ['ann@acme.com', 'anna@acme.com', 'anne@acme.com'].map((email, place) => ({ ref: `c${place}`, properties: { email, lastname: `Ann ${place}` } }));
      await prepared({ records: { contacts: entered } });
      const ids = (await contacts()).map(({ id }) => id);
      const [first = '', second = '', third = ''] = ids;
      await scene.plan([aPlannedRecord('contacts', 0, { city: 'Oslo' }, { action: 'update', targetId: first })]);
      await scene.edit({ action: 'merge', objectType: 'contacts', id: second, mergedId: first });
      await write(1);
      await scene.edit({ action: 'update', objectType: 'contacts', id: third, properties: { city: 'Paris' } });
      await scene.edit({ action: 'merge', objectType: 'contacts', id: third, mergedId: first });

      await verify(1);

      const differences = await scene.ledger.facts.readDifferences(scene.row.run, 10);
      expect(differences.map(({ kind, property, cause, targetId, found }) => ({ kind, property, cause, targetId, found }))).toEqual([{ kind: 'value', property: 'city', cause: 'merged-since', targetId: second, found: 'Paris' }]);
    });

    it('tells a person’s edit and a deleted record apart', async () => {
      await prepared();
      await scene.plan(people(3));
      await write(3);
      await scene.edit({ action: 'update', objectType: 'contacts', id: (await byKey('contacts-0'))?.id ?? '', properties: { city: 'Paris' } });
      await scene.edit({ action: 'archive', objectType: 'contacts', id: (await byKey('contacts-1'))?.id ?? '' });

      expect((await verify(3)).differences).toBe(2);
      const differences = await scene.ledger.facts.readDifferences(scene.row.run, 10);
      expect(differences.map(({ kind, property, cause }) => ({ kind, property, cause }))).toEqual(
        expect.arrayContaining([{ kind: 'value', property: 'city', cause: 'edited-since' }, { kind: 'record-missing', property: null, cause: 'deleted-since' }]),
      );
    });
  });

  describe('undone', () => {
    const before = { records: { contacts: [{ ref: 'ann', properties: { email: 'ann@acme.com', lastname: 'Before' } }] } };
    const writeMixed = async (): Promise<{ annId: string; fingerprint: string }> => {
      await prepared(before);
      const annId = (await contacts())[0]?.id ?? '';
      const fingerprint = await scene.fingerprint();
      // Both in one batch: the created one was planned as an update of a record that is matched, and one is new.
      await scene.plan([aPlannedRecord('contacts', 0, { email: 'new@acme.com', lastname: 'New' }), aPlannedRecord('contacts', 1, { email: 'ann@acme.com', lastname: 'After', city: 'Oslo' })]);
      await write(2);
      return { annId, fingerprint };
    };

    it('archives what it created and gives matched records their values back', async () => {
      const { fingerprint } = await writeMixed();

      expect(await undo(2)).toEqual({ archived: 1, restored: 1 });
      expect(await scene.fingerprint()).toBe(fingerprint);
    });

    it('frees the unique values, so that a new run may write the same again', async () => {
      await prepared({ switches: { searchLagMs: 0, archivedRecordsKeepUniqueValues: true } });
      await scene.plan(people(2));
      await write(2);

      await undo(2);

      expect((await contacts()).map(({ archived, properties }) => [archived, properties[KEY] ?? '', properties.email ?? ''])).toEqual([[true, '', ''], [true, '', '']]);
    });

    it.each([{ archivedRecordsKeepUniqueValues: true }, { archivedRecordsKeepUniqueValues: false }])('lets the next run end like the first ($archivedRecordsKeepUniqueValues)', async (switches) => {
      await prepared({ switches: { searchLagMs: 0, ...switches } });
      await scene.plan(people(3));
      const first = await write(3);
      await undo(3);
      const { definition, definitionDigest, stagingId } = scene.row;
      await scene.ledger.runs.update(scene.row.run, { state: 'rolled-back', endedAt: new Date().toISOString() });
      const { run } = await scene.ledger.runs.open({ migrationId: 'acme', kind: 'migration', definition, definitionDigest, now: new Date().toISOString() });
      const { snapshot, digest } = (await scene.ledger.plans.readSnapshot(stagingId))!;
      await scene.ledger.plans.saveSnapshot(run, snapshot, digest);
      await scene.ledger.drift.copyUnmatched(stagingId, run);
      await scene.ledger.plans.assignBatches(run);
      await scene.ledger.plans.save(run, (await scene.ledger.plans.read(stagingId))!);

      const second = await write(3, { run });

      expect(run).toBe('acme.2');
      expect(second.tally).toEqual(first.tally);
      expect((await contacts()).filter((record) => !record.archived).map((record) => [record.properties[KEY], record.properties[STAMP]]).sort()).toEqual([0, 1, 2].map((ordinal) => [`contacts-${ordinal}`, 'acme.2:created']));
    });

    it.each([{ path: 'batch/update' }, { path: 'batch/archive' }])('ends the same when the answer of $path was lost', async ({ path }) => {
      const { fingerprint } = await writeMixed();
      await scene.strike({ rules: [{ fault: { kind: 'answer-lost-after-commit' }, path, times: 1 }] });

      expect(await errorOf(undo(2))).not.toBeNull();
      expect(await undo(2)).toEqual({ archived: 1, restored: 1 });
      expect(await scene.fingerprint()).toBe(fingerprint);
    });

    it('finds and undoes a record whose answer never came', async () => {
      await prepared();
      await scene.plan(people(2));
      const fingerprint = await scene.fingerprint();
      await scene.strike({ rules: [{ fault: { kind: 'answer-lost-after-commit' }, path: 'batch/create', times: 1 }] });
      await errorOf(write(2));

      expect(await undo(2)).toEqual({ archived: 2 });
      expect(await scene.fingerprint()).toBe(fingerprint);
    });

    it('keeps what a person changed since, unless told otherwise', async () => {
      const { annId, fingerprint } = await writeMixed();
      await scene.edit({ action: 'update', objectType: 'contacts', id: (await byKey('contacts-0'))?.id ?? '', properties: { lastname: 'Edited' } });
      await scene.edit({ action: 'update', objectType: 'contacts', id: annId, properties: { city: 'Paris' } });

      expect(await undo(2)).toEqual({ kept: 1, restored: 1 });
      const ann = (await contacts()).find((record) => record.id === annId);
      expect(ann?.properties).toMatchObject({ city: 'Paris' });
      expect(ann?.properties[KEY] ?? '').toBe('');
      expect(await scene.fingerprint()).not.toBe(fingerprint);
    });

    it('keeps what a person filled in that we never wrote', async () => {
      await writeMixed();
      await scene.edit({ action: 'update', objectType: 'contacts', id: (await byKey('contacts-0'))?.id ?? '', properties: { jobtitle: 'Head of Everything' } });

      expect(await undo(2)).toEqual({ kept: 1, restored: 1 });
    });

    it.each([
      { what: 'names a matched record that a person deleted, as no call can give that its values back', restored: false, tally: { archived: 1, gone: 1 }, city: 'Oslo', kept: ['deleted-since'] },
      { what: 'gives a matched record its values back that a person deleted and restored', restored: true, tally: { archived: 1, restored: 1 }, city: undefined, kept: [] },
    ])('$what', async ({ restored, tally, city, kept }) => {
      const { annId } = await writeMixed();
      await scene.edit({ action: 'archive', objectType: 'contacts', id: annId });
      if (restored) {
        await scene.edit({ action: 'restore', objectType: 'contacts', id: annId });
      }

      expect(await undo(2)).toEqual(tally);
      expect((await contacts()).find((record) => record.id === annId)?.properties.city).toBe(city);
      expect((await scene.ledger.facts.readKept(scene.row.run, 10)).records).toEqual(kept.map((why) => ({ objectType: 'contacts', sourceId: 'contacts-1', targetId: annId, why })));
    });

    it.each([{ attachedType: 'notes' as const, properties: { hs_timestamp: '2026-11-22T00:00:00Z', hs_note_body: 'Called' } }, { attachedType: 'tickets' as const, properties: { subject: 'Broken', hs_pipeline_stage: '1' } }])(
      'keeps a record that people attached $attachedType to, even when edits are included',
      async ({ attachedType, properties }) => {
        await writeMixed();
        const id = (await byKey('contacts-0'))?.id ?? '';
        const attached = await scene.edit({ action: 'create', objectType: attachedType, properties });
        await scene.edit({ action: 'associate', from: { objectType: 'contacts', id }, to: { objectType: attachedType, id: attached.id } });

        expect(await undo(2, true)).toEqual({ kept: 1, restored: 1 });
        expect((await contacts()).find((record) => record.id === id)).toMatchObject({ archived: false, properties: { [KEY]: 'contacts-0' } });
      },
    );

    it('goes on where attachments may not be read, and says so', async () => {
      await writeMixed();
      await scene.strike({ rules: [{ fault: { kind: 'status', status: 403, when: 'before' }, path: 'contacts/tickets/batch/read' }] });

      expect(await undo(2)).toEqual({ archived: 1, restored: 1 });
      expect(await scene.ledger.runs.readFindings(scene.row.run)).toEqual([expect.objectContaining({ code: 'attachments-not-readable', place: 'contacts: tickets' })]);
    });

    it('asks once for the attachments of ten batches', async () => {
      await prepared();
      await scene.plan(people(250));
      for (const batch of [0, 1, 2]) {
        await write(batch === 2 ? 50 : 100, { batch });
      }
      await scene.control('DELETE', 'calls');

      const { undoRecords } = createUndoRecords(scene);
      const undoBatch = (batch: number, count: number) => scene.perform(() => undoRecords({ ...scene.identity, objectType: 'contacts', batch, count, reserve: 0.25, includeEdited: false }));

      await Promise.all([undoBatch(0, 100), undoBatch(1, 100), undoBatch(2, 50)]);

      expect((await contacts()).every(({ archived }) => archived)).toBe(true);
      expect((await scene.calls()).calls.filter(({ path }) => path.includes('/associations/'))).toHaveLength(6);
    });

    it('includes edited records when told so', async () => {
      const { annId, fingerprint } = await writeMixed();
      await scene.edit({ action: 'update', objectType: 'contacts', id: (await byKey('contacts-0'))?.id ?? '', properties: { lastname: 'Edited' } });
      await scene.edit({ action: 'update', objectType: 'contacts', id: annId, properties: { city: 'Paris' } });

      expect(await undo(2, true)).toEqual({ archived: 1, restored: 1 });
      expect(await scene.fingerprint()).toBe(fingerprint);
    });
  });
});
