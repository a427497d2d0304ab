import { byFormerId, mergedInto, MERGED_RECORDS_PROPERTY } from '../../domain/merged-record';

const record = (id: string, merged: string | null) => ({ id, properties: { [MERGED_RECORDS_PROPERTY]: merged }, archived: false });

describe('mergedInto', () => {
  it.each([
    { merged: null, ids: [] },
    { merged: '', ids: [] },
    { merged: '7', ids: ['7'] },
    { merged: '7; 8;', ids: ['7', '8'] },
  ])('reads $merged as $ids', ({ merged, ids }) => {
    expect(mergedInto(record('1', merged))).toEqual(ids);
  });
});

describe('byFormerId', () => {
  it('finds a record under its own id, and under those of records that were merged into it', () => {
    const [one, two] = [record('1', '7;8'), record('2', null)];

    expect(Object.fromEntries(byFormerId([one, two]))).toEqual({ 1: one, 2: two, 7: one, 8: one });
  });

  it('believes a record that is there more than one that claims to have taken it in', () => {
    const [one, two] = [record('1', '2'), record('2', null)];

    expect(byFormerId([two, one]).get('2')).toBe(two);
  });
});
