import { schemaBasis, schemaDrift, schemaFingerprint } from '../../domain/schema-basis';
import type { PortalSchema } from '../../domain/portal-snapshot.schema';
import type { SchemaPlan } from '../../domain/schema-plan';
import { aPortalObject, aProperty } from '../support/a-portal';

const stage = (id: string) => ({ id, label: id, probability: '0.5', isClosed: false });
const option = (value: string) => ({ value, label: value, hidden: false });
const industry = aProperty('industry', { type: 'enumeration', options: ['BANKING', 'MEDIA', 'RETAIL'].map(option) });
const others = aPortalObject('deals').properties.filter(({ name }) => name !== 'industry');
const deals = (changes: Partial<PortalSchema> = {}): PortalSchema => ({
  ...aPortalObject('deals', {
    properties: [...others, industry],
    pipelines: [{ id: 'sales', label: 'Sales', archived: false, stages: [stage('open'), stage('won'), stage('lost')] }],
    requiredOnCreate: ['dealname'],
    validationRules: [{ ...aRule('dealname', 'MAX_LENGTH', '90') }],
  }),
  ...changes,
});
function aRule(property: string, ruleType: string, ...args: readonly string[]): PortalSchema['validationRules'][number] {
  return { ...aPortalObject('deals').validationRules[0], property, ruleType, arguments: [...args], normalizes: false };
}
const keyDefinition = { name: 'salesforce_id', label: 'Id', description: '', groupName: 'g', type: 'string', fieldType: 'text', hasUniqueValue: true, options: [] };
const plan: SchemaPlan = { keyProperty: 'salesforce_id', groups: [], properties: [{ objectType: 'deals', definition: keyDefinition }], pipelines: [], options: [], labels: [] };
const written = { properties: ['dealname', 'amount', 'industry', 'dealstage', 'pipeline'], values: new Map([['industry', new Set(['BANKING', 'RETAIL'])], ['dealstage', new Set(['open', 'won'])]]) };
const basis = schemaBasis(deals(), plan, written);
const made = aProperty('salesforce_id', { hasUniqueValue: true });
const withProperty = (name: string, changes: Parameters<typeof aProperty>[1]) => deals({ properties: [...deals().properties.map((property) => (property.name === name ? { ...property, ...changes } : property)), made] });
const asPlanned = deals({ properties: [...deals().properties, made] });

describe('schemaBasis', () => {
  it('counts on the options that the plan adds', () => {
    const adding: SchemaPlan = { ...plan, options: [{ objectType: 'deals', property: 'industry', definition: { value: 'SPACE', label: 'Space', displayOrder: 3, hidden: false } }] };
    const values = new Map([['industry', new Set(['BANKING', 'SPACE'])]]);

    expect(schemaBasis(deals(), adding, { ...written, values }).properties.industry?.options).toEqual(['BANKING', 'SPACE']);
  });
});

describe('schemaDrift', () => {
  it('finds none in the portal that the plan was made against, once its properties are made', () => {
    expect(schemaDrift(basis, asPlanned)).toEqual([]);
  });

  it.each<[string, PortalSchema, string]>([
    ['a property that is gone', deals({ properties: [...others, made] }), 'property-gone industry'],
    ['one that is archived', withProperty('amount', { archived: true }), 'property-gone amount'],
    ['one that the run made and somebody removed', deals(), 'property-gone salesforce_id'],
    ['another type', withProperty('amount', { type: 'string' }), 'property-type amount'],
    ['a property that is read-only by now', withProperty('dealname', { readOnly: true }), 'property-read-only dealname'],
    ['a property that must be unique by now', withProperty('dealname', { hasUniqueValue: true }), 'uniqueness dealname'],
    ['a key that is not unique any more', deals({ properties: [...deals().properties, { ...made, hasUniqueValue: false }] }), 'uniqueness salesforce_id'],
    ['an option that is gone', withProperty('industry', { options: ['MEDIA', 'RETAIL'].map(option) }), 'option-gone industry'],
    ['an option that is hidden', withProperty('industry', { options: [{ ...option('BANKING'), hidden: true }, option('RETAIL')] }), 'option-gone industry'],
    ['a stage that is gone', { ...asPlanned, pipelines: [{ id: 'sales', label: 'Sales', archived: false, stages: [stage('open')] }] }, 'stage-gone sales/won'],
    ['a pipeline that is archived', { ...asPlanned, pipelines: [{ ...asPlanned.pipelines[0]!, archived: true }] }, 'stage-gone sales/open,stage-gone sales/won'],
    ['a rule on what is written', { ...asPlanned, validationRules: [...asPlanned.validationRules, aRule('amount', 'MIN_NUMBER', '1')] }, 'requirement-added amount'],
    ['a stricter rule', { ...asPlanned, validationRules: [aRule('dealname', 'MAX_LENGTH', '10')] }, 'requirement-added dealname'],
    ['something else that has to be filled', { ...asPlanned, requiredOnCreate: ['dealname', 'closedate'] }, 'requirement-added closedate'],
  ])('names %s', (_, found, named) => {
    expect(schemaDrift(basis, found).map(({ name, code }) => `${code} ${name}`).join(',')).toBe(named);
  });

  it.each<[string, PortalSchema]>([
    ['labels and order', { ...asPlanned, properties: asPlanned.properties.map((property) => ({ ...property, label: 'Renamed' })).reverse() }],
    ['an option that nothing uses is gone', withProperty('industry', { options: ['BANKING', 'RETAIL'].map(option) })],
    ['an option that is new', withProperty('industry', { options: [...industry.options, option('NEW')] })],
    ['a stage that nothing uses is gone', { ...asPlanned, pipelines: [{ id: 'sales', label: 'Renamed', archived: false, stages: [stage('won'), stage('open')] }] }],
    ['a property that is not written', withProperty('description', { type: 'number', readOnly: true })],
    ['a rule on a property that is not written', { ...asPlanned, validationRules: [...asPlanned.validationRules, aRule('description', 'FORMAT', 'x')] }],
    ['a rule that is gone, and nothing is required any more', { ...asPlanned, validationRules: [], requiredOnCreate: [] }],
  ])('lets be: %s', (_, found) => {
    expect(schemaDrift(basis, found)).toEqual([]);
  });
});

describe('schemaFingerprint', () => {
  it('is another only where something changed that is written', () => {
    const of = (portal: PortalSchema) => schemaFingerprint(schemaBasis(portal, plan, written));

    expect(of(deals({ properties: deals().properties.map((property) => ({ ...property, label: 'Renamed' })).reverse() }))).toBe(of(deals()));
    expect(of(deals({ properties: deals().properties.map((property) => ({ ...property, hasUniqueValue: property.name === 'amount' })) }))).not.toBe(of(deals()));
  });
});
