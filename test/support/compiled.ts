/**
 * The rooms as JavaScript, compiled once a run of the ring "workflows". Its suites start dozens of workers and simulators, and from source each of them takes twice
 * the processor time until it is ready. That they start from source too is what worker/main.test.ts shows.
 */
import { buildSync } from 'esbuild';
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const COMPILED = join(ROOT, '.cache', 'compiled');
const ROOMS = ['domain', 'ledger', 'connectors', 'activities', 'workflows', 'worker', 'local', 'simulator', 'test/support'];

export function compileRooms(): void {
  const entryPoints = ROOMS.flatMap((room) => readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => join(ROOT, room, file)));
  buildSync({ entryPoints, outdir: COMPILED, outbase: ROOT, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'error' });
  copyFileSync(join(ROOT, 'package.json'), join(COMPILED, 'package.json'));
}

/** The file of a module. @param path below the project's root, without extension */
export const compiledFile = (path: string): string => join(COMPILED, `${path}.js`);

/** What a module of `local` or `worker` exports, when it starts what it starts from the compiled rooms. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- it is there only when it was compiled
export const compiled = <Module>(path: string): Module => require(compiledFile(path)) as Module;
