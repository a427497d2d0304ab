import type { SimulatorClock } from '../clock';
import type { PortalDefinition, PortalLoaded, RecordReference } from '../control-plane';
import { createSeededRandom } from '../seeded-random';
import { associate, readTypes } from './association-writes';
import { VendorError } from './errors';
import { insertRecord } from './object-writes';
import { createPortal, objectOf, takeRecordId, uniqueNormaliser, type Portal, type PortalObject } from './portal';
import { completeOption } from './property-registry';
import { DEFAULT_SWITCHES, withSwitches } from './switches';
import { createTokens, DEFAULT_TOKEN } from './tokens';
import type { StoredRecord } from './record-store';

const DEFAULT_PORTAL_ID = 1_234_567;
/** What a portal holds before anyone works on it came in through an import, as property history would say. */
const LOADED_BY = { sourceType: 'IMPORT', sourceId: 'portal-definition' };

/** A portal as defined, from scratch. @throws VendorError or Error naming what in the definition is wrong */
export function loadPortal(definition: PortalDefinition, clock: SimulatorClock, seed: number): { portal: Portal; loaded: PortalLoaded } {
  const portal = createPortal({
    settings: {
      portalId: definition.portalId ?? DEFAULT_PORTAL_ID,
      portalName: definition.portalName ?? 'Simulated portal',
      timeZone: definition.timeZone ?? 'US/Eastern',
      accountType: definition.accountType ?? 'STANDARD',
      companyCurrency: definition.companyCurrency ?? 'USD',
      additionalCurrencies: definition.currencies ?? [],
    },
    clock,
    random: createSeededRandom(seed),
    tokens: createTokens(definition.tokens ?? [{ token: DEFAULT_TOKEN, scopes: 'all' }]),
    rules: definition.rules ?? {},
    switches: withSwitches(DEFAULT_SWITCHES, definition.switches ?? {}),
  });
  loadSchema(portal, definition);
  for (const owner of definition.owners ?? []) portal.owners.set(owner.id, owner);
  const ids = loadRecords(portal, definition);
  loadAssociations(portal, definition, ids);
  return { portal, loaded: { portalId: portal.settings.portalId, records: countRecords(portal), associations: [...portal.associations.allPairs()].length, ids } };
}

export function countRecords(portal: Portal): Record<string, number> {
  return Object.fromEntries([...portal.objects.values()].filter(({ records }) => records.count > 0).map(({ type, records }) => [type.plural, records.count]));
}

function loadSchema(portal: Portal, definition: PortalDefinition): void {
  const nowMs = portal.clock.nowMs();
  for (const [alias, groups] of Object.entries(definition.groups ?? {})) {
    groups.forEach(({ name, label }, displayOrder) => objectOf(portal, alias).registry.groups.set(name, { name, label, displayOrder, archived: false }));
  }
  for (const [alias, properties] of Object.entries(definition.properties ?? {})) {
    const { registry, records } = objectOf(portal, alias);
    for (const property of properties) {
      const hubspotDefined = registry.properties.get(property.name)?.hubspotDefined ?? false;
      registry.define({ ...property, options: property.options?.map(completeOption) }, { hubspotDefined, atMs: nowMs });
      if (property.hasUniqueValue) records.declareUnique(property.name, uniqueNormaliser(portal));
    }
  }
  for (const [alias, pipelines] of Object.entries(definition.pipelines ?? {})) {
    for (const pipeline of pipelines) objectOf(portal, alias).pipelines.define(pipeline, nowMs);
  }
  for (const { from, to, name, label, inverseLabel } of definition.labels ?? []) {
    portal.associations.addLabel({ fromTypeId: objectOf(portal, from).type.objectTypeId, toTypeId: objectOf(portal, to).type.objectTypeId, name, label, inverseLabel });
  }
}

/** Values are taken as given, read-only ones too: a definition says what is there. */
function loadRecords(portal: Portal, definition: PortalDefinition): Record<string, string> {
  const ids: Record<string, string> = {};
  const given = Object.values(definition.records ?? {}).flatMap((records) => records.map(({ id }) => Number(id ?? 0)));
  portal.nextRecordId = given.reduce((highest, id) => Math.max(highest, id + 1), portal.nextRecordId);
  for (const [alias, records] of Object.entries(definition.records ?? {})) {
    const object = objectOf(portal, alias);
    for (const { id, ref, properties, createdAt, archived } of records) {
      const unknown = Object.keys(properties).find((name) => !object.registry.live(name));
      if (unknown !== undefined) throw new VendorError(400, { message: `records.${alias}: there is no property ${unknown}` });
      const record = insertRecord(portal, object, new Map(Object.entries(properties)), LOADED_BY, {
        id: id === undefined ? takeRecordId(portal) : Number(id),
        ...(createdAt === undefined ? {} : { createdMs: Date.parse(createdAt) }),
      });
      if (archived) object.records.archive(record, portal.clock.nowMs());
      if (ref !== undefined) ids[ref] = String(record.id);
    }
  }
  return ids;
}

function loadAssociations(portal: Portal, definition: PortalDefinition, ids: Readonly<Record<string, string>>): void {
  for (const association of definition.associations ?? []) {
    const [from, to] = [objectOf(portal, association.from.objectType), objectOf(portal, association.to.objectType)];
    const unlabelled = portal.associations.unlabelled(from.type.objectTypeId, to.type.objectTypeId);
    const types = association.types ? readTypes(portal, from, to, association.types) : unlabelled ? [unlabelled] : [];
    associate(portal, { from, fromRecord: resolve(from, association.from, ids), to, toRecord: resolve(to, association.to, ids) }, types, 'typed');
  }
}

function resolve(object: PortalObject, reference: RecordReference, ids: Readonly<Record<string, string>>): StoredRecord {
  const id = reference.id ?? ids[reference.ref ?? ''];
  const record = object.records.get(Number(id));
  if (!record) throw new VendorError(400, { message: `associations: there is no ${object.type.singular} ${reference.ref ?? reference.id ?? ''}` });
  return record;
}
