import { canonicalJson, explore, LawBroken } from '../../support/explorer';

/** A counter between 0 and 9 that may be raised by one or two. */
const counting = (law: (count: number, isEnd: boolean) => string | null): Parameters<typeof explore<{ count: number }>>[0] => ({
  start: { count: 0 },
  next: ({ count }) => (count >= 9 ? [] : [1, 2].map((by) => ({ label: `+${by}`, state: { count: count + by } }))),
  law: ({ count }, isEnd) => law(count, isEnd),
});

describe('explore', () => {
  it('visits each state once and counts every transition and end', () => {
    const visits: number[] = [];

    const found = explore(counting((count) => void visits.push(count) ?? null));

    expect(visits).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(found).toEqual({ states: 11, transitions: 18, ends: 2 });
  });

  it('shows a shortest way to a broken law', () => {
    const exploring = (): unknown => explore(counting((count) => (count === 5 ? 'five' : null)));

    expect(exploring).toThrow(LawBroken);
    expect(exploring).toThrow(/^five\n {2}1\. \+1\n {2}2\. \+2\n {2}3\. \+2$/u);
  });

  it('tells the law when nothing can happen any more', () => {
    expect(() => explore(counting((count, isEnd) => (isEnd && count === 10 ? 'ends at ten' : null)))).toThrow('ends at ten');
  });

  it('refuses a model that is larger than it says', () => {
    expect(() => explore({ ...counting(() => null), maxStates: 10 })).toThrow('more than 10 states');
  });
});

describe('canonicalJson', () => {
  it('writes equal values alike, whatever the order of their members', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: undefined })).toBe(canonicalJson({ b: [1, { c: 'x', d: null }] }));
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  });
});
