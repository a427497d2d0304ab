/** What a process under test is told to do at its crash points. */
import { appendFileSync } from 'node:fs';
import type { CrashPoint, CrashWatch } from '../../../domain/crash-point';

export interface CrashOrder {
  readonly point: string;
  readonly side: 'before' | 'after';
  /** 1-based, among the passages of this point on this side in this process. */
  readonly passage: number;
  /** SIGSTOP: until somebody continues it. */
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

/** The process stands still there for so long, as on a busy machine. */
export interface StallOrder {
  readonly point: string;
  readonly side: 'before' | 'after';
  /** How many passages stall, the first ones. */
  readonly passages: number;
  readonly ms: number;
}

export interface CrashOrders {
  readonly crash?: CrashOrder;
  readonly stall?: StallOrder;
  /** File that gets `<side> <point>`, a line for each boundary passed. */
  readonly log?: string;
}

export function watchWith({ crash, stall, log }: CrashOrders): CrashWatch {
  let passages = 0;
  let stalls = 0;
  return (point, side) => {
    if (log !== undefined) {
      appendFileSync(log, `${side} ${point}\n`);
    }
    if (point === stall?.point && side === stall.side && stalls < stall.passages) {
      stalls += 1;
      standStill(stall.ms);
    }
    if (crash === undefined || point !== crash.point || side !== crash.side) {
      return;
    }
    passages += 1;
    if (passages === crash.passage) {
      process.kill(process.pid, crash.signal);
      // The signal takes a moment; nothing more may happen here before it.
      standStill(50);
    }
  };
}

/** The whole process, timers included. */
const standStill = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** A process that may die without a process having to: from that boundary on none is passed any more, so that nothing durable changes. */
export interface Mortal {
  readonly watch: CrashWatch;
  isDead(): boolean;
}

/** @param isDue asked at each boundary, `passage` being 1-based among all boundaries and both their sides */
export function dyingWhen(isDue: (passage: number, point: CrashPoint, side: 'before' | 'after') => boolean): Mortal {
  let passage = 0;
  let dead = false;
  return {
    isDead: () => dead,
    watch: (point, side) => {
      passage += 1;
      dead ||= isDue(passage, point, side);
      if (dead) {
        throw new Error('died at a boundary');
      }
    },
  };
}
