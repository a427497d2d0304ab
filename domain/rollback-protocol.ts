/**
 * Undoing a batch of records, as a pure state machine: intent, call, outcome, like writing. It may die anywhere: what was sent is read again, and what is undone already is
 * found undone. Created records lose the unique values that we wrote and are archived; matched ones get their pre-image back.
 */
import type { PortalRecord, WriteAnswer } from './batch-state';
import { byFormerId, MERGED_RECORDS_PROPERTY } from './merged-record';
import { STAMP_PROPERTY } from './provenance';
import { decideByHistory, decideUndo, isWritten, outcome } from './rollback-decision';
import type { RecordToUndo, RollbackCommand, RollbackContext, RollbackEvent, RollbackState, RollbackStep, UndoItem, UndoSettlement, UndoStanding } from './rollback-state';

// 100 inputs a batch write, 50 a batch read with history: HubSpot CRM objects API, 2026-09.
const MAX_INPUTS = 100;
const MAX_HISTORY_INPUTS = 50;
/** Looks at one record within one attempt; beyond it the portal is not answering for it. */
const MAX_READS = 4;

export function beginRollback(context: RollbackContext, records: readonly RecordToUndo[]): RollbackStep {
  const items = records.map((record): UndoItem => ({ record, readCount: 0, standing: standingAtStart(record) }));
  return step({ context, items, inputsACall: MAX_INPUTS, asked: { do: 'done' } });
}

export function advanceRollback(state: RollbackState, event: RollbackEvent): RollbackStep {
  return step(applyEvent(state, event));
}

function standingAtStart(record: RecordToUndo): UndoStanding {
  if (record.undo !== 'pending' && record.undo !== 'sent' && record.undo !== 'failed') {
    return { at: 'done' };
  }
  if (record.origin === 'm' && record.preImage === null && record.postImage !== null) {
    // Its ledger was lost: nobody knows what stood there before.
    return outcome(record, 'kept', 'no-pre-image');
  }
  // Matched and right already: nothing was written, nothing is undone.
  return record.origin === 'm' && record.postImage === null ? outcome(record, 'restored', 'nothing-written') : { at: 'unread', look: 'live' };
}

// ---------------------------------------------------------------- events

function applyEvent(state: RollbackState, event: RollbackEvent): RollbackState {
  const { asked, context } = state;
  switch (event.on) {
    case 'settled':
      return asked.do === 'settle' ? applySettled(state, asked.settlements) : state;
    case 'records-read':
      return applyRead(state, event.records);
    case 'history-read':
      return change(state, ({ record, standing }) => (standing.at === 'suspect' && asked.do === 'read-history' && asked.ids.includes(record.targetId) ? decideByHistory(context, record, standing, event.histories) : standing));
    case 'attachments-read':
      return change(state, ({ record, standing }) => (standing.at === 'to-archive' && asked.do === 'read-attachments' && asked.ids.includes(record.targetId) ? decideByAttachments(record, standing.decision, event.attached) : standing));
    case 'answered':
      return applyAnswer(state, event.answer);
    case 'archived':
      return change(state, ({ record, standing }) => (standing.at === 'marked' && asked.do === 'archive' && asked.ids.includes(record.targetId) ? outcome(record, 'archived', standing.decision.code) : standing));
  }
}

/** What hangs on a record is somebody's work, which goes lost with it: also where a person said that edits may go. */
function decideByAttachments(record: RecordToUndo, decision: RollbackDecision, attached: readonly string[]): UndoStanding {
  return attached.includes(record.targetId) ? outcome(record, 'kept', 'has-attachments') : { at: 'decided', decision };
}

/** What was just marked as sent is sent from now on, in this attempt too: a second look must know it for our own doing. */
function applySettled(state: RollbackState, settlements: readonly UndoSettlement[]): RollbackState {
  const marked = new Set(settlements.filter((settlement) => settlement.state === 'sent').map((settlement) => settlement.ordinal));
  return {
    ...state,
    items: state.items.map((item): UndoItem => {
      if (item.standing.at === 'outcome') {
        return { ...item, standing: { at: 'done' } };
      }
      return item.standing.at === 'decided' && marked.has(item.record.ordinal) ? { ...item, record: { ...item.record, undo: 'sent' }, standing: { at: 'marked', decision: item.standing.decision } } : item;
    }),
  };
}

function applyRead(state: RollbackState, records: readonly PortalRecord[]): RollbackState {
  const { asked, context } = state;
  const found = byFormerId(records);
  const ids = new Set(asked.do === 'read' ? asked.ids : []);
  const read = change(state, ({ record, standing }) => {
    if (standing.at !== 'unread' || !ids.has(record.targetId)) {
      return standing;
    }
    const current = found.get(record.targetId);
    // It is part of another record now: undoing our part of that would undo theirs.
    if (current !== undefined && current.id !== record.targetId) {
      return outcome(record, 'kept', 'merged-since');
    }
    if (standing.look === 'archived') {
      const isOurDoing = current !== undefined && record.origin === 'c' && record.undo === 'sent';
      return outcome(record, isOurDoing ? 'archived' : 'gone', isOurDoing ? null : 'deleted-since');
    }
    return current === undefined || current.archived ? { at: 'unread', look: 'archived' } : decideUndo(context, record, current);
  });
  return { ...read, items: read.items.map((item) => (ids.has(item.record.targetId) ? { ...item, readCount: item.readCount + 1 } : item)) };
}

function applyAnswer(state: RollbackState, answer: WriteAnswer): RollbackState {
  const sent = new Set(state.asked.do === 'update' ? state.asked.inputs.map((input) => input.id) : []);
  if (answer.refusedWhole !== null && sent.size > 1) {
    return { ...state, inputsACall: Math.max(1, Math.floor(sent.size / 2)) };
  }
  return change(state, ({ record, standing }) => {
    if (standing.at !== 'marked' || !sent.has(record.targetId)) {
      return standing;
    }
    const isOf = (entry: { readonly traceId: string | null }): boolean => entry.traceId === String(record.ordinal);
    if (answer.landed.some((entry) => entry.record.id === record.targetId)) {
      return afterStep(record, standing.decision);
    }
    const refusal = answer.refusedWhole ?? answer.refused.find((entry) => isOf(entry) || entry.ids.includes(record.targetId));
    if (refusal === undefined) {
      return { at: 'unread', look: 'live' };
    }
    // A unique value that may not be cleared does not keep the record from being archived; it is told.
    return standing.decision.then === 'archive' ? afterStep(record, { ...standing.decision, code: 'unique-value-kept' }) : outcome(record, 'failed', refusal.code);
  });
}

function afterStep(record: RecordToUndo, decision: RollbackDecision): UndoStanding {
  const left = { ...decision, steps: decision.steps.slice(1) };
  return left.steps.length > 0 || left.then === 'archive' ? { at: 'marked', decision: left } : outcome(record, 'restored', decision.code);
}

type RollbackDecision = Extract<UndoStanding, { at: 'marked' }>['decision'];

function change(state: RollbackState, to: (item: UndoItem) => UndoStanding): RollbackState {
  return { ...state, items: state.items.map((item) => ({ ...item, standing: to(item) })) };
}

// ---------------------------------------------------------------- the next command

function step(state: RollbackState): RollbackStep {
  const command = nextCommand(state);
  return { state: { ...state, asked: command }, command };
}

function nextCommand(state: RollbackState): RollbackCommand {
  const { items, context, inputsACall } = state;
  const settlements = items.flatMap(({ standing }) => (standing.at === 'outcome' ? [standing.settlement] : []));
  if (settlements.length > 0) {
    return { do: 'settle', settlements };
  }
  for (const look of ['live', 'archived'] as const) {
    const unread = items.filter(({ standing }) => standing.at === 'unread' && standing.look === look).slice(0, MAX_INPUTS);
    if (unread.some((item) => item.readCount >= MAX_READS)) {
      return { do: 'fail', type: 'TransientError', code: 'in-doubt' };
    }
    if (unread.length > 0) {
      return { do: 'read', ids: unread.map(({ record }) => record.targetId), properties: propertiesToRead(context, unread), archived: look === 'archived' };
    }
  }
  const suspects = items.flatMap(({ record, standing }) => (standing.at === 'suspect' ? [{ id: record.targetId, differing: standing.differing }] : [])).slice(0, MAX_HISTORY_INPUTS);
  if (suspects.length > 0) {
    return { do: 'read-history', ids: suspects.map(({ id }) => id), properties: historyToRead(items, suspects) };
  }
  const toArchive = items.filter(({ standing }) => standing.at === 'to-archive');
  if (toArchive.length > 0) {
    return { do: 'read-attachments', ids: toArchive.map(({ record }) => record.targetId) };
  }
  const decided = items.filter(({ standing }) => standing.at === 'decided');
  if (decided.length > 0) {
    return { do: 'settle', settlements: decided.map(({ record }) => ({ ordinal: record.ordinal, state: 'sent', code: null })) };
  }
  return sendingCommand(items, inputsACall);
}

/** All records take their next step together; those with nothing left but the archive go last. */
function sendingCommand(items: readonly UndoItem[], inputsACall: number): RollbackCommand {
  const marked = items.flatMap(({ record, standing }) => (standing.at === 'marked' ? [{ record, decision: standing.decision }] : []));
  const updates = marked.flatMap(({ record, decision }) => {
    const [properties] = decision.steps;
    return properties === undefined ? [] : [{ traceId: String(record.ordinal), id: record.targetId, properties }];
  });
  if (updates.length > 0) {
    return { do: 'update', inputs: updates.slice(0, inputsACall) };
  }
  return marked.length > 0 ? { do: 'archive', ids: marked.slice(0, MAX_INPUTS).map(({ record }) => record.targetId) } : { do: 'done' };
}

/** The stamp's own history tells who we are, where a property is asked about that we never wrote. */
function historyToRead(items: readonly UndoItem[], suspects: readonly { readonly id: string; readonly differing: readonly string[] }[]): readonly string[] {
  const isUnwritten = (id: string, name: string): boolean => items.some(({ record }) => record.targetId === id && !isWritten(record, name));
  const needsStamp = suspects.some(({ id, differing }) => differing.some((name) => isUnwritten(id, name)));
  return [...new Set([...suspects.flatMap(({ differing }) => differing), ...(needsStamp ? [STAMP_PROPERTY] : [])])];
}

/** Of created records everything that a person can fill in: one more property costs no more calls. */
function propertiesToRead({ keyProperty, writableProperties }: RollbackContext, items: readonly UndoItem[]): readonly string[] {
  const written = items.flatMap(({ record }) => Object.keys(record.postImage ?? {}));
  return [...new Set([keyProperty, STAMP_PROPERTY, MERGED_RECORDS_PROPERTY, ...written, ...(items.some(({ record }) => record.origin === 'c') ? writableProperties : [])])];
}
