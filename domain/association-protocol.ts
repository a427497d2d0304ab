/**
 * Writing associations exactly once, as a pure state machine. A pair is read before it is written: what it had is kept (rollback needs it) and goes out again with what is
 * planned, because the portal replaces a pair's labels by those of the call. A pair in doubt is settled by reading it; associations have no key, but writing one twice
 * leaves one.
 */
import { applyEnds, endsToRead } from './association-ends';
import { goesUnlabelledFirst, isLabel, itemsAt, move, outcome, pairKey, refusedAs, wantedKinds } from './association-item';
import { ASSOCIATION_KINDS, joinKinds, kindText, parseKind, splitKinds } from './association-kind';
import type { KindText } from './association-kind';
import type {
  AssociationAnswer, AssociationBatchState, AssociationCommand, AssociationEvent, AssociationItem, AssociationStanding, AssociationStep, AssociationToWrite, PortalAssociation,
} from './association-state';
import type { AssociationType } from './object-type';
import type { Refusal } from './record-outcome';

// 1,000 sources a batch read, 2,000 pairs a batch create: HubSpot associations API, 2026-09.
const MAX_SOURCES_A_READ = 1_000;
const MAX_PAIRS_A_CALL = 2_000;
/** End of the code of a refusal because an end does not exist: HubSpot associations API, 2026-09. */
const NOT_FOUND = 'OBJECT_NOT_FOUND';
/** Beyond the halving of a full call the portal is not answering for the pair. */
const MAX_SENDS_AN_ATTEMPT = 15;

/** @param mode `settle` only finds out what became of pairs sent before; nothing goes out (rollback) */
export function beginAssociations(associationType: AssociationType, links: readonly AssociationToWrite[], mode: 'write' | 'settle' = 'write'): AssociationStep {
  const pairCounts = new Map<string, number>();
  for (const { fromTargetId } of links) {
    pairCounts.set(fromTargetId ?? '', (pairCounts.get(fromTargetId ?? '') ?? 0) + 1);
  }
  // A request that was looked for in vain may have landed later: whatever was sent once is looked for again.
  const items = links.filter((link) => mode === 'write' || (link.attempt > 0 && link.state !== 'settled')).map((link) => toItem(associationType, mode, link, (pairCounts.get(link.fromTargetId ?? '') ?? 0) > 1));
  return step({ associationType, mode, items, primaries: [], queue: [], quotaChecked: false, ending: 'none', asked: { do: 'done' } });
}

export function advanceAssociations(state: AssociationBatchState, event: AssociationEvent): AssociationStep {
  return step(applyEvent(state, event));
}

function toItem(associationType: AssociationType, mode: 'write' | 'settle', link: AssociationToWrite, isOneOfSeveral: boolean): AssociationItem {
  const { ordinal, primary, labels, fromOrigin, attempt } = link;
  return {
    ordinal, primary, labels, isOneOfSeveral, fromOrigin, attempt,
    fromId: link.fromTargetId ?? '',
    toId: link.toTargetId ?? '',
    // Before the first send nothing there is ours: what people did since an attempt that died belongs to what was there before.
    preKinds: link.preKinds === null || attempt === 0 ? null : splitKinds(link.preKinds),
    kinds: [],
    sendCount: 0,
    unnamedCount: 0,
    isReread: false,
    isRedirected: false,
    hasLiveEnds: false,
    standing: standingAtStart(associationType, mode, link),
  };
}

function standingAtStart(associationType: AssociationType, mode: 'write' | 'settle', link: AssociationToWrite): AssociationStanding {
  if (link.state === 'settled') {
    return { at: 'settled' };
  }
  if (link.fromTargetId === null || link.toTargetId === null) {
    return outcome({ ordinal: link.ordinal, outcome: 'end-not-written', refusal: null });
  }
  if (link.state === 'sent') {
    return { at: 'unread', mark: 'sent' };
  }
  return mode === 'write' && isLabel(associationType) ? { at: 'astray', look: 'from', mark: 'none', isAlone: false } : { at: 'unread', mark: 'none' };
}

// ---------------------------------------------------------------- events

function applyEvent(state: AssociationBatchState, event: AssociationEvent): AssociationBatchState {
  switch (event.on) {
    case 'settled':
      return move(state, 'outcome', () => ({ at: 'settled' }));
    case 'associations-read':
      return applyRead(state, event.associations);
    case 'ends-read':
      return applyEnds(state, event.liveIds);
    case 'pre-kinds-kept':
      return applyKept(state, event.kinds);
    case 'quota-suffices':
      return { ...state, quotaChecked: true };
    case 'marked':
      return applyMarks(state, event.ordinals);
    case 'cleared':
      return move(state, 'absent', ({ standing }) => (standing.at === 'absent' && standing.then === 'unread' ? { at: 'unread', mark: 'none' } : { at: 'ready' }));
    case 'answered':
      return applyAnswer(state, event.answer);
    case 'not-carried-out':
      return { ...move(state, 'marked', () => ({ at: 'absent', then: 'ready' })), ending: 'rethrow' };
    case 'no-answer':
      return { ...state, ending: 'rethrow' };
  }
}

function applyRead(state: AssociationBatchState, associations: readonly PortalAssociation[]): AssociationBatchState {
  const { asked } = state;
  const sources = new Set(asked.do === 'read' ? asked.fromIds : []);
  const found = new Map(associations.map((association) => [pairKey(association), association.kinds.map(kindText)]));
  const { primary } = ASSOCIATION_KINDS[state.associationType];
  const primaries = primary === null ? [] : associations.filter(({ kinds }) => kinds.some((kind) => kindText(kind) === kindText(primary))).map(({ fromId, toId }) => ({ fromId, toId }));
  return {
    ...state,
    primaries: [...state.primaries.filter(({ fromId }) => !sources.has(fromId)), ...primaries],
    items: state.items.map((item): AssociationItem => {
      if (item.standing.at !== 'unread' || !sources.has(item.fromId)) {
        return item;
      }
      const read = { ...item, kinds: found.get(pairKey(item)) ?? [] };
      return read.preKinds === null ? { ...read, preKinds: read.kinds, standing: { at: 'imaged' } } : { ...read, standing: decided(state, read) };
    }),
  };
}

function applyKept(state: AssociationBatchState, kept: readonly { readonly ordinal: number; readonly preKinds: string }[]): AssociationBatchState {
  const kinds = new Map(kept.map(({ ordinal, preKinds }) => [ordinal, splitKinds(preKinds)]));
  return {
    ...state,
    items: state.items.map((item): AssociationItem => {
      if (item.standing.at !== 'imaged') {
        return item;
      }
      const imaged = { ...item, preKinds: kinds.get(item.ordinal) ?? item.preKinds };
      return { ...imaged, standing: decided(state, imaged) };
    }),
  };
}

/** A pair that is there is settled without a call, whoever made it; people may have taken the primary elsewhere since. */
function decided({ associationType, mode }: AssociationBatchState, item: AssociationItem): AssociationStanding {
  const wanted = wantedKinds(associationType, item);
  // Whoever undoes looks for anything of ours: a person may have taken a label off a pair that is in doubt.
  const isThere = wanted.every((kind) => item.kinds.includes(kind)) || (mode === 'settle' && wanted.some((kind) => item.kinds.includes(kind) && item.preKinds?.includes(kind) === false));
  if (isThere) {
    return landed(associationType, item);
  }
  const mark = item.standing.at === 'unread' ? item.standing.mark : 'none';
  // A write to a merged record lands on the one that it was merged into, and there a label replaces labels that nobody has read.
  if (mark === 'unnamed' || (mark === 'unlabelled' && item.kinds.length === 0) || (mark === 'none' && mode === 'write' && isLabel(associationType) && !item.hasLiveEnds)) {
    return { at: 'astray', look: 'from', mark: mark === 'none' ? 'none' : 'sent', isAlone: false };
  }
  return mark === 'none' ? { at: 'ready' } : { at: 'absent', then: mode === 'write' && isLabel(associationType) && !item.hasLiveEnds ? 'unread' : 'ready' };
}

/** *Added* is what was not there before this run wrote. Of a pair that was found on another record than it was sent to, nobody can tell: rollback leaves it alone. */
function landed(associationType: AssociationType, item: AssociationItem): AssociationStanding {
  const { ordinal, preKinds, isRedirected, standing } = item;
  const wasThere = wantedKinds(associationType, item).every((kind) => preKinds?.includes(kind) === true);
  const isFoundElsewhere = isRedirected && standing.at === 'unread';
  return outcome({ ordinal, outcome: wasThere || isFoundElsewhere ? 'already-there' : 'added', refusal: null });
}

/** Primary is written where a record of this run's making has several companies and no primary of somebody else's; the source's own reference names which. */
function plannedKinds({ associationType }: AssociationBatchState, item: AssociationItem, keepPrimaryOf: ReadonlySet<string>): readonly KindText[] {
  const { plain, primary } = ASSOCIATION_KINDS[associationType];
  const wanted = goesUnlabelledFirst(associationType, item) ? [kindText(plain)] : wantedKinds(associationType, item);
  const isWritten = primary !== null && item.primary && item.isOneOfSeveral && item.fromOrigin === 'c' && !keepPrimaryOf.has(item.fromId);
  return isWritten ? [...wanted, kindText(primary)] : wanted;
}

/** Sources with a primary that is never moved: any but one on a pair of this batch that had none before we wrote (the portal gives it to a record's first company). */
function sourcesWithPrimaryOfOthers({ associationType, items, primaries }: AssociationBatchState): ReadonlySet<string> {
  const { primary } = ASSOCIATION_KINDS[associationType];
  const own = new Map(items.map((item) => [pairKey(item), item]));
  return new Set(primaries.filter((pair) => primary !== null && own.get(pairKey(pair))?.preKinds?.includes(kindText(primary)) !== false).map(({ fromId }) => fromId));
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
  const marked = itemsAt(state, 'marked');
  const pairs = new Set(marked.map(pairKey));
  const landedPairs = new Set(answer.landed.map(pairKey));
  // There is no trace id here: the ids in the answer's context tell whom it means, both of a pair or one end.
  const refusalOf = (item: AssociationItem): AssociationAnswer['refused'][number] | undefined =>
    answer.refused.find(({ fromId, toId }) => (fromId !== null || toId !== null) && (fromId === null || fromId === item.fromId) && (toId === null || toId === item.toId));
  const unnamed = marked.filter((item) => !landedPairs.has(pairKey(item)) && refusalOf(item) === undefined);
  const withoutEnd = new Set(marked.filter((item) => refusalOf(item)?.code.endsWith(NOT_FOUND) === true).map(toOrdinal));
  const nameless = answer.refused.filter(({ fromId, toId }) => fromId === null && toId === null);
  const isElsewhere = answer.landed.some((pair) => !pairs.has(pairKey(pair)));
  const culprit = nameless.length === unnamed.length && !isElsewhere ? nameless[0] : undefined;
  const settled = move(state, 'marked', (item) => {
    if (landedPairs.has(pairKey(item))) {
      return goesUnlabelledFirst(state.associationType, item) ? { at: 'unread', mark: 'unlabelled' } : landed(state.associationType, item);
    }
    // Deleted, or merged into another record: reading its ends tells, and where an end went the pair follows.
    if (withoutEnd.has(item.ordinal)) {
      return { at: 'unread', mark: 'unnamed' };
    }
    const refused = refusalOf(item) ?? culprit;
    return refused === undefined ? { at: 'unread', mark: nameless.length > 0 ? 'sent' : 'unnamed' } : refusedAs(item, { code: refused.code, property: null, message: refused.message, correlationId: refused.correlationId });
  });
  const isUnnamed = new Set([...(culprit === undefined ? unnamed : []), ...itemsAt(settled, 'unread').filter(({ standing }) => standing.at === 'unread' && standing.mark === 'unlabelled')].map(toOrdinal));
  return {
    ...settled,
    // A refusal that names nobody: who it means is found by halves.
    queue: nameless.length > 0 && isUnnamed.size > 0 ? [...halves(unnamed), ...state.queue] : state.queue,
    items: settled.items.map((item) => (isUnnamed.has(item.ordinal) || withoutEnd.has(item.ordinal) ? { ...item, unnamedCount: item.unnamedCount + 1 } : item)),
  };
}

function applyRefusedWhole(state: AssociationBatchState, { code, property, message, correlationId }: Refusal): AssociationBatchState {
  const marked = inSendingOrder(itemsAt(state, 'marked'));
  // What the pair had goes out again, and a label that an admin has deleted since makes the whole call wrong: it is read anew, once.
  const isStale = (item: AssociationItem): boolean => item.kinds.length > 0 && !item.isReread;
  if (marked.some(isStale)) {
    return {
      ...state,
      queue: [marked.map(toOrdinal), ...state.queue],
      items: state.items.map((item): AssociationItem => (item.standing.at !== 'marked' ? item : isStale(item) ? { ...item, isReread: true, standing: { at: 'absent', then: 'unread' } } : { ...item, standing: { at: 'absent', then: 'ready' } })),
    };
  }
  if (marked.length <= 1) {
    return move(state, 'marked', (item) => refusedAs(item, { code, property, message, correlationId }));
  }
  return { ...move(state, 'marked', () => ({ at: 'absent', then: 'ready' })), queue: [...halves(marked), ...state.queue] };
}

function halves(items: readonly AssociationItem[]): readonly (readonly number[])[] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)].map((half) => half.map(toOrdinal)).filter((half) => half.length > 0);
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
  const ends = endsToRead(state);
  if (ends !== null) {
    return stay(ends);
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
    return { command: { do: 'create', associations: toSend(state, marked) }, queue: state.queue };
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
  const queued = new Set(state.queue.flat());
  const chosen = inGroup.length > 0 ? inGroup : inSendingOrder(ready.filter((item) => !queued.has(item.ordinal))).slice(0, MAX_PAIRS_A_CALL);
  if (chosen.length === 0) {
    return sendingChoice({ ...state, queue: later });
  }
  // In a call of their own: until they are there it is not known whether two of these pairs are one by now.
  const unlabelled = chosen.filter((item) => goesUnlabelledFirst(state.associationType, item));
  if (unlabelled.length > 0 && unlabelled.length < chosen.length) {
    const others = chosen.filter((item) => !unlabelled.includes(item)).map(toOrdinal);
    return { command: { do: 'mark-sent', links: unlabelled.map(toMark) }, queue: inGroup.length > 0 ? [others, ...later] : state.queue };
  }
  return { command: { do: 'mark-sent', links: chosen.map(toMark) }, queue: inGroup.length > 0 ? later : state.queue };
}

function toSend(state: AssociationBatchState, marked: readonly AssociationItem[]): readonly PortalAssociation[] {
  const keepPrimaryOf = sourcesWithPrimaryOfOthers(state);
  const labels = labelsByPair(state);
  return inSendingOrder(marked).map((item) => ({ fromId: item.fromId, toId: item.toId, kinds: splitKinds(joinKinds([...item.kinds, ...plannedKinds(state, item, keepPrimaryOf), ...(goesUnlabelledFirst(state.associationType, item) ? [] : (labels.get(pairKey(item)) ?? []))])).map(parseKind) }));
}

/** Ends that were merged make one pair of two: what is sent for one of them must not replace what is planned for the other. */
function labelsByPair({ items }: AssociationBatchState): ReadonlyMap<string, readonly KindText[]> {
  const found = new Map<string, readonly KindText[]>();
  for (const item of items.filter(({ standing }) => standing.at !== 'outcome' || standing.settlement.outcome !== 'refused')) {
    found.set(pairKey(item), [...(found.get(pairKey(item)) ?? []), ...item.labels]);
  }
  return found;
}

/** The portal makes a record's first company primary by itself: the planned primary goes first. */
function inSendingOrder(items: readonly AssociationItem[]): readonly AssociationItem[] {
  return [...items].sort((left, right) => Number(right.primary) - Number(left.primary) || left.ordinal - right.ordinal);
}

const toOrdinal = (item: AssociationItem): number => item.ordinal;
const toMark = (item: AssociationItem): { ordinal: number; attempt: number } => ({ ordinal: item.ordinal, attempt: item.attempt });
