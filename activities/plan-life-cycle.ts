/** Life cycle stages, once all duplicates are combined: from all deals of a contact and from what it was as a lead, written once. */
import { parseBool } from '../domain/cell-transforms';
import { sourceStageOf } from '../domain/deal-stages';
import { isLaterGiven, LIFE_CYCLE_PROPERTY, stageOfDeal } from '../domain/life-cycle-stage';
import type { GivenStage } from '../domain/life-cycle-stage';
import type { PlannedRecord } from '../domain/planned-record';
import { isWritten } from '../domain/record-identity';
import type { StagedRecord } from '../ledger/ledger';
import { findStaged, findSurvivors, keepPlanned, stagedPages } from './planning-scope';
import type { PlanningScope } from './planning-scope';

interface Reach {
  readonly contactId: string;
  readonly stage: GivenStage;
}

const stageOfRow = ({ values }: StagedRecord): GivenStage | null => {
  const stage = parseBool(values.IsDeleted) === true ? null : sourceStageOf([values.StageName, values.IsClosed, values.IsWon]);
  return stage === null ? null : stageOfDeal(stage.kind);
};

/**
 * Raises the stage of each contact that has deals, page by page over deals and roles; what leads give is in the plan already. A page that is done again changes nothing,
 * because a stage is only ever raised.
 */
export async function planLifeCycle(scope: PlanningScope): Promise<void> {
  const { lifeCycle } = scope;
  if (lifeCycle === null) {
    return;
  }
  for await (const page of stagedPages(scope, 'Opportunity')) {
    await raise(scope, page.flatMap((row) => reachOf(row.state === 'ok' ? row.values.ContactId : null, stageOfRow(row))));
  }
  for await (const page of stagedPages(scope, 'OpportunityContactRole')) {
    const roles = page.filter(({ state, values }) => state === 'ok' && parseBool(values.IsDeleted) !== true);
    const deals = await findStaged(scope, 'Opportunity', roles.map(({ values }) => values.OpportunityId));
    await raise(scope, roles.flatMap(({ values }) => {
      const deal = deals.get(values.OpportunityId ?? '');
      return reachOf(values.ContactId, deal === undefined ? null : stageOfRow(deal));
    }));
  }
}

/** Of a record that is created, the stage stays only where created ones get it. */
export function withStageOfCreated({ lifeCycle }: PlanningScope, record: PlannedRecord): PlannedRecord {
  if (lifeCycle === null || lifeCycle.created || record.action !== 'create' || record.objectType !== 'contacts') {
    return record;
  }
  return { ...record, properties: Object.fromEntries(Object.entries(record.properties).filter(([property]) => property !== LIFE_CYCLE_PROPERTY)) };
}

const reachOf = (contactId: string | null | undefined, stage: GivenStage | null): readonly Reach[] => (contactId && stage !== null ? [{ contactId, stage }] : []);

async function raise(scope: PlanningScope, reached: readonly Reach[]): Promise<void> {
  const known = reached.filter(({ stage }) => scope.lifeCycle?.stages.has(stage));
  const contacts = await findSurvivors(scope, 'contacts', known.map(({ contactId }) => contactId));
  const raised = new Map<string, PlannedRecord>();
  for (const { contactId, stage } of known) {
    const survivor = contacts.get(contactId);
    const contact = raised.get(survivor?.sourceId ?? '') ?? survivor;
    if (contact?.sourceId && isWritten(contact) && isLaterGiven(stage, contact.properties[LIFE_CYCLE_PROPERTY])) {
      raised.set(contact.sourceId, { ...contact, properties: { ...contact.properties, [LIFE_CYCLE_PROPERTY]: stage } });
    }
  }
  await keepPlanned(scope, [...raised.values()]);
}
