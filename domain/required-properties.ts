import type { ObjectType } from './object-type';

/** HubSpot, CRM objects API, 2026-09: what a create needs at least. Each entry is a choice of which one must be there. */
const MINIMA: Readonly<Record<ObjectType, readonly (readonly string[])[]>> = {
  companies: [['name', 'domain']],
  contacts: [['email', 'firstname', 'lastname']],
  deals: [['dealname'], ['dealstage']],
};

/** The code with which the portal would refuse a create of these properties, or null. */
export function missingRequired(objectType: ObjectType, properties: Readonly<Record<string, string>>, requiredOnCreate: readonly string[]): string | null {
  const isMet = MINIMA[objectType].every((choice) => choice.some((property) => properties[property] !== undefined));
  if (!isMet) {
    return 'MISSING_REQUIRED';
  }
  return requiredOnCreate.every((property) => properties[property] !== undefined) ? null : 'MISSING_REQUIRED_PROPERTY';
}
