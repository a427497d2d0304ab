/**
 * Were the ends of a pair merged into other records, or deleted? The portal carries out a write to a merged record on the one that it was merged into, without a word, and an
 * association read knows a record only by its own id.
 */
import { refusedAs } from './association-item';
import type { AssociationBatchState, AssociationCommand, AssociationItem } from './association-state';
import type { Refusal } from './record-outcome';

// 100 inputs a batch read: HubSpot CRM objects API, 2026-09.
const MAX_RECORDS_A_READ = 100;
/** Answers to a pair's call that say nothing of it, and leave nothing: then it is told as refused. */
const MAX_UNNAMED = 3;

export function endsToRead({ items }: AssociationBatchState): AssociationCommand | null {
  const astray = items.flatMap((item) => (item.standing.at === 'astray' ? [{ end: item.standing.look, id: endOf(item, item.standing.look), isAlone: item.standing.isAlone }] : []));
  const [first] = astray;
  if (first === undefined) {
    return null;
  }
  const together = astray.filter(({ end, isAlone }) => end === first.end && !isAlone).map(({ id }) => id);
  return { do: 'read-ends', end: first.end, ids: first.isAlone ? [first.id] : [...new Set(together)].slice(0, MAX_RECORDS_A_READ) };
}

export function applyEnds(state: AssociationBatchState, liveIds: readonly string[]): AssociationBatchState {
  const { asked } = state;
  const ids = asked.do === 'read-ends' ? asked.ids : [];
  return {
    ...state,
    items: state.items.map((item): AssociationItem => {
      const { standing } = item;
      if (asked.do !== 'read-ends' || standing.at !== 'astray' || standing.look !== asked.end || !ids.includes(endOf(item, asked.end))) {
        return item;
      }
      if (liveIds.includes(endOf(item, asked.end))) {
        return asked.end === 'from' ? { ...item, standing: { ...standing, look: 'to', isAlone: false } } : withLiveEnds(item, standing.mark);
      }
      if (ids.length > 1) {
        return { ...item, standing: { ...standing, isAlone: true } };
      }
      const [liveId] = liveIds;
      return liveId === undefined ? { ...item, standing: refusedAs(item, ownRefusal('deleted-since')) } : redirected(item, asked.end, liveId, standing.mark);
    }),
  };
}

function endOf({ fromId, toId }: AssociationItem, end: 'from' | 'to'): string {
  return end === 'from' ? fromId : toId;
}

function withLiveEnds(item: AssociationItem, mark: 'none' | 'sent'): AssociationItem {
  const live = { ...item, hasLiveEnds: true };
  if (mark === 'none') {
    return { ...live, standing: { at: 'unread', mark } };
  }
  return { ...live, standing: item.unnamedCount < MAX_UNNAMED ? { at: 'absent', then: 'ready' } : refusedAs(item, ownRefusal('no-result')) };
}

/** The pair is another one now. */
function redirected(item: AssociationItem, end: 'from' | 'to', liveId: string, mark: 'none' | 'sent'): AssociationItem {
  const there = { ...item, ...(end === 'from' ? { fromId: liveId } : { toId: liveId }), isRedirected: true };
  if (mark === 'none') {
    return end === 'from' ? { ...there, standing: { at: 'astray', look: 'to', mark, isAlone: false } } : withLiveEnds(there, mark);
  }
  return { ...there, standing: { at: 'unread', mark } };
}

function ownRefusal(code: string): Refusal {
  return { code, property: null, message: '', correlationId: null };
}
