/** The programs of this folder, each bundled into one file: it starts in a third of the time. */
import { buildSync } from 'esbuild';
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';

export type Program = 'drive-main' | 'case-main' | 'compiled-start';

/** Those that a program starts in its turn are bundled with it. */
const DRIVER: readonly Program[] = ['drive-main', 'compiled-start'];
const BUNDLED_WITH: Readonly<Record<Program, readonly Program[]>> = { 'drive-main': DRIVER, 'compiled-start': DRIVER, 'case-main': ['case-main', ...DRIVER] };

/**
 * @param folder for the bundles; outlives the processes
 * @returns the file to run
 */
export function bundleProgram(program: Program, folder: string): string {
  const bundled = join(extname(__filename) === '.cjs' ? __dirname : folder, `${program}.cjs`);
  if (!existsSync(bundled)) {
    const entryPoints = BUNDLED_WITH[program].map((name) => join(__dirname, `${name}.ts`));
    // Binaries are no part of a bundle: they are loaded from where they are installed.
    const alias = Object.fromEntries(['better-sqlite3', 'esbuild'].map((name) => [name, require.resolve(name)]));
    buildSync({ entryPoints, outdir: folder, outExtension: { '.js': '.cjs' }, bundle: true, platform: 'node', target: 'node20', format: 'cjs', alias, external: [...Object.values(alias), '@temporalio/core-bridge'], logLevel: 'error' });
  }
  return bundled;
}
