import { z } from 'zod';
import { TransportFailure, type Send } from './transport';

const PROBE_TIMEOUT_MS = 5_000;
const healthSchema = z.object({ simulator: z.string() });

/**
 * Is the base URL a simulator on this machine? Only a loopback host is asked at all: what answers from elsewhere may be a real portal behind a proxy.
 * Needs no token and takes no slot, as it never reaches HubSpot.
 */
export async function answersAsSimulator(baseUrl: string, transport: Send, signal: AbortSignal): Promise<boolean> {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/_simulator/health`);
  if (!isLoopback(url.hostname)) {
    return false;
  }
  try {
    const answer = await transport({ url, method: 'GET', headers: { Accept: 'application/json' }, body: null }, { signal, timeoutMs: PROBE_TIMEOUT_MS, maySend: () => true });
    return answer.status === 200 && healthSchema.safeParse(JSON.parse(answer.text)).success;
  } catch (error) {
    signal.throwIfAborted();
    // Nobody there, or somebody who does not speak JSON: no simulator.
    if (error instanceof TransportFailure || error instanceof SyntaxError) {
      return false;
    }
    throw error;
  }
}

/** 127.0.0.0/8, ::1 and localhost; as a URL spells them. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
