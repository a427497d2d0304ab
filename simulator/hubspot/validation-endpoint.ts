import type { ApiAnswer, ApiRequest } from './api-request';
import { objectOf, type Portal } from './portal';

/** Rules that admins set for single properties. HubSpot docs, "Property validations". */
export function listValidations(portal: Portal, _request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const results = (portal.rules.validation ?? [])
    .filter(({ objectType }) => objectOf(portal, objectType) === object)
    .map(({ propertyName, rules }) => ({ propertyName, propertyValidationRules: rules }));
  return { status: 200, body: { results } };
}

