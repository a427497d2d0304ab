import { advanceRollback, beginRollback } from '../../domain/rollback-protocol';
import type { RecordToUndo, RollbackCommand, RollbackContext } from '../../domain/rollback-state';
import type { LedgerRow, Rows } from '../support/batch-model';
import { aModelPortal, aRecordOf, recordOf } from '../support/model-portal';
import type { Change, ModelPortal, ModelRecord } from '../support/model-portal';
import { aRecord, KEY, rollbackContext, STAMP } from '../support/records-scenes';
import { carryOutUndo, toUndo, undoParts } from '../support/rollback-model';

type ToUndo = Omit<RecordToUndo, 'undo'>;

const created = (ordinal: number, targetId: string): ToUndo => ({ ordinal, targetId, origin: 'c', preImage: null, postImage: { [KEY]: `s${ordinal}`, [STAMP]: 'acme.1:created', email: `p${ordinal}@x.org`, city: 'Oslo' } });
const matched = (ordinal: number, targetId: string): ToUndo => ({
  ordinal, targetId, origin: 'm',
  preImage: { [KEY]: null, [STAMP]: null, city: null, lifecyclestage: 'lead' },
  postImage: { [KEY]: `s${ordinal}`, [STAMP]: 'acme.1:matched', city: 'Oslo', lifecyclestage: 'customer' },
});
/** The record as the run left it, but for `change`. */
const standing = (record: ToUndo, properties: ModelRecord['properties'] = {}, change: Partial<ModelRecord> = {}): ModelRecord => aRecordOf(record.targetId, { other: 'kept', ...record.postImage, ...properties }, change);
const change = (name: string, value: string | null, by: string, at: number): Change => ({ name, value, by, at });

interface Undone {
  readonly portal: ModelPortal;
  readonly rows: Rows;
  readonly commands: readonly RollbackCommand[];
}

/** One attempt, undisturbed. */
function undo(records: readonly ToUndo[], from: readonly ModelRecord[], options: Partial<RollbackContext> = {}): Undone {
  let portal = aModelPortal(from);
  let rows: Rows = records.map(({ ordinal, targetId, origin, preImage, postImage }): LedgerRow => ({
    record: aRecord(ordinal, { targetId, preImage, state: 'settled', attempt: 1 }),
    settlement: { ordinal, targetId, outcome: origin === 'c' ? 'created' : 'updated', refusal: null, postImage },
    sends: [], undo: 'pending', undoCode: null,
  }));
  const commands: RollbackCommand[] = [];
  let { state, command } = beginRollback({ ...rollbackContext, ...options }, toUndo(rows));
  while (command.do !== 'done' && command.do !== 'fail') {
    commands.push(command);
    const effect = carryOutUndo(command, portal, rows, undoParts, 'none');
    ({ portal, rows } = effect);
    ({ state, command } = advanceRollback(state, effect.event));
  }
  return { portal, rows, commands: [...commands, command] };
}

const namesOf = ({ commands }: Undone): readonly string[] => commands.map((command) => command.do);
const endsOf = ({ rows }: Undone): readonly unknown[] => rows.map((row) => [row.undo, row.undoCode]);
const historiesAsked = ({ commands }: Undone): readonly unknown[] => commands.flatMap((command) => (command.do === 'read-history' ? [[command.ids, command.properties]] : []));

describe('the rollback protocol', () => {
  const two = [created(0, '10'), created(1, '11')];

  it('says what it will do before it does it, and frees unique values before it archives', () => {
    expect(namesOf(undo([created(0, '10')], [standing(created(0, '10'))]))).toEqual(['read', 'read-attachments', 'settle', 'update', 'archive', 'settle', 'done']);
  });

  it('clears a life cycle stage before it sets the older one', () => {
    const { commands } = undo([matched(0, '10')], [standing(matched(0, '10'))]);

    expect(commands.flatMap((command) => (command.do === 'update' ? [command.inputs[0]?.properties] : []))).toEqual([{ lifecyclestage: '' }, { [KEY]: '', [STAMP]: '', city: '', lifecyclestage: 'lead' }]);
  });

  it('touches nothing that this run did not stamp', () => {
    const undone = undo([created(0, '10')], [standing(created(0, '10'), { [STAMP]: 'acme.2:matched' })]);

    expect(namesOf(undone)).toEqual(['read', 'settle', 'done']);
    expect(endsOf(undone)).toEqual([['kept', 'not-ours']]);
  });

  it.each([
    { who: 'a user', by: 'CRM_UI', ends: ['kept', 'edited-since'] },
    { who: 'an import', by: 'IMPORT', ends: ['kept', 'edited-since'] },
    { who: 'an unknown source', by: 'SOMETHING_NEW', ends: ['kept', 'edited-since'] },
    { who: 'the portal’s own calculation', by: 'CALCULATED', ends: ['archived', null] },
  ])('asks the history of a changed record alone: changed by $who', ({ by, ends }) => {
    const undone = undo(two, [standing(created(0, '10'), { city: 'Paris' }, { changes: [change('city', 'Oslo', 'run', 1), change('city', 'Paris', by, 2)] }), standing(created(1, '11'))]);

    expect(historiesAsked(undone)).toEqual([[['10'], ['city']]]);
    expect(endsOf(undone)).toEqual([ends, ['archived', null]]);
  });

  it.each([
    { what: 'a person', by: 'person', at: 2, ends: ['kept', 'edited-since'] },
    { what: 'a person within the instant of the creation', by: 'person', at: 1, ends: ['kept', 'edited-since'] },
    { what: 'another app', by: 'app', at: 2, ends: ['kept', 'edited-since'] },
    { what: 'a workflow', by: 'AUTOMATION_PLATFORM', at: 2, ends: ['archived', null] },
    { what: 'the creation itself, whatever it is called', by: 'SOMETHING_NEW', at: 1, ends: ['archived', null] },
  ])('looks also at what we never wrote: filled in by $what', ({ by, at, ends }) => {
    const undone = undo(two, [standing(created(0, '10'), { jobtitle: 'Boss' }, { changes: [change(STAMP, 'acme.1:created', 'run', 1), change('jobtitle', 'Boss', by, at)] }), standing(created(1, '11'))]);

    expect(historiesAsked(undone)).toEqual([[['10'], ['jobtitle', STAMP]]]);
    expect(endsOf(undone)).toEqual([ends, ['archived', null]]);
  });

  it('asks for no history because of what the portal fills in at creation', () => {
    const undone = undo([created(0, '10')], [standing(created(0, '10'), { lifecyclestage: 'lead', createdate: '2026-02-01T00:00:00Z' })]);

    expect(namesOf(undone)).not.toContain('read-history');
    expect(endsOf(undone)).toEqual([['archived', null]]);
  });

  it.each([{ edited: 'keep' as const }, { edited: 'include' as const }])('keeps what people have hung something on, whatever is said of edits ($edited)', ({ edited }) => {
    const undone = undo(two, [standing(created(0, '10')), standing(created(1, '11'), {}, { attached: true })], { edited });

    expect(endsOf(undone)).toEqual([['archived', null], ['kept', 'has-attachments']]);
    expect(recordOf(undone.portal, '11')).toMatchObject({ archived: false, properties: { other: 'kept', ...created(1, '11').postImage } });
  });

  it.each([{ edited: 'keep' as const }, { edited: 'include' as const }])('keeps a record that what we created was merged into, whatever is said of edits ($edited)', ({ edited }) => {
    const undone = undo([created(0, '10')], [standing(created(0, '10'), { hs_merged_object_ids: '99' })], { edited });

    expect(endsOf(undone)).toEqual([['kept', 'merged-since']]);
    expect(recordOf(undone.portal, '10')).toMatchObject({ archived: false, properties: created(0, '10').postImage! });
  });

  it('gives a matched record back all but what a person changed', () => {
    const undone = undo([matched(0, '10')], [standing(matched(0, '10'), { city: 'Paris' }, { changes: [change('city', 'Oslo', 'run', 1), change('city', 'Paris', 'person', 2)] })]);

    expect(endsOf(undone)).toEqual([['restored', 'partly-edited-since']]);
    expect(recordOf(undone.portal, '10')?.properties).toEqual({ other: 'kept', [KEY]: null, [STAMP]: null, city: 'Paris', lifecyclestage: 'lead' });
  });

  it('reports what somebody deleted as gone', () => {
    expect(endsOf(undo(two, [standing(created(0, '10'), {}, { archived: true })]))).toEqual([['gone', 'deleted-since'], ['gone', 'deleted-since']]);
  });
});
