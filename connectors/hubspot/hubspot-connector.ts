import type { CallContext, TargetConnector } from '../connector';
import { nobodyWatches } from '../../domain/crash-point';
import type { CrashWatch } from '../../domain/crash-point';
import type { Pace } from '../../domain/pace';
import { createAccountCalls } from './account-calls';
import { createAssociationCalls } from './association-calls';
import { createHubspotClient } from './client';
import { createFreshClock, SYSTEM_TICKS, type TickSource } from './fresh-clock';
import { createLabelCalls } from './label-calls';
import { createLimitsCalls } from './limits-calls';
import { createRecordCalls } from './record-calls';
import { createSchemaCalls } from './schema-calls';
import { createScopeProbe } from './scope-probe';
import { answersAsSimulator } from './simulator-probe';
import { readSchema, readSnapshot } from './snapshot';
import { createTransport, type Send } from './transport';

/** HubSpot itself gives up after 100 s (524): a little longer, so that its own answer arrives. */
const CALL_TIMEOUT_MS = 110_000;

export interface HubspotConnectorOptions {
  /** `https://api.hubapi.com`, a hublet's host, or a simulator. */
  readonly baseUrl: string;
  /** Asked before each call, so that a renewed token is used at once. */
  readonly readToken: () => Promise<string>;
  readonly pace: Pace;
  /** Default: kept-alive connections. */
  readonly transport?: Send;
  /** Default: the system's clock and timers. */
  readonly ticks?: TickSource;
  /** For one call, from connecting to the end of the answer. Default 110 s. */
  readonly timeoutMs?: number;
  /** Told of each call: for tests that kill the process there. */
  readonly crashWatch?: CrashWatch;
}

/** HubSpot, or a simulator of it, as a target. Makes each call once: repeating is the caller's business. */
export function createHubspotConnector(options: HubspotConnectorOptions): TargetConnector {
  const { baseUrl, readToken, pace, transport = createTransport(), ticks = SYSTEM_TICKS, timeoutMs = CALL_TIMEOUT_MS, crashWatch = nobodyWatches } = options;
  const freshClock = createFreshClock(ticks);
  const client = createHubspotClient({ baseUrl, readToken, pace, transport, freshClock, timeoutMs, crashWatch });
  const account = createAccountCalls(client, { readToken, nowMs: () => freshClock.nowMs() });
  /** Of the token that was used last: another token may be another portal's. */
  let known: { readonly token: string; readonly portalId: string; readonly timeZone: string } | null = null;

  async function readIdentity(call: CallContext): Promise<{ readonly portalId: string; readonly timeZone: string }> {
    const token = await readToken();
    if (known?.token === token) {
      return known;
    }
    const { portalId, timeZone } = await account.readDetails(call);
    known = { token, portalId, timeZone };
    return known;
  }

  return {
    portalId: async (call) => (await readIdentity(call)).portalId,
    readQuota: async (call) => account.readQuota((await readIdentity(call)).timeZone, call),
    async readSnapshot(objectTypes, call) {
      const token = await readToken();
      const snapshot = await readSnapshot(client, account, objectTypes, () => freshClock.nowMs(), call);
      known = { token, portalId: snapshot.portalId, timeZone: snapshot.timeZone };
      return snapshot;
    },
    readSchema: (objectType, call) => readSchema(client, objectType, call),
    isSimulator: (signal) => answersAsSimulator(baseUrl, transport, signal),
    ...createLimitsCalls(client),
    ...createScopeProbe(client),
    ...createRecordCalls(client),
    ...createAssociationCalls(client),
    ...createSchemaCalls(client),
    ...createLabelCalls(client),
  };
}
