import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import type { MigrationDefinition } from './migration-definition.schema';
import type { OnlyId } from './only-ids';
import type { PlanSummary } from './plan-summary.schema';
import type { PortalObject, PortalProperty, PortalSnapshot } from './portal-snapshot.schema';
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
function sorted(items: readonly unknown[]): readonly unknown[] {
  const keyed = items.map((item) => ({ key: canonicalJson(item), item }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ item }) => item);
}
const sortedLists = (value: object): Members => Object.fromEntries(Object.entries(value).map(([key, member]) => [key, Array.isArray(member) ? sorted(member) : member]));
const without = (value: object, names: ReadonlySet<string>): Members => Object.fromEntries(Object.entries(value).filter(([name]) => !names.has(name)));

type Members = Readonly<Record<string, unknown>>;

// A member that is new to one of these shapes counts for the digest, until it is named here.

/** What changes from minute to minute, names that are for people alone, and what is compared apart. */
const NO_SETTINGS: ReadonlySet<string> = new Set<keyof PortalSnapshot>(['portalName', 'scopes', 'takenAt', 'quota', 'objects', 'owners']);
const NO_RULES: ReadonlySet<string> = new Set<keyof PortalObject>(['objectType', 'objectTypeId', 'hasRecords', 'customPropertyLimit', 'customPropertyCount', 'properties', 'pipelines']);
const NO_PROPERTY_MATTER: ReadonlySet<string> = new Set<keyof PortalProperty>(['label', 'groupName']);
/** The pace, the rollback window and who is told say nothing of how a record is planned. */
const NO_MAPPING: ReadonlySet<string> = new Set<keyof MigrationDefinition>(['quota', 'rollbackWindowDays', 'notify', 'source']);
/** Where the files lie: the same export in another place is the same source. */
const NO_SOURCE: ReadonlySet<string> = new Set<keyof MigrationDefinition['source']>(['files']);

/**
 * What of a portal a plan stands on: neither records nor quota, nor the order in which the portal lists things. What Portage made itself in an earlier start is part of it.
 * @param ownerEmails lower-case addresses of the source's users: owners whom no source record can name are nobody's business
 */
export function portalMatter(snapshot: PortalSnapshot, ownerEmails: ReadonlySet<string>) {
  return {
    settings: sortedLists(without(snapshot, NO_SETTINGS)),
    objects: snapshot.objects.map((object) => ({
      objectType: object.objectType,
      properties: sorted(object.properties.map((property) => sortedLists(without(property, NO_PROPERTY_MATTER)))),
      // The order of stages is what they mean.
      pipelines: sorted(object.pipelines),
      rules: sortedLists(without(object, NO_RULES)),
    })),
    owners: sorted(snapshot.owners.filter(({ archived, email }) => !archived && ownerEmails.has(email.toLowerCase())).map(({ id, email }) => ({ id, email: email.toLowerCase() }))),
  };
}

/** Schema and settings of the portal, and the owners that records may get. */
export const portalDigest = (snapshot: PortalSnapshot, ownerEmails: ReadonlySet<string>): string => digestOf(portalMatter(snapshot, ownerEmails));

/** The rules by which records are planned. */
export function mappingMatter(definition: MigrationDefinition, only: readonly OnlyId[] | null) {
  return {
    rules: { ...without(definition, NO_MAPPING), source: without(definition.source, NO_SOURCE), preset: SALESFORCE_PRESET_VERSION },
    only: only === null ? null : only.map(({ sourceId }) => sourceId).sort(),
  };
}

export const mappingDigest = (definition: MigrationDefinition, only: readonly OnlyId[] | null): string => digestOf(mappingMatter(definition, only));

export const planDigest = (parts: PlanParts): string => digestOf(parts);

const PARTS: readonly PlanPart[] = ['version', 'source', 'mapping', 'portal'];

/** The parts in which two plans differ, the ones first that make others differ. */
export const driftedParts = (expected: PlanParts, actual: PlanParts): readonly PlanPart[] => PARTS.filter((part) => expected[part] !== actual[part]);
