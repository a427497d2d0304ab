import type { Finding } from '../../domain/finding';
import { NOW, aDefinition, openRun, useLedger } from './support';

const aFinding = (changes: Partial<Finding> = {}): Finding => ({ code: 'unread-column', severity: 'warning', place: 'Contact.csv', message: 'not read', remedy: 'map it', count: 1, ...changes });

describe('RunStore', () => {
  const used = useLedger();

  it('counts runs up by migration and kind', async () => {
    const runs = [await openRun(used.ledger), await openRun(used.ledger), await openRun(used.ledger, 'acme', 'planning'), await openRun(used.ledger, 'other')];

    expect(runs.map(({ run, stagingId }) => [run, stagingId])).toEqual([['acme.1', 'acme.1'], ['acme.2', 'acme.2'], ['plan:acme.1', 'plan:acme.1'], ['other.1', 'other.1']]);
  });

  it('finds a run as it was opened and changed', async () => {
    await openRun(used.ledger);
    const reasons = [{ kind: 'quota' as const, since: NOW, until: NOW, code: null, remedy: 'wait' }];

    await used.ledger.runs.adoptStaging('acme.1', 'plan:acme.1');
    await used.ledger.runs.update('acme.1', { state: 'paused', phase: 'contacts', reasons, portalId: '42' });
    await used.ledger.runs.update('acme.1', { endedAt: NOW });

    expect(await used.ledger.runs.find('acme.1')).toEqual({
      run: 'acme.1', migrationId: 'acme', kind: 'migration', definition: aDefinition(), definitionDigest: 'd1', stagingId: 'plan:acme.1',
      state: 'paused', phase: 'contacts', reasons, portalId: '42', createdAt: NOW, endedAt: NOW, epoch: 1,
    });
    expect(await used.ledger.runs.find('acme.9')).toBeNull();
  });

  it('refuses to write for a run that is not in this ledger', async () => {
    const unknown = { type: 'IdentityError', details: { code: 'run-unknown' } };

    await expect(used.ledger.runs.update('elsewhere.1', { state: 'running' })).rejects.toMatchObject(unknown);
    await expect(used.ledger.facts.phaseStarted('elsewhere.1', 'stage', NOW)).rejects.toMatchObject(unknown);
    await expect(used.ledger.writing.readBatch('elsewhere.1', 'contacts', 0)).rejects.toMatchObject(unknown);
  });

  it('lists the newest first', async () => {
    await openRun(used.ledger);
    await openRun(used.ledger);
    await openRun(used.ledger, 'other');

    expect((await used.ledger.runs.list('acme')).map(({ run }) => run)).toEqual(['acme.2', 'acme.1']);
    expect(await used.ledger.runs.list()).toHaveLength(3);
  });

  it('names another run that writes the portal until that one is over', async () => {
    await openRun(used.ledger);
    await openRun(used.ledger, 'other');
    await used.ledger.runs.update('acme.1', { portalId: '42', state: 'running', phase: 'companies' });

    const meanwhile = await used.ledger.runs.findOtherWriter('other.1', '42');
    const elsewhere = await used.ledger.runs.findOtherWriter('other.1', '43');
    const itself = await used.ledger.runs.findOtherWriter('acme.1', '42');
    await used.ledger.runs.update('acme.1', { state: 'rolled-back' });
    const afterwards = await used.ledger.runs.findOtherWriter('other.1', '42');

    expect([meanwhile, elsewhere, itself, afterwards]).toEqual(['acme.1', null, null, null]);
  });

  it.each([
    { state: 'paused' as const, phase: 'contacts' as const, isWriter: true },
    { state: 'rolling-back' as const, phase: 'rollback' as const, isWriter: true },
    { state: 'paused' as const, phase: 'plan' as const, isWriter: false },
    { state: 'verified' as const, phase: 'open' as const, isWriter: false },
    { state: 'paused' as const, phase: 'open' as const, isWriter: false },
  ])('takes a run that is $state in $phase for a writer: $isWriter', async ({ state, phase, isWriter }) => {
    await openRun(used.ledger);
    await openRun(used.ledger, 'other');
    await used.ledger.runs.update('acme.1', { portalId: '42', state, phase });

    expect(await used.ledger.runs.findOtherWriter('other.1', '42')).toBe(isWriter ? 'acme.1' : null);
  });

  it('lets one of two that begin at one moment go first', async () => {
    await openRun(used.ledger);
    await openRun(used.ledger, 'other');
    await used.ledger.runs.update('acme.1', { portalId: '42', state: 'running', phase: 'properties' });
    await used.ledger.runs.update('other.1', { portalId: '42', state: 'running', phase: 'properties' });

    expect([await used.ledger.runs.findOtherWriter('acme.1', '42'), await used.ledger.runs.findOtherWriter('other.1', '42')]).toEqual([null, 'acme.1']);
  });

  it('keeps each finding once, in order, with its newest count', async () => {
    await openRun(used.ledger);
    await used.ledger.runs.addFindings('acme.1', [aFinding({ code: 'z', exitCode: 3 }), aFinding()]);

    await used.ledger.runs.addFindings('acme.1', [aFinding({ count: 5 }), aFinding({ code: 'a' })]);

    expect(await used.ledger.runs.readFindings('acme.1')).toEqual([aFinding({ code: 'z', exitCode: 3 }), aFinding({ count: 5 }), aFinding({ code: 'a' })]);
  });
});
