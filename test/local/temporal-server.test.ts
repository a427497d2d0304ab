import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hermeticLocalConfig } from '../../local/config';
import { findFreePort } from '../../local/free-port';
import { isAlive } from '../../local/install';
import { LocalError, PortInUseError } from '../../local/local-error';
import { findTemporalCli } from '../../local/temporal-cli';
import { connectToTemporal, SEARCH_ATTRIBUTES, serverArguments, startTemporalServer, type TemporalServer, type TemporalServerOptions } from '../../local/temporal-server';
import { eventually } from './eventually';

let cli: string;
let folder: string;
const started: TemporalServer[] = [];

beforeAll(async () => {
  cli = (await findTemporalCli(hermeticLocalConfig())).path;
}, 300_000);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portage-server-'));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.kill()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(more: Partial<TemporalServerOptions> = {}): Promise<TemporalServer> {
  const server = await startTemporalServer({ cli, database: { kind: 'file', path: join(folder, 'data', 'temporal.db') }, port: 0, uiPort: 'none', logFile: join(folder, 'temporal.log'), ...more });
  started.push(server);
  return server;
}

async function described(server: TemporalServer): Promise<{ readonly retentionDays: number; readonly searchAttributes: readonly string[] }> {
  const connection = await connectToTemporal(server.address);
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace: server.namespace });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: server.namespace });
    return { retentionDays: Number(config?.workflowExecutionRetentionTtl?.seconds) / 86_400, searchAttributes: Object.keys(customAttributes ?? {}) };
  } finally {
    await connection.close();
  }
}

describe('startTemporalServer', () => {
  it('is ready with retention, search attributes and Web UI when it settles, and leaves nothing running when it is stopped', async () => {
    const server = await start({ uiPort: 0 });

    const found = await described(server);
    const ui = await fetch(`${server.uiUrl}/namespaces/default/workflows`);
    const exit = await server.stop();

    expect(found).toEqual({ retentionDays: 30, searchAttributes: expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)) as string[] });
    expect(ui.status).toBe(200);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(isAlive(server.pid)).toBe(false);
    await expect(fetch(server.uiUrl ?? '')).rejects.toThrow();
  });

  it('goes on with its file after it was killed, and learns attributes that the file does not know', async () => {
    const before = await start({ searchAttributes: { PortageMigration: 'Keyword' } });
    await before.kill();

    const after = await start({ port: before.port });

    expect(after.address).toBe(before.address);
    await expect(described(after)).resolves.toEqual({ retentionDays: 30, searchAttributes: expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)) as string[] });
  });

  it('keeps its banner for the log', async () => {
    const server = await start();

    await eventually(() => expect(readFileSync(server.logFile, 'utf8')).toContain('Temporal Server:'));
  });

  it.each([
    { what: 'port', option: '--temporal-port', take: (port: number) => ({ port }) },
    { what: 'UI port', option: '--ui-port', take: (port: number) => ({ uiPort: port }) },
  ])('names a $what that is in use, and the remedy', async ({ option, take }) => {
    const port = await findFreePort();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));

    const error: unknown = await start(take(port)).catch((reason: unknown) => reason);

    other.close();
    expect(error).toBeInstanceOf(PortInUseError);
    expect(error).toMatchObject({ port, message: expect.stringContaining(option) as string });
  });

  it('tells the end of the log when the server ends while it starts', async () => {
    const failed: unknown = await start({ database: { kind: 'file', path: folder } }).catch((reason: unknown) => reason);

    expect(failed).toBeInstanceOf(LocalError);
    expect(failed).toMatchObject({ message: expect.stringMatching(/ended while it started.*unable to open database file|ended while it started.*Error/s) as string });
  });
});

describe('serverArguments', () => {
  it('makes a file database survive a power cut, and listens on loopback only', () => {
    const listed = serverArguments({ database: { kind: 'file', path: '/data/t.db' }, namespace: 'default', port: 7233, uiPort: 8233, searchAttributes: { PortageDone: 'Int' } }).join(' ');

    expect(listed).toContain('--ip 127.0.0.1');
    expect(listed).toContain('--db-filename /data/t.db --sqlite-pragma journal_mode=wal --sqlite-pragma synchronous=full');
    expect(listed).toContain('--search-attribute PortageDone=Int');
  });

  it('keeps no file and no UI where none is wanted', () => {
    const listed = serverArguments({ database: { kind: 'memory' }, namespace: 'default', port: 7233, uiPort: null, searchAttributes: {} });

    expect(listed).toContain('--headless');
    expect(listed).not.toContain('--db-filename');
  });
});
