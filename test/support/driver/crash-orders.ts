/** What a process under test is told to do at its crash points. */
import { appendFileSync } from 'node:fs';
import type { CrashWatch } from '../../../domain/crash-point';

export interface CrashOrder {
  readonly point: string;
  readonly side: 'before' | 'after';
  /** 1-based, among the passages of this point on this side in this process. */
  readonly passage: number;
  /** SIGSTOP: until somebody continues it. */
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

export interface CrashOrders {
  readonly crash?: CrashOrder;
  /** File that gets `<side> <point>`, a line for each boundary passed. */
  readonly log?: string;
}

export function watchWith({ crash, log }: CrashOrders): CrashWatch {
  let passages = 0;
  return (point, side) => {
    if (log !== undefined) {
      appendFileSync(log, `${side} ${point}\n`);
    }
    if (crash === undefined || point !== crash.point || side !== crash.side) {
      return;
    }
    passages += 1;
    if (passages === crash.passage) {
      process.kill(process.pid, crash.signal);
      // The signal takes a moment; nothing more may happen here before it.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    }
  };
}
