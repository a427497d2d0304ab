/** Rules of the portal against what the mapping writes: required properties that nothing feeds, and rules that values must keep. */
import type { Finding } from '../finding';
import { missingRequired } from '../required-properties';
import { counted, fedProperties, filledCountOf, info, warning, type PreflightInput, type PreflightSource } from './preflight-input';

export function mappingFindings(input: PreflightInput): readonly Finding[] {
  return input.sources.filter(({ rowCount }) => rowCount > 0).flatMap((source) => [...requiredFindings(input, source), ...ruleFindings(input, source)]);
}

const portalOf = ({ snapshot }: PreflightInput, { objectType }: PreflightSource) => snapshot.objects.find((portal) => portal.objectType === objectType);

function requiredFindings(input: PreflightInput, source: PreflightSource): readonly Finding[] {
  const portal = portalOf(input, source);
  if (portal === undefined) {
    return [];
  }
  const { objectType, sourceObject, rowCount } = source;
  const fed = fedProperties(source);
  const place = `objects.${objectType}.properties`;
  const rows = counted(rowCount, 'row');
  const remedy = (property: string): string => `Map a column to it, or a fixed value: ${property}: { constant: … }. Or make it optional in HubSpot (Settings → Objects → create form).`;
  const byForm = portal.requiredOnCreate
    .filter((property) => !fed.has(property))
    .map((property) => warning({ code: 'required-not-mapped', place: `${place}.${property}`, message: `The portal requires ${property} of new ${objectType}, and no column of ${sourceObject} feeds it: ${rows} would be skipped unless matched.`, remedy: remedy(property), count: rowCount }));
  const byCondition = portal.conditionalRequired.flatMap(({ when, required }) =>
    (fed.has(when.property) ? required.filter((property) => !fed.has(property)) : []).map((property) =>
      warning({ code: 'conditional-required-not-mapped', place: `${place}.${property}`, message: `Where ${when.property} is one of ${counted(when.values.length, 'value')}, the portal requires ${property}, and no column of ${sourceObject} feeds it: such rows would be refused.`, remedy: remedy(property), count: filledCountOf(source, source.mapping.rules.filter((rule) => rule.property === when.property).flatMap(({ columns }) => columns)) }),
    ),
  );
  const isMinimum = missingRequired(objectType, Object.fromEntries([...fed].map((property) => [property, 'x'])), { requiredOnCreate: [], conditionalRequired: [] }) === null;
  const minimum = isMinimum ? [] : [warning({ code: 'minimum-not-mapped', place, message: `HubSpot makes no ${objectType} without ${MINIMUM_WORDS[objectType]}, and no column of ${sourceObject} feeds that: ${rows} would be skipped unless matched.`, remedy: 'Export that column, or map another one to it.', count: rowCount })];
  return [...byForm, ...byCondition, ...minimum];
}

const MINIMUM_WORDS = { companies: 'a name or a domain', contacts: 'an e-mail, a first or a last name', deals: 'a name and a stage' } as const;

/** One finding for each property that has rules, whatever number of them. */
function ruleFindings(input: PreflightInput, source: PreflightSource): readonly Finding[] {
  const rules = portalOf(input, source)?.validationRules ?? [];
  return source.mapping.rules.flatMap(({ property, columns }) => {
    const own = [...new Set(rules.filter((rule) => rule.property === property).map(({ ruleType }) => ruleType))];
    return own.length === 0
      ? []
      : [info({ code: 'validation-rules', place: `${source.objectType}.${property}`, message: `The portal checks what is written to ${property} (${own.join(', ')}); a value that breaks a rule is ${source.mapping.onInvalid === 'drop-cell' ? 'not written' : 'a reason to skip the record'}.`, remedy: 'portage plan counts the values that break one.', count: filledCountOf(source, columns) })];
  });
}
