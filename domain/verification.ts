/** What a record should look like in the portal after the run, and how far it does. */
import type { NullableValues, PortalRecord, Values } from './batch-state';
import type { BatchKind } from './planned-record';
import { STAMP_PROPERTY, stampOf } from './provenance';
import { meansTheSame } from './value-comparison';

export interface WrittenRecord {
  readonly ordinal: number;
  readonly sourceId: string;
  readonly kind: BatchKind;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  readonly targetId: string;
  readonly properties: Values;
  readonly preImage: NullableValues | null;
  readonly postImage: NullableValues | null;
}

export interface CellDifference {
  readonly property: string;
  readonly expected: string;
  readonly found: string | null;
}

/**
 * Every property that the run wrote, key and stamp included: of a created record all that was planned, of an updated one what the plan's rule let through right before the
 * send (its post-image names it), of one left unchanged what was planned.
 */
export function expectedValues(record: WrittenRecord, run: string, keyProperty: string): Values {
  const key = { [keyProperty]: record.properties[keyProperty] ?? record.sourceId };
  switch (record.outcome) {
    case 'created':
      return { ...record.properties, ...key, [STAMP_PROPERTY]: stampOf(run, 'c') };
    case 'updated': {
      const written = Object.keys(record.postImage ?? {});
      const planned = Object.fromEntries(Object.entries(record.properties).filter(([name]) => written.includes(name)));
      return { ...planned, ...key, [STAMP_PROPERTY]: stampOf(run, 'm') };
    }
    case 'unchanged':
      return { ...record.properties, ...key };
  }
}

/** Properties of a matched record that were written over what stood there, key and stamp left out. */
export function overwritingProperties({ outcome, postImage }: WrittenRecord, keyProperty: string): readonly string[] {
  return outcome === 'updated' ? Object.keys(postImage ?? {}).filter((name) => name !== keyProperty && name !== STAMP_PROPERTY) : [];
}

export function differencesOf(expected: Values, found: PortalRecord, propertyTypes: Values): readonly CellDifference[] {
  return Object.entries(expected)
    .filter(([name, value]) => !meansTheSame({ name, type: propertyTypes[name] ?? 'string' }, value, found.properties[name]))
    .map(([property, value]) => ({ property, expected: value, found: found.properties[property] ?? null }));
}
