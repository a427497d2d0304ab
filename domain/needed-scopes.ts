import type { ObjectType } from './object-type';

/** What a migration needs of a HubSpot token (scope list of the CRM APIs, 2026-09). Associations need no scope of their own, pipelines those of deals. */
export function neededScopes(objectTypes: readonly ObjectType[]): readonly string[] {
  const each = objectTypes.flatMap((objectType) => [`crm.objects.${objectType}.read`, `crm.objects.${objectType}.write`, `crm.schemas.${objectType}.write`]);
  return [...each, 'crm.objects.owners.read'];
}

/** Needed and not granted; none where the token cannot tell its scopes. */
export const missingScopes = (needed: readonly string[], granted: readonly string[] | null): readonly string[] => (granted === null ? [] : needed.filter((scope) => !granted.includes(scope)));
