/**
 * The driver as a process that may be killed: `drive-main.ts OPTIONS_FILE`. With `crash` in its options it ends itself by the given signal at that boundary. Its last
 * line is JSON: `{ driven }` or `{ stopped }`; with `log` every boundary that it passes is written there, a line each.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import type { CrashWatch } from '../../../domain/crash-point';
import { drive, DriveStopped } from './drive';
import type { DriveOptions } from './drive';

export interface ChildOptions extends DriveOptions {
  readonly crash?: { readonly point: string; readonly side: 'before' | 'after'; /** 1-based, among the passages of this point in this process. */ readonly passage: number; readonly signal: 'SIGKILL' | 'SIGSTOP' };
  /** File that gets `<point>` for each boundary passed. */
  readonly log?: string;
}

const options = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ChildOptions;
let passages = 0;

const watch: CrashWatch = (point, side) => {
  if (options.log !== undefined && side === 'before') {
    appendFileSync(options.log, `${point}\n`);
  }
  const { crash } = options;
  if (crash !== undefined && point === crash.point && side === crash.side) {
    passages += 1;
    if (passages === crash.passage) {
      process.kill(process.pid, crash.signal);
      // The signal takes a moment; nothing more may happen here.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5_000);
    }
  }
};

drive(options, watch).then(
  (driven) => process.stdout.write(`${JSON.stringify({ driven })}\n`),
  (error: unknown) => {
    process.stdout.write(`${JSON.stringify({ stopped: error instanceof DriveStopped ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error) })}\n`);
    process.exitCode = 1;
  },
);
