import { toPauseReason } from '../../domain/control';
import { toStatusDetails } from '../../domain/status-details';

describe('toStatusDetails', () => {
  it('tells a manager how far each type is, how fast, and when it ends', () => {
    const text = toStatusDetails({
      phase: 'contacts',
      state: 'running',
      reasons: [],
      progress: [
        { workType: 'companies', done: 1_223, total: 1_223, counts: { created: 1_220, refused: 3 } },
        { workType: 'contacts', done: 500, total: 1_011, counts: { created: 500 } },
      ],
      batches: { done: 18, total: 100 },
      batchesPerMinute: 61.4,
      verified: {},
      undone: {},
      expectedEnd: '2026-11-22T05:04:59.000Z',
      problems: null,
    });

    expect(text).toBe(
      [
        '**Writing contacts** (running)',
        '',
        '- Companies: 1,223 of 1,223 (100 %): 1,220 created, 3 failed',
        '- Contacts: 500 of 1,011 (49 %): 500 created',
        '- failed records: 3',
        '- rate: 61 batches a minute',
        '- expected end: 2026-11-22 05:04 UTC',
      ].join('\n'),
    );
  });

  it('names each wait with its end and its remedy, and uses no table', () => {
    const text = toStatusDetails({
      phase: 'deals',
      state: 'paused',
      reasons: [toPauseReason('quota', { since: '2026-11-22T05:00:00.000Z', until: '2026-11-23T00:00:00.000Z' })],
      progress: [],
      batches: { done: 0, total: 0 },
      batchesPerMinute: null,
      verified: {},
      undone: {},
      expectedEnd: null,
      problems: null,
    });

    expect(text).toContain("- the day's share of API calls is used up since 2026-11-22 05:00 UTC, until 2026-11-23 00:00 UTC. ");
    expect(text).toContain('by itself after the reset');
    expect(text).not.toContain('|');
  });

  it('names what is in doubt by type and ordinal, with the oldest', () => {
    const problems = { at: '2026-11-22T05:03:00.000Z', refused: [], inDoubt: [{ workType: 'contacts' as const, count: 1_040, ordinals: [301, 302], oldest: { ordinal: 302, sentAt: '2026-11-22T05:01:00.000Z' } }] };

    const text = toStatusDetails({ phase: 'contacts', state: 'paused', reasons: [], progress: [], batches: { done: 0, total: 0 }, batchesPerMinute: null, verified: {}, undone: {}, expectedEnd: null, problems });

    expect(text).toContain('- in doubt at 2026-11-22 05:03 UTC: Contacts 1,040 (#301, #302, …), the oldest sent 2026-11-22 05:01 UTC; looked up before anything is sent again');
  });

  it('does not blame the portal for a full disk of our own', () => {
    const reasons = [toPauseReason('portal-unavailable', { since: '2026-11-22T05:00:00.000Z', code: 'ledger-disk-full' })];

    const text = toStatusDetails({ phase: 'deals', state: 'paused', reasons, progress: [], batches: { done: 0, total: 0 }, batchesPerMinute: null, verified: {}, undone: {}, expectedEnd: null, problems: null });

    expect(text).toContain('- the ledger cannot be used since 2026-11-22 05:00 UTC. Not the portal: the disk');
    expect(text).not.toContain('does not answer');
  });
});
