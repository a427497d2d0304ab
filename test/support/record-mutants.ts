/** Mistakes that an implementation of writing and undoing could make, each planted into one part of the model of records. */
import type { BatchEvent, BatchState, BatchStep, PortalRecord, Settlement } from '../../domain/batch-state';
import type { Histories, RecordToUndo, RollbackEvent } from '../../domain/rollback-state';
import { explore } from './explorer';
import { mutantsOf } from './mutants';
import type { Mistake, ModelWithParts, Mutant } from './mutants';
import { readRecords } from './model-portal';
import { recordsModel, rightParts } from './records-model';
import type { Parts } from './records-model';
import { KEY, OVERWRITING, PEOPLE, PEOPLE_AND_TWO, PEOPLE_AND_UNDOING, STAMP, UNDOING, UNDOING_AFTER_TWO } from './records-scenes';
import type { Space } from './records-scenes';

const modelOf = ({ name, scene }: Space): ModelWithParts<Parts> => ({ name, parts: rightParts, explore: (parts) => explore(recordsModel(scene, parts)) });

/** Changes what the machine of writing is told. */
const told = (change: (event: BatchEvent, state: BatchState) => BatchEvent) => (right: Parts): Partial<Parts> => ({ advanceBatch: (state, event) => right.advanceBatch(state, change(event, state)) });
/** Changes what it is told of records that were read. */
const shown = (change: (record: PortalRecord, state: BatchState) => PortalRecord | null) =>
  told((event, state) => (event.on === 'records-read' ? { ...event, records: event.records.flatMap((record) => change(record, state) ?? []) } : event));
const isAbout = ({ asked }: BatchState, purpose: string): boolean => asked.do === 'read' && asked.purpose === purpose;
const withProperties = (record: PortalRecord, properties: PortalRecord['properties']): PortalRecord => ({ ...record, properties: { ...record.properties, ...properties } });

const OF_WRITING: readonly Mistake<Parts>[] = [
  {
    name: 'blind retry',
    describes: 'sends a call again when its answer is missing, without a look-up',
    inject: (right) => ({ advanceBatch: (state, event) => (event.on === 'no-answer' ? { state, command: state.asked } : right.advanceBatch(state, event)) }),
  },
  { name: 'intent in memory', describes: 'sends before the mark is in the ledger', inject: (right) => ({ markSent: (rows, marks) => ({ rows, taken: right.markSent(rows, marks).taken }) }) },
  {
    name: 'outcome before the answer',
    describes: 'writes the outcome as the call goes out',
    inject: (right) => ({
      carryOut: (command, context, portal, rows, parts, fault) => {
        const effect = right.carryOut(command, context, portal, rows, parts, fault);
        const hoped = command.do === 'create' ? command.inputs.map(({ traceId }): Settlement => ({ ordinal: Number(traceId), outcome: 'created', targetId: '102', refusal: null, postImage: null })) : [];
        return { ...effect, rows: parts.settle(effect.rows, hoped) };
      },
    }),
  },
  {
    name: 'pairing by position',
    describes: 'takes the first result for the first input',
    inject: told((event, { asked }) => {
      if (event.on !== 'answered' || (asked.do !== 'create' && asked.do !== 'update')) {
        return event;
      }
      const landed = event.answer.landed.map(({ record }, place) => ({ traceId: asked.inputs[place]?.traceId ?? null, record: withProperties(record, { [KEY]: asked.inputs[place]?.properties[KEY] ?? null }) }));
      return { ...event, answer: { ...event.answer, landed } };
    }),
  },
  {
    name: 'settling by search',
    describes: 'looks records up in an index that does not know yet what the run wrote',
    inject: (right) => ({
      carryOut: (command, context, portal, rows, parts, fault) => {
        const effect = right.carryOut(command, context, portal, rows, parts, fault);
        const isUnknown = ({ id }: PortalRecord): boolean => portal.records.some((record) => record.id === id && record.made !== null);
        return command.do === 'read' && command.by !== 'id' && effect.event.on === 'records-read' ? { ...effect, event: { ...effect.event, records: effect.event.records.filter((record) => !isUnknown(record)) } } : effect;
      },
    }),
  },
  { name: 'in doubt taken for absent', describes: 'looks nothing up that was sent without an answer', inject: shown((record, state) => (isAbout(state, 'in-doubt') ? null : record)) },
  { name: 'archive not looked into', describes: 'looks for what is in doubt among live records alone', inject: shown((record) => (record.archived ? null : record)) },
  {
    name: 'pre-image after the write',
    describes: 'reads and keeps what stood there once the update is out',
    inject: (right) => ({
      keepPreImages: (rows) => rows,
      carryOut: (command, context, portal, rows, parts, fault) => {
        const effect = right.carryOut(command, context, portal, rows, parts, fault);
        const inputs = command.do === 'update' ? command.inputs : [];
        const images = inputs.map(({ traceId, id = '', properties }) => ({ ordinal: Number(traceId), targetId: id, values: Object.fromEntries(Object.keys(properties).map((name) => [name, readRecords(effect.portal, 'id', [id], false)[0]?.properties[name] ?? null])) }));
        return { ...effect, rows: right.keepPreImages(effect.rows, images) };
      },
    }),
  },
  { name: 'mark cleared without proof', describes: 'clears the mark when no answer came', inject: told((event) => (event.on === 'no-answer' ? { on: 'not-carried-out' } : event)) },
  {
    name: 'missing result taken for a refusal',
    describes: 'refuses what an answer does not name',
    inject: told((event, { asked }) => {
      if (event.on !== 'answered' || (asked.do !== 'create' && asked.do !== 'update') || event.answer.refusedWhole !== null) {
        return event;
      }
      const { landed, refused } = event.answer;
      const missing = asked.inputs.filter(({ traceId, properties }) => !landed.some(({ record }) => record.properties[KEY] === properties[KEY]) && !refused.some((each) => each.traceId === traceId));
      const more = missing.map(({ traceId }) => ({ traceId, ids: [], code: 'NO_RESULT', category: 'VALIDATION_ERROR', property: null, message: '', correlationId: null }));
      return { ...event, answer: { landed, refused: [...refused, ...more], refusedWhole: null } };
    }),
  },
  {
    name: 'everybody blamed',
    describes: 'refuses every record of a batch that was refused as a whole',
    inject: told((event, { asked }) => {
      const whole = event.on === 'answered' ? event.answer.refusedWhole : null;
      const inputs = asked.do === 'create' || asked.do === 'update' ? asked.inputs : [];
      return whole === null ? event : { on: 'answered', answer: { landed: [], refused: inputs.map(({ traceId }) => ({ ...whole, traceId, code: 'INVALID_OPTION' })), refusedWhole: null } };
    }),
  },
  {
    name: 'create without its key',
    describes: 'creates records that do not carry the migration key',
    inject: (right) => ({
      carryOut: (command, ...rest) => right.carryOut(command.do === 'create' ? { ...command, inputs: command.inputs.map(({ traceId, properties }) => ({ traceId, properties: Object.fromEntries(Object.entries(properties).filter(([name]) => name !== KEY)) })) } : command, ...rest),
    }),
  },
  { name: 'any stamp is ours', describes: 'takes the stamp of another run for this one’s', inject: shown((record) => (typeof record.properties[STAMP] === 'string' ? withProperties(record, { [STAMP]: 'acme.1:created' }) : record)) },
  { name: 'key not respected', describes: 'writes over a record that carries another migration key', inject: shown((record, state) => (isAbout(state, 'pre-image') ? withProperties(record, { [KEY]: null }) : record)) },
  { name: 'onMatch forgotten', describes: 'writes all planned values over a matched record', inject: (right) => ({ beginBatch: (context, records) => right.beginBatch({ ...context, onMatch: 'overwrite' }, records) }) },
  { name: 'no look before an update', describes: 'sends an update on the pre-image of an earlier attempt', inject: (right) => ({ beginBatch: (context, records) => withoutReading(right, right.beginBatch(context, records)) }) },
];

function withoutReading(right: Parts, step: BatchStep): BatchStep {
  const knows = ({ standing, preImage }: BatchState['items'][number]): boolean => standing.at === 'unsent' && preImage !== null;
  return step.state.items.some(knows) ? right.advanceBatch({ ...step.state, items: step.state.items.map((item) => (knows(item) ? { ...item, standing: { at: 'ready' } } : item)) }, { on: 'quota-suffices' }) : step;
}

const OF_OVERWRITING: readonly Mistake<Parts>[] = [
  { name: 'first pre-image for ever', describes: 'keeps the pre-image of the first attempt, whatever people changed since', inject: (right) => ({ keepPreImages: (rows, images) => right.keepPreImages(rows, images.filter(({ ordinal }) => rows.some(({ record }) => record.ordinal === ordinal && record.preImage === null))) }) },
];

const OF_TWO_AT_ONCE: readonly Mistake<Parts>[] = [
  { name: 'outcome written twice', describes: 'writes an outcome over an older one', inject: () => ({ settle: (rows, settlements) => rows.map((row) => { const own = settlements.find(({ ordinal }) => ordinal === row.record.ordinal); return own === undefined ? row : { ...row, settlement: own, record: { ...row.record, state: 'settled' } }; }) }) },
  { name: 'outcome of an overtaken attempt', describes: 'writes the refusal of an attempt that no longer holds the record', inject: (right) => ({ settle: (rows, settlements) => right.settle(rows, settlements.map(({ ordinal, outcome, targetId, refusal, postImage }) => ({ ordinal, outcome, targetId, refusal, postImage }))) }) },
  { name: 'mark without compare-and-set', describes: 'takes a mark that another attempt holds', inject: () => ({ markSent: (rows, marks) => ({ rows: rows.map((row) => { const mark = marks.find(({ ordinal }) => ordinal === row.record.ordinal); return mark === undefined ? row : { ...row, record: { ...row.record, state: 'sent', attempt: mark.attempt + 1 } }; }), taken: marks.map(({ ordinal }) => ordinal) }) }) },
  { name: 'elsewhere taken for done', describes: 'says that all is done when another attempt holds a record', inject: (right) => ({ advanceBatch: (state, event) => { const step = right.advanceBatch(state, event); return step.command.do === 'fail' && step.command.code === 'in-doubt' ? { ...step, command: { do: 'done' } } : step; } }) },
];

const undoTold = (change: (event: RollbackEvent, items: readonly { readonly record: RecordToUndo }[]) => RollbackEvent) => (right: Parts): Partial<Parts> => ({ advanceRollback: (state, event) => right.advanceRollback(state, change(event, state.items)) });

const withoutUsers = (histories: Histories): Histories => Object.fromEntries(Object.entries(histories).map(([id, byName]) => [id, Object.fromEntries(Object.entries(byName).map(([name, entries]) => [name, entries.map((entry) => ({ ...entry, userId: null }))]))]));

const OF_UNDOING: readonly Mistake<Parts>[] = [
  {
    name: 'rollback by what was new',
    describes: 'archives what an answer once called new, whatever its stamp says now',
    inject: undoTold((event) => (event.on === 'records-read' ? { ...event, records: event.records.map((record) => withProperties(record, { [STAMP]: 'acme.1:created' })) } : event)),
  },
  { name: 'rollback over people’s edits', describes: 'undoes what people changed since', inject: (right) => ({ beginRollback: (context, records) => right.beginRollback({ ...context, edited: 'include' }, records) }) },
  { name: 'rollback without looking', describes: 'gives values back without reading what stands there now', inject: undoTold((event, items) => (event.on === 'records-read' ? { ...event, records: event.records.map((record) => withProperties(record, items.find((item) => item.record.targetId === record.id)?.record.postImage ?? {})) } : event)) },
  { name: 'matched record archived', describes: 'undoes a matched record as if the run had made it', inject: (right) => ({ beginRollback: (context, records) => right.beginRollback(context, records.map((record) => ({ ...record, origin: 'c' as const }))) }) },
  { name: 'undone before the call', describes: 'writes that a record is undone before the calls that undo it', inject: (right) => ({ settleUndo: (rows, settlements) => right.settleUndo(rows, settlements.map((each) => (each.state === 'sent' ? { ...each, state: 'archived' as const } : each))) }) },
  {
    name: 'creation and what came with it',
    describes: 'takes what a person filled in within the instant of the creation for what the portal gives a new record',
    inject: undoTold((event) => (event.on === 'history-read' ? { ...event, histories: withoutUsers(event.histories) } : event)),
  },
  { name: 'attachments ignored', describes: 'archives a record that people hung something on', inject: undoTold((event) => (event.on === 'attachments-read' ? { ...event, attached: [] } : event)) },
  { name: 'unique values kept', describes: 'archives records that still hold their unique values', inject: (right) => ({ beginRollback: (context, records) => right.beginRollback({ ...context, uniqueProperties: [] }, records) }) },
];

const OF_UNDOING_IN_DOUBT: readonly Mistake<Parts>[] = [
  { name: 'rollback without settling', describes: 'undoes only what has an outcome', inject: (right) => ({ beginBatch: (context, records) => right.beginBatch(context, context.mode === 'settle' ? [] : records) }) },
];

const OF_UNDOING_OVERTAKEN: readonly Mistake<Parts>[] = [
  { name: 'only marks are settled', describes: 'looks up before a rollback only what is still marked as sent', inject: (right) => ({ beginBatch: (context, records) => right.beginBatch(context, context.mode === 'settle' ? records.filter(({ state }) => state === 'sent') : records) }) },
];

export const RECORD_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(modelOf(PEOPLE), OF_WRITING),
  ...mutantsOf(modelOf(OVERWRITING), OF_OVERWRITING),
  ...mutantsOf(modelOf(PEOPLE_AND_TWO), OF_TWO_AT_ONCE),
  ...mutantsOf(modelOf(PEOPLE_AND_UNDOING), OF_UNDOING),
  ...mutantsOf(modelOf(UNDOING), OF_UNDOING_IN_DOUBT),
  ...mutantsOf(modelOf(UNDOING_AFTER_TWO), OF_UNDOING_OVERTAKEN),
];
