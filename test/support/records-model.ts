/**
 * Portal, ledger and up to two attempts at once, as one explorable model: the real machines of writing and of undoing, everything that can go wrong around them within a
 * stated bound, and the laws. The parts are handed in, so that a mistake can be planted in any of them.
 */
import { advanceBatch, beginBatch } from '../../domain/batch-protocol';
import type { BatchCommand, BatchContext, BatchEvent, BatchState, BatchStep, RecordToWrite, Values } from '../../domain/batch-state';
import { advanceRollback, beginRollback } from '../../domain/rollback-protocol';
import type { RollbackCommand, RollbackContext, RollbackState, RollbackStep } from '../../domain/rollback-state';
import { callFaultsOf, carryOut, ledgerParts, rowsOf } from './batch-model';
import type { CallFault, LedgerParts, LedgerRow, Rows } from './batch-model';
import type { Model, Transition } from './explorer';
import { writeRecords } from './model-portal';
import type { Edit, Landing, ModelPortal, ModelRecord, WriteInput } from './model-portal';
import { brokenByArchive, brokenByLandings, brokenBySends, brokenBySettling, brokenByUndo, brokenAtEndOfRollback, brokenAtEndOfWriting } from './records-laws';
import { carryOutUndo, isOpen, toUndo, undoFaultsOf, undoParts } from './rollback-model';
import type { UndoFault, UndoParts } from './rollback-model';

export type Engine = { readonly does: 'write' | 'settle'; readonly state: BatchState } | { readonly does: 'undo'; readonly state: RollbackState };

export interface World {
  readonly phase: 'writing' | 'rollback';
  readonly portal: ModelPortal;
  readonly rows: Rows;
  /** Attempts that live, the oldest first: it is the one that was given up on. */
  readonly engines: readonly Engine[];
  /** Calls that nobody waits for any more, and that have not arrived yet. */
  readonly late: readonly (readonly WriteInput[])[];
  /** Did two attempts ever live at once, or a call arrive late? Until then nothing that landed is sent again. */
  readonly overlapped: boolean;
  /** Did an attempt of the rollback come to its end? */
  readonly swept: boolean;
  readonly left: { readonly faults: number; readonly edits: number; readonly takeovers: number };
  readonly broken: string | null;
}

export interface Bound {
  readonly faults: number;
  readonly edits: number;
  /** How often a second attempt begins while the first still lives. */
  readonly takeovers: number;
  /** What may go wrong after the rollback began, which may be at any time when nothing is in flight; null: there is none. */
  readonly rollback: Bound | null;
  /**
   * May people change a record between its being read and a write that was prepared from that read? `closed`: no. `open`: yes, and the law is asked. `excused`: yes, and
   * such a write may overwrite what they did: the one window that no client can close.
   */
  readonly gap: 'closed' | 'open' | 'excused';
  /** The same of what they remove while a create that was overtaken may still arrive: nothing is left then that it would collide with. */
  readonly removals: 'closed' | 'open';
}

export interface Parts extends LedgerParts, UndoParts {
  beginBatch(context: BatchContext, records: readonly RecordToWrite[]): BatchStep;
  advanceBatch(state: BatchState, event: BatchEvent): BatchStep;
  beginRollback(context: RollbackContext, records: ReturnType<typeof toUndo>): RollbackStep;
  advanceRollback: typeof advanceRollback;
  carryOut: typeof carryOut;
  carryOutUndo: typeof carryOutUndo;
}

export const rightParts: Parts = { ...ledgerParts, ...undoParts, beginBatch, advanceBatch, beginRollback, advanceRollback, carryOut, carryOutUndo };

export interface Scene {
  readonly context: BatchContext;
  readonly rollbackContext: RollbackContext;
  readonly portal: ModelPortal;
  readonly records: readonly RecordToWrite[];
  readonly edits: readonly Edit[];
  readonly bound: Bound;
}

export function recordsModel(scene: Scene, parts: Parts = rightParts): Model<World> {
  const { bound } = scene;
  const start: World = { phase: 'writing', portal: scene.portal, rows: rowsOf(scene.records), engines: [], late: [], overlapped: false, swept: false, left: leftOf(bound), broken: null };
  return {
    start,
    next: (world) => (world.broken === null ? [...attempts(scene, parts, world), ...begins(scene, parts, world), ...arrivals(scene, world), ...people(scene, world)] : []),
    law: (world, isEnd) => world.broken ?? (isEnd ? (world.phase === 'rollback' ? brokenAtEndOfRollback(world) : brokenAtEndOfWriting(world)) : null),
  };
}

function leftOf({ faults, edits, takeovers }: Bound): World['left'] {
  return { faults, edits, takeovers };
}

export const isWritten = (rows: Rows): boolean => rows.every(({ settlement }) => settlement !== null);
const isUndone = ({ rows, swept }: World): boolean => swept && !rows.some(isOpen);

// ---------------------------------------------------------------- attempts

function begins(scene: Scene, parts: Parts, world: World): readonly Transition<World>[] {
  const { engines, rows, left, phase } = world;
  const isDone = phase === 'writing' ? isWritten(rows) : isUndone(world);
  const begun = (): World => (phase === 'writing' ? withEngine(scene, parts, world, { does: 'write', step: parts.beginBatch(scene.context, recordsIn(rows)) }) : beginUndo(scene, parts, world));
  const transitions: Transition<World>[] = [];
  if (!isDone && engines.length === 0) {
    transitions.push({ label: 'an attempt begins', state: begun() });
  } else if (!isDone && engines.length === 1 && left.takeovers > 0) {
    const next = begun();
    transitions.push({ label: 'another attempt begins while the first still lives', state: { ...next, overlapped: true, left: { ...next.left, takeovers: left.takeovers - 1 } } });
  }
  if (phase === 'writing' && scene.bound.rollback !== null && engines.length === 0 && world.late.length === 0) {
    transitions.push({ label: 'the rollback begins', state: { ...world, phase: 'rollback', rows: rows.map(forgetSends), overlapped: false, left: leftOf(scene.bound.rollback) } });
  }
  return transitions;
}

/** How often a record was sent no longer matters: states that differ in that alone become one. */
const forgetSends = (row: LedgerRow): LedgerRow => ({ ...row, sends: [], record: { ...row.record, attempt: Math.min(row.record.attempt, 1) } });

const recordsIn = (rows: Rows): readonly RecordToWrite[] => rows.map(({ record }) => record);

/** Like the activity: what was sent without an answer is settled first, then what the ledger knows is undone. */
function beginUndo(scene: Scene, parts: Parts, world: World): World {
  const step = parts.beginBatch({ ...scene.context, mode: 'settle' }, recordsIn(world.rows));
  return withEngine(scene, parts, world, { does: 'settle', step });
}

type Begun = { readonly does: 'write' | 'settle'; readonly step: BatchStep } | { readonly does: 'undo'; readonly step: RollbackStep };

/** Adds an attempt with its next command, or puts nothing there when it has ended. Commands without an effect are answered at once. */
function withEngine(scene: Scene, parts: Parts, world: World, begun: Begun, place = world.engines.length): World {
  const others = { before: world.engines.slice(0, place), after: world.engines.slice(place) };
  const put = (engine: Engine | null): World => ({ ...world, engines: [...others.before, ...(engine === null ? [] : [engine]), ...others.after] });
  if (begun.does === 'undo') {
    const { command, state } = begun.step;
    if (command.do === 'done') {
      return { ...put(null), swept: true };
    }
    return put(command.do === 'fail' ? null : { does: 'undo', state });
  }
  const { command, state } = begun.step;
  switch (command.do) {
    case 'done':
      return begun.does === 'write' ? ended(put(null)) : withEngine(scene, parts, world, { does: 'undo', step: parts.beginRollback(scene.rollbackContext, toUndo(world.rows)) }, place);
    case 'rethrow':
    case 'fail':
      return put(null);
    case 'check-quota':
    case 'compare-schema': {
      const { event } = parts.carryOut(command, state.context, world.portal, world.rows, parts, 'none');
      return withEngine(scene, parts, world, { does: begun.does, step: parts.advanceBatch(state, event) }, place);
    }
    default:
      return put({ does: begun.does, state });
  }
}

/** What the activity counts when the protocol says that all is done. */
function ended(world: World): World {
  return isWritten(world.rows) ? world : { ...world, broken: world.broken ?? 'an attempt that says so is done: records have no outcome yet' };
}

function attempts(scene: Scene, parts: Parts, world: World): readonly Transition<World>[] {
  return world.engines.flatMap((engine, place) => {
    const who = world.engines.length === 1 ? '' : place === 0 ? 'the older attempt: ' : 'the newer attempt: ';
    const without: World = { ...world, engines: world.engines.filter((each) => each !== engine) };
    return engine.does === 'undo' ? undoing(scene, parts, without, engine, place, who) : writing(scene, parts, without, engine, place, who);
  });
}

function writing(scene: Scene, parts: Parts, without: World, engine: Extract<Engine, { does: 'write' | 'settle' }>, place: number, who: string): readonly Transition<World>[] {
  const { asked: command, context } = engine.state;
  const name = `${who}${nameOfBatchCommand(command)}`;
  const after = (fault: CallFault | 'none'): { readonly world: World; readonly event: BatchEvent } => {
    const { portal, rows, event, landings, late } = parts.carryOut(command, context, without.portal, without.rows, parts, fault);
    // What was declined on the way was not sent.
    const isSend = (command.do === 'create' || command.do === 'update') && fault !== 'declined';
    const inputs = command.do === 'create' || command.do === 'update' ? command.inputs : [];
    const sent = isSend ? sentOut(rows, engine.state, inputs) : rows;
    const broken = without.broken ?? (isSend ? brokenBySends(without, engine.state, inputs) : null) ?? brokenByLandings(scene, { ...without, rows }, landings) ?? brokenBySettling(portal, without.rows, rows);
    const world = excused(scene, { ...without, portal, rows: sent, broken, late: late.length > 0 ? [...without.late, late] : without.late, overlapped: without.overlapped || late.length > 0 }, landings);
    return { world, event };
  };
  const went = after('none');
  const transitions: Transition<World>[] = [{ label: name, state: withEngine(scene, parts, went.world, { does: engine.does, step: parts.advanceBatch(engine.state, went.event) }, place) }];
  if (without.left.faults === 0) {
    return transitions;
  }
  const left = { ...without.left, faults: without.left.faults - 1 };
  transitions.push({ label: `${who}dies before it ${nameOfBatchCommand(command)}`, state: { ...without, left } });
  if (command.do !== 'read') {
    transitions.push({ label: `${name}, and dies`, state: { ...went.world, left } });
  }
  for (const fault of callFaultsOf(command)) {
    const faulty = after(fault);
    transitions.push({ label: `${name}: ${fault}`, state: withEngine(scene, parts, { ...faulty.world, left }, { does: engine.does, step: parts.advanceBatch(engine.state, faulty.event) }, place) });
    if (fault === 'late') {
      transitions.push({ label: `${name}: late, and dies`, state: { ...faulty.world, left } });
    }
  }
  return transitions;
}

function undoing(scene: Scene, parts: Parts, without: World, engine: Extract<Engine, { does: 'undo' }>, place: number, who: string): readonly Transition<World>[] {
  const command = engine.state.asked;
  const name = `${who}${nameOfUndoCommand(command)}`;
  const after = (fault: UndoFault | 'none'): { readonly world: World; readonly step: RollbackStep } => {
    const { portal, rows, event, landings } = parts.carryOutUndo(command, without.portal, without.rows, parts, fault);
    const broken = without.broken ?? brokenByUndo(landings) ?? (command.do === 'archive' ? brokenByArchive(without.portal, command.ids) : null);
    return { world: { ...without, portal, rows, broken }, step: parts.advanceRollback(engine.state, event) };
  };
  const went = after('none');
  const transitions: Transition<World>[] = [{ label: name, state: withEngine(scene, parts, went.world, { does: 'undo', step: went.step }, place) }];
  if (without.left.faults === 0) {
    return transitions;
  }
  const left = { ...without.left, faults: without.left.faults - 1 };
  // Whatever fails in a rollback ends the attempt, like a death there.
  transitions.push({ label: `${who}dies before it ${nameOfUndoCommand(command)}`, state: { ...without, left } });
  if (command.do === 'settle' || command.do === 'update' || command.do === 'archive') {
    transitions.push({ label: `${name}, and dies`, state: { ...went.world, left } });
  }
  for (const fault of undoFaultsOf(command)) {
    const faulty = after(fault);
    transitions.push({ label: `${name}: ${fault}`, state: withEngine(scene, parts, { ...faulty.world, left }, { does: 'undo', step: faulty.step }, place) });
  }
  return transitions;
}

/** Notes the attempt under which each input goes out. */
function sentOut(rows: Rows, state: BatchState, inputs: readonly WriteInput[]): Rows {
  return rows.map((row) => {
    const item = inputs.some((input) => input.traceId === String(row.record.ordinal)) ? state.items.find((each) => each.ordinal === row.record.ordinal) : undefined;
    return item === undefined ? row : { ...row, sends: [...row.sends, item.attempt].sort() };
  });
}

// ---------------------------------------------------------------- late calls and people

function arrivals(scene: Scene, world: World): readonly Transition<World>[] {
  return world.late.map((inputs) => {
    const { portal, landings } = writeRecords(world.portal, inputs);
    const broken = brokenByLandings(scene, world, landings);
    return { label: `the late call for ${ordinalsOf(inputs)} arrives`, state: excused(scene, { ...world, portal, broken, late: world.late.filter((each) => each !== inputs) }, landings) };
  });
}

function people(scene: Scene, world: World): readonly Transition<World>[] {
  const isOver = world.engines.length === 0 && (world.phase === 'writing' ? isWritten(world.rows) && scene.bound.rollback === null : isUndone(world));
  if (world.left.edits === 0 || isOver) {
    return [];
  }
  return scene.edits.flatMap((edit) => {
    const portal = edit.apply(world.portal);
    const { gap, removals } = scene.bound;
    const isRefused = (gap === 'closed' && edit.changes(world.portal).some((record) => isBeingRewritten(record, world))) || (removals === 'closed' && edit.removes(world.portal).some((record) => mayComeBack(record, edit.changes(world.portal).length > 0, world)));
    if (portal === null || isRefused) {
      return [];
    }
    return [{ label: edit.label, state: { ...world, portal, left: { ...world.left, edits: world.left.edits - 1 } } }];
  });
}

/** Was a write prepared from what stood there before, and can it still go out or arrive? */
function isBeingRewritten({ id }: ModelRecord, { engines, late }: World): boolean {
  return (
    late.some((inputs) => inputs.some((input) => input.id === id)) ||
    engines.some((engine) =>
      engine.does === 'undo'
        ? engine.state.items.some((item) => item.record.targetId === id && !['done', 'unread', 'outcome'].includes(item.standing.at))
        : engine.state.items.some((item) => item.targetId === id && ['imaged', 'ready', 'marked'].includes(item.standing.at)),
    )
  );
}

/** A create that was given up on collides with the key of the one that followed, or with who holds its e-mail, unless that is gone. */
function mayComeBack({ made, properties }: ModelRecord, isMerged: boolean, { engines, late, rows }: World): boolean {
  const isHeld = (input: { readonly properties: Values }): boolean => input.properties.email !== undefined && input.properties.email === properties.email;
  // The last look-up did not find it yet, and the ledger knows nothing of it.
  const isUnseen = rows.some(({ record, settlement }) => record.ordinal === made && settlement === null && record.state === 'unsent');
  return (
    isUnseen ||
    late.some((inputs) => inputs.some((input) => input.id === undefined && (Number(input.traceId) === made || isHeld(input)))) ||
    engines.some((engine) => engine.does === 'write' && engine.state.items.some((item) => (item.ordinal === made && (canStillSend(item, rows) || (isMerged && isBetweenLooks(item)))) || (item.targetId === null && isHeld(item) && isOvertaken(item, rows))))
  );
}

/** Not found live a moment ago, and in the archive a merged record is not found either. */
function isBetweenLooks({ standing }: BatchState['items'][number]): boolean {
  return standing.at === 'in-doubt' && standing.look === 'archived';
}

function isOvertaken(item: BatchState['items'][number], rows: Rows): boolean {
  return item.standing.at === 'marked' && rows.some(({ record }) => record.ordinal === item.ordinal && (record.attempt !== item.attempt || record.state !== 'sent'));
}

function canStillSend(item: BatchState['items'][number], rows: Rows): boolean {
  const row = rows.find((each) => each.record.ordinal === item.ordinal);
  const mayTakeMark = row !== undefined && row.settlement === null && row.record.attempt === item.attempt;
  return item.standing.at === 'marked' || (mayTakeMark && ['absent', 'unsent', 'ready'].includes(item.standing.at));
}

/** Where the gap is excused, what a write overwrote in it is no longer anybody's to be kept or given back. */
function excused(scene: Scene, world: World, landings: readonly Landing[]): World {
  if (scene.bound.gap !== 'excused' || landings.every(({ before }) => before === null)) {
    return world;
  }
  const overwritten = new Map(landings.map((landing) => [landing.after.id, landing]));
  const records = world.portal.records.map((record) => {
    const landing = overwritten.get(record.id);
    if (landing === undefined || landing.before === null) {
      return record;
    }
    const preImage = world.rows.find((row) => row.record.ordinal === landing.ordinal)?.record.preImage ?? {};
    const lost = landing.after.ours.filter((name) => !landing.before!.ours.includes(name) && Object.hasOwn(preImage, name));
    return lost.length === 0 ? record : { ...record, foreign: { ...record.foreign, ...Object.fromEntries(lost.map((name) => [name, preImage[name] ?? null])) } };
  });
  return { ...world, portal: { ...world.portal, records } };
}

// ---------------------------------------------------------------- names for people

function nameOfBatchCommand(command: BatchCommand): string {
  switch (command.do) {
    case 'settle':
      return `writes the outcome ${command.settlements.map(({ ordinal, outcome, refusal }) => `${String(ordinal)} ${refusal?.code ?? outcome}`).join(', ')}`;
    case 'read':
      return `reads ${command.purpose} ${command.ordinals.join()} by ${command.by}${command.archived ? ', archived' : ''}`;
    case 'keep-pre-images':
      return `keeps the pre-image of ${command.images.map(({ ordinal }) => ordinal).join()}`;
    case 'mark-sent':
    case 'clear-sent':
      return `${command.do === 'mark-sent' ? 'marks as sent' : 'clears the mark of'} ${command.records.map(({ ordinal }) => ordinal).join()}`;
    case 'create':
    case 'update':
      return `sends ${command.do} ${ordinalsOf(command.inputs)}`;
    default:
      return command.do;
  }
}

function nameOfUndoCommand(command: RollbackCommand): string {
  switch (command.do) {
    case 'settle':
      return `writes that undoing is ${command.settlements.map(({ ordinal, state, code }) => `${String(ordinal)} ${state}${code === null ? '' : ` (${code})`}`).join(', ')}`;
    case 'update':
      return `sends the undoing update of ${ordinalsOf(command.inputs)}`;
    case 'read':
      return `reads records ${command.ids.join()}${command.archived ? ', archived' : ''}`;
    case 'archive':
    case 'read-history':
    case 'read-attachments':
      return `${command.do} of records ${command.ids.join()}`;
    default:
      return command.do;
  }
}

function ordinalsOf(inputs: readonly WriteInput[]): string {
  return inputs.map(({ traceId }) => traceId).join();
}

export type { LedgerRow };
