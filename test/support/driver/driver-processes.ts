/**
 * Processes of `drive-main.ts`. Suites start and kill hundreds of them, so the program is bundled into one file first, which starts in a third of the time, and the
 * next process loads it while the last one works.
 */
import { buildSync } from 'esbuild';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

export interface DriverProcesses {
  /** Gives a process its standard input and waits for its end. */
  run(input: string): Promise<{ readonly text: string; readonly signal: NodeJS.Signals | null }>;
  /** Ends the process that waits for its input. */
  close(): void;
}

type Piped = ChildProcess & { readonly stdin: Writable; readonly stdout: Readable };

/** @param folder for the bundle; outlives the processes */
export function createDriverProcesses(folder: string): DriverProcesses {
  const program = join(folder, 'drive-main.cjs');
  let waiting: Piped | null = null;

  const start = (): Piped => spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  return {
    async run(input) {
      if (waiting === null) {
        bundleDriver(program);
      }
      const child = waiting ?? start();
      waiting = start();
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.stdin.end(input);
      return new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (_, signal) => resolve({ text: Buffer.concat(chunks).toString('utf8').trim(), signal }));
      });
    },
    close() {
      waiting?.kill('SIGKILL');
      waiting = null;
    },
  };
}

/** All but the binary addon, which is loaded from where it is installed. */
function bundleDriver(outfile: string): void {
  const addon = require.resolve('better-sqlite3');
  buildSync({ entryPoints: [join(__dirname, 'drive-main.ts')], outfile, bundle: true, platform: 'node', target: 'node20', format: 'cjs', alias: { 'better-sqlite3': addon }, external: [addon, '@temporalio/core-bridge'], logLevel: 'error' });
}
