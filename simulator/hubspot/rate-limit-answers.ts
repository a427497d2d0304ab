import { randomUUID } from 'node:crypto';
import type { RateLimitPolicy } from '../control-plane';
import type { Portal } from './portal';
import type { Token } from './tokens';

interface RateLimitAnswer {
  readonly status: 429;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** HubSpot docs, "Error handling" (daily); the others as public projects recorded them. @param retryAfterSeconds 0: no such header */
export function rateLimitAnswer(portal: Portal, { appId }: Token, policyName: RateLimitPolicy, headers: Readonly<Record<string, string>>, retryAfterSeconds: number): RateLimitAnswer {
  const common = { errorType: 'RATE_LIMIT', correlationId: randomUUID(), policyName };
  const bodies: Readonly<Record<RateLimitPolicy, unknown>> = {
    DAILY: { status: 'error', message: 'You have reached your daily limit.', ...common, requestId: randomUUID() },
    TEN_SECONDLY_ROLLING: {
      status: 'error',
      message: 'You have reached your ten_secondly_rolling limit.',
      ...common,
      groupName: `publicapi:private_app-api-calls-ten-secondly:${appId}:${portal.settings.portalId}`,
    },
    SECONDLY: { status: 'error', message: 'You have reached your secondly limit.', ...common },
  };
  return { status: 429, body: bodies[policyName], headers: { ...headers, ...(retryAfterSeconds > 0 ? { 'retry-after': String(retryAfterSeconds) } : {}) } };
}
