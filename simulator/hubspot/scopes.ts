import { VendorError } from './errors';
import { findObjectType, OBJECT_TYPES } from './object-types';
import type { Token } from './tokens';

/** Alternatives: any one of them opens the door. A trailing `*` stands for every scope that starts so. */
export type ScopeNeed = readonly string[];

/** HubSpot docs, "Scopes": reading and writing records. */
export function objectScopes(alias: string, access: 'read' | 'write'): ScopeNeed {
  const scope = findObjectType(alias)?.scope;
  if (scope === undefined) return [];
  return typeof scope === 'string' ? [`${scope}.${access}`] : [scope.both, `crm.objects.${scope.both}.${access}`];
}

export const ANY_OBJECT_SCOPE: ScopeNeed = ['crm.objects.*', 'tickets'];
export const SCHEMA_READ: ScopeNeed = ['crm.objects.*', 'crm.schemas.*', 'tickets'];

/** Object scopes alone do not allow changes to properties. */
export function schemaWrite(alias: string): ScopeNeed {
  const plural = findObjectType(alias)?.plural ?? alias;
  return plural === 'tickets' ? ['tickets', 'crm.schemas.tickets.write'] : [`crm.schemas.${plural}.write`];
}

export function pipelineScopes(alias: string, access: 'read' | 'write'): ScopeNeed {
  const plural = findObjectType(alias)?.plural ?? alias;
  if (plural === 'tickets') return ['tickets', `crm.schemas.tickets.${access}`];
  return access === 'read' ? [`crm.objects.${plural}.read`, `crm.schemas.${plural}.read`] : [`crm.schemas.${plural}.write`];
}

/** Every scope that something here asks for: what a token with all scopes has. */
export const ALL_SCOPES: readonly string[] = [
  'oauth',
  'crm.objects.owners.read',
  ...OBJECT_TYPES.flatMap(({ scope, plural }) => (typeof scope === 'string' ? [`${scope}.read`, `${scope}.write`, `crm.schemas.${plural}.read`, `crm.schemas.${plural}.write`] : [scope.both])),
].filter((scope, place, all) => all.indexOf(scope) === place);

/** @throws VendorError 403 in the vendor's words, with the first alternative of what is missing */
export function requireScopes({ scopes }: Token, needs: readonly ScopeNeed[]): void {
  if (scopes === 'all') return;
  const held = [...scopes];
  const missing = needs.filter((anyOf) => anyOf.length > 0 && !anyOf.some((scope) => (scope.endsWith('*') ? held.some((own) => own.startsWith(scope.slice(0, -1))) : scopes.has(scope))));
  if (missing.length === 0) return;
  throw new VendorError(403, {
    message: "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
    errors: [{ message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: missing.flatMap((anyOf) => anyOf[0] ?? []) } }],
    links: { scopes: 'https://developers.hubspot.com/scopes' },
    category: 'MISSING_SCOPES',
  });
}
