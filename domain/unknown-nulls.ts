/** Lines that take a property out of the mapping (`fax: null`), and name none: what they should hold back would be moved. */
import { isCustomColumn, propertyNameOf } from './custom-column';
import type { ObjectPreset } from './field-mapping';
import type { Finding } from './finding';
import { mappingError } from './mapping-error';
import type { ObjectMapping } from './migration-definition.schema';
import { nearestWord } from './nearest-word';
import type { PortalObject } from './portal-snapshot.schema';

export interface NullLines {
  readonly mapping: ObjectMapping;
  readonly portal: PortalObject;
  /** Of all source objects whose records become this type. */
  readonly presets: readonly ObjectPreset[];
  /** Columns of the same objects; custom ones become properties of like names. */
  readonly columns: readonly string[];
  readonly reserved: ReadonlySet<string>;
}

/** Columns that stay behind because the file takes out what they would become. */
export function heldBackColumns({ rules }: ObjectPreset, { properties }: ObjectMapping, columns: readonly string[]): ReadonlySet<string> {
  const isOut = (property: string): boolean => properties[property] === null;
  return new Set([...rules.filter(({ property }) => isOut(property)).flatMap((rule) => rule.columns), ...columns.filter((column) => isCustomColumn(column) && isOut(propertyNameOf(column, () => true)))]);
}

/** A property is known where the portal has it, where the preset writes it, or where a custom column would make it. */
export function unknownNulls({ mapping, portal, presets, columns, reserved }: NullLines): readonly Finding[] {
  const made = columns.filter(isCustomColumn).map((column) => propertyNameOf(column, () => true));
  const known = new Set([...portal.properties.map(({ name }) => name), ...presets.flatMap(({ rules }) => rules.map(({ property }) => property)), ...made]);
  return Object.entries(mapping.properties).flatMap(([property, given]) => {
    const place = `objects.${portal.objectType}.properties.${property}`;
    if (given === null && reserved.has(property)) {
      return [mappingError('reserved-property', place, `${property} is written by the migration itself.`, 'Take it out of the mapping.')];
    }
    // A custom column whose name the portal has already for something else gets the ending.
    if (given !== null || known.has(property) || known.has(property.replace(/_salesforce(_\d+)?$/, ''))) {
      return [];
    }
    const nearest = nearestWord(property, known);
    return [mappingError('unknown-property', place, `Nothing becomes a property ${property} of ${portal.objectType}, so that this line holds nothing back.`, nearest === null ? 'Correct the name: portage plan names the property that each column becomes.' : `Did you mean ${nearest}?`)];
  });
}
