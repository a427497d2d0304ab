import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallRecorder } from '../call-log';
import type { Fault } from '../fault-plan';
import type { FaultPlanner } from '../faults';
import { isJsonObject, isList, listOf } from '../json';
import type { Latency } from '../latency';
import type { ApiAnswer, ApiRequest } from './api-request';
import { authenticate, expiredToken } from './authentication';
import { notFound, toErrorEnvelope, VendorError } from './errors';
import type { LateCommits } from './late-commits';
import { deliver, type Delivery, type Outgoing } from './outgoing';
import { poisonedPlaces, wholeBatchRefused } from './poison';
import type { Portal } from './portal';
import { letHappen } from './portal-events';
import type { RateLimits } from './rate-limits';
import { rateLimitAnswer } from './rate-limit-answers';
import { matchRoute, type RouteMatch } from './routes';
import { requireScopes } from './scopes';
import { answerAfter, answerBefore, gatewayError } from './spoilt-answers';
import { actOnNewRecords } from './system-actors';

/** What a call is carried out on. The portal and its limits change when a definition is loaded. */
export interface VendorWorld {
  portal(): Portal;
  limits(): RateLimits;
  readonly faults: FaultPlanner;
  readonly lateCommits: LateCommits;
  readonly latency: Latency;
  readonly calls: CallRecorder;
}

/** How much of a call's time has passed when its effects are there: a client that gives up late leaves them behind. */
const COMMIT_SHARE = 0.6;
/** The vendor's own limit is not known; one connector splits its lists of properties at about 15,000 characters. */
const MAX_URL_CHARACTERS = 16_000;

interface Call {
  readonly request: IncomingMessage;
  readonly method: string;
  readonly url: URL;
  readonly match: RouteMatch | undefined;
  readonly fault: Fault | undefined;
  readonly parsed: { readonly body: unknown; readonly problem?: string };
  readonly text: string;
  /** As they were when the call came in: one that takes its time is not carried out on a portal that was loaded meanwhile. */
  readonly portal: Portal;
  readonly limits: RateLimits;
}

/** Carries out one call of the vendor's API: events, faults, token, limits, latency, effect, answer. */
export async function serveVendorCall(world: VendorWorld, request: IncomingMessage, response: ServerResponse, text: string): Promise<void> {
  const [method, url] = [request.method ?? 'GET', new URL(request.url ?? '/', 'http://simulator')];
  const path = url.pathname + url.search;
  const match = matchRoute(method, url.pathname);
  const parsed = parseBody(text);
  const [portal, limits] = [world.portal(), world.limits()];
  const at = new Date(portal.clock.nowMs()).toISOString();
  const { fault, before, after } = world.faults.meet(method, path, (candidate) => canStrike(portal, match, parsed.body, candidate));
  letHappen(before, portal, limits);

  const isLost = fault?.kind === 'request-lost' || (fault?.kind === 'connection-reset' && fault.when !== 'after');
  const answer: Outgoing = isLost ? { status: 0 } : await decide(world, { request, method, url, match, fault, parsed, text, portal, limits });
  const delivery = deliveryOf(fault);
  letHappen(after, portal, limits);
  world.calls.record({ at, method, path, kind: match?.kind ?? 'unknown', inputCount: countInputs(parsed.body), status: delivery === 'whole' ? answer.status : 0, fault: fault?.kind ?? null });
  deliver(response, answer, delivery);
}

/** Faults that are about certain inputs or results wait for a call that has such. */
function canStrike(portal: Portal, match: RouteMatch | undefined, body: unknown, fault: Fault): boolean {
  switch (fault.kind) {
    case 'poison':
      return poisonedPlaces(portal, match, body, fault).length > 0;
    case 'results-missing':
    case 'results-repeated':
      return /\.batch\.(create|read|update|upsert|default)$/.test(match?.kind ?? '');
    default:
      return true;
  }
}

function deliveryOf(fault: Fault | undefined): Delivery {
  switch (fault?.kind) {
    case 'request-lost':
    case 'answer-lost-after-commit':
      return 'closed';
    case 'commits-late':
      return fault.status === undefined ? 'closed' : 'whole';
    case 'connection-reset':
      return 'reset';
    case 'answer-cut-short':
      return 'cut-short';
    default:
      return 'whole';
  }
}

async function decide(world: VendorWorld, call: Call): Promise<Outgoing> {
  const { fault, match, portal, limits } = call;
  try {
    if (fault?.kind === 'token-expired') throw expiredToken(portal, portal.clock.nowMs() - 75_000);
    const token = authenticate(portal, call.request.headers.authorization);
    const admission = limits.admit(token.value, match?.route.lane ?? 'general');
    const { headers } = admission;
    if (admission.refusedBy) return rateLimitAnswer(portal, token, admission.refusedBy, headers, portal.switches.retryAfterOn429);
    const spoilt = fault && answerBefore(portal, fault, token, headers);
    if (spoilt) return spoilt;
    if (fault?.kind === 'commits-late') {
      world.lateCommits.add(fault.delayMs, () => void carryOut(call, token));
      return { ...gatewayError(fault.status ?? 504), headers };
    }

    const latencyMs = world.latency.nextMs(match?.route.nature ?? 'read');
    const slow = { before: 0, after: 0, ...(fault?.kind === 'slow' ? { [fault.when ?? 'after']: fault.delayMs } : {}) };
    const beforeMs = slow.before + latencyMs * COMMIT_SHARE;
    if (beforeMs > 0) await world.lateCommits.watch(call.request.socket, () => pause(beforeMs));
    const answer = carryOut(call, token);
    await pause(latencyMs * (1 - COMMIT_SHARE) + slow.after);
    return { ...answerAfter(answer, fault, () => world.faults.random()), headers };
  } catch (error) {
    return toAnswer(error);
  }
}

function carryOut(call: Call, token: ApiRequest['token']): ApiAnswer {
  const { method, url, match, parsed, text, portal, limits } = call;
  try {
    if (url.href.length > MAX_URL_CHARACTERS) throw new VendorError(414, { message: 'URI too long' });
    if (!match) throw notFound();
    requireScopes(token, match.route.needs(match.parameters));
    if (portal.switches.bodyLimitBytes > 0 && Buffer.byteLength(text) > portal.switches.bodyLimitBytes) throw new VendorError(413, { message: 'Request entity too large' });
    if (parsed.problem !== undefined) throw new VendorError(400, { message: parsed.problem });
    const refused = refusedInputs(call);
    const answer = match.route.handle(portal, { method, path: url.pathname, query: url.searchParams, version: match.version, token, body: parsed.body, ...(refused ? { refused } : {}) }, match.parameters, limits);
    actOnNewRecords(portal);
    return answer;
  } catch (error) {
    return toAnswer(error);
  }
}

/** The inputs that a fault wants refused. @throws VendorError where it wants the whole batch refused: always where not every input has a trace id */
function refusedInputs({ portal, match, fault, parsed: { body } }: Call): ApiRequest['refused'] {
  if (fault?.kind === 'refuse-inputs') return { inputs: new Set(fault.inputs), code: fault.code ?? 'INVALID_OPTION' };
  if (fault?.kind !== 'poison') return undefined;
  if (fault.traceIds !== 'honoured' || !haveTraceIds(body)) throw wholeBatchRefused(fault);
  return { inputs: new Set(poisonedPlaces(portal, match, body, fault)), code: fault.code ?? 'INVALID_OPTION', property: fault.property };
}

function haveTraceIds(body: unknown): boolean {
  return isJsonObject(body) && isList(body['inputs']) && body['inputs'].every((input) => isJsonObject(input) && input['objectWriteTraceId'] !== undefined);
}

/** A simulator that is closed does not stay for slow calls. */
async function pause(ms: number): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { ref: false });
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
