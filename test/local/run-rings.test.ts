import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Runs the real script in a project whose tools are stand-ins that do what a test says. */
const SCRIPT = join(__dirname, '..', 'support', 'run-rings.cjs');
let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'portage-rings-test-'));
  tool('test/support/run-rings.cjs', null);
  tool('node_modules/eslint/bin/eslint.js', '');
  tool('node_modules/oxlint/bin/oxlint', '');
  rings({});
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

interface RingResult {
  readonly passed?: number;
  readonly failed?: number;
  readonly skipped?: number;
  readonly brokenSuites?: number;
  readonly noResults?: true;
}

function tool(path: string, text: string | null): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  if (text === null) copyFileSync(SCRIPT, join(project, path));
  else writeFileSync(join(project, path), text);
}

/** A jest that notes which ring ran in which environment, and gives the result that the test states (default 1 passed). */
function rings(results: Readonly<Record<string, RingResult>>): void {
  tool(
    'node_modules/jest/bin/jest.js',
    `const { appendFileSync, writeFileSync } = require('node:fs');
     const words = process.argv.slice(2);
     const ring = words[words.indexOf('--selectProjects') + 1];
     const steering = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(HUBSPOT|TEMPORAL|PORTAGE)_/.test(name)));
     appendFileSync(${JSON.stringify(join(project, 'ran'))}, JSON.stringify({ ring, steering }) + '\\n');
     const { passed = 1, failed = 0, skipped = 0, brokenSuites = 0, noResults } = (${JSON.stringify(results)})[ring] ?? {};
     const success = failed + brokenSuites === 0;
     if (!noResults) writeFileSync(words[words.indexOf('--outputFile') + 1], JSON.stringify({ success, numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped, numTodoTests: 0, numRuntimeErrorTestSuites: brokenSuites }));
     process.exitCode = success && !noResults ? 0 : 1;`,
  );
}

function run(words: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(project, 'test', 'support', 'run-rings.cjs'), ...words], { encoding: 'utf8', env: { PATH: process.env.PATH, ...environment } });
  const ran = existsSync(join(project, 'ran')) ? readFileSync(join(project, 'ran'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { readonly ring: string; readonly steering: Readonly<Record<string, string>> }) : [];
  return { status, stdout, stderr, lastLine: stdout.trimEnd().split('\n').at(-1), rings: ran.map(({ ring }) => ring), steering: ran[0]?.steering };
}

describe('npm test', () => {
  it('runs every ring, inner first, and ends with the sum', () => {
    rings({ domain: { passed: 40, skipped: 1 }, workflows: { passed: 2, skipped: 2 } });

    const { status, lastLine, rings: ran } = run();

    expect(status).toBe(0);
    expect(ran).toEqual(['domain', 'connectors', 'activities', 'replay', 'workflows']);
    expect(lastLine).toBe('45 passed, 0 failed, 3 skipped');
  });

  it('stops at the first ring that fails, names it and counts', () => {
    rings({ connectors: { passed: 5, failed: 2 } });

    const { status, stdout, lastLine, rings: ran } = run();

    expect(status).toBe(1);
    expect(ran).toEqual(['domain', 'connectors']);
    expect(stdout).toContain('Stopped: connectors failed');
    expect(lastLine).toBe('6 passed, 2 failed, 0 skipped');
  });

  it.each([
    { what: 'a suite that cannot be loaded', result: { passed: 0, brokenSuites: 1 } },
    { what: 'a ring without results, as when Temporal is not to be had', result: { noResults: true as const } },
  ])('counts $what as a failure', ({ result }) => {
    rings({ domain: result });

    expect(run()).toMatchObject({ status: 1, lastLine: '0 passed, 1 failed, 0 skipped', rings: ['domain'] });
  });

  it('runs no test when the types are wrong', () => {
    tool('node_modules/oxlint/bin/oxlint', 'process.exitCode = 2');

    const { status, stdout, lastLine, rings: ran } = run();

    expect(status).toBe(1);
    expect(ran).toEqual([]);
    expect(stdout).toContain('Stopped: types failed');
    expect(lastLine).toBe('0 passed, 1 failed, 0 skipped');
  });

  it('fails when lint does, and ends the ring that runs beside it', () => {
    tool('node_modules/eslint/bin/eslint.js', 'process.exitCode = 2');
    tool('node_modules/jest/bin/jest.js', 'setTimeout(() => undefined, 60_000)');

    const { status, stdout, lastLine } = run();

    expect(status).toBe(1);
    expect(stdout).toContain('Stopped: lint failed');
    expect(lastLine).toBe('0 passed, 1 failed, 0 skipped');
  });

  it('hands on where further data sets are, and nothing else that steers Portage', () => {
    const { steering } = run([], { PORTAGE_SAMPLE_DATA: '/data', PORTAGE_LEDGER: '/hostile', PORTAGE_TEST_LONG: '1', TEMPORAL_ADDRESS: 'hostile:7233', HUBSPOT_ACCESS_TOKEN: 'hostile' });

    expect(steering).toEqual({ PORTAGE_SAMPLE_DATA: '/data' });
  });

  it('adds the long suites when asked', () => {
    expect(run(['--long']).steering).toEqual({ PORTAGE_TEST_LONG: '1' });
  });

  it('refuses a word that it does not know', () => {
    expect(run(['--lnog'])).toMatchObject({ status: 2, rings: [] });
  });
});
