import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Asks the compose tool itself whether docker-compose.yml is right. Its `config` command needs no container engine, so the tool
 * is built from source, from the module in test/compose: a few minutes the first time.
 */
const ROOT = join(__dirname, '..', '..');
const MODULE = join(ROOT, 'test', 'compose');
const BUILD_TIMEOUT_MS = 15 * 60_000;

const hasGo = spawnSync('go', ['version']).status === 0;
if (!hasGo) process.stderr.write('SKIPPED: docker-compose.yml is not checked by the compose tool, because there is no Go to build it with (https://go.dev/dl).\n');

interface Configured {
  readonly services: Readonly<Record<string, { readonly environment?: Readonly<Record<string, string | null>>; readonly ports?: readonly { readonly host_ip?: string }[]; readonly depends_on?: Readonly<Record<string, { readonly condition: string }>> }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

(hasGo ? describe : describe.skip)('docker-compose.yml, as the compose tool reads it', () => {
  let folder: string;
  let tool: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'portage-compose-tool-'));
    tool = join(folder, 'docker-compose');
    execFileSync('go', ['build', '-o', tool, 'github.com/docker/compose/v2/cmd'], { cwd: MODULE, stdio: ['ignore', 'ignore', 'inherit'], timeout: BUILD_TIMEOUT_MS });
  }, BUILD_TIMEOUT_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function config(variables: string): Configured {
    const file = join(folder, 'variables');
    writeFileSync(file, variables);
    const output = execFileSync(tool, ['--project-directory', ROOT, '--file', join(ROOT, 'docker-compose.yml'), '--env-file', file, 'config', '--format', 'json'], { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: folder } });
    return JSON.parse(output) as Configured;
  }

  it('is right without a single variable', () => {
    const { services, volumes } = config('');

    expect(Object.keys(services).sort()).toEqual(['postgres', 'temporal', 'temporal-namespace', 'temporal-schema', 'temporal-ui', 'worker']);
    expect(Object.keys(volumes).sort()).toEqual(['ledger', 'postgres']);
    expect(Object.values(services).flatMap(({ ports = [] }) => ports.map(({ host_ip }) => host_ip))).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
  });

  it('starts the worker only when namespace and search attributes are there', () => {
    const { services } = config('');

    expect(services['worker']?.depends_on).toMatchObject({ 'temporal-namespace': { condition: 'service_completed_successfully' } });
    expect(services['temporal']?.depends_on).toMatchObject({ 'temporal-schema': { condition: 'service_completed_successfully' } });
  });

  it('hands on the token that is set, and none that is not', () => {
    expect(config('HUBSPOT_ACCESS_TOKEN=a-token\n').services['worker']?.environment).toMatchObject({ HUBSPOT_ACCESS_TOKEN: 'a-token' });
    expect(config('').services['worker']?.environment?.['HUBSPOT_ACCESS_TOKEN'] ?? null).toBeNull();
  });
});
