import type { ApiAnswer, ApiRequest } from './api-request';
import { objectOf, type Portal } from './portal';
import type { PropertyRule } from './validation-rules';

/**
 * Rules that admins set. HubSpot docs, "Property validations". That requirements can be read here too is announced (HubSpot changelog, "CRM API write validation
 * enforcement"), their form is not: with the switch `requirementsInValidations` they are listed in a form of our own, without it not at all.
 */
export function listValidations(portal: Portal, _request: ApiRequest, [alias = '']: readonly string[]): ApiAnswer {
  const object = objectOf(portal, alias);
  const byProperty = new Map<string, PropertyRule[]>();
  const list = (objectType: string, propertyName: string, rules: readonly PropertyRule[]): void => {
    if (objectOf(portal, objectType) === object) byProperty.set(propertyName, [...(byProperty.get(propertyName) ?? []), ...rules]);
  };
  for (const { objectType, propertyName, rules } of portal.rules.validation ?? []) list(objectType, propertyName, rules);
  if (portal.switches.requirementsInValidations) {
    for (const { objectType, propertyName } of portal.rules.requiredOnCreate ?? []) list(objectType, propertyName, [{ ruleType: 'REQUIRED_ON_CREATE', ruleArguments: [] }]);
    for (const { objectType, when, required } of portal.rules.conditionalRequired ?? []) {
      for (const name of required) list(objectType, name, [{ ruleType: 'CONDITIONALLY_REQUIRED', ruleArguments: [when.propertyName, ...when.values] }]);
    }
  }
  return { status: 200, body: { results: [...byProperty].map(([propertyName, propertyValidationRules]) => ({ propertyName, propertyValidationRules })) } };
}
