/**
 * Runs once before the suites that need Temporal: one server in memory for all of them, and one bundle of the workflows.
 * Suites learn both through the environment (see temporal.ts), because they run in processes of their own.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hermeticLocalConfig } from '../../local/config';
import { findTemporalCli } from '../../local/temporal-cli';
import { startTemporalServer, type TemporalServer } from '../../local/temporal-server';
import type * as bundling from '../../worker/bundle-workflows';
import { compiled, compileRooms } from './compiled';

declare global {
  var portageTestTemporal: { readonly server: TemporalServer; readonly folder: string } | undefined;
}

/** Temporal's servers, which are Go programs, share two cores with all else: on one of them, with rarer collections, the same work costs a quarter less. */
const FRUGAL_SERVERS = { GOMAXPROCS: '1', GOGC: '400' };
const WORKFLOWS = join(__dirname, '..', '..', 'workflows', 'index.ts');

// Jest wants a default export here, and `export =` is one without the name.
export = async function setUpTemporal(): Promise<void> {
  forgetSteeringVariables();
  Object.assign(process.env, FRUGAL_SERVERS);
  const cli = await findTemporalCli(hermeticLocalConfig(), { onFetching: (what) => process.stderr.write(`Fetching ${what} …\n`) });

  const folder = await mkdtemp(join(tmpdir(), 'portage-test-'));
  const server = await startTemporalServer({ cli: cli.path, database: { kind: 'memory' }, port: 0, uiPort: 'none', logFile: join(folder, 'temporal.log') });
  globalThis.portageTestTemporal = { server, folder };
  process.env.PORTAGE_TEST_TEMPORAL_ADDRESS = server.address;

  if (!existsSync(WORKFLOWS)) return;
  try {
    // The very file that every worker of the suites starts from: none of them bundles anew.
    process.env.PORTAGE_TEST_BUNDLE = await bundleIn(folder);
  } catch (error) {
    // Jest runs no teardown after a setup that failed.
    await server.kill();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
};

async function bundleIn(folder: string): Promise<string> {
  compileRooms();
  const { bundleWorkflows } = compiled<typeof bundling>('worker/bundle-workflows');
  const bundle = await bundleWorkflows();
  if ('codePath' in bundle) return bundle.codePath;
  // The worker's own cache cannot be written here.
  const path = join(folder, 'workflow-bundle.js');
  await writeFile(path, bundle.code);
  return path;
}

/** What somebody exported in their shell must not reach a test: it would steer it to a real server or portal. */
function forgetSteeringVariables(): void {
  const kept = new Set(['PORTAGE_TEST_LONG', 'PORTAGE_TEST_SEED', 'PORTAGE_SAMPLE_DATA']);
  for (const name of Object.keys(process.env)) {
    if (/^(HUBSPOT|TEMPORAL|PORTAGE)_/i.test(name) && !kept.has(name)) delete process.env[name];
  }
}
