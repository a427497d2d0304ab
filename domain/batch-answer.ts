/** Transitions of the batch protocol on the answer of a batch write: each input by its trace id, else by its key, never by position. */
import { halves } from './batch-groups';
import { refusedBy } from './batch-reads';
import type { BatchItem, BatchState, PortalRecord, PortalRefusal, SendGroup, Standing, WriteAnswer } from './batch-state';
import type { Refusal } from './record-outcome';

export function applyAnswer(state: BatchState, answer: WriteAnswer): BatchState {
  const group = state.sending ?? { ordinals: [], stage: 'first', kind: 'create' };
  const sent = { ...state, sending: null };
  return answer.refusedWhole === null ? settleEach(sent, group, answer) : refuseWhole(sent, group, answer.refusedWhole);
}

function settleEach(state: BatchState, group: SendGroup, answer: WriteAnswer): BatchState {
  const items = state.items.map((item) => (item.standing.at === 'marked' ? { ...item, standing: settleOne(state, item, answer) } : item));
  const anyLanded = items.some((item) => group.ordinals.includes(item.ordinal) && item.standing.at === 'outcome' && item.standing.settlement.outcome !== 'refused');
  return { ...state, items, anyLandedAlone: state.anyLandedAlone || (group.stage === 'half' && anyLanded) };
}

function settleOne(state: BatchState, item: BatchItem, { landed, refused }: WriteAnswer): Standing {
  const record = landed.find((entry) => entry.traceId === String(item.ordinal))?.record ?? landed.find((entry) => entry.traceId === null && isOf(state, item, entry.record))?.record;
  if (record !== undefined) {
    return isOf(state, item, record) ? wasWritten(item, record) : { at: 'in-doubt', look: 'live' };
  }
  const refusal = refused.find((entry) => entry.traceId === String(item.ordinal)) ?? refused.find((entry) => entry.traceId === null && item.targetId !== null && entry.ids.includes(item.targetId));
  // Named in neither list: nobody knows, so it is looked up like an answer that never came.
  return refusal === undefined ? { at: 'in-doubt', look: 'live' } : wasRefused(item, refusal);
}

/** An answer that names another key or another id than what was sent for this trace is not believed. */
function isOf({ context }: BatchState, item: BatchItem, record: PortalRecord): boolean {
  const key = record.properties[context.keyProperty];
  return item.targetId === null ? key === item.key : record.id === item.targetId && (key === undefined || key === item.key);
}

function wasWritten(item: BatchItem, record: PortalRecord): Standing {
  const postImage = Object.fromEntries(Object.entries(item.writing).map(([name, value]) => [name, record.properties[name] === undefined ? value : record.properties[name]]));
  return { at: 'outcome', settlement: { ordinal: item.ordinal, outcome: item.targetId === null ? 'created' : 'updated', targetId: record.id, refusal: null, postImage } };
}

function wasRefused(item: BatchItem, refused: PortalRefusal): Standing {
  if (item.targetId !== null && refused.category === 'OBJECT_NOT_FOUND') {
    // Gone since it was read, or merged, which an update does not follow: reading it again tells. It told once already: then it is gone.
    return item.sendCount > 1 ? refusedBy('deleted-since', item, null, toRefusal(refused)) : { at: 'absent' };
  }
  if (mayBeConflict(refused)) {
    return { at: 'contested', look: 'key', refusal: toRefusal(refused), whole: false };
  }
  return mayBeSchemaChange(refused)
    ? { at: 'held-back', refusal: toRefusal(refused) }
    : { at: 'outcome', settlement: { ordinal: item.ordinal, outcome: 'refused', targetId: null, refusal: toRefusal(refused), postImage: null } };
}

/** A validation code of its own names the culprit; CONFLICT, and a bare category, may stand for a unique value that is taken (hubspot: 207 CONFLICT, 400 VALIDATION_ERROR without code). */
function mayBeConflict({ code, category }: PortalRefusal): boolean {
  return category === 'CONFLICT' || code === category;
}

/** The plan checked every value against the schema: such a code means that somebody changed it since, or that one value slipped through. HubSpot, validation codes, 2026-09. */
const SCHEMA_CODES = new Set(['PROPERTY_DOESNT_EXIST', 'INVALID_OPTION', 'READ_ONLY_VALUE']);

export function mayBeSchemaChange<T extends { readonly code: string; readonly property: string | null }>(refusal: T): refusal is T & { readonly property: string } {
  return SCHEMA_CODES.has(refusal.code) && refusal.property !== null;
}

function refuseWhole(state: BatchState, group: SendGroup, refused: PortalRefusal): BatchState {
  const refusal = toRefusal(refused);
  if (group.ordinals.length === 1) {
    const standing: Standing = mayBeConflict(refused) ? { at: 'contested', look: 'key', refusal, whole: false } : { at: 'held-back', refusal };
    return { ...mark(state, standing), singles: [...state.singles, `${refused.code}/${refused.property ?? ''}`] };
  }
  if (group.stage === 'first' && mayBeConflict(refused)) {
    return { ...mark(state, { at: 'contested', look: 'key', refusal, whole: true }), refusedGroup: group };
  }
  return { ...mark(state, { at: 'absent' }), queue: [...halves(group), ...state.queue] };
}

function mark(state: BatchState, standing: Standing): BatchState {
  return { ...state, items: state.items.map((item) => (item.standing.at === 'marked' ? { ...item, standing } : item)) };
}

function toRefusal({ code, category, property, message, correlationId }: PortalRefusal): Refusal {
  return { code, category, property, message, correlationId };
}
