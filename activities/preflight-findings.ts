/** Gathers what the preflight looks at: headings and counts of the source, its mapping compiled against the portal, users, and the portal's limits. */
import type { CallContext, SourceConnector, TargetReader } from '../connectors/connector';
import { RESERVED_PROPERTIES } from '../domain/bookkeeping-properties';
import { compileMapping } from '../domain/compile-mapping';
import type { Finding } from '../domain/finding';
import type { MigrationDefinition } from '../domain/migration-definition.schema';
import { OBJECT_TYPES } from '../domain/object-type';
import type { ObjectType } from '../domain/object-type';
import type { PortalSnapshot } from '../domain/portal-snapshot.schema';
import { unknownNameColumns } from '../domain/name-links';
import { preflight } from '../domain/preflight/preflight';
import type { PreflightSource } from '../domain/preflight/preflight-input';
import { SALESFORCE_PRESETS } from '../domain/presets/salesforce';
import { unknownDateColumns } from '../domain/source-columns';
import type { SourceInspection } from '../domain/source-inspection';
import { unknownNulls } from '../domain/unknown-nulls';
import { hasPersonAccounts, isNamed, mistakesOfAll, sourceColumns, unreadCustomColumns } from './open-scope';

export interface PreflightCollaborators {
  readonly target: TargetReader;
  readonly openSource: (definition: MigrationDefinition) => SourceConnector;
}

/** Mistakes in the mapping, and whatever else can be told without reading a record. */
export async function findPreflight({ target, openSource }: PreflightCollaborators, definition: MigrationDefinition, inspection: SourceInspection, snapshot: PortalSnapshot, call: CallContext): Promise<readonly Finding[]> {
  const { sources, mistakes } = compileSources(definition, inspection, snapshot);
  const written = OBJECT_TYPES.filter((objectType) => sources.some((source) => source.objectType === objectType && source.rowCount > 0));
  const [limits, userEmails, writeRefused] = await Promise.all([target.readLimits(call), readUserEmails(openSource(definition), inspection, call.signal), snapshot.scopes === null ? findUnwritable(target, written, call) : []]);
  return [...mistakes, ...preflight({ definition, inspection, snapshot, limits, sources, writeRefused, userEmails })];
}

async function findUnwritable(target: TargetReader, objectTypes: readonly ObjectType[], call: CallContext): Promise<readonly ObjectType[]> {
  const may = await Promise.all(objectTypes.map((objectType) => target.mayWrite(objectType, call)));
  return objectTypes.filter((_, at) => may[at] === false);
}

/** Column → filled cells, for each object of the export, over all its files. */
export function filledColumns({ objects }: SourceInspection): Readonly<Record<string, Readonly<Record<string, number>>>> {
  return Object.fromEntries(
    objects.map(({ object, files }) => {
      const filled: Record<string, number> = {};
      for (const { name, filledCount } of files.flatMap(({ columns }) => columns)) {
        filled[name] = (filled[name] ?? 0) + filledCount;
      }
      return [object, filled];
    }),
  );
}

export const rowCountOf = ({ objects }: SourceInspection, object: string): number => objects.find((each) => each.object === object)?.files.reduce((sum, { rowCount }) => sum + rowCount, 0) ?? 0;

/** As the plan does it, but for the types of custom columns, which the values decide. */
function compileSources(definition: MigrationDefinition, inspection: SourceInspection, snapshot: PortalSnapshot): { readonly sources: readonly PreflightSource[]; readonly mistakes: readonly Finding[] } {
  const filled = filledColumns(inspection);
  const isThere = (sourceObject: string): boolean => sourceObject in filled || (sourceObject === 'Contact' && hasPersonAccounts(filled));
  const compiled = snapshot.objects.map((portal) => {
    const rules = definition.objects[portal.objectType];
    const named = SALESFORCE_PRESETS.filter(({ objectType, sourceObject }) => objectType === portal.objectType && isNamed(rules.from, sourceObject));
    const presets = named.filter(({ sourceObject }) => isThere(sourceObject));
    const siblings = Object.fromEntries(presets.filter(({ sourceObject }) => sourceObject in filled).map(({ sourceObject }) => [sourceObject, sourceColumns(sourceObject, filled)]));
    const nulls = unknownNulls({ mapping: rules, portal, presets: named, columns: Object.values(siblings).flatMap(Object.keys), reserved: RESERVED_PROPERTIES });
    const compiledSources = presets.map((preset) => {
      const { objectType, sourceObject } = preset;
      const columns = sourceColumns(sourceObject, filled);
      const { compiled: mapping, readColumns, findings } = compileMapping({ preset, mapping: rules, portal, filled: columns, siblings, objects: filled, source: definition.source, reserved: RESERVED_PROPERTIES });
      const custom = rules.customColumns === 'create' ? unreadCustomColumns(sourceObject, filled, readColumns).map(({ column }) => column) : [];
      return { source: { objectType, sourceObject, rowCount: rowCountOf(inspection, sourceObject), filled: columns, mapping, custom }, findings: sourceObject in filled ? findings : [] };
    });
    return { nulls, compiledSources };
  });
  const columns = Object.fromEntries(Object.entries(filled).map(([object, own]) => [object, Object.keys(own)]));
  return {
    sources: compiled.flatMap(({ compiledSources }) => compiledSources.map(({ source }) => source)),
    mistakes: [...unknownNameColumns(definition.source.objects, columns), ...unknownDateColumns(definition.source.dateFormats, columns), ...compiled.flatMap(({ nulls, compiledSources }) => [...nulls, ...mistakesOfAll(compiledSources.map(({ findings }) => findings))])],
  };
}

/** Users are few: a company has thousands at most. Null without a file of users that has addresses. */
async function readUserEmails(source: SourceConnector, { objects }: SourceInspection, signal: AbortSignal): Promise<readonly string[] | null> {
  const users = objects.find(({ object, files }) => object === 'User' && files.some(({ columns }) => columns.some(({ name, filledCount }) => name === 'Email' && filledCount > 0)));
  if (users === undefined) {
    return null;
  }
  const emails: string[] = [];
  for await (const { records } of source.read(users, null, signal)) {
    emails.push(...records.flatMap(({ values: { Email } }) => (Email === null || Email === undefined ? [] : [Email.trim().toLowerCase()])));
  }
  return emails;
}
