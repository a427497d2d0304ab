import Database from 'better-sqlite3';
import type { PlanSummary } from '../../domain/plan-summary.schema';
import type { RetryTake } from '../../domain/retry-planning';
import { openLedger } from '../../ledger/open-ledger';
import type { Ledger } from '../../ledger/ledger';
import { aPlan } from '../support/client-values';
import { aSnapshot } from '../support/a-portal';
import { aLedgerFile, anAssociation, aPlanned, NOW, openRun, useLedger } from './support';

const RUN = 'acme.1';
const REFUSAL = { code: 'INVALID_OPTION', category: 'VALIDATION_ERROR', property: 'city', message: 'Oslo was not one of the allowed options', correlationId: null };

/** Three contacts, of which the second was refused, and an association of it that waits for it. */
async function aFinishedRun(ledger: Ledger): Promise<string> {
  await openRun(ledger);
  await ledger.plans.writeRecords(RUN, [0, 1, 2].map((ordinal) => aPlanned(ordinal)));
  await ledger.plans.writeRecords(RUN, [aPlanned(0, { objectType: 'companies', sourceId: 'a0' })]);
  await ledger.plans.writeAssociations(RUN, [anAssociation('s1', 'a0'), anAssociation('s2', 'a0')]);
  await ledger.plans.assignBatches(RUN);
  await ledger.plans.save(RUN, aPlan());
  await ledger.plans.saveSnapshot(RUN, aSnapshot(), 'p');
  const contacts = [0, 1, 2].map((ordinal) => ({ ordinal, attempt: 0 }));
  await ledger.writing.markSent(RUN, 'contacts', contacts, NOW);
  const landed = { outcome: 'created' as const, refusal: null, postImage: {} };
  await ledger.writing.settle(RUN, 'contacts', [{ ordinal: 0, targetId: 't0', ...landed }, { ordinal: 2, targetId: 't2', ...landed }, { ordinal: 1, outcome: 'refused', targetId: null, refusal: REFUSAL, postImage: null }], NOW);
  await ledger.writing.settle(RUN, 'companies', [{ ordinal: 0, targetId: 'c0', ...landed }], NOW);
  await ledger.linking.settle(RUN, 'contacts-companies', [{ ordinal: 0, outcome: 'end-not-written', refusal: null }, { ordinal: 1, outcome: 'added', refusal: null }], NOW);
  const { run: planning } = await openRun(ledger, 'acme', 'planning');
  await ledger.plans.writeRecords(planning, [0, 1, 2].map((ordinal) => aPlanned(ordinal, { properties: { salesforce_id: `s${ordinal}`, city: 'Bergen' } })));
  await ledger.plans.save(planning, aPlan({ digest: 'mended' }));
  await ledger.plans.saveSnapshot(planning, aSnapshot(), 'p');
  return planning;
}

const merged = (): PlanSummary => aPlan({ digest: 'as-approved' });
const SECOND: RetryTake = { ordinal: 1, was: 'refused', plannedOrdinal: 1, foldInto: null, email: 'own' };

describe('the ledger of retries', () => {
  const used = useLedger();
  const ask = (planning: string) => used.ledger.retries.open(RUN, { planning, which: 'all', reason: null, now: NOW });
  const take = (takes: readonly RetryTake[] = [SECOND]) => used.ledger.retries.take(RUN, 1, { contacts: takes }, merged);

  it('asks for one round at a time: one that nobody began keeps its number, one that was taken stands in the way', async () => {
    const planning = await aFinishedRun(used.ledger);

    expect([(await ask(planning)).round, (await ask(planning)).round]).toEqual([1, 1]);
    await take();
    await expect(ask(planning)).rejects.toMatchObject({ details: { code: 'retry-stands' } });
    await used.ledger.retries.end(RUN, 1, NOW);
    expect((await ask(planning)).round).toBe(2);
  });

  it('moves what is taken into a batch of its own, with its new verdict, and its association; the rest stays where it is', async () => {
    await ask(await aFinishedRun(used.ledger));

    await take();

    const { writing, linking, plans, facts } = used.ledger;
    expect(await writing.readBatch(RUN, 'contacts', 100)).toEqual([expect.objectContaining({ ordinal: 1, sourceId: 's1', state: 'unsent', outcome: null, properties: { salesforce_id: 's1', city: 'Bergen' } })]);
    expect((await writing.readBatch(RUN, 'contacts', 0)).map(({ ordinal, properties }) => [ordinal, properties.city])).toEqual([[0, undefined], [2, undefined]]);
    expect(await plans.readPartitions(RUN, 'contacts')).toEqual([{ partition: 0, firstBatch: 0, batchCounts: [2] }, { partition: 1, firstBatch: 100, batchCounts: [1], round: 1 }]);
    expect((await linking.readBatch(RUN, 'contacts-companies', 100)).map(({ ordinal, state }) => [ordinal, state])).toEqual([[0, 'unsent']]);
    const { records, associations } = await facts.tallies(RUN);
    expect([records.contacts, associations['contacts-companies']]).toMatchObject([{ source: 3, created: 2, refused: 0, pending: 1 }, { planned: 2, added: 1, endNotWritten: 0, pending: 1 }]);
    expect((await used.ledger.runs.find(RUN))?.round).toBe(1);
    expect(await used.ledger.retries.settledBefore(RUN, 1)).toContainEqual({ workType: 'contacts', word: 'created', count: 2 });
  });

  it('takes a round once, however often it is asked', async () => {
    await ask(await aFinishedRun(used.ledger));
    await take();
    const before = await used.ledger.plans.readPartitions(RUN, 'contacts');

    await take();

    expect(await used.ledger.plans.readPartitions(RUN, 'contacts')).toEqual(before);
    expect(await used.ledger.retries.tallies(RUN)).toEqual([
      expect.objectContaining({ workType: 'contacts', was: 'refused', became: 'pending', count: 1 }),
      expect.objectContaining({ workType: 'contacts-companies', was: 'end-not-written', became: 'pending', count: 1 }),
    ]);
  });

  it('hears nothing more of the attempt that was refused before the round', async () => {
    await ask(await aFinishedRun(used.ledger));
    await take();

    await used.ledger.writing.settle(RUN, 'contacts', [{ ordinal: 1, attempt: 1, outcome: 'refused', targetId: null, refusal: REFUSAL, postImage: null }], NOW);

    expect((await used.ledger.writing.readBatch(RUN, 'contacts', 100))[0]).toMatchObject({ state: 'unsent', outcome: null });
  });

  it('pairs a record that is combined with one that has landed, in a batch of the round', async () => {
    await ask(await aFinishedRun(used.ledger));

    await take([{ ...SECOND, foldInto: 's0' }]);

    const { writing, plans, facts } = used.ledger;
    expect(await writing.findPairs(RUN, 'contacts', ['s1'])).toEqual([['s1', 't0', 'c']]);
    expect(await writing.readPartitionPairs(RUN, 'contacts', 0, 100)).toHaveLength(2);
    expect((await plans.readPartitions(RUN, 'contacts')).at(-1)).toEqual({ partition: 1, firstBatch: 100, batchCounts: [0], round: 1 });
    expect((await facts.tallies(RUN)).records.contacts).toMatchObject({ source: 3, created: 2, folded: 1, refused: 0, pending: 0 });
  });

  it('takes nothing for a run that is being undone', async () => {
    await ask(await aFinishedRun(used.ledger));
    await used.ledger.runs.update(RUN, { phase: 'rollback', state: 'rolling-back' });

    await expect(take()).rejects.toMatchObject({ details: { code: 'run-undone' } });
  });

  it('finds no candidates among what a filter left out, unless it is asked for by name', async () => {
    await openRun(used.ledger);
    await used.ledger.plans.writeRecords(RUN, [aPlanned(0, { action: 'left-out', reason: 'filter' }), aPlanned(1, { action: 'left-out', reason: 'missing-required', reasonCode: 'MISSING_REQUIRED_PROPERTY' }), aPlanned(2, { action: 'left-out', reason: 'malformed-row' })]);
    const found = async (reason: string | null, which: 'all' | 'failed' = 'all') => (await used.ledger.retries.candidates(RUN, 'contacts', 'left-out', { which, reason }, -1, 10)).map(({ ordinal }) => ordinal);

    expect([await found(null), await found('filter'), await found('MISSING_REQUIRED_PROPERTY'), await found(null, 'failed')]).toEqual([[1], [0], [1], []]);
  });
});

describe('a ledger of the version before', () => {
  it('is brought up to date in the middle of a run', async () => {
    const file = aLedgerFile();
    const before = await openLedger({ location: file.location });
    await aFinishedRun(before);
    await before.close();
    const sqlite = new Database(file.location);
    sqlite.exec("drop table notices; drop table retried_writes; drop table retries; alter table runs drop column round; alter table planned_partitions drop column round; alter table planned_associations drop column labels; alter table schema_intents drop column association_kind; alter table pace_portals rename column seen_before_ms to turns; delete from kysely_migration where name >= '0006'");
    sqlite.close();

    const ledger = await openLedger({ location: file.location });

    expect((await ledger.runs.find(RUN))?.round).toBe(0);
    expect(await ledger.plans.readPartitions(RUN, 'contacts')).toEqual([{ partition: 0, firstBatch: 0, batchCounts: [3] }]);
    expect(await ledger.retries.unfinished(RUN)).toEqual([]);
    await ledger.close();
    file.remove();
  });
});
