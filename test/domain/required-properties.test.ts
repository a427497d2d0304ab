import type { PlannedRecord } from '../../domain/planned-record';
import { missingOnUpdate, missingRequired } from '../../domain/required-properties';
import type { Requirements } from '../../domain/required-properties';
import { uniqueProperties, withoutTaken } from '../../domain/unique-values';
import { aPortalObject, aProperty } from '../support/a-portal';

const NONE: Requirements = { requiredOnCreate: [], conditionalRequired: [] };
const onForm = (...requiredOnCreate: string[]): Requirements => ({ ...NONE, requiredOnCreate });
const onCondition = (...required: string[]): Requirements => ({ ...NONE, conditionalRequired: [{ when: { property: 'stage', values: ['lost'] }, required }] });

describe('missingRequired', () => {
  it.each<readonly [string, Record<string, string>, Requirements, { code: string; property: string | null } | null]>([
    ['nothing', { lastname: 'Lee' }, NONE, null],
    ['one property of the form', { lastname: 'Lee' }, onForm('phone'), { code: 'MISSING_REQUIRED_PROPERTY', property: 'phone' }],
    ['several of the form', { lastname: 'Lee' }, onForm('phone', 'city'), { code: 'MISSING_REQUIRED_PROPERTY', property: null }],
    ['a value that is there but empty', { lastname: 'Lee', phone: '' }, onForm('phone'), { code: 'MISSING_REQUIRED_PROPERTY', property: 'phone' }],
    ['what a condition asks for', { lastname: 'Lee', stage: 'lost' }, onCondition('why'), { code: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY', property: 'why' }],
    ['nothing on another value', { lastname: 'Lee', stage: 'won' }, onCondition('why'), null],
    ['one property on both grounds', { lastname: 'Lee', stage: 'lost' }, { ...onForm('why'), ...{ conditionalRequired: onCondition('why').conditionalRequired } }, { code: 'VALIDATION_ERROR', property: 'why' }],
    ['what HubSpot itself requires', { phone: '1' }, NONE, { code: 'VALIDATION_ERROR', property: null }],
  ])('tells %s', (_, properties, requirements, expected) => {
    expect(missingRequired('contacts', properties, requirements)).toEqual(expected);
  });
});

describe('missingOnUpdate', () => {
  it.each<readonly [string, Record<string, string>, Record<string, string | null>, { code: string; property: string | null } | null]>([
    ['is met by what the record holds', { stage: 'lost' }, { why: 'price' }, null],
    ['is met by what is written', { stage: 'lost', why: 'price' }, { why: null }, null],
    ['is not met by an empty value', { stage: 'lost' }, { why: '' }, { code: 'MISSING_CONDITIONAL_REQUIRED_PROPERTY', property: 'why' }],
    ['is not asked where its property is not written', { phone: '1' }, { stage: 'lost' }, null],
  ])('a condition %s', (_, written, existing, expected) => {
    expect(missingOnUpdate(written, existing, { ...onCondition('why'), requiredOnCreate: ['city'] })).toEqual(expected);
  });
});

describe('unique values', () => {
  it('are those of live, writable properties that are written, but for key and address', () => {
    const unique = { hasUniqueValue: true };
    const portal = aPortalObject('contacts', { properties: [aProperty('email', unique), aProperty('salesforce_id', unique), aProperty('number', unique), aProperty('unused', unique), aProperty('hs_id', { ...unique, readOnly: true }), aProperty('phone')] });

    expect(uniqueProperties(portal, new Set(['email', 'salesforce_id', 'number', 'hs_id', 'phone']), 'salesforce_id')).toEqual(['number']);
  });

  it('cost a record the cell and nothing else', () => {
    const record: PlannedRecord = {
      objectType: 'contacts', ordinal: 0, sourceObject: 'Contact', sourceId: '1', action: 'create', reason: null, reasonCode: null, foldInto: null, targetId: null, properties: { lastname: 'Lee', number: '7' }, before: {}, identity: { email: null, domain: null, name: null }, cells: [],
    };

    const { properties, cells, action } = withoutTaken(record, ['number', 'other']);

    expect([action, properties]).toEqual(['create', { lastname: 'Lee' }]);
    expect(cells).toEqual([{ column: 'number', property: 'number', verdict: 'dropped', code: 'value-taken', rawValue: '7' }]);
  });
});
