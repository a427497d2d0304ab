/**
 * Writing associations exactly once, as a pure state machine. A pair is read before it is written: what it had is kept (rollback needs it) and goes out again with what is
 * planned, because the portal replaces a pair's labels by those of the call. A pair in doubt is settled by reading it; associations have no key, but writing one twice
 * leaves one.
 */
import { ASSOCIATION_KINDS, joinKinds, kindText, parseKind, splitKinds } from './association-kind';
import type { KindText } from './association-kind';
import type {
  AssociationAnswer, AssociationBatchState, AssociationCommand, AssociationEvent, AssociationItem, AssociationSettlement, AssociationStanding, AssociationStep, AssociationToWrite, PortalAssociation,
} from './association-state';
import type { AssociationType } from './object-type';
import type { Refusal } from './record-outcome';

// 1,000 sources a batch read, 2,000 pairs a batch create: HubSpot associations API, 2026-09.
const MAX_SOURCES_A_READ = 1_000;
const MAX_PAIRS_A_CALL = 2_000;
/** Beyond the halving of a full call the portal is not answering for the pair. */
const MAX_SENDS_AN_ATTEMPT = 15;

/** @param mode `settle` only finds out what became of pairs sent before; nothing goes out (rollback) */
export function beginAssociations(associationType: AssociationType, links: readonly AssociationToWrite[], mode: 'write' | 'settle' = 'write'): AssociationStep {
  const pairCounts = new Map<string, number>();
  for (const { fromTargetId } of links) {
    pairCounts.set(fromTargetId ?? '', (pairCounts.get(fromTargetId ?? '') ?? 0) + 1);
  }
  const items = links.filter((link) => mode === 'write' || link.state === 'sent').map((link) => toItem(link, (pairCounts.get(link.fromTargetId ?? '') ?? 0) > 1));
  return step({ associationType, mode, items, keepPrimaryOf: [], queue: [], quotaChecked: false, ending: 'none', asked: { do: 'done' } });
}

export function advanceAssociations(state: AssociationBatchState, event: AssociationEvent): AssociationStep {
  return step(applyEvent(state, event));
}

function toItem(link: AssociationToWrite, isOneOfSeveral: boolean): AssociationItem {
  const { ordinal, primary, fromOrigin, attempt } = link;
  return {
    ordinal, primary, isOneOfSeveral, fromOrigin, attempt,
    fromId: link.fromTargetId ?? '',
    toId: link.toTargetId ?? '',
    preKinds: link.preKinds === null ? null : splitKinds(link.preKinds),
    kinds: [],
    sendCount: 0,
    standing: standingAtStart(link),
  };
}

function standingAtStart(link: AssociationToWrite): AssociationStanding {
  if (link.state === 'settled') {
    return { at: 'settled' };
  }
  if (link.fromTargetId === null || link.toTargetId === null) {
    return outcome({ ordinal: link.ordinal, outcome: 'end-not-written', refusal: null });
  }
  return { at: 'unread', sent: link.state === 'sent' };
}

function outcome(settlement: AssociationSettlement): AssociationStanding {
  return { at: 'outcome', settlement };
}

// ---------------------------------------------------------------- events

function applyEvent(state: AssociationBatchState, event: AssociationEvent): AssociationBatchState {
  switch (event.on) {
    case 'settled':
      return move(state, 'outcome', () => ({ at: 'settled' }));
    case 'associations-read':
      return applyRead(state, event.associations);
    case 'pre-kinds-kept':
      return move(state, 'imaged', (item) => decided(state, item));
    case 'quota-suffices':
      return { ...state, quotaChecked: true };
    case 'marked':
      return applyMarks(state, event.ordinals);
    case 'cleared':
      return move(state, 'absent', () => ({ at: 'ready' }));
    case 'answered':
      return applyAnswer(state, event.answer);
    case 'not-carried-out':
      return { ...move(state, 'marked', () => ({ at: 'absent' })), ending: 'rethrow' };
    case 'no-answer':
      return { ...state, ending: 'rethrow' };
  }
}

function applyRead(state: AssociationBatchState, associations: readonly PortalAssociation[]): AssociationBatchState {
  const { asked } = state;
  const sources = new Set(asked.do === 'read' ? asked.fromIds : []);
  const found = new Map(associations.map((association) => [pairKey(association), association.kinds.map(kindText)]));
  const read: AssociationBatchState = {
    ...state,
    items: state.items.map((item) => {
      if (item.standing.at !== 'unread' || !sources.has(item.fromId)) {
        return item;
      }
      const kinds = found.get(pairKey(item)) ?? [];
      return { ...item, kinds, preKinds: item.preKinds ?? kinds };
    }),
  };
  const withPrimaries = { ...read, keepPrimaryOf: [...new Set([...state.keepPrimaryOf, ...primariesOfOthers(read, associations)])] };
  return {
    ...withPrimaries,
    items: withPrimaries.items.map((item, index) => {
      if (item.standing.at !== 'unread' || !sources.has(item.fromId)) {
        return item;
      }
      const isFirstRead = state.items[index]?.preKinds === null;
      return { ...item, standing: isFirstRead ? { at: 'imaged' } : decided(withPrimaries, item) };
    }),
  };
}

/** A primary counts as somebody else's unless it stands on a pair of this batch that had none before we wrote. */
function primariesOfOthers(state: AssociationBatchState, associations: readonly PortalAssociation[]): readonly string[] {
  const primary = ASSOCIATION_KINDS[state.associationType].primary;
  if (primary === null) {
    return [];
  }
  const items = new Map(state.items.map((item) => [pairKey(item), item]));
  return associations.filter((association) => {
    const isPrimary = association.kinds.some((kind) => kindText(kind) === kindText(primary));
    const item = items.get(pairKey(association));
    return isPrimary && (item === undefined || item.preKinds?.includes(kindText(primary)) === true);
  }).map((association) => association.fromId);
}

/** A pair that has all it shall have is settled without a call. */
function decided(state: AssociationBatchState, item: AssociationItem): AssociationStanding {
  const wanted = plannedKinds(state, item);
  const isThere = wanted.every((kind) => item.kinds.includes(kind));
  if (isThere) {
    return outcome({ ordinal: item.ordinal, outcome: landedAs(state, item), refusal: null });
  }
  return item.standing.at === 'unread' && item.standing.sent ? { at: 'absent' } : { at: 'ready' };
}

/** *Added* is what was not there before this run wrote. */
function landedAs({ associationType }: AssociationBatchState, { preKinds }: AssociationItem): 'added' | 'already-there' {
  return preKinds?.includes(kindText(ASSOCIATION_KINDS[associationType].plain)) === true ? 'already-there' : 'added';
}

/** Primary is written where a record of this run's making has several companies and no primary of somebody else's; the source's own reference names which. */
function plannedKinds({ associationType, keepPrimaryOf }: AssociationBatchState, item: AssociationItem): readonly KindText[] {
  const { plain, primary } = ASSOCIATION_KINDS[associationType];
  const isWritten = primary !== null && item.primary && item.isOneOfSeveral && item.fromOrigin === 'c' && !keepPrimaryOf.includes(item.fromId);
  return isWritten ? [kindText(plain), kindText(primary)] : [kindText(plain)];
}

function applyMarks(state: AssociationBatchState, taken: readonly number[]): AssociationBatchState {
  const { asked } = state;
  const wanted = new Set(asked.do === 'mark-sent' ? asked.links.map((link) => link.ordinal) : []);
  const ours = new Set(taken);
  return {
    ...state,
    items: state.items.map((item) => {
      if (!wanted.has(item.ordinal)) {
        return item;
      }
      return ours.has(item.ordinal) ? { ...item, attempt: item.attempt + 1, sendCount: item.sendCount + 1, standing: { at: 'marked' } } : { ...item, standing: { at: 'elsewhere' } };
    }),
  };
}

function applyAnswer(state: AssociationBatchState, answer: AssociationAnswer): AssociationBatchState {
  if (answer.refusedWhole !== null) {
    return applyRefusedWhole(state, answer.refusedWhole);
  }
  const landed = new Set(answer.landed.map(pairKey));
  return move(state, 'marked', (item) => {
    if (landed.has(pairKey(item))) {
      return outcome({ ordinal: item.ordinal, outcome: landedAs(state, item), refusal: null });
    }
    // There is no trace id here: the ids in the answer's context tell whom it means, both of a pair or one end.
    const refused = answer.refused.find(({ fromId, toId }) => (fromId !== null || toId !== null) && (fromId === null || fromId === item.fromId) && (toId === null || toId === item.toId));
    return refused === undefined ? { at: 'unread', sent: true } : refusedAs(item, { code: refused.code, property: null, message: refused.message, correlationId: refused.correlationId });
  });
}

function applyRefusedWhole(state: AssociationBatchState, { code, property, message, correlationId }: Refusal): AssociationBatchState {
  const marked = state.items.filter((item) => item.standing.at === 'marked').map((item) => item.ordinal);
  if (marked.length <= 1) {
    return move(state, 'marked', (item) => refusedAs(item, { code, property, message, correlationId }));
  }
  const middle = Math.ceil(marked.length / 2);
  return { ...move(state, 'marked', () => ({ at: 'absent' })), queue: [marked.slice(0, middle), marked.slice(middle), ...state.queue] };
}

function refusedAs(item: AssociationItem, refusal: Refusal): AssociationStanding {
  return outcome({ ordinal: item.ordinal, outcome: 'refused', refusal });
}

function move(state: AssociationBatchState, from: AssociationStanding['at'], to: (item: AssociationItem) => AssociationStanding): AssociationBatchState {
  return { ...state, items: state.items.map((item) => (item.standing.at === from ? { ...item, standing: to(item) } : item)) };
}

function pairKey({ fromId, toId }: { readonly fromId: string; readonly toId: string }): string {
  return `${fromId} ${toId}`;
}

// ---------------------------------------------------------------- the next command

function step(state: AssociationBatchState): AssociationStep {
  const { command, queue } = nextCommand(state);
  return { state: { ...state, queue, asked: command, quotaChecked: command.do === 'create' ? false : state.quotaChecked }, command };
}

interface Choice {
  readonly command: AssociationCommand;
  readonly queue: AssociationBatchState['queue'];
}

function nextCommand(state: AssociationBatchState): Choice {
  const stay = (command: AssociationCommand): Choice => ({ command, queue: state.queue });
  const settlements = state.items.flatMap((item) => (item.standing.at === 'outcome' ? [item.standing.settlement] : []));
  if (settlements.length > 0) {
    return stay({ do: 'settle', settlements });
  }
  const absent = itemsAt(state, 'absent');
  if (absent.length > 0) {
    return stay({ do: 'clear-sent', links: absent.map(toMark) });
  }
  if (state.ending === 'rethrow') {
    return stay({ do: 'rethrow' });
  }
  const unread = itemsAt(state, 'unread');
  if (unread.some((item) => item.sendCount >= MAX_SENDS_AN_ATTEMPT)) {
    return stay({ do: 'fail', type: 'TransientError', code: 'in-doubt' });
  }
  if (unread.length > 0) {
    return stay({ do: 'read', fromIds: [...new Set(unread.map((item) => item.fromId))].slice(0, MAX_SOURCES_A_READ) });
  }
  const imaged = itemsAt(state, 'imaged');
  if (imaged.length > 0) {
    return stay({ do: 'keep-pre-kinds', kinds: imaged.map((item) => ({ ordinal: item.ordinal, preKinds: joinKinds(item.preKinds ?? []) })) });
  }
  return sendingChoice(state);
}

function sendingChoice(state: AssociationBatchState): Choice {
  const marked = itemsAt(state, 'marked');
  if (marked.length > 0) {
    return { command: { do: 'create', associations: inSendingOrder(state, marked) }, queue: state.queue };
  }
  const ready = itemsAt(state, 'ready');
  if (ready.length === 0 || state.mode === 'settle') {
    return { command: itemsAt(state, 'elsewhere').length > 0 ? { do: 'fail', type: 'TransientError', code: 'in-doubt' } : { do: 'done' }, queue: [] };
  }
  if (ready.some((item) => item.sendCount >= MAX_SENDS_AN_ATTEMPT)) {
    return { command: { do: 'fail', type: 'TransientError', code: 'in-doubt' }, queue: [] };
  }
  if (!state.quotaChecked) {
    return { command: { do: 'check-quota' }, queue: state.queue };
  }
  const [group, ...later] = state.queue;
  const inGroup = group === undefined ? [] : ready.filter((item) => group.includes(item.ordinal));
  const chosen = inGroup.length > 0 ? inGroup : ready.filter((item) => !state.queue.flat().includes(item.ordinal)).slice(0, MAX_PAIRS_A_CALL);
  if (chosen.length === 0) {
    return sendingChoice({ ...state, queue: later });
  }
  return { command: { do: 'mark-sent', links: chosen.map(toMark) }, queue: inGroup.length > 0 ? later : state.queue };
}

/** The portal makes a record's first company primary by itself: the planned primary goes first. */
function inSendingOrder(state: AssociationBatchState, marked: readonly AssociationItem[]): readonly PortalAssociation[] {
  return [...marked].sort((left, right) => Number(right.primary) - Number(left.primary) || left.ordinal - right.ordinal).map((item) => ({
    fromId: item.fromId,
    toId: item.toId,
    kinds: splitKinds(joinKinds([...item.kinds, ...plannedKinds(state, item)])).map(parseKind),
  }));
}

function itemsAt(state: AssociationBatchState, at: AssociationStanding['at']): readonly AssociationItem[] {
  return state.items.filter((item) => item.standing.at === at);
}

const toMark = (item: AssociationItem): { ordinal: number; attempt: number } => ({ ordinal: item.ordinal, attempt: item.attempt });
