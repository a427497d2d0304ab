import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { CallRecorder } from '../call-log';
import { createClock } from '../clock';
import type { LatencySetting, PortalDefinition, Tier } from '../control-plane';
import { createFaultPlanner } from '../faults';
import { createLatency } from '../latency';
import { serveControlCall, type ControlledWorld } from './control-endpoints';
import { LateCommits } from './late-commits';
import { loadPortal } from './load-portal';
import { send } from './outgoing';
import { RateLimits } from './rate-limits';
import { serveVendorCall } from './vendor-server';

export interface HubspotSimulatorOptions {
  readonly portal?: PortalDefinition;
  /** Of the portal, where its definition names none. Default professional. */
  readonly tier?: Tier | 'off';
  /** Default none. */
  readonly latency?: LatencySetting['profile'];
  /** Of latencies and of the order of results. Default 1. */
  readonly seed?: number;
  /** The machine's clock, for tests. */
  readonly machineNowMs?: () => number;
}

export interface HubspotSimulator {
  /** @param port 0 for any that is free. @throws Error with the code EADDRINUSE when the port is taken */
  listen(port: number, host?: string): Promise<{ readonly port: number; readonly url: string }>;
  /** Ends open connections at once. */
  close(): Promise<void>;
}

/** Room for an over-long URL, so that it gets the vendor's answer and not the server's own. */
const MAX_HEADER_BYTES = 262_144;

/** A HubSpot portal in memory, over HTTP: the vendor's paths, and `/_simulator/` to steer and inspect it. */
export function createHubspotSimulator(options: HubspotSimulatorOptions = {}): HubspotSimulator {
  const world = createWorld(options);
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    serve(world, request, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, { status: 500, body: { problem: error instanceof Error ? (error.stack ?? error.message) : String(error) } });
    });
  });
  server.keepAliveTimeout = 60_000;

  return {
    async listen(port, host = '127.0.0.1') {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve();
        });
      });
      const address = server.address();
      const taken = typeof address === 'object' && address !== null ? address.port : port;
      return { port: taken, url: `http://${host}:${taken}` };
    },
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function createWorld(options: HubspotSimulatorOptions): ControlledWorld {
  const clock = createClock(options.machineNowMs);
  const seed = options.seed ?? 1;
  const start = (definition: PortalDefinition): { parts: ReturnType<typeof loadPortal>; limits: RateLimits } => {
    const parts = loadPortal(definition, clock, seed);
    return { parts, limits: new RateLimits(clock, parts.portal.settings.timeZone, definition.tier ?? options.tier ?? 'professional') };
  };
  let { parts, limits } = start(options.portal ?? {});
  const lateCommits = new LateCommits(clock);
  return {
    portal: () => parts.portal,
    limits: () => limits,
    load(definition) {
      ({ parts, limits } = start(definition));
      lateCommits.forget();
      return parts.loaded;
    },
    clock,
    faults: createFaultPlanner(),
    lateCommits,
    latency: createLatency({ profile: options.latency ?? 'none', seed }),
    calls: new CallRecorder(),
  };
}

async function serve(world: ControlledWorld, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await readText(request);
  const url = new URL(request.url ?? '/', 'http://simulator');
  if (!url.pathname.startsWith('/_simulator/')) return serveVendorCall(world, request, response, text);
  send(response, serveControlCall(world, request.method ?? 'GET', url, text));
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
