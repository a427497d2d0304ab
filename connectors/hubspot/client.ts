import { Request } from '@hubspot/api-client/lib/src/services/http/Request';
import type { z } from 'zod';
import { passCrashPoint } from '../../domain/crash-point';
import type { CrashWatch } from '../../domain/crash-point';
import { MigrationError } from '../../domain/migration-error';
import type { CallContext } from '../connector';
import type { CallKind, CallLanes, LimitFacts, Pace, Permit } from '../../domain/pace';
import { incompleteAnswer, isAboutContent, malformedBaseUrl, malformedToken, toCallError, toFailureError, unreadableAnswer, type CallName } from './errors';
import type { FreshClock } from './fresh-clock';
import { burstWaitMs, DAILY_POLICY, toLimitFacts } from './limits';
import { errorEnvelopeSchema, type ErrorEnvelope } from './responses';
import { retryAfterMs } from './retry-after';
import { TransportFailure, type Send, type TransportAnswer, type TransportRequest } from './transport';

export interface HubspotRequest extends CallName {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A 2xx, or a status about the request's content (400, 404, 409, 413), which the caller judges. Everything else is thrown. */
export type HubspotAnswer = HubspotAccepted | HubspotRejected;

interface AnswerFacts {
  readonly status: number;
  readonly correlationId: string | null;
  /** The limits as this very answer knew them. */
  readonly limits: LimitFacts | null;
}
export interface HubspotAccepted extends AnswerFacts {
  readonly verdict: 'accepted';
  /** Null for an empty body. */
  readonly body: unknown;
}
export interface HubspotRejected extends AnswerFacts {
  readonly verdict: 'rejected';
  readonly envelope: ErrorEnvelope;
}

export interface HubspotClient {
  /**
   * Makes one call: takes slots and a permit, sends once, tells the pace what came of it.
   * @throws MigrationError as `errors.ts` has it, `suspended` when whoever asked is no longer steady; TransientError says in `mayHaveLanded` whether a write may have been carried out
   */
  send(request: HubspotRequest, call: CallContext): Promise<HubspotAnswer>;
  /** As `send`, for calls where nothing but an accepted answer of this shape will do. */
  read<Schema extends z.ZodType>(request: HubspotRequest, schema: Schema, call: CallContext): Promise<z.output<Schema>>;
}

export interface HubspotClientOptions {
  readonly baseUrl: string;
  readonly readToken: () => Promise<string>;
  readonly pace: Pace;
  readonly transport: Send;
  readonly freshClock: FreshClock;
  readonly timeoutMs: number;
  readonly crashWatch: CrashWatch;
}

/** Lanes by kind: associations count in two limits, search in its own only. Source: usage guidelines, associations guide, 2026-09. */
function lanesOf(kind: CallKind): CallLanes {
  switch (kind) {
    case 'search':
      return ['search'];
    case 'association-read':
    case 'association-write':
      return ['associations', 'general'];
    default:
      return ['general'];
  }
}

export function createHubspotClient(options: HubspotClientOptions): HubspotClient {
  const { pace, transport, freshClock, timeoutMs, crashWatch } = options;
  if (!/^https?:$/.test(URL.canParse(options.baseUrl) ? new URL(options.baseUrl).protocol : '')) {
    throw malformedBaseUrl();
  }

  /** Null: the process was suspended between slot and socket, nothing was sent, and another slot is due. */
  async function sendOnce(request: HubspotRequest, wire: TransportRequest, call: CallContext): Promise<HubspotAnswer | null> {
    const lanes = lanesOf(request.kind);
    const mark = freshClock.mark();
    const permit = await enter(request, lanes, call);
    const startedMs = freshClock.nowMs();
    let status: number | null = null;
    let wasSent = true;
    try {
      const answer = await passCrashPoint(crashWatch, `call:${request.kind}`, () => transport(wire, { signal: call.signal, timeoutMs, maySend: () => freshClock.isSteadySince(mark) && isSteady(call) }));
      status = answer.status;
      return await judge(request, answer, lanes);
    } catch (error) {
      if (!(error instanceof TransportFailure)) {
        throw error;
      }
      wasSent = error.reached === 'perhaps-sent';
      if (error.code === 'stale-slot' && isSteady(call)) {
        return null;
      }
      throw toFailureError(request, error);
    } finally {
      await permit.end(wasSent && call.countedFor !== null ? { ...call.countedFor, kind: request.kind, status, durationMs: freshClock.nowMs() - startedMs } : null);
    }
  }

  async function enter(request: HubspotRequest, lanes: CallLanes, call: CallContext): Promise<Permit> {
    try {
      return await pace.enter(lanes, call.signal);
    } catch (error) {
      throw call.signal.aborted ? toFailureError(request, new TransportFailure('nothing-sent', 'aborted', error)) : error;
    }
  }

  /** Lets everybody else know first, then says what the answer means. */
  async function judge(request: HubspotRequest, answer: TransportAnswer, lanes: CallLanes): Promise<HubspotAnswer> {
    const { status, headers } = answer;
    const json = parseJson(answer.text);
    const envelope = json === undefined || status < 300 ? null : (errorEnvelopeSchema.safeParse(json).data ?? null);
    const toldMs = retryAfterMs(headers['retry-after'], freshClock.nowMs());
    const correlationId = toCorrelationId(headers['x-hubspot-correlation-id'] ?? envelope?.correlationId);
    const limits = toLimitFacts(lanes[0], headers);

    if (status === 429 && envelope?.policyName !== DAILY_POLICY) {
      // Which of its lanes was full the answer does not say reliably, so all of them wait.
      const waitMs = burstWaitMs(envelope, toldMs);
      await Promise.all(lanes.map((lane) => pace.close(lane, waitMs)));
    }
    if (status === 423) {
      await pace.halve();
    }
    if (limits !== null) {
      await pace.learn(limits);
    }

    if (status >= 200 && status < 300) {
      if (json === undefined) {
        throw unreadableAnswer(request, status, correlationId);
      }
      return { verdict: 'accepted', status, correlationId, limits, body: json };
    }
    if (!isAboutContent(status)) {
      throw toCallError(request, { status, envelope, retryAfterMs: toldMs, correlationId });
    }
    // Without HubSpot's envelope it was not HubSpot who refused: a proxy's page says nothing about what was carried out. Except a body too large for it to pass on.
    if (envelope === null && status !== 413) {
      throw unreadableAnswer(request, status, correlationId);
    }
    return { verdict: 'rejected', status, correlationId, limits, envelope: envelope ?? errorEnvelopeSchema.parse({}) };
  }

  async function send(request: HubspotRequest, call: CallContext): Promise<HubspotAnswer> {
    const token = await options.readToken();
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw malformedToken();
    }
    const wire = toTransportRequest(request, options.baseUrl, token);
    for (;;) {
      if (!isSteady(call)) {
        throw toFailureError(request, new TransportFailure('nothing-sent', 'stale-slot'));
      }
      const answer = await sendOnce(request, wire, call);
      if (answer !== null) {
        return answer;
      }
    }
  }

  return {
    send,
    async read(request, schema, call) {
      return acceptedBody(request, await send(request, call), schema);
    },
  };
}

const isSteady = ({ isSteady: ask }: CallContext): boolean => ask === undefined || ask();

/** The body of an accepted answer in the given shape; a rejected one becomes the error of the call. */
export function acceptedBody<Schema extends z.ZodType>(request: CallName, answer: HubspotAnswer, schema: Schema): z.output<Schema> {
  if (answer.verdict === 'rejected') {
    throw toCallError(request, { ...answer, retryAfterMs: null });
  }
  const parsed = schema.safeParse(answer.body);
  if (!parsed.success) {
    // Paths of the members that did not fit; their values stay out.
    const places = parsed.error.issues.slice(0, 3).map(({ path, code }) => `${path.join('.')}: ${code}`);
    throw unreadableAnswer(request, answer.status, answer.correlationId, new Error(`unexpected shape at ${places.join(', ')}`));
  }
  return parsed.data;
}

/** Fails where a batch read left something out for another reason than that it does not exist. */
export function refuseIncomplete(request: CallName, batch: { readonly status?: string | null | undefined; readonly errors: readonly ErrorEnvelope[] }): void {
  const failure = batch.errors.find(({ category }) => category !== 'OBJECT_NOT_FOUND');
  if (failure !== undefined) {
    throw incompleteAnswer(request, failure.category ?? 'no category', failure.correlationId);
  }
  if (typeof batch.status === 'string' && batch.status !== 'COMPLETE') {
    throw incompleteAnswer(request, 'not complete', null);
  }
}

/** More inputs than the endpoint takes are our mistake, and would fail all of them. */
export function requireAtMost(call: CallName, limit: number, count: number): void {
  if (count > limit) {
    throw new MigrationError('InvariantError', `${count} inputs for ${call.what}, which takes ${limit}.`, { code: 'too-many-inputs' });
  }
}

function toTransportRequest(request: HubspotRequest, baseUrl: string, token: string): TransportRequest {
  const built = new Request(
    { basePath: baseUrl.replace(/\/+$/, ''), accessToken: token },
    { method: request.method, path: request.path, ...(request.query === undefined ? {} : { qs: request.query }), ...(request.body === undefined ? {} : { body: request.body }) },
  );
  const sendData: { method: string; headers: Record<string, string>; body?: unknown } = built.getSendData();
  return { url: built.getUrl(), method: sendData.method, headers: sendData.headers, body: typeof sendData.body === 'string' ? sendData.body : null };
}

/** Undefined: not JSON. Null: an empty body. */
function parseJson(text: string): unknown {
  if (text.trim() === '') {
    return null;
  }
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed;
  } catch {
    return undefined;
  }
}

function toCorrelationId(text: string | null | undefined): string | null {
  return typeof text === 'string' && /^[\w-]{1,80}$/.test(text) ? text : null;
}
