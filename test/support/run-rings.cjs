/**
 * `npm test`: types, lint, then each ring of tests, inner first; ends at the first that fails, because an outer ring on a broken
 * inner one says nothing. `--long` adds the big random suites. The last line is the sum over all rings.
 */
const { spawn } = require('node:child_process');
const { existsSync, mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');

const ROOT = resolve(__dirname, '..', '..');
const RINGS = ['domain', 'connectors', 'activities', 'replay', 'workflows'];
/** Jest leaves one core alone unless it is told. Suites that drive whole migrations wait as much as they work: more of them than cores run side by side. */
const SUITES_AT_ONCE = { domain: 2, connectors: 3, activities: 3, replay: 1, workflows: 4 };
/** A ring that has its results but does not end has left something running. */
const EXIT_GRACE_MS = 60_000;

const isLong = process.argv.includes('--long');
const unknown = process.argv.slice(2).filter((argument) => argument !== '--long');
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(' ')}. Usage: npm test, or npm run test:long. A single suite: npx jest PATH --selectProjects RING`);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'portage-rings-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of running) child.kill(signal);
    process.exitCode = 130;
  });
}

main().then(
  (exitCode) => finish(exitCode),
  (error) => {
    console.error(error);
    finish(1);
  },
);

async function main() {
  const begun = Date.now();
  // The linter keeps one core busy; the types are known first, and the first ring takes over their core.
  const linted = finished(runTool('eslint', 'eslint/bin/eslint.js', ['.', '--cache', '--cache-location', '.cache/eslint/']));
  const typed = finished(runTool('oxlint', 'oxlint/bin/oxlint', []));
  const [first, ...others] = RINGS;
  const begunRing = typed.then(({ isGood }) => (isGood ? finished(runRing(first)) : null));
  for (const step of [
    { name: 'types', run: () => typed },
    { name: 'lint', run: () => linted },
    { name: first, run: () => begunRing },
    ...others.map((ring) => ({ name: ring, run: () => finished(runRing(ring)) })),
  ]) {
    const { isGood, told, took } = await step.run();
    console.log(`── ${step.name}: ${isGood ? 'passed' : 'FAILED'} in ${took}${told ? ` (${told})` : ''}\n`);
    if (!isGood) {
      // What is still at work beside it has no say any more.
      for (const child of running) child.kill();
      await Promise.all([linted, begunRing]);
      // A step without tests that fails is a failure too: "0 failed" would be a lie.
      if (total.failed === 0) total.failed = 1;
      console.log(`Stopped: ${step.name} failed after ${seconds(begun)}; what comes after it has no say.`);
      return 1;
    }
  }
  console.log(`\nAll passed in ${seconds(begun)}.`);
  return 0;
}

/** With the time that it took. */
async function finished(result) {
  const begun = Date.now();
  return { ...(await result), took: seconds(begun) };
}

async function runTool(name, script, parameters) {
  const code = await run([join(ROOT, 'node_modules', script), ...parameters]);
  return { isGood: code === 0, told: code === 0 ? '' : `${name} ended with ${code}` };
}

async function runRing(ring) {
  const resultFile = join(folder, `${ring}.json`);
  const code = await run([join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'), '--selectProjects', ring, '--passWithNoTests', '--json', '--outputFile', resultFile, '--maxWorkers', String(SUITES_AT_ONCE[ring])], resultFile);
  if (!existsSync(resultFile)) return { isGood: false, told: `jest ended with ${code} and without results` };

  const results = JSON.parse(readFileSync(resultFile, 'utf8'));
  const brokenSuites = results.numRuntimeErrorTestSuites;
  total.passed += results.numPassedTests;
  // A suite that cannot be loaded has no tests to count, and is a failure all the same.
  total.failed += results.numFailedTests + brokenSuites;
  total.skipped += results.numPendingTests + results.numTodoTests;
  return {
    isGood: code === 0 && results.success,
    told: `${results.numPassedTests} passed, ${results.numFailedTests + brokenSuites} failed, ${results.numPendingTests + results.numTodoTests} skipped${code === 'hangs' ? '; it did not end: something is left running' : ''}`,
  };
}

/** Runs a Node script to its end; 'hangs' when `resultFile` is there and the process does not end. */
function run(parameters, resultFile) {
  return new Promise((resolveRun) => {
    // Jest prints its results to stderr and the JSON to its file; with --json its stdout is of no use.
    const child = spawn(process.execPath, parameters, { cwd: ROOT, env: environment(), stdio: ['ignore', resultFile ? 'ignore' : 'inherit', 'inherit'] });
    let seenAt = null;
    let hangs = false;
    const watch = setInterval(() => {
      if (!resultFile || !existsSync(resultFile)) return;
      seenAt ??= Date.now();
      if (Date.now() - seenAt < EXIT_GRACE_MS) return;
      hangs = true;
      child.kill('SIGKILL');
    }, 1_000);
    running.add(child);
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      running.delete(child);
      resolveRun(hangs ? 'hangs' : (code ?? signal));
    });
  });
}

/** No variable that steers Portage, Temporal or HubSpot reaches a test. */
function environment() {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(HUBSPOT|TEMPORAL|PORTAGE)_/i.test(name));
  const sampleData = process.env.PORTAGE_SAMPLE_DATA;
  return {
    ...Object.fromEntries(inherited),
    ...(sampleData ? { PORTAGE_SAMPLE_DATA: sampleData } : {}),
    ...(isLong ? { PORTAGE_TEST_LONG: '1' } : {}),
  };
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

function finish(exitCode) {
  rmSync(folder, { recursive: true, force: true });
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode ||= exitCode;
}
