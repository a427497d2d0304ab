import { EMPTY_PROGRESS, batchTotal, batchesPerMinute, expectedEnd, progressByType, progressMade, recordsDone, refusalsAccepted, reportsTogether, typesRefusedTooOften, workBegun } from '../../domain/progress';
import type { Progress } from '../../domain/progress';
import { aPlan } from '../support/plan-facts';

const written = (progress: Progress, counts: Record<string, number>, batches = 1, nowMs = 0): Progress =>
  progressMade(progress, { kind: 'write-records', workType: 'companies', batches, counts }, nowMs);

describe('progressMade', () => {
  it('adds what was written by type and outcome', () => {
    const progress = written(written(EMPTY_PROGRESS, { created: 90, refused: 10 }), { created: 50 });

    expect(progressByType(progress, aPlan({ creates: { companies: 250 }, links: {} }))).toEqual([{ workType: 'companies', done: 150, total: 250, counts: { created: 140, refused: 10 } }]);
    expect(recordsDone(progress, aPlan({ creates: { companies: 250 } }))).toEqual({ done: 150, total: 250 });
  });

  it('keeps what was read back and undone apart from what was written', () => {
    const verified = progressMade(EMPTY_PROGRESS, { kind: 'verify-records', workType: 'companies', batches: 1, counts: { recordsCompared: 100 } }, 0);
    const undone = progressMade(verified, { kind: 'undo-records', workType: 'companies', batches: 1, counts: { archived: 7 } }, 0);

    expect(undone).toMatchObject({ written: {}, verified: { recordsCompared: 100 }, undone: { archived: 7 }, batchesDone: 1 });
  });
});

describe('reportsTogether', () => {
  it('adds up reports of one kind and type, and keeps others apart', () => {
    const report = (workType: 'companies' | 'contacts', kind: 'write-records' | 'verify-records', counts: Record<string, number>) => ({ kind, workType, batches: 1, counts });

    const together = reportsTogether([report('companies', 'write-records', { created: 100 }), report('contacts', 'write-records', { created: 5 }), report('companies', 'write-records', { created: 7, refused: 1 }), report('companies', 'verify-records', { recordsCompared: 107 })]);

    expect(together).toEqual([
      { kind: 'write-records', workType: 'companies', batches: 2, counts: { created: 107, refused: 1 } },
      { kind: 'write-records', workType: 'contacts', batches: 1, counts: { created: 5 } },
      { kind: 'verify-records', workType: 'companies', batches: 1, counts: { recordsCompared: 107 } },
    ]);
  });
});

describe('typesRefusedTooOften', () => {
  it.each([
    { created: 180, refused: 19, asks: false, why: 'fewer than 20' },
    { created: 179, refused: 20, asks: false, why: 'fewer than 200 settled' },
    { created: 180, refused: 20, asks: true, why: '10 % of 200' },
    { created: 380, refused: 20, asks: false, why: 'exactly 5 %' },
    { created: 379, refused: 21, asks: true, why: 'more than 5 %' },
  ])('says $asks for $refused of $created others ($why)', ({ created, refused, asks }) => {
    expect(typesRefusedTooOften(written(EMPTY_PROGRESS, { created, refused }))).toEqual(asks ? ['companies'] : []);
  });

  it('does not ask again for what a person has accepted', () => {
    const accepted = refusalsAccepted(written(EMPTY_PROGRESS, { created: 180, refused: 20 }));

    expect(typesRefusedTooOften(written(accepted, { created: 100 }))).toEqual([]);
    expect(typesRefusedTooOften(written(accepted, { created: 170, refused: 30 }))).toEqual(['companies']);
  });
});

describe('batchesPerMinute', () => {
  it('is unknown before anything was done', () => {
    expect(batchesPerMinute(EMPTY_PROGRESS)).toBeNull();
    expect(batchesPerMinute(workBegun(EMPTY_PROGRESS, 1_000))).toBeNull();
  });

  it('counts from the last beginning of work, so that a wait is no slow work', () => {
    const before = written(workBegun(EMPTY_PROGRESS, 0), { created: 100 }, 10, 30_000);
    const after = written(workBegun(before, 3_600_000), { created: 100 }, 10, 3_610_000);

    expect(batchesPerMinute(before)).toBe(20);
    expect(batchesPerMinute(after)).toBe(60);
  });
});

describe('expectedEnd', () => {
  it('goes by the rate of late', () => {
    const plan = aPlan({ creates: { companies: 3_000 }, links: {} });
    const progress = written(workBegun(EMPTY_PROGRESS, 0), { created: 1_000 }, 10, 60_000);

    expect(batchTotal(plan)).toBe(60);
    expect(expectedEnd(progress, plan, 60_000)).toBe(new Date(60_000 + 5 * 60_000).toISOString());
  });
});
