/** Steers a running simulator over HTTP, as a test or a demo would. */
import type { CallLog, CanonicalDump, ClockChange, ClockState, EditResult, FaultPlan, FaultPlanState, Fingerprint, LimitsChange, LimitsState, PersonEdit, PortalDefinition, PortalDump, PortalLoaded, Switches, TokensChange, TokensState } from '../../simulator/control-plane';

export interface SimulatedPortal {
  readonly url: string;
  load(portal: PortalDefinition): Promise<PortalLoaded>;
  dump(): Promise<PortalDump>;
  canonicalDump(): Promise<CanonicalDump>;
  fingerprint(): Promise<string>;
  calls(): Promise<CallLog>;
  clearCalls(): Promise<void>;
  clock(change?: ClockChange): Promise<ClockState>;
  limits(change?: LimitsChange): Promise<LimitsState>;
  faults(plan: FaultPlan | null): Promise<void>;
  faultState(): Promise<FaultPlanState>;
  tokens(change: TokensChange): Promise<TokensState>;
  edit(edit: PersonEdit): Promise<EditResult>;
  switches(change: Partial<Switches>): Promise<Switches>;
}

export function simulatedPortal(url: string): SimulatedPortal {
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const reply = await fetch(`${url}/_simulator/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });
    const text = await reply.text();
    if (!reply.ok) {
      throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    }
    return (text === '' ? null : JSON.parse(text)) as T;
  };
  return {
    url,
    load: (portal) => ask('POST', 'portal', portal),
    dump: () => ask('GET', 'portal'),
    canonicalDump: () => ask('GET', 'dump?canonical=salesforce_id'),
    fingerprint: async () => (await ask<Fingerprint>('GET', 'fingerprint')).sha256,
    calls: () => ask('GET', 'calls'),
    clearCalls: () => ask('DELETE', 'calls'),
    clock: (change) => (change === undefined ? ask('GET', 'clock') : ask('POST', 'clock', change)),
    limits: (change) => (change === undefined ? ask('GET', 'limits') : ask('POST', 'limits', change)),
    faults: (plan) => (plan === null ? ask('DELETE', 'faults') : ask('POST', 'faults', plan)),
    faultState: () => ask('GET', 'faults'),
    tokens: (change) => ask('POST', 'tokens', change),
    edit: (edit) => ask('POST', 'edit', edit),
    switches: (change) => ask('POST', 'switches', change),
  };
}
