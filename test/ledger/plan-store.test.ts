import Database from 'better-sqlite3';
import fc from 'fast-check';
import type { PlanSummary } from '../../domain/plan-summary.schema';
import type { PlannedAction } from '../../domain/planned-record';
import { openLedger } from '../../ledger/open-ledger';
import { anAssociation, aPlanned, openRun, range, useLedger } from './support';

const STAGING = 'acme.1';
const aSummary = (digest: string): PlanSummary => ({
  digest, parts: { source: 's', mapping: 'm', portal: 'p', version: 'v' }, portal: { id: '1', name: null, accountType: 'STANDARD', simulator: true },
  records: [], associations: [], schemaChanges: [], schema: { keyProperty: 'salesforce_id', groups: [], properties: [], pipelines: [], options: [], labels: [] }, leftOutToAccept: 0, undecided: 0, calls: {}, mapping: [], owners: [], openDealsToAccept: 0, quota: null, newContactsWithEmail: 0,
});

describe('PlanStore', () => {
  const used = useLedger();
  beforeEach(() => openRun(used.ledger));

  it('returns planned records as they were written, replacing by ordinal', async () => {
    const record = aPlanned(1, {
      action: 'left-out', reason: 'would-be-refused', reasonCode: 'INVALID', identity: { email: 'a@b.c', domain: 'b.c', name: 'a' }, before: { phone: '1', jobtitle: null },
      cells: [{ column: 'Email', property: 'email', verdict: 'dropped', code: 'invalid-email', rawValue: 'a@' }],
    });
    await used.ledger.plans.writeRecords(STAGING, [aPlanned(0), aPlanned(1), aPlanned(2)]);

    await used.ledger.plans.writeRecords(STAGING, [record]);

    expect(await used.ledger.plans.readRecords(STAGING, 'contacts', 0, 1)).toEqual([record]);
    expect(await used.ledger.plans.findRecords(STAGING, 'contacts', ['s2', 's1', 'x'])).toEqual([record, aPlanned(2)]);
    expect(await used.ledger.plans.findFates(STAGING, 'contacts', ['s1', 'x'])).toEqual([{ objectType: 'contacts', sourceId: 's1', action: 'left-out', reason: 'would-be-refused', reasonCode: 'INVALID', foldInto: null }]);
    expect(await used.ledger.plans.countRecords(STAGING, 'contacts')).toEqual({ byAction: { create: 2, 'left-out': 1 }, leftOut: { 'would-be-refused': 1 }, cells: { 'invalid-email': 1 } });
  });

  it('gives those that fold page by page', async () => {
    const fold = (ordinal: number) => aPlanned(ordinal, { action: 'fold', foldInto: 's0' });
    await used.ledger.plans.writeRecords(STAGING, [aPlanned(0), fold(1), aPlanned(2), fold(3), fold(4)]);

    expect([await used.ledger.plans.readFolds(STAGING, 'contacts', -1, 2), await used.ledger.plans.readFolds(STAGING, 'contacts', 3, 2)]).toEqual([[fold(1), fold(3)], [fold(4)]]);
  });

  it('refuses cells that are not what a plan writes, without quoting them', async () => {
    await used.ledger.plans.writeRecords(STAGING, [aPlanned(0)]);
    const file = new Database(used.location);
    file.prepare(`update planned_records set properties = '{"email":["secret"]}'`).run();
    file.close();

    await expect(used.ledger.plans.readRecords(STAGING, 'contacts', -1, 1)).rejects.toMatchObject({ type: 'InvariantError', details: { code: 'ledger-row-invalid' }, message: expect.not.stringContaining('secret') as string });
  });

  it('groups records that would be written and share an identity', async () => {
    const withEmail = (ordinal: number, email: string, action: PlannedAction = 'create') => aPlanned(ordinal, { action, identity: { email, domain: null, name: null } });
    await used.ledger.plans.writeRecords(STAGING, [
      withEmail(0, 'b'), withEmail(1, 'a', 'update'), withEmail(2, 'b'), withEmail(3, 'a', 'fold'), withEmail(4, 'a', 'unchanged'), withEmail(5, 'c'), withEmail(6, 'c', 'left-out'),
    ]);

    const groups = await used.ledger.plans.readIdentityGroups(STAGING, 'contacts', 'email', '', 10);
    const next = await used.ledger.plans.readIdentityGroups(STAGING, 'contacts', 'email', 'a', 1);

    expect(groups.map(({ value, members }) => [value, members.map(({ ordinal }) => ordinal)])).toEqual([['a', [1, 4]], ['b', [0, 2]]]);
    expect(next.map(({ value }) => value)).toEqual(['b']);
    expect(await used.ledger.plans.readIdentityGroups(STAGING, 'contacts', 'domain', '', 10)).toEqual([]);
  });

  it('counts those that are made with an e-mail address', async () => {
    const withEmail = (ordinal: number, email: string | null, action: PlannedAction) => aPlanned(ordinal, { action, identity: { email, domain: null, name: null } });
    await used.ledger.plans.writeRecords(STAGING, [withEmail(0, 'a', 'create'), withEmail(1, null, 'create'), withEmail(2, 'b', 'update'), withEmail(3, 'c', 'create')]);

    expect(await used.ledger.plans.countNewWithEmail(STAGING, 'contacts')).toBe(2);
  });

  it('makes a repeated pair a duplicate and keeps the main reference', async () => {
    await used.ledger.plans.writeAssociations(STAGING, [anAssociation('a', 'x'), anAssociation('a', 'x', { primary: true }), anAssociation('b', 'b', { verdict: 'self-link' }), anAssociation('b', 'b', { verdict: 'self-link' })]);
    await used.ledger.plans.writeAssociations(STAGING, [anAssociation('a', 'x'), anAssociation('c', 'x', { verdict: 'missing-end' }), anAssociation('a', 'x', { associationType: 'deals-companies' })]);
    await used.ledger.plans.assignBatches(STAGING);

    expect(await used.ledger.plans.countAssociations(STAGING, 'contacts-companies')).toEqual({ planned: 1, duplicate: 3, 'self-link': 1, 'missing-end': 1 });
    const unmade = async (after: number, limit: number) => (await used.ledger.plans.readUnmadeAssociations(STAGING, 'contacts-companies', after, limit)).map(({ ordinal, fromSourceId, toSourceId, verdict }) => [ordinal, fromSourceId, toSourceId, verdict]);
    expect([...(await unmade(-1, 2)), ...(await unmade(2, 9))]).toEqual([[1, 'a', 'x', 'duplicate'], [2, 'b', 'b', 'self-link'], [3, 'b', 'b', 'duplicate'], [4, 'a', 'x', 'duplicate'], [5, 'c', 'x', 'missing-end']]);
    expect(await used.ledger.plans.countAssociations(STAGING, 'deals-companies')).toEqual({ planned: 1 });
    expect((await used.ledger.linking.readBatch(STAGING, 'contacts-companies', 0)).map(({ ordinal, primary }) => [ordinal, primary])).toEqual([[0, true]]);
  });

  it('gives a repeated pair the labels of all its rows', async () => {
    const labelled = (...labels: string[]) => anAssociation('a', 'x', { associationType: 'deals-contacts', labels });
    await used.ledger.plans.writeAssociations(STAGING, [labelled('Buyer'), labelled(), labelled('Donor', 'Buyer')]);
    await used.ledger.plans.writeAssociations(STAGING, [labelled('VIP'), anAssociation('c', 'x', { associationType: 'deals-contacts', verdict: 'missing-end', labels: ['Late'] })]);
    await used.ledger.plans.assignBatches(STAGING);
    const kinds = async (): Promise<readonly (readonly string[])[]> => (await used.ledger.linking.readBatch(STAGING, 'deals-contacts', 0)).map(({ labels }) => labels);
    const before = await kinds();
    const names = ['Buyer', 'Donor', 'VIP'].map((label) => `deals-contacts:${label}`);
    await used.ledger.schema.intend(STAGING, 'deals', names.map((name) => ({ kind: 'label' as const, name, definition: null })));

    await used.ledger.schema.settle(STAGING, 'deals', names.map((name, at) => ({ kind: 'label' as const, name, from: ['intended' as const], to: 'created' as const, associationKind: `USER_DEFINED:${at + 1}` })));

    expect([before, await kinds()]).toEqual([[[]], [['USER_DEFINED:1', 'USER_DEFINED:2', 'USER_DEFINED:3']]]);
    expect((await used.ledger.plans.readUnmadeAssociations(STAGING, 'deals-contacts', -1, 9)).map(({ verdict, labels }) => [verdict, labels])).toEqual([['duplicate', []], ['duplicate', ['Donor', 'Buyer']], ['duplicate', ['VIP']], ['missing-end', ['Late']]]);
  });

  it('numbers batches by kind, 100 records each, 100 batches a partition', async () => {
    const action = (ordinal: number): PlannedAction => (ordinal % 3 === 0 ? 'update' : ordinal % 3 === 1 ? 'create' : 'unchanged');
    await used.ledger.plans.writeRecords(STAGING, range(405).map((ordinal) => aPlanned(ordinal, { action: action(ordinal) })));
    await used.ledger.plans.writeRecords(STAGING, [aPlanned(405, { action: 'fold', foldInto: 's1' })]);

    await used.ledger.plans.assignBatches(STAGING);
    await used.ledger.plans.assignBatches(STAGING);

    const batches = await Promise.all(range(7).map((batch) => used.ledger.writing.readBatch(STAGING, 'contacts', batch)));
    expect(batches.map((batch) => [batch.length, [...new Set(batch.map(({ kind }) => kind))].join()])).toEqual([
      [100, 'create'], [35, 'create'], [100, 'update'], [35, 'update'], [100, 'unchanged'], [35, 'unchanged'], [0, ''],
    ]);
    expect(batches[0]?.map(({ ordinal }) => ordinal)).toEqual(range(100).map((index) => index * 3 + 1));
    expect(await used.ledger.plans.readPartitions(STAGING, 'contacts')).toEqual([{ partition: 0, firstBatch: 0, batchCounts: [100, 35, 100, 35, 100, 35] }]);
  });

  it('begins a second partition after 100 batches', async () => {
    await used.ledger.plans.writeRecords(STAGING, range(10_101).map((ordinal) => aPlanned(ordinal)));

    await used.ledger.plans.assignBatches(STAGING);

    expect(await used.ledger.plans.readPartitions(STAGING, 'contacts')).toEqual([
      { partition: 0, firstBatch: 0, batchCounts: range(100).map(() => 100) },
      { partition: 1, firstBatch: 100, batchCounts: [100, 1] },
    ]);
  });

  it('splits a source only when it has more pairs than a batch can hold', async () => {
    const pairs = (from: string, count: number) => range(count).map((to) => anAssociation(from, `x${to}`));
    await used.ledger.plans.writeAssociations(STAGING, [...pairs('a', 1_500), ...pairs('b', 600), ...pairs('c', 4_100), ...pairs('d', 1)]);

    await used.ledger.plans.assignBatches(STAGING);

    const batches = await Promise.all(range(6).map((batch) => used.ledger.linking.readBatch(STAGING, 'contacts-companies', batch)));
    expect(batches.map((batch) => [[...new Set(batch.map(({ fromSourceId }) => fromSourceId))].join(), batch.length])).toEqual([['a', 1500], ['b', 600], ['c', 2000], ['c', 2000], ['c,d', 101], ['', 0]]);
  });

  it('keeps a batch of associations within 1,000 sources and 2,000 pairs, all planned pairs in one batch each', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ pairs: fc.integer({ min: 1, max: 700 }), repeat: fc.integer({ min: 1, max: 60 }) }), { minLength: 1, maxLength: 10 }), async (groups) => {
        const ledger = await openLedger({ location: ':memory:' });
        const stated = groups.flatMap(({ pairs, repeat }, group) => range(pairs > 50 ? 1 : repeat * 10).flatMap((source) => range(pairs).map((to) => anAssociation(`${group}-${source}`, `x${to}`))));
        const { run } = await openRun(ledger);
        await ledger.plans.writeAssociations(run, stated);

        await ledger.plans.assignBatches(run);

        const [partition] = await ledger.plans.readPartitions(run, 'contacts-companies');
        const batches = await Promise.all(range(partition?.batchCounts.length ?? 0).map((batch) => ledger.linking.readBatch(run, 'contacts-companies', batch)));
        const sourcesOf = batches.map((batch) => new Set(batch.map(({ fromSourceId }) => fromSourceId)));
        expect(batches.flat()).toHaveLength(stated.length);
        expect(partition?.batchCounts).toEqual(batches.map((batch) => batch.length));
        expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(2_000);
        expect(Math.max(...sourcesOf.map((sources) => sources.size))).toBeLessThanOrEqual(1_000);
        expect(sourcesOf.reduce((sum, sources) => sum + sources.size, 0)).toBe(new Set(stated.map(({ fromSourceId }) => fromSourceId)).size);
        await ledger.close();
      }),
      { numRuns: 5 },
    );
  });

  it('forgets the plan when cleared, so that planning may begin anew', async () => {
    await used.ledger.plans.writeRecords(STAGING, range(3).map((ordinal) => aPlanned(ordinal)));
    await used.ledger.plans.writeAssociations(STAGING, [anAssociation('a', 'x')]);
    await used.ledger.plans.assignBatches(STAGING);
    await used.ledger.plans.save(STAGING, aSummary('p1'));

    await used.ledger.plans.clear(STAGING);

    expect(await used.ledger.plans.readRecords(STAGING, 'contacts', -1, 10)).toEqual([]);
    expect(await used.ledger.plans.countAssociations(STAGING, 'contacts-companies')).toEqual({});
    expect(await used.ledger.plans.readPartitions(STAGING, 'contacts')).toEqual([]);
    expect(await used.ledger.plans.findByDigest('p1')).toBeNull();
    expect(await used.ledger.facts.tallies(STAGING)).toEqual({ records: {}, associations: {} });
  });

  it('leaves a plan alone that is being carried out: who would clear or add to it was asleep when it was made', async () => {
    await used.ledger.plans.writeRecords(STAGING, [aPlanned(0)]);
    await used.ledger.runs.update(STAGING, { state: 'running', phase: 'contacts' });
    const inUse = { type: 'IdentityError', details: { code: 'plan-in-use' } };

    await expect(used.ledger.plans.clear(STAGING)).rejects.toMatchObject(inUse);
    await expect(used.ledger.plans.writeRecords(STAGING, [aPlanned(1)])).rejects.toMatchObject(inUse);
    await expect(used.ledger.plans.writeAssociations(STAGING, [anAssociation('a', 'x')])).rejects.toMatchObject(inUse);
    expect(await used.ledger.plans.readRecords(STAGING, 'contacts', -1, 10)).toHaveLength(1);
  });

  it('finds a plan and a snapshot again', async () => {
    const snapshot = {
      portalId: '1', portalName: null, accountType: 'STANDARD', timeZone: 'UTC', currency: 'EUR', additionalCurrencies: [], scopes: null, takenAt: '2026-09-01T00:00:00Z',
      quota: { limit: null, remaining: null, resetsAt: '2026-09-02T00:00:00Z' }, objects: [], owners: [],
    };
    await used.ledger.plans.saveSnapshot(STAGING, snapshot, 'd');
    await used.ledger.plans.save(STAGING, aSummary('p1'));
    await used.ledger.plans.save('acme.2', aSummary('p2'));

    expect(await used.ledger.plans.readSnapshot(STAGING)).toEqual({ snapshot, digest: 'd' });
    expect(await used.ledger.plans.read(STAGING)).toEqual(aSummary('p1'));
    expect([await used.ledger.plans.findByDigest('p2'), await used.ledger.plans.findByDigest('p3')]).toEqual(['acme.2', null]);
  });
});
