import fc from 'fast-check';
import { compactValues, valueIn } from '../../simulator/hubspot/compact-values';
import { historyOf, RecordStore, valuesAt, type StoredRecord } from '../../simulator/hubspot/record-store';

const ACTOR = { sourceType: 'INTEGRATION', sourceId: '1' };

function aRecord(id: number, values: Record<string, string>): StoredRecord {
  const compact = compactValues(Object.entries(values));
  return { id, createdMs: id, updatedMs: id, archivedMs: 0, values: compact, writes: [{ atMs: id, actor: ACTOR, changes: compact }] };
}

describe('RecordStore', () => {
  it('finds the one live holder of a unique value after any series of changes', () => {
    const step = fc.record({ act: fc.constantFrom('create', 'change', 'archive', 'restore', 'forget'), which: fc.nat(5), key: fc.constantFrom('', 'a', 'b', 'c') });

    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const store = new RecordStore();
        store.declareUnique('key', (value) => value);
        const model = new Map<number, { key: string; live: boolean }>();
        let nextId = 1;
        for (const { act, which, key } of steps) {
          const id = [...model.keys()][which];
          const record = id === undefined ? undefined : store.get(id);
          const taken = key !== '' && [...model].some(([other, { key: held, live }]) => held === key && live && (act === 'create' || other !== id));
          if (act === 'create' && !taken) {
            store.insert(aRecord(nextId, key === '' ? {} : { key }));
            model.set(nextId++, { key, live: true });
          } else if (record && id !== undefined) {
            const state = model.get(id)!;
            const wanted = [...model].some(([other, { key: held, live }]) => held === state.key && held !== '' && live && other !== id);
            if (act === 'change' && state.live && !taken) {
              store.change(record, { atMs: 100, actor: ACTOR, changes: compactValues([['key', key]]) });
              model.set(id, { key, live: true });
            } else if (act === 'archive') {
              store.archive(record, 200);
              model.set(id, { ...state, live: false });
            } else if (act === 'restore' && !wanted) {
              store.restore(record);
              model.set(id, { ...state, live: true });
            } else if (act === 'forget') {
              store.forget(record);
              model.delete(id);
            }
          }
        }
        for (const key of ['a', 'b', 'c']) {
          const expected = [...model].find(([, state]) => state.key === key && state.live)?.[0];
          expect(store.holder('key', key)?.id).toBe(expected);
        }
        expect(store.count).toBe([...model.values()].filter(({ live }) => live).length);
        expect([...store.inOrder()].map(({ id }) => id)).toEqual([...model.keys()].sort((a, b) => a - b));
      }),
      { seed: 20_261_122, numRuns: 500 },
    );
  });

  it('remembers what a record looked like, and who changed it', () => {
    const store = new RecordStore();
    const record = aRecord(10, { city: 'Oslo', zip: '1' });
    store.insert(record);
    store.change(record, { atMs: 20, actor: { ...ACTOR, userId: 5 }, changes: compactValues([['city', 'Rome'], ['zip', '']]) });

    const seen = [9, 10, 19, 20].map((atMs) => valuesAt(record, atMs)).map((values) => values && [valueIn(values, 'city'), valueIn(values, 'zip')]);

    expect(seen).toEqual([undefined, ['Oslo', '1'], ['Oslo', '1'], ['Rome', undefined]]);
    expect(historyOf(record, 'zip').map(({ value, actor }) => [value, actor.userId])).toEqual([['', 5], ['1', undefined]]);
  });

  it('lists by id although records come in another order', () => {
    const store = new RecordStore();
    for (const id of [5, 2, 9, 1]) store.insert(aRecord(id, {}));

    expect([...store.inOrder(2)].map(({ id }) => id)).toEqual([2, 5, 9]);
  });
});
