/** Carries out the commands of the protocol that undoes associations. It decides nothing. A call that fails leaves its pairs marked; the next attempt reads them before it does anything. */
import type { CallContext, TargetConnector } from '../connectors/connector';
import { advanceAssociationUndo, beginAssociationUndo } from '../domain/association-undo-protocol';
import type { AssociationUndoCommand, AssociationUndoContext, AssociationUndoEvent, LinkToUndo } from '../domain/association-undo-state';
import { MigrationError } from '../domain/migration-error';
import { ASSOCIATION_ENDS } from '../domain/object-type';
import type { FencedLedger } from '../ledger/ledger';
import { toIso } from './run-context';

export interface AssociationUndoHands {
  readonly ledger: FencedLedger;
  readonly target: TargetConnector;
  readonly clock: () => number;
  readonly call: CallContext;
  readonly run: string;
  readonly assertQuota: () => Promise<void>;
}

/** @throws TransientError `in-doubt` or the error of the call that failed; the ledger is in order in each case. */
export async function carryOutAssociationUndo(hands: AssociationUndoHands, context: AssociationUndoContext, links: readonly LinkToUndo[]): Promise<void> {
  let { state, command } = beginAssociationUndo(context, links);
  while (command.do !== 'done') {
    if (command.do === 'fail') {
      throw new MigrationError(command.type, `Undoing ${context.associationType} of run ${hands.run}: ${command.code}.`, { code: command.code, mayHaveLanded: true });
    }
    ({ state, command } = advanceAssociationUndo(state, await carryOut(hands, context, command)));
  }
}

type WorkingCommand = Exclude<AssociationUndoCommand, { do: 'done' | 'fail' }>;

async function carryOut({ ledger, target, clock, call, run, assertQuota }: AssociationUndoHands, { associationType }: AssociationUndoContext, command: WorkingCommand): Promise<AssociationUndoEvent> {
  const { from, to } = ASSOCIATION_ENDS[associationType];
  switch (command.do) {
    case 'check-quota':
      await assertQuota();
      return { on: 'quota-suffices' };
    case 'read':
      return { on: 'associations-read', associations: await target.readAssociations(from, to, command.fromIds, call) };
    case 'settle':
      return { on: 'settled', ordinals: await ledger.linking.settleUndo(run, associationType, command.settlements, toIso(clock())) };
    case 'remove':
      await target.archiveAssociations(from, to, command.pairs, call);
      return { on: 'removed' };
    case 'take':
      await target.archiveAssociationKinds(from, to, command.associations, call);
      return { on: 'taken' };
    case 'put-back':
      return { on: 'answered', answer: await target.createAssociations(from, to, command.associations, call) };
  }
}
