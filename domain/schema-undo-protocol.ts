/**
 * Undoing what a run made in the portal's schema, as a pure state machine: look, intent, call, outcome. What was sent without an answer is looked up. Only what is
 * recognisably of this migration's making goes, and only if nothing uses it. It may die anywhere: what is gone already is found gone.
 */
import { findLabel } from './association-label';
import type { PortalLabel } from './association-label';
import { isMadeByMigrationOf } from './schema-check';
import { ASSOCIATION_TYPES } from './object-type';
import type { PipelineDefinition, SchemaPlan } from './schema-plan';
import type {
  FoundProperty, GroupDefinition, SchemaChange, SchemaKind, SchemaName, SchemaThingState, SchemaThingToUndo, SchemaUndoCommand, SchemaUndoContext, SchemaUndoEvent, SchemaUndoItem, SchemaUndoStanding, SchemaUndoState, SchemaUndoStep,
  SchemaUndoWord,
} from './schema-state';
import type { AssociationType, ObjectType } from './object-type';

// 100 inputs a batch read: HubSpot properties API, 2026-09.
const MAX_PROPERTIES_A_READ = 100;
/** A group goes after its properties, an option before the property that a person made goes on without it. */
const ORDER: readonly SchemaKind[] = ['label', 'option', 'pipeline', 'property', 'group'];
const SENT: readonly SchemaThingState[] = ['sent', 'sent-again'];
const OPEN: readonly SchemaThingState[] = [...SENT, 'created', 'removing'];

/** @param undone by work type: how many records or associations are in which state of undoing */
export function schemaUndoContext(run: string, objectType: ObjectType, plan: SchemaPlan, undone: Readonly<Record<string, Readonly<Record<string, number>>>>): SchemaUndoContext {
  const ofType = <T extends { readonly objectType: ObjectType }>(parts: readonly T[]): readonly T[] => parts.filter((part) => part.objectType === objectType);
  return {
    run,
    objectType,
    groupLabels: Object.fromEntries(ofType(plan.groups).map(({ name, label }) => [name, label])),
    optionLabels: Object.fromEntries([
      ...ofType(plan.properties).flatMap(({ definition }) => definition.options.map(({ value, label }) => [`${definition.name}:${value}`, label] as const)),
      ...ofType(plan.options).map(({ property, definition: { value, label } }) => [`${property}:${value}`, label] as const),
    ]),
    records: undone[objectType] ?? {},
    associations: Object.fromEntries(ASSOCIATION_TYPES.map((associationType) => [associationType, undone[associationType] ?? {}])),
  };
}

export function beginSchemaUndo(context: SchemaUndoContext, things: readonly SchemaThingToUndo[]): SchemaUndoStep {
  const items = things.map(({ kind, name, state, associationKind }): SchemaUndoItem => ({ kind, name, state, associationKind, standing: { at: OPEN.includes(state) ? 'unread' : 'done' } }));
  return step({ context, items, options: {}, tally: { archived: 0, kept: 0, gone: 0 }, quotaChecked: false, asked: { do: 'done', tally: { archived: 0, kept: 0, gone: 0 } } });
}

export function advanceSchemaUndo(state: SchemaUndoState, event: SchemaUndoEvent): SchemaUndoStep {
  return step(applyEvent(state, event));
}

// ---------------------------------------------------------------- events

function applyEvent(state: SchemaUndoState, event: SchemaUndoEvent): SchemaUndoState {
  switch (event.on) {
    case 'quota-suffices':
      return { ...state, quotaChecked: true };
    case 'groups-read':
      return change(state, (item) => (item.kind === 'group' && item.standing.at === 'unread' ? { ...item, standing: groupFound(state.context, item, event.groups) } : item));
    case 'properties-read':
      return applyProperties(state, event.properties);
    case 'pipelines-read':
      return change(state, (item) => (item.kind === 'pipeline' && item.standing.at === 'unread' ? { ...item, standing: pipelineFound(state.context, item, event.pipelines) } : item));
    case 'labels-read':
      return applyLabels(state, event.labels);
    case 'holders-read':
      return applyHolders(state, event.held);
    case 'settled':
      return applySettled(state, event.changed);
    case 'archived':
      return change(state, (item) => (isAsked(state, item) ? { ...item, standing: archivedAs(item, event.answer) } : item));
    case 'options-replaced':
      return change(state, (item) => (isAsked(state, item) ? { ...item, standing: outcome(item, 'undone', 'archived') } : item));
  }
}

function groupFound(context: SchemaUndoContext, item: SchemaUndoItem, groups: readonly GroupDefinition[]): SchemaUndoStanding {
  const found = groups.find(({ name }) => name === item.name);
  return foundAs(context, item, found === undefined ? 'absent' : found.label === context.groupLabels[item.name] ? 'ours' : 'not-ours');
}

/** Its id is of this migration's making. */
function pipelineFound(context: SchemaUndoContext, item: SchemaUndoItem, pipelines: readonly PipelineDefinition[]): SchemaUndoStanding {
  return foundAs(context, item, pipelines.some(({ pipelineId }) => pipelineId === item.name) ? 'ours' : 'absent');
}

/** One that a person renamed is theirs now; one of our words and another type was made by somebody after ours was deleted. */
function applyLabels(state: SchemaUndoState, labels: readonly PortalLabel[]): SchemaUndoState {
  const { context, asked } = state;
  return change(state, (item) => {
    if (asked.do !== 'read-labels' || item.kind !== 'label' || associationTypeOf(item) !== asked.associationType || item.standing.at !== 'unread') {
      return item;
    }
    const found = findLabel(asked.associationType, valueOf(item), labels);
    const isOurs = found !== undefined && (item.associationKind === null || item.associationKind === found.kind);
    return { ...item, associationKind: found?.kind ?? item.associationKind, standing: foundAs(context, item, found === undefined ? 'absent' : isOurs ? 'ours' : 'not-ours') };
  });
}

function applyProperties(state: SchemaUndoState, properties: readonly FoundProperty[]): SchemaUndoState {
  const { context, asked } = state;
  const names = new Set(asked.do === 'read-properties' ? asked.names : []);
  const found = new Map(properties.filter(({ archived }) => !archived).map((property) => [property.name, property]));
  const read = { ...state, options: { ...state.options, ...Object.fromEntries([...found].map(([name, { options }]) => [name, options])) } };
  return change(read, (item) => {
    const property = found.get(propertyOf(item));
    if (!names.has(propertyOf(item))) {
      return item;
    }
    if (item.kind === 'property' && item.standing.at === 'unread') {
      return { ...item, standing: foundAs(context, item, property === undefined ? 'absent' : isMadeByMigrationOf(context.run, property) ? 'ours' : 'not-ours') };
    }
    if (item.kind !== 'option') {
      return item;
    }
    const there = property?.options.find(({ value }) => value === valueOf(item));
    if (item.standing.at === 'marked') {
      return { ...item, standing: there === undefined ? outcome(item, 'undone', 'archived') : { at: 'marked', isFresh: true } };
    }
    return item.standing.at === 'unread' ? { ...item, standing: foundAs(context, item, there === undefined ? 'absent' : there.label === context.optionLabels[item.name] ? 'ours' : 'not-ours') } : item;
  });
}

/**
 * What is there but not recognisable stays: another was made under the name of one that we took away, or a person has rewritten ours. What we only may have made is not
 * ours then.
 */
function foundAs({ records, associations }: SchemaUndoContext, item: SchemaUndoItem, found: 'ours' | 'not-ours' | 'absent'): SchemaUndoStanding {
  const wasPerhapsMade = SENT.includes(item.state);
  switch (found) {
    case 'absent':
      return outcome(item, 'undone', item.state === 'removing' ? 'archived' : wasPerhapsMade ? null : 'gone');
    case 'not-ours':
      return wasPerhapsMade ? outcome(item, 'existed', null) : item.state === 'removing' ? outcome(item, 'undone', 'archived') : outcome(item, 'kept', 'kept');
    case 'ours':
      return holdsValues(item.kind === 'label' ? (associations[associationTypeOf(item)] ?? {}) : records) ? outcome(item, 'kept', 'kept') : { at: item.kind === 'option' ? 'unasked' : 'to-remove' };
  }
}

/** Records that stay keep their values: their properties and stages stay with them. So do labels with associations. */
function holdsValues(records: Readonly<Record<string, number>>): boolean {
  return ['kept', 'failed', 'pending', 'sent'].some((state) => (records[state] ?? 0) > 0);
}

function applyHolders(state: SchemaUndoState, held: readonly string[]): SchemaUndoState {
  const { asked } = state;
  const property = asked.do === 'read-holders' ? asked.property : '';
  return change(state, (item) => (item.standing.at !== 'unasked' || propertyOf(item) !== property ? item : { ...item, standing: held.includes(valueOf(item)) ? outcome(item, 'kept', 'kept') : { at: 'to-remove' } }));
}

/** An intent that the ledger did not take was undone by another attempt: somebody may have made the same anew since. */
function applySettled(state: SchemaUndoState, names: readonly SchemaName[]): SchemaUndoState {
  const { asked } = state;
  const asks = new Map((asked.do === 'settle' ? asked.changes : []).map((each) => [keyOf(each), each]));
  const changed = new Set(names.map(keyOf));
  const counted = state.items.flatMap((item) => (item.standing.at === 'outcome' && changed.has(keyOf(item)) && item.standing.counts !== null ? [item.standing.counts] : []));
  const settled = change(state, (item) => {
    const ask = asks.get(keyOf(item));
    if (ask === undefined) {
      return item;
    }
    return ask.to === 'removing' && changed.has(keyOf(item)) ? { ...item, state: 'removing', standing: { at: 'marked', isFresh: false } } : { ...item, standing: { at: 'done' } };
  });
  return { ...settled, tally: counted.reduce((tally, word) => ({ ...tally, [word]: tally[word] + 1 }), state.tally) };
}

function archivedAs(item: SchemaUndoItem, answer: 'archived' | 'in-use' | 'absent'): SchemaUndoStanding {
  return answer === 'in-use' ? outcome(item, 'kept', 'kept') : outcome(item, 'undone', answer === 'absent' ? 'gone' : 'archived');
}

function outcome({ kind, name }: SchemaUndoItem, to: SchemaThingState, counts: SchemaUndoWord | null): SchemaUndoStanding {
  return { at: 'outcome', change: { kind, name, from: OPEN, to }, counts };
}

/** The call that was asked for last is about this thing. */
function isAsked({ asked }: SchemaUndoState, item: SchemaUndoItem): boolean {
  if (item.standing.at !== 'marked') {
    return false;
  }
  if (asked.do === 'archive-label') {
    return item.kind === 'label' && associationTypeOf(item) === asked.associationType && item.associationKind === asked.kind;
  }
  return asked.do === 'archive' ? item.kind === asked.kind && item.name === asked.name : asked.do === 'replace-options' && item.kind === 'option' && propertyOf(item) === asked.property;
}

function change(state: SchemaUndoState, to: (item: SchemaUndoItem) => SchemaUndoItem): SchemaUndoState {
  return { ...state, items: state.items.map(to) };
}

function keyOf({ kind, name }: SchemaName): string {
  return `${kind} ${name}`;
}

/** The property that is read for it: names of properties have no colon. */
function propertyOf({ kind, name }: SchemaName): string {
  return kind === 'option' ? name.slice(0, name.indexOf(':')) : name;
}

/** That of a label. */
function associationTypeOf({ name }: SchemaName): AssociationType {
  const associationType = ASSOCIATION_TYPES.find((each) => name.startsWith(`${each}:`));
  if (associationType === undefined) {
    throw new Error('A label is kept under the name of its association type.');
  }
  return associationType;
}

function valueOf({ name }: SchemaName): string {
  return name.slice(name.indexOf(':') + 1);
}

// ---------------------------------------------------------------- the next command

function step(state: SchemaUndoState): SchemaUndoStep {
  const command = nextCommand(state);
  const isWrite = command.do === 'archive' || command.do === 'archive-label' || command.do === 'replace-options';
  return { state: { ...state, asked: command, quotaChecked: isWrite ? false : state.quotaChecked }, command };
}

function nextCommand(state: SchemaUndoState): SchemaUndoCommand {
  const changes = state.items.flatMap(({ standing }) => (standing.at === 'outcome' ? [standing.change] : []));
  if (changes.length > 0) {
    return { do: 'settle', changes };
  }
  for (const kind of ORDER) {
    const command = commandFor(state, state.items.filter((item) => item.kind === kind), kind);
    if (command !== null) {
      return command;
    }
  }
  return { do: 'done', tally: state.tally };
}

function commandFor(state: SchemaUndoState, items: readonly SchemaUndoItem[], kind: SchemaKind): SchemaUndoCommand | null {
  const marked = items.filter(({ standing }) => standing.at === 'marked');
  if (marked.length > 0) {
    return callOf(state, marked, kind);
  }
  const unread = items.filter(({ standing }) => standing.at === 'unread');
  const [unasked] = items.filter(({ standing }) => standing.at === 'unasked');
  const toRemove = items.filter(({ standing }) => standing.at === 'to-remove');
  if (unread.length === 0 && unasked === undefined && toRemove.length === 0) {
    return null;
  }
  if (!state.quotaChecked) {
    return { do: 'check-quota' };
  }
  if (unread.length > 0) {
    return readOf(unread, kind);
  }
  if (unasked !== undefined) {
    const property = propertyOf(unasked);
    return { do: 'read-holders', property, values: items.filter((item) => item.standing.at === 'unasked' && propertyOf(item) === property).map(valueOf) };
  }
  return { do: 'settle', changes: ofOneCall(toRemove).map((item): SchemaChange => ({ kind, name: item.name, from: OPEN, to: 'removing' })) };
}

function ofOneCall(items: readonly SchemaUndoItem[]): readonly SchemaUndoItem[] {
  const [first] = items;
  return first === undefined ? [] : first.kind === 'option' ? items.filter((item) => propertyOf(item) === propertyOf(first)) : [first];
}

function readOf(unread: readonly SchemaUndoItem[], kind: SchemaKind): SchemaUndoCommand {
  switch (kind) {
    case 'group':
      return { do: 'read-groups' };
    case 'property':
    case 'option':
      return { do: 'read-properties', names: [...new Set(unread.map(propertyOf))].slice(0, MAX_PROPERTIES_A_READ) };
    case 'pipeline':
      return { do: 'read-pipelines' };
    case 'label':
      return { do: 'read-labels', associationType: associationTypeOf(unread[0] ?? { kind, name: '' }) };
  }
}

function callOf({ options }: SchemaUndoState, marked: readonly SchemaUndoItem[], kind: SchemaKind): SchemaUndoCommand {
  const name = marked[0]?.name ?? '';
  if (kind === 'label') {
    return { do: 'archive-label', associationType: associationTypeOf({ kind, name }), kind: marked[0]?.associationKind ?? '' };
  }
  if (kind !== 'option') {
    return { do: 'archive', kind, name };
  }
  const property = propertyOf({ kind, name });
  // The list that is sent replaces the one that is there: it is read after the mark, as late as can be.
  if (marked.some(({ standing }) => standing.at === 'marked' && !standing.isFresh)) {
    return { do: 'read-properties', names: [property] };
  }
  const gone = new Set(marked.map(valueOf));
  return { do: 'replace-options', property, options: (options[property] ?? []).filter(({ value }) => !gone.has(value)) };
}
