import type { Fault } from '../fault-plan';
import { isJsonObject, isList } from '../json';
import { shuffled } from '../seeded-random';
import type { ApiAnswer } from './api-request';
import { toErrorEnvelope } from './errors';
import type { Outgoing } from './outgoing';
import type { Portal } from './portal';
import { rateLimitAnswer } from './rate-limit-answers';
import type { Token } from './tokens';

const HTML_PAGE = '<html><head><title>Error</title></head><body>upstream error</body></html>';

/** What a fault answers in place of carrying the call out; undefined where the call goes on. */
export function answerBefore(portal: Portal, fault: Fault, token: Token, headers: Readonly<Record<string, string>>): Outgoing | undefined {
  switch (fault.kind) {
    case 'status':
      return fault.when === 'before' ? { ...gatewayError(fault.status), headers } : undefined;
    case 'not-json':
      return fault.when === 'before' ? { ...unreadable({ status: 200, body: {} }, fault.body), headers } : undefined;
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

/** What a fault makes of the answer to a call that was carried out. @param random draws which results are meant */
export function answerAfter(answer: ApiAnswer, fault: Fault | undefined, random: () => number): Outgoing {
  switch (fault?.kind) {
    case 'status':
      return gatewayError(fault.status);
    case 'not-json':
      return unreadable(answer, fault.body);
    case 'results-missing':
      return withResults(answer, (results) => {
        const missing = new Set(shuffled(results, random).slice(0, fault.count));
        return results.filter((result) => !missing.has(result));
      });
    case 'results-repeated':
      return withResults(answer, (results) => shuffled([...results, ...shuffled(results, random).slice(0, fault.count)], random));
    default:
      return answer;
  }
}

/** 502 and 504 come from a gateway that knows no JSON, 5xx of the API itself with its envelope. */
export function gatewayError(status: number): Outgoing {
  if (status === 502 || status === 504 || status >= 520) return { status, text: HTML_PAGE };
  return { status, body: toErrorEnvelope({ message: 'internal error' }) };
}

function unreadable({ status, body }: ApiAnswer, kind: 'web-page' | 'half-json' | 'empty' = 'web-page'): Outgoing {
  switch (kind) {
    case 'web-page':
      return { status, text: HTML_PAGE };
    case 'empty':
      return { status };
    case 'half-json': {
      const json = JSON.stringify(body ?? {});
      return { status, text: json.slice(0, Math.ceil(json.length / 2)), isJson: true };
    }
  }
}

/** Only a batch has results: any other answer stays as it is. */
function withResults(answer: ApiAnswer, change: (results: readonly unknown[]) => readonly unknown[]): ApiAnswer {
  const { body } = answer;
  return isJsonObject(body) && isList(body['results']) ? { ...answer, body: { ...body, results: change(body['results']) } } : answer;
}
