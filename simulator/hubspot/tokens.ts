import type { Actor } from './record-store';

/** An access token and what its app may do. */
export interface Token {
  readonly value: string;
  readonly scopes: ReadonlySet<string> | 'all';
  readonly expiresMs: number | undefined;
  readonly appId: number;
  readonly userId: number;
  /** How property history names the app. */
  readonly actor: Actor;
}

export const DEFAULT_TOKEN = 'simulated-token';

export function createToken(definition: { token: string; scopes: readonly string[] | 'all'; expiresAt?: string | undefined; appId?: number | undefined; userId?: number | undefined }): Token {
  const appId = definition.appId ?? 30_001;
  return {
    value: definition.token,
    scopes: definition.scopes === 'all' ? 'all' : new Set(definition.scopes),
    expiresMs: definition.expiresAt === undefined ? undefined : Date.parse(definition.expiresAt),
    appId,
    userId: definition.userId ?? 40_001,
    actor: { sourceType: 'INTEGRATION', sourceId: String(appId), sourceLabel: 'INTEGRATION' },
  };
}
