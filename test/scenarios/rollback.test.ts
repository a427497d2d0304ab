import { SMALL, writeSmallExport } from '../support/driver/small-export';
import { startRehearsal, until, type Rehearsal } from '../support/rehearsal';
import { join } from 'node:path';

/** More than one batch of contacts. */
const MANY_BATCHES = { accounts: 120, contacts: 310, opportunities: 110 };

describe('rollback', () => {
  let rehearsal: Rehearsal;
  let small: string;
  beforeAll(async () => {
    rehearsal = await startRehearsal({ tier: 'off' });
    small = writeSmallExport(join(rehearsal.folder, 'small'), SMALL);
  });
  beforeEach(() => rehearsal.portal.load({ tier: 'off' }));
  afterAll(() => rehearsal.end());

  it('puts the portal back at the end, and a second run ends like the first, even where archived records keep their unique values', async () => {
    await rehearsal.portal.switches({ archivedRecordsKeepUniqueValues: true });
    const before = await rehearsal.portal.fingerprint();
    const file = rehearsal.migrationFile(small, '', 'whole');
    const first = await rehearsal.portage.start(file);
    expect((await first.ended()).state).toBe('verified');
    const firstDump = await rehearsal.portal.canonicalDump();

    await first.rollback({ confirm: first.run });
    await until(first, ({ state }) => state === 'rolled-back', 120_000);

    expect(await rehearsal.portal.fingerprint()).toBe(before);
    const second = await rehearsal.portage.start(file);
    expect((await second.ended()).state).toBe('verified');
    expect(await rehearsal.portal.canonicalDump()).toEqual(firstDump);
    await second.finalize();
  }, 240_000);

  it('puts the portal back from the middle of a phase', async () => {
    // One batch takes long, so that the phase has a middle.
    await rehearsal.portal.faults({ rules: [{ path: '/contacts/batch/create$', callNumbers: [2], fault: { kind: 'slow', delayMs: 4_000 } }] });
    const before = await rehearsal.portal.fingerprint();
    const many = writeSmallExport(join(rehearsal.folder, 'many'), MANY_BATCHES);
    const migration = await rehearsal.portage.start(rehearsal.migrationFile(many, '', 'middle'));
    await until(migration, ({ phase, objects }) => phase === 'contacts' && (objects.contacts?.created ?? 0) > 0);
    await migration.rollback({ confirm: migration.run });
    const { objects } = await until(migration, ({ state }) => state === 'rolled-back', 180_000);

    expect(objects.deals?.created).toBe(0);
    expect(await rehearsal.portal.fingerprint()).toBe(before);
    await rehearsal.portal.faults(null);
  }, 300_000);

  it('does nothing but pause without the id of the run, and leaves alone what a person has edited since', async () => {
    const migration = await rehearsal.portage.start(rehearsal.migrationFile(small, '', 'asked'));
    expect((await migration.ended()).state).toBe('verified');
    const before = await rehearsal.portal.fingerprint();

    await migration.rollback();
    await until(migration, ({ reasons }) => reasons.some(({ kind }) => kind === 'operator'));

    expect(await rehearsal.portal.fingerprint()).toBe(before);
    const edited = (await rehearsal.portal.dump()).records['contacts']?.[0];
    if (edited === undefined) {
      throw new Error('no contact');
    }
    await rehearsal.portal.edit({ action: 'update', objectType: 'contacts', id: edited.id, properties: { jobtitle: 'Head of Everything' } });

    await migration.rollback({ confirm: migration.run });
    await until(migration, ({ state }) => state === 'rolled-back', 120_000);

    const left = (await rehearsal.portal.dump()).records['contacts']?.filter(({ archived }) => !archived) ?? [];
    expect(left.map(({ id }) => id)).toEqual([edited.id]);
    expect(left[0]?.properties['jobtitle']).toBe('Head of Everything');
  }, 240_000);
});
