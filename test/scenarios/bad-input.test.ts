import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRehearsal, type Rehearsal } from '../support/rehearsal';
import { runCommand } from '../support/run-command';

const account = (id = '0015e0000000001AAA', name = 'Acme') => `Id,Name\n${id},${name}\n`;

describe('input that ends a run before anything is written', () => {
  let rehearsal: Rehearsal;
  beforeAll(async () => {
    rehearsal = await startRehearsal();
  });
  afterAll(() => rehearsal.end());
  beforeEach(() => rehearsal.portal.clearCalls());

  const start = (file: string, environment: Readonly<Record<string, string>> = {}) => runCommand(['start', file], { ...rehearsal.stack.environment, ...environment }, rehearsal.folder);
  const writes = async () => (await rehearsal.portal.calls()).calls.filter(({ kind }) => /create|update|upsert|archive/.test(kind));

  it.each([
    { what: 'a folder without a known file', files: { 'notes.csv': 'a,b\n1,2\n' }, says: /no .*(file|object)/i },
    { what: 'a file without its id column', files: { 'Account.csv': 'Name,Phone\nAcme,1\n' }, says: /Account\.csv.*id/is },
    { what: 'a truncated file', files: { 'Account.csv': 'Id,Name\n0015e0000000001AAA,"Acme\n' }, says: /Account\.csv:2: .*not complete/s },
    { what: 'ids of the wrong prefix', files: { 'Account.csv': account(), 'Contact.csv': `Id,LastName,AccountId\n0015e0000000002AAA,Doe,0015e0000000001AAA\n` }, says: /Contact\.csv/i },
    { what: 'a report export', files: { 'report1.csv': '"Account Name","Billing Street"\n"Acme","1 Road"\n\n"Confidential Information - Do Not Distribute"\n' }, says: /report/i },
  ])('$what', async ({ what, files, says }) => {
    const folder = rehearsal.sourceFolder(what.replaceAll(/\W/g, '-'), files);

    const { exitCode, err } = await start(rehearsal.migrationFile(folder, '', `bad-${what.length}`));

    expect(err).toMatch(says);
    expect(exitCode).toBe(3);
    expect(await writes()).toEqual([]);
  });

  it('a folder that is not there', async () => {
    const { exitCode, err } = await start(rehearsal.migrationFile(join(rehearsal.folder, 'nowhere'), '', 'bad-nowhere'));

    expect(err).toContain('nowhere');
    expect(exitCode).toBe(3);
  });

  it('an undecodable file', async () => {
    const folder = rehearsal.sourceFolder('binary', {});
    writeFileSync(join(folder, 'Account.csv'), Buffer.from([0x49, 0x64, 0x2c, 0x00, 0x01, 0xff, 0x00, 0x0a, 0x00, 0x00]));

    const { exitCode, err } = await start(rehearsal.migrationFile(folder, '', 'bad-binary'));

    expect(err).toContain('Account.csv');
    expect(exitCode).toBe(3);
  });

  it('an .xlsx in place of a data export', async () => {
    const folder = rehearsal.sourceFolder('excel', { 'Accounts.xlsx': 'PK' });

    const { exitCode, err } = await start(rehearsal.migrationFile(folder, '', 'bad-excel'));

    expect(err).toContain('Accounts.xlsx');
    expect(exitCode).toBe(3);
  });

  it('a migration file with mistakes, all told at once with their lines', async () => {
    const file = join(rehearsal.folder, 'mistakes.yaml');
    writeFileSync(file, 'id: Bad Id\nsource: { crm: salesforce, files: ./x, curency: USD }\ntarget: { crm: hubspott }\nobjekts: {}\n');

    const { exitCode, err } = await start(file);

    expect(exitCode).toBe(3);
    expect(err).toMatch(/line 1.*id/);
    expect(err).toMatch(/line 2.*curency.*currency/s);
    expect(err).toMatch(/line 3/);
    expect(err).toMatch(/line 4.*objects/);
  });

  it("another portal's token", async () => {
    const folder = rehearsal.sourceFolder('one', { 'Account.csv': account() });
    const file = join(rehearsal.folder, 'other-portal.yaml');
    writeFileSync(file, `id: other-portal\nsource: { crm: salesforce, files: ${folder} }\ntarget: { crm: hubspot, portal: 999 }\n`);

    const { exitCode, err } = await start(file);

    expect(err).toContain('999');
    expect(exitCode).toBe(4);
    expect(await writes()).toEqual([]);
  });

  it('a missing scope', async () => {
    await rehearsal.portal.load({ tokens: [{ token: 'simulated-token', scopes: ['crm.objects.companies.read', 'crm.objects.contacts.read', 'crm.objects.deals.read', 'crm.objects.owners.read', 'oauth'] }] });
    const folder = rehearsal.sourceFolder('scoped', { 'Account.csv': account() });

    const { exitCode, err } = await start(rehearsal.migrationFile(folder, '', 'bad-scope'));

    expect(err).toMatch(/crm\.(objects|schemas)\.companies\.write/);
    expect(exitCode).toBe(4);
    expect(await writes()).toEqual([]);
  });

  it('a wrong token', async () => {
    await rehearsal.portal.load({ tokens: [{ token: 'another', scopes: 'all' }] });
    const folder = rehearsal.sourceFolder('refused', { 'Account.csv': account() });

    const { exitCode, err } = await start(rehearsal.migrationFile(folder, '', 'bad-token'));

    expect(err).toMatch(/token/i);
    expect(exitCode).toBe(4);
  });

  it('a Temporal server that does not answer', async () => {
    const folder = rehearsal.sourceFolder('no-temporal', { 'Account.csv': account() });

    const { exitCode, err } = await start(rehearsal.migrationFile(folder, '', 'bad-temporal'), { TEMPORAL_ADDRESS: '127.0.0.1:1' });

    expect(err).toMatch(/Temporal.*127\.0\.0\.1:1/s);
    expect(exitCode).toBe(8);
  });
});

describe('a worker without what it needs', () => {
  it('says that the portal cannot be reached, and the run is not started', async () => {
    const rehearsal = await startRehearsal({ workerEnvironment: { HUBSPOT_BASE_URL: 'http://127.0.0.1:1' } });
    try {
      const folder = rehearsal.sourceFolder('one', { 'Account.csv': account() });
      const { exitCode, err } = await runCommand(['start', rehearsal.migrationFile(folder)], rehearsal.stack.environment, rehearsal.folder);

      expect(err).toMatch(/portal|HubSpot/);
      expect(exitCode).toBe(8);
    } finally {
      await rehearsal.end();
    }
  }, 120_000);

  it('says that the token is missing', async () => {
    const rehearsal = await startRehearsal({ workerEnvironment: { HUBSPOT_ACCESS_TOKEN: '' } });
    try {
      const folder = rehearsal.sourceFolder('one', { 'Account.csv': account() });
      const { exitCode, err } = await runCommand(['start', rehearsal.migrationFile(folder)], rehearsal.stack.environment, rehearsal.folder);

      expect(err).toContain('HUBSPOT_ACCESS_TOKEN');
      expect(exitCode).toBe(4);
    } finally {
      await rehearsal.end();
    }
  }, 120_000);
});
