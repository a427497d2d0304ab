/** Carries out the commands of the association protocol against ledger and portal. It decides nothing. */
import type { CallContext, TargetConnector } from '../connectors/connector';
import { advanceAssociations, beginAssociations } from '../domain/association-protocol';
import type { AssociationCommand, AssociationEvent, AssociationToWrite } from '../domain/association-state';
import { wasCertainlyNotCarriedOut } from '../domain/call-certainty';
import { MigrationError } from '../domain/migration-error';
import { ASSOCIATION_ENDS } from '../domain/object-type';
import type { AssociationType } from '../domain/object-type';
import type { FencedLedger } from '../ledger/ledger';
import { toIso } from './run-context';

export interface AssociationHands {
  readonly ledger: FencedLedger;
  readonly target: TargetConnector;
  readonly clock: () => number;
  readonly call: CallContext;
  readonly run: string;
  readonly associationType: AssociationType;
  readonly assertQuota: () => Promise<void>;
}

/** @throws TransientError `in-doubt` or the error of the call that failed; the ledger is in order in each case. */
export async function carryOutAssociations(hands: AssociationHands, links: readonly AssociationToWrite[], mode: 'write' | 'settle'): Promise<void> {
  let failure: unknown = null;
  let { state, command } = beginAssociations(hands.associationType, links, mode);
  while (command.do !== 'done') {
    if (command.do === 'rethrow') {
      throw failure;
    }
    if (command.do === 'fail') {
      throw new MigrationError(command.type, `Batch of ${hands.associationType} in run ${hands.run}: ${command.code}.`, { code: command.code, mayHaveLanded: true });
    }
    let event: AssociationEvent;
    try {
      event = await carryOut(hands, command);
    } catch (error) {
      if (command.do !== 'create') {
        throw error;
      }
      failure = error;
      event = wasCertainlyNotCarriedOut(error) ? { on: 'not-carried-out' } : { on: 'no-answer' };
    }
    ({ state, command } = advanceAssociations(state, event));
  }
}

type WorkingCommand = Exclude<AssociationCommand, { do: 'done' | 'rethrow' | 'fail' }>;

async function carryOut({ ledger, target, clock, call, run, associationType, assertQuota }: AssociationHands, command: WorkingCommand): Promise<AssociationEvent> {
  const { from, to } = ASSOCIATION_ENDS[associationType];
  switch (command.do) {
    case 'settle':
      await ledger.linking.settle(run, associationType, command.settlements, toIso(clock()));
      return { on: 'settled' };
    case 'read':
      return { on: 'associations-read', associations: await target.readAssociations(from, to, command.fromIds, call) };
    case 'read-ends': {
      const live = await target.readRecords(command.end === 'from' ? from : to, { ids: command.ids, idProperty: null, properties: [], archived: false }, call);
      return { on: 'ends-read', liveIds: live.map(({ id }) => id) };
    }
    case 'keep-pre-kinds':
      return { on: 'pre-kinds-kept', kinds: await ledger.linking.keepPreKinds(run, associationType, command.kinds) };
    case 'check-quota':
      await assertQuota();
      return { on: 'quota-suffices' };
    case 'mark-sent':
      return { on: 'marked', ordinals: await ledger.linking.markSent(run, associationType, command.links, toIso(clock())) };
    case 'clear-sent':
      await ledger.linking.clearSent(run, associationType, command.links);
      return { on: 'cleared' };
    case 'create':
      return { on: 'answered', answer: await target.createAssociations(from, to, command.associations, call) };
  }
}
