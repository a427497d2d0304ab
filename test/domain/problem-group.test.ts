import { problemGroups } from '../../domain/problem-group';
import type { ProblemCount } from '../../domain/problem-group';
import { remedyFor } from '../../domain/problem-remedy';
import { LEFT_OUT_REASONS } from '../../domain/planned-record';

const aCount = (change: Partial<ProblemCount> = {}): ProblemCount => ({ what: 'failed', workType: 'contacts', code: 'INVALID_OPTION', property: 'city', count: 1, ordinals: [4], ...change });

describe('problemGroups', () => {
  it('puts failed before skipped and the largest first, each with where it came to light', () => {
    const groups = problemGroups([aCount({ count: 2 }), aCount({ what: 'skipped', code: 'filter', property: null, count: 90 }), aCount({ workType: 'contacts-companies', code: 'LIMIT', property: null, count: 7 })]);

    expect(groups.map(({ what, phase, count }) => [what, phase, count])).toEqual([['failed', 'relink', 7], ['failed', 'contacts', 2], ['skipped', 'plan', 90]]);
  });

  it('comes to the same order, whatever order it is told in', () => {
    const counts = [aCount({ property: 'a' }), aCount({ property: 'b' }), aCount({ property: null })];

    expect(problemGroups(counts.toReversed())).toEqual(problemGroups(counts));
  });
});

describe('remedyFor', () => {
  const unknown = remedyFor({ what: 'failed', code: 'A_CODE_OF_NEXT_YEAR' });

  it('says where the words are for a code that nobody knows yet', () => {
    expect(unknown).toContain('refused.csv');
  });

  it.each([
    'PROPERTY_DOESNT_EXIST', 'INVALID_EMAIL', 'INVALID_OPTION', 'INVALID_DATE', 'INVALID_LONG', 'INVALID_INTEGER', 'READ_ONLY_VALUE', 'MISSING_REQUIRED_PROPERTY',
    'MISSING_CONDITIONAL_REQUIRED_PROPERTY', 'CONFLICT', 'OBJECT_NOT_FOUND', 'VALIDATION_ERROR', 'INVALID_ASSOCIATION_TYPE_ID', 'crm.associations.FROM_OBJECT_NOT_FOUND',
    'deleted-since', 'key-conflict', 'held-by-archived', 'email-conflict',
  ])('knows what to do about %s', (code) => {
    expect(remedyFor({ what: 'failed', code })).not.toBe(unknown);
  });

  it.each(LEFT_OUT_REASONS)('knows what to do about records skipped for %s, whatever code stands behind it', (reason) => {
    expect(remedyFor({ what: 'skipped', code: `${reason} INVALID_OPTION` })).not.toBe(unknown);
  });
});
