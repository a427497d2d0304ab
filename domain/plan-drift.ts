/** What changed since a plan was made, in words for a person: names of files, settings and properties, never a value of a record. */
import type { Finding } from './finding';
import type { MigrationDefinition } from './migration-definition.schema';
import type { OnlyId } from './only-ids';
import { canonicalJson, mappingMatter, portalMatter } from './plan-digest';
import type { PlanPart } from './plan-digest';
import type { PortalSnapshot } from './portal-snapshot.schema';
import type { SourceFile, SourceInspection } from './source-inspection';

/** All that a plan is made of, beside the version of Portage. */
export interface PlanBasis {
  readonly inspection: SourceInspection;
  readonly definition: MigrationDefinition;
  readonly only: readonly OnlyId[] | null;
  readonly snapshot: PortalSnapshot;
  /** Lower-case addresses of the source's users. */
  readonly ownerEmails: ReadonlySet<string>;
}

/** Exit code of the command line for a plan that is refused or drifted. */
export const DRIFT_EXIT_CODE = 5;

/** A finding names so many changes; the rest is counted. */
const MOST_NAMED = 12;

const WHAT: Readonly<Record<PlanPart, string>> = { version: 'the version of Portage', source: 'the source', mapping: 'the mapping', portal: "the portal's schema or settings" };
const REMEDIES: Readonly<Record<PlanPart, string>> = {
  version: 'Plan again with this version and start with the new digest, or start with the version that made the plan.',
  source: 'Put the files back as they were, or plan again, look at what changed, and start with the new digest.',
  mapping: 'Take the changes back, or plan again, look at what changed, and start with the new digest.',
  portal: 'Put it back as it was, or plan again, look at what changed, and start with the new digest.',
};

/** @param both what the plan was made of and what it would be made of now; null where the first is not known any more */
export function driftFinding(part: PlanPart, both: { readonly before: PlanBasis; readonly now: PlanBasis } | null): Finding {
  const changes = both === null ? [] : changesOf(part, both.before, both.now);
  const named = changes.slice(0, MOST_NAMED).join('; ');
  const rest = changes.length > MOST_NAMED ? `; and ${changes.length - MOST_NAMED} more` : '';
  return {
    code: `drift-${part}`,
    severity: 'error',
    place: part,
    message: `Since the plan was made, ${WHAT[part]} changed${changes.length === 0 ? '' : `: ${named}${rest}`}.`,
    remedy: REMEDIES[part],
    count: Math.max(1, changes.length),
    exitCode: DRIFT_EXIT_CODE,
  };
}

function changesOf(part: PlanPart, before: PlanBasis, now: PlanBasis): readonly string[] {
  switch (part) {
    case 'version':
      return [];
    case 'source':
      return sourceChanges(before.inspection, now.inspection);
    case 'mapping':
      return mappingChanges(before, now);
    case 'portal':
      return portalChanges(before, now);
  }
}

type Named = ReadonlyMap<string, unknown>;

/** `words` of each name whose thing is new, gone or another. */
function compared(before: Named, now: Named, words: (name: string, how: 'is new' | 'is gone' | 'changed') => string): readonly string[] {
  return [...new Set([...before.keys(), ...now.keys()])].sort().flatMap((name) => {
    const how = !before.has(name) ? 'is new' : !now.has(name) ? 'is gone' : canonicalJson(before.get(name)) === canonicalJson(now.get(name)) ? null : 'changed';
    return how === null ? [] : [words(name, how)];
  });
}

export function sourceChanges(before: SourceInspection, now: SourceInspection): readonly string[] {
  const filesOf = (inspection: SourceInspection) => new Map(inspection.objects.flatMap(({ object, files }) => files.map((file): readonly [string, SourceFile] => [`${file.name} (${object})`, file])));
  const [one, other] = [filesOf(before), filesOf(now)];
  const digests = (files: typeof one): Named => new Map([...files].map(([name, { digest }]) => [name, digest]));
  return compared(digests(one), digests(other), (name, how) => {
    const [rowsBefore, rowsNow] = [one.get(name)?.rowCount, other.get(name)?.rowCount];
    return how === 'changed' && rowsBefore !== rowsNow ? `${name} has ${rowsNow ?? 0} rows in place of ${rowsBefore ?? 0}` : `${name} ${how}`;
  });
}

/** A setting by its path; below a property only that property, because what follows are values of the source. */
const SETTING_DEPTH = 5;

export function mappingChanges(before: Pick<PlanBasis, 'definition' | 'only'>, now: Pick<PlanBasis, 'definition' | 'only'>): readonly string[] {
  const settingsOf = ({ definition, only }: Pick<PlanBasis, 'definition' | 'only'>): Named => {
    const { rules, only: ids } = mappingMatter(definition, only);
    return new Map<string, unknown>([...leaves(rules, []), ...(ids === null ? [] : [['the list of --only', ids] as const])]);
  };
  return [...new Set(compared(settingsOf(before), settingsOf(now), (path, how) => `${path.split('.').slice(0, SETTING_DEPTH).join('.')} ${how}`))];
}

function leaves(value: unknown, path: readonly string[]): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value === undefined ? [] : [[path.join('.'), value]];
  }
  return Object.entries(value).flatMap(([key, member]) => leaves(member, [...path, key]));
}

const SETTING_WORDS: Readonly<Record<string, string>> = { portalId: 'another portal', accountType: 'account type', timeZone: 'time zone', currency: 'currency', additionalCurrencies: 'further currencies' };

export function portalChanges(before: Pick<PlanBasis, 'snapshot' | 'ownerEmails'>, now: Pick<PlanBasis, 'snapshot' | 'ownerEmails'>): readonly string[] {
  const [one, other] = [before, now].map(({ snapshot, ownerEmails }) => portalMatter(snapshot, ownerEmails));
  if (one === undefined || other === undefined) {
    return [];
  }
  const settings = compared(new Map(Object.entries(one.settings)), new Map(Object.entries(other.settings)), (name, how) => `${SETTING_WORDS[name] ?? name} ${how}`);
  const types = [...new Set([...one.objects, ...other.objects].map(({ objectType }) => objectType))];
  const objects = types.flatMap((type) => {
    const [was, is] = [one, other].map((matter) => matter.objects.find(({ objectType }) => objectType === type));
    if (was === undefined || is === undefined) {
      return [`${type} ${was === undefined ? 'is new' : 'is gone'}`];
    }
    return [
      ...compared(byMember(was.properties, 'name'), byMember(is.properties, 'name'), (name, how) => `${type}: property ${name} ${how}${how === 'changed' ? membersThatDiffer(was.properties, is.properties, name) : ''}`),
      ...compared(byMember(was.pipelines, 'id'), byMember(is.pipelines, 'id'), (id, how) => `${type}: pipeline ${id} ${how}`),
      ...Object.entries(is.rules).flatMap(([member, list]) => listChanges(type, member, was.rules[member], list)),
    ];
  });
  const owners = compared(byMember(one.owners, 'id'), byMember(other.owners, 'id'), (id, how) => `owner ${id} ${how}`);
  return [...settings, ...objects, ...owners];
}

const RULE_WORDS: Readonly<Record<string, string>> = { groups: 'property group', requiredOnCreate: 'required on create', validationRules: 'validation rule', conditionalRequired: 'conditionally required' };

/** Of each entry its property, or what else it is told by. */
function listChanges(type: string, member: string, before: unknown, now: unknown): readonly string[] {
  const named = (list: unknown): Named => new Map((Array.isArray(list) ? list : []).map((entry) => [canonicalJson(entry), entry]));
  const word = RULE_WORDS[member] ?? member;
  return compared(named(before), named(now), (entry, how) => `${type}: ${word} ${nameOf(entry)} ${how}`);
}

function nameOf(entry: string): string {
  const parsed: unknown = JSON.parse(entry);
  if (typeof parsed !== 'object' || parsed === null) {
    return String(parsed);
  }
  const when = memberOf(parsed, 'when') ?? parsed;
  return [memberOf(when, 'property'), memberOf(parsed, 'ruleType')].filter((part) => typeof part === 'string').join(' ');
}

const memberOf = (value: unknown, name: string): unknown => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined);
const byMember = (items: readonly unknown[], member: string): Named => new Map(items.map((item) => [String(memberOf(item, member)), item]));

/** ` (options, readOnly)` */
function membersThatDiffer(before: readonly unknown[], now: readonly unknown[], name: string): string {
  const [was, is] = [before, now].map((items) => byMember(items, 'name').get(name));
  const names = typeof is === 'object' && is !== null ? Object.keys(is).filter((member) => canonicalJson(memberOf(was, member)) !== canonicalJson(memberOf(is, member))) : [];
  return names.length === 0 ? '' : ` (${names.join(', ')})`;
}
