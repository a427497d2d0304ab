/**
 * A round of retry: records that failed or were skipped, planned again by a dry run that a person has seen, are driven once more by the same protocol as all others, in
 * batches, partitions and shards of their own. Nothing else is written. What is found of a round in the ledger is gone on with, so it may be broken off anywhere.
 */
import { proxyActivities, setHandler } from '@temporalio/workflow';
import { RETRY_STEPS, roundAsked, roundUnderWay } from '../domain/migration-state';
import type { RetryStep } from '../domain/migration-state';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { PlanFacts } from '../domain/plan-facts';
import { roundBegun } from '../domain/progress';
import { toStopCause } from '../domain/stop-cause';
import type { WorkItem } from '../domain/window';
import type { LedgerActivities, PortalActivities, RunIdentity } from '../activities/migration-activities';
import { LEDGER, LONG, WRITE } from './activity-options';
import { toActivityEnd } from './failed-call';
import { retryPhase, retrySignal, taskQueues } from './messages';
import type { OwnedControl } from './own-control';
import { associationItems, ofRound, recordItems } from './run-phase';

/** What a round borrows of the migration. */
export interface RetryHands {
  readonly identity: RunIdentity;
  /** Runs a phase as a child, under this name. */
  runPhase(name: string, items: readonly WorkItem[]): Promise<void>;
  /** Looks for records that are not the run's. */
  findUnexpected(facts: PlanFacts): Promise<void>;
  /** Writes the report, and tells in the state how the run stands. */
  report(): Promise<void>;
  /** Between two steps nothing is open: the execution may be renewed. */
  renewIfDue(): Promise<void>;
}

/** Call it before the first await. */
export function acceptRetries(own: OwnedControl): void {
  setHandler(retrySignal, ({ round }) => own.update({ retry: roundAsked(own.state(), round) }), { description: '{ round }: drive a round of failed and skipped records that the ledger knows' });
}

export const hasRetry = (own: OwnedControl): boolean => roundUnderWay(own.state()) !== null;

/** Carries the first round to its end. @throws RollbackRequested */
export async function retryRound(hands: RetryHands, own: OwnedControl): Promise<void> {
  const round = roundUnderWay(own.state());
  if (round === null) {
    return;
  }
  const steps = retrySteps(hands, own, round);
  for (const step of RETRY_STEPS.filter((each) => own.state().retry?.done.includes(each) !== true)) {
    await own.ready();
    await steps[step]();
    own.update({ retry: { rounds: own.state().retry?.rounds ?? [], done: [...(own.state().retry?.done ?? []), step] } });
    // Behind the last one the round is over: renewed in between, it would be begun once more.
    if (step !== 'report') {
      await hands.renewIfDue();
    }
  }
  own.update({ retry: { rounds: (own.state().retry?.rounds ?? []).filter((each) => each !== round), done: [] } });
}

function retrySteps(hands: RetryHands, own: OwnedControl, round: number): Readonly<Record<RetryStep, () => Promise<void>>> {
  const { identity } = hands;
  const { planRetry } = proxyActivities<LedgerActivities>({ ...LONG, taskQueue: taskQueues.ledger(identity.ledgerId) });
  const { endRetry } = proxyActivities<LedgerActivities>({ ...LEDGER, taskQueue: taskQueues.ledger(identity.ledgerId) });
  const { applySchema } = proxyActivities<PortalActivities>({ ...WRITE, taskQueue: taskQueues.portal(identity.ledgerId) });
  const facts = (): PlanFacts => {
    const known = own.state().facts;
    if (known === null) {
      throw new Error('What is retried was planned');
    }
    return known;
  };
  const writeRecords = (objectType: (typeof OBJECT_TYPES)[number]) => async () => {
    const items = ofRound(recordItems(facts(), 'write-records', [objectType]), round);
    if (items.length > 0) {
      await hands.runPhase(retryPhase(round, objectType), items);
      own.update({ writtenAt: new Date(Date.now()).toISOString() });
    }
  };

  return {
    async take() {
      const taken = await untilTold(own, () => planRetry({ ...identity, round }));
      own.update({ facts: taken.facts, progress: roundBegun(own.state().progress, taken.written) });
    },
    async properties() {
      await own.perform(() => applySchema({ ...identity, reserve: own.state().controls.control.reserve }));
    },
    companies: writeRecords('companies'),
    contacts: writeRecords('contacts'),
    deals: writeRecords('deals'),
    async relink() {
      const items = ofRound(associationItems(facts(), 'write-associations', ASSOCIATION_TYPES), round);
      await hands.runPhase(retryPhase(round, 'relink'), items);
    },
    async verify() {
      const records = ofRound(recordItems(facts(), 'verify-records', OBJECT_TYPES), round);
      // Associations moved between batches: where any did, all of the type are read back, a thousand sources a call.
      const types = ASSOCIATION_TYPES.filter((associationType) => ofRound(associationItems(facts(), 'verify-associations', [associationType]), round).length > 0);
      await hands.runPhase(retryPhase(round, 'verify'), [...records, ...associationItems(facts(), 'verify-associations', types)]);
      await hands.findUnexpected(facts());
    },
    async report() {
      await own.perform(() => endRetry({ ...identity, round }));
      await hands.report();
    },
  };
}

/** A round that may have been taken is never left for a rollback before it is known: by its answer alone the batches can be found. */
async function untilTold<T>(own: OwnedControl, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const ended = toActivityEnd(error);
      if (ended.end === 'failed') {
        own.hold(toStopCause(ended.call, Date.now()));
        await own.ready();
      }
    }
  }
}
