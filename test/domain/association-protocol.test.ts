import { advanceAssociations, beginAssociations } from '../../domain/association-protocol';
import { joinKinds, kindText, parseKind, splitKinds } from '../../domain/association-kind';
import type { AssociationCommand, AssociationEvent, AssociationSettlement, AssociationToWrite } from '../../domain/association-state';
import { everyPath } from '../support/batch-model';
import type { Choices } from '../support/batch-model';

/** Pairs and their kinds, where a create replaces the kinds of a pair and the first company becomes primary. */
class PortalOfPairs {
  readonly pairs = new Map<string, string>();

  write(associations: Extract<AssociationCommand, { do: 'create' }>['associations']): { fromId: string; toId: string }[] {
    for (const { fromId, toId, kinds } of associations) {
      const isFirst = ![...this.pairs.keys()].some((pair) => pair.startsWith(`${fromId} `));
      this.pairs.set(`${fromId} ${toId}`, joinKinds([...kinds.map(kindText), ...(isFirst ? ['HUBSPOT_DEFINED:1'] : [])]));
      if (kinds.some((kind) => kind.typeId === 1)) {
        [...this.pairs].filter(([pair]) => pair.startsWith(`${fromId} `) && pair !== `${fromId} ${toId}`).forEach(([pair, text]) => this.pairs.set(pair, joinKinds(splitKinds(text).filter((kind) => kind !== 'HUBSPOT_DEFINED:1'))));
      }
    }
    return associations.map(({ fromId, toId }) => ({ fromId, toId })).reverse();
  }
}

class LedgerOfPairs {
  readonly rows: Map<number, AssociationToWrite & { outcomes: AssociationSettlement[] }>;

  constructor(links: readonly AssociationToWrite[]) {
    this.rows = new Map(links.map((link) => [link.ordinal, { ...link, outcomes: [] }]));
  }

  change(ordinal: number, change: Partial<AssociationToWrite>): void {
    this.rows.set(ordinal, { ...this.rows.get(ordinal)!, ...change });
  }
}

type Fault = 'none' | 'die-before' | 'die-after' | 'request-lost' | 'answer-lost' | 'declined' | 'one-result-missing';

function effect(command: AssociationCommand, portal: PortalOfPairs, ledger: LedgerOfPairs, fault: Fault): AssociationEvent {
  switch (command.do) {
    case 'settle':
      for (const settlement of command.settlements) {
        const row = ledger.rows.get(settlement.ordinal)!;
        if (row.state !== 'settled') {
          row.outcomes.push(settlement);
          ledger.change(settlement.ordinal, { state: 'settled' });
        }
      }
      return { on: 'settled' };
    case 'read':
      return {
        on: 'associations-read',
        associations: [...portal.pairs].filter(([pair]) => command.fromIds.includes(pair.split(' ')[0] ?? '')).map(([pair, kinds]) => ({ fromId: pair.split(' ')[0] ?? '', toId: pair.split(' ')[1] ?? '', kinds: splitKinds(kinds).map(parseKind) })),
      };
    case 'keep-pre-kinds':
      command.kinds.filter(({ ordinal }) => ledger.rows.get(ordinal)?.attempt === 0).forEach(({ ordinal, preKinds }) => ledger.change(ordinal, { preKinds }));
      return { on: 'pre-kinds-kept', kinds: command.kinds.map(({ ordinal }) => ({ ordinal, preKinds: ledger.rows.get(ordinal)?.preKinds ?? '' })) };
    case 'check-quota':
      return { on: 'quota-suffices' };
    case 'mark-sent': {
      const taken = command.links.filter(({ ordinal, attempt }) => ledger.rows.get(ordinal)?.state === 'unsent' && ledger.rows.get(ordinal)?.attempt === attempt);
      taken.forEach(({ ordinal, attempt }) => ledger.change(ordinal, { state: 'sent', attempt: attempt + 1 }));
      return { on: 'marked', ordinals: taken.map(({ ordinal }) => ordinal) };
    }
    case 'clear-sent':
      command.links.filter(({ ordinal, attempt }) => ledger.rows.get(ordinal)?.state === 'sent' && ledger.rows.get(ordinal)?.attempt === attempt).forEach(({ ordinal }) => ledger.change(ordinal, { state: 'unsent' }));
      return { on: 'cleared' };
    case 'create': {
      if (fault === 'request-lost') {
        return { on: 'no-answer' };
      }
      if (fault === 'declined') {
        return { on: 'not-carried-out' };
      }
      const landed = portal.write(command.associations);
      return fault === 'answer-lost' ? { on: 'no-answer' } : { on: 'answered', answer: { landed: fault === 'one-result-missing' ? landed.slice(1) : landed, refused: [], refusedWhole: null } };
    }
    default:
      throw new Error(`${command.do} has no effect`);
  }
}

const faultsOf = (command: AssociationCommand): readonly Fault[] =>
  command.do === 'create' ? ['none', 'die-before', 'die-after', 'request-lost', 'answer-lost', 'declined', 'one-result-missing'] : command.do === 'read' || command.do === 'check-quota' ? ['none', 'die-before'] : ['none', 'die-before', 'die-after'];

const aLink = (ordinal: number, from: string | null, to: string | null, change: Partial<AssociationToWrite> = {}): AssociationToWrite => ({
  ordinal, primary: false, labels: [], fromTargetId: from, toTargetId: to, fromOrigin: 'c', state: 'unsent', attempt: 0, preKinds: null, ...change,
});

function attempt(portal: PortalOfPairs, ledger: LedgerOfPairs, faultAt: (command: AssociationCommand) => Fault = () => 'none'): AssociationCommand[] {
  const commands: AssociationCommand[] = [];
  let step = beginAssociations('contacts-companies', [...ledger.rows.values()]);
  while (step.command.do !== 'done' && step.command.do !== 'fail' && step.command.do !== 'rethrow') {
    commands.push(step.command);
    expect(commands.length).toBeLessThan(60);
    const fault = faultAt(step.command);
    if (fault === 'die-before') {
      return commands;
    }
    const event = effect(step.command, portal, ledger, fault);
    if (fault === 'die-after') {
      return commands;
    }
    step = advanceAssociations(JSON.parse(JSON.stringify(step.state)) as typeof step.state, event);
  }
  return [...commands, step.command];
}
const outcomesOf = (ledger: LedgerOfPairs): (string | undefined)[][] => [...ledger.rows.values()].map(({ outcomes }) => outcomes.map(({ outcome }) => outcome));

describe('the association protocol, explored', () => {
  it('ends the same whatever dies or gets lost, up to two faults: kinds joined, primary on the source’s own, each outcome once', () => {
    const paths = everyPath((choices: Choices) => {
      const portal = new PortalOfPairs();
      portal.pairs.set('2 9', joinKinds(['HUBSPOT_DEFINED:1', 'HUBSPOT_DEFINED:279', 'USER_DEFINED:77']));
      portal.pairs.set('3 9', 'USER_DEFINED:78');
      const ledger = new LedgerOfPairs([aLink(0, '1', '8'), aLink(1, '1', '9', { primary: true }), aLink(2, '2', '9'), aLink(3, '3', '9', { fromOrigin: 'm' })]);
      let faultsLeft = 2;
      for (let round = 0; round < 5; round += 1) {
        attempt(portal, ledger, (command) => {
          const faults = faultsOf(command);
          const fault = faultsLeft > 0 ? (faults[choices.choose(faults.length)] ?? 'none') : 'none';
          faultsLeft -= fault === 'none' ? 0 : 1;
          return fault;
        });
      }

      expect(outcomesOf(ledger)).toEqual([['added'], ['added'], ['already-there'], ['added']]);
      expect(Object.fromEntries(portal.pairs)).toEqual({ '1 8': 'HUBSPOT_DEFINED:279', '1 9': 'HUBSPOT_DEFINED:1;HUBSPOT_DEFINED:279', '2 9': 'HUBSPOT_DEFINED:1;HUBSPOT_DEFINED:279;USER_DEFINED:77', '3 9': 'HUBSPOT_DEFINED:279;USER_DEFINED:78' });
      expect([...ledger.rows.values()].map(({ preKinds }) => preKinds)).toEqual(['', '', 'HUBSPOT_DEFINED:1;HUBSPOT_DEFINED:279;USER_DEFINED:77', 'USER_DEFINED:78']);
    });

    expect(paths).toBeGreaterThan(150);
  });
});

describe('the association protocol', () => {
  it('reads before it writes and keeps what was there', () => {
    const ledger = new LedgerOfPairs([aLink(0, '1', '8')]);

    expect(attempt(new PortalOfPairs(), ledger).map((command) => command.do)).toEqual(['read', 'keep-pre-kinds', 'check-quota', 'mark-sent', 'create', 'settle', 'done']);
  });

  it('writes no primary for a single company, and never moves one that stood there', () => {
    const portal = new PortalOfPairs();
    portal.pairs.set('2 7', joinKinds(['HUBSPOT_DEFINED:1', 'HUBSPOT_DEFINED:279']));
    const ledger = new LedgerOfPairs([aLink(0, '1', '8', { primary: true }), aLink(1, '2', '8', { primary: true }), aLink(2, '2', '9')]);

    const create = attempt(portal, ledger).find((command) => command.do === 'create');

    expect(create?.do === 'create' && create.associations.flatMap(({ kinds }) => kinds.map(({ typeId }) => typeId))).toEqual([279, 279, 279]);
  });

  it('counts a pair without one of its ends, and sends nothing for it', () => {
    const ledger = new LedgerOfPairs([aLink(0, null, '8'), aLink(1, '1', null)]);

    expect(attempt(new PortalOfPairs(), ledger).map((command) => command.do)).toEqual(['settle', 'done']);
    expect(outcomesOf(ledger)).toEqual([['end-not-written'], ['end-not-written']]);
  });

  it('splits 2,500 pairs of 1,200 sources into reads of 1,000 sources and calls of 2,000 pairs', () => {
    const ledger = new LedgerOfPairs(Array.from({ length: 2_500 }, (_, ordinal) => aLink(ordinal, String(ordinal % 1_200), String(10_000 + ordinal))));

    const sizes = attempt(new PortalOfPairs(), ledger).flatMap((command) => (command.do === 'read' ? [['read', command.fromIds.length]] : command.do === 'create' ? [['create', command.associations.length]] : []));

    expect(sizes).toEqual([['read', 1_000], ['read', 200], ['create', 2_000], ['create', 500]]);
  });

  it('halves a call that was refused as a whole until the culprit is alone', () => {
    const ledger = new LedgerOfPairs(Array.from({ length: 8 }, (_, ordinal) => aLink(ordinal, String(ordinal), '99')));
    const portal = new PortalOfPairs();
    let step = beginAssociations('contacts-companies', [...ledger.rows.values()]);
    let calls = 0;
    while (step.command.do !== 'done') {
      const { command } = step;
      calls += command.do === 'create' ? 1 : 0;
      const isRefused = command.do === 'create' && command.associations.some(({ fromId }) => fromId === '5');
      const event: AssociationEvent = isRefused
        ? { on: 'answered', answer: { landed: [], refused: [], refusedWhole: { traceId: null, ids: [], code: 'VALIDATION_ERROR', category: 'VALIDATION_ERROR', property: null, message: 'words', correlationId: 'c' } } }
        : effect(command, portal, ledger, 'none');
      step = advanceAssociations(step.state, event);
    }

    expect(outcomesOf(ledger)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((ordinal) => [ordinal === 5 ? 'refused' : 'added']));
    expect(calls).toBeLessThanOrEqual(1 + 2 * 3);
  });

  it.each([
    { what: 'follows an end that was merged after the pair was read', liveId: '7', outcome: ['added'], sent: ['1', '7'] },
    { what: 'tells an end that was deleted after the pair was read', liveId: null, outcome: ['refused'], sent: ['1'] },
  ])('$what', ({ liveId, outcome, sent }) => {
    const ledger = new LedgerOfPairs([aLink(0, '1', '8')]);
    const portal = new PortalOfPairs();
    const sources: string[] = [];
    let step = beginAssociations('contacts-companies', [...ledger.rows.values()]);
    while (step.command.do !== 'done') {
      const { command } = step;
      sources.push(...(command.do === 'create' ? command.associations.map(({ fromId }) => fromId) : []));
      const isUnknown = command.do === 'create' && command.associations.some(({ fromId }) => fromId === '1');
      const event: AssociationEvent = isUnknown
        ? { on: 'answered', answer: { landed: [], refused: [{ fromId: '1', toId: null, code: 'FROM_OBJECT_NOT_FOUND', message: 'words', correlationId: 'c' }], refusedWhole: null } }
        : command.do === 'read-ends'
          ? { on: 'ends-read', liveIds: command.end === 'to' ? command.ids : liveId === null ? [] : [liveId] }
          : effect(command, portal, ledger, 'none');
      step = advanceAssociations(step.state, event);
    }

    expect(outcomesOf(ledger)).toEqual([outcome]);
    expect(sources).toEqual(sent);
    expect(ledger.rows.get(0)?.outcomes.map(({ refusal }) => refusal?.code ?? null)).toEqual([liveId === null ? 'deleted-since' : null]);
  });

  it('finds by halves whom a refusal means that names nobody', () => {
    const ledger = new LedgerOfPairs(Array.from({ length: 8 }, (_, ordinal) => aLink(ordinal, String(ordinal), '99')));
    const portal = new PortalOfPairs();
    let step = beginAssociations('contacts-companies', [...ledger.rows.values()]);
    let calls = 0;
    while (step.command.do !== 'done') {
      const { command } = step;
      calls += command.do === 'create' ? 1 : 0;
      const bad = command.do === 'create' && command.associations.some(({ fromId }) => fromId === '5');
      const event: AssociationEvent = bad
        ? { on: 'answered', answer: { landed: [], refused: [{ fromId: null, toId: null, code: 'VALIDATION_ERROR', message: 'words', correlationId: 'c' }], refusedWhole: null } }
        : effect(command, portal, ledger, 'none');
      step = advanceAssociations(step.state, event);
    }

    expect(outcomesOf(ledger)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((ordinal) => [ordinal === 5 ? 'refused' : 'added']));
    expect(calls).toBeLessThanOrEqual(1 + 2 * 3);
  });

  it('looks again at rollback for a pair that was looked for in vain, whose request landed late', () => {
    const late = aLink(0, '1', '8', { attempt: 1, preKinds: '' });
    const { state, command } = beginAssociations('contacts-companies', [late], 'settle');
    const found = advanceAssociations(state, { on: 'associations-read', associations: [{ fromId: '1', toId: '8', kinds: [parseKind('HUBSPOT_DEFINED:279')] }] });

    expect([command, found.command]).toEqual([{ do: 'read', fromIds: ['1'] }, { do: 'settle', settlements: [{ ordinal: 0, outcome: 'added', refusal: null }] }]);
  });
});
