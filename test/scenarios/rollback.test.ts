import { NPSP_FOLDER, startRehearsal, until, type Rehearsal } from '../support/rehearsal';

describe('rollback', () => {
  let rehearsal: Rehearsal;
  beforeEach(async () => {
    rehearsal = await startRehearsal();
  }, 60_000);
  afterEach(() => rehearsal.end());

  it.each([{ keeps: false }, { keeps: true }])('puts the portal back at the end, and a second run ends like the first (archived records keep unique values: $keeps)', async ({ keeps }) => {
    await rehearsal.portal.switches({ archivedRecordsKeepUniqueValues: keeps });
    const before = await rehearsal.portal.fingerprint();
    const file = rehearsal.migrationFile(NPSP_FOLDER);
    const first = await rehearsal.portage.start(file);
    expect((await first.ended()).state).toBe('verified');
    const firstDump = await rehearsal.portal.canonicalDump();

    await first.rollback({ confirm: first.run });
    await until(first, ({ state }) => state === 'rolled-back', 120_000);

    expect(await rehearsal.portal.fingerprint()).toBe(before);
    const second = await rehearsal.portage.start(file);
    expect((await second.ended()).state).toBe('verified');
    expect(await rehearsal.portal.canonicalDump()).toEqual(firstDump);
  }, 240_000);

  it('puts the portal back from the middle of a phase', async () => {
    const slow = await startRehearsal({ latency: 'realistic', seed: 3 });
    try {
      const before = await slow.portal.fingerprint();
      const migration = await slow.portage.start(slow.migrationFile(NPSP_FOLDER));
      await until(migration, ({ phase, objects }) => phase === 'contacts' && (objects.contacts?.created ?? 0) > 0);
      await migration.rollback({ confirm: migration.run });
      await until(migration, ({ state }) => state === 'rolled-back', 180_000);

      expect(await slow.portal.fingerprint()).toBe(before);
    } finally {
      await slow.end();
    }
  }, 300_000);

  it('does nothing but pause without the id of the run', async () => {
    const migration = await rehearsal.portage.start(rehearsal.migrationFile(NPSP_FOLDER));
    expect((await migration.ended()).state).toBe('verified');
    const before = await rehearsal.portal.fingerprint();

    await migration.rollback();
    await new Promise((wake) => setTimeout(wake, 2_000));

    expect(await rehearsal.portal.fingerprint()).toBe(before);
  }, 240_000);

  it('leaves alone what a person has edited since', async () => {
    const migration = await rehearsal.portage.start(rehearsal.migrationFile(NPSP_FOLDER));
    expect((await migration.ended()).state).toBe('verified');
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
