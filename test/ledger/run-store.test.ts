import type { Finding } from '../../domain/finding';
import type { ObjectType } from '../../domain/object-type';
import type { Phase } from '../../domain/phase';
import type { PortalClaim } from '../../ledger/ledger';
import { openLedger } from '../../ledger/open-ledger';
import { NOW, aDefinition, openRun, useLedger } from './support';

const aFinding = (changes: Partial<Finding> = {}): Finding => ({ code: 'unread-column', severity: 'warning', place: 'Contact.csv', message: 'not read', remedy: 'map it', count: 1, ...changes });

describe('RunStore', () => {
  const used = useLedger();

  it('counts runs up by migration and kind', async () => {
    const first = await openRun(used.ledger);
    await used.ledger.runs.update('acme.1', { state: 'rolled-back', endedAt: NOW });
    const runs = [first, await openRun(used.ledger), await openRun(used.ledger, 'acme', 'planning'), await openRun(used.ledger, 'other')];

    expect(runs.map(({ run, stagingId }) => [run, stagingId])).toEqual([['acme.1', 'acme.1'], ['acme.2', 'acme.2'], ['plan:acme.1', 'plan:acme.1'], ['other.1', 'other.1']]);
  });

  it('finds a run as it was opened and changed', async () => {
    await openRun(used.ledger);
    const reasons = [{ kind: 'quota' as const, since: NOW, until: NOW, code: null, remedy: 'wait' }];

    await used.ledger.runs.update('acme.1', { state: 'paused', phase: 'contacts', reasons, portalId: '42' });
    await used.ledger.runs.update('acme.1', { endedAt: NOW });

    expect(await used.ledger.runs.find('acme.1')).toEqual({
      run: 'acme.1', migrationId: 'acme', kind: 'migration', definition: aDefinition(), definitionDigest: 'd1', stagingId: 'acme.1',
      state: 'paused', phase: 'contacts', reasons, portalId: '42', createdAt: NOW, endedAt: NOW, epoch: 1, round: 0,
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
    await used.ledger.runs.update('acme.1', { state: 'finalized', endedAt: NOW });
    await openRun(used.ledger);
    await openRun(used.ledger, 'other');

    expect((await used.ledger.runs.list('acme')).map(({ run }) => run)).toEqual(['acme.2', 'acme.1']);
    expect(await used.ledger.runs.list()).toHaveLength(3);
  });

  it('opens one run of a migration at a time, also for two that ask at one moment', async () => {
    const second = await openLedger({ location: used.location });
    try {
      const opened = await Promise.allSettled([openRun(used.ledger), openRun(second), openRun(second, 'other')]);

      expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
      expect(opened.find((each) => each.status === 'rejected')?.reason).toMatchObject({ type: 'PlanError', details: { code: 'run-stands', exitCode: 5 } });
      expect((await used.ledger.runs.list('acme')).map(({ run }) => run)).toEqual(['acme.1']);
    } finally {
      await second.close();
    }
  });

  describe('claims of a portal', () => {
    const claim = (objectTypes: readonly ObjectType[] = ['contacts', 'deals'], changes: Partial<PortalClaim> = {}): PortalClaim => ({ portalId: '42', keyProperty: 'salesforce_id', objectTypes, ...changes });
    const writing = (run: string, phase: Phase = 'properties') => used.ledger.runs.update(run, { state: 'running', phase });
    beforeEach(async () => {
      await openRun(used.ledger);
      await openRun(used.ledger, 'other');
      await writing('acme.1');
      await writing('other.1');
    });

    it('gives the same object type and key of a portal to one run, and others to others', async () => {
      expect(await used.ledger.runs.claimPortal('acme.1', claim())).toBeNull();

      expect(await used.ledger.runs.claimPortal('other.1', claim(['companies', 'deals']))).toBe('acme.1');
      expect(await used.ledger.runs.claimPortal('other.1', claim(['companies']))).toBeNull();
      expect(await used.ledger.runs.claimPortal('other.1', claim(['contacts'], { portalId: '43' }))).toBeNull();
      expect(await used.ledger.runs.claimPortal('other.1', claim(['contacts'], { keyProperty: 'pipedrive_id' }))).toBeNull();
      expect(await used.ledger.runs.claimPortal('acme.1', claim())).toBeNull();
    });

    it('takes nothing where something is refused', async () => {
      await used.ledger.runs.claimPortal('acme.1', claim(['deals']));
      await used.ledger.runs.claimPortal('other.1', claim(['companies', 'contacts', 'deals']));

      expect(await used.ledger.runs.claimPortal('acme.1', claim(['companies', 'contacts', 'deals']))).toBeNull();
    });

    it('lets exactly one of two processes have it that ask at one moment', async () => {
      const second = await openLedger({ location: used.location });
      try {
        const answers = await Promise.all([used.ledger.runs.claimPortal('acme.1', claim()), second.runs.claimPortal('other.1', claim())]);

        expect(answers.filter((other) => other === null)).toHaveLength(1);
      } finally {
        await second.close();
      }
    });

    it.each([
      { state: 'paused' as const, phase: 'contacts' as const, isWriter: true },
      { state: 'rolling-back' as const, phase: 'rollback' as const, isWriter: true },
      { state: 'verified' as const, phase: 'open' as const, isWriter: false },
      { state: 'paused' as const, phase: 'open' as const, isWriter: false },
      { state: 'rolled-back' as const, phase: 'rollback' as const, isWriter: false },
    ])('holds while its run is $state in $phase: $isWriter', async ({ state, phase, isWriter }) => {
      await used.ledger.runs.claimPortal('acme.1', claim());
      await used.ledger.runs.update('acme.1', { state, phase });

      expect(await used.ledger.runs.findOtherWriter('other.1', '42', ['deals'])).toBe(isWriter ? 'acme.1' : null);
      expect(await used.ledger.runs.claimPortal('other.1', claim())).toBe(isWriter ? 'acme.1' : null);
    });

    it('must be had again before a run undoes what another writes meanwhile', async () => {
      await used.ledger.runs.claimPortal('acme.1', claim());
      await used.ledger.runs.update('acme.1', { state: 'verified', phase: 'open' });
      await used.ledger.runs.claimPortal('other.1', claim(['contacts']));
      await used.ledger.runs.update('acme.1', { state: 'rolling-back', phase: 'rollback' });

      const meanwhile = await used.ledger.runs.reclaimPortal('acme.1');
      const theOther = await used.ledger.runs.reclaimPortal('other.1');
      await used.ledger.runs.update('other.1', { state: 'verified', phase: 'open' });
      const afterwards = await used.ledger.runs.reclaimPortal('acme.1');

      expect([meanwhile, theOther, afterwards]).toEqual(['other.1', null, null]);
      expect(await used.ledger.runs.reclaimPortal('other.1')).toBe('acme.1');
    });
  });

  it('keeps each finding once, in order, with its newest count', async () => {
    await openRun(used.ledger);
    await used.ledger.runs.addFindings('acme.1', [aFinding({ code: 'z', exitCode: 3 }), aFinding()]);

    await used.ledger.runs.addFindings('acme.1', [aFinding({ count: 5 }), aFinding({ code: 'a' })]);

    expect(await used.ledger.runs.readFindings('acme.1')).toEqual([aFinding({ code: 'z', exitCode: 3 }), aFinding({ count: 5 }), aFinding({ code: 'a' })]);
  });
});
