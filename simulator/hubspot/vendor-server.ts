import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallRecorder } from '../call-log';
import type { Fault } from '../control-plane';
import type { FaultPlanner } from '../faults';
import { isJsonObject, listOf } from '../json';
import type { Latency } from '../latency';
import type { ApiAnswer, ApiRequest } from './api-request';
import { authenticate, expiredToken } from './authentication';
import { notFound, toErrorEnvelope, VendorError } from './errors';
import type { Portal } from './portal';
import type { RateLimits } from './rate-limits';
import { rateLimitAnswer } from './rate-limit-answers';
import { matchRoute, type RouteMatch } from './routes';
import { requireScopes } from './scopes';

/** What a call is carried out on. The portal and its limits change when a definition is loaded. */
export interface VendorWorld {
  portal(): Portal;
  limits(): RateLimits;
  readonly faults: FaultPlanner;
  readonly latency: Latency;
  readonly calls: CallRecorder;
}

interface Outgoing extends ApiAnswer {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, in place of a JSON body. */
  readonly text?: string;
}

/** How much of a call's time has passed when its effects are there: a client that gives up late leaves them behind. */
const COMMIT_SHARE = 0.6;
/** The vendor's own limit is not known; one connector splits its lists of properties at about 15,000 characters. */
const MAX_URL_CHARACTERS = 16_000;
const HTML_PAGE = '<html><head><title>Error</title></head><body>upstream error</body></html>';

/** Carries out one call of the vendor's API: faults, token, limits, latency, effect, answer. */
export async function serveVendorCall(world: VendorWorld, request: IncomingMessage, response: ServerResponse, text: string): Promise<void> {
  const [method, url] = [request.method ?? 'GET', new URL(request.url ?? '/', 'http://simulator')];
  const path = url.pathname + url.search;
  const match = matchRoute(method, url.pathname);
  const fault = world.faults.strike(method, path);
  const at = new Date(world.portal().clock.nowMs()).toISOString();
  const parsed = parseBody(text);
  const log = (status: number): void =>
    world.calls.record({ at, method, path, kind: match?.kind ?? 'unknown', inputCount: countInputs(parsed.body), status, fault: fault?.kind ?? null });

  if (fault?.kind === 'request-lost' || (fault?.kind === 'connection-reset' && fault.when !== 'after')) {
    log(0);
    return cut(request, fault.kind === 'request-lost' ? 'close' : 'reset');
  }
  const answer = await decide(world, { request, method, url, match, fault, parsed, text });
  log(fault?.kind === 'answer-lost-after-commit' || fault?.kind === 'connection-reset' ? 0 : answer.status);
  if (fault?.kind === 'answer-lost-after-commit') return cut(request, 'close');
  if (fault?.kind === 'connection-reset') return cut(request, 'reset');
  send(response, answer);
}

interface Call {
  readonly request: IncomingMessage;
  readonly method: string;
  readonly url: URL;
  readonly match: RouteMatch | undefined;
  readonly fault: Fault | undefined;
  readonly parsed: { readonly body: unknown; readonly problem?: string };
  readonly text: string;
}

async function decide(world: VendorWorld, call: Call): Promise<Outgoing> {
  const { fault, match } = call;
  const portal = world.portal();
  try {
    if (fault?.kind === 'token-expired') throw expiredToken(portal, portal.clock.nowMs() - 75_000);
    const token = authenticate(portal, call.request.headers.authorization);
    const admission = world.limits().admit(token.value, match?.route.lane ?? 'general');
    const { headers } = admission;
    if (admission.refusedBy) return rateLimitAnswer(portal, token, admission.refusedBy, headers, portal.switches.retryAfterOn429);
    const spoilt = fault && spoiltBefore(portal, fault, token, headers);
    if (spoilt) return spoilt;

    const delayMs = world.latency.nextMs(match?.route.nature ?? 'read');
    if (fault?.kind === 'slow' && fault.when === 'before') await sleep(fault.delayMs);
    if (delayMs > 0) await sleep(delayMs * COMMIT_SHARE);
    const answer = carryOut(world, call, token);
    if (delayMs > 0) await sleep(delayMs * (1 - COMMIT_SHARE));
    if (fault?.kind === 'slow' && fault.when !== 'before') await sleep(fault.delayMs);

    if (fault?.kind === 'status') return { ...gatewayError(fault.status), headers };
    if (fault?.kind === 'not-json') return { status: answer.status, text: HTML_PAGE, headers };
    return { ...answer, headers };
  } catch (error) {
    return toAnswer(error);
  }
}

/** Faults that answer without carrying the call out. */
function spoiltBefore(portal: Portal, fault: Fault, token: ApiRequest['token'], headers: Readonly<Record<string, string>>): Outgoing | undefined {
  switch (fault.kind) {
    case 'status':
      return fault.when === 'before' ? { ...gatewayError(fault.status), headers } : undefined;
    case 'not-json':
      return fault.when === 'before' ? { status: 200, text: HTML_PAGE, headers } : undefined;
    case 'locked':
      return { status: 423, body: toErrorEnvelope({ message: 'The resource is locked by another process. Try again in a moment.', category: 'LOCKED' }), headers };
    case 'moving':
      return { status: 477, body: toErrorEnvelope({ message: 'The account is being moved between data centers.', category: 'MIGRATION_IN_PROGRESS' }), headers: { ...headers, 'retry-after': String(fault.retryAfterSeconds) } };
    case 'rate-limited':
      return rateLimitAnswer(portal, token, fault.policy, headers, fault.retryAfterSeconds ?? 0);
    default:
      return undefined;
  }
}

/** 502 and 504 come from a gateway that knows no JSON, 5xx of the API itself with its envelope. */
function gatewayError(status: number): Outgoing {
  if (status === 502 || status === 504 || status >= 520) return { status, text: HTML_PAGE };
  return { status, body: toErrorEnvelope({ message: 'internal error' }) };
}

function carryOut(world: VendorWorld, call: Call, token: ApiRequest['token']): ApiAnswer {
  const { method, url, match, fault, parsed, text } = call;
  const portal = world.portal();
  try {
    if (url.href.length > MAX_URL_CHARACTERS) throw new VendorError(414, { message: 'URI too long' });
    if (!match) throw notFound();
    requireScopes(token, match.route.needs(match.parameters));
    if (portal.switches.bodyLimitBytes > 0 && Buffer.byteLength(text) > portal.switches.bodyLimitBytes) throw new VendorError(413, { message: 'Request entity too large' });
    if (parsed.problem !== undefined) throw new VendorError(400, { message: parsed.problem });
    const refused = fault?.kind === 'refuse-inputs' ? { refused: { inputs: new Set(fault.inputs), code: fault.code ?? 'INVALID_OPTION' } } : {};
    return match.route.handle(portal, { method, path: url.pathname, query: url.searchParams, version: match.version, token, body: parsed.body, ...refused }, match.parameters, world.limits());
  } catch (error) {
    return toAnswer(error);
  }
}

function toAnswer(error: unknown): ApiAnswer {
  if (error instanceof VendorError) return { status: error.status, body: toErrorEnvelope(error.body) };
  throw error;
}

function parseBody(text: string): { body: unknown; problem?: string } {
  if (text === '') return { body: undefined };
  try {
    const body: unknown = JSON.parse(text);
    return { body };
  } catch {
    return { body: undefined, problem: 'Invalid input JSON on line 1, column 1: Cannot deserialize the request body' };
  }
}

function countInputs(body: unknown): number {
  return isJsonObject(body) && Array.isArray(body['inputs']) ? listOf(body['inputs']).length : 1;
}

function cut(request: IncomingMessage, how: 'close' | 'reset'): void {
  if (how === 'reset') request.socket.resetAndDestroy();
  else request.socket.destroy();
}

export function send(response: ServerResponse, { status, body, text, headers }: Outgoing): void {
  const payload = text ?? (body === undefined ? '' : JSON.stringify(body));
  response.writeHead(status, {
    ...(payload === '' ? {} : { 'content-type': text === undefined ? 'application/json;charset=utf-8' : 'text/html' }),
    ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(payload) }),
    'x-hubspot-correlation-id': randomUUID(),
    ...headers,
  });
  response.end(payload);
}
