import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ENDED_STATES } from '../../client/migration-status';
import { connectPortage, type Migration, type PortageClient } from '../../client/portage-client';
import { SIMULATED_TOKEN } from '../../local/stack';
import type { CanonicalDump, PortalDefinition } from '../../simulator/control-plane';
import { startRehearsal, until, type Rehearsal } from '../support/rehearsal';
import { runCommand } from '../support/run-command';

const CONTACTS = 600;
/** A portal that answers no more creates of contacts after this many: the run waits in the middle of them. */
const CONTACT_CALLS_BEFORE_SILENCE = 3;

/** Opaque ids as Salesforce gives them, 18 characters. */
const id = (prefix: string, index: number): string => `${prefix}5e${String(index).padStart(10, '0')}AAA`;
const csv = (headings: readonly string[], rows: readonly (readonly string[])[]): string => `${[headings, ...rows].map((row) => row.join(',')).join('\n')}\n`;

const EXPORT = {
  'Account.csv': csv(['Id', 'Name', 'Website'], Array.from({ length: 40 }, (_, index) => [id('001', index), `Works ${index}`, `https://works${index}.example.org`])),
  'Contact.csv': csv(['Id', 'AccountId', 'FirstName', 'LastName', 'Email'], Array.from({ length: CONTACTS }, (_, index) => [id('003', index), id('001', index % 40), 'Ada', `Byte ${index}`, `ada${index}@example.org`])),
  'Opportunity.csv': csv(['Id', 'AccountId', 'Name', 'StageName', 'CloseDate', 'Amount'], Array.from({ length: 30 }, (_, index) => [id('006', index), id('001', index), `Order ${index}`, 'Pledged', '2026-03-01', '100'])),
};

/** Somebody's contact was there before, under the address of ours: it is matched, not made. */
const THERE_BEFORE: PortalDefinition = { tokens: [{ token: SIMULATED_TOKEN, scopes: 'all' }], records: { contacts: [{ id: '900', properties: { email: 'ada7@example.org', city: 'Oslo' } }] } };

describe('recovery', () => {
  let undisturbed: CanonicalDump;
  let rehearsal: Rehearsal;
  let migration: Migration;
  const opened: PortageClient[] = [];

  const begin = async (): Promise<void> => {
    rehearsal = await startRehearsal();
    await rehearsal.portal.load(THERE_BEFORE);
  };
  const start = async (): Promise<void> => {
    migration = await rehearsal.portage.start(file());
  };
  const file = (): string => rehearsal.migrationFile(rehearsal.sourceFolder('export', EXPORT));
  const toTheMiddleOfContacts = async (): Promise<void> => {
    await rehearsal.portal.faults({ rules: [{ path: '/contacts/batch/create$', callNumbers: Array.from({ length: 500 }, (_, index) => CONTACT_CALLS_BEFORE_SILENCE + 1 + index), fault: { kind: 'request-lost' } }] });
    await start();
    await until(migration, ({ phase, objects }) => phase === 'contacts' && (objects.contacts?.created ?? 0) >= (CONTACT_CALLS_BEFORE_SILENCE - 1) * 100);
  };
  const toTheEnd = async (): Promise<void> => {
    await start();
    expect((await migration.ended()).state).toBe('verified');
  };
  /** A client of its own: the rehearsal's has the lost ledger open. */
  const connect = async (): Promise<Migration> => {
    const portage = await connectPortage({ environment: rehearsal.stack.environment, folder: rehearsal.folder, userConfigFile: 'ignore' });
    opened.push(portage);
    return portage.migration();
  };
  const command = (...words: readonly string[]) => runCommand(words, { ...rehearsal.stack.environment, HOME: rehearsal.folder, XDG_CONFIG_HOME: rehearsal.folder }, rehearsal.folder);
  const loseTemporal = async (): Promise<void> => {
    await rehearsal.stack.worker().kill();
    await rehearsal.stack.temporal().kill();
    for (const suffix of ['', '-wal', '-shm', '-journal']) {
      rmSync(join(rehearsal.folder, `temporal.db${suffix}`), { force: true });
    }
    await rehearsal.portal.faults(null);
    await rehearsal.stack.startTemporal();
    await rehearsal.stack.startWorker();
  };
  const loseLedger = async (): Promise<void> => {
    await rehearsal.stack.worker().kill();
    for (const suffix of ['', '-wal', '-shm']) {
      rmSync(join(rehearsal.folder, `ledger.db${suffix}`), { force: true });
    }
    await rehearsal.portal.faults(null);
    await rehearsal.stack.startWorker();
  };

  beforeAll(async () => {
    await begin();
    await toTheEnd();
    undisturbed = await rehearsal.portal.canonicalDump();
    await rehearsal.end();
  }, 120_000);
  beforeEach(begin, 60_000);
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((portage) => portage.close()));
    await rehearsal.end();
  });

  it('goes on from the ledger when Temporal is lost in the middle of the contacts', async () => {
    await toTheMiddleOfContacts();
    await loseTemporal();

    const refused = await command('start', file());
    const asked = await command('recover');
    const recovered = await command('recover', '--yes');
    const paused = await until(migration, ({ state }) => state === 'paused');
    await migration.resume();
    const status = await until(migration, ({ state }) => ENDED_STATES.has(state), 30_000);

    expect(refused.err).toContain(`portage recover ${migration.run}`);
    expect({ exitCode: asked.exitCode, err: asked.err }).toEqual({ exitCode: 9, err: expect.stringContaining('What was set by hand') as unknown });
    expect(recovered.exitCode).toBe(0);
    expect(paused.reasons).toMatchObject([{ kind: 'operator', code: 'recovered' }]);
    expect(status.state).toBe('verified');
    expect(await rehearsal.portal.canonicalDump()).toEqual(undisturbed);
  }, 120_000);

  it('goes on from the ledger when Temporal is lost after the end, and rolls back by it', async () => {
    const before = await rehearsal.portal.fingerprint();
    await toTheEnd();
    await loseTemporal();

    expect((await command('recover', '--yes')).exitCode).toBe(0);
    await until(migration, ({ state }) => state === 'paused');
    await migration.rollback({ confirm: migration.run });
    const status = await until(migration, ({ state, reasons }) => state === 'rolled-back' || reasons.some(({ kind }) => kind !== 'operator'));

    expect(status).toMatchObject({ state: 'rolled-back', reasons: [] });
    expect(await rehearsal.portal.fingerprint()).toBe(before);
  }, 120_000);

  it('goes on from portal and workflows when the ledger is lost in the middle of the contacts', async () => {
    await toTheMiddleOfContacts();
    await loseLedger();

    const withoutFile = await command('recover', migration.run);
    const recovered = await command('recover', '--file', 'test.yaml', '--yes');
    const again = await connect();
    await again.resume();
    const status = await until(again, ({ state }) => ENDED_STATES.has(state), 30_000);

    expect({ exitCode: withoutFile.exitCode, err: withoutFile.err }).toEqual({ exitCode: 2, err: expect.stringContaining('--file migration.yaml') as unknown });
    expect({ exitCode: recovered.exitCode, err: recovered.err }).toEqual({ exitCode: 0, err: expect.stringContaining('pre-images') as unknown });
    expect(again.run).toBe(migration.run);
    expect(again.row.epoch).toBe(2);
    expect(status.state).toBe('verified');
    expect(await rehearsal.portal.canonicalDump()).toEqual(undisturbed);
  }, 120_000);

  it('goes on from portal and workflows when the ledger is lost after the end; what is deleted stays so, and a rollback lists what was matched', async () => {
    await toTheEnd();
    const deleted = (await rehearsal.portal.dump()).records['contacts']?.find(({ properties }) => properties['email'] === 'ada3@example.org');
    await rehearsal.portal.edit({ action: 'archive', objectType: 'contacts', id: deleted?.id ?? '' });
    await loseLedger();

    expect((await command('recover', '--file', 'test.yaml', '--yes')).exitCode).toBe(0);
    const again = await connect();
    const status = await until(again, ({ state }) => ENDED_STATES.has(state), 30_000);
    const emails = (await rehearsal.portal.dump()).records['contacts']?.filter(({ archived }) => !archived).map(({ properties }) => properties['email']);
    await again.rollback({ confirm: again.run });
    const undone = await until(again, ({ state, reasons }) => state === 'rolled-back' || reasons.length > 0);
    const left = (await rehearsal.portal.dump()).records['contacts']?.filter(({ archived }) => !archived) ?? [];

    expect(status).toMatchObject({ state: 'finished-with-refusals', objects: { contacts: { created: CONTACTS - 2, updated: 1, refused: 1 } } });
    expect(emails).not.toContain('ada3@example.org');
    expect(emails).toHaveLength(CONTACTS - 1);
    expect(undone).toMatchObject({ state: 'rolled-back', reasons: [] });
    expect(left.map(({ id: targetId, properties }) => [targetId, properties['city']])).toEqual([['900', 'Oslo']]);
    expect((await again.report())?.rollback?.kept).toEqual({ 'no-pre-image': 1 });
  }, 120_000);
});
