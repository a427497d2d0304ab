import { OBJECT_TYPES } from './object-type';
import type { ObjectType } from './object-type';

export interface ScopeNeeds {
  /** Types of which records are written. */
  readonly written: readonly ObjectType[];
  /** Types of which a property, group or pipeline must be made. */
  readonly schema: readonly ObjectType[];
}

/**
 * What this migration needs of a HubSpot token (scope list of the CRM APIs, 2026-09). All types are read, because the snapshot is of all of them; associations
 * need no scope of their own, pipelines those of deals.
 */
export function neededScopes({ written, schema }: ScopeNeeds): readonly string[] {
  const of = (types: readonly ObjectType[], scope: (objectType: ObjectType) => string): readonly string[] => OBJECT_TYPES.filter((objectType) => types.includes(objectType)).map(scope);
  return [
    ...of(OBJECT_TYPES, (objectType) => `crm.objects.${objectType}.read`),
    ...of(written, (objectType) => `crm.objects.${objectType}.write`),
    ...of(schema, (objectType) => `crm.schemas.${objectType}.write`),
    'crm.objects.owners.read',
  ];
}

/** Needed and not granted; none where the token cannot tell its scopes. */
export const missingScopes = (needed: readonly string[], granted: readonly string[] | null): readonly string[] => (granted === null ? [] : needed.filter((scope) => !granted.includes(scope)));
