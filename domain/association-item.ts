/** One association on its way: small parts that its protocol is made of. */
import { ASSOCIATION_KINDS, kindText } from './association-kind';
import type { AssociationBatchState, AssociationItem, AssociationSettlement, AssociationStanding } from './association-state';
import type { KindText } from './association-kind';
import type { AssociationType } from './object-type';
import type { Refusal } from './record-outcome';

interface Labelled {
  readonly labels: readonly KindText[];
}

/** Is the type that this tool writes a label, so that it replaces others of the pair? */
export function isLabel(associationType: AssociationType): boolean {
  const { plain, unlabelled } = ASSOCIATION_KINDS[associationType];
  return kindText(plain) !== kindText(unlabelled);
}

/**
 * A pair that is not there gets no label yet: whether its ends are still who they were shows when it is there under their own ids. The portal carries out a write to a
 * merged record on the one that it was merged into, where a label replaces labels that nobody has read; the unlabelled type replaces none.
 */
export function goesUnlabelledFirst(associationType: AssociationType, { labels, kinds }: Labelled & { readonly kinds: readonly KindText[] }): boolean {
  return labels.length > 0 && !isLabel(associationType) && kinds.length === 0;
}

/** What the pair has when it is written, apart from the primary. */
export function wantedKinds(associationType: AssociationType, { labels }: Labelled): readonly KindText[] {
  return [kindText(ASSOCIATION_KINDS[associationType].plain), ...labels];
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
