/** What `init`, `check` and `plan` start: looks at source and portal, and plans what would happen to each record. Changes nothing in the portal. */
import { proxyActivities, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Phase, RunState } from '../domain/phase';
import type { PlanFacts } from '../domain/plan-facts';
import type { LedgerActivities, PortalActivities, PreflightTold } from '../activities/migration-activities';
import { LEDGER, LONG, READ } from './activity-options';
import { toActivityEnd } from './failed-call';
import { taskQueues } from './messages';
import type { PlanningInput } from './messages';
import { toNotStarted } from './not-started';
import { PORTAGE_MIGRATION, PORTAGE_PHASE, PORTAGE_STATE } from './search-attributes';

export interface PlanningResult {
  readonly portalId: string;
  /** Null when less was asked for. */
  readonly plan: PlanFacts | null;
}

/** The plan tells itself what is no mistake; a mapping that is still to be proposed has none. */
const TOLD: Readonly<Record<PlanningInput['stopAfter'], PreflightTold>> = { sample: 'nothing', preflight: 'everything', plan: 'mistakes' };

/** @throws ApplicationFailure with the type, code and exit code of what must be mended */
export async function planning({ run, ledgerId, stopAfter, retryOf }: PlanningInput): Promise<PlanningResult> {
  const ledgerQueue = { taskQueue: taskQueues.ledger(ledgerId) };
  const portalQueue = { taskQueue: taskQueues.portal(ledgerId) };
  const { recordState } = proxyActivities<LedgerActivities>({ ...LEDGER, ...ledgerQueue });
  const { inspectSource, sampleSource, stageSource } = proxyActivities<LedgerActivities>({ ...LONG, ...ledgerQueue });
  const { inspectPortal } = proxyActivities<PortalActivities>({ ...READ, ...portalQueue });
  const { planMigration } = proxyActivities<PortalActivities>({ ...LONG, ...portalQueue });

  const show = async (state: RunState, phase: Phase) => {
    upsertSearchAttributes([
      { key: PORTAGE_MIGRATION, value: run },
      { key: PORTAGE_PHASE, value: phase },
      { key: PORTAGE_STATE, value: state },
    ]);
    setCurrentDetails(`Planning: ${phase}`);
    await recordState({ run, state, phase, reasons: [], rate: 1 });
  };

  let phase: Phase = 'preflight';
  try {
    await show('planning', phase);
    await performed(() => inspectSource({ run }));
    if (stopAfter === 'sample') {
      await performed(() => sampleSource({ run }));
    }
    const { portalId } = await performed(() => inspectPortal({ run, tell: TOLD[stopAfter] }));
    if (stopAfter !== 'plan') {
      await show('planned', 'preflight');
      return { portalId, plan: null };
    }
    phase = 'stage';
    await show('planning', phase);
    await performed(() => stageSource({ run }));
    phase = 'plan';
    await show('planning', phase);
    const plan = await performed(() => planMigration({ run, ...(retryOf === undefined ? {} : { retryOf }) }));
    await show('planned', phase);
    return { portalId, plan };
  } catch (error) {
    const ended = toActivityEnd(error);
    await show('not-started', phase);
    throw ended.end === 'failed' ? toNotStarted(ended.call) : error;
  }
}

/** A worker that died is no reason to end: the work goes on from the ledger. */
async function performed<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (toActivityEnd(error).end === 'failed') {
        throw error;
      }
    }
  }
}
