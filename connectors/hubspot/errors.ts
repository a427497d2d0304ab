/**
 * From an answer, or the lack of one, to the error that says what happens next. Decides by status, then by category and policy, never by message text, and quotes
 * neither a vendor's words nor a value: object, status, code, correlation id and the next step only.
 */
import type { CallKind } from '../../domain/pace';
import { MigrationError } from '../../domain/migration-error';
import { burstWaitMs, DAILY_POLICY } from './limits';
import type { ErrorEnvelope } from './responses';
import type { TransportFailure } from './transport';

/** A call as messages name it. */
export interface CallName {
  readonly kind: CallKind;
  /** Object and endpoint without ids, e.g. `contacts batch/create`. */
  readonly what: string;
}

/** Locks of a heavy sync last 2 s. Source: error handling guide, 2026-09. */
const LOCKED_WAIT_MS = 2_000;
/** 477 always carries Retry-After by its documentation; should it be missing, a move between data centres takes minutes at the least. */
const MIGRATING_WAIT_MS = 5 * 60_000;

const WRITES: ReadonlySet<CallKind> = new Set<CallKind>(['create', 'update', 'archive', 'association-write', 'schema-write']);
/** May a call of this kind change the portal? */
export const isWrite = (kind: CallKind): boolean => WRITES.has(kind);

/** Statuses that tell about the request's content: what they mean is for the call to decide. 413 is documented nowhere; by HTTP it refuses the body whole. */
const CONTENT_STATUSES: ReadonlySet<number> = new Set([400, 404, 409, 413]);
export const isAboutContent = (status: number): boolean => CONTENT_STATUSES.has(status);

/** The error of an answer that ends the call, whatever was asked. */
export function toCallError(
  call: CallName,
  answer: { readonly status: number; readonly envelope: ErrorEnvelope | null; readonly retryAfterMs: number | null; readonly correlationId: string | null },
): MigrationError {
  const { status, envelope, retryAfterMs } = answer;
  const place = `HubSpot answered ${status} to ${call.what}${correlation(answer.correlationId)}`;
  switch (status) {
    case 401:
      return envelope?.category === 'EXPIRED_AUTHENTICATION' && !isUndecodable(envelope)
        ? new MigrationError('AuthorizationError', `${place}: the access token has expired. Renew it, then resume.`, { code: 'token-expired', exitCode: 4 })
        : new MigrationError('AuthorizationError', `${place}: the access token was refused. Check the token and its portal, then resume.`, { code: 'token-refused', exitCode: 4 });
    case 403:
      return new MigrationError('AuthorizationError', `${place}: ${missingScopes(envelope)}. Grant it to the app, then resume.`, { code: 'missing-scope', exitCode: 4 });
    case 423:
      return new MigrationError('RateLimitedError', `${place}: locked by another write; it is repeated.`, { code: 'http-423', retryAfterMs: retryAfterMs ?? LOCKED_WAIT_MS });
    case 429:
      return envelope?.policyName === DAILY_POLICY
        ? new MigrationError('QuotaExhaustedError', `${place}: the day's calls are used up until midnight of the account.`, { code: 'daily-limit' })
        : new MigrationError('RateLimitedError', `${place}: the burst limit is reached; it is repeated.`, { code: 'http-429', retryAfterMs: burstWaitMs(envelope, retryAfterMs) });
    case 477:
      return new MigrationError('RateLimitedError', `${place}: the account is being moved between data centres; it is repeated when it is there.`, { code: 'http-477', retryAfterMs: retryAfterMs ?? MIGRATING_WAIT_MS });
    case 488:
      return new MigrationError('PlanError', `${place}: the account is hosted elsewhere. Set HUBSPOT_BASE_URL to its host (https://api-<hublet>.hubapi.com).`, { code: 'wrong-host', exitCode: 3 });
  }
  if (status >= 500 || status === 408) {
    const details = { code: `http-${status}`, mayHaveLanded: isWrite(call.kind) };
    return new MigrationError('TransientError', `${place}; it is repeated.`, retryAfterMs === null ? details : { ...details, retryAfterMs });
  }
  if (status >= 300 && status < 400) {
    return new MigrationError('PlanError', `${place}: that is no HubSpot API. Check HUBSPOT_BASE_URL.`, { code: 'wrong-host', exitCode: 3 });
  }
  return new MigrationError('PlanError', `${place} (${envelope?.category ?? 'no category'}), which this version does not expect. Check the plan against the portal.`, { code: `http-${status}`, exitCode: 5 });
}

/** The answer came but cannot be read: not JSON, or not of the shape that is documented. */
export function unreadableAnswer(call: CallName, status: number, correlationId: string | null, cause?: unknown): MigrationError {
  return new MigrationError('TransientError', `HubSpot's answer ${status} to ${call.what} cannot be read${correlation(correlationId)}; it is repeated.`, { code: 'unreadable-answer', mayHaveLanded: isWrite(call.kind) }, { cause });
}

/** A token that no header can carry: told before it is sent, and without showing it. */
export function malformedToken(): MigrationError {
  return new MigrationError('AuthorizationError', 'The access token is empty or has characters that no token has (blanks, line breaks). Check HUBSPOT_ACCESS_TOKEN or its file, then resume.', { code: 'token-malformed', exitCode: 4 });
}

export function malformedBaseUrl(): MigrationError {
  return new MigrationError('PlanError', 'The base URL of HubSpot is no http or https URL. Check HUBSPOT_BASE_URL.', { code: 'wrong-host', exitCode: 3 });
}

/** An answer that leaves out what was asked for: taking it for a complete one would take what is missing for absent. */
export function incompleteAnswer(call: CallName, code: string, correlationId: string | null): MigrationError {
  return new MigrationError('TransientError', `HubSpot's answer to ${call.what} is incomplete (${code})${correlation(correlationId)}; it is repeated.`, { code: 'incomplete-answer', mayHaveLanded: isWrite(call.kind) });
}

/** The system's codes of a connection that never stood. */
const UNREACHABLE: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']);

export function toFailureError(call: CallName, failure: TransportFailure): MigrationError {
  const mayHaveLanded = failure.reached === 'perhaps-sent' && isWrite(call.kind);
  if (failure.code === 'aborted') {
    return new MigrationError('TransientError', `${call.what} was cancelled.`, { code: 'aborted', mayHaveLanded }, { cause: failure });
  }
  if (failure.code === 'stale-slot') {
    return new MigrationError('TransientError', `${call.what} was not sent: this process was suspended meanwhile, and another may have gone on with the work.`, { code: 'suspended', mayHaveLanded: false }, { cause: failure });
  }
  if (failure.reached === 'nothing-sent') {
    const why = UNREACHABLE.has(failure.code) || failure.code === 'timeout' ? 'Check network and HUBSPOT_BASE_URL.' : 'Check network, proxy and certificates.';
    return new MigrationError('TransientError', `HubSpot cannot be reached for ${call.what} (${failure.code}). ${why}`, { code: 'unreachable', mayHaveLanded: false, exitCode: 8 }, { cause: failure });
  }
  const code = failure.code === 'timeout' ? 'timeout' : 'connection-lost';
  return new MigrationError('TransientError', `No answer from HubSpot to ${call.what} (${failure.code}); it is repeated.`, { code, mayHaveLanded }, { cause: failure });
}

/** A token that HubSpot cannot decode is answered as one that expired in 1970 (observed live). */
function isUndecodable({ context }: ErrorEnvelope): boolean {
  const [expiredAt] = context['expire time'] ?? [];
  return expiredAt !== undefined && Date.parse(expiredAt) < Date.UTC(1971, 0);
}

function correlation(correlationId: string | null): string {
  return correlationId === null ? '' : ` [correlation id ${correlationId}]`;
}

/** Scope names as the answer's context lists them; nothing but words that look like scopes is repeated. */
function missingScopes(envelope: ErrorEnvelope | null): string {
  const contexts = envelope === null ? [] : [envelope.context, ...envelope.errors.map(({ context }) => context)];
  const scopes = contexts.flatMap((context) => Object.entries(context).flatMap(([name, values]) => (/scopes$/i.test(name) ? values : []))).filter((scope) => /^[a-z][\w.-]{1,80}$/i.test(scope));
  return scopes.length === 0 ? 'the token lacks a scope that HubSpot does not name' : `the token lacks a scope, one of: ${[...new Set(scopes)].join(', ')}`;
}
