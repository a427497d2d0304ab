import { valueIn } from './compact-values';
import { findObjectType } from './object-types';
import type { Portal, PortalObject } from './portal';
import type { ValueProblem } from './property-values';
import type { StoredRecord } from './record-store';

/**
 * What a write breaks of the rules that the portal's admins set.
 * HubSpot changelog, "CRM API write validation enforcement" (2026-09 paths). The codes of broken validation rules are not known.
 */
export function ruleProblems(portal: Portal, object: PortalObject, changes: ReadonlyMap<string, string>, record: StoredRecord | undefined): ValueProblem[] {
  const after = (name: string): string => changes.get(name) ?? (record ? (valueIn(record.values, name) ?? '') : '');
  const problems: ValueProblem[] = [];
  const ofThisType = ({ objectType }: { objectType: string }): boolean => findObjectType(objectType) === object.type;

  for (const { propertyName } of record ? [] : (portal.rules.requiredOnCreate ?? []).filter(ofThisType)) {
    if (after(propertyName) === '') problems.push({ name: propertyName, code: 'MISSING_REQUIRED_PROPERTY', message: `Property "${propertyName}" is required` });
  }
  for (const { when, required } of (portal.rules.conditionalRequired ?? []).filter(ofThisType)) {
    if (!changes.has(when.propertyName) || !when.values.includes(after(when.propertyName))) continue;
    for (const name of required) {
      if (after(name) === '') problems.push({ name, code: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY', message: `Property "${name}" is required when "${when.propertyName}" is ${after(when.propertyName)}` });
    }
  }
  if (!portal.switches.validationRulesEnforced) return problems;
  for (const { propertyName, rules } of (portal.rules.validation ?? []).filter(ofThisType)) {
    const value = changes.get(propertyName);
    if (value === undefined || value === '') continue;
    for (const { ruleType, ruleArguments } of rules) {
      if (!obeys(value, ruleType, ruleArguments)) problems.push({ name: propertyName, code: ruleType, message: `${propertyName} breaks the rule ${ruleType} ${ruleArguments.join(', ')}` });
    }
  }
  return problems;
}

/** Rule types that are not listed are reported by the vendor's endpoint but not acted on here. */
function obeys(value: string, ruleType: string, ruleArguments: readonly string[]): boolean {
  const argument = ruleArguments[0] ?? '';
  switch (ruleType) {
    case 'MIN_LENGTH':
      return value.length >= Number(argument);
    case 'MAX_LENGTH':
      return value.length <= Number(argument);
    case 'MIN_NUMBER':
      return Number(value) >= Number(argument);
    case 'MAX_NUMBER':
      return Number(value) <= Number(argument);
    case 'DECIMAL':
      return (value.split('.')[1] ?? '').length <= Number(argument);
    case 'REGEX':
      return new RegExp(`^(?:${argument})$`).test(value);
    case 'ALPHANUMERIC':
      return /^[\p{L}\p{N} ]*$/u.test(value);
    default:
      return true;
  }
}
