/**
 * Undoing a batch of associations, as a pure state machine: read, intent, call, outcome. What this run added goes, what a pair had before stays or comes back, and what
 * people did since is theirs: a pair that they took away does not come back, one that they labelled stays. It may die anywhere: pairs are read before they are touched, and
 * what is undone already is found undone.
 */
import { ASSOCIATION_KINDS, kindText, parseKind, splitKinds } from './association-kind';
import type { KindText } from './association-kind';
import { wantedKinds } from './association-item';
import type { AssociationAnswer, PortalAssociation } from './association-state';
import type {
  AssociationUndoCommand, AssociationUndoContext, AssociationUndoEvent, AssociationUndoItem, AssociationUndoProgress, AssociationUndoStanding, AssociationUndoState, AssociationUndoStep, LinkToUndo,
} from './association-undo-state';
import type { AssociationType } from './object-type';

// 1,000 sources a batch read, 2,000 pairs a batch create, 100 sources a batch archive (the last assumed, HubSpot states none): associations API, 2026-09.
const MAX_SOURCES_A_READ = 1_000;
const MAX_PAIRS_A_CALL = 2_000;
const MAX_SOURCES_AN_ARCHIVE = 100;
/** Looks at one pair within one attempt; beyond it the portal is not answering for it. */
const MAX_READS = 4;

export function beginAssociationUndo(context: AssociationUndoContext, links: readonly LinkToUndo[]): AssociationUndoProgress {
  return step({ context, items: links.map(toItem), pairsACall: MAX_PAIRS_A_CALL, quotaChecked: false, asked: { do: 'done' } });
}

export function advanceAssociationUndo(state: AssociationUndoState, event: AssociationUndoEvent): AssociationUndoProgress {
  return step(applyEvent(state, event));
}

function toItem({ ordinal, fromTargetId, toTargetId, labels, preKinds, undo }: LinkToUndo): AssociationUndoItem {
  const isOpen = fromTargetId !== null && toTargetId !== null && (undo === 'pending' || undo === 'sent' || undo === 'failed');
  return {
    ordinal, fromId: fromTargetId ?? '', toId: toTargetId ?? '', labels, preKinds: splitKinds(preKinds ?? ''), kinds: [], wasSent: undo === 'sent', readCount: 0,
    standing: { at: isOpen ? 'unread' : 'done' },
  };
}

// ---------------------------------------------------------------- events

function applyEvent(state: AssociationUndoState, event: AssociationUndoEvent): AssociationUndoState {
  switch (event.on) {
    case 'quota-suffices':
      return { ...state, quotaChecked: true };
    case 'associations-read':
      return applyRead(state, event.associations);
    case 'settled':
      return applySettled(state, event.ordinals);
    case 'removed':
      return move(state, 'remove', (item) => outcome(item, 'archived', null));
    case 'taken':
      return applyTaken(state);
    case 'answered':
      return applyAnswer(state, event.answer);
  }
}

function applyRead(state: AssociationUndoState, associations: readonly PortalAssociation[]): AssociationUndoState {
  const { asked, context } = state;
  const sources = new Set(asked.do === 'read' ? asked.fromIds : []);
  const found = new Map(associations.map((association) => [pairKey(association), association.kinds.map(kindText)]));
  return {
    ...state,
    items: state.items.map((item): AssociationUndoItem => {
      if (item.standing.at !== 'unread' || !sources.has(item.fromId)) {
        return item;
      }
      const read = { ...item, kinds: found.get(pairKey(item)) ?? [], readCount: item.readCount + 1 };
      return { ...read, standing: decided(context, read) };
    }),
  };
}

function decided({ associationType, edited }: AssociationUndoContext, item: AssociationUndoItem): AssociationUndoStanding {
  const { preKinds, kinds, wasSent } = item;
  if (kinds.length === 0) {
    return wasSent && preKinds.length === 0 ? outcome(item, 'archived', null) : outcome(item, 'gone', 'deleted-since');
  }
  if (preKinds.length === 0) {
    const isLabelled = kinds.some((kind) => !comesWithOurs(associationType, item, kind));
    return isLabelled && edited === 'keep' ? outcome(item, 'kept', 'edited-since') : { at: 'decided', next: { do: 'remove' } };
  }
  const added = ownKinds(associationType, item).filter((kind) => kinds.includes(kind) && !preKinds.includes(kind));
  const missing = preKinds.filter((kind) => !kinds.includes(kind));
  if (added.length > 0) {
    return { at: 'decided', next: { do: 'take', kinds: added, missing } };
  }
  if (missing.length > 0) {
    return { at: 'decided', next: { do: 'put-back', kinds: missing } };
  }
  return wasSent ? outcome(item, 'restored', null) : outcome(item, 'gone', 'deleted-since');
}

/** What the forward run writes. */
function ownKinds(associationType: AssociationType, item: AssociationUndoItem): readonly KindText[] {
  const { primary } = ASSOCIATION_KINDS[associationType];
  const wanted = wantedKinds(associationType, item);
  return primary === null ? wanted : [...wanted, kindText(primary)];
}

/** Ours, or given to every pair by the portal itself. */
function comesWithOurs(associationType: AssociationType, item: AssociationUndoItem, kind: KindText): boolean {
  return ownKinds(associationType, item).includes(kind) || kind === kindText(ASSOCIATION_KINDS[associationType].unlabelled);
}

/** An intent that the ledger did not take was undone by another attempt meanwhile: touching the pair now could hit what a person made since. */
function applySettled(state: AssociationUndoState, ordinals: readonly number[]): AssociationUndoState {
  const { asked } = state;
  const marked = new Set(asked.do === 'settle' ? asked.settlements.filter((settlement) => settlement.state === 'sent').map((settlement) => settlement.ordinal) : []);
  const changed = new Set(ordinals);
  return {
    ...state,
    items: state.items.map((item): AssociationUndoItem => {
      if (item.standing.at === 'outcome') {
        return { ...item, standing: { at: 'done' } };
      }
      if (item.standing.at !== 'decided' || !marked.has(item.ordinal)) {
        return item;
      }
      return changed.has(item.ordinal) ? { ...item, wasSent: true, standing: { at: 'marked', next: item.standing.next } } : { ...item, standing: { at: 'done' } };
    }),
  };
}

function applyTaken(state: AssociationUndoState): AssociationUndoState {
  return {
    ...state,
    items: state.items.map((item): AssociationUndoItem => {
      if (item.standing.at !== 'marked' || item.standing.next.do !== 'take') {
        return item;
      }
      const { kinds: taken, missing } = item.standing.next;
      const left = { ...item, kinds: item.kinds.filter((kind) => !taken.includes(kind)) };
      return { ...left, standing: missing.length > 0 ? { at: 'marked', next: { do: 'put-back', kinds: missing } } : outcome(item, 'restored', null) };
    }),
  };
}

function applyAnswer(state: AssociationUndoState, answer: AssociationAnswer): AssociationUndoState {
  const sent = new Set(state.asked.do === 'put-back' ? state.asked.associations.map(pairKey) : []);
  const { refusedWhole } = answer;
  if (refusedWhole !== null && sent.size > 1) {
    return { ...state, pairsACall: Math.max(1, Math.floor(sent.size / 2)) };
  }
  const landed = new Set(answer.landed.map(pairKey));
  return move(state, 'put-back', (item, next) => {
    if (!sent.has(pairKey(item))) {
      return { at: 'marked', next };
    }
    if (landed.has(pairKey(item))) {
      return outcome(item, 'restored', null);
    }
    const refusal = refusedWhole ?? answer.refused.find(({ fromId, toId }) => (fromId === null || fromId === item.fromId) && (toId === null || toId === item.toId));
    return refusal === undefined ? { at: 'unread' } : outcome(item, 'failed', refusal.code);
  });
}

function outcome({ ordinal }: AssociationUndoItem, state: 'archived' | 'restored' | 'kept' | 'gone' | 'failed', code: string | null): AssociationUndoStanding {
  return { at: 'outcome', settlement: { ordinal, state, code } };
}

function move(state: AssociationUndoState, doing: AssociationUndoStep['do'], to: (item: AssociationUndoItem, next: AssociationUndoStep) => AssociationUndoStanding): AssociationUndoState {
  return { ...state, items: state.items.map((item) => (item.standing.at === 'marked' && item.standing.next.do === doing ? { ...item, standing: to(item, item.standing.next) } : item)) };
}

function pairKey({ fromId, toId }: { readonly fromId: string; readonly toId: string }): string {
  return `${fromId} ${toId}`;
}

// ---------------------------------------------------------------- the next command

function step(state: AssociationUndoState): AssociationUndoProgress {
  const command = nextCommand(state);
  const isWrite = command.do === 'remove' || command.do === 'take' || command.do === 'put-back';
  return { state: { ...state, asked: command, quotaChecked: isWrite ? false : state.quotaChecked }, command };
}

function nextCommand(state: AssociationUndoState): AssociationUndoCommand {
  const { items, quotaChecked } = state;
  const settlements = items.flatMap(({ standing }) => (standing.at === 'outcome' ? [standing.settlement] : []));
  if (settlements.length > 0) {
    return { do: 'settle', settlements };
  }
  const marked = items.flatMap((item) => (item.standing.at === 'marked' ? [{ item, next: item.standing.next }] : []));
  if (marked.length > 0) {
    return callOf(state, marked);
  }
  const unread = items.filter(({ standing }) => standing.at === 'unread');
  const decidedItems = items.flatMap((item) => (item.standing.at === 'decided' ? [{ item, next: item.standing.next }] : []));
  if (unread.length === 0 && decidedItems.length === 0) {
    return { do: 'done' };
  }
  if (unread.some((item) => item.readCount >= MAX_READS)) {
    return { do: 'fail', type: 'TransientError', code: 'in-doubt' };
  }
  if (!quotaChecked) {
    return { do: 'check-quota' };
  }
  if (unread.length > 0) {
    return { do: 'read', fromIds: [...new Set(unread.map((item) => item.fromId))].slice(0, MAX_SOURCES_A_READ) };
  }
  return { do: 'settle', settlements: ofOneCall(decidedItems).map(({ item }) => ({ ordinal: item.ordinal, state: 'sent', code: null })) };
}

interface Doing {
  readonly item: AssociationUndoItem;
  readonly next: AssociationUndoStep;
}

/** Pairs of one call are marked, sent and settled before the next are: dying leaves one call's worth in doubt. */
function ofOneCall(decidedItems: readonly Doing[]): readonly Doing[] {
  const alike = decidedItems.filter(({ next }) => next.do === decidedItems[0]?.next.do);
  const sources = new Set([...new Set(alike.map(({ item }) => item.fromId))].slice(0, MAX_SOURCES_AN_ARCHIVE));
  return alike.filter(({ item }) => sources.has(item.fromId));
}

function callOf({ pairsACall }: AssociationUndoState, marked: readonly Doing[]): AssociationUndoCommand {
  const removed = marked.filter(({ next }) => next.do === 'remove');
  if (removed.length > 0) {
    return { do: 'remove', pairs: removed.map(({ item: { fromId, toId } }) => ({ fromId, toId })) };
  }
  const taken = marked.flatMap(({ item: { fromId, toId }, next }) => (next.do === 'take' ? [{ fromId, toId, kinds: next.kinds.map(parseKind) }] : []));
  if (taken.length > 0) {
    return { do: 'take', associations: taken };
  }
  // The portal replaces a pair's labels by those of the call: what the pair still has goes out with what comes back.
  const back = marked.flatMap(({ item: { fromId, toId, kinds }, next }) => (next.do === 'put-back' ? [{ fromId, toId, kinds: [...new Set([...kinds, ...next.kinds])].map(parseKind) }] : []));
  return { do: 'put-back', associations: back.slice(0, pairsACall) };
}
