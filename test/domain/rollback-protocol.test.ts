import { advanceRollback, beginRollback } from '../../domain/rollback-protocol';
import type { RecordToUndo, RollbackContext } from '../../domain/rollback-state';
import { everyPath } from '../support/batch-model';
import type { Choices } from '../support/batch-model';
import { anEntry, carryOutUndo, UndoLedger, undoFaultsOf } from '../support/rollback-model';
import type { UndoFault, UndoPortal } from '../support/rollback-model';

const KEY = 'salesforce_id';
const STAMP = 'migration_provenance';
const context: RollbackContext = { run: 'acme.1', objectType: 'contacts', keyProperty: KEY, uniqueProperties: [KEY, 'email'], propertyTypes: {}, writableProperties: [KEY, STAMP, 'email', 'city', 'jobtitle', 'lifecyclestage', 'createdate'], edited: 'keep' };

const created = (ordinal: number, id: string): RecordToUndo => {
  const postImage = { [KEY]: `s${ordinal}`, [STAMP]: 'acme.1:created', email: `p${ordinal}@x.org`, city: 'Oslo' };
  return { ordinal, targetId: id, origin: 'c', preImage: null, postImage, undo: 'pending' };
};
const matched = (ordinal: number, id: string): RecordToUndo => ({
  ordinal, targetId: id, origin: 'm', undo: 'pending',
  preImage: { [KEY]: null, [STAMP]: null, city: null, lifecyclestage: 'lead' },
  postImage: { [KEY]: `s${ordinal}`, [STAMP]: 'acme.1:matched', city: 'Oslo', lifecyclestage: 'customer' },
});
const portalOf = (records: readonly RecordToUndo[], history: UndoPortal['history'] = {}): UndoPortal => ({
  records: new Map(records.map((record) => [record.targetId, { properties: { other: 'kept', ...record.postImage }, archived: false }])),
  history,
});

function attempt(portal: UndoPortal, ledger: UndoLedger, change: Partial<RollbackContext> = {}, faultAt: (command: Parameters<typeof undoFaultsOf>[0]) => UndoFault = () => 'none'): string[] {
  const commands: string[] = [];
  let step = beginRollback({ ...context, ...change }, [...ledger.rows.values()]);
  while (step.command.do !== 'done' && step.command.do !== 'fail') {
    commands.push(step.command.do);
    expect(commands.length).toBeLessThan(60);
    const event = carryOutUndo(step.command, portal, ledger, faultAt(step.command));
    if (event === 'dead') {
      return commands;
    }
    step = advanceRollback(JSON.parse(JSON.stringify(step.state)) as typeof step.state, event);
  }
  return [...commands, step.command.do];
}
const undoOf = (ledger: UndoLedger): unknown[] => [...ledger.rows.values()].map(({ undo, code }) => [undo, code]);

describe('the rollback protocol, explored', () => {
  it('ends with everything undone once, whatever dies, up to two faults, at any command', () => {
    const paths = everyPath((choices: Choices) => {
      const records = [created(0, '10'), created(1, '11'), matched(2, '12')];
      const portal = portalOf(records);
      const ledger = new UndoLedger(records);
      let faultsLeft = 2;
      for (let round = 0; round < 5; round += 1) {
        attempt(portal, ledger, {}, (command) => {
          const faults = undoFaultsOf(command);
          const fault = faultsLeft > 0 ? (faults[choices.choose(faults.length)] ?? 'none') : 'none';
          faultsLeft -= fault === 'none' ? 0 : 1;
          return fault;
        });
      }

      expect([...ledger.rows.values()].map(({ undo, endings }) => [undo, endings])).toEqual([['archived', 1], ['archived', 1], ['restored', 1]]);
      for (const id of ['10', '11']) {
        expect(portal.records.get(id)).toMatchObject({ archived: true, properties: { [KEY]: null, email: null } });
      }
      expect(portal.records.get('12')).toEqual({ archived: false, properties: { other: 'kept', [KEY]: null, [STAMP]: null, city: null, lifecyclestage: 'lead' } });
    });

    expect(paths).toBeGreaterThan(150);
  });
});

describe('the rollback protocol', () => {
  it('says what it will do before it does it, and frees unique values before it archives', () => {
    const ledger = new UndoLedger([created(0, '10')]);

    expect(attempt(portalOf([created(0, '10')]), ledger)).toEqual(['read', 'read-attachments', 'settle', 'update', 'archive', 'settle', 'done']);
  });

  it('clears a life cycle stage before it sets the older one', () => {
    const record = matched(0, '10');
    const updates: unknown[] = [];
    const portal = portalOf([record]);

    attempt(portal, new UndoLedger([record]), {}, (command) => {
      if (command.do === 'update') {
        updates.push(command.inputs[0]?.properties);
      }
      return 'none';
    });

    expect(updates).toEqual([{ lifecyclestage: '' }, { [KEY]: '', [STAMP]: '', city: '', lifecyclestage: 'lead' }]);
  });

  it('touches nothing that this run did not stamp', () => {
    const record = created(0, '10');
    const portal = portalOf([record]);
    portal.records.get('10')!.properties[STAMP] = 'acme.2:matched';
    const ledger = new UndoLedger([record]);

    expect(attempt(portal, ledger)).toEqual(['read', 'settle', 'done']);
    expect(undoOf(ledger)).toEqual([['kept', 'not-ours']]);
  });

  it.each([
    { who: 'a user', source: 'CRM_UI', undo: ['kept', 'edited-since'] },
    { who: 'an import', source: 'IMPORT', undo: ['kept', 'edited-since'] },
    { who: 'an unknown source', source: 'SOMETHING_NEW', undo: ['kept', 'edited-since'] },
    { who: 'the portal’s own calculation', source: 'CALCULATED', undo: ['archived', null] },
  ])('asks the history of a changed record alone: changed by $who', ({ source, undo }) => {
    const records = [created(0, '10'), created(1, '11')];
    const portal = portalOf(records, { 10: { city: [anEntry('Paris', source, '2026-02-02T00:00:00Z'), anEntry('Oslo', 'INTEGRATION', '2026-02-01T00:00:00Z')] } });
    portal.records.get('10')!.properties.city = 'Paris';
    const ledger = new UndoLedger(records);
    const asked: unknown[] = [];

    attempt(portal, ledger, {}, (command) => {
      if (command.do === 'read-history') {
        asked.push([command.ids, command.properties]);
      }
      return 'none';
    });

    expect(asked).toEqual([[['10'], ['city']]]);
    expect(undoOf(ledger)).toEqual([undo, ['archived', null]]);
  });

  const creation = anEntry('acme.1:created', 'INTEGRATION', '2026-02-01T00:00:00Z');
  it.each([
    { what: 'a person', value: 'Boss', entry: anEntry('Boss', 'CRM_UI', '2026-02-02T00:00:00Z'), undo: ['kept', 'edited-since'] },
    { what: 'another app', value: 'Boss', entry: { ...anEntry('Boss', 'INTEGRATION', '2026-02-02T00:00:00Z'), sourceId: '2' }, undo: ['kept', 'edited-since'] },
    { what: 'a workflow', value: 'Boss', entry: anEntry('Boss', 'AUTOMATION_PLATFORM', '2026-02-02T00:00:00Z'), undo: ['archived', null] },
    { what: 'the creation itself, whatever it is called', value: 'Boss', entry: anEntry('Boss', 'SOMETHING_NEW', '2026-02-01T00:00:00Z'), undo: ['archived', null] },
  ])('looks also at what we never wrote: filled in by $what', ({ value, entry, undo }) => {
    const records = [created(0, '10'), created(1, '11')];
    const portal = portalOf(records, { 10: { jobtitle: [entry], [STAMP]: [creation] } });
    portal.records.get('10')!.properties.jobtitle = value;
    const ledger = new UndoLedger(records);
    const asked: unknown[] = [];

    attempt(portal, ledger, {}, (command) => {
      if (command.do === 'read-history') {
        asked.push([command.ids, command.properties]);
      }
      return 'none';
    });

    expect(asked).toEqual([[['10'], ['jobtitle', STAMP]]]);
    expect(undoOf(ledger)).toEqual([undo, ['archived', null]]);
  });

  it('asks for no history because of what the portal fills in at creation', () => {
    const portal = portalOf([created(0, '10')]);
    Object.assign(portal.records.get('10')!.properties, { lifecyclestage: 'lead', createdate: '2026-02-01T00:00:00Z' });
    const ledger = new UndoLedger([created(0, '10')]);

    expect(attempt(portal, ledger)).not.toContain('read-history');
    expect(undoOf(ledger)).toEqual([['archived', null]]);
  });

  it.each([{ edited: 'keep' as const }, { edited: 'include' as const }])('keeps what people have hung something on, whatever is said of edits ($edited)', ({ edited }) => {
    const records = [created(0, '10'), created(1, '11')];
    const portal = { ...portalOf(records), attached: ['11'] };
    const ledger = new UndoLedger(records);

    attempt(portal, ledger, { edited });

    expect(undoOf(ledger)).toEqual([['archived', null], ['kept', 'has-attachments']]);
    expect(portal.records.get('11')).toEqual({ archived: false, properties: { other: 'kept', ...records[1]?.postImage } });
  });

  it('gives a matched record back all but what a person changed', () => {
    const record = matched(0, '10');
    const portal = portalOf([record], { 10: { city: [anEntry('Paris', 'CRM_UI', '2026-02-02T00:00:00Z'), anEntry('Oslo', 'INTEGRATION', '2026-02-01T00:00:00Z')] } });
    portal.records.get('10')!.properties.city = 'Paris';
    const ledger = new UndoLedger([record]);

    attempt(portal, ledger);

    expect(undoOf(ledger)).toEqual([['restored', 'partly-edited-since']]);
    expect(portal.records.get('10')?.properties).toEqual({ other: 'kept', [KEY]: null, [STAMP]: null, city: 'Paris', lifecyclestage: 'lead' });
  });

  it('reports what somebody deleted as gone', () => {
    const records = [created(0, '10'), created(1, '11')];
    const portal = portalOf(records);
    portal.records.get('10')!.archived = true;
    portal.records.delete('11');
    const ledger = new UndoLedger(records);

    attempt(portal, ledger);

    expect(undoOf(ledger)).toEqual([['gone', 'deleted-since'], ['gone', 'deleted-since']]);
  });
});
