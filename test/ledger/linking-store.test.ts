import Database from 'better-sqlite3';
import { openLedger } from '../../ledger/open-ledger';
import { aLedgerFile, NOW, anAssociation, aPlanned, openRun, useLedger } from './support';

const RUN = 'acme.1';
const TYPE = 'contacts-companies';
const outcome = (ordinal: number, is: 'added' | 'already-there' | 'refused' | 'end-not-written') => ({
  ordinal, outcome: is, refusal: is === 'refused' ? { code: 'LIMIT', property: null, message: 'no', correlationId: null } : null,
});

describe('LinkingStore', () => {
  const used = useLedger();
  beforeEach(async () => {
    await openRun(used.ledger);
    await used.ledger.plans.writeRecords(RUN, [aPlanned(0), aPlanned(1), aPlanned(0, { objectType: 'companies', sourceId: 'x', action: 'unchanged', targetId: '900' })]);
    await used.ledger.plans.writeAssociations(RUN, [anAssociation('s1', 'x'), anAssociation('s0', 'x', { primary: true }), anAssociation('s0', 'y'), anAssociation('s0', 'x')]);
    await used.ledger.plans.assignBatches(RUN);
    await used.ledger.writing.settle(RUN, 'contacts', [{ ordinal: 0, outcome: 'created', targetId: '100', refusal: null, postImage: null }], NOW);
    await used.ledger.writing.settle(RUN, 'companies', [{ ordinal: 0, outcome: 'unchanged', targetId: '900', refusal: null, postImage: null }], NOW);
  });

  it('joins both ends from the id map, null where an end was not written', async () => {
    const batch = await used.ledger.linking.readBatch(RUN, TYPE, 0);

    expect(batch.map(({ ordinal, fromTargetId, toTargetId, fromOrigin, primary, state }) => ({ ordinal, fromTargetId, toTargetId, fromOrigin, primary, state }))).toEqual([
      { ordinal: 1, fromTargetId: '100', toTargetId: '900', fromOrigin: 'c', primary: true, state: 'unsent' },
      { ordinal: 2, fromTargetId: '100', toTargetId: null, fromOrigin: 'c', primary: false, state: 'unsent' },
      { ordinal: 0, fromTargetId: null, toTargetId: '900', fromOrigin: null, primary: false, state: 'unsent' },
    ]);
  });

  it('keeps the kinds that were read last before the first send, and no later ones', async () => {
    const { linking } = used.ledger;
    await linking.keepPreKinds(RUN, TYPE, [{ ordinal: 1, preKinds: '' }, { ordinal: 2, preKinds: 'HUBSPOT_DEFINED:1' }]);

    const newer = await linking.keepPreKinds(RUN, TYPE, [{ ordinal: 1, preKinds: 'HUBSPOT_DEFINED:279' }]);
    await linking.markSent(RUN, TYPE, [{ ordinal: 1, attempt: 0 }], NOW);
    const older = await linking.keepPreKinds(RUN, TYPE, [{ ordinal: 1, preKinds: 'USER_DEFINED:7' }]);

    expect([newer, older]).toEqual([[{ ordinal: 1, preKinds: 'HUBSPOT_DEFINED:279' }], [{ ordinal: 1, preKinds: 'HUBSPOT_DEFINED:279' }]]);
    expect((await linking.readBatch(RUN, TYPE, 0)).map(({ preKinds }) => preKinds)).toEqual(['HUBSPOT_DEFINED:279', 'HUBSPOT_DEFINED:1', null]);
  });

  it('sends by compare-and-set, settles once, and adds up', async () => {
    await used.ledger.linking.keepPreKinds(RUN, TYPE, [{ ordinal: 1, preKinds: '' }]);
    const taken = await used.ledger.linking.markSent(RUN, TYPE, [{ ordinal: 1, attempt: 0 }, { ordinal: 0, attempt: 0 }], NOW);
    const again = await used.ledger.linking.markSent(RUN, TYPE, [{ ordinal: 1, attempt: 0 }], NOW);
    const inDoubt = (await used.ledger.facts.tallies(RUN)).associations[TYPE];
    await used.ledger.linking.clearSent(RUN, TYPE, [{ ordinal: 0, attempt: 1 }]);

    const settled = [
      await used.ledger.linking.settle(RUN, TYPE, [outcome(1, 'added'), outcome(2, 'end-not-written')], NOW),
      await used.ledger.linking.settle(RUN, TYPE, [outcome(1, 'already-there'), outcome(0, 'refused')], NOW),
    ];

    expect([taken, again, settled]).toEqual([[0, 1], [], [2, 1]]);
    expect(inDoubt).toMatchObject({ inDoubt: 2, pending: 1 });
    expect((await used.ledger.facts.tallies(RUN)).associations[TYPE]).toEqual({
      source: 4, duplicate: 1, selfLink: 0, planned: 3, missingEnd: 0, added: 1, alreadyThere: 0, refused: 1, endNotWritten: 1, inDoubt: 0, pending: 0,
    });
    expect(await used.ledger.facts.refusalsByCode(RUN)).toEqual([{ objectType: TYPE, code: 'LIMIT', count: 1 }]);
  });

  it('shows rollback only the links that the run added', async () => {
    await used.ledger.linking.settle(RUN, TYPE, [outcome(1, 'added'), outcome(0, 'already-there')], NOW);

    const before = await used.ledger.linking.readUndo(RUN, TYPE, 0);
    await used.ledger.linking.settleUndo(RUN, TYPE, [{ ordinal: 1, state: 'restored', code: null }], NOW);

    expect(before.map(({ ordinal, undo }) => [ordinal, undo])).toEqual([[1, 'pending']]);
    expect((await used.ledger.linking.readUndo(RUN, TYPE, 0)).map(({ undo }) => undo)).toEqual(['restored']);
    expect((await used.ledger.facts.undoTally(RUN))[TYPE]).toEqual({ restored: 1, pending: 0 });
  });
});

describe('a ledger from before associations had labels', () => {
  it('is brought up to date in the middle of a run', async () => {
    const file = aLedgerFile();
    const before = await openLedger({ location: file.location });
    await openRun(before);
    await before.plans.writeAssociations(RUN, [anAssociation('s0', 'x')]);
    await before.plans.assignBatches(RUN);
    await before.schema.intend(RUN, 'contacts', [{ kind: 'group', name: 'g', definition: null }]);
    await before.close();
    const sqlite = new Database(file.location);
    sqlite.exec("alter table planned_associations drop column labels; alter table schema_intents drop column association_kind; alter table pace_portals rename column seen_before_ms to turns; delete from kysely_migration where name >= '0007'");
    sqlite.close();

    const ledger = await openLedger({ location: file.location });

    expect((await ledger.linking.readBatch(RUN, TYPE, 0)).map(({ labels }) => labels)).toEqual([[]]);
    expect((await ledger.schema.read(RUN)).map(({ name, associationKind }) => [name, associationKind])).toEqual([['g', null]]);
    await ledger.close();
    file.remove();
  });
});
