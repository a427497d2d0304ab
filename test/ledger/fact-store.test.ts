import type { SchemaThingState } from '../../domain/schema-state';
import type { IdPair } from '../../domain/id-map';
import type { Difference } from '../../ledger/ledger';
import { NOW, aPlanned, openRun, range, useLedger } from './support';

const RUN = 'acme.1';
const aDifference = (property: string): Difference => ({ kind: 'value', objectType: 'contacts', ordinal: 1, sourceId: 's1', targetId: 't1', property, cause: 'unknown', expected: 'a', found: null });

describe('FactStore', () => {
  const used = useLedger();
  beforeEach(() => openRun(used.ledger));

  it('keeps the first start of a phase until it has ended', async () => {
    await used.ledger.facts.phaseStarted(RUN, 'verify', '2026-09-01T10:00:00Z');
    await used.ledger.facts.phaseStarted(RUN, 'verify', '2026-09-01T10:05:00Z');
    await used.ledger.facts.phaseEnded(RUN, 'verify', '2026-09-01T11:00:00Z');
    const once = await used.ledger.facts.readPhases(RUN);
    await used.ledger.facts.phaseStarted(RUN, 'verify', '2026-09-02T10:00:00Z');

    expect(once).toEqual([{ phase: 'verify', startedAt: '2026-09-01T10:00:00Z', endedAt: '2026-09-01T11:00:00Z' }]);
    expect(await used.ledger.facts.readPhases(RUN)).toEqual([{ phase: 'verify', startedAt: '2026-09-02T10:00:00Z', endedAt: null }]);
  });

  it('replaces what an earlier attempt of the same verify batch recorded', async () => {
    const result = (differences: readonly Difference[]) => ({ recordsCompared: 100, cellsCompared: 900, associationsCompared: 0, differences });
    await used.ledger.facts.recordVerification(RUN, 'contacts', 0, result([aDifference('a'), aDifference('b')]));
    await used.ledger.facts.recordVerification(RUN, 'contacts', 1, result([]));

    await used.ledger.facts.recordVerification(RUN, 'contacts', 0, result([aDifference('c')]));

    expect(await used.ledger.facts.readVerification(RUN)).toEqual({ recordsCompared: 200, cellsCompared: 1800, associationsCompared: 0, differences: 1, causes: { unknown: 1 } });
    expect(await used.ledger.facts.readDifferences(RUN, 10)).toEqual([aDifference('c')]);
  });

  it('says zero before anything was verified', async () => {
    expect(await used.ledger.facts.readVerification(RUN)).toEqual({ recordsCompared: 0, cellsCompared: 0, associationsCompared: 0, differences: 0, causes: {} });
  });

  it('names the newest error', async () => {
    const error = (code: string, at: string) => used.ledger.facts.recordError(RUN, { type: 'TransientError', code, message: `m ${code}`, place: 'writeBatch', at });
    await error('http-503', '2026-09-01T10:00:00Z');
    await error('http-502', '2026-09-01T10:01:00Z');
    await error('http-503', '2026-09-01T10:02:00Z');

    expect(await used.ledger.facts.lastError(RUN)).toEqual({ type: 'TransientError', code: 'http-503', message: 'm http-503', at: '2026-09-01T10:02:00Z' });
  });

  it('streams the id map page by page, complete and in order', async () => {
    await used.ledger.plans.writeRecords(RUN, range(2_500).map((ordinal) => aPlanned(ordinal, { sourceId: `s${String(ordinal).padStart(5, '0')}` })));
    await used.ledger.plans.assignBatches(RUN);
    await used.ledger.writing.settle(RUN, 'contacts', range(2_500).map((ordinal) => ({ ordinal, outcome: 'created' as const, targetId: `t${ordinal}`, refusal: null, postImage: null })), NOW);

    const pages: (readonly IdPair[])[] = [];
    for await (const page of used.ledger.facts.streamIdMap(RUN, 'contacts')) pages.push(page);

    expect(pages.map((page) => page.length)).toEqual([2_000, 500]);
    expect(pages.flat().map(([sourceId]) => sourceId)).toEqual(range(2_500).map((ordinal) => `s${String(ordinal).padStart(5, '0')}`));
  });

  describe('problems', () => {
    const sent = (workType: 'contacts' | 'deals', ordinals: readonly number[], at: string) => used.ledger.writing.markSent(RUN, workType, ordinals.map((ordinal) => ({ ordinal, attempt: 0 })), at);
    beforeEach(async () => {
      await used.ledger.plans.writeRecords(RUN, [...range(5).map((ordinal) => aPlanned(ordinal)), ...range(3).map((ordinal) => aPlanned(ordinal, { objectType: 'deals', sourceObject: 'Opportunity', sourceId: `d${ordinal}` }))]);
      await used.ledger.plans.assignBatches(RUN);
    });

    it('names what was sent without an answer by type and ordinal, with the oldest of each', async () => {
      await sent('contacts', [2], '2026-09-01T10:00:01.000Z');
      await sent('contacts', [0, 4], '2026-09-01T10:00:02.000Z');
      await sent('deals', [1], '2026-09-01T10:00:03.000Z');

      const before = await used.ledger.facts.inDoubt(RUN, 2);
      await used.ledger.writing.settle(RUN, 'contacts', [0, 2, 4].map((ordinal) => ({ ordinal, outcome: 'created' as const, targetId: `t${ordinal}`, refusal: null, postImage: null })), NOW);
      await used.ledger.writing.clearSent(RUN, 'deals', [{ ordinal: 1, attempt: 1 }]);

      expect(before).toEqual([
        { workType: 'contacts', count: 3, ordinals: [0, 2], oldest: { ordinal: 2, sentAt: '2026-09-01T10:00:01.000Z' } },
        { workType: 'deals', count: 1, ordinals: [1], oldest: { ordinal: 1, sentAt: '2026-09-01T10:00:03.000Z' } },
      ]);
      expect(await used.ledger.facts.inDoubt(RUN, 2)).toEqual([]);
    });

    it('names what was refused, with the words of the portal for the report alone', async () => {
      const refusal = { code: 'INVALID_EMAIL', category: 'VALIDATION_ERROR', property: 'email', message: 'Email address x is invalid', correlationId: 'c-1' };
      const refused = (ordinal: number) => ({ ordinal, outcome: 'refused' as const, targetId: null, refusal, postImage: null });
      await used.ledger.writing.settle(RUN, 'contacts', [refused(3), refused(1)], NOW);
      await used.ledger.writing.settle(RUN, 'deals', [refused(0)], NOW);

      expect(await used.ledger.facts.refused(RUN, 1)).toEqual([{ workType: 'contacts', count: 2, ordinals: [1] }, { workType: 'deals', count: 1, ordinals: [0] }]);
      expect(await used.ledger.facts.readRefusals(RUN, 2)).toEqual([1, 3].map((ordinal) => ({ workType: 'contacts', ordinal, sourceId: `s${ordinal}`, refusal })));
      expect(await used.ledger.facts.readRefusals(RUN, 9)).toContainEqual({ workType: 'deals', ordinal: 0, sourceId: 'd0', refusal });
    });
  });

  it('keeps the report', async () => {
    const report = {
      migration: 'acme', run: RUN, state: 'verified' as const, objects: {}, associations: {}, verify: { recordsCompared: 0, cellsCompared: 0, associationsCompared: 0, differences: 0, causes: {} }, matchedSince: {}, verdictsChanged: [],
      calls: { total: 0, tooManyRequests: 0, byKind: {}, forecast: null }, quota: { dailyLimit: null, dailyRemaining: null, reserve: 0.25 }, durations: {}, reasons: { leftOut: {}, refused: {}, cells: {} }, groups: [], retries: [], inDoubt: [], refused: [], notMoved: [],
    };

    await used.ledger.facts.saveReport(RUN, report);

    expect(await used.ledger.facts.readReport(RUN)).toEqual(report);
    expect(await used.ledger.facts.readReport('acme.2')).toBeNull();
  });
});

describe('SchemaStore', () => {
  const used = useLedger();
  beforeEach(() => openRun(used.ledger));

  it('keeps intents in order, once each, and changes a state by compare-and-set', async () => {
    const { schema } = used.ledger;
    const intent = (name: string) => ({ kind: 'property' as const, name, definition: { type: 'string' } });
    const settle = (name: string, from: SchemaThingState, to: SchemaThingState) => schema.settle(RUN, 'contacts', [{ kind: 'property', name, from: [from], to }]);
    await schema.intend(RUN, 'contacts', [intent('z'), intent('a')]);
    await schema.intend(RUN, 'deals', [intent('z')]);

    const changed = [await settle('z', 'intended', 'sent'), await settle('z', 'intended', 'existed'), await settle('z', 'sent', 'created'), await settle('a', 'intended', 'existed')];
    const known = await schema.intend(RUN, 'contacts', [intent('z'), intent('b')]);

    expect(changed.map((names) => names.length)).toEqual([1, 0, 1, 1]);
    expect(known.map(({ name, state, definition }) => [name, state, definition])).toEqual([
      ['z', 'created', { type: 'string' }], ['a', 'existed', { type: 'string' }], ['b', 'intended', { type: 'string' }],
    ]);
    expect((await schema.read(RUN)).map(({ objectType, name }) => `${objectType} ${name}`)).toEqual(['contacts z', 'contacts a', 'deals z', 'contacts b']);
  });
});
