import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import type { MigrationDefinition } from './migration-definition.schema';
import type { PlanSummary } from './plan-summary.schema';
import type { PortalSnapshot } from './portal-snapshot.schema';
import { SALESFORCE_PRESET_VERSION } from './presets/salesforce';

export type PlanParts = PlanSummary['parts'];

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

const byName = <T extends { readonly name: string }>(items: readonly T[]): readonly T[] => [...items].sort((a, b) => (a.name < b.name ? -1 : 1));

/** Schema and settings of the portal, without its records, the time of reading and today's quota. What Portage made itself in an earlier start is part of it. */
export function portalDigest(snapshot: PortalSnapshot): string {
  const { portalId, accountType, timeZone, currency, additionalCurrencies, objects } = snapshot;
  return digestOf({
    portalId,
    accountType,
    timeZone,
    currency,
    additionalCurrencies: [...additionalCurrencies].sort(),
    objects: objects.map(({ objectType, properties, groups, pipelines, requiredOnCreate, conditionalRequired, validationRules }) => ({
      objectType,
      properties: byName(properties).map((property) => ({ ...property, label: undefined })),
      groups: [...groups].sort(),
      pipelines: [...pipelines].sort((a, b) => (a.id < b.id ? -1 : 1)),
      requiredOnCreate: [...requiredOnCreate].sort(),
      conditionalRequired: [...conditionalRequired].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1)),
      validationRules: [...validationRules].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1)),
    })),
  });
}

/** The rules by which records are planned; where the files lie, the pace and the rollback window are none of them. */
export function mappingDigest({ id, source, target, objects, owners, links, dateAt }: MigrationDefinition): string {
  return digestOf({ id, source: { ...source, files: undefined }, target, objects, owners, links, dateAt, preset: SALESFORCE_PRESET_VERSION });
}

export const planDigest = (parts: PlanParts): string => digestOf(parts);

/** The first part in which two plans differ; null when they are the same. */
export function driftedPart(expected: PlanParts, actual: PlanParts): keyof PlanParts | null {
  const order: readonly (keyof PlanParts)[] = ['version', 'source', 'mapping', 'portal'];
  return order.find((part) => expected[part] !== actual[part]) ?? null;
}
