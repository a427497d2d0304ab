import { advanceBatch, beginBatch } from '../../domain/batch-protocol';
import type { BatchContext, BatchStep, RecordToWrite } from '../../domain/batch-state';
import { carryOut, everyPath, faultsOf, ModelLedger, ModelPortal } from '../support/batch-model';
import type { Choices, Fault } from '../support/batch-model';

const KEY = 'salesforce_id';
const STAMP = 'migration_provenance';

const context: BatchContext = { run: 'acme.1', objectType: 'contacts', keyProperty: KEY, matchesByEmail: true, onMatch: 'fill-blanks', propertyTypes: {}, mode: 'write' };

function aRecord(ordinal: number, change: Partial<RecordToWrite> = {}): RecordToWrite {
  const sourceId = `003-${ordinal}`;
  return { ordinal, sourceId, kind: 'create', targetId: null, properties: { [KEY]: sourceId, email: `p${ordinal}@x.org`, city: 'Oslo' }, state: 'unsent', attempt: 0, preImage: null, ...change };
}

/** A person whom nobody planned for, with an e-mail of the batch; and the record that the plan matched. */
const aPortal = (): ModelPortal =>
  new ModelPortal(['email', KEY], [
    { id: '7', properties: { email: 'p1@x.org', city: 'Bergen', [KEY]: null, [STAMP]: null } },
    { id: '9', properties: { email: 'p2@x.org', city: null, [KEY]: null, [STAMP]: null } },
  ]);

const aBatch = (): RecordToWrite[] => [aRecord(0), aRecord(1), aRecord(2, { kind: 'update', targetId: '9' })];

interface Engine {
  step: BatchStep;
  alive: boolean;
}

const start = (ledger: ModelLedger, change: Partial<BatchContext> = {}): Engine => ({ step: beginBatch({ ...context, ...change }, ledger.readBatch()), alive: true });

/** One command of one engine; false when it has ended, one way or the other. */
function advance(engine: Engine, portal: ModelPortal, ledger: ModelLedger, fault: Fault): void {
  const { state, command } = engine.step;
  if (command.do === 'done' || command.do === 'rethrow' || command.do === 'fail') {
    engine.alive = false;
    return;
  }
  const event = carryOut(command, state.context, portal, ledger, fault);
  if (event === 'dead') {
    engine.alive = false;
  } else {
    engine.step = advanceBatch(JSON.parse(JSON.stringify(state)) as typeof state, event);
  }
}

function finish(portal: ModelPortal, ledger: ModelLedger): void {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const engine = start(ledger);
    for (let steps = 0; engine.alive; steps += 1) {
      expect(steps).toBeLessThan(80);
      advance(engine, portal, ledger, 'none');
    }
    if (engine.step.command.do === 'done') {
      return;
    }
  }
  throw new Error('five undisturbed attempts did not end the batch');
}

/** The laws: nothing doubled, nothing lost, no wrong pair, nobody's value overwritten, each outcome once. */
function expectLaws(portal: ModelPortal, ledger: ModelLedger): void {
  for (const { record, settlements, outcomeWrites } of ledger.rows.values()) {
    const [settlement] = settlements;
    const live = portal.read(KEY, [record.sourceId], false);
    expect({ sourceId: record.sourceId, outcomeWrites, live: live.length, outcome: settlement?.outcome }).toEqual({ sourceId: record.sourceId, outcomeWrites: 1, live: 1, outcome: record.ordinal === 0 ? 'created' : 'updated' });
    expect(settlement?.targetId).toBe(live[0]?.id);
    expect(live[0]?.properties[STAMP]).toBe(record.ordinal === 0 ? 'acme.1:created' : 'acme.1:matched');
  }
  expect(portal.records.size).toBe(3);
  expect(portal.records.get('7')?.properties.city).toBe('Bergen');
  expect(portal.records.get('9')?.properties.city).toBe('Oslo');
  expect(ledger.rows.get(1)?.record.preImage).toMatchObject({ [KEY]: null, [STAMP]: null });
  expect(ledger.rows.get(2)?.record.preImage).toMatchObject({ city: null, [KEY]: null, [STAMP]: null });
}

describe('the batch protocol, explored', () => {
  it('keeps every law whatever dies or gets lost, up to two faults, at any command', () => {
    const paths = everyPath((choices: Choices) => {
      const portal = aPortal();
      const ledger = new ModelLedger(aBatch());
      let faultsLeft = 2;
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const engine = start(ledger);
        for (let steps = 0; engine.alive && steps < 80; steps += 1) {
          const faults = faultsOf(engine.step.command);
          const fault = faultsLeft > 0 ? (faults[choices.choose(faults.length)] ?? 'none') : 'none';
          faultsLeft -= fault === 'none' ? 0 : 1;
          advance(engine, portal, ledger, fault);
        }
      }
      finish(portal, ledger);
      expectLaws(portal, ledger);
      expect(portal.sentAgain).toBe(0);
    });

    expect(paths).toBeGreaterThan(500);
  });

  it('keeps every law when two attempts run at once, with up to three changes of turn, one of them perhaps never ending', () => {
    const paths = everyPath((choices: Choices) => {
      const portal = aPortal();
      const ledger = new ModelLedger(aBatch());
      const engines = [start(ledger)];
      let turn = 0;
      let changesLeft = 3;
      for (let steps = 0; steps < 120 && engines.some((engine) => engine.alive); steps += 1) {
        const engine = engines[turn]!;
        if (!engine.alive) {
          turn = 1 - turn;
          if (engines[turn] === undefined) {
            break;
          }
          continue;
        }
        advance(engine, portal, ledger, 'none');
        if (changesLeft > 0 && choices.choose(2) === 1) {
          changesLeft -= 1;
          turn = 1 - turn;
          // The second attempt begins when the first is thought dead; the first wakes up later.
          engines[turn] ??= start(ledger);
        }
      }
      finish(portal, ledger);
      expectLaws(portal, ledger);
    });

    expect(paths).toBeGreaterThan(500);
  });
});

describe('the batch protocol', () => {
  const undisturbed = (records: readonly RecordToWrite[], portal: ModelPortal, change: Partial<BatchContext> = {}): { ledger: ModelLedger; engine: Engine; commands: string[] } => {
    const ledger = new ModelLedger(records);
    const engine = start(ledger, change);
    const commands: string[] = [];
    while (engine.alive) {
      commands.push(engine.step.command.do);
      advance(engine, portal, ledger, 'none');
    }
    return { ledger, engine, commands };
  };
  const outcomeOf = (ledger: ModelLedger, ordinal: number): string | undefined => ledger.rows.get(ordinal)?.settlements[0]?.refusal?.code ?? ledger.rows.get(ordinal)?.settlements[0]?.outcome;

  it('marks before it sends and settles after the answer', () => {
    const { commands } = undisturbed([aRecord(0)], new ModelPortal([KEY]));

    expect(commands).toEqual(['check-quota', 'mark-sent', 'create', 'settle', 'done']);
  });

  it('keeps the pre-image before an update goes out', () => {
    const { commands } = undisturbed([aRecord(2, { kind: 'update', targetId: '9' })], aPortal());

    expect(commands).toEqual(['read', 'keep-pre-images', 'check-quota', 'mark-sent', 'update', 'settle', 'done']);
  });

  it('sends nothing for a record that has its outcome or is right already', () => {
    const { ledger, commands } = undisturbed([aRecord(0, { state: 'settled' }), aRecord(1, { kind: 'unchanged', targetId: '7' })], aPortal());

    expect(commands).toEqual(['settle', 'done']);
    expect(outcomeOf(ledger, 1)).toBe('unchanged');
  });

  it('never sends again what a person archived since', () => {
    const portal = new ModelPortal([KEY], [{ id: '5', properties: { [KEY]: '003-0', [STAMP]: 'acme.1:created' }, archived: true }]);

    const { ledger } = undisturbed([aRecord(0, { state: 'sent', attempt: 1 })], portal);

    expect(outcomeOf(ledger, 0)).toBe('deleted-since');
    expect(portal.createCalls).toBe(0);
  });

  it('refuses to take over a record that carries another migration key', () => {
    const portal = new ModelPortal([KEY, 'email'], [{ id: '5', properties: { [KEY]: '003-99', email: 'p0@x.org', city: 'Bergen', [STAMP]: null } }]);

    const { ledger } = undisturbed([aRecord(0), aRecord(2, { kind: 'update', targetId: '5' })], portal);

    expect([outcomeOf(ledger, 0), outcomeOf(ledger, 2)]).toEqual(['key-conflict', 'key-conflict']);
    expect(portal.records.get('5')?.properties).toMatchObject({ [KEY]: '003-99', city: 'Bergen' });
  });

  it('refuses with email-conflict where the plan does not match by e-mail', () => {
    const { ledger } = undisturbed([aRecord(1)], aPortal(), { matchesByEmail: false });

    expect(outcomeOf(ledger, 1)).toBe('email-conflict');
  });

  it('names an archived holder that is not ours', () => {
    const portal = new ModelPortal([KEY], [{ id: '5', properties: { [KEY]: '003-0', [STAMP]: 'acme.0:created' }, archived: true }]);
    portal.write = () => ({ landed: [], refused: [{ traceId: '0', ids: [], code: 'CONFLICT', category: 'CONFLICT', property: null, message: '', correlationId: 'c' }], refusedWhole: null });

    const { ledger } = undisturbed([aRecord(0)], portal);

    expect(outcomeOf(ledger, 0)).toBe('held-by-archived');
  });

  it.each([{ state: 'unsent', attempt: 0 } as const, { state: 'sent', attempt: 1 } as const])('matches a record of our key that another run left behind ($state)', (change) => {
    const portal = new ModelPortal([KEY], [{ id: '5', properties: { [KEY]: '003-0', [STAMP]: 'acme.0:created', city: null } }]);

    const { ledger } = undisturbed([aRecord(0, change)], portal);

    expect(outcomeOf(ledger, 0)).toBe('updated');
    expect(portal.records.get('5')?.properties).toMatchObject({ city: 'Oslo', [STAMP]: 'acme.1:matched' });
  });

  it('keeps a validation code of the portal as it stands, without a look-up', () => {
    const portal = new ModelPortal([KEY]);
    portal.write = () => ({ landed: [], refused: [{ traceId: '0', ids: [], code: 'INVALID_EMAIL', category: 'VALIDATION_ERROR', property: 'email', message: 'words', correlationId: 'c' }], refusedWhole: null });

    const { ledger, commands } = undisturbed([aRecord(0)], portal);

    expect(ledger.rows.get(0)?.settlements[0]?.refusal).toEqual({ code: 'INVALID_EMAIL', property: 'email', message: 'words', correlationId: 'c' });
    expect(commands).not.toContain('read');
  });

  it('does not believe an answer that pairs a trace with another key', () => {
    const portal = new ModelPortal([KEY]);
    const honest = portal.write.bind(portal);
    let lies = 1;
    portal.write = (inputs) => {
      const answer = honest(inputs);
      if (lies-- <= 0) {
        return answer;
      }
      const [first, second] = answer.landed;
      return { ...answer, landed: [{ traceId: '0', record: first!.record }, { traceId: '1', record: second!.record }] };
    };

    const { ledger } = undisturbed([aRecord(0), aRecord(1)], portal);

    expect(ledger.rows.get(0)?.settlements[0]?.targetId).toBe(portal.read(KEY, ['003-0'], false)[0]?.id);
    expect(ledger.rows.get(1)?.settlements[0]?.targetId).toBe(portal.read(KEY, ['003-1'], false)[0]?.id);
  });

  const refusesWhole = (portal: ModelPortal, isBad: (key: string) => boolean): { calls: () => number } => {
    const honest = portal.write.bind(portal);
    let calls = 0;
    portal.write = (inputs) => {
      calls += 1;
      const bad = inputs.some((input) => isBad(input.properties[KEY] ?? ''));
      return bad ? { landed: [], refused: [], refusedWhole: { traceId: null, ids: [], code: 'INVALID_OPTION', category: 'VALIDATION_ERROR', property: 'city', message: 'words', correlationId: 'c' } } : honest(inputs);
    };
    return { calls: () => calls };
  };

  it.each([{ bad: 1 }, { bad: 2 }, { bad: 5 }])('finds $bad culprits of a batch of 100 that was refused as a whole within 1 + 2k·⌈log₂ n⌉ calls', ({ bad }) => {
    const portal = new ModelPortal([KEY]);
    const culprits = new Set(Array.from({ length: bad }, (_, index) => `003-${index * 19}`));
    const { calls } = refusesWhole(portal, (key) => culprits.has(key));

    const { ledger } = undisturbed(Array.from({ length: 100 }, (_, ordinal) => aRecord(ordinal)), portal);

    const refused = [...ledger.rows.values()].filter(({ settlements }) => settlements[0]?.outcome === 'refused').map(({ record }) => record.sourceId);
    expect(new Set(refused)).toEqual(culprits);
    expect(portal.records.size).toBe(100 - bad);
    expect(calls()).toBeLessThanOrEqual(1 + 2 * bad * Math.ceil(Math.log2(100)));
  });

  it('says that the portal changed when the first eight alone all fail alike, and blames no record', () => {
    const portal = new ModelPortal([KEY]);
    refusesWhole(portal, () => true);

    const { ledger, engine } = undisturbed(Array.from({ length: 100 }, (_, ordinal) => aRecord(ordinal)), portal);

    expect(engine.step.command).toEqual({ do: 'fail', type: 'PlanError', code: 'portal-changed' });
    expect([...ledger.rows.values()].map(({ record, settlements }) => [record.state, settlements.length])).toEqual(Array.from({ length: 100 }, () => ['unsent', 0]));
  });

  it('blames the records when fewer than eight fail alike', () => {
    const portal = new ModelPortal([KEY]);
    refusesWhole(portal, () => true);

    const { ledger } = undisturbed([aRecord(0), aRecord(1)], portal);

    expect([outcomeOf(ledger, 0), outcomeOf(ledger, 1)]).toEqual(['INVALID_OPTION', 'INVALID_OPTION']);
  });

  it('says that the portal changed when one refused property is no longer what the plan was made for', () => {
    const portal = new ModelPortal([KEY]);
    portal.changedProperties = ['city'];
    portal.write = (inputs) => ({ landed: [], refused: inputs.map(({ traceId }) => ({ traceId, ids: [], code: 'INVALID_OPTION', category: 'VALIDATION_ERROR', property: 'city', message: 'words', correlationId: 'c' })), refusedWhole: null });

    const { ledger, engine, commands } = undisturbed([aRecord(0), aRecord(1)], portal);

    expect(commands.filter((command) => command === 'compare-schema')).toHaveLength(1);
    expect(engine.step.command).toEqual({ do: 'fail', type: 'PlanError', code: 'portal-changed' });
    expect([...ledger.rows.values()].map(({ record }) => record.state)).toEqual(['unsent', 'unsent']);
  });

  it('follows records that were merged since the plan, each to its own winner', () => {
    const portal = new ModelPortal([KEY], [{ id: '20', properties: { [KEY]: null, [STAMP]: null, city: null } }, { id: '21', properties: { [KEY]: null, [STAMP]: null, city: 'Bergen' } }]);
    portal.winners.set('10', '20').set('11', '21');

    const { ledger } = undisturbed([aRecord(0, { kind: 'update', targetId: '10' }), aRecord(1, { kind: 'update', targetId: '11' })], portal);

    expect([...ledger.rows.values()].map(({ settlements }) => [settlements[0]?.outcome, settlements[0]?.targetId])).toEqual([['updated', '20'], ['updated', '21']]);
    expect(portal.records.get('21')?.properties).toMatchObject({ [KEY]: '003-1', city: 'Bergen' });
  });

  it('refuses the second of two records whose targets were merged into one', () => {
    const portal = new ModelPortal([KEY], [{ id: '20', properties: { [KEY]: null, [STAMP]: null, city: null } }]);
    portal.winners.set('10', '20').set('11', '20');

    const { ledger } = undisturbed([aRecord(0, { kind: 'update', targetId: '10' }), aRecord(1, { kind: 'update', targetId: '11' })], portal);

    expect([outcomeOf(ledger, 0), outcomeOf(ledger, 1)]).toEqual(['updated', 'key-conflict']);
  });

  it('reports a record to update that is gone as deleted-since', () => {
    const { ledger } = undisturbed([aRecord(0, { kind: 'update', targetId: '404' })], new ModelPortal([KEY]));

    expect(outcomeOf(ledger, 0)).toBe('deleted-since');
  });

  it('clears the mark when the call certainly was not carried out', () => {
    const ledger = new ModelLedger([aRecord(0)]);
    const engine = start(ledger);
    const portal = new ModelPortal([KEY]);
    while (engine.alive) {
      advance(engine, portal, ledger, engine.step.command.do === 'create' ? 'declined' : 'none');
    }

    expect(engine.step.command.do).toBe('rethrow');
    expect(ledger.rows.get(0)?.record.state).toBe('unsent');
  });

  it('only finds out and sends nothing in settle mode', () => {
    const portal = new ModelPortal([KEY], [{ id: '5', properties: { [KEY]: '003-0', [STAMP]: 'acme.1:created' } }]);

    const { ledger } = undisturbed([aRecord(0, { state: 'sent', attempt: 1 }), aRecord(1, { state: 'sent', attempt: 1 }), aRecord(2)], portal, { mode: 'settle' });

    expect(portal.createCalls).toBe(0);
    expect([...ledger.rows.values()].map(({ record }) => record.state)).toEqual(['settled', 'unsent', 'unsent']);
  });
});
