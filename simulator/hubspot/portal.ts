import type { OwnerDefinition, PortalRules, Switches } from '../control-plane';
import type { SimulatorClock } from '../clock';
import type { SeededRandom } from '../seeded-random';
import { AssociationStore } from './association-store';
import { VendorError } from './errors';
import { findObjectType, OBJECT_TYPES, type ObjectTypeDefinition } from './object-types';
import { PipelineStore } from './pipelines';
import { PropertyRegistry, type Property } from './property-registry';
import { RecordStore, type StoredRecord } from './record-store';
import type { Token } from './tokens';

export interface PortalSettings {
  readonly portalId: number;
  readonly portalName: string;
  readonly timeZone: string;
  readonly accountType: string;
  readonly companyCurrency: string;
  readonly additionalCurrencies: readonly string[];
}

/** One object type of this portal, with all that is kept for it. */
export interface PortalObject {
  readonly type: ObjectTypeDefinition;
  readonly records: RecordStore;
  readonly registry: PropertyRegistry;
  readonly pipelines: PipelineStore;
}

export interface NewRecord {
  readonly object: PortalObject;
  readonly record: StoredRecord;
}

/** Everything a portal remembers. Plain state: what may be done to it stands in the files beside this one. */
export interface Portal {
  readonly settings: PortalSettings;
  readonly clock: SimulatorClock;
  readonly random: SeededRandom;
  readonly objects: ReadonlyMap<string, PortalObject>;
  readonly associations: AssociationStore;
  readonly owners: Map<string, OwnerDefinition>;
  tokens: ReadonlyMap<string, Token>;
  rules: PortalRules;
  switches: Switches;
  /** Created by the call under way: what the portal itself does to them comes after its answer. */
  readonly newRecords: NewRecord[];
  nextRecordId: number;
  nextPipelineId: number;
}

/** Ids of a fresh portal start here; they only grow. */
const FIRST_RECORD_ID = 100_000_001;

export function createPortal(parts: Pick<Portal, 'settings' | 'clock' | 'random' | 'tokens' | 'rules' | 'switches'>): Portal {
  const objects = new Map<string, PortalObject>(
    OBJECT_TYPES.map((type) => [
      type.objectTypeId,
      { type, records: new RecordStore(), registry: new PropertyRegistry(type.plural), pipelines: new PipelineStore(type.plural) },
    ]),
  );
  objects.get('0-1')?.records.declareUnique('email', (value) => value.trim().toLowerCase(), 'hs_additional_emails');
  return {
    ...parts,
    objects,
    associations: new AssociationStore(),
    owners: new Map(),
    newRecords: [],
    nextRecordId: FIRST_RECORD_ID,
    nextPipelineId: 700_000_001,
  };
}

/** @throws VendorError 400 for a type that the portal does not have, as the vendor infers it from the path */
export function objectOf(portal: Portal, alias: string): PortalObject {
  const object = portal.objects.get(findObjectType(alias)?.objectTypeId ?? '');
  if (!object) throw new VendorError(400, { message: `Unable to infer object type from: ${alias}`, category: 'VALIDATION_ERROR' });
  return object;
}

export function takeRecordId(portal: Portal): number {
  return portal.nextRecordId++;
}

/** Options that a value may be taken from: pipelines, stages and currencies are the portal's, all others the property's own. */
export function optionsOf(portal: Portal, object: PortalObject, property: Property): readonly { readonly value: string; readonly label: string }[] {
  const { type, pipelines } = object;
  if (property.name === type.pipelineProperty) return pipelines.inOrder().map(({ id, label }) => ({ value: id, label }));
  if (property.name === type.stageProperty) return pipelines.stages().map(({ id, label }) => ({ value: id, label }));
  if (property.name === 'deal_currency_code') {
    return [portal.settings.companyCurrency, ...portal.settings.additionalCurrencies].map((code) => ({ value: code, label: code }));
  }
  return property.options;
}

export function isReadOnly(portal: Portal, property: Property): boolean {
  if (property.name === 'createdate' && portal.switches.createdateWritable) return false;
  return property.readOnlyValue || property.calculated;
}

/** How values of a custom unique property are told apart. */
export function uniqueNormaliser(portal: Portal): (value: string) => string {
  return (value) => (portal.switches.uniqueValuesIgnoreCase ? value.toLowerCase() : value);
}
