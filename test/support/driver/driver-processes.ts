/**
 * Processes of `drive-main.ts`. Suites start and kill hundreds of them: the next process loads its program while the last one works.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { bundleProgram } from './bundle-program';

export interface DriverProcesses {
  /** Gives a process its standard input and waits for its end. */
  run(input: string): Promise<{ readonly text: string; readonly signal: NodeJS.Signals | null }>;
  /** Ends the process that waits for its input. */
  close(): void;
}

type Piped = ChildProcess & { readonly stdin: Writable; readonly stdout: Readable };

/** @param folder for the bundle; outlives the processes */
export function createDriverProcesses(folder: string): DriverProcesses {
  let waiting: Piped | null = null;

  const start = (): Piped => spawn(process.execPath, [bundleProgram('compiled-start', folder), bundleProgram('drive-main', folder)], { stdio: ['pipe', 'pipe', 'inherit'] });
  return {
    async run(input) {
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
