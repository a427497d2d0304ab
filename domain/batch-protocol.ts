/**
 * Writing a batch of records exactly once, as a pure state machine: (state, event) → (state, next command). The activity only carries commands out.
 *
 * What makes it safe to die anywhere: a record is marked as sent before it goes out, and gets an outcome after its answer. In between it is in doubt, and a record in
 * doubt is looked up by its migration key (a strong read) before anything is sent again. A create that goes out twice collides on that key and changes nothing.
 * Promises of the commands: an outcome is asked for once a record; nothing is sent that this very attempt did not mark; an update goes out only with its pre-image kept.
 */
import { applyAnswer, mayBeSchemaChange } from './batch-answer';
import { halves } from './batch-groups';
import { applyHolders, applyInDoubtRead, applyPreImageRead, toCreate } from './batch-reads';
import type { BatchCommand, BatchContext, BatchEvent, BatchItem, BatchState, BatchStep, OwnedSettlement, RecordToWrite, SendGroup, Settlement, Standing } from './batch-state';
import { LIFE_CYCLE_PROPERTY, movesForward } from './life-cycle-stage';
import { MERGED_RECORDS_PROPERTY } from './merged-record';
import { STAMP_PROPERTY, stampOf } from './provenance';

/** Sends of one record within one attempt; beyond it the portal is not answering for it, and the retry policy takes over. */
const MAX_SENDS_AN_ATTEMPT = 3;
/** When this many records refused alone fail alike and none landed, it is the portal that changed, not the records. */
const SINGLES_ALIKE = 8;

export function beginBatch(context: BatchContext, records: readonly RecordToWrite[]): BatchStep {
  const items = records.filter((record) => context.mode === 'write' || wasSentWithoutOutcome(record)).map((record) => toItem(context, record));
  return step({ context, items, queue: [], sending: null, refusedGroup: null, quotaChecked: false, singles: [], anyLandedAlone: false, schemaVerdicts: {}, ending: 'none', asked: { do: 'done' } });
}

/** An event that does not answer the command asked for is a bug of the interpreter and throws. */
export function advanceBatch(state: BatchState, event: BatchEvent): BatchStep {
  return step(applyEvent(state, event));
}

/**
 * Is there something to find out before a rollback? Also where the mark went: an attempt that was overtaken, or a call that arrived late, may have landed after the
 * look-up that found nothing. In writing that collides or is seen before the next send; a rollback has no next send.
 */
export function wasSentWithoutOutcome({ state, attempt }: Pick<RecordToWrite, 'state' | 'attempt'>): boolean {
  return state !== 'settled' && attempt > 0;
}

function toItem({ run, keyProperty, mode }: BatchContext, record: RecordToWrite): BatchItem {
  const key = record.properties[keyProperty] ?? record.sourceId;
  const isUpdate = record.kind === 'update' || record.targetId !== null;
  const base = { [keyProperty]: key, [STAMP_PROPERTY]: stampOf(run, isUpdate ? 'm' : 'c') };
  const sentBefore = isUpdate ? pick(record.properties, Object.keys(record.preImage ?? {})) : record.properties;
  return {
    ordinal: record.ordinal,
    key,
    kind: record.kind,
    targetId: record.targetId,
    properties: record.properties,
    attempt: record.attempt,
    preImage: record.preImage,
    writing: { ...sentBefore, ...base },
    sendCount: 0,
    standing: standingAtStart(mode, record),
  };
}

function standingAtStart(mode: BatchContext['mode'], record: RecordToWrite): Standing {
  if (record.state === 'settled') {
    return { at: 'settled' };
  }
  if (record.kind === 'unchanged') {
    return { at: 'outcome', settlement: { ordinal: record.ordinal, outcome: 'unchanged', targetId: record.targetId, refusal: null, postImage: null } };
  }
  return record.state === 'sent' || mode === 'settle' ? { at: 'in-doubt', look: 'live' } : { at: 'unsent' };
}

function pick(values: Readonly<Record<string, string>>, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}

// ---------------------------------------------------------------- events

function applyEvent(state: BatchState, event: BatchEvent): BatchState {
  const { asked } = state;
  switch (event.on) {
    case 'settled':
      return move(state, 'outcome', (item) => (event.ordinals.includes(item.ordinal) ? { at: 'settled' } : { at: 'elsewhere' }));
    case 'records-read':
      if (asked.do !== 'read') {
        throw new Error(`records were read where ${asked.do} was asked for`);
      }
      switch (asked.purpose) {
        case 'in-doubt':
          return applyInDoubtRead(state, asked.ordinals, event.records);
        case 'holder':
          return applyHolders(state, asked.ordinals, event.records);
        case 'pre-image':
          return applyPreImageRead(state, asked.ordinals, event.records);
      }
      break;
    case 'pre-images-kept':
      return { ...state, items: state.items.map((item) => (item.standing.at === 'imaged' ? { ...item, preImage: item.standing.image, standing: { at: 'ready' } } : item)) };
    case 'schema-compared':
      return applySchemaVerdicts(state, event.changed);
    case 'quota-suffices':
      return { ...state, quotaChecked: true };
    case 'marked':
      return applyMarks(state, event.ordinals);
    case 'cleared':
      return move(state, 'absent', () => ({ at: 'unsent' }));
    case 'answered':
      return applyAnswer(state, event.answer);
    case 'not-carried-out':
      return { ...move(state, 'marked', () => ({ at: 'absent' })), sending: null, ending: 'rethrow' };
    case 'no-answer':
      return { ...move(state, 'marked', () => ({ at: 'in-doubt', look: 'live' })), sending: null, ending: 'rethrow' };
  }
}

function applySchemaVerdicts(state: BatchState, changed: readonly string[]): BatchState {
  const { asked } = state;
  const compared = asked.do === 'compare-schema' ? asked.properties : [];
  const schemaVerdicts = { ...state.schemaVerdicts, ...Object.fromEntries(compared.map((name) => [name, changed.includes(name) ? ('changed' as const) : ('same' as const)])) };
  return { ...state, schemaVerdicts };
}

function applyMarks(state: BatchState, taken: readonly number[]): BatchState {
  const { asked } = state;
  const wanted = asked.do === 'mark-sent' ? asked.records.map((record) => record.ordinal) : [];
  return {
    ...state,
    items: state.items.map((item) => {
      if (!wanted.includes(item.ordinal)) {
        return item;
      }
      return taken.includes(item.ordinal)
        ? { ...item, attempt: item.attempt + 1, sendCount: item.sendCount + 1, standing: { at: 'marked' } }
        : { ...item, standing: { at: 'elsewhere' } };
    }),
  };
}

function move(state: BatchState, from: Standing['at'], to: (item: BatchItem) => Standing): BatchState {
  return { ...state, items: state.items.map((item) => (item.standing.at === from ? { ...item, standing: to(item) } : item)) };
}

// ---------------------------------------------------------------- the next command

function step(state: BatchState): BatchStep {
  const ready = releaseHeldBack(regroup(prepareCreates(state)));
  const { command, sending, queue } = nextCommand(ready);
  const next = { ...ready, sending, queue, asked: command, quotaChecked: command.do === 'create' || command.do === 'update' ? false : ready.quotaChecked };
  return { state: next, command };
}

/** A create needs no pre-image: it is ready as soon as it is unsent. */
function prepareCreates(state: BatchState): BatchState {
  const { run, keyProperty, mode } = state.context;
  if (mode === 'settle') {
    return state;
  }
  return {
    ...state,
    items: state.items.map((item) =>
      item.standing.at === 'unsent' && item.targetId === null
        ? { ...item, writing: toCreate(run, keyProperty, item), standing: { at: 'ready' } }
        : item,
    ),
  };
}

/** After the holders of a refused batch were looked for: what is left goes out once more if that taught us something, else in halves. */
function regroup(state: BatchState): BatchState {
  const group = state.refusedGroup;
  if (group === null || state.items.some((item) => item.standing.at === 'contested')) {
    return state;
  }
  const rest = state.items.filter((item) => group.ordinals.includes(item.ordinal) && item.standing.at !== 'outcome' && item.standing.at !== 'settled');
  const ordinals = rest.map((item) => item.ordinal);
  const learned = rest.length < group.ordinals.length || (group.kind === 'create' && rest.some((item) => item.targetId !== null));
  const groups: readonly SendGroup[] = learned ? [{ ordinals, stage: 'again', kind: group.kind }] : halves(group);
  return { ...state, refusedGroup: null, queue: [...groups.filter((each) => each.ordinals.length > 0), ...state.queue] };
}

function releaseHeldBack(state: BatchState): BatchState {
  const heldBack = state.items.some((item) => item.standing.at === 'held-back');
  if (!heldBack) {
    return state;
  }
  if (schemaQuestions(state).length > 0) {
    return state;
  }
  const isChanged = state.items.some(({ standing }) => standing.at === 'held-back' && state.schemaVerdicts[standing.refusal.property ?? ''] === 'changed');
  const alike = new Set(state.singles).size === 1 && !state.anyLandedAlone;
  if (isChanged || (alike && state.singles.length >= SINGLES_ALIKE)) {
    return { ...move(state, 'held-back', () => ({ at: 'absent' })), queue: [], ending: 'portal-changed' };
  }
  const moreToCome = state.queue.length > 0 || state.sending !== null || state.refusedGroup !== null;
  if (alike && moreToCome) {
    return state;
  }
  return move(state, 'held-back', (item) => refused(item, item.standing));
}

/** Properties whose refusals nobody has compared with the portal's schema yet. */
function schemaQuestions({ items, schemaVerdicts }: BatchState): readonly string[] {
  const named = items.flatMap(({ standing }) => (standing.at === 'held-back' && mayBeSchemaChange(standing.refusal) ? [standing.refusal.property] : []));
  return [...new Set(named)].filter((name) => schemaVerdicts[name] === undefined);
}

function refused(item: BatchItem, standing: Standing): Standing {
  return standing.at === 'held-back' ? { at: 'outcome', settlement: { ordinal: item.ordinal, outcome: 'refused', targetId: null, refusal: standing.refusal, postImage: null } } : standing;
}

interface Choice {
  readonly command: BatchCommand;
  readonly sending: SendGroup | null;
  readonly queue: readonly SendGroup[];
}

function nextCommand(state: BatchState): Choice {
  const command = bookkeepingCommand(state) ?? endingCommand(state) ?? readingCommand(state);
  if (command !== null) {
    return { command, sending: state.sending, queue: state.queue };
  }
  return sendingChoice(state);
}

/** What the ledger must know before anything else happens. */
function bookkeepingCommand(state: BatchState): BatchCommand | null {
  const settlements = state.items.flatMap((item) => (item.standing.at === 'outcome' ? [owned(item, item.standing.settlement)] : []));
  if (settlements.length > 0) {
    return { do: 'settle', settlements };
  }
  const absent = itemsAt(state, 'absent');
  // While other records of a refused batch are still looked for, marks stay: all are cleared in one statement.
  const stillLooking = state.items.some((item) => item.standing.at === 'contested' || item.standing.at === 'in-doubt');
  return absent.length > 0 && (!stillLooking || state.ending !== 'none') ? { do: 'clear-sent', records: absent.map(toMark) } : null;
}

/**
 * That a record was created is so, whoever sent it. A refusal, and what an update wrote, are true for the attempt that holds the record: one that was overtaken knows
 * neither what the other sends nor what it read before.
 */
function owned({ attempt }: BatchItem, settlement: Settlement): OwnedSettlement {
  return settlement.outcome === 'refused' || settlement.outcome === 'updated' ? { ...settlement, attempt } : settlement;
}

function endingCommand(state: BatchState): BatchCommand | null {
  switch (state.ending) {
    case 'none':
      return null;
    case 'rethrow':
      return { do: 'rethrow' };
    case 'portal-changed':
      return { do: 'fail', type: 'PlanError', code: 'portal-changed' };
  }
}

function readingCommand(state: BatchState): BatchCommand | null {
  const { context } = state;
  const properties = propertiesToRead(state);
  for (const look of ['live', 'archived'] as const) {
    const inDoubt = state.items.filter((item) => item.standing.at === 'in-doubt' && item.standing.look === look);
    if (inDoubt.length > 0) {
      return { do: 'read', purpose: 'in-doubt', by: 'key', ids: inDoubt.map((item) => item.key), properties, archived: look === 'archived', ordinals: inDoubt.map(toOrdinal) };
    }
  }
  for (const look of ['key', 'archived-key', 'email', 'email-alone', 'archived-email'] as const) {
    const contested = state.items.filter((item) => item.standing.at === 'contested' && item.standing.look === look).slice(0, look === 'email-alone' ? 1 : undefined);
    if (contested.length > 0) {
      const by = look === 'key' || look === 'archived-key' ? 'key' : 'email';
      const ids = contested.map((item) => (by === 'key' ? item.key : (item.writing.email ?? '')));
      return { do: 'read', purpose: 'holder', by, ids, properties, archived: look.startsWith('archived'), ordinals: contested.map(toOrdinal) };
    }
  }
  const questions = schemaQuestions(state);
  if (questions.length > 0) {
    return { do: 'compare-schema', properties: questions };
  }
  if (context.mode === 'settle') {
    return null;
  }
  const alone = state.items.find(({ standing }) => standing.at === 'unsent' && standing.look === 'alone');
  const unread = alone === undefined ? itemsAt(state, 'unsent') : [alone];
  if (unread.length > 0) {
    return { do: 'read', purpose: 'pre-image', by: 'id', ids: [...new Set(unread.map((item) => item.targetId ?? ''))], properties, archived: false, ordinals: unread.map(toOrdinal) };
  }
  const imaged = state.items.flatMap((item) => (item.standing.at === 'imaged' ? [{ ordinal: item.ordinal, targetId: item.targetId ?? '', values: item.standing.image }] : []));
  return imaged.length > 0 ? { do: 'keep-pre-images', images: imaged } : null;
}

function sendingChoice(state: BatchState): Choice {
  const end = (command: BatchCommand): Choice => ({ command, sending: null, queue: [] });
  const marked = itemsAt(state, 'marked');
  if (marked.length > 0) {
    return { command: sendCommand(state, marked), sending: { ...(state.sending ?? { stage: 'first', kind: 'create' }), ordinals: marked.map(toOrdinal) }, queue: state.queue };
  }
  const ready = itemsAt(state, 'ready');
  if (ready.length === 0 || state.context.mode === 'settle') {
    return end(itemsAt(state, 'elsewhere').length > 0 ? { do: 'fail', type: 'TransientError', code: 'in-doubt' } : { do: 'done' });
  }
  if (ready.some((item) => item.sendCount >= MAX_SENDS_AN_ATTEMPT + bisectDepth(state))) {
    return end({ do: 'fail', type: 'TransientError', code: 'in-doubt' });
  }
  if (!state.quotaChecked) {
    return { command: { do: 'check-quota' }, sending: null, queue: state.queue };
  }
  return markNextGroup(state, ready);
}

/** Halving a batch sends a record once more for each halving. */
function bisectDepth(state: BatchState): number {
  return Math.ceil(Math.log2(Math.max(2, state.items.length)));
}

/** One call carries one kind: creates go before updates, and a queued group goes alone. */
function markNextGroup(state: BatchState, ready: readonly BatchItem[]): Choice {
  const [queued, ...later] = state.queue;
  const inGroup = queued === undefined ? ready : ready.filter((item) => queued.ordinals.includes(item.ordinal));
  if (queued !== undefined && inGroup.length === 0) {
    return markNextGroup({ ...state, queue: later }, ready);
  }
  const creates = inGroup.filter((item) => item.targetId === null);
  const chosen = creates.length > 0 ? creates : inGroup;
  const kind = creates.length > 0 ? 'create' : 'update';
  const left = inGroup.filter((item) => !chosen.includes(item));
  const queue = queued === undefined || left.length === 0 ? later : [{ ...queued, kind: 'update' as const, ordinals: left.map(toOrdinal) }, ...later];
  return { command: { do: 'mark-sent', records: chosen.map(toMark) }, sending: { ordinals: chosen.map(toOrdinal), stage: queued?.stage ?? 'first', kind }, queue };
}

/**
 * A life cycle stage that moves back is cleared first, in a call of its own. Key and stamp travel in the second, so that a death in between leaves the record unsent; all
 * other values travel in both, so that what the portal refuses is refused before anything is cleared.
 */
function isClearedFirst({ context: { lifeCycle } }: BatchState, { writing, preImage }: BatchItem): boolean {
  const stage = writing[LIFE_CYCLE_PROPERTY];
  return stage !== undefined && lifeCycle.rule === 'set' && !movesForward(lifeCycle.order, preImage?.[LIFE_CYCLE_PROPERTY], stage);
}

function sendCommand(state: BatchState, marked: readonly BatchItem[]): BatchCommand {
  const updates = marked.flatMap((item) => (item.targetId === null ? [] : [{ traceId: String(item.ordinal), id: item.targetId, properties: item.writing }]));
  const cleared = marked.flatMap((item) => (item.targetId !== null && isClearedFirst(state, item) ? [{ traceId: String(item.ordinal), id: item.targetId, properties: { ...Object.fromEntries(Object.entries(item.writing).filter(([name]) => name !== state.context.keyProperty && name !== STAMP_PROPERTY)), [LIFE_CYCLE_PROPERTY]: '' } }] : []));
  return updates.length > 0 ? { do: 'update', inputs: updates, ...(cleared.length > 0 ? { cleared } : {}) } : { do: 'create', inputs: marked.map((item) => ({ traceId: String(item.ordinal), properties: item.writing })) };
}

function propertiesToRead({ context, items }: BatchState): readonly string[] {
  return [...new Set([context.keyProperty, STAMP_PROPERTY, MERGED_RECORDS_PROPERTY, ...(context.objectType === 'contacts' ? ['email'] : []), ...items.flatMap((item) => Object.keys(item.properties))])];
}

function itemsAt(state: BatchState, at: Standing['at']): readonly BatchItem[] {
  return state.items.filter((item) => item.standing.at === at);
}

const toOrdinal = (item: BatchItem): number => item.ordinal;
const toMark = (item: BatchItem): { ordinal: number; attempt: number } => ({ ordinal: item.ordinal, attempt: item.attempt });
