import { migrationDefinitionSchema } from '../../domain/migration-definition.schema';
import type { ObjectPreset } from '../../domain/field-mapping';
import { unknownNulls } from '../../domain/unknown-nulls';
import { aPortalObject, aProperty } from '../support/a-portal';

const presets: readonly ObjectPreset[] = [{ objectType: 'contacts', sourceObject: 'Contact', rules: [{ property: 'fax', columns: ['Fax'], transform: { kind: 'text' }, create: null }], structuralColumns: [] }];
const portal = { ...aPortalObject('contacts'), properties: [aProperty('jobtitle')] };
const found = (...nulls: readonly string[]) => {
  const { objects } = migrationDefinitionSchema.parse({ id: 'acme', source: { crm: 'salesforce', files: '.' }, target: { crm: 'hubspot' }, objects: { contacts: { properties: Object.fromEntries(nulls.map((name) => [name, null])) } } });
  return unknownNulls({ mapping: objects.contacts, portal, presets, columns: ['Fax', 'Driving_License_Number__c', 'Pet__pc'], reserved: new Set(['salesforce_id']) });
};

describe('unknownNulls', () => {
  it.each([
    ['the portal has', 'jobtitle'],
    ['the preset writes', 'fax'],
    ['a custom column would make', 'driving_license_number'],
    ['a custom column would make, its own name being taken', 'driving_license_number_salesforce'],
    ["a person's column would make", 'pet'],
  ])('lets a property be left out that %s', (_, property) => {
    expect(found(property)).toEqual([]);
  });

  it('refuses a line that holds nothing back, at its place, with the word that was probably meant', () => {
    expect(found('driving_licence_number')).toEqual([expect.objectContaining({ code: 'unknown-property', severity: 'error', exitCode: 3, place: 'objects.contacts.properties.driving_licence_number', remedy: 'Did you mean driving_license_number?' })]);
    expect(found('Driving_License_Number__c')[0]?.remedy).toBe('Did you mean driving_license_number?');
    expect(found('shoe_size')[0]?.remedy).toContain('portage plan names the property');
  });

  it('refuses to leave out what the migration writes itself', () => {
    expect(found('salesforce_id')).toEqual([expect.objectContaining({ code: 'reserved-property', severity: 'error' })]);
  });
});
