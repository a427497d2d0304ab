import { DateTime } from 'luxon';
import { MigrationError } from '../../domain/migration-error';
import type { QuotaFacts } from '../../domain/portal-snapshot.schema';
import type { CallContext } from '../connector';
import type { LimitFacts } from '../../domain/pace';
import { acceptedBody, type HubspotClient, type HubspotRequest } from './client';
import { accountDetailsPath, dailyUsagePath, tokenInfoPath } from './paths';
import { accountDetailsSchema, dailyUsageSchema, tokenInfoSchema, type AccountDetails, type DailyUsage } from './responses';

export interface AccountCalls {
  readDetails(call: CallContext): Promise<AccountDetails>;
  /** Scopes of the token; null where it cannot be introspected (a service key may be no private app). */
  readScopes(call: CallContext): Promise<readonly string[] | null>;
  /** What is left today; nothing, where this call itself is refused for the day. Where the portal states no limit, both counts are null and the reset is the next midnight in `timeZone`. */
  readQuota(timeZone: string, call: CallContext): Promise<QuotaFacts>;
}

const USAGE_NAME = 'private-apps-api-calls-daily';
/** Other states say that the figure could not be fetched. Source: account information API, 2026-09. */
const USABLE_STATUSES: readonly (string | null)[] = ['SUCCESS', 'CACHED', null];

export function createAccountCalls(client: HubspotClient, { readToken, nowMs }: { readToken: () => Promise<string>; nowMs: () => number }): AccountCalls {
  return {
    readDetails: (call) => client.read({ kind: 'account', what: 'account details', method: 'GET', path: accountDetailsPath() }, accountDetailsSchema, call),

    async readScopes(call) {
      // The one request whose body carries the token; it goes where the header goes. Bodies are neither logged nor kept.
      const request: HubspotRequest = { kind: 'account', what: 'token introspection', method: 'POST', path: tokenInfoPath(), body: { tokenKey: await readToken() } };
      const answer = await orNotAllowed(client.send(request, call));
      return answer?.verdict === 'accepted' ? acceptedBody(request, answer, tokenInfoSchema).scopes : null;
    },

    async readQuota(timeZone, call) {
      const request: HubspotRequest = { kind: 'account', what: 'daily API usage', method: 'GET', path: dailyUsagePath() };
      const answer = await orNotAllowed(orUsedUp(client.send(request, call)));
      if (answer === 'used-up') {
        return { limit: null, remaining: 0, resetsAt: nextMidnight(timeZone, nowMs()) };
      }
      const usage = answer?.verdict === 'accepted' ? acceptedBody(request, answer, dailyUsageSchema) : null;
      return toQuotaFacts(usage, answer?.limits ?? null, timeZone, nowMs());
    },
  };
}

/** Null where the token is not admitted: for facts that we can do without, once another call has shown that the token itself is good. */
export async function orNotAllowed<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof MigrationError && error.type === 'AuthorizationError') {
      return null;
    }
    throw error;
  }
}

/** The question about the day's calls counts as one of them: refused for the day, it is answered all the same. */
async function orUsedUp<Answer>(answer: Promise<Answer>): Promise<Answer | 'used-up'> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof MigrationError && error.type === 'QuotaExhaustedError') {
      return 'used-up';
    }
    throw error;
  }
}

/** The usage endpoint and the headers of its own answer may differ (one sums private apps and may be cached): the lower remainder counts. */
export function toQuotaFacts(usage: DailyUsage | null, limits: LimitFacts | null, timeZone: string, nowMs: number): QuotaFacts {
  const row = usage?.results.find(({ name }) => name === USAGE_NAME) ?? usage?.results[0];
  const counted = row !== undefined && USABLE_STATUSES.includes(row.fetchStatus) ? row : null;
  const remainders = [counted === null || counted.usageLimit === null || counted.currentUsage === null ? null : counted.usageLimit - counted.currentUsage, limits?.dailyRemaining ?? null].filter((count) => count !== null);
  return {
    limit: counted?.usageLimit ?? limits?.dailyLimit ?? null,
    remaining: remainders.length === 0 ? null : Math.max(0, Math.min(...remainders)),
    resetsAt: toFutureInstant(row?.resetsAt ?? null, nowMs) ?? nextMidnight(timeZone, nowMs),
  };
}

/** The next midnight in an account's time zone as an ISO-8601 instant. The day's quota is reset then. Source: usage guidelines, 2026-09. */
export function nextMidnight(timeZone: string, nowMs: number): string {
  const here = DateTime.fromMillis(nowMs, { zone: timeZone });
  const local = here.isValid ? here : DateTime.fromMillis(nowMs, { zone: 'utc' });
  return new Date(local.plus({ days: 1 }).startOf('day').toMillis()).toISOString();
}

/** A reset in the past is a cached figure of yesterday. */
function toFutureInstant(text: string | null, nowMs: number): string | null {
  const atMs = text === null ? Number.NaN : Date.parse(text);
  return atMs > nowMs ? new Date(atMs).toISOString() : null;
}
