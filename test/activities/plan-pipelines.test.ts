import { aPortalObject, aSnapshot } from '../support/a-portal';
import { aTargetPortal } from '../support/fake-target-portal';
import type { Planning } from '../support/planned-migration';
import { aPlanning } from '../support/planned-migration';
import { anId, anOpportunity, aRowsSource } from '../support/rows-source';
import type { Row } from '../support/rows-source';

const opened: Planning[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ ledger }) => ledger.close()));
});

const [NEW, RENEWAL, UNNAMED] = [1, 2, 3].map((number) => anId('012', number));
const recordTypes = [{ Id: NEW!, Name: 'New business', SobjectType: 'Opportunity' }, { Id: RENEWAL!, Name: 'Renewals', SobjectType: 'Opportunity' }];

async function planned(opportunities: readonly Row[], options: Omit<Parameters<typeof aPlanning>[0], 'source'> = {}) {
  const planning = await aPlanning({ source: aRowsSource({ Opportunity: opportunities, RecordType: recordTypes }), ...options });
  opened.push(planning);
  await planning.all();
  const summary = await planning.ledger.plans.read(planning.row.stagingId);
  return { deals: await planning.planned('deals'), pipelines: summary!.schema.pipelines.map(({ definition }) => definition) };
}

const deal = (number: number, StageName: string, RecordTypeId: string | undefined, changes: Row = {}) => anOpportunity(number, { StageName, RecordTypeId: RecordTypeId ?? '', ...changes });

describe('planMigration with record types of deals', () => {
  it('makes a pipeline of each, named after it, with the stages seen there', async () => {
    const { pipelines } = await planned([deal(1, 'Talks', NEW), deal(2, 'Signed', NEW, { IsClosed: 'true', IsWon: 'true' }), deal(3, 'Talks', RENEWAL), deal(4, 'Talks', UNNAMED), deal(5, 'Plain', undefined)]);

    expect(pipelines.map(({ label, stages }) => [label, stages.map((stage) => stage.label)])).toEqual([
      ['New business', ['Talks', 'Signed']],
      ['Renewals', ['Talks']],
      [`Salesforce ${UNNAMED}`, ['Talks']],
      ['Salesforce', ['Plain']],
    ]);
    expect(new Set(pipelines.flatMap(({ stages }) => stages.map(({ stageId }) => stageId))).size).toBe(5);
  });

  it('puts each deal into the pipeline and stage of its own record type', async () => {
    const { deals, pipelines } = await planned([deal(1, 'Talks', NEW), deal(2, 'Talks', RENEWAL)]);

    expect(deals.map(({ properties: { pipeline, dealstage } }) => ({ pipeline, dealstage }))).toEqual(pipelines.map(({ pipelineId, stages }) => ({ pipeline: pipelineId, dealstage: stages[0]?.stageId })));
    expect(pipelines.map(({ pipelineId }) => pipelineId)).toEqual([`portage_acme_${NEW!.toLowerCase()}`, `portage_acme_${RENEWAL!.toLowerCase()}`]);
  });

  it('makes none for stages that only deleted deals have', async () => {
    const { pipelines } = await planned([deal(1, 'Talks', NEW), deal(2, 'Gone', RENEWAL, { IsDeleted: 'true' })]);

    expect(pipelines.map(({ label }) => label)).toEqual(['New business']);
  });

  it('tells its own pipeline from one of the portal with that name', async () => {
    const snapshot = aSnapshot({ objects: [aPortalObject('companies'), aPortalObject('contacts'), aPortalObject('deals', { pipelines: [{ id: 'default', label: 'renewals', archived: false, stages: [] }] })] });

    const { pipelines } = await planned([deal(1, 'Talks', RENEWAL)], { target: aTargetPortal({ snapshot }) });

    expect(pipelines.map(({ label }) => label)).toEqual(['Renewals (acme)']);
  });
});
