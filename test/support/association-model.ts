/** Associations in miniature: a portal with labels and a primary, a ledger, two attempts that may run at once, and a person. What is written and undone there is written and undone by the code that runs. */
import { joinKinds, kindText, parseKind, splitKinds } from '../../domain/association-kind';
import type { AssociationKindOfPortal } from '../../domain/association-kind';
import { advanceAssociations, beginAssociations } from '../../domain/association-protocol';
import type { AssociationAnswer, AssociationBatchState, AssociationCommand, AssociationEvent, AssociationStep, AssociationToWrite, PortalAssociation } from '../../domain/association-state';
import { advanceAssociationUndo, beginAssociationUndo } from '../../domain/association-undo-protocol';
import type { AssociationUndoCommand, AssociationUndoEvent, AssociationUndoState, LinkToUndo } from '../../domain/association-undo-state';
import type { AssociationType } from '../../domain/object-type';
import { explore } from './explorer';
import type { Exploration, Transition } from './explorer';
import type { ModelWithParts } from './mutants';

const PRIMARY = 'HUBSPOT_DEFINED:1';

/** `from to` → kinds, joined. */
type Pairs = Readonly<Record<string, string>>;

export interface PortalOfPairs {
  readonly pairs: Pairs;
  /** Labels that admins have defined. */
  readonly labels: readonly string[];
  readonly archived: readonly string[];
  /** Merged away → into which. */
  readonly merged: Readonly<Record<string, string>>;
}

interface Row {
  readonly primary: boolean;
  readonly labels: readonly string[];
  readonly fromTargetId: string;
  readonly toTargetId: string;
  readonly fromOrigin: 'c' | 'm';
  readonly state: 'unsent' | 'sent' | 'settled';
  readonly attempt: number;
  readonly preKinds: string | null;
  readonly outcomes: readonly string[];
  readonly undo: LinkToUndo['undo'];
  readonly undoEnds: number;
  /** The portal refused to undo it once: it may be tried again at any time. */
  readonly hasFailed: boolean;
}
type Rows = readonly Row[];

type Slot = { readonly doing: 'write' | 'settle'; readonly machine: AssociationBatchState } | { readonly doing: 'undo'; readonly machine: AssociationUndoState };

interface World {
  readonly portal: PortalOfPairs;
  /** What would stand there if the run had never been: the start, and what people did. */
  readonly without: Pairs;
  /** Pairs that a person, or the portal's past, made primary. */
  readonly primaryOfPeople: readonly string[];
  readonly rows: Rows;
  readonly slots: readonly Slot[];
  readonly phase: 'write' | 'written' | 'undo' | 'end';
  /** Requests of a process that died, still on their way. */
  readonly late: readonly (readonly PortalAssociation[])[];
  readonly faultsLeft: number;
  readonly overlapsLeft: number;
  readonly editsLeft: readonly string[];
  readonly edited: string | null;
}

/** Every part can be replaced by a wrong one: `test/support/association-mutants.ts`. */
export interface AssociationParts {
  begin: typeof beginAssociations;
  advance: (state: AssociationBatchState, event: AssociationEvent) => AssociationStep;
  beginUndo: typeof beginAssociationUndo;
  advanceUndo: typeof advanceAssociationUndo;
  create: (portal: PortalOfPairs, type: AssociationType, inputs: readonly PortalAssociation[]) => { readonly portal: PortalOfPairs; readonly answer: AssociationAnswer };
  keepPreKinds: (row: Row, preKinds: string) => Row;
  markSent: (row: Row, attempt: number) => Row | null;
  clearSent: (row: Row, attempt: number) => Row;
  settle: (row: Row, outcome: string) => Row;
  settleUndo: (row: Row, state: Row['undo']) => Row | null;
}

export interface AssociationScene {
  readonly name: string;
  readonly associationType: AssociationType;
  readonly links: readonly Pick<Row, 'primary' | 'labels' | 'fromTargetId' | 'toTargetId' | 'fromOrigin'>[];
  readonly pairs: Pairs;
  readonly labels: readonly string[];
  /** One edit of these is made, at any time that is not within the gap between a read and its write. */
  readonly edits: readonly string[];
  readonly faults: number;
  readonly overlaps: number;
}

// ---------------------------------------------------------------- the portal

const isLabel = (kind: string): boolean => kind.startsWith('USER') || kind === 'HUBSPOT_DEFINED:13';
const unlabelledOf: Readonly<Record<AssociationType, string>> = { 'contacts-companies': 'HUBSPOT_DEFINED:279', 'deals-companies': 'HUBSPOT_DEFINED:341', 'deals-contacts': 'HUBSPOT_DEFINED:3', 'companies-companies': 'HUBSPOT_DEFINED:450' };
const sourceOf = (pair: string): string => pair.split(' ')[0]!;
const targetOf = (pair: string): string => pair.split(' ')[1]!;
const withKinds = (pairs: Pairs, pair: string, kinds: readonly string[]): Pairs => {
  const others = Object.fromEntries(Object.entries(pairs).filter(([each]) => each !== pair));
  return kinds.length === 0 ? others : { ...others, [pair]: joinKinds(kinds) };
};

/** Labels are replaced by new ones, the unlabelled type comes with every pair, the first company becomes primary, a primary that is named moves (HubSpot, associations, 2026-09). */
function associate(pairs: Pairs, type: AssociationType, pair: string, kinds: readonly string[]): Pairs {
  const before = splitKinds(pairs[pair] ?? '');
  const kept = kinds.some(isLabel) ? before.filter((kind) => !isLabel(kind)) : before;
  const isFirst = type === 'contacts-companies' && before.length === 0 && !Object.keys(pairs).some((other) => sourceOf(other) === sourceOf(pair));
  const after = [...kept, ...kinds, unlabelledOf[type], ...(isFirst ? [PRIMARY] : [])];
  const others = after.includes(PRIMARY) ? Object.keys(pairs).filter((other) => sourceOf(other) === sourceOf(pair) && other !== pair) : [];
  return withKinds(others.reduce((all, other) => withKinds(all, other, splitKinds(all[other] ?? '').filter((kind) => kind !== PRIMARY)), pairs), pair, after);
}

function createInPortal(portal: PortalOfPairs, type: AssociationType, inputs: readonly PortalAssociation[]): { readonly portal: PortalOfPairs; readonly answer: AssociationAnswer } {
  if (inputs.some(({ kinds }) => kinds.some((kind) => kind.category === 'USER_DEFINED' && !portal.labels.includes(kindText(kind))))) {
    return { portal, answer: { landed: [], refused: [], refusedWhole: { traceId: null, ids: [], code: 'VALIDATION_ERROR', category: 'VALIDATION_ERROR', property: null, message: '', correlationId: null } } };
  }
  let { pairs } = portal;
  const landed: { fromId: string; toId: string }[] = [];
  const refused: AssociationAnswer['refused'][number][] = [];
  for (const input of inputs) {
    const [fromId, toId] = [portal.merged[input.fromId] ?? input.fromId, portal.merged[input.toId] ?? input.toId];
    const gone = [fromId, toId].find((id) => portal.archived.includes(id));
    if (gone !== undefined) {
      refused.push({ fromId: gone === fromId ? input.fromId : null, toId: gone === fromId ? null : input.toId, code: 'OBJECT_NOT_FOUND', message: '', correlationId: null });
    } else {
      pairs = associate(pairs, type, `${fromId} ${toId}`, input.kinds.map(kindText));
      landed.push({ fromId, toId });
    }
  }
  return { portal: { ...portal, pairs }, answer: { landed: landed.reverse(), refused, refusedWhole: null } };
}

function readPairs({ pairs, archived }: PortalOfPairs, fromIds: readonly string[]): PortalAssociation[] {
  return Object.entries(pairs)
    .filter(([pair]) => fromIds.includes(sourceOf(pair)) && !archived.includes(sourceOf(pair)) && !archived.includes(targetOf(pair)))
    .map(([pair, kinds]) => ({ fromId: sourceOf(pair), toId: targetOf(pair), kinds: splitKinds(kinds).map(parseKind) }));
}

function take(portal: PortalOfPairs, type: AssociationType, pair: string, kinds: readonly string[] | 'all'): PortalOfPairs {
  const left = kinds === 'all' || kinds.includes(unlabelledOf[type]) ? [] : splitKinds(portal.pairs[pair] ?? '').filter((kind) => !kinds.includes(kind));
  return { ...portal, pairs: withKinds(portal.pairs, pair, left) };
}

const RIGHT: AssociationParts = {
  begin: beginAssociations,
  advance: advanceAssociations,
  beginUndo: beginAssociationUndo,
  advanceUndo: advanceAssociationUndo,
  create: createInPortal,
  keepPreKinds: (row, preKinds) => (row.attempt === 0 && row.state !== 'settled' ? { ...row, preKinds } : row),
  markSent: (row, attempt) => (row.state === 'unsent' && row.attempt === attempt ? { ...row, state: 'sent', attempt: attempt + 1 } : null),
  clearSent: (row, attempt) => (row.state === 'sent' && row.attempt === attempt ? { ...row, state: 'unsent' } : row),
  settle: (row, outcome) => (row.state === 'settled' ? row : { ...row, state: 'settled', outcomes: [...row.outcomes, outcome] }),
  settleUndo: (row, state) => (row.undo === 'pending' || row.undo === 'sent' || row.undo === 'failed' ? { ...row, undo: state, hasFailed: row.hasFailed || state === 'failed', undoEnds: row.undoEnds + (state === 'sent' || state === 'failed' ? 0 : 1) } : null),
};

// ---------------------------------------------------------------- one command

interface Effect<Event> {
  readonly portal: PortalOfPairs;
  readonly rows: Rows;
  readonly event: Event;
}
const change = (rows: Rows, ordinals: readonly number[], to: (row: Row, ordinal: number) => Row): Rows => rows.map((row, ordinal) => (ordinals.includes(ordinal) ? to(row, ordinal) : row));

function carryOut(parts: AssociationParts, type: AssociationType, { portal, rows }: World, command: AssociationCommand): Effect<AssociationEvent> {
  const same = (event: AssociationEvent): Effect<AssociationEvent> => ({ portal, rows, event });
  switch (command.do) {
    case 'settle':
      return { portal, rows: command.settlements.reduce((all, { ordinal, outcome }) => change(all, [ordinal], (row) => parts.settle(row, outcome)), rows), event: { on: 'settled' } };
    case 'read':
      return same({ on: 'associations-read', associations: readPairs(portal, command.fromIds) });
    case 'read-ends':
      return same({ on: 'ends-read', liveIds: [...new Set(command.ids.map((id) => portal.merged[id] ?? id))].filter((id) => !portal.archived.includes(id)) });
    case 'keep-pre-kinds': {
      const kept = command.kinds.reduce((all, { ordinal, preKinds }) => change(all, [ordinal], (row) => parts.keepPreKinds(row, preKinds)), rows);
      return { portal, rows: kept, event: { on: 'pre-kinds-kept', kinds: command.kinds.map(({ ordinal }) => ({ ordinal, preKinds: kept[ordinal]!.preKinds ?? '' })) } };
    }
    case 'check-quota':
      return same({ on: 'quota-suffices' });
    case 'mark-sent': {
      const taken = command.links.filter(({ ordinal, attempt }) => parts.markSent(rows[ordinal]!, attempt) !== null);
      return { portal, rows: taken.reduce((all, { ordinal, attempt }) => change(all, [ordinal], (row) => parts.markSent(row, attempt) ?? row), rows), event: { on: 'marked', ordinals: taken.map(({ ordinal }) => ordinal) } };
    }
    case 'clear-sent':
      return { portal, rows: command.links.reduce((all, { ordinal, attempt }) => change(all, [ordinal], (row) => parts.clearSent(row, attempt)), rows), event: { on: 'cleared' } };
    case 'create': {
      const done = parts.create(portal, type, command.associations);
      return { portal: done.portal, rows, event: { on: 'answered', answer: done.answer } };
    }
    default:
      throw new Error(`${command.do} has no effect`);
  }
}

function carryOutUndo(parts: AssociationParts, type: AssociationType, { portal, rows }: World, command: AssociationUndoCommand): Effect<AssociationUndoEvent> {
  const same = (event: AssociationUndoEvent): Effect<AssociationUndoEvent> => ({ portal, rows, event });
  switch (command.do) {
    case 'check-quota':
      return same({ on: 'quota-suffices' });
    case 'read':
      return same({ on: 'associations-read', associations: readPairs(portal, command.fromIds) });
    case 'settle': {
      const taken = command.settlements.filter(({ ordinal, state }) => parts.settleUndo(rows[ordinal]!, state) !== null);
      return { portal, rows: taken.reduce((all, { ordinal, state }) => change(all, [ordinal], (row) => parts.settleUndo(row, state) ?? row), rows), event: { on: 'settled', ordinals: taken.map(({ ordinal }) => ordinal) } };
    }
    case 'remove':
      return { portal: command.pairs.reduce((now, { fromId, toId }) => take(now, type, `${fromId} ${toId}`, 'all'), portal), rows, event: { on: 'removed' } };
    case 'take':
      return { portal: command.associations.reduce((now, { fromId, toId, kinds }) => take(now, type, `${fromId} ${toId}`, kinds.map(kindText)), portal), rows, event: { on: 'taken' } };
    case 'put-back': {
      const done = parts.create(portal, type, command.associations);
      return { portal: done.portal, rows, event: { on: 'answered', answer: done.answer } };
    }
    default:
      throw new Error(`${command.do} has no effect`);
  }
}

// ---------------------------------------------------------------- what can happen

const toLink = (row: Row, ordinal: number): AssociationToWrite => ({ ...row, ordinal });
const toUndo = (row: Row, ordinal: number): LinkToUndo[] => (row.outcomes[0] === 'added' ? [{ ordinal, fromTargetId: row.fromTargetId, toTargetId: row.toTargetId, labels: row.labels, preKinds: row.preKinds, undo: row.undo }] : []);
const pairOf = ({ fromTargetId, toTargetId }: Pick<Row, 'fromTargetId' | 'toTargetId'>): string => `${fromTargetId} ${toTargetId}`;

function nextOf(parts: AssociationParts, { associationType }: AssociationScene, world: World): Transition<World>[] {
  const { slots, phase, faultsLeft, overlapsLeft, late, rows } = world;
  const found: Transition<World>[] = [];
  const add = (label: string, change: Partial<World>): void => void found.push({ label, state: { ...world, ...change } });

  const maySlot = phase === 'write' || phase === 'undo';
  if (maySlot && (slots.length === 0 || (slots.length === 1 && overlapsLeft > 0))) {
    const slot: Slot = phase === 'write' ? { doing: 'write', machine: parts.begin(associationType, rows.map(toLink)).state } : { doing: 'settle', machine: parts.begin(associationType, rows.map(toLink), 'settle').state };
    add(`an attempt to ${phase} begins`, { slots: [...slots, slot], overlapsLeft: overlapsLeft - slots.length });
  }
  // A person may stop a run at any time; what is under way is waited for.
  if ((phase === 'written' || (phase === 'write' && rows.some(({ attempt }) => attempt > 0))) && slots.length === 0 && late.length === 0) {
    add('rollback begins', { phase: 'undo' });
  }
  slots.forEach((slot, index) => {
    const put = (next: Slot | null): readonly Slot[] => (next === null ? slots.filter((_, place) => place !== index) : slots.map((each, place) => (place === index ? next : each)));
    found.push(...stepsOf(parts, associationType, world, slot, put, `attempt ${index + 1}`));
    if (faultsLeft > 0) {
      add(`attempt ${index + 1} dies before ${slot.machine.asked.do}`, { slots: put(null), faultsLeft: faultsLeft - 1 });
    }
  });
  late.forEach((inputs, index) => {
    add('a late request lands', { portal: parts.create(world.portal, associationType, inputs).portal, late: late.filter((_, place) => place !== index) });
  });
  for (const edit of phase === 'end' ? [] : world.editsLeft) {
    const edited = editAsPerson(associationType, world, edit);
    if (edited !== null) {
      add(`a person: ${edit}`, { ...edited, editsLeft: [], edited: edit });
    }
  }
  return found;
}

function stepsOf(parts: AssociationParts, type: AssociationType, world: World, slot: Slot, put: (next: Slot | null) => readonly Slot[], who: string): Transition<World>[] {
  const { asked } = slot.machine;
  const found: Transition<World>[] = [];
  const add = (label: string, change: Partial<World>): void => void found.push({ label: `${who}: ${label}`, state: { ...world, ...change } });
  if (asked.do === 'done') {
    if (slot.doing === 'settle') {
      add('goes on to undo', { slots: put({ doing: 'undo', machine: parts.beginUndo({ associationType: type, edited: 'keep' }, world.rows.flatMap(toUndo)).state }) });
    } else {
      add('ends well', { slots: put(null), phase: slot.doing === 'write' ? (world.phase === 'write' ? 'written' : world.phase) : 'end' });
    }
    return found;
  }
  if (asked.do === 'fail' || asked.do === 'rethrow') {
    add('fails', { slots: put(null) });
    return found;
  }
  if (slot.doing === 'undo') {
    const effect = carryOutUndo(parts, type, world, slot.machine.asked);
    add(asked.do, { portal: effect.portal, rows: effect.rows, slots: put({ ...slot, machine: parts.advanceUndo(slot.machine, effect.event).state }) });
    if (world.faultsLeft > 0 && (asked.do === 'remove' || asked.do === 'take' || asked.do === 'put-back')) {
      add(`${asked.do}, and dies`, { portal: effect.portal, slots: put(null), faultsLeft: world.faultsLeft - 1 });
    }
    return found;
  }
  const { machine } = slot;
  const effect = carryOut(parts, type, world, machine.asked);
  const told = (event: AssociationEvent): readonly Slot[] => put({ ...slot, machine: parts.advance(machine, event).state });
  add(asked.do, { portal: effect.portal, rows: effect.rows, slots: told(effect.event) });
  if (asked.do === 'create' && world.faultsLeft > 0) {
    const faultsLeft = world.faultsLeft - 1;
    add('create, request lost', { slots: told({ on: 'no-answer' }), faultsLeft });
    add('create, answer lost', { portal: effect.portal, slots: told({ on: 'no-answer' }), faultsLeft });
    add('create, declined', { slots: told({ on: 'not-carried-out' }), faultsLeft });
    add('create, and dies', { portal: effect.portal, slots: put(null), faultsLeft });
    add('create goes out, and dies', { slots: put(null), late: [...world.late, machine.asked.do === 'create' ? machine.asked.associations : []], faultsLeft });
    if (effect.event.on === 'answered' && effect.event.answer.landed.length > 0) {
      add('create, one result missing', { portal: effect.portal, slots: told({ on: 'answered', answer: { ...effect.event.answer, landed: effect.event.answer.landed.slice(1) } }), faultsLeft });
    }
  }
  return found;
}

/**
 * Within the gap between a read and the write that rests on it, and while a request of a dead process is on its way, no client can see an edit: there none is made.
 * Null where the edit cannot be made now.
 */
function editAsPerson(type: AssociationType, world: World, edit: string): Partial<World> | null {
  const { portal, without, rows, slots, late } = world;
  const [verb, subject = '', object = ''] = edit.split('|');
  const isTouched = (pair: string): boolean => (subject === pair || sourceOf(pair) === sourceOf(subject) || targetOf(pair) === subject || sourceOf(pair) === subject);
  const isInGap = late.length > 0 || slots.some((slot) => (slot.doing === 'undo'
    ? slot.machine.items.some(({ ordinal, fromId, toId, standing }) => isTouched(`${fromId} ${toId}`) && (standing.at === 'marked' || (standing.at === 'decided' && rows[ordinal]!.undoEnds === 0)))
    : slot.machine.items.some(({ ordinal, fromId, toId, attempt, hasLiveEnds, standing }) => {
      const hasRead = standing.at === 'imaged' || standing.at === 'ready' || standing.at === 'absent' || (verb === 'merge' && standing.at === 'unread' && hasLiveEnds) || (verb === 'merge' && standing.at === 'astray' && standing.look === 'to');
      return isTouched(`${fromId} ${toId}`) && (standing.at === 'marked' || (hasRead && rows[ordinal]!.attempt === attempt && rows[ordinal]!.state !== 'settled'));
    })));
  // What a person does to a pair that is in doubt, or makes anew after ours was taken away, bears no name: it counts as ours.
  const isOursByCount = rows.some((row) => pairOf(row) === subject && row.attempt > 0 && (row.outcomes.length === 0 || (row.outcomes[0] === 'added' && portal.pairs[subject] === undefined)));
  if (verb !== 'delete label' && (isInGap || isOursByCount)) {
    return null;
  }
  const both = (to: (pairs: Pairs) => Pairs): Partial<World> => ({ portal: { ...portal, pairs: to(portal.pairs) }, without: to(without) });
  switch (verb) {
    case 'associate': {
      const edited = both((pairs) => associate(pairs, type, subject, [unlabelledOf[type]]));
      const isPrimary = splitKinds(edited.portal?.pairs[subject] ?? '').includes(PRIMARY);
      return portal.pairs[subject] === undefined ? { ...edited, primaryOfPeople: [...world.primaryOfPeople, ...(isPrimary ? [subject] : [])] } : null;
    }
    case 'disassociate':
      return portal.pairs[subject] === undefined ? null : both((pairs) => withKinds(pairs, subject, []));
    case 'label':
      return portal.pairs[subject] === undefined ? null : both((pairs) => withKinds(pairs, subject, [...splitKinds(pairs[subject] ?? portal.pairs[subject]!), object]));
    case 'unlabel':
      return splitKinds(portal.pairs[subject] ?? '').includes(object) ? both((pairs) => (pairs[subject] === undefined ? pairs : withKinds(pairs, subject, splitKinds(pairs[subject] ?? '').filter((kind) => kind !== object)))) : null;
    case 'delete label': {
      const without77 = (pairs: Pairs): Pairs => Object.keys(pairs).reduce((all, pair) => withKinds(all, pair, splitKinds(all[pair] ?? '').filter((kind) => kind !== subject)), pairs);
      return { ...both(without77), portal: { ...portal, labels: portal.labels.filter((label) => label !== subject), pairs: without77(portal.pairs) } };
    }
    case 'make primary':
      return portal.pairs[subject] === undefined ? null : { portal: { ...portal, pairs: associate(portal.pairs, type, subject, [PRIMARY]) }, without: without[subject] === undefined ? without : associate(without, type, subject, [PRIMARY]), primaryOfPeople: [...world.primaryOfPeople.filter((pair) => sourceOf(pair) !== sourceOf(subject)), subject] };
    case 'archive':
      return { portal: { ...portal, archived: [...portal.archived, subject] } };
    case 'merge': {
      const moved = (pairs: Pairs): Pairs => Object.keys(pairs).filter((pair) => targetOf(pair) === subject || sourceOf(pair) === subject).reduce((all, pair) => {
        const winner = `${sourceOf(pair) === subject ? object : sourceOf(pair)} ${targetOf(pair) === subject ? object : targetOf(pair)}`;
        return withKinds(withKinds(all, winner, [...splitKinds(all[winner] ?? ''), ...splitKinds(all[pair] ?? '')]), pair, []);
      }, pairs);
      return { ...both(moved), portal: { ...portal, pairs: moved(portal.pairs), merged: { ...portal.merged, [subject]: object } } };
    }
    default:
      throw new Error(`no such edit: ${edit}`);
  }
}

// ---------------------------------------------------------------- laws

export const ASSOCIATION_LAWS = [
  'each association ends in one outcome, written once',
  'no association or label of others goes',
  'a primary of others is never moved',
  'what was there is not counted as added, and what was added is there',
  'the source’s own company is primary where nobody else chose one',
  'each association that counts as made has all its labels',
  'rollback leaves what would stand there without the run',
  'nothing is in doubt at the end',
] as const;

function lawOf({ associationType }: AssociationScene, world: World): string | null {
  const { portal, without, rows, phase, primaryOfPeople, slots, late, edited } = world;
  const hasPlain = (pair: string): boolean => splitKinds(portal.pairs[pair] ?? '').includes(associationType === 'companies-companies' ? 'HUBSPOT_DEFINED:13' : unlabelledOf[associationType]);
  if (rows.some(({ outcomes, undoEnds }) => outcomes.length > 1 || undoEnds > 1)) {
    return 'an outcome was written twice';
  }
  for (const [pair, kinds] of Object.entries(without)) {
    const missing = splitKinds(kinds).filter((kind) => kind !== PRIMARY && !splitKinds(portal.pairs[pair] ?? '').includes(kind));
    // While labels are taken and put back, one attempt may have them in hand.
    if (missing.length > 0) {
      return `${missing.join()} of ${pair} went, which is somebody else’s`;
    }
  }
  if (primaryOfPeople.some((pair) => portal.pairs[pair] !== undefined && without[pair] !== undefined && !splitKinds(portal.pairs[pair]).includes(PRIMARY))) {
    return 'the primary of others was moved';
  }
  const isQuiet = slots.length === 0 && late.length === 0;
  if (phase === 'written' && isQuiet) {
    for (const row of rows) {
      const pair = pairOf(row);
      const isMoved = portal.merged[row.toTargetId] !== undefined || portal.merged[row.fromTargetId] !== undefined;
      const outcome = row.outcomes[0];
      if (outcome === undefined) {
        return `${pair} is in doubt at the end`;
      }
      if (outcome === 'refused' && !portal.archived.includes(row.toTargetId) && !portal.archived.includes(row.fromTargetId)) {
        return `${pair} was refused, and nothing stood in its way`;
      }
      if (outcome === 'already-there' && without[pair] === undefined && !isMoved && edited === null) {
        return `${pair} was added, and counted as there before`;
      }
      if (outcome === 'added' && without[pair] !== undefined && splitKinds(without[pair]).includes(unlabelledOf[associationType]) && associationType === 'contacts-companies' && edited === null) {
        return `${pair} was there, and counted as added`;
      }
      if ((outcome === 'added' || outcome === 'already-there') && (edited === null || edited.startsWith('archive')) && !hasPlain(pair)) {
        return `${pair} was counted, and is not there`;
      }
      const now = `${portal.merged[row.fromTargetId] ?? row.fromTargetId} ${portal.merged[row.toTargetId] ?? row.toTargetId}`;
      if ((outcome === 'added' || outcome === 'already-there') && (edited === null || edited.startsWith('archive') || edited.startsWith('merge')) && !row.labels.every((label) => splitKinds(portal.pairs[now] ?? '').includes(label))) {
        return `${pair} was counted, and lacks a label`;
      }
      if (row.primary && row.fromOrigin === 'c' && outcome === 'added' && edited === null && !splitKinds(portal.pairs[pair] ?? '').includes(PRIMARY) && !primaryOfPeople.some((other) => sourceOf(other) === row.fromTargetId)) {
        return `${pair} is not primary`;
      }
    }
  }
  if (phase === 'end' && isQuiet) {
    if (rows.some(({ outcomes, undo, hasFailed, state }) => state === 'sent' || (outcomes[0] === 'added' && !hasFailed && (undo === 'pending' || undo === 'sent')))) {
      return 'something is in doubt after the rollback';
    }
    const merged = Object.values(portal.merged);
    for (const pair of new Set([...Object.keys(portal.pairs), ...Object.keys(without)])) {
      const plain = (kinds: string | undefined): string => splitKinds(kinds ?? '').filter((kind) => kind !== PRIMARY).join(';');
      const isLabelledByPerson = rows.some((row) => pairOf(row) === pair && row.undo === 'kept');
      const isHidden = portal.archived.includes(sourceOf(pair)) || portal.archived.includes(targetOf(pair));
      if (plain(portal.pairs[pair]) !== plain(without[pair]) && !merged.includes(sourceOf(pair)) && !merged.includes(targetOf(pair)) && !isLabelledByPerson && !isHidden) {
        return `${pair} is ${plain(portal.pairs[pair]) || 'not there'} after the rollback, without the run it would be ${plain(without[pair]) || 'not there'}`;
      }
    }
  }
  return null;
}

// ---------------------------------------------------------------- models

export function associationModel(scene: AssociationScene): ModelWithParts<AssociationParts> {
  const start: World = {
    portal: { pairs: scene.pairs, labels: scene.labels, archived: [], merged: {} },
    without: scene.pairs,
    primaryOfPeople: Object.keys(scene.pairs).filter((pair) => splitKinds(scene.pairs[pair] ?? '').includes(PRIMARY)),
    rows: scene.links.map((link) => ({ ...link, state: 'unsent', attempt: 0, preKinds: null, outcomes: [], undo: 'pending', undoEnds: 0, hasFailed: false })),
    slots: [], phase: 'write', late: [], faultsLeft: scene.faults, overlapsLeft: scene.overlaps, editsLeft: scene.edits, edited: null,
  };
  return {
    name: scene.name,
    parts: RIGHT,
    explore: (parts): Exploration => explore<World>({ start, next: (world) => nextOf(parts, scene, world), law: (world) => lawOf(scene, world), maxStates: 2_000_000 }),
  };
}

export const kindsOf = (...kinds: readonly AssociationKindOfPortal[]): string => joinKinds(kinds.map(kindText));

const plainAndPrimary = 'HUBSPOT_DEFINED:1;HUBSPOT_DEFINED:279';

const twoCompanies: Omit<AssociationScene, 'name' | 'faults' | 'overlaps' | 'edits'> = {
  associationType: 'contacts-companies',
  links: [
    { primary: false, labels: [], fromTargetId: '1', toTargetId: '8', fromOrigin: 'c' },
    { primary: true, labels: [], fromTargetId: '1', toTargetId: '9', fromOrigin: 'c' },
  ],
  pairs: { '2 9': plainAndPrimary },
  labels: ['USER_DEFINED:77'],
};

/** Two companies that a person had associated and labelled, one of which is the other’s parent. */
const parent: Omit<AssociationScene, 'name' | 'faults' | 'overlaps' | 'edits'> = {
  associationType: 'companies-companies',
  links: [{ primary: false, labels: [], fromTargetId: '1', toTargetId: '8', fromOrigin: 'm' }],
  pairs: { '1 8': 'HUBSPOT_DEFINED:450;USER_DEFINED:77' },
  labels: ['USER_DEFINED:77', 'USER_DEFINED:78'],
};

/** Two roles at a deal of a contact that a person had associated and labelled, and one of another contact. */
const roles: Omit<AssociationScene, 'name' | 'faults' | 'overlaps' | 'edits'> = {
  associationType: 'deals-contacts',
  links: [
    { primary: false, labels: ['USER_DEFINED:77', 'USER_DEFINED:78'], fromTargetId: '1', toTargetId: '8', fromOrigin: 'm' },
    { primary: false, labels: ['USER_DEFINED:79'], fromTargetId: '1', toTargetId: '9', fromOrigin: 'm' },
  ],
  pairs: { '1 8': 'HUBSPOT_DEFINED:3;USER_DEFINED:80' },
  labels: ['USER_DEFINED:77', 'USER_DEFINED:78', 'USER_DEFINED:79', 'USER_DEFINED:80', 'USER_DEFINED:81'],
};

export const ASSOCIATION_SCENES: readonly AssociationScene[] = [
  { ...twoCompanies, name: 'associations: two companies of a contact, two faults', faults: 2, overlaps: 0, edits: ['associate|1 8', 'associate|1 9', 'associate|1 7', 'disassociate|1 8', 'disassociate|1 9', 'label|1 9|USER_DEFINED:77', 'make primary|1 8', 'archive|9', 'archive|1', 'merge|9|7', 'merge|1|2'] },
  { ...twoCompanies, name: 'associations: two companies of a contact, two attempts at once', faults: 1, overlaps: 1, edits: ['associate|1 8', 'disassociate|1 9'] },
  { ...parent, name: 'associations: a parent of a labelled company, two faults', faults: 2, overlaps: 0, edits: ['label|1 8|USER_DEFINED:78', 'delete label|USER_DEFINED:77', 'disassociate|1 8', 'merge|8|7'] },
  { ...parent, name: 'associations: a parent of a labelled company, two attempts at once', faults: 1, overlaps: 1, edits: ['label|1 8|USER_DEFINED:78'] },
  { ...roles, name: 'associations: roles at a deal, two faults', faults: 2, overlaps: 0, edits: ['label|1 8|USER_DEFINED:81', 'label|1 9|USER_DEFINED:81', 'unlabel|1 8|USER_DEFINED:77', 'associate|1 9', 'disassociate|1 8', 'delete label|USER_DEFINED:80', 'merge|9|8'] },
  { ...roles, name: 'associations: roles at a deal, two attempts at once', faults: 1, overlaps: 1, edits: ['label|1 8|USER_DEFINED:81'] },
];
