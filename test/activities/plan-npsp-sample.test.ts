import { join } from 'node:path';
import { createSalesforceFileSource } from '../../connectors/salesforce/source';
import type { PlanFacts } from '../../domain/plan-facts';
import { aPlanning } from '../support/planned-migration';
import type { Planning } from '../support/planned-migration';

const SAMPLE = join(__dirname, '../../samples/salesforce-npsp-1k');

describe('planMigration on the bundled sample', () => {
  let planning: Planning;
  let facts: PlanFacts;
  beforeAll(async () => {
    planning = await aPlanning({ source: createSalesforceFileSource({ folder: SAMPLE }) });
    facts = await planning.all();
  });
  afterAll(() => planning.ledger.close());

  it('plans every account, contact and opportunity, with 13 duplicates combined', () => {
    const counts = facts.records.map(({ objectType, source, create, fold, leftOut }) => ({ objectType, source, create, fold, leftOut }));

    expect(counts).toEqual([
      { objectType: 'companies', source: 1_223, create: 1_223, fold: 0, leftOut: {} },
      { objectType: 'contacts', source: 1_024, create: 1_011, fold: 13, leftOut: {} },
      { objectType: 'deals', source: 1_517, create: 1_517, fold: 0, leftOut: {} },
    ]);
  });

  it('plans each association once, between the records that survive', () => {
    const counts = facts.associations.map(({ associationType, source, planned, duplicate, selfLink, missingEnd }) => ({ associationType, source, planned, duplicate, selfLink, missingEnd }));

    expect(counts).toEqual([
      { associationType: 'contacts-companies', source: 1_024, planned: 1_014, duplicate: 10, selfLink: 0, missingEnd: 0 },
      { associationType: 'deals-companies', source: 1_517, planned: 1_517, duplicate: 0, selfLink: 0, missingEnd: 0 },
      { associationType: 'deals-contacts', source: 3_499, planned: 3_479, duplicate: 20, selfLink: 0, missingEnd: 0 },
      { associationType: 'companies-companies', source: 0, planned: 0, duplicate: 0, selfLink: 0, missingEnd: 0 },
    ]);
  });

  it('has nothing to accept or decide and stays within the calls of the demo', () => {
    expect({ leftOut: facts.leftOutToAccept, undecided: facts.undecided }).toEqual({ leftOut: 0, undecided: 0 });
    expect(facts.calls).toBeLessThanOrEqual(160);
  });

  it('makes one pipeline with the open stage before the won one, and a unique key for each type', async () => {
    const schema = (await planning.ledger.plans.read(planning.row.stagingId))?.schema;

    expect(schema?.pipelines.map(({ definition }) => [definition.label, definition.stages.map(({ label, metadata }) => [label, metadata.probability])])).toEqual([['Salesforce', [['Pledged', '0.1'], ['Closed Won', '1.0']]]]);
    expect(schema?.properties.filter(({ definition }) => definition.hasUniqueValue).map(({ objectType, definition }) => [objectType, definition.name])).toEqual([
      ['companies', 'salesforce_id'],
      ['contacts', 'salesforce_id'],
      ['deals', 'salesforce_id'],
    ]);
  });

  it('names what is not moved, with its count', async () => {
    const findings = await planning.ledger.runs.readFindings(planning.row.run);

    const unread = Object.fromEntries(findings.filter(({ code }) => code === 'unread-column').map(({ place, count }) => [place, count]));
    expect(unread).toEqual({ 'Account.RecordTypeId': 1_223 });
  });

  it('proposes a property for each custom column, of the type that its values have', async () => {
    const schema = (await planning.ledger.plans.read(planning.row.stagingId))?.schema;

    expect(schema?.properties.filter(({ definition }) => definition.description.endsWith('__c.')).map(({ objectType, definition }) => [objectType, definition.name, definition.type, definition.options.length])).toEqual([
      ['companies', 'npe01__system_accounttype', 'enumeration', 1],
      ['contacts', 'npsp__primary_affiliation', 'string', 0],
      ['deals', 'npsp__primary_contact', 'string', 0],
    ]);
  });

  it('makes customers of the contacts with a role in a won deal', async () => {
    const contacts = (await planning.planned('contacts')).filter(({ action }) => action === 'create');

    const buyers = new Set((await planning.ledger.staging.readPage(planning.row.stagingId, 'OpportunityContactRole', -1, 10_000)).map(({ values }) => values.ContactId));
    const expected = contacts.filter(({ sourceId, properties }) => [sourceId, ...(properties.salesforce_merged_ids ?? '').split(';')].some((id) => buyers.has(id)));
    expect(contacts.filter(({ properties }) => properties.lifecyclestage === 'customer').length).toBeGreaterThan(expected.length - 3);
    expect(contacts.filter(({ properties }) => properties.lifecyclestage !== undefined)).toEqual(expected);
  });

  it('comes to the same plan when it is made again', async () => {
    const again = await planning.plan();

    expect(again).toEqual(facts);
  });
});
