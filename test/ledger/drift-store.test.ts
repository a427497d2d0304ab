import { aPlanned, anAssociation, openRun, range, useLedger } from './support';
import { aPortalObject } from '../support/a-portal';

/** More than a copy takes in one transaction. */
const MANY = 2_050;

describe('DriftStore', () => {
  const used = useLedger();

  it('copies a plan as it was before it was matched, without batches, however long it is', async () => {
    const { plans, drift } = used.ledger;
    const before = range(MANY).map((ordinal) => aPlanned(ordinal, { properties: { city: `C${ordinal}` }, identity: { email: `a${ordinal}@x.com`, domain: null, name: null } }));
    await plans.writeRecords('p1', before);
    const matched = [7, 2_040].map((ordinal) => aPlanned(ordinal, { action: ordinal === 7 ? 'update' : 'left-out', reason: ordinal === 7 ? null : 'ambiguous-match', reasonCode: ordinal === 7 ? null : 'ask', targetId: ordinal === 7 ? 't7' : null, properties: {} }));
    await drift.keepUnmatched('p1', before.filter(({ ordinal }) => ordinal === 7 || ordinal === 2_040));
    await drift.keepUnmatched('p1', matched);
    await plans.writeRecords('p1', matched);
    await plans.assignBatches('p1');

    await drift.copyUnmatched('p1', 'p2');
    await drift.copyUnmatched('p1', 'p2');

    expect(await plans.readRecords('p2', 'contacts', -1, MANY + 1)).toEqual(before);
    expect(await plans.readPartitions('p2', 'contacts')).toEqual([]);
    expect((await drift.differingVerdicts('p1', 'p2')).map(({ ordinal, planned, found }) => [ordinal, planned.action, planned.reasonCode, planned.targetId, found.action])).toEqual([[7, 'update', null, 't7', 'create'], [2_040, 'left-out', 'ask', null, 'create']]);
    expect(await drift.differingVerdicts('p1', 'p1')).toEqual([]);
  });

  it('forgets what records were before with the plan that it is of', async () => {
    const { plans, drift } = used.ledger;
    await plans.writeRecords('p1', [aPlanned(0)]);
    await drift.keepUnmatched('p1', [aPlanned(0, { properties: { city: 'old' } })]);
    await plans.clear('p1');
    await plans.writeRecords('p1', [aPlanned(0, { properties: { city: 'new' } })]);

    await drift.copyUnmatched('p1', 'p2');

    expect((await plans.readRecords('p2', 'contacts', -1, 10)).map(({ properties }) => properties)).toEqual([{ city: 'new' }]);
  });

  it('copies associations with their verdicts', async () => {
    const { plans, drift } = used.ledger;
    await plans.writeAssociations('p1', [anAssociation('s1', 's2'), anAssociation('s1', 's2'), anAssociation('s3', 's4', { verdict: 'missing-end', primary: true })]);

    await drift.copyAssociations('p1', 'p2');

    expect(await plans.countAssociations('p2', 'contacts-companies')).toEqual({ planned: 1, duplicate: 1, 'missing-end': 1 });
  });

  it('finds the plan of a planning before that of a start, and never the own', async () => {
    const { runs, plans } = used.ledger;
    const [first, second] = [await openRun(used.ledger, 'acme', 'planning'), await openRun(used.ledger)];
    expect(first.run).toBe('plan:acme.1');
    const summary = { digest: 'd', parts: { source: '', mapping: '', portal: '', version: '' }, portal: { id: '1', name: null, accountType: 'STANDARD', simulator: true }, records: [], associations: [], schemaChanges: [], schema: { keyProperty: 'k', groups: [], properties: [], pipelines: [], options: [], labels: [] }, leftOutToAccept: 0, undecided: 0, calls: {}, owners: [], openDealsToAccept: 0, mapping: [], quota: null, newContactsWithEmail: 0 };
    await plans.save(second.run, summary);
    expect([await plans.findByDigest('d'), await plans.findByDigest('d', second.run)]).toEqual([second.run, null]);
    await plans.save(first.run, summary);
    await plans.save(second.run, summary);

    expect([await plans.findByDigest('d'), await plans.findByDigest('d', first.run)]).toEqual([first.run, second.run]);
    expect(await runs.find(first.run)).not.toBeNull();
  });

  it('reads a schema again that a worker of another version has kept in another form', async () => {
    const { drift } = used.ledger;
    await drift.rememberSchema('4711', aPortalObject('contacts'), 5);
    expect(await drift.recallSchema('4711', 'contacts')).toMatchObject({ readMs: 5, schema: { objectType: 'contacts' } });
    await drift.rememberSchema('4711', { objectType: 'contacts' } as never, 6);

    expect([await drift.recallSchema('4711', 'contacts'), await drift.recallSchema('4711', 'deals')]).toEqual([null, null]);
  });
});
