import type { PortalDefinition } from '../../simulator/control-plane';
import { createHubspotSimulator, type HubspotSimulatorOptions } from '../../simulator/hubspot/create-hubspot-simulator';

/** Members that the vendor's answers have, as tests read them; absent ones are undefined at run time. */
export interface VendorBody {
  readonly id: string;
  readonly name: string;
  readonly label: string | null;
  readonly properties: Record<string, string | null>;
  readonly propertiesWithHistory: Record<string, { value: string; sourceType: string; sourceId: string; updatedByUserId?: number }[]>;
  readonly associations: Record<string, { results: { id: string; type: string }[] }>;
  readonly results: VendorBody[];
  readonly errors: VendorBody[];
  readonly numErrors: number;
  readonly status: string;
  readonly message: string;
  readonly category: string;
  readonly subCategory: string;
  readonly code: string;
  readonly policyName: string;
  readonly context: Record<string, string[]>;
  readonly paging: { next: { after: string } };
  readonly archived: boolean;
  readonly new: boolean;
  readonly objectWriteTraceId: string;
  readonly total: number;
  readonly to: { toObjectId: number; associationTypes: { category: string; typeId: number; label: string | null }[] }[];
  readonly from: { id: string };
  readonly typeId: number;
  readonly stages: VendorBody[];
  readonly metadata: Record<string, string>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: VendorBody;
}

/** Fixed, so that nothing depends on the day of the run: noon in New York on a day without a change of clocks. */
export const NOW = Date.parse('2026-11-10T17:00:00.000Z');

export interface SimulatedPortal {
  readonly url: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** Control plane: the parsed answer. @throws Error when it is refused */
  control<T = unknown>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

/** A simulator on a port of its own, limits off unless a tier is named, with a machine clock that stands still. */
export async function startPortal(definition: PortalDefinition = {}, options: HubspotSimulatorOptions = {}): Promise<SimulatedPortal> {
  const simulator = createHubspotSimulator({ tier: 'off', machineNowMs: () => NOW, ...options, portal: definition });
  const { url } = await simulator.listen(0);
  const call: SimulatedPortal['call'] = async (method, path, body, headers = {}) => {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: 'Bearer simulated-token', 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false;
    return { status: answer.status, headers: answer.headers, text, body: (isJson ? parsedOrNothing(text) : {}) as VendorBody };
  };
  return {
    url,
    call,
    async control<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) {
      const reply = await call(method, `/_simulator/${path}`, body);
      if (reply.status !== 200) throw new Error(`${method} ${path}: ${reply.text}`);
      return reply.body as T;
    },
    close: () => simulator.close(),
  };
}

/** A fault plan may call half a text JSON. */
function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

export const CONTACTS = '/crm/objects/2026-09/contacts';
export const COMPANIES = '/crm/objects/2026-09/companies';
export const DEALS = '/crm/objects/2026-09/deals';

/** A custom unique property as a migration makes one. */
export const KEY_PROPERTY = { name: 'salesforce_id', type: 'string', fieldType: 'text', hasUniqueValue: true } as const;

export async function createRecord(portal: SimulatedPortal, path: string, properties: Record<string, string>): Promise<string> {
  const reply = await portal.call('POST', path, { properties });
  if (reply.status !== 201) throw new Error(reply.text);
  return reply.body.id;
}

export async function readValues(portal: SimulatedPortal, path: string, id: string, names: readonly string[]): Promise<Record<string, string | null>> {
  return (await portal.call('GET', `${path}/${id}?properties=${names.join(',')}`)).body.properties;
}
