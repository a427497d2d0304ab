import { explore, LawBroken } from '../../support/explorer';

/** A counter between 0 and 9 that may be raised by one or two. */
const counting = (law: (count: number, isEnd: boolean) => string | null): Parameters<typeof explore<{ count: number }>>[0] => ({
  start: { count: 0 },
  next: ({ count }) => (count >= 9 ? [] : [1, 2].map((by) => ({ label: `+${by}`, state: { count: count + by } }))),
  law: ({ count }, isEnd) => law(count, isEnd),
});

describe('explore', () => {
  it('visits each state once and counts every transition and end', () => {
    const visits: number[] = [];

    const found = explore(counting((count) => (visits.push(count) > 0 ? null : 'never')));

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

  it('takes equal states for one, whatever the order of their members', () => {
    const step = (state: { a?: number; b: readonly number[] }): { label: string; state: { a?: number; b: readonly number[] } }[] =>
      state.b.length > 1 ? [] : [{ label: 'one way', state: { a: 1, b: [1, 2] } }, { label: 'another', state: { b: [1, 2], a: 1 } }, { label: 'a third', state: { b: [2, 1] } }];

    expect(explore({ start: { b: [] }, next: step, law: () => null })).toEqual({ states: 3, transitions: 3, ends: 2 });
  });

  it('does not take a text for a number or for another part', () => {
    const states = [['#1'], [1], ['1'], [null], ['null'], [[]], [{}]];

    expect(explore<unknown>({ start: 'start', next: (state) => (state === 'start' ? states.map((each) => ({ label: 'go', state: each })) : []), law: () => null }).states).toBe(1 + states.length);
  });

  it('says from where no way leads to an end', () => {
    const turning = { start: 0, next: (at: number) => (at === 0 ? [{ label: 'leave', state: 9 }, { label: 'turn', state: 1 }] : at === 9 ? [] : [{ label: 'on', state: at === 1 ? 2 : 1 }]), law: () => null };

    expect(() => explore(turning)).toThrow(/^no way leads to an end from here\n {2}1\. turn$/u);
  });

  it('refuses a model that changes a state afterwards', () => {
    const cheating = { start: { count: 0 }, next: (state: { count: number }) => (state.count > 3 ? [] : [{ label: 'on', state: Object.assign(state, { count: state.count + 1 }) }]), law: () => null };

    expect(() => explore(cheating)).toThrow(TypeError);
  });
});
