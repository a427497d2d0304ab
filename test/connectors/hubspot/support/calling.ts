import type { CallContext } from '../../../../connectors/connector';
import type { Pace } from '../../../../domain/pace';
import { createHubspotConnector, type HubspotConnectorOptions } from '../../../../connectors/hubspot/hubspot-connector';
import type { TickSource } from '../../../../connectors/hubspot/fresh-clock';
import type { MigrationError } from '../../../../domain/migration-error';

export const NOON = Date.parse('2026-11-22T12:00:00Z');

/** A clock that stands still until it is moved; its timers fire only when told to. */
export interface HandClock extends TickSource {
  advance(ms: number): void;
  fireTimers(): void;
}

export function createHandClock(startMs = NOON): HandClock {
  let nowMs = startMs;
  const ticks: (() => void)[] = [];
  return {
    nowMs: () => nowMs,
    every: (_periodMs, tick) => void ticks.push(tick),
    advance(ms) {
      nowMs += ms;
    },
    fireTimers: () => ticks.forEach((tick) => tick()),
  };
}

export const aCall = (signal: AbortSignal = new AbortController().signal): CallContext => ({ signal, countedFor: { run: 'acme.1', phase: 'contacts' } });

export function aConnector(baseUrl: string, pace: Pace, options: Partial<HubspotConnectorOptions> = {}) {
  return createHubspotConnector({ baseUrl, readToken: async () => 'secret-token', pace, ticks: createHandClock(), ...options });
}

/** The MigrationError that a call ends with. */
export async function errorOf(call: Promise<unknown>): Promise<MigrationError> {
  return call.then(
    () => Promise.reject(new Error('The call was expected to fail.')),
    (error: unknown) => error as MigrationError,
  );
}
