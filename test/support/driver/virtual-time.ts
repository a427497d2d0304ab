/**
 * Time of a driven run: it goes twenty times as fast as ours, and its long waits are jumped over. Portal, ledger, connector and driver share it, so that pace,
 * back-off and the portal's midnight keep their proportions.
 */
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleepFor } from 'node:timers/promises';

/** Fast enough to wait for nothing, slow enough that a busy machine's pauses stay below the three seconds that count as a suspension. */
const TIMES_AS_FAST = 20;

/** Epoch milliseconds, `startedMs` being the machine's time when it began. */
export const virtualNowMs = (startedMs: number): number => startedMs + (Date.now() - startedMs) * TIMES_AS_FAST;

export interface VirtualTime {
  nowMs(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Moves the portal's clock and ours ahead at once. Only while nothing is under way. */
  jump(ms: number): Promise<void>;
}

/** @param simulatorUrl of a simulator whose machine clock is `virtualNowMs(startedMs)` */
export async function openVirtualTime(startedMs: number, simulatorUrl: string): Promise<VirtualTime> {
  const askClock = async (body?: { advanceMs: number }): Promise<number> => {
    // Not by `fetch`: to load it is a tenth of what a process does that is killed soon after.
    const asking = request(`${simulatorUrl}/_simulator/clock`, { method: body === undefined ? 'GET' : 'POST' }).end(body === undefined ? undefined : JSON.stringify(body));
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    return ((await json(answer)) as { offsetMs: number }).offsetMs;
  };
  let offsetMs = await askClock();
  return {
    nowMs: () => virtualNowMs(startedMs) + offsetMs,
    sleep: (ms, signal) => sleepFor(ms / TIMES_AS_FAST, undefined, signal === undefined ? {} : { signal }),
    async jump(ms) {
      offsetMs = await askClock({ advanceMs: Math.ceil(ms) });
    },
  };
}
