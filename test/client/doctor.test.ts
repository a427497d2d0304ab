import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '../../client/command-error';
import { exitCodeOfLines, looked, ok, problem, unreachable, warning, type DoctorLine } from '../../client/doctor/doctor-line';
import { judgeDisk, lookAtNode } from '../../client/doctor/look-at-machine';
import { openLedger } from '../../ledger/open-ledger';
import { runCommand } from '../support/run-command';
import { testTemporalAddress } from '../support/temporal';

const SECRET = 'pat-na1-geheim';

describe('portage doctor', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portage-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Nobody listens on port 1; Temporal takes three seconds to say so. */
  const NO_TEMPORAL = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const nothing = () => ({ PORTAGE_LEDGER: join(folder, 'ledger.db'), TEMPORAL_ADDRESS: testTemporalAddress(), HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder, PATH: '' });
  async function doctor(environment: Readonly<Record<string, string>> = {}) {
    const { exitCode, out, err } = await runCommand(['doctor', '--json'], { ...nothing(), ...environment }, folder);
    expect(out + err).not.toContain(SECRET);
    const { lines } = JSON.parse(out) as { lines: readonly DoctorLine[] };
    return { exitCode, of: (what: string) => lines.find((line) => line.what === what), lines };
  }

  it('goes through everything where nothing is set up, and ends with 8 because Temporal does not answer', async () => {
    const { exitCode, of, lines } = await doctor(NO_TEMPORAL);

    expect(exitCode).toBe(EXIT.unreachable);
    expect(lines.map(({ what }) => what)).toEqual(['Node', 'better-sqlite3', 'Temporal CLI', 'Ledger', 'Disk', 'Temporal', 'Token', 'HubSpot', 'Payload key']);
    expect(of('Temporal')).toMatchObject({ verdict: 'problem', found: expect.stringContaining('127.0.0.1:1') as string });
    expect(lines.filter(({ verdict, remedy }) => verdict !== 'ok' && remedy === null)).toEqual([]);
  });

  it('looks at a server that answers: namespace, search attributes, and that no worker polls for this ledger', async () => {
    await (await openLedger({ location: join(folder, 'ledger.db') })).close();

    const { exitCode, of } = await doctor();

    expect(of('Temporal')).toMatchObject({ verdict: 'ok', found: expect.stringContaining('namespace default') as string });
    expect(of('Search attributes')).toMatchObject({ verdict: 'ok' });
    expect(of('Ledger')).toMatchObject({ verdict: 'ok', found: expect.stringContaining('0 runs') as string });
    expect(of('Worker')?.found).toMatch(/none/);
    expect(exitCode).not.toBe(EXIT.unreachable);
  });

  it('names a namespace that the server does not have', async () => {
    const { exitCode, of } = await doctor({ TEMPORAL_NAMESPACE: 'nobodys' });

    expect(of('Temporal')).toMatchObject({ verdict: 'problem', found: expect.stringContaining('nobodys') as string });
    expect(exitCode).toBe(EXIT.configuration);
  });

  it.each([
    ['a token and a file with one', { HUBSPOT_ACCESS_TOKEN: SECRET, HUBSPOT_ACCESS_TOKEN_FILE: '/nowhere' }, 'problem', /both/],
    ['a token', { HUBSPOT_ACCESS_TOKEN: SECRET }, 'ok', /HUBSPOT_ACCESS_TOKEN$/],
    ['a token file that is not there', { HUBSPOT_ACCESS_TOKEN_FILE: '/nowhere/token' }, 'problem', /cannot be read/],
    ['no token', {}, 'warning', /none/],
  ])('tells %s without showing it', async (_name, environment, verdict, found) => {
    const { of } = await doctor(environment);

    expect(of('Token')).toMatchObject({ verdict, found: expect.stringMatching(found) as string });
  });

  it('warns of a token file and a ledger that others may read', async () => {
    const token = join(folder, 'token');
    writeFileSync(token, SECRET);
    chmodSync(token, 0o644);
    await (await openLedger({ location: join(folder, 'ledger.db') })).close();
    chmodSync(join(folder, 'ledger.db'), 0o644);

    const { of } = await doctor({ HUBSPOT_ACCESS_TOKEN_FILE: token });

    expect(of('Token')).toMatchObject({ verdict: 'warning', remedy: `chmod 600 ${token}` });
    expect(of('Ledger rights')).toMatchObject({ verdict: 'warning' });
  });

  it.each([
    ['a file that is no ledger', (path: string) => writeFileSync(path, 'no ledger at all')],
    ['a folder', (path: string) => mkdirSync(path)],
  ])('tells a ledger that is %s', async (_name, make) => {
    make(join(folder, 'ledger.db'));

    const { of, exitCode } = await doctor();

    expect(of('Ledger')).toMatchObject({ verdict: 'problem', exitCode: EXIT.unreachable });
    expect(exitCode).toBe(EXIT.unreachable);
  });

  it('makes no ledger and no folder', async () => {
    await doctor({ PORTAGE_LEDGER: join(folder, 'new', 'ledger.db') });

    expect(() => rmSync(join(folder, 'new'), { recursive: true })).toThrow('ENOENT');
  });

  it('tells settings that make no sense, and keeps their values to itself', async () => {
    const { of } = await doctor({ HUBSPOT_BASE_URL: SECRET, PORTAGE_TEMPORAL_CLI: join(folder, 'nowhere'), PORTAGE_CODEC_KEY: SECRET });

    expect(of('Settings')).toMatchObject({ verdict: 'problem', found: 'wrong: HUBSPOT_BASE_URL' });
    expect(of('Temporal CLI')).toMatchObject({ verdict: 'problem' });
    expect(of('HubSpot')).toMatchObject({ verdict: 'problem' });
    expect(of('Payload key')).toMatchObject({ verdict: 'warning' });
  });

  it('asks a simulator whether it is there, and nobody else', async () => {
    const asked: string[] = [];
    const server = createServer(({ url }, answer) => void (asked.push(url ?? ''), answer.end('{}')));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    try {
      expect((await doctor({ HUBSPOT_BASE_URL: `http://127.0.0.1:${port}` })).of('HubSpot')).toMatchObject({ verdict: 'ok' });
      expect(asked).toEqual(['/_simulator/health']);
    } finally {
      await new Promise((closed) => server.close(closed));
    }
    expect((await doctor({ HUBSPOT_BASE_URL: 'http://127.0.0.1:1' })).of('HubSpot')).toMatchObject({ verdict: 'problem', exitCode: EXIT.unreachable });
    expect((await doctor({ HUBSPOT_BASE_URL: 'http://hubspot.example' })).of('HubSpot address')).toMatchObject({ verdict: 'problem' });
  });

  it('says it to a person in lines, each trouble with what to do', async () => {
    const { out } = await runCommand(['doctor'], { ...nothing(), ...NO_TEMPORAL }, folder);

    expect(out).toMatch(/^ok {7}Node /m);
    expect(out).toMatch(/^PROBLEM {2}Temporal +does not answer.*\n +→ /m);
    expect(out).toMatch(/1 problem to mend/);
  });
});

describe('lookAtNode', () => {
  it.each([
    ['v20.2.0', 'problem'],
    ['v18.19.1', 'problem'],
    ['v20.3.0', 'ok'],
    ['v24.0.0', 'ok'],
  ])('finds %s a %s', (version, verdict) => {
    expect(lookAtNode(version).verdict).toBe(verdict);
  });
});

describe('judgeDisk', () => {
  it.each([
    [100 * 1024 ** 2, 'problem'],
    [1024 ** 3, 'warning'],
    [20 * 1024 ** 3, 'ok'],
  ])('finds %d free bytes a %s', (bytes, verdict) => {
    expect(judgeDisk('/data', bytes).verdict).toBe(verdict);
  });
});

describe('the lines of doctor', () => {
  it('end with what does not answer before what is set up wrongly, and with 0 for warnings alone', () => {
    const [reach, wrong, hint] = [unreachable('a', '', ''), problem('b', '', ''), warning('c', '', '')];

    expect([[wrong, reach], [wrong, hint], [hint, ok('d', '')]].map(exitCodeOfLines)).toEqual([EXIT.unreachable, EXIT.configuration, EXIT.done]);
  });

  it('go on after a look that failed', async () => {
    expect(await looked('Disk', () => Promise.reject(new Error('EIO: i/o error\nat …')))).toEqual([expect.objectContaining({ what: 'Disk', verdict: 'problem', found: 'could not be looked at: EIO: i/o error' })]);
  });
});
