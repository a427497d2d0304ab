import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENDED_STATES, type MigrationStatus } from '../../client/migration-status';
import { connectPortage, type Migration, type PortageClient } from '../../client/portage-client';
import { SIMULATED_TOKEN } from '../../local/stack';
import type { CanonicalDump, PortalDefinition } from '../../simulator/control-plane';
import { openDrivenScene } from '../support/driver/driven-scene';
import { DRIVEN_TOKEN } from '../support/driver/small-export';
import { startRehearsal, until, writeFiles, type Rehearsal } from '../support/rehearsal';
import { runCommand } from '../support/run-command';

const CONTACTS = 600;
/** As driven runs are called: theirs is the end that is compared with, and the name shows in the portal. */
const ID = 'driven';

/** Opaque ids as Salesforce gives them, 18 characters. */
const id = (prefix: string, index: number): string => `${prefix}5e${String(index).padStart(10, '0')}AAA`;
const csv = (headings: readonly string[], rows: readonly (readonly string[])[]): string => `${[headings, ...rows].map((row) => row.join(',')).join('\n')}\n`;

const EXPORT = {
  'Account.csv': csv(['Id', 'Name', 'Website'], Array.from({ length: 40 }, (_, index) => [id('001', index), `Works ${index}`, `https://works${index}.example.org`])),
  'Contact.csv': csv(['Id', 'AccountId', 'FirstName', 'LastName', 'Email'], Array.from({ length: CONTACTS }, (_, index) => [id('003', index), id('001', index % 40), 'Ada', `Byte ${index}`, `ada${index}@example.org`])),
  'Opportunity.csv': csv(['Id', 'AccountId', 'Name', 'StageName', 'CloseDate', 'Amount'], Array.from({ length: 30 }, (_, index) => [id('006', index), id('001', index), `Order ${index}`, 'Pledged', '2026-03-01', '100'])),
};

/** Somebody's contact stands there before, under the address of one of ours: it is matched, not made. */
const PORTAL: PortalDefinition = {
  tokens: [SIMULATED_TOKEN, DRIVEN_TOKEN].map((token) => ({ token, scopes: 'all' })),
  records: { contacts: [{ id: '900', properties: { email: 'ada7@example.org', city: 'Oslo' } }] },
  switches: { searchLagMs: 0 },
};

const isEnded = ({ state }: MigrationStatus): boolean => ENDED_STATES.has(state);

describe('recovery', () => {
  let undisturbed: CanonicalDump;
  let rehearsal: Rehearsal;
  let clients: PortageClient[] = [];

  beforeAll(async () => {
    const scene = await openDrivenScene();
    const sourceFolder = mkdtempSync(join(tmpdir(), 'portage-recover-'));
    writeFiles(sourceFolder, EXPORT);
    await (await scene.begin({ sourceFolder }, PORTAL)).drive();
    undisturbed = await scene.dump();
    await scene.close();
    rmSync(sourceFolder, { recursive: true });
  }, 120_000);
  beforeEach(() => begin());
  afterEach(() => end(), 60_000);

  async function begin(): Promise<void> {
    rehearsal = await startRehearsal();
    await rehearsal.portal.load(PORTAL);
  }
  async function end(): Promise<void> {
    await Promise.all(clients.map((portage) => portage.close()));
    clients = [];
    await rehearsal.end();
  }
  /** Anew each time: an older one has the lost ledger open. */
  async function connect(): Promise<PortageClient> {
    const portage = await connectPortage({ environment: rehearsal.stack.environment, folder: rehearsal.folder, userConfigFile: 'ignore', searchLagMs: 0 });
    clients.push(portage);
    return portage;
  }
  async function start(): Promise<Migration> {
    return (await connect()).start(rehearsal.migrationFile(rehearsal.sourceFolder('export', EXPORT), '', ID));
  }
  /** A portal that takes three batches of contacts and then answers no more: what is sent after them stays in doubt. */
  async function startedUpToTheMiddleOfContacts(): Promise<Migration> {
    await rehearsal.portal.faults({ rules: [{ path: '/contacts/batch/create$', callNumbers: Array.from({ length: 500 }, (_, index) => 4 + index), fault: { kind: 'request-lost' } }] });
    const migration = await start();
    await until(migration, ({ phase, objects }) => phase === 'contacts' && (objects.contacts?.created ?? 0) >= 199 && (objects.contacts?.inDoubt ?? 0) > 0);
    return migration;
  }
  const command = (...words: readonly string[]) => runCommand(words, { ...rehearsal.stack.environment, HOME: rehearsal.folder, XDG_CONFIG_HOME: rehearsal.folder }, rehearsal.folder);
  const remove = (name: string): void => ['', '-wal', '-shm', '-journal'].forEach((suffix) => rmSync(join(rehearsal.folder, `${name}${suffix}`), { force: true }));

  async function loseTemporal(): Promise<void> {
    await rehearsal.stack.worker().kill();
    await rehearsal.stack.temporal().kill();
    remove('temporal.db');
    await rehearsal.portal.faults(null);
    await rehearsal.stack.startTemporal();
    await rehearsal.stack.startWorker();
  }
  async function loseLedger(): Promise<void> {
    await rehearsal.stack.worker().kill();
    remove('ledger.db');
    await rehearsal.portal.faults(null);
    await rehearsal.stack.startWorker();
  }
  async function recovered(file?: string): Promise<Migration> {
    return (await (await connect()).recovery(undefined, file)).proceed();
  }

  it('goes on from the ledger when Temporal is lost, in the middle of the contacts and after the end', async () => {
    const before = await rehearsal.portal.fingerprint();
    const migration = await startedUpToTheMiddleOfContacts();
    await loseTemporal();

    const startedAgain = await command('start', `${ID}.yaml`);
    const status = await command('status');
    const asked = await command('recover');

    expect([startedAgain.err, status.out].map((text) => text.includes(`portage recover ${migration.run}`))).toEqual([true, true]);
    expect(asked.exitCode).toBe(9);
    expect(asked.err).toContain('What was set by hand');
    const again = await recovered();
    expect((await again.status()).reasons).toMatchObject([{ kind: 'operator', code: 'recovered' }]);
    await again.resume();
    expect((await until(again, isEnded)).state).toBe('verified');
    expect(await rehearsal.portal.canonicalDump()).toEqual(undisturbed);

    await loseTemporal();
    const open = await recovered();
    await open.resume();
    await until(open, ({ state, phase }) => state === 'verified' && phase === 'open');
    await open.rollback({ confirm: open.run });
    expect(await until(open, ({ state, reasons }) => state === 'rolled-back' || reasons.length > 0)).toMatchObject({ state: 'rolled-back', reasons: [] });
    expect(await rehearsal.portal.fingerprint()).toBe(before);
  }, 240_000);

  it('goes on from portal and workflows when the ledger is lost, in the middle of the contacts and after the end', async () => {
    const { run } = await startedUpToTheMiddleOfContacts();
    await loseLedger();

    const withoutFile = await command('recover', run);
    const asked = await command('recover', '--file', `${ID}.yaml`);

    expect({ exitCode: withoutFile.exitCode, says: withoutFile.err.includes('--file migration.yaml') }).toEqual({ exitCode: 2, says: true });
    expect(asked.exitCode).toBe(9);
    expect(['pre-images', 'associations', 'properties, groups', 'refused'].filter((lost) => !asked.err.includes(lost))).toEqual([]);
    const again = await recovered(`${ID}.yaml`);
    expect([again.run, again.row.epoch]).toEqual([run, 2]);
    expect((await until(again, isEnded)).state).toBe('verified');
    expect(await rehearsal.portal.canonicalDump()).toEqual(undisturbed);

    // Somebody deletes a contact that the run made: it must not come back.
    const deleted = (await rehearsal.portal.dump()).records['contacts']?.find(({ properties }) => properties['email'] === 'ada3@example.org');
    await rehearsal.portal.edit({ action: 'archive', objectType: 'contacts', id: deleted?.id ?? '' });
    await loseLedger();
    const open = await recovered(`${ID}.yaml`);
    expect(open.row.epoch).toBe(3);
    const contacts = { created: CONTACTS - 2, updated: 1, refused: 1 };
    expect(await until(open, isEnded)).toMatchObject({ state: 'finished-with-refusals', objects: { contacts } });
    expect(await liveContacts()).toHaveLength(CONTACTS - 1);

    // What it matched stays as it is: nobody knows what stood there before.
    await open.rollback({ confirm: run });
    expect(await until(open, ({ state, reasons }) => state === 'rolled-back' || reasons.length > 0)).toMatchObject({ state: 'rolled-back', reasons: [] });
    expect((await liveContacts()).map(({ id: targetId, properties }) => [targetId, properties['city']])).toEqual([['900', 'Oslo']]);
    expect((await open.report())?.rollback?.kept).toEqual({ 'no-pre-image': 1 });
  }, 240_000);

  async function liveContacts() {
    return (await rehearsal.portal.dump()).records['contacts']?.filter(({ archived }) => !archived) ?? [];
  }
});
