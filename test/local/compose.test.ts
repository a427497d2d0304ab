import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { hermeticLocalConfig, inheritedEnvironment } from '../../local/config';
import { findTemporalCli } from '../../local/temporal-cli';
import { connectToTemporal, SEARCH_ATTRIBUTES, startTemporalServer } from '../../local/temporal-server';

const ROOT = join(__dirname, '..', '..');
const COMPOSE = join(ROOT, 'compose');

interface Service {
  readonly image?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly entrypoint?: readonly string[];
}
const { services } = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')) as { readonly services: Readonly<Record<string, Service>> };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portage-compose-'));
  mkdirSync(join(folder, 'bin'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(script: string, environment: Readonly<Record<string, string>>) {
  return spawnSync('/bin/sh', [join(COMPOSE, script)], { encoding: 'utf8', env: { ...inheritedEnvironment(), ...environment, PATH: `${join(folder, 'bin')}:${process.env.PATH}` } });
}
function fake(name: string, text: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, 'bin', name), 0o755);
}

describe('docker-compose.yml', () => {
  it('publishes ports on loopback only', () => {
    const published = Object.values(services).flatMap(({ ports = [] }) => ports);

    expect(published.length).toBeGreaterThan(0);
    expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('runs tools and server of one version', () => {
    const version = (service: string) => services[service]?.image?.split(':').at(-1);

    expect(version('temporal')).toMatch(/^\d+\.\d+\.\d+$/);
    expect([version('temporal-schema'), version('temporal-namespace')]).toEqual([version('temporal'), version('temporal')]);
  });

  it('mounts only files that are there', () => {
    const mounted = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0] ?? '').filter((source) => source.startsWith('./')));
    const scripts = Object.values(services).flatMap(({ entrypoint = [] }) => entrypoint.filter((word) => word.startsWith('/compose/')).map((word) => `.${word}`));

    expect([...mounted, ...scripts].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(scripts).toHaveLength(2);
  });
});

describe('compose/', () => {
  it.each(readdirSync(COMPOSE).filter((file) => file.endsWith('.sh')))('%s is a script that a plain shell reads', (file) => {
    expect(() => execFileSync('/bin/sh', ['-n', join(COMPOSE, file)])).not.toThrow();
  });

  it('gives dynamic configuration as the server reads it: a list of values for each key', () => {
    const settings = parse(readFileSync(join(COMPOSE, 'dynamic-config.yaml'), 'utf8')) as Readonly<Record<string, readonly { readonly value: unknown }[]>>;

    expect(Object.keys(settings)).toEqual(expect.arrayContaining(['limit.maxIDLength', 'system.forceSearchAttributesCacheRefreshOnRead']));
    expect(Object.values(settings).every((values) => Array.isArray(values) && values.every((entry) => 'value' in entry))).toBe(true);
  });
});

describe('setup-schema.sh', () => {
  const ENVIRONMENT = { POSTGRES_HOST: 'postgres', POSTGRES_PORT: '5432', POSTGRES_USER: 'temporal', SQL_PASSWORD: 'secret' };

  it('makes, sets up and updates both databases', () => {
    fake('temporal-sql-tool', `echo "$*" >> ${folder}/calls`);

    const { status } = run('setup-schema.sh', ENVIRONMENT);

    const common = '--plugin postgres12 --ep postgres -p 5432 -u temporal --db';
    const versioned = '/etc/temporal/schema/postgresql/v12';
    expect(status).toBe(0);
    expect(readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')).toEqual([
      `${common} temporal create`,
      `${common} temporal setup-schema -v 0.0`,
      `${common} temporal update-schema -d ${versioned}/temporal/versioned`,
      `${common} temporal_visibility create`,
      `${common} temporal_visibility setup-schema -v 0.0`,
      `${common} temporal_visibility update-schema -d ${versioned}/visibility/versioned`,
    ]);
  });

  it('stops at the first command that fails, so that the container is started again', () => {
    fake('temporal-sql-tool', `echo "$*" >> ${folder}/calls; exit 1`);

    const { status } = run('setup-schema.sh', ENVIRONMENT);

    expect(status).not.toBe(0);
    expect(readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')).toHaveLength(1);
  });
});

describe('setup-namespace.sh', () => {
  it('makes namespace, retention and search attributes on a real server, and may be run again', async () => {
    const cli = (await findTemporalCli(hermeticLocalConfig())).path;
    symlinkSync(cli, join(folder, 'bin', 'temporal'));
    const server = await startTemporalServer({ cli, database: { kind: 'memory' }, port: 0, uiPort: 'none', logFile: join(folder, 'temporal.log'), searchAttributes: {} });
    const connection = await connectToTemporal(server.address);
    try {
      const environment = { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: 'portage' };

      const first = run('setup-namespace.sh', environment);
      const second = run('setup-namespace.sh', environment);

      expect([first.status, second.status]).toEqual([0, 0]);
      const { config } = await connection.workflowService.describeNamespace({ namespace: 'portage' });
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'portage' });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
      expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)));
    } finally {
      await connection.close();
      await server.kill();
    }
  }, 120_000);

  it('tries again for a minute, then gives up and says at what', () => {
    fake('temporal', 'exit 1');
    fake('sleep', 'exit 0');

    const { status, stderr } = run('setup-namespace.sh', { TEMPORAL_ADDRESS: 'nowhere:7233', TEMPORAL_NAMESPACE: 'default' });

    expect(status).not.toBe(0);
    expect(stderr).toContain('Gave up after 60 attempts: temporal operator cluster health');
  });
});
