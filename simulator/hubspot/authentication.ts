import { VendorError } from './errors';
import type { Portal } from './portal';
import type { Token } from './tokens';

/** HubSpot docs, "Error handling": the answers to a missing, an unknown and an expired token. @throws VendorError 401 */
export function authenticate(portal: Portal, header: string | undefined): Token {
  const value = /^Bearer\s+(\S+)$/i.exec(header ?? '')?.[1];
  if (value === undefined) throw unauthenticated();
  const token = portal.tokens.get(value);
  // A token that cannot be decoded reads as expired since 1970: recorded by a public project.
  if (!token) throw expiredToken(portal, 0);
  if (token.expiresMs !== undefined && token.expiresMs <= portal.clock.nowMs()) throw expiredToken(portal, token.expiresMs);
  return token;
}

function unauthenticated(): VendorError {
  return new VendorError(401, {
    message:
      'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
    category: 'INVALID_AUTHENTICATION',
  });
}

export function expiredToken({ clock }: Portal, expiredMs: number): VendorError {
  const seconds = Math.max(0, Math.round((clock.nowMs() - expiredMs) / 1_000));
  const ago = seconds < 86_400 ? `${seconds} second(s)` : `${Math.floor(seconds / 86_400)} day(s)`;
  return new VendorError(401, {
    message: `The OAuth token used to make this call expired ${ago} ago.`,
    context: { 'expire time': [new Date(expiredMs).toISOString()] },
    category: 'EXPIRED_AUTHENTICATION',
  });
}
