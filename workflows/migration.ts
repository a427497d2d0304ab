/**
 * One run, from the first look at the source to the end of its rollback window. Before its first write a mistake ends it; after that every stop is a pause with
 * a reason, and it goes on where it was. It stays open until it is finalized, rolled back, or its rollback window is over.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { ChildWorkflowHandle } from '@temporalio/workflow';
import { stopLifted } from '../domain/control';
import { hasBegun, hasBegunWriting, hasLostItsShards, initialState, leftInDoubt } from '../domain/migration-state';
import type { MigrationState } from '../domain/migration-state';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { Control, Phase, RunState } from '../domain/phase';
import type { PlanFacts } from '../domain/plan-facts';
import { added, workBegun } from '../domain/progress';
import type { WorkItem } from '../domain/window';
import type { LedgerActivities, PortalActivities, RunIdentity } from '../activities/migration-activities';
import { LEDGER, LONG, READ, WRITE } from './activity-options';
import { approved } from './approval';
import { taskQueues, workflowIds } from './messages';
import type { MigrationInput } from './messages';
import { atCrashPoint, continuedAt } from './crash-points';
import { persistently } from './persistently';
import { RollbackRequested, ownControl } from './own-control';
import type { OwnedControl } from './own-control';
import { recordsLookedUp, shardsSealedAnew } from './recovery';
import { acceptRetries, hasRetry, retryRound } from './retry';
import { associationItems, recordItems, startPhase, startRollback } from './run-phase';

/** What outlives an execution is in the input of the next. */
export interface MigrationWorkflowInput extends MigrationInput {
  readonly carried?: MigrationState;
}
export interface MigrationResult {
  readonly state: RunState;
}

/** How long HubSpot's search may lag behind a write: seconds, says its documentation, without a promise. The simulator's lag is 5 s. */
const SEARCH_LAG_MS = { simulator: 6_000, portal: 60_000 };
/** Longer than the last HTTP call of a worker that died can still be on its way. */
const QUIET_MS = { simulator: 0, portal: 120_000 };

type ForwardPhase = Exclude<Phase, 'retry' | 'open' | 'rollback'>;
/** What leads to a ledger again. */
const REBUILDING = ['preflight', 'stage', 'plan'] as const;
const FORWARD: readonly ForwardPhase[] = ['preflight', 'stage', 'plan', 'properties', ...OBJECT_TYPES, 'relink', 'verify', 'report'];

export async function migration(input: MigrationWorkflowInput): Promise<MigrationResult> {
  if (input.carried !== undefined) {
    continuedAt('workflow:continue-migration');
  }
  const own = ownControl(input, input.carried ?? initialState(input));
  acceptRetries(own);
  const steps = forwardSteps(input, own);
  try {
    if (hasLostItsShards(own.state())) {
      await sealedAnew(input, own);
    }
    for (const phase of FORWARD.filter((each) => !own.state().done.includes(each))) {
      await enter(own, phase);
      await steps[phase]();
      own.update({ done: [...own.state().done, phase] });
      await renewIfDue(input, own);
    }
    await stayOpen(input, own, steps);
    await end(input, own, 'finalized');
  } catch (error) {
    if (error instanceof ApplicationFailure && !hasBegunWriting(own.state())) {
      own.update({ outcome: 'not-started' });
      await own.show();
    }
    if (!(error instanceof RollbackRequested)) {
      throw error;
    }
    await undo(input, own, steps);
    await end(input, own, 'rolled-back');
  }
  return { state: own.state().outcome ?? 'running' };
}

/** What each phase does, without when. */
function forwardSteps(input: MigrationWorkflowInput, own: OwnedControl): Readonly<Record<ForwardPhase, () => Promise<void>>> {
  const { run, ledgerId } = input;
  const onLedger = { taskQueue: taskQueues.ledger(ledgerId) };
  const onPortal = { taskQueue: taskQueues.portal(ledgerId) };
  const { assembleReport } = proxyActivities<LedgerActivities>({ ...LEDGER, ...onLedger });
  const { adoptPlan, inspectSource, stageSource } = proxyActivities<LedgerActivities>({ ...LONG, ...onLedger });
  const { inspectPortal } = proxyActivities<PortalActivities>({ ...READ, ...onPortal });
  const { planMigration, rematchRecords } = proxyActivities<PortalActivities>({ ...LONG, ...onPortal });
  const { applySchema } = proxyActivities<PortalActivities>({ ...WRITE, ...onPortal });
  const writeRecords = (objectType: (typeof OBJECT_TYPES)[number]) => async () => {
    await runPhase(input, own, objectType, recordItems(factsOf(own), 'write-records', [objectType]));
    own.update({ writtenAt: new Date(Date.now()).toISOString() });
  };

  return {
    async preflight() {
      await own.perform(() => inspectSource({ run }));
      const expectedDigest = adoptedDigest(input, own);
      // Where a plan is named, what changed since is told in its own words: the plan was free of mistakes.
      const { portalId } = await own.perform(() => inspectPortal({ run, ...(expectedDigest === null ? {} : { tell: 'nothing' as const }) }));
      own.update({ portalId });
      if (expectedDigest !== null) {
        await own.perform(() => adoptPlan({ run, expectedDigest }));
      }
    },
    async stage() {
      await own.perform(() => stageSource({ run }));
    },
    async plan() {
      const { recovery } = own.state();
      const recovered = recovery?.lost === 'ledger' ? { recovered: { expected: recovery.expected } } : {};
      const expectedDigest = adoptedDigest(input, own);
      const facts = await own.perform(() => (expectedDigest === null ? planMigration({ run, ...recovered }) : rematchRecords({ run, expectedDigest })));
      own.update({ facts, portalId: facts.portalId });
      if (recovery?.lost === 'ledger') {
        // Approved before it was lost: what it wrote then is looked up, nothing else is decided anew.
        await recordsLookedUp(identityOf(input, own), own);
        own.update({ recovery: { ...recovery, rebuilt: true } });
      } else {
        await approved(input, own, facts);
      }
    },
    async properties() {
      await own.perform(() => applySchema({ ...identityOf(input, own), reserve: own.state().controls.control.reserve }));
    },
    companies: writeRecords('companies'),
    contacts: writeRecords('contacts'),
    deals: writeRecords('deals'),
    async relink() {
      await runPhase(input, own, 'relink', associationItems(factsOf(own), 'write-associations', ASSOCIATION_TYPES));
    },
    async verify() {
      const facts = factsOf(own);
      await runPhase(input, own, 'verify', [...recordItems(facts, 'verify-records', OBJECT_TYPES), ...associationItems(facts, 'verify-associations', ASSOCIATION_TYPES)]);
      await unexpectedFound(input, own, facts);
    },
    async report() {
      const { state } = await own.perform(() => assembleReport({ ...identityOf(input, own), rolledBack: false }));
      own.update({ outcome: state });
    },
  };
}

/** Of a run whose workflows were lost: before anything else, and also while it is paused, because a rollback asks the shards. */
async function sealedAnew(input: MigrationWorkflowInput, own: OwnedControl): Promise<void> {
  await own.show();
  if (own.state().portalId !== null) {
    await shardsSealedAnew(identityOf(input, own), own);
  }
  own.update({ recovery: { lost: 'temporal', rebuilt: true } });
}

async function enter(own: OwnedControl, phase: Phase): Promise<void> {
  await own.ready();
  const { progress } = own.state();
  // Measured from the first batches on, over the ends of phases: a rate that began anew with each phase would leave the expected end unknown half of the time.
  const isFirstBatches = progress.pulses.length === 0 && OBJECT_TYPES.some((objectType) => objectType === phase);
  own.update({ phase, progress: isFirstBatches ? workBegun(progress, Date.now()) : progress });
  await own.show();
  if (leftInDoubt(own.state()).length > 0) {
    own.hold({ kind: 'invariant', until: null, code: 'left-in-doubt' });
    await own.ready();
  }
}

/** `start --plan`: the plan that is taken over. A run whose ledger was lost has lost that plan too, and makes it anew. */
const adoptedDigest = ({ expectedPlanDigest }: MigrationInput, own: OwnedControl): string | null => (own.state().recovery?.lost === 'ledger' ? null : expectedPlanDigest);

async function runPhase(input: MigrationWorkflowInput, own: OwnedControl, name: string, items: readonly WorkItem[]): Promise<void> {
  if (items.length > 0) {
    const start = (control: Control) => startPhase({ ...identityOf(input, own), name, items, control, includeEdited: false, ...carriedOn(input, own) });
    const { untold = [] } = await runChild(own, workflowIds.phase(input.run, name), start);
    untold.forEach((report) => own.progressed(report));
    await own.unlessStopping();
  }
}

/** A child that ended by a mistake, or was ended by hand, is started again when a person resumed. */
async function runChild<Result>(own: OwnedControl, workflowId: string, start: (control: Control) => Promise<Pick<ChildWorkflowHandle<() => Promise<Result>>, 'result'>>): Promise<Result> {
  for (;;) {
    await own.ready();
    const { control } = own.state().controls;
    try {
      const child = await start(control);
      await own.openChild(workflowId, control.version);
      return await atCrashPoint('workflow:end-phase', () => child.result());
    } catch (error) {
      const isChilds = error instanceof ChildWorkflowFailure || error instanceof WorkflowExecutionAlreadyStartedError;
      if (!isChilds || CancellationScope.current().consideredCancelled) {
        throw error;
      }
      own.hold({ kind: 'invariant', until: null, code: 'child-failed' });
    } finally {
      await own.openChild(null, 0);
    }
  }
}

async function unexpectedFound(input: MigrationInput, own: OwnedControl, facts: PlanFacts): Promise<void> {
  const { findUnexpected } = proxyActivities<PortalActivities>({ ...READ, taskQueue: taskQueues.portal(input.ledgerId) });
  await searchCaughtUp(input, own, facts);
  // A type of which nothing is written has no stamp either, and a portal refuses a search for a property that it lacks.
  for (const { objectType } of facts.records.filter(({ partitions }) => partitions.length > 0)) {
    const { unexpected } = await own.perform(() => findUnexpected({ ...identityOf(input, own), objectType, reserve: own.state().controls.control.reserve }));
    const { progress } = own.state();
    own.update({ progress: { ...progress, verified: added(progress.verified, { unexpected }) } });
  }
}

/** What we did not write is found by search, which lags behind. */
async function searchCaughtUp(input: MigrationInput, own: OwnedControl, facts: PlanFacts): Promise<void> {
  const { writtenAt } = own.state();
  const lagMs = input.searchLagMs ?? SEARCH_LAG_MS[facts.simulator ? 'simulator' : 'portal'];
  const waitMs = writtenAt === null ? 0 : Date.parse(writtenAt) + lagMs - Date.now();
  if (waitMs > 0) {
    await condition(() => own.state().rollback !== null, waitMs, { summary: "until the portal's search has caught up" });
  }
}

/** The rollback window: nothing happens until a person says so, or it is over. */
async function stayOpen(input: MigrationWorkflowInput, own: OwnedControl, steps: ReturnType<typeof forwardSteps>): Promise<void> {
  if (own.state().openUntil === null) {
    own.update({ openUntil: new Date(Date.now() + input.rollbackWindowMs).toISOString() });
    await enter(own, 'open');
  }
  const isAsked = () => own.state().finalize || own.state().rollback !== null;
  for (;;) {
    const until = Date.parse(own.state().openUntil ?? '');
    await condition(() => isAsked() || isRenewalDue(input) || hasRetry(own), Math.max(1_000, until - Date.now()), { summary: 'end of the rollback window' });
    if (isAsked() || !hasRetry(own)) {
      break;
    }
    await retried(input, own, steps);
  }
  if (!isAsked()) {
    await renewIfDue(input, own);
  }
  await own.unlessStopping();
}

/** A round of retry, in the middle of the rollback window. */
async function retried(input: MigrationWorkflowInput, own: OwnedControl, { report }: ReturnType<typeof forwardSteps>): Promise<void> {
  own.update({ outcome: null });
  await enter(own, 'retry');
  const hands = {
    identity: identityOf(input, own),
    runPhase: (name: string, items: readonly WorkItem[]) => runPhase(input, own, name, items),
    findUnexpected: (facts: PlanFacts) => unexpectedFound(input, own, facts),
    report,
    renewIfDue: () => renewIfDue(input, own),
  };
  await retryRound(hands, own);
  await enter(own, 'open');
}

async function undo(input: MigrationWorkflowInput, own: OwnedControl, steps: ReturnType<typeof forwardSteps>): Promise<void> {
  const before = own.state();
  own.update({ phase: 'rollback', done: [...before.done, before.phase], outcome: null, controls: stopLifted(before.controls) });
  await own.show();
  if (before.recovery?.lost === 'ledger' && !before.recovery.rebuilt) {
    // What was written must be known before it can be undone.
    for (const phase of REBUILDING.filter((each) => !before.done.includes(each))) {
      await steps[phase]();
    }
  }
  const { facts, rollback } = own.state();
  if (facts === null || rollback === null || !hasBegunWriting(before)) {
    return;
  }

  const work = {
    facts,
    objectTypes: OBJECT_TYPES.filter((objectType) => hasBegun(before, objectType)),
    associationTypes: hasBegun(before, 'relink') ? ASSOCIATION_TYPES : [],
    includeEdited: rollback.includeEdited,
    quietMs: input.quietMs ?? QUIET_MS[facts.simulator ? 'simulator' : 'portal'],
  };
  await runChild(own, workflowIds.rollback(input.run), (control) => startRollback({ ...identityOf(input, own), ...work, control, ...carriedOn(input, own) }));
  const { assembleReport } = proxyActivities<LedgerActivities>({ ...LEDGER, taskQueue: taskQueues.ledger(input.ledgerId) });
  await own.perform(() => assembleReport({ ...identityOf(input, own), rolledBack: true }));
}

/** Nothing can be undone any more: the pairs are let go. */
async function end({ run, ledgerId }: MigrationInput, own: OwnedControl, outcome: RunState): Promise<void> {
  const { closeShards } = proxyActivities<LedgerActivities>({ ...LEDGER, taskQueue: taskQueues.ledger(ledgerId) });
  await persistently(() => closeShards({ run }));
  own.update({ outcome });
  await own.show();
}

const isRenewalDue = ({ maxHistoryLength }: MigrationInput): boolean => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength >= (maxHistoryLength ?? Infinity);

/** Only between phases, when no child is open and nothing is under way: a child would end with this execution. */
async function renewIfDue(input: MigrationWorkflowInput, own: OwnedControl): Promise<void> {
  if (isRenewalDue(input)) {
    await condition(() => own.isQuiet() && allHandlersFinished());
    await atCrashPoint('workflow:continue-migration', () => continueAsNew<typeof migration>({ ...input, carried: own.state() }));
  }
}

function identityOf({ run, ledgerId, epoch }: MigrationInput, own: OwnedControl): RunIdentity {
  const { portalId } = own.state();
  if (portalId === null) {
    throw new Error('The portal is known from the preflight on');
  }
  return { run, ledgerId, epoch, portalId };
}

function factsOf(own: OwnedControl): PlanFacts {
  const { facts } = own.state();
  if (facts === null) {
    throw new Error('There is a plan from the phase plan on');
  }
  return facts;
}

/** What children hand on to theirs. */
const carriedOn = ({ maxHistoryLength }: MigrationInput, own: OwnedControl) => ({
  ...(maxHistoryLength === undefined ? {} : { maxHistoryLength }),
  ...(own.state().recovery === undefined ? {} : { earlierWork: 'void' as const }),
});
