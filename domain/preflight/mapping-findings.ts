/** Rules of the portal against what the mapping writes: required properties that nothing feeds, and rules that values must keep. */
import type { Finding } from '../finding';
import { missingRequired } from '../required-properties';
import { counted, fedProperties, filledCountOf, info, warning, type PreflightInput, type PreflightSource } from './preflight-input';

export function mappingFindings(input: PreflightInput): readonly Finding[] {
  return input.sources.filter(({ rowCount }) => rowCount > 0).flatMap((source) => [...requiredFindings(input, source), ...ruleFindings(input, source)]);
}

const portalOf = ({ snapshot }: PreflightInput, { objectType }: PreflightSource) => snapshot.objects.find((portal) => portal.objectType === objectType);

function requiredFindings(input: PreflightInput, source: PreflightSource): readonly Finding[] {
  const fed = fedProperties(source);
  const required = portalOf(input, source)?.requiredOnCreate ?? [];
  const missing = required.filter((property) => !fed.has(property));
  const place = `objects.${source.objectType}.properties`;
  const remedy = (property: string): string => `Map a column to it, or a fixed value: ${property}: { constant: … }. Or make it optional in HubSpot (Settings → Objects → create form).`;
  const byAdmin = missing.map((property) =>
    warning({ code: 'required-not-mapped', place: `${place}.${property}`, message: `The portal requires ${property} of new ${source.objectType}, and no column of ${source.sourceObject} feeds it: ${counted(source.rowCount, 'row')} would be skipped unless matched.`, remedy: remedy(property), count: source.rowCount }),
  );
  const filled = Object.fromEntries([...fed, ...required].map((property) => [property, 'x']));
  return missingRequired(source.objectType, filled, required) === null
    ? byAdmin
    : [...byAdmin, warning({ code: 'minimum-not-mapped', place, message: `HubSpot makes no ${source.objectType} without ${MINIMUM_WORDS[source.objectType]}, and no column of ${source.sourceObject} feeds that: ${counted(source.rowCount, 'row')} would be skipped unless matched.`, remedy: 'Export that column, or map another one to it.', count: source.rowCount })];
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
