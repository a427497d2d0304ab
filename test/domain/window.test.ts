import { batchesOf, grouped, toItems, windowShare } from '../../domain/window';

describe('windowShare', () => {
  it.each([
    { window: 24, open: 4, share: 6 },
    { window: 24, open: 3, share: 8 },
    { window: 24, open: 1, share: 24 },
    { window: 24, open: 0, share: 24 },
    { window: 2, open: 4, share: 1 },
  ])('gives each of $open partitions $share of $window', ({ window, open, share }) => {
    expect(windowShare(window, open)).toBe(share);
  });
});

describe('batchesOf', () => {
  it('counts on from the partitions before', () => {
    const [, second] = toItems('write-records', 'contacts', [
      { partition: 0, firstBatch: 0, batchCounts: Array.from({ length: 100 }, () => 100) },
      { partition: 1, firstBatch: 100, batchCounts: [100, 100, 50] },
    ]);

    expect(second && batchesOf(second)).toEqual([
      { batch: 100, count: 100, summary: 'contacts 10,001–10,100' },
      { batch: 101, count: 100, summary: 'contacts 10,101–10,200' },
      { batch: 102, count: 50, summary: 'contacts 10,201–10,250' },
    ]);
  });

  it('takes batches as full as the plan says', () => {
    const [item] = toItems('write-associations', 'deals-contacts', [{ partition: 0, firstBatch: 0, batchCounts: [1_990, 40] }]);

    expect(item && batchesOf(item).map(({ count, summary }) => [count, summary])).toEqual([
      [1_990, 'deals-contacts 1–1,990'],
      [40, 'deals-contacts 1,991–2,030'],
    ]);
  });
});

describe('grouped', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1,000'],
    [1_234_567, '1,234,567'],
  ])('writes %d as %s', (value, text) => {
    expect(grouped(value)).toBe(text);
  });
});
