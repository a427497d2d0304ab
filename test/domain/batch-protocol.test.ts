import { advanceBatch, beginBatch } from '../../domain/batch-protocol';
import type { BatchCommand, BatchContext, RecordToWrite, WriteAnswer } from '../../domain/batch-state';
import { carryOut, ledgerParts, rowsOf } from '../support/batch-model';
import type { CallFault, LedgerRow, Rows } from '../support/batch-model';
import { aModelPortal, aRecordOf, merges, readRecords, recordOf, writeRecords } from '../support/model-portal';
import type { ModelPortal, ModelRecord, WriteInput } from '../support/model-portal';
import { aRecord, batchContext, KEY, PORTAL, STAMP, TO_UPDATE } from '../support/records-scenes';

/** How the portal answers a write instead of honestly; `honest` carries it out. */
type Answering = (inputs: readonly WriteInput[], honest: () => WriteAnswer) => WriteAnswer;

interface Ended {
  readonly portal: ModelPortal;
  readonly rows: Rows;
  readonly commands: readonly string[];
  readonly end: BatchCommand;
  readonly sends: number;
}

/** One attempt, from its beginning to its end. */
function oneAttempt(records: readonly RecordToWrite[], from: ModelPortal, { answering, fault = () => 'none', ...change }: Partial<BatchContext> & { answering?: Answering; fault?: (command: BatchCommand) => CallFault | 'none' } = {}): Ended {
  let portal = from;
  let rows = rowsOf(records);
  let sends = 0;
  const commands: string[] = [];
  let { state, command } = beginBatch({ ...batchContext, ...change }, records);
  while (command.do !== 'done' && command.do !== 'rethrow' && command.do !== 'fail') {
    commands.push(command.do);
    const { do: what } = command;
    sends += what === 'create' || what === 'update' ? 1 : 0;
    if ((command.do === 'create' || command.do === 'update') && answering !== undefined) {
      const { inputs } = command;
      const answer = answering(inputs, () => {
        const written = writeRecords(portal, inputs);
        portal = written.portal;
        return written.answer;
      });
      ({ state, command } = advanceBatch(state, { on: 'answered', answer }));
    } else {
      const effect = carryOut(command, state.context, portal, rows, ledgerParts, fault(command));
      ({ portal, rows } = effect);
      ({ state, command } = advanceBatch(state, effect.event));
    }
  }
  return { portal, rows, commands: [...commands, command.do], end: command, sends };
}

const rowOf = ({ rows }: Ended, ordinal: number): LedgerRow => rows.find(({ record }) => record.ordinal === ordinal)!;
const outcomeOf = (ended: Ended, ordinal: number): string | undefined => rowOf(ended, ordinal).settlement?.refusal?.code ?? rowOf(ended, ordinal).settlement?.outcome;
const idWithKey = ({ portal }: Ended, key: string): string | undefined => readRecords(portal, KEY, [key], false)[0]?.id;
const portalOf = (...records: readonly ModelRecord[]): ModelPortal => aModelPortal(records);
/** An answer that refuses each input of a call with this. */
const refusing = (code: string, category: string, property: string | null): Answering => (inputs) => ({ landed: [], refused: inputs.map(({ traceId }) => ({ traceId, ids: [], code, category, property, message: 'words', correlationId: 'c' })), refusedWhole: null });

describe('the batch protocol', () => {
  it('marks before it sends and settles after the answer', () => {
    const { commands } = oneAttempt([aRecord(0)], portalOf());

    expect(commands).toEqual(['check-quota', 'mark-sent', 'create', 'settle', 'done']);
  });

  it('keeps the pre-image before an update goes out', () => {
    const { commands } = oneAttempt([TO_UPDATE], PORTAL);

    expect(commands).toEqual(['read', 'keep-pre-images', 'check-quota', 'mark-sent', 'update', 'settle', 'done']);
  });

  it('sends nothing for a record that has its outcome or is right already', () => {
    const ended = oneAttempt([aRecord(0, { state: 'settled' }), aRecord(1, { kind: 'unchanged', targetId: '7' })], PORTAL);

    expect(ended.commands).toEqual(['settle', 'done']);
    expect(outcomeOf(ended, 1)).toBe('unchanged');
  });

  it('never sends again what a person archived since', () => {
    const ended = oneAttempt([aRecord(0, { state: 'sent', attempt: 1 })], portalOf(aRecordOf('5', { [KEY]: '003-0', [STAMP]: 'acme.1:created' }, { archived: true })));

    expect(outcomeOf(ended, 0)).toBe('deleted-since');
    expect(ended.sends).toBe(0);
  });

  it('refuses to take over a record that carries another migration key', () => {
    const ended = oneAttempt([aRecord(0), aRecord(2, { kind: 'update', targetId: '5' })], portalOf(aRecordOf('5', { [KEY]: '003-99', email: 'p0@x.org', city: 'Bergen', [STAMP]: null })));

    expect([outcomeOf(ended, 0), outcomeOf(ended, 2)]).toEqual(['key-conflict', 'key-conflict']);
    expect(recordOf(ended.portal, '5')?.properties).toMatchObject({ [KEY]: '003-99', city: 'Bergen' });
  });

  it('refuses with email-conflict where the plan does not match by e-mail', () => {
    expect(outcomeOf(oneAttempt([aRecord(1)], PORTAL, { matchesByEmail: false }), 1)).toBe('email-conflict');
  });

  it('names an archived holder that is not ours', () => {
    const holder = aRecordOf('5', { [KEY]: '003-0', [STAMP]: 'acme.0:created' }, { archived: true });

    expect(outcomeOf(oneAttempt([aRecord(0)], aModelPortal([holder], { archivedHoldUnique: true })), 0)).toBe('held-by-archived');
  });

  it.each([{ state: 'unsent', attempt: 0 } as const, { state: 'sent', attempt: 1 } as const])('matches a record of our key that another run left behind ($state)', (change) => {
    const ended = oneAttempt([aRecord(0, change)], portalOf(aRecordOf('5', { [KEY]: '003-0', [STAMP]: 'acme.0:created', city: null })));

    expect(outcomeOf(ended, 0)).toBe('updated');
    expect(recordOf(ended.portal, '5')?.properties).toMatchObject({ city: 'Oslo', [STAMP]: 'acme.1:matched' });
  });

  it('keeps a validation code of the portal as it stands, with category, property, words and correlation id, without a look-up', () => {
    const ended = oneAttempt([aRecord(0)], portalOf(), { answering: refusing('INVALID_EMAIL', 'VALIDATION_ERROR', 'email') });

    expect(rowOf(ended, 0).settlement?.refusal).toEqual({ code: 'INVALID_EMAIL', category: 'VALIDATION_ERROR', property: 'email', message: 'words', correlationId: 'c' });
    expect(ended.commands).not.toContain('read');
  });

  it('does not believe an answer that pairs a trace with another key', () => {
    let lies = 1;
    const swapping: Answering = (_, honest) => {
      const answer = honest();
      const [first, second] = answer.landed;
      return lies-- > 0 ? { ...answer, landed: [{ traceId: '0', record: first!.record }, { traceId: '1', record: second!.record }] } : answer;
    };

    const ended = oneAttempt([aRecord(0), aRecord(1)], portalOf(), { answering: swapping });

    expect(rowOf(ended, 0).settlement?.targetId).toBe(idWithKey(ended, '003-0'));
    expect(rowOf(ended, 1).settlement?.targetId).toBe(idWithKey(ended, '003-1'));
  });

  it('leaves a record to the attempt that took it over, and says that it is in doubt', () => {
    const { state, command } = advanceBatch(beginBatch(batchContext, [TO_UPDATE]).state, { on: 'records-read', records: [] });

    const next = advanceBatch(state, { on: 'settled', ordinals: [] });

    expect(command).toMatchObject({ do: 'settle', settlements: [{ ordinal: 2, outcome: 'refused', attempt: 0 }] });
    expect(next.command).toEqual({ do: 'fail', type: 'TransientError', code: 'in-doubt' });
  });

  it('says that the portal changed when the first eight alone all fail alike, and blames no record', () => {
    const records = Array.from({ length: 100 }, (_, ordinal) => aRecord(ordinal));

    const { end, rows } = oneAttempt(records, portalOf(), { answering: refusingWhole(() => true) });

    expect(end).toEqual({ do: 'fail', type: 'PlanError', code: 'portal-changed' });
    expect(rows.filter(({ record, settlement }) => record.state === 'unsent' && settlement === null)).toHaveLength(100);
  });

  it('blames the records when fewer than eight fail alike', () => {
    const ended = oneAttempt([aRecord(0), aRecord(1)], portalOf(), { answering: refusingWhole(() => true) });

    expect([outcomeOf(ended, 0), outcomeOf(ended, 1)]).toEqual(['INVALID_OPTION', 'INVALID_OPTION']);
  });

  it('says that the portal changed when one refused property is no longer what the plan was made for', () => {
    const { commands, end, rows } = oneAttempt([aRecord(0), aRecord(1)], aModelPortal([], { changedProperties: ['city'] }), { answering: refusing('INVALID_OPTION', 'VALIDATION_ERROR', 'city') });

    expect(commands.filter((command) => command === 'compare-schema')).toHaveLength(1);
    expect(end).toEqual({ do: 'fail', type: 'PlanError', code: 'portal-changed' });
    expect(rows.map(({ record }) => record.state)).toEqual(['unsent', 'unsent']);
  });

  it('reports a record to update that is gone as deleted-since', () => {
    expect(outcomeOf(oneAttempt([aRecord(0, { kind: 'update', targetId: '404' })], portalOf()), 0)).toBe('deleted-since');
  });

  it('clears the mark when the call certainly was not carried out', () => {
    const ended = oneAttempt([aRecord(0)], portalOf(), { fault: (command) => (command.do === 'create' ? 'declined' : 'none') });

    expect(ended.end).toEqual({ do: 'rethrow' });
    expect(rowOf(ended, 0).record.state).toBe('unsent');
  });

  it('only finds out and sends nothing in settle mode, also for what lost its mark', () => {
    const there = (id: string, key: string): ModelRecord => aRecordOf(id, { [KEY]: key, [STAMP]: 'acme.1:created' });
    const sent = { state: 'sent', attempt: 1 } as const;

    const ended = oneAttempt([aRecord(0, sent), aRecord(1, sent), aRecord(2), aRecord(3, { state: 'unsent', attempt: 1 })], portalOf(there('5', '003-0'), there('6', '003-3')), { mode: 'settle' });

    expect(ended.sends).toBe(0);
    expect(ended.rows.map(({ record }) => record.state)).toEqual(['settled', 'unsent', 'unsent', 'settled']);
  });
});

describe('the batch protocol, where people merged records since the plan', () => {
  const merged = (portal: ModelPortal, loser: string, winner: string): ModelPortal => merges({ id: loser }, { id: winner }).apply(portal)!;
  const four = portalOf(...['10', '11', '20', '21'].map((id) => aRecordOf(id, { [KEY]: null, [STAMP]: null, city: id === '21' ? 'Bergen' : null })));

  it('follows each record to its own winner', () => {
    const ended = oneAttempt([aRecord(0, { kind: 'update', targetId: '10' }), aRecord(1, { kind: 'update', targetId: '11' })], merged(merged(four, '10', '20'), '11', '21'));

    expect(ended.rows.map(({ settlement }) => [settlement?.outcome, settlement?.targetId])).toEqual([['updated', '20'], ['updated', '21']]);
    expect(recordOf(ended.portal, '21')?.properties).toMatchObject({ [KEY]: '003-1', city: 'Bergen' });
  });

  it('refuses the second of two records whose targets became one', () => {
    const ended = oneAttempt([aRecord(0, { kind: 'update', targetId: '10' }), aRecord(1, { kind: 'update', targetId: '11' })], merged(merged(four, '10', '20'), '11', '20'));

    expect([outcomeOf(ended, 0), outcomeOf(ended, 1)]).toEqual(['updated', 'key-conflict']);
  });

  it('refuses a record whose target became that of another one', () => {
    const ended = oneAttempt([aRecord(0, { kind: 'update', targetId: '10' }), aRecord(1, { kind: 'update', targetId: '11' })], merged(four, '10', '11'));

    expect([outcomeOf(ended, 0), outcomeOf(ended, 1)]).toEqual(['key-conflict', 'updated']);
  });

  it('lets the record go first that is prepared already, when another one turns out to mean the same target', () => {
    const ended = oneAttempt([aRecord(1), TO_UPDATE], merged(PORTAL, '9', '7'));

    expect([outcomeOf(ended, 1), outcomeOf(ended, 2)]).toEqual(['key-conflict', 'updated']);
    expect(ended.sends).toBe(2);
  });
});

/** Refuses a whole call when it holds a bad record, without saying which: what a batch without trace ids is answered. */
function refusingWhole(isBad: (key: string) => boolean): Answering {
  return (inputs, honest) => {
    const isRefused = inputs.some((input) => isBad(input.properties[KEY] ?? ''));
    return isRefused ? { landed: [], refused: [], refusedWhole: { traceId: null, ids: [], code: 'INVALID_OPTION', category: 'VALIDATION_ERROR', property: 'city', message: 'words', correlationId: 'c' } } : honest();
  };
}

describe('a poisoned batch', () => {
  const records = (count: number): readonly RecordToWrite[] => Array.from({ length: count }, (_, ordinal) => aRecord(ordinal));
  const isNamed = ({ settlement }: LedgerRow): boolean => settlement?.outcome === 'refused';
  const named = ({ rows }: Ended): readonly string[] => rows.filter(isNamed).map(({ record }) => record.sourceId);
  const IN_FULL = { code: 'INVALID_OPTION', category: 'VALIDATION_ERROR', property: 'city', message: 'words', correlationId: 'c' };

  it.each([1, 2, 5, 40])('with %i bad records, named by their trace ids, takes one call and costs nobody else', (bad) => {
    const culprits = new Set(records(bad).map(({ sourceId }) => sourceId));
    const portal = aModelPortal([], { refusedKeys: Object.fromEntries([...culprits].map((key) => [key, 'city'])) });

    const ended = oneAttempt(records(100), portal);

    expect(ended.sends).toBe(1);
    expect(new Set(named(ended))).toEqual(culprits);
    expect(ended.portal.records).toHaveLength(100 - bad);
    expect(ended.rows.filter(isNamed).map(({ settlement }) => settlement?.refusal)).toEqual(Array.from(culprits, () => ({ ...IN_FULL, message: 'words of the portal' })));
  });

  it.each([{ bad: 1, of: 100 }, { bad: 2, of: 100 }, { bad: 3, of: 100 }, { bad: 5, of: 100 }, { bad: 7, of: 100 }, { bad: 1, of: 2 }, { bad: 3, of: 17 }])('of $of records with $bad bad ones, refused as a whole, takes at most 1 + 2k·⌈log₂ n⌉ calls wherever they are', ({ bad, of }) => {
    for (let place = 0; place < of; place += Math.ceil(of / 3)) {
      for (const spread of [1, Math.floor(of / bad)]) {
        const culprits = new Set(Array.from({ length: bad }, (_, index) => `003-${(place + index * spread) % of}`));

        const ended = oneAttempt(records(of), portalOf(), { answering: refusingWhole((key) => culprits.has(key)) });

        expect(new Set(named(ended))).toEqual(culprits);
        expect(ended.rows.filter(isNamed).every(({ settlement }) => JSON.stringify(settlement?.refusal) === JSON.stringify(IN_FULL))).toBe(true);
        expect(ended.portal.records).toHaveLength(of - culprits.size);
        expect(ended.sends).toBeLessThanOrEqual(1 + 2 * culprits.size * Math.ceil(Math.log2(of)));
      }
    }
  });
});
