import { renameSync, rmSync } from 'node:fs';
import { openLedger } from '../../ledger/open-ledger';
import { NOW, aDefinition, aPlanned, openRun, range, useLedger } from './support';

const aLostRun = (changes = {}) => ({ run: 'acme.3', migrationId: 'acme', definition: aDefinition(), definitionDigest: 'd1', portalId: '42', epoch: 4, createdAt: NOW, ...changes });
const OTHER_EPOCH = { type: 'IdentityError', details: { code: 'other-epoch' } };

describe('the epoch of a run', () => {
  const used = useLedger();

  it('grows with each recovery, over all runs of the ledger, so that no number comes twice', async () => {
    await openRun(used.ledger);
    await openRun(used.ledger, 'other');

    const raised = [await used.ledger.recovery.raiseEpoch('acme.1'), await used.ledger.recovery.raiseEpoch('other.1'), await used.ledger.recovery.raiseEpoch('acme.1')];

    expect(raised).toEqual([2, 3, 4]);
    expect([(await used.ledger.runs.find('acme.1'))?.epoch, (await used.ledger.runs.find('other.1'))?.epoch]).toEqual([4, 3]);
    expect((await openRun(used.ledger, 'third')).epoch).toBe(4);
  });

  it('stops who was in the middle of its work when the run was recovered, at the next mark, outcome and tally', async () => {
    const { ledger } = used;
    await openRun(ledger);
    await ledger.plans.writeRecords('acme.1', range(2).map((ordinal) => aPlanned(ordinal)));
    await ledger.plans.assignBatches('acme.1');

    const old = ledger.fenced({ run: 'acme.1', epoch: 1 });

    expect(await old.writing.markSent('acme.1', 'contacts', [{ ordinal: 0, attempt: 0 }], NOW)).toEqual([0]);
    await ledger.recovery.raiseEpoch('acme.1');

    await expect(old.writing.markSent('acme.1', 'contacts', [{ ordinal: 1, attempt: 0 }], NOW)).rejects.toMatchObject(OTHER_EPOCH);
    await expect(old.writing.settle('acme.1', 'contacts', [{ ordinal: 0, outcome: 'created', targetId: '900', refusal: null, postImage: null }], NOW)).rejects.toMatchObject(OTHER_EPOCH);
    await expect(old.runs.update('acme.1', { state: 'running' })).rejects.toMatchObject(OTHER_EPOCH);
    // A page that need not have reached the disk is fenced like any other, and so is a rate, though the pace is everybody's.
    await expect(old.plans.writeRecords('acme.1', [aPlanned(2)])).rejects.toMatchObject(OTHER_EPOCH);
    await expect(old.pace('42').setRate(0.5)).rejects.toMatchObject(OTHER_EPOCH);

    expect((await ledger.facts.tallies('acme.1')).records.contacts).toMatchObject({ created: 0, inDoubt: 1, pending: 1 });
    expect(await ledger.fenced({ run: 'acme.1', epoch: 2 }).writing.markSent('acme.1', 'contacts', [{ ordinal: 1, attempt: 0 }], NOW)).toEqual([1]);
  });
});

describe('a ledger whose file was deleted or replaced under it', () => {
  const used = useLedger();

  it.each([
    { how: 'deleted', act: (location: string) => rmSync(location) },
    { how: 'replaced', act: (location: string) => renameSync(location, `${location}.old`) },
  ])('takes no mark and gives no slot any more: $how', async ({ act, how }) => {
    await openRun(used.ledger);
    act(used.location);
    const replacement = how === 'replaced' ? await openLedger({ location: used.location }) : null;

    const replaced = { type: 'IdentityError', details: { code: 'ledger-replaced' } };
    await expect(used.ledger.runs.update('acme.1', { state: 'running' })).rejects.toMatchObject(replaced);
    await expect(used.ledger.pace('42').enter(['general'], new AbortController().signal)).rejects.toMatchObject(replaced);
    await replacement?.close();
  });
});

describe('RecoveryStore', () => {
  const used = useLedger();

  it('takes a lost run in under its old name, above its old epoch, and keeps it when it is told again', async () => {
    const row = await used.ledger.recovery.adopt(aLostRun());
    const again = await used.ledger.recovery.adopt(aLostRun());

    expect(row).toMatchObject({ run: 'acme.3', migrationId: 'acme', kind: 'migration', stagingId: 'acme.3', state: 'paused', portalId: '42', createdAt: NOW, epoch: 5 });
    expect(again).toEqual({ ...row, epoch: 6 });
    await expect(openRun(used.ledger)).rejects.toMatchObject({ details: { code: 'run-stands' } });
    await used.ledger.runs.update('acme.3', { state: 'finalized', endedAt: NOW });
    expect((await openRun(used.ledger)).run).toBe('acme.4');
  });

  it('keeps what the workflows knew, once', async () => {
    await used.ledger.recovery.adopt(aLostRun());
    await used.ledger.recovery.saveWitnesses('acme.3', 'contacts', [['s1', '901', 'c'], ['s2', '902', 'm']]);
    await used.ledger.recovery.saveWitnesses('acme.3', 'contacts', [['s1', '999', 'c']]);

    expect(await used.ledger.recovery.findWitnesses('acme.3', 'contacts', ['s1', 's9'])).toEqual([['s1', '901', 'c']]);
    expect(await used.ledger.recovery.countWitnesses('acme.3')).toEqual({ contacts: 2 });
  });
});
