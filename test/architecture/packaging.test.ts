import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

interface Manifest {
  readonly private: boolean;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

const manifest = JSON.parse(read('package.json')) as Manifest;
const dependencies = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });

describe('package.json', () => {
  it('is private and says its licence', () => {
    expect(manifest).toMatchObject({ private: true, license: 'MIT' });
  });

  it.each(dependencies)('pins %s exactly', (_, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('has one version of the SDK', () => {
    const versions = dependencies.filter(([name]) => name.startsWith('@temporalio/')).map(([, version]) => version);

    expect(new Set(versions).size).toBe(1);
  });
});

describe('package-lock.json', () => {
  it('says what, not from where', () => {
    const lock = JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, { readonly resolved?: string }>> };
    const withAddress = Object.entries(lock.packages).flatMap(([path, { resolved }]) => (resolved === undefined ? [] : [path]));

    expect(Object.keys(lock.packages).length).toBeGreaterThan(100);
    expect(withAddress).toEqual([]);
  });

  it('has one copy of protobufjs 8, because replay of recorded histories fails with two', () => {
    const lock = JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, { readonly version?: string }>> };
    const copies = Object.entries(lock.packages).filter(([path, { version }]) => path.endsWith('node_modules/protobufjs') && version?.startsWith('8.') === true);

    expect(copies.map(([path]) => path)).toEqual(['node_modules/protobufjs']);
  });
});

describe('tracked files', () => {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(ROOT, path)) && statSync(join(ROOT, path)).isFile());
  const matching = (pattern: RegExp, except: readonly string[] = []) => tracked.filter((path) => !except.includes(path) && pattern.test(read(path)));

  it('are found', () => {
    expect(tracked).toContain('package.json');
  });

  it('name no package registry', () => {
    expect(matching(/registry\.(npmjs|yarnpkg|npmmirror)\.|pypi\.(org|python)|pythonhosted\.org|(proxy|sum)\.golang\.org/)).toEqual([]);
  });

  it('name nothing outside of the project', () => {
    expect(matching(/\.\.\/shared\//, ['.ci/run'])).toEqual([]);
  });

  it('are named for what they hold', () => {
    expect(tracked.filter((path) => /(^|\/)(index|utils?|helpers?|common)(\.ts$|\/)/.test(path))).toEqual(['workflows/index.ts']);
  });

  it('hold no environment file and no database', () => {
    expect(tracked.filter((path) => /(^|\/)\.env$|\.db(-wal|-shm)?$/.test(path))).toEqual([]);
  });
});
