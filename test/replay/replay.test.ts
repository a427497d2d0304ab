/** Runs that are open must go on with a new version: every recorded history still replays. No server is needed. */
import { nobodyWatches } from '../../domain/crash-point';
import { createCrashPointSinks } from '../../worker/crash-point-sinks';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflows } from '../../worker/bundle-workflows';
import * as workflows from '../../workflows/index';

const FOLDER = join(__dirname, '..', 'histories');
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const typeOf = (name: string): string => {
  const { events } = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as { events: { workflowExecutionStartedEventAttributes?: { workflowType?: { name?: string } } }[] };
  return events[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? '';
};

let cacheFolder: string;
let workflowBundle: WorkflowBundleOption;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  cacheFolder = await mkdtemp(join(tmpdir(), 'portage-replay-'));
  workflowBundle = await bundleWorkflows({ cacheFolder });
});
afterAll(() => rm(cacheFolder, { recursive: true, force: true }));

describe('recorded histories', () => {
  it('cover every workflow type', () => {
    expect([...new Set(names.map(typeOf))].sort()).toEqual(Object.keys(workflows).sort());
  });

  it.each(names)('%s replays', async (name) => {
    const history: unknown = JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));

    await Worker.runReplayHistory({ workflowBundle, sinks: createCrashPointSinks(nobodyWatches) }, history);
  });

  it('are not replayed by another workflow than theirs', async () => {
    const text = readFileSync(join(FOLDER, 'planning.json'), 'utf8').replaceAll('"stageSource"', '"anotherActivity"');

    await expect(Worker.runReplayHistory({ workflowBundle }, JSON.parse(text))).rejects.toThrow(/nondeterminism/i);
  });
});

describe('the workflow bundle', () => {
  it('holds no zod and no Node built-in', async () => {
    const code = 'codePath' in workflowBundle ? await readFile(workflowBundle.codePath, 'utf8') : workflowBundle.code;

    expect(code).toContain('idMapShard');
    expect(code).not.toMatch(/node_modules\/zod\//);
    expect(code).not.toMatch(/\.schema\.ts"/);
  });

  it('is taken from the cache the next time', async () => {
    expect(await bundleWorkflows({ cacheFolder })).toEqual(workflowBundle);
    expect(readdirSync(cacheFolder)).toHaveLength(1);
  });
});
