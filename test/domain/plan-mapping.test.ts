import { compileMapping } from '../../domain/compile-mapping';
import { objectMappingSchema } from '../../domain/migration-definition.schema';
import { mappedProperties } from '../../domain/plan-mapping';
import type { MappedProperty } from '../../domain/plan-summary.schema';
import { SALESFORCE_PRESETS } from '../../domain/presets/salesforce';
import { aPortalObject, aProperty } from '../support/a-portal';

const preset = SALESFORCE_PRESETS.find(({ objectType }) => objectType === 'contacts')!;
const filled = { Id: 10, Email: 4, FirstName: 6, MiddleName: 9, LastName: 10, Phone: 0, Title: 3 };

function mapped(properties: Record<string, unknown> = {}, requiredOnCreate: readonly string[] = []): readonly MappedProperty[] {
  const portal = aPortalObject('contacts', { properties: [...aPortalObject('contacts').properties, aProperty('pet', { label: 'Pet' })], requiredOnCreate: [...requiredOnCreate] });
  const mapping = objectMappingSchema.parse({ properties });
  const { compiled } = compileMapping({ preset, mapping, portal, filled, reserved: new Set() });
  return mappedProperties({ mapping: compiled, portal, ownProperties: mapping.properties, filled, rows: 10 });
}

describe('mappedProperties', () => {
  it('names column, property, type, rule and how many rows have a value, of several columns by the best filled one', () => {
    const byProperty = Object.fromEntries(mapped().map((one) => [one.property, one]));

    expect(byProperty.email).toMatchObject({ objectType: 'contacts', sourceObject: 'Contact', columns: ['Email'], label: 'email', type: 'string', rule: 'email', by: 'preset', filled: 4, rows: 10 });
    expect(byProperty.firstname).toMatchObject({ columns: ['FirstName', 'MiddleName'], filled: 9 });
    expect(byProperty.phone).toBeUndefined();
  });

  it("tells the user's own properties from the preset's, and those that are yet to be made", () => {
    const own = mapped({ pet: 'Title', hobby: { from: 'Title', create: { type: 'string' } } }).filter(({ by }) => by === 'file');

    expect(own.map(({ property, label }) => [property, label])).toEqual([['pet', 'Pet'], ['hobby', null]]);
  });

  it('says what the portal requires: by itself, as one of several, or not', () => {
    const required = (properties: readonly MappedProperty[]) => Object.fromEntries(properties.map((one) => [one.property, one.required]));

    expect(required(mapped())).toMatchObject({ email: 'one-of', lastname: 'one-of', jobtitle: 'no' });
    expect(required(mapped({}, ['jobtitle']))).toMatchObject({ email: 'one-of', jobtitle: 'yes' });
    expect(required(mapped({ email: null, firstname: null }))).toMatchObject({ lastname: 'yes' });
  });
});
