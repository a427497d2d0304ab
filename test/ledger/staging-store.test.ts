import { anInspection, anObject, aRow, range, useLedger } from './support';

const STAGING = 'plan:acme.1';

describe('StagingStore', () => {
  const used = useLedger();
  const append = (page: Partial<Parameters<typeof used.ledger.staging.appendPage>[2]>) =>
    used.ledger.staging.appendPage(STAGING, anObject(), { from: null, records: [], rejected: [], cursor: null, ...page });

  it('gives ordinals in source order over records and rejected rows', async () => {
    await used.ledger.staging.begin(STAGING, anInspection());
    await append({ records: [aRow('a', 2), aRow('b', 5)], rejected: [{ fileIndex: 0, line: 3, code: 'missing-id' }], cursor: 'p2' });
    await append({ from: 'p2', records: [aRow('c', 9)] });

    const rows = await used.ledger.staging.readPage(STAGING, 'Contact', -1, 10);

    expect(rows.map(({ ordinal, sourceId, line, state, values }) => ({ ordinal, sourceId, line, state, values }))).toEqual([
      { ordinal: 0, sourceId: 'a', line: 2, state: 'ok', values: { Id: 'a' } },
      { ordinal: 1, sourceId: null, line: 3, state: 'missing-id', values: {} },
      { ordinal: 2, sourceId: 'b', line: 5, state: 'ok', values: { Id: 'b' } },
      { ordinal: 3, sourceId: 'c', line: 9, state: 'ok', values: { Id: 'c' } },
    ]);
    expect(await used.ledger.staging.readCursor(STAGING, 'Contact')).toEqual({ cursor: null, done: true, nextOrdinal: 4 });
  });

  it('takes a repeated page once', async () => {
    await append({ records: [aRow('a', 2)], cursor: 'p2' });

    await append({ records: [aRow('a', 2)], cursor: 'p2' });
    await append({ from: 'p2', records: [aRow('b', 3)] });
    await append({ from: 'p2', records: [aRow('b', 3)] });
    await append({ records: [aRow('z', 3)] });

    expect(await used.ledger.staging.countRows(STAGING)).toEqual({ Contact: { rows: 2, usable: 2, filled: { Id: 2 } } });
  });

  it('keeps the first row of an id and marks the others, within a page and over pages', async () => {
    await append({ records: [aRow('a', 2), aRow('a', 3)], cursor: 'p2' });
    await append({ from: 'p2', records: [aRow('a', 4), aRow('b', 5)] });

    const states = (await used.ledger.staging.readPage(STAGING, 'Contact', -1, 10)).map(({ line, state }) => [line, state]);

    expect(states).toEqual([[2, 'ok'], [3, 'repeated-id'], [4, 'repeated-id'], [5, 'ok']]);
    expect((await used.ledger.staging.findRecords(STAGING, 'Contact', ['a', 'b', 'x'])).map(({ line }) => line)).toEqual([2, 5]);
    expect(await used.ledger.staging.readUnusable(STAGING, 'Contact', 10)).toEqual([3, 4].map((line) => ({ fileIndex: 0, line, state: 'repeated-id' })));
    expect(await used.ledger.staging.readUnusable(STAGING, 'Contact', 1)).toHaveLength(1);
  });

  it('counts rows, usable rows and filled cells', async () => {
    await append({ records: [aRow('a', 2, { Id: 'a', Email: null }), aRow('b', 3, { Id: 'b', Email: 'x' })], rejected: [{ fileIndex: 0, line: 4, code: 'too-few-cells' }] });

    expect(await used.ledger.staging.countRows(STAGING)).toEqual({ Contact: { rows: 3, usable: 2, filled: { Id: 2, Email: 1 } } });
  });

  it('goes on where it stopped when it begins again, and forgets a source that has changed', async () => {
    await used.ledger.staging.begin(STAGING, anInspection());
    await append({ records: range(12).map((line) => aRow(`s${line}`, line)), cursor: 'p2' });

    await used.ledger.staging.begin(STAGING, anInspection());
    const same = await used.ledger.staging.readCursor(STAGING, 'Contact');
    await used.ledger.staging.begin(STAGING, anInspection({ digest: 'source-2' }));

    expect(same).toEqual({ cursor: 'p2', done: false, nextOrdinal: 12 });
    expect(await used.ledger.staging.readCursor(STAGING, 'Contact')).toEqual({ cursor: null, done: false, nextOrdinal: 0 });
    expect(await used.ledger.staging.readPage(STAGING, 'Contact', -1, 10)).toEqual([]);
    expect(await used.ledger.staging.readInspection(STAGING)).toEqual(anInspection({ digest: 'source-2' }));
  });
});
