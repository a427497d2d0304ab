import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import type { MigrationDefinition } from './migration-definition.schema';
import type { OnlyId } from './only-ids';
import type { PlanSummary } from './plan-summary.schema';
import type { PortalSnapshot } from './portal-snapshot.schema';
import { SALESFORCE_PRESET_VERSION } from './presets/salesforce';

export type PlanParts = PlanSummary['parts'];
export type PlanPart = keyof PlanParts;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON with sorted keys and without members that are undefined: equal things have equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  }
  if (isRecord(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** SHA-256 (hex) of a value's canonical JSON. */
export const digestOf = (value: unknown): string => bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));

/** In an order that does not depend on how the portal lists them. */
const sorted = (items: readonly unknown[]): readonly unknown[] => [...items].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
const sortedLists = (value: object): object => Object.fromEntries(Object.entries(value).map(([key, member]) => [key, Array.isArray(member) ? sorted(member) : member]));

/**
 * What of a portal a plan stands on, without what changes from minute to minute (records, quota, time of reading), names that are for people alone, and the order in
 * which the portal lists things. What Portage made itself in an earlier start is part of it. A member that is new to the snapshot counts, until it is taken out here.
 * @param ownerEmails lower-case addresses of the source's users: owners whom no source record can name are nobody's business
 */
export function portalMatter(snapshot: PortalSnapshot, ownerEmails: ReadonlySet<string>) {
  const { portalName, scopes, takenAt, quota, objects, owners, ...settings } = snapshot;
  void [portalName, scopes, takenAt, quota];
  return {
    settings: sortedLists(settings),
    objects: objects.map(({ objectType, objectTypeId, hasRecords, customPropertyLimit, customPropertyCount, properties, pipelines, ...rules }) => {
      void [objectTypeId, hasRecords, customPropertyLimit, customPropertyCount];
      return {
        objectType,
        properties: sorted(properties.map((property) => sortedLists({ ...property, label: undefined, groupName: undefined }))),
        // The order of stages is what they mean.
        pipelines: sorted(pipelines),
        ...sortedLists(rules),
      };
    }),
    owners: sorted(owners.filter(({ archived, email }) => !archived && ownerEmails.has(email.toLowerCase())).map(({ id, email }) => ({ id, email: email.toLowerCase() }))),
  };
}

/** Schema and settings of the portal, and the owners that records may get. */
export const portalDigest = (snapshot: PortalSnapshot, ownerEmails: ReadonlySet<string>): string => digestOf(portalMatter(snapshot, ownerEmails));

/** The rules by which records are planned; where the files lie, the pace, the rollback window and who is told are none of them. A setting that is new counts, until it is taken out here. */
export function mappingMatter(definition: MigrationDefinition, only: readonly OnlyId[] | null) {
  const { source, quota, rollbackWindowDays, notify, ...rules } = definition;
  void [quota, rollbackWindowDays, notify];
  return { ...rules, source: { ...source, files: undefined }, only: only === null ? undefined : only.map(({ sourceId }) => sourceId).sort(), preset: SALESFORCE_PRESET_VERSION };
}

export const mappingDigest = (definition: MigrationDefinition, only: readonly OnlyId[] | null): string => digestOf(mappingMatter(definition, only));

export const planDigest = (parts: PlanParts): string => digestOf(parts);

const PARTS: readonly PlanPart[] = ['version', 'source', 'mapping', 'portal'];

/** The parts in which two plans differ, the ones first that make others differ. */
export const driftedParts = (expected: PlanParts, actual: PlanParts): readonly PlanPart[] => PARTS.filter((part) => expected[part] !== actual[part]);
