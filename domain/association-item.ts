/** One association on its way: small parts that its protocol is made of. */
import { ASSOCIATION_KINDS, kindText } from './association-kind';
import type { AssociationBatchState, AssociationItem, AssociationSettlement, AssociationStanding } from './association-state';
import type { AssociationType } from './object-type';
import type { Refusal } from './record-outcome';

/** Does what this tool writes replace other labels of the pair? */
export function isLabel(associationType: AssociationType): boolean {
  const { plain, unlabelled } = ASSOCIATION_KINDS[associationType];
  return kindText(plain) !== kindText(unlabelled);
}

export function outcome(settlement: AssociationSettlement): AssociationStanding {
  return { at: 'outcome', settlement };
}

export function refusedAs(item: AssociationItem, refusal: Refusal): AssociationStanding {
  return outcome({ ordinal: item.ordinal, outcome: 'refused', refusal });
}

export function move(state: AssociationBatchState, from: AssociationStanding['at'], to: (item: AssociationItem) => AssociationStanding): AssociationBatchState {
  return { ...state, items: state.items.map((item) => (item.standing.at === from ? { ...item, standing: to(item) } : item)) };
}

export function pairKey({ fromId, toId }: { readonly fromId: string; readonly toId: string }): string {
  return `${fromId} ${toId}`;
}

export function itemsAt(state: AssociationBatchState, at: AssociationStanding['at']): readonly AssociationItem[] {
  return state.items.filter((item) => item.standing.at === at);
}
