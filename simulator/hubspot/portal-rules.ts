import { valueIn } from './compact-values';
import { findObjectType } from './object-types';
import type { Portal, PortalObject } from './portal';
import type { ValueProblem } from './property-values';
import type { StoredRecord } from './record-store';
import { codeOfRule, keepsRule } from './validation-rules';

const ofType = (object: PortalObject) => ({ objectType }: { readonly objectType: string }): boolean => findObjectType(objectType) === object.type;

/**
 * What a write lacks of what the portal's admins require. HubSpot changelog, "CRM API write validation enforcement" (2026-09 paths).
 * @param given the values of the request as they came: one that is refused for itself is not missing as well
 */
export function missingProblems(portal: Portal, object: PortalObject, given: ReadonlyMap<string, string>, record: StoredRecord | undefined): ValueProblem[] {
  const after = (name: string): string => given.get(name) ?? (record ? (valueIn(record.values, name) ?? '') : '');
  const problems: ValueProblem[] = [];
  for (const { propertyName } of record ? [] : (portal.rules.requiredOnCreate ?? []).filter(ofType(object))) {
    if (after(propertyName) === '') problems.push({ name: propertyName, code: 'MISSING_REQUIRED_PROPERTY', message: `A value for ${propertyName} must be provided` });
  }
  for (const { when, required } of (portal.rules.conditionalRequired ?? []).filter(ofType(object))) {
    if (!given.has(when.propertyName) || !when.values.includes(after(when.propertyName))) continue;
    for (const name of required) {
      if (after(name) === '') problems.push({ name, code: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY', message: `${name} is required because of a conditional property rule based on [${when.propertyName}]` });
    }
  }
  return problems;
}

/** Which rules for single properties the values break. They bind API writes since 2023-07-24, on all paths (HubSpot changelog, "Property validation rules will be enforced for APIs"). */
export function ruleProblems(portal: Portal, object: PortalObject, changes: ReadonlyMap<string, string>): ValueProblem[] {
  if (!portal.switches.validationRulesEnforced) return [];
  const circumstances = { readings: portal.switches.openRuleReadings, nowMs: portal.clock.nowMs(), timeZone: portal.settings.timeZone };
  return (portal.rules.validation ?? []).filter(ofType(object)).flatMap(({ propertyName, rules }) => {
    const property = object.registry.live(propertyName);
    const value = changes.get(propertyName) ?? '';
    if (!property || value === '') return [];
    return rules
      .filter((rule) => !keepsRule(property, value, rule, circumstances))
      .map((rule) => ({ name: propertyName, code: codeOfRule(rule), message: `${propertyName} breaks the rule ${rule.ruleType} ${rule.ruleArguments.join(', ')}` }));
  });
}
