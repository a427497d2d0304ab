import { changedSince, filledInSince, overwrittenValue } from '../../domain/property-history';
import type { HistoryEntry } from '../../domain/property-history';

const entry = (value: string | null, sourceType: string, second: number): HistoryEntry => ({ value, sourceType, sourceId: sourceType === 'INTEGRATION' ? '42' : null, userId: sourceType === 'CRM_UI' ? '7' : null, timestamp: `2026-09-01T10:00:${String(second).padStart(2, '0')}Z` });
const isSame = (left: string | null, right: string | null): boolean => (left ?? '') === (right ?? '');

describe('overwrittenValue', () => {
  const old = entry('old', 'IMPORT', 1);
  const ours = entry('ours', 'INTEGRATION', 9);

  it.each([
    { what: 'nothing where we wrote over what we had read', history: [ours, old], before: 'old', lost: null },
    { what: 'nothing where we filled a blank', history: [ours], before: null, lost: null },
    { what: 'the value that a person set in between', history: [ours, entry('theirs', 'CRM_UI', 5), old], before: 'old', lost: 'theirs' },
    { what: 'the value that a person filled in between', history: [ours, entry('theirs', 'CRM_UI', 5)], before: null, lost: 'theirs' },
    { what: 'that value where we wrote twice', history: [entry('ours', 'INTEGRATION', 12), ours, entry('theirs', 'CRM_UI', 5), old], before: 'old', lost: 'theirs' },
    { what: 'that value where they wrote once more since', history: [entry('theirs again', 'CRM_UI', 20), ours, entry('theirs', 'CRM_UI', 5)], before: 'old', lost: 'theirs' },
    { what: 'nothing where they cleared it', history: [ours, entry('', 'CRM_UI', 5), old], before: 'old', lost: null },
    { what: 'nothing where they set what we set', history: [ours, entry('ours', 'CRM_UI', 5), old], before: 'old', lost: null },
    { what: 'nothing where the portal did it', history: [ours, entry('theirs', 'CALCULATED', 5), old], before: 'old', lost: null },
    { what: 'nothing where ours never came in', history: [entry('theirs', 'CRM_UI', 5), old], before: 'old', lost: null },
  ])('tells $what', ({ history, before, lost }) => {
    expect(overwrittenValue(history, { ours: 'ours', before }, isSame)).toBe(lost);
  });

  it('does not count on the order of the answer', () => {
    const history = [old, entry('theirs', 'CRM_UI', 5), ours];

    expect(overwrittenValue(history, { ours: 'ours', before: 'old' }, isSame)).toBe('theirs');
  });
});

describe('changedSince', () => {
  const before = entry('old', 'IMPORT', 1);
  const ours = entry('ours', 'INTEGRATION', 9);

  it.each([
    { who: 'a person', history: [entry('theirs', 'CRM_UI', 9), ours, before], change: 'person' },
    { who: 'the portal', history: [entry('theirs', 'CALCULATED', 9), ours, before], change: 'system' },
    { who: 'nobody', history: [ours, before], change: 'none' },
  ])('counts $who who came within the millisecond of ours, in whatever order they are told', ({ history, change }) => {
    expect([history, history.toReversed()].map((entries) => changedSince(entries, 'ours', isSame))).toEqual([change, change]);
  });
});

describe('filledInSince', () => {
  const creation = entry('acme.1:created', 'INTEGRATION', 9);

  it.each([
    { what: 'a person, later', filled: entry('Boss', 'CRM_UI', 10), by: 'person' },
    { what: 'a person, within the millisecond of the creation', filled: entry('Boss', 'CRM_UI', 9), by: 'person' },
    { what: 'an unknown source, later', filled: entry('Boss', 'SOMETHING_NEW', 10), by: 'person' },
    { what: 'an unknown source that names no user, with the creation', filled: entry('Boss', 'SOMETHING_NEW', 9), by: 'none' },
    { what: 'the portal, later', filled: entry('Boss', 'CALCULATED', 10), by: 'none' },
    { what: 'the creation itself', filled: entry('Boss', 'INTEGRATION', 9), by: 'none' },
  ])('tells $what: $by', ({ filled, by }) => {
    expect(filledInSince([filled], [creation])).toBe(by);
  });
});
