/** Bundles the workflows once for each state of their code: bundling takes seconds that every start and every restart after a crash would wait for. */
import { bundleWorkflowCode } from '@temporalio/worker';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

const ROOT = join(__dirname, '..');
/** What workflows are made of; activities are only types to them. */
const BUNDLED_ROOMS = ['workflows', 'domain'];

export interface BundleOptions {
  /** Where bundles are kept. Default: `.cache` beside the code. */
  readonly cacheFolder?: string;
}

/** @returns a file; where the cache cannot be written, the code itself */
export async function bundleWorkflows({ cacheFolder = join(ROOT, '.cache') }: BundleOptions = {}): Promise<WorkflowBundleOption> {
  const codePath = join(cacheFolder, `workflow-bundle-${await digestOfWorkflows()}.js`);
  if (await exists(codePath)) {
    return { codePath };
  }
  const { code } = await bundleWorkflowCode({ workflowsPath: join(ROOT, 'workflows', `index${extname(__filename)}`), logger: silent });
  try {
    await mkdir(cacheFolder, { recursive: true });
    // Several workers may start at once: each writes its own file, the last rename wins, all hold the same.
    const unfinished = `${codePath}.${randomUUID()}`;
    await writeFile(unfinished, code);
    await rename(unfinished, codePath);
    return { codePath };
  } catch {
    // A read-only installation: bundling again at each start is slower, not wrong.
    return { code };
  }
}

/** Changes with any line of the code that goes into the bundle, and with the SDK, whose bundler and worker must agree. */
async function digestOfWorkflows(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(require.resolve('@temporalio/workflow/package.json')));
  for (const room of BUNDLED_ROOMS) {
    for (const name of (await readdir(join(ROOT, room), { recursive: true })).filter((file) => /\.[jt]s$/.test(file)).sort()) {
      hash.update(name).update(await readFile(join(ROOT, room, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const nothing = () => undefined;
const silent = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
