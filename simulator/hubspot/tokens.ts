import type { TokenDefinition } from '../control-plane';
import type { Actor } from './record-store';

/** An access token and what its app may do. */
export interface Token {
  readonly value: string;
  readonly scopes: ReadonlySet<string> | 'all';
  readonly expiresMs: number | undefined;
  readonly appId: number;
  readonly userId: number;
  /** Named where it is another portal than the one that answers. */
  readonly portalId: number | undefined;
  /** How property history names the app. */
  readonly actor: Actor;
}

export const DEFAULT_TOKEN = 'simulated-token';

export function createTokens(definitions: readonly TokenDefinition[]): ReadonlyMap<string, Token> {
  return new Map(definitions.map((definition) => [definition.token, createToken(definition)]));
}

function createToken(definition: TokenDefinition): Token {
  const appId = definition.appId ?? 30_001;
  return {
    value: definition.token,
    scopes: definition.scopes === 'all' ? 'all' : new Set(definition.scopes),
    expiresMs: definition.expiresAt === undefined ? undefined : Date.parse(definition.expiresAt),
    appId,
    userId: definition.userId ?? 40_001,
    portalId: definition.portalId,
    actor: { sourceType: 'INTEGRATION', sourceId: String(appId), sourceLabel: 'INTEGRATION' },
  };
}

/** As they could be given again. */
export function toTokenDefinition({ value, scopes, expiresMs, appId, userId, portalId }: Token): TokenDefinition {
  return {
    token: value,
    scopes: scopes === 'all' ? 'all' : [...scopes],
    ...(expiresMs === undefined ? {} : { expiresAt: new Date(expiresMs).toISOString() }),
    appId,
    userId,
    ...(portalId === undefined ? {} : { portalId }),
  };
}
