import { assembleSchemaPlan } from '../../domain/assemble-schema-plan';
import { findLabel } from '../../domain/association-label';
import type { LabelDefinition } from '../../domain/association-label';
import { planAssociation, statedAssociations } from '../../domain/association-planning';
import { forecastCalls, schemaChanges } from '../../domain/migration-plan';
import { labelName, rolesIn } from '../../domain/role-label';
import { renderSchema } from '../../client/render-schema';
import { aPortalObject, aProperty } from '../support/a-portal';

const aLabel = (label: string, change: Partial<LabelDefinition> = {}): LabelDefinition => ({ associationType: 'deals-contacts', label, name: labelName(label), isThere: false, ...change });

describe('rolesIn', () => {
  it.each<[string, string | null, string | null, readonly string[]]>([
    ['one role', ' Decision Maker ', null, ['Decision Maker']],
    ['one that has a semicolon', 'Buyer; final', null, ['Buyer; final']],
    ['several, each once', 'Executive;influencer; Influencer;', ';', ['Executive', 'Influencer']],
    ['none', null, ';', []],
    ['words for nothing', '#N/A', null, []],
  ])('finds %s', (_, cell, separator, roles) => {
    expect(rolesIn(cell, separator)).toEqual(roles);
  });
});

describe('labelName', () => {
  it('is a name that the portal takes, and another one for other words', () => {
    const labels = ['Decision Maker', 'Decision-Maker', '1st contact', 'Entscheider:in', '決裁者', '決裁者 2'];

    const names = labels.map(labelName);

    expect(names.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(labels.length);
    expect(labelName(' decision maker')).toBe(labelName('Decision Maker'));
  });
});

describe('findLabel', () => {
  const labels = [{ label: 'Primary', kind: 'HUBSPOT_DEFINED:1' }, { label: 'Influencer', kind: 'INTEGRATOR_DEFINED:4' }, { label: 'BUYER', kind: 'USER_DEFINED:7' }];

  it('finds the portal’s own label however it is spelled, but no primary and none of another app', () => {
    expect(['buyer', 'Primary', 'Influencer', 'Other'].map((role) => findLabel('contacts-companies', role, labels)?.kind)).toEqual(['USER_DEFINED:7', undefined, undefined, undefined]);
  });
});

describe('roles of a source', () => {
  it('are stated with their association', () => {
    const roles = (object: string, values: Record<string, string>) => statedAssociations(object, 'x', values).map((stated) => stated.roles);

    expect(roles('OpportunityContactRole', { OpportunityId: '6', ContactId: '3', Role: 'Buyer' })).toEqual([['Buyer']]);
    expect(roles('AccountContactRelation', { AccountId: '1', ContactId: '3', Roles: 'Buyer;Executive' })).toEqual([['Buyer', 'Executive']]);
    expect(roles('Contact', { AccountId: '1', Role: 'Buyer' })).toEqual([[]]);
  });

  it('are lost where a reference to a person account becomes one to its contact, and kept for an end that may come later', () => {
    const stated = { associationType: 'deals-companies' as const, from: { objectType: 'deals' as const, sourceId: 'd' }, to: { objectType: 'companies' as const, sourceId: 'a' }, primary: false, statedBy: 'test' };
    const end = (objectType: 'deals' | 'companies' | 'contacts', sourceId: string) => ({ objectType, sourceId, isFolded: false });
    const planned = (to: ReturnType<typeof end> | null) => planAssociation(stated, ['Buyer'], end('deals', 'd'), to);

    expect([planned(end('companies', 'a')), planned(end('contacts', 'p')), planned(null)].map(({ associationType, verdict, labels }) => [associationType, verdict, labels])).toEqual([
      ['deals-companies', 'planned', ['Buyer']], ['deals-contacts', 'planned', []], ['deals-companies', 'missing-end', ['Buyer']],
    ]);
  });
});

describe('the schema of a plan', () => {
  const industry = aProperty('industry', { type: 'enumeration', fieldType: 'select', options: [{ value: 'BANKING', label: 'Banking', hidden: false }] });
  const { plan } = assembleSchemaPlan(
    'salesforce_id',
    [{ portal: aPortalObject('companies', { properties: [industry] }), usedProperties: new Set(['industry']), creatable: {}, options: {}, pipelines: [], listedValues: { industry: ['Space', 'BANKING', 'Bees'] } }],
    [aLabel('Buyer'), aLabel('VIP', { isThere: true })],
  );

  it('has the options that a list of the portal lacks, behind those that it has', () => {
    expect(plan.options).toEqual([['Space', 1], ['Bees', 2]].map(([value, displayOrder]) => ({ objectType: 'companies', property: 'industry', definition: { value, label: value, displayOrder, hidden: false } })));
  });

  it('shows options and labels that are made, and not those that are there', () => {
    const shown = schemaChanges(plan).filter(({ kind }) => kind === 'option' || kind === 'label');

    expect(renderSchema(shown)).toEqual(['companies: option industry = Space, industry = Bees', 'deal to contact: label Buyer']);
  });

  it('costs a look and a call for each label that is made, and a call for each list that grows', () => {
    const none = { keyProperty: 'k', groups: [], properties: [], pipelines: [], options: [], labels: [] };
    const calls = (change: object): number => (forecastCalls([], [], { ...none, ...change }, 0).properties ?? 0) - (forecastCalls([], [], none, 0).properties ?? 0);

    expect([calls({ labels: [aLabel('A'), aLabel('B')] }), calls({ labels: [aLabel('A', { isThere: true })] }), calls({ options: plan.options })]).toEqual([4, 2, 3]);
  });
});
