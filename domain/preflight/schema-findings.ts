/** The migration key, unique slots and custom properties: what must be made, and whether there is room for it. */
import { assembleSchemaPlan, keyPropertyOf } from '../assemble-schema-plan';
import { BOOKKEEPING_PROPERTIES, KEY_PROPERTY, OTHER_KEY_PROPERTY } from '../bookkeeping-properties';
import { propertyNameOf } from '../custom-column';
import type { CreatedProperty } from '../field-mapping';
import type { Finding } from '../finding';
import { OBJECT_TYPES } from '../object-type';
import type { ObjectType } from '../object-type';
import { fedProperties, info, mistake, warning, type PreflightInput } from './preflight-input';

export interface SchemaForecast {
  /** Types of which a property or pipeline must be made, or an option may be. */
  readonly objectTypes: readonly ObjectType[];
  readonly findings: readonly Finding[];
}

/** The type is decided by the values; here it only counts that there is one. */
const AS_TEXT: CreatedProperty = { type: 'string', label: '', description: '' };

/** What the plan will make of properties is at most this: values may turn out not to be written. */
export function forecastSchema({ snapshot, sources }: PreflightInput): SchemaForecast {
  const keyProperty = keyPropertyOf(snapshot.objects);
  const written = snapshot.objects.filter(({ objectType }) => sources.some((source) => source.objectType === objectType && source.rowCount > 0));
  const { plan, findings } = assembleSchemaPlan(
    keyProperty ?? KEY_PROPERTY,
    written.map((portal) => {
      const own = sources.filter(({ objectType }) => objectType === portal.objectType);
      const ofColumns = own.flatMap(({ custom }) => custom.map((column) => [propertyNameOf(column, () => true), AS_TEXT] as const));
      const created = [...ofColumns, ...own.flatMap(({ mapping }) => mapping.rules.flatMap(({ property, create }) => (create === null ? [] : [[property, create] as const])))];
      return { portal, usedProperties: new Set([...ofColumns.map(([name]) => name), ...own.flatMap((source) => [...fedProperties(source)])]), creatable: { ...BOOKKEEPING_PROPERTIES, ...Object.fromEntries(created) }, options: {}, pipelines: [], listedValues: {} };
    }),
  );
  const made = new Map(OBJECT_TYPES.map((objectType) => [objectType, plan.properties.filter((property) => property.objectType === objectType).length]));
  return {
    objectTypes: OBJECT_TYPES.filter((objectType) => (made.get(objectType) ?? 0) > 0 || sources.some((source) => source.objectType === objectType && source.mapping.rules.some(({ target }) => target.addsOptions))),
    findings: [
      ...keyFindings(keyProperty, snapshot.objects),
      ...findings,
      ...(plan.properties.length === 0 ? [] : [info({ code: 'properties-to-make', place: 'properties', message: `Properties to make: ${[...made].filter(([, count]) => count > 0).map(([objectType, count]) => `${count} of ${objectType}`).join(', ')}, among them the unique id that ties each record to Salesforce.`, remedy: 'portage plan lists them; property: null in the migration file leaves one out.', count: plan.properties.length })]),
    ],
  };
}

function keyFindings(keyProperty: string | null, portals: PreflightInput['snapshot']['objects']): readonly Finding[] {
  if (keyProperty === null) {
    return [mistake({ code: 'key-property-taken', place: KEY_PROPERTY, message: `The portal has properties ${KEY_PROPERTY} and ${OTHER_KEY_PROPERTY} that cannot carry a unique id.`, remedy: `Archive or rename ${OTHER_KEY_PROPERTY} in HubSpot.` })];
  }
  const taken = portals.filter(({ properties }) => properties.some(({ name, archived }) => name === KEY_PROPERTY && !archived)).map(({ objectType }) => objectType);
  return keyProperty === KEY_PROPERTY
    ? []
    : [warning({ code: 'key-property-not-unique', place: KEY_PROPERTY, message: `The portal has a property ${KEY_PROPERTY} (${taken.join(', ')}) that is not a unique text: the migration uses ${OTHER_KEY_PROPERTY} in its place, and does not match by what ${KEY_PROPERTY} holds.`, remedy: 'Nothing, if that is as you want it. Uniqueness can only be set when a property is made: to use its values, copy them into a new unique property of that name.', count: taken.length })];
}
