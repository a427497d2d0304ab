import fc from 'fast-check';
import type { RecordSettlement } from '../../ledger/ledger';
import { openLedger } from '../../ledger/open-ledger';
import { NOW, aPlanned, openRun, range, useLedger } from './support';

const created = (ordinal: number, changes: Partial<RecordSettlement> = {}) => ({ ordinal, outcome: 'created' as const, targetId: `t${ordinal}`, refusal: null, postImage: { salesforce_id: `s${ordinal}` }, ...changes });
const refusedBecause = (code: string) => ({ outcome: 'refused' as const, targetId: null, refusal: { code, property: 'email', message: 'no', correlationId: 'c1' }, postImage: null });
const unsent = (count: number) => range(count).map((ordinal) => ({ ordinal, attempt: 0 }));

describe('WritingStore', () => {
  const used = useLedger();
  const planned = async (records = range(3).map((ordinal) => aPlanned(ordinal)), migrationId = 'acme') => {
    const { run } = await openRun(used.ledger, migrationId);
    await used.ledger.plans.writeRecords(run, records);
    await used.ledger.plans.assignBatches(run);
    return run;
  };

  const over = (run: string) => used.ledger.runs.update(run, { state: 'finalized', endedAt: NOW });

  it('shows a planned record as unsent with attempt 0', async () => {
    const run = await planned([aPlanned(0), aPlanned(1, { action: 'fold', foldInto: 's0' }), aPlanned(2, { action: 'fold', foldInto: 's1' })]);

    const batch = await used.ledger.writing.readBatch(run, 'contacts', 0);

    expect(batch).toEqual([
      { ordinal: 0, sourceId: 's0', foldedSourceIds: ['s1', 's2'], kind: 'create', targetId: null, properties: { salesforce_id: 's0' }, state: 'unsent', attempt: 0, outcome: null, preImage: null },
    ]);
  });

  it('lets only one of two senders take a record', async () => {
    const run = await planned();

    const first = await used.ledger.writing.markSent(run, 'contacts', unsent(2), NOW);
    const second = await used.ledger.writing.markSent(run, 'contacts', unsent(3), NOW);

    expect([first, second]).toEqual([[0, 1], [2]]);
    expect((await used.ledger.writing.readBatch(run, 'contacts', 0)).map(({ state, attempt }) => [state, attempt])).toEqual([['sent', 1], ['sent', 1], ['sent', 1]]);
  });

  it('raises the attempt with each send and refuses one that is out of date', async () => {
    const run = await planned();
    await used.ledger.writing.markSent(run, 'contacts', unsent(1), NOW);

    await used.ledger.writing.clearSent(run, 'contacts', [{ ordinal: 0, attempt: 0 }]);
    const stillSent = await used.ledger.writing.readBatch(run, 'contacts', 0);
    await used.ledger.writing.clearSent(run, 'contacts', [{ ordinal: 0, attempt: 1 }]);
    const late = await used.ledger.writing.markSent(run, 'contacts', [{ ordinal: 0, attempt: 0 }], NOW);
    const again = await used.ledger.writing.markSent(run, 'contacts', [{ ordinal: 0, attempt: 1 }], NOW);

    expect(stillSent[0]).toMatchObject({ state: 'sent', attempt: 1 });
    expect([late, again]).toEqual([[], [0]]);
    expect((await used.ledger.writing.readBatch(run, 'contacts', 0))[0]).toMatchObject({ state: 'sent', attempt: 2 });
  });

  it('remembers what was sent when the process dies before the answer', async () => {
    const run = await planned();
    await used.ledger.writing.markSent(run, 'contacts', unsent(2), NOW);

    const next = await openLedger({ location: used.location });

    expect((await next.writing.readBatch(run, 'contacts', 0)).map(({ state }) => state)).toEqual(['sent', 'sent', 'unsent']);
    expect((await next.facts.tallies(run)).records.contacts).toMatchObject({ inDoubt: 2, pending: 1 });
    await next.close();
  });

  it('keeps the first outcome and never sends a settled record again', async () => {
    const run = await planned();
    await used.ledger.writing.markSent(run, 'contacts', unsent(3), NOW);

    const first = await used.ledger.writing.settle(run, 'contacts', [created(0), created(1)], NOW);
    const second = await used.ledger.writing.settle(run, 'contacts', [{ ordinal: 0, ...refusedBecause('late') }, created(2)], NOW);
    await used.ledger.writing.clearSent(run, 'contacts', [{ ordinal: 0, attempt: 1 }]);
    const sent = await used.ledger.writing.markSent(run, 'contacts', [{ ordinal: 0, attempt: 0 }, { ordinal: 0, attempt: 1 }], NOW);

    expect([[...first].sort(), [...second].sort(), sent]).toEqual([[0, 1], [0, 2], []]);
    expect((await used.ledger.writing.readBatch(run, 'contacts', 0))[0]).toMatchObject({ state: 'settled', outcome: { outcome: 'created', targetId: 't0', refusal: null, postImage: { salesforce_id: 's0' } } });
  });

  it('writes no outcome of an attempt that was overtaken', async () => {
    const run = await planned();
    await used.ledger.writing.markSent(run, 'contacts', unsent(2), NOW);
    await used.ledger.writing.clearSent(run, 'contacts', [{ ordinal: 0, attempt: 1 }]);
    await used.ledger.writing.markSent(run, 'contacts', [{ ordinal: 0, attempt: 1 }], NOW);

    const settled = await used.ledger.writing.settle(run, 'contacts', [{ ...created(0), attempt: 1 }, { ...created(1), attempt: 1 }], NOW);

    expect(settled).toEqual([1]);
    expect((await used.ledger.writing.readBatch(run, 'contacts', 0)).map(({ state }) => state)).toEqual(['sent', 'settled', 'unsent']);
    expect((await used.ledger.writing.readPairs(run, 'contacts', 0)).map(([sourceId]) => sourceId)).toEqual(['s1']);
    expect((await used.ledger.facts.tallies(run)).records.contacts).toMatchObject({ created: 1, inDoubt: 1, pending: 1 });
  });

  it('writes the pairs of landed records with those folded into them, and none for refused ones', async () => {
    const run = await planned([
      aPlanned(0),
      aPlanned(1, { action: 'update', targetId: 't1' }),
      aPlanned(2, { action: 'unchanged', targetId: 't2' }),
      aPlanned(3),
      aPlanned(4, { action: 'fold', foldInto: 's0' }),
      aPlanned(5, { action: 'fold', foldInto: 's3' }),
    ]);

    await used.ledger.writing.settle(
      run,
      'contacts',
      [created(0), created(1, { outcome: 'updated' }), { ordinal: 2, outcome: 'unchanged', targetId: null, refusal: null, postImage: null }, { ordinal: 3, ...refusedBecause('INVALID_EMAIL') }],
      NOW,
    );

    expect(await used.ledger.writing.readPairs(run, 'contacts', 0)).toEqual([['s0', 't0', 'c'], ['s4', 't0', 'c']]);
    expect(await used.ledger.writing.readPartitionPairs(run, 'contacts', 0, 100)).toEqual([['s0', 't0', 'c'], ['s1', 't1', 'm'], ['s2', 't2', 'm'], ['s4', 't0', 'c']]);
    expect(await used.ledger.writing.findPairs(run, 'contacts', ['s4', 's5', 's3'])).toEqual([['s4', 't0', 'c']]);
    expect(await used.ledger.writing.findByTargetIds(run, 'contacts', ['t0'])).toEqual([['s0', 't0', 'c'], ['s4', 't0', 'c']]);
    expect(await used.ledger.facts.refusalsByCode(run)).toEqual([{ objectType: 'contacts', code: 'INVALID_EMAIL', count: 1 }]);
  });

  it('writes nothing at all when one outcome of a batch cannot be', async () => {
    const run = await planned();

    const settling = used.ledger.writing.settle(run, 'contacts', [created(0), created(1, { targetId: null })], NOW);

    await expect(settling).rejects.toMatchObject({ type: 'InvariantError', details: { code: 'landed-without-id' } });
    expect(await used.ledger.writing.readPairs(run, 'contacts', 0)).toEqual([]);
    expect((await used.ledger.facts.tallies(run)).records.contacts).toMatchObject({ created: 0, pending: 3 });
  });

  it('keeps the older pre-image where the portal already holds what was planned', async () => {
    const run = await planned([aPlanned(0, { action: 'update', targetId: 't0', properties: { city: 'Bonn', phone: '1' } })]);
    await used.ledger.writing.keepPreImages(run, 'contacts', [{ ordinal: 0, targetId: 't0', values: { city: 'Köln', phone: '7' } }]);

    await used.ledger.writing.keepPreImages(run, 'contacts', [{ ordinal: 0, targetId: 't0', values: { city: 'Bonn', phone: '8' } }]);

    expect((await used.ledger.writing.readBatch(run, 'contacts', 0))[0]).toMatchObject({ targetId: 't0', preImage: { city: 'Köln', phone: '8' }, state: 'unsent', attempt: 0 });
  });

  it('keeps what each run did with the same plan apart', async () => {
    const first = await planned();
    await used.ledger.writing.settle(first, 'contacts', [created(0)], NOW);
    await over(first);
    const second = (await openRun(used.ledger)).run;
    await used.ledger.drift.copyUnmatched(first, second);
    await used.ledger.plans.assignBatches(second);

    const batch = await used.ledger.writing.readBatch(second, 'contacts', 0);

    expect(batch.map(({ state }) => state)).toEqual(['unsent', 'unsent', 'unsent']);
    expect((await used.ledger.facts.tallies(second)).records.contacts).toMatchObject({ source: 3, created: 0, pending: 3 });
  });

  it('shows rollback what was created or updated, once each', async () => {
    const run = await planned([aPlanned(0), aPlanned(1, { action: 'update', targetId: 't1' }), aPlanned(2)]);
    await used.ledger.writing.settle(run, 'contacts', [created(0), { ordinal: 2, ...refusedBecause('x') }], NOW);
    await used.ledger.writing.keepPreImages(run, 'contacts', [{ ordinal: 1, targetId: 't1', values: { salesforce_id: null } }]);
    await used.ledger.writing.settle(run, 'contacts', [created(1, { outcome: 'updated' })], NOW);

    const before = [...(await used.ledger.writing.readUndo(run, 'contacts', 0)), ...(await used.ledger.writing.readUndo(run, 'contacts', 1))];
    await used.ledger.writing.settleUndo(run, 'contacts', [{ ordinal: 0, state: 'archived', code: null }, { ordinal: 2, state: 'archived', code: null }], NOW);
    await used.ledger.writing.settleUndo(run, 'contacts', [{ ordinal: 0, state: 'kept', code: 'edited' }, { ordinal: 1, state: 'failed', code: null }], NOW);

    expect(before.map(({ ordinal, targetId, origin, preImage, undo }) => ({ ordinal, targetId, origin, preImage, undo }))).toEqual([
      { ordinal: 0, targetId: 't0', origin: 'c', preImage: null, undo: 'pending' },
      { ordinal: 1, targetId: 't1', origin: 'm', preImage: { salesforce_id: null }, undo: 'pending' },
    ]);
    expect(await used.ledger.facts.undoTally(run)).toEqual({ contacts: { archived: 1, failed: 1, pending: 0 } });
  });

  it.each([{ state: 'rolling-back' as const, phase: 'rollback' as const }, { state: 'finalized' as const, phase: 'open' as const }])('marks nothing as sent for a run that is $state', async (change) => {
    const run = await planned();
    await used.ledger.runs.update(run, change);

    await expect(used.ledger.writing.markSent(run, 'contacts', unsent(3), NOW)).rejects.toMatchObject({ type: 'IdentityError', details: { code: 'run-undone' } });
    expect((await used.ledger.writing.readBatch(run, 'contacts', 0)).every(({ state }) => state === 'unsent')).toBe(true);
  });

  it('adds up, whatever is sent, cleared and settled in which order', async () => {
    const RECORDS = 6;
    let migrations = 0;
    const step = fc.record({ kind: fc.constantFrom('send', 'clear', 'land', 'refuse'), ordinal: fc.nat(RECORDS - 1), attempt: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const run = await planned([...range(RECORDS).map((ordinal) => aPlanned(ordinal)), aPlanned(RECORDS, { action: 'fold', foldInto: 's0' })], `acme-${(migrations += 1)}`);
        for (const { kind, ordinal, attempt } of steps) {
          if (kind === 'send') await used.ledger.writing.markSent(run, 'contacts', [{ ordinal, attempt }], NOW);
          if (kind === 'clear') await used.ledger.writing.clearSent(run, 'contacts', [{ ordinal, attempt }]);
          if (kind === 'land') await used.ledger.writing.settle(run, 'contacts', [created(ordinal)], NOW);
          if (kind === 'refuse') await used.ledger.writing.settle(run, 'contacts', [{ ordinal, ...refusedBecause('x') }], NOW);
        }
        const batch = await used.ledger.writing.readBatch(run, 'contacts', 0);
        const inState = (is: (record: (typeof batch)[number]) => boolean) => batch.filter(is).length;

        const tally = (await used.ledger.facts.tallies(run)).records.contacts;

        expect(tally).toEqual({
          source: RECORDS + 1,
          created: inState(({ outcome }) => outcome?.outcome === 'created'),
          updated: 0,
          unchanged: 0,
          folded: 1,
          leftOut: 0,
          refused: inState(({ outcome }) => outcome?.outcome === 'refused'),
          inDoubt: inState(({ state }) => state === 'sent'),
          pending: inState(({ state }) => state === 'unsent'),
        });
      }),
      { numRuns: 40 },
    );
  });
});
