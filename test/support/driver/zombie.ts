/** A driven process that stops itself at a crash point, sleeps past its time-outs while another does its work, and wakes up. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { compiledFile } from '../compiled';
import type { CrashOrder } from './crash-orders';
import type { DriveOptions } from './drive';
import type { ChildOptions } from './drive-main';

export type Stop = Pick<CrashOrder, 'point' | 'side' | 'passage'>;

export interface Zombie {
  /** True once it stands still at its point; false where it ended without coming there. */
  readonly suspended: Promise<boolean>;
  /** Settles when it has gone on to its end, however that was. */
  wake(): Promise<void>;
  kill(): void;
}

/** The state of a process as Linux tells it: the field behind its name, which stands in brackets. */
const stateOf = (pid: number): string => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.charAt(0) ?? '';

export function startZombie(options: DriveOptions, stop: Stop): Zombie {
  const told: ChildOptions = { ...options, crash: { ...stop, signal: 'SIGSTOP' } };
  const child = spawn(process.execPath, [compiledFile('test/support/driver/drive-main')], { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.end(JSON.stringify(told));
  const ended = once(child, 'exit');
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const suspended = async (): Promise<boolean> => {
    while (!isOver()) {
      if (child.pid !== undefined && stateOf(child.pid) === 'T') {
        return true;
      }
      await sleep(20);
    }
    return false;
  };
  return {
    suspended: suspended(),
    async wake() {
      child.kill('SIGCONT');
      await ended;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
