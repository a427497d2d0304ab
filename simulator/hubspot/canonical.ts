import { createHash } from 'node:crypto';
import type { CanonicalDump, Fingerprint } from '../control-plane';
import { valueIn } from './compact-values';
import type { AssociationType } from './association-store';
import { findObjectType } from './object-types';
import { isReadOnly, type Portal, type PortalObject } from './portal';
import { countRecords } from './load-portal';
import { stagesInOrder } from './pipelines';
import { liveEntries, type StoredRecord } from './record-store';

/** Migration keys that name a record when the caller gives none. */
export const DEFAULT_KEYS: readonly string[] = ['salesforce_id', 'pipedrive_id', 'copper_id', 'source_crm_id'];
const STAMP = 'migration_provenance';
/** Written by whoever may, but it tells when, not what. */
const TIMESTAMPS = ['createdate'];

/** Same portal, same digest: live records with ids and writable values, associations with all types, live schema. See `docs/`. */
export function fingerprint(portal: Portal): Fingerprint {
  const hash = createHash('sha256');
  const add = (line: unknown): void => void hash.update(`${JSON.stringify(line)}\n`);
  for (const object of portal.objects.values()) {
    for (const record of object.records.inOrder()) {
      if (record.archivedMs === 0) add([object.type.objectTypeId, record.id, Object.entries(writableValues(portal, object, record))]);
    }
  }
  const pairs = livePairs(portal).map(({ fromTypeId, fromId, toTypeId, toId, types }) =>
    JSON.stringify([fromTypeId, fromId, toTypeId, toId, types.map(({ category, typeId }) => [category, typeId])]),
  );
  for (const pair of pairs.sort()) add(pair);
  add(schemaOf(portal, 'all'));
  return { sha256: hash.digest('hex'), records: countRecords(portal), associations: pairs.length };
}

/** The portal without ids and timestamps, records named by source id, else natural key, else id. See `docs/`. */
export function canonicalDump(portal: Portal, keys: readonly string[]): CanonicalDump {
  const names = new Map<StoredRecord, string>();
  const records: Record<string, Record<string, Record<string, string>>> = {};
  for (const object of portal.objects.values()) {
    const named = nameRecords(portal, object, keys);
    if (named.length === 0) continue;
    records[object.type.plural] = Object.fromEntries(named.map(({ name, values }) => [name, values]));
    for (const { record, name } of named) names.set(record, name);
  }
  const associations: Record<string, { from: string; to: string; types: string[] }[]> = {};
  for (const { fromTypeId, fromId, toTypeId, toId, types } of livePairs(portal)) {
    const [from, to] = [nameOf(portal, names, fromTypeId, fromId), nameOf(portal, names, toTypeId, toId)];
    const key = `${findObjectType(fromTypeId)?.plural}-${findObjectType(toTypeId)?.plural}`;
    // Between records of one type the direction is chosen by name, as ids differ from run to run.
    const turned = fromTypeId === toTypeId && from > to;
    const seen = turned ? types.map((type) => portal.associations.inverse(type)) : types;
    (associations[key] ??= []).push({ from: turned ? to : from, to: turned ? from : to, types: seen.map(typeName).sort() });
  }
  for (const pairs of Object.values(associations)) pairs.sort((a, b) => compare(`${a.from}\n${a.to}`, `${b.from}\n${b.to}`));
  return { records, associations: sortedByName(associations), schema: schemaOf(portal, 'custom') };
}

interface Pair {
  readonly fromTypeId: string;
  readonly fromId: number;
  readonly toTypeId: string;
  readonly toId: number;
  readonly types: readonly AssociationType[];
}

function livePairs(portal: Portal): Pair[] {
  const isLive = (typeId: string, id: number): boolean => portal.objects.get(typeId)?.records.get(id)?.archivedMs === 0;
  return [...portal.associations.allPairs()].filter(({ fromTypeId, fromId, toTypeId, toId }) => isLive(fromTypeId, fromId) && isLive(toTypeId, toId));
}

function writableValues(portal: Portal, object: PortalObject, record: StoredRecord): Record<string, string> {
  const writable = liveEntries(record).filter(([name]) => {
    const property = object.registry.live(name);
    return property !== undefined && !isReadOnly(portal, property) && !TIMESTAMPS.includes(name);
  });
  return Object.fromEntries(writable.sort(([a], [b]) => compare(a, b)));
}

/** Records of one name (twins without a key) are told apart by a number, in the order of their values. */
function nameRecords(portal: Portal, object: PortalObject, keys: readonly string[]): { record: StoredRecord; name: string; values: Record<string, string> }[] {
  const named = [...object.records.inOrder()]
    .filter(({ archivedMs }) => archivedMs === 0)
    .map((record) => {
      const values = writableValues(portal, object, record);
      const stamp = values[STAMP];
      if (stamp !== undefined) values[STAMP] = stamp.slice(stamp.lastIndexOf(':') + 1);
      const name = [...keys, ...object.type.naturalKeys].map((key) => valueIn(record.values, key)).find((value) => value !== undefined) ?? String(record.id);
      return { record, name, values };
    })
    .sort((a, b) => compare(a.name, b.name) || compare(JSON.stringify(a.values), JSON.stringify(b.values)));
  let twin = 1;
  return named.map((item, place) => {
    twin = named[place - 1]?.name === item.name ? twin + 1 : 1;
    return twin === 1 ? item : { ...item, name: `${item.name} #${twin}` };
  });
}

function nameOf(portal: Portal, names: ReadonlyMap<StoredRecord, string>, typeId: string, id: number): string {
  const record = portal.objects.get(typeId)?.records.get(id);
  return (record && names.get(record)) ?? String(id);
}

/** Labels by name, as their type ids are given out in the order in which labels are made. */
function typeName({ category, typeId, label, name }: AssociationType): string {
  return category === 'USER_DEFINED' ? `label ${name}: ${label ?? ''}` : String(typeId);
}

/** Live properties, groups, pipelines, stages and labels, without timestamps. `custom`: only what is not the vendor's own. */
function schemaOf(portal: Portal, which: 'all' | 'custom'): unknown {
  const byType = [...portal.objects.values()].map(({ type, registry, pipelines }) => {
    const properties = registry
      .liveProperties()
      .filter(({ hubspotDefined }) => which === 'all' || !hubspotDefined)
      .map(({ name, label, type: valueType, fieldType, groupName, description, options, hasUniqueValue, hidden, formField, displayOrder }) => ({
        name,
        label,
        type: valueType,
        fieldType,
        groupName,
        description: which === 'all' ? description : '',
        options,
        hasUniqueValue,
        hidden,
        formField,
        displayOrder,
      }))
      .sort((a, b) => compare(a.name, b.name));
    const groups = [...registry.groups.values()]
      .filter(({ archived }) => !archived)
      .map(({ name, label }) => ({ name, label }))
      .sort((a, b) => compare(a.name, b.name));
    const lanes = pipelines.inOrder().map((pipeline) => ({
      id: pipeline.id,
      label: pipeline.label,
      stages: stagesInOrder(pipeline).map(({ id, label, displayOrder, metadata }) => ({ id, label, displayOrder, metadata: sortedByName(metadata) })),
    }));
    return [type.plural, { properties, groups, pipelines: lanes.sort((a, b) => compare(a.id, b.id)) }] as const;
  });
  const labels = portal.associations
    .allTypes()
    .filter(({ category }) => category === 'USER_DEFINED')
    .map(({ fromTypeId, toTypeId, name, label, typeId }) => ({ fromTypeId, toTypeId, name, label, ...(which === 'all' ? { typeId } : {}) }))
    .sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b)));
  return { objectTypes: Object.fromEntries(byType), labels };
}

function sortedByName<T>(members: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(members).sort(([a], [b]) => compare(a, b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
