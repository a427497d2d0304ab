/**
 * Making what the plan adds to the portal's schema, exactly once, as a pure state machine. Intent in the ledger, then a look at what is there, then the call, then a look at
 * what came of it. What is there before we send is somebody else's, and stays so; what we made is recognised by its mark, or by being absent before our call and there after it.
 * Options that somebody else's property lacks are merged into those that it has.
 */
import { labelThingName } from './association-label';
import { ASSOCIATION_ENDS } from './object-type';
import { markedDescription } from './schema-check';
import { change, failed, keyOf, OPEN_STATES, optionOf, outcome, SENT_STATES, toItem } from './schema-item';
import type { SchemaPlan } from './schema-plan';
import { applyLabels, applyPipelines, applyProperties, groupFound } from './schema-reads';
import type { LabelAnswer, PropertiesAnswer, SchemaCommand, SchemaEvent, SchemaItem, SchemaKind, SchemaName, SchemaPart, SchemaStanding, SchemaState, SchemaStep, SchemaThing, SchemaThingState } from './schema-state';

// 100 inputs a batch create or read: HubSpot properties API, 2026-09.
const MAX_PROPERTIES_A_CALL = 100;
/** A name that is neither there nor free: the portal is not telling us something. */
const MAX_SENDS_AN_ATTEMPT = 3;
/** A group before the properties that stand in it, a property before what is added to it. */
const ORDER: readonly SchemaKind[] = ['group', 'property', 'option', 'pipeline', 'label'];

/** Object types side by side, because a write takes a second; pipelines and labels stand in no group. */
export function schemaParts({ groups, properties, options, pipelines, labels }: SchemaPlan): readonly SchemaPart[] {
  const things = [
    ...groups.map(({ objectType, name, label }) => ({ objectType, thing: { kind: 'group' as const, name, definition: { name, label } } })),
    ...properties.map(({ objectType, definition }) => ({ objectType, thing: { kind: 'property' as const, name: definition.name, definition } })),
    ...options.map(({ objectType, property, definition }) => ({ objectType, thing: optionOf(property, definition) })),
    ...pipelines.map(({ objectType, definition }) => ({ objectType, thing: { kind: 'pipeline' as const, name: definition.pipelineId, definition } })),
    ...labels.map((definition) => ({ objectType: ASSOCIATION_ENDS[definition.associationType].from, thing: { kind: 'label' as const, name: labelThingName(definition), definition } })),
  ];
  const parts = new Map<string, { readonly objectType: SchemaPart['objectType']; readonly things: SchemaThing[] }>();
  for (const { objectType, thing } of things) {
    const key = thing.kind === 'label' ? thing.definition.associationType : `${objectType} ${thing.kind === 'pipeline' ? 'pipelines' : 'properties'}`;
    const part = parts.get(key) ?? { objectType, things: [] };
    part.things.push(thing);
    parts.set(key, part);
  }
  return [...parts.values()];
}

export function beginSchema(run: string, { objectType, things }: SchemaPart): SchemaStep {
  const items = things.map(toItem);
  return step({ run, objectType, items, options: {}, quotaChecked: false, askedForOptions: false, failure: null, ending: 'none', asked: { do: 'done' } });
}

export function advanceSchema(state: SchemaState, event: SchemaEvent): SchemaStep {
  return step(applyEvent(state, event));
}

// ---------------------------------------------------------------- events

function applyEvent(state: SchemaState, event: SchemaEvent): SchemaState {
  switch (event.on) {
    case 'intended':
      return applyIntended(state, event.states);
    case 'quota-suffices':
      return { ...state, quotaChecked: true };
    case 'groups-read':
      return change(state, (item) => (item.thing.kind === 'group' ? groupFound(item, event.groups) : item));
    case 'properties-read':
      return applyProperties(state, event.properties);
    case 'pipelines-read':
      return applyPipelines(state, event.pipelines);
    case 'labels-read':
      return applyLabels(state, event.labels);
    case 'settled':
      return applySettled(state, event.changed);
    case 'made':
      return change(state, (item) => (isAsked(state, item) ? { ...item, standing: event.answer === 'created' ? outcome(item, 'created') : takenName(item) } : item));
    case 'properties-made':
      return applyPropertiesMade(state, event.answer);
    case 'label-made':
      return change(state, (item) => (isAsked(state, item) ? { ...item, standing: labelMade(item, event.answer) } : item));
    case 'not-carried-out':
      return { ...change(state, (item) => (isAsked(state, item) && item.thing.kind !== 'property' ? { ...item, standing: notSent(item) } : item)), ending: 'rethrow' };
    case 'no-answer':
      return { ...state, ending: 'rethrow' };
  }
}

function applyIntended(state: SchemaState, states: readonly (SchemaName & { readonly state: SchemaThingState })[]): SchemaState {
  const known = new Map(states.map((each) => [keyOf(each), each.state]));
  const items = [...state.items, ...optionsOfEarlierAttempts(state, states).map(toItem)];
  return {
    ...state,
    askedForOptions: state.asked.do === 'intend' && state.asked.things.length === 0,
    items: items.map((item): SchemaItem => {
      const current = known.get(keyOf(item.thing)) ?? 'intended';
      return item.standing.at === 'unintended' ? { ...item, state: current, standing: OPEN_STATES.includes(current) ? { at: 'unread' } : { at: 'settled' } } : item;
    }),
  };
}

/** The plan does not know of them: which options are missing is seen in the portal, and an attempt that died may have sent some. */
function optionsOfEarlierAttempts({ items }: SchemaState, states: readonly SchemaName[]): readonly SchemaThing[] {
  const known = new Set(items.map(({ thing }) => keyOf(thing)));
  const names = new Set(states.filter((each) => each.kind === 'option' && !known.has(keyOf(each))).map(({ name }) => name));
  return items.flatMap(({ thing }) => (thing.kind === 'property' ? thing.definition.options.map((option) => optionOf(thing.name, option)).filter(({ name }) => names.has(name)) : []));
}

/** What the ledger did not change was changed by another attempt meanwhile: the next attempt looks again. */
function applySettled(state: SchemaState, names: readonly SchemaName[]): SchemaState {
  const { asked } = state;
  const asks = new Map((asked.do === 'settle' ? asked.changes : []).map((each) => [keyOf(each), each]));
  const changed = new Set(names.map(keyOf));
  const settled = change(state, (item) => {
    const ask = asks.get(keyOf(item.thing));
    if (ask === undefined) {
      return item;
    }
    if (!changed.has(keyOf(item.thing))) {
      return { ...item, standing: { at: 'elsewhere' } };
    }
    if (item.standing.at === 'to-send') {
      return { ...item, state: ask.to, sendCount: item.sendCount + 1, standing: { at: 'marked', isFirst: ask.to === 'sent', isFresh: false } };
    }
    return { ...item, state: ask.to, standing: ask.to === 'intended' ? { at: 'to-send' } : { at: 'settled' } };
  });
  const extended = new Set(settled.items.flatMap(({ thing }) => (thing.kind === 'option' && asks.get(keyOf(thing))?.to === 'created' ? [thing.property] : [])));
  return change(settled, (item) => (item.thing.kind === 'property' && extended.has(item.thing.name) ? { ...item, isChecked: false } : item));
}

/** The call that was asked for last is about this thing. */
function isAsked({ asked }: SchemaState, { thing, standing }: SchemaItem): boolean {
  if (standing.at !== 'marked') {
    return false;
  }
  switch (asked.do) {
    case 'create-group':
      return thing.kind === 'group' && thing.name === asked.definition.name;
    case 'create-pipeline':
      return thing.kind === 'pipeline' && thing.name === asked.definition.pipelineId;
    case 'replace-options':
      return thing.kind === 'option' && thing.property === asked.property;
    case 'create-label':
      return thing.kind === 'label' && thing.definition.associationType === asked.definition.associationType && thing.definition.label === asked.definition.label;
    case 'create-properties':
      return thing.kind === 'property' && asked.definitions.some(({ name }) => name === thing.name);
    default:
      return false;
  }
}

/** The only call of this run was told that the name is taken: somebody else took it. Of several calls one may have landed: then a look tells. */
function takenName(item: SchemaItem): SchemaStanding {
  const isFirst = item.standing.at === 'marked' && item.standing.isFirst;
  return isFirst ? outcome(item, 'existed', ['sent']) : { at: 'unread' };
}

function labelMade(item: SchemaItem, answer: LabelAnswer): SchemaStanding {
  if ('created' in answer) {
    return answer.created === null ? { at: 'made' } : outcome(item, 'created', undefined, answer.created);
  }
  return { at: 'refused', isFirst: item.standing.at === 'marked' && item.standing.isFirst, correlationId: answer.refused.correlationId };
}

function notSent(item: SchemaItem): SchemaStanding {
  const isFirst = item.standing.at === 'marked' && item.standing.isFirst;
  return isFirst ? outcome(item, 'intended', ['sent']) : item.standing;
}

function applyPropertiesMade(state: SchemaState, { created, existed, refused }: PropertiesAnswer): SchemaState {
  const made = change(state, (item) => {
    if (!isAsked(state, item)) {
      return item;
    }
    if (created.includes(item.thing.name)) {
      return { ...item, standing: outcome(item, 'created') };
    }
    const isRefused = !existed.includes(item.thing.name) && refused.some(({ property }) => property === item.thing.name);
    return { ...item, standing: isRefused ? outcome(item, 'intended', SENT_STATES) : { at: 'unread' } };
  });
  const [first] = refused;
  return first === undefined ? made : failed(made, { type: 'PlanError', code: 'schema-refused', kind: 'property', name: first.property ?? '', correlationId: first.correlationId });
}

// ---------------------------------------------------------------- the next command

function step(state: SchemaState): SchemaStep {
  const command = nextCommand(state);
  const isWrite = command.do === 'create-group' || command.do === 'create-properties' || command.do === 'replace-options' || command.do === 'create-pipeline' || command.do === 'create-label';
  return { state: { ...state, asked: command, quotaChecked: isWrite ? false : state.quotaChecked }, command };
}

function nextCommand(state: SchemaState): SchemaCommand {
  const { items, failure, ending } = state;
  const changes = items.flatMap(({ standing }) => (standing.at === 'outcome' ? [standing.change] : []));
  if (changes.length > 0) {
    return { do: 'settle', changes };
  }
  if (ending === 'rethrow') {
    return { do: 'rethrow' };
  }
  if (failure !== null) {
    return { do: 'fail', failure };
  }
  const unintended = itemsAt(state, 'unintended');
  if (unintended.length > 0) {
    return { do: 'intend', things: unintended.map(({ thing }) => thing) };
  }
  for (const kind of ORDER) {
    const command = commandFor(state, items.filter(({ thing }) => thing.kind === kind), kind);
    if (command !== null) {
      return command;
    }
  }
  // Somebody's property may have got options by an attempt that began after this one looked, and died.
  const mayHaveGrown = items.some(({ thing, state: current }) => thing.kind === 'property' && thing.definition.options.length > 0 && current === 'existed');
  return mayHaveGrown && !state.askedForOptions ? { do: 'intend', things: [] } : { do: 'done' };
}

function commandFor(state: SchemaState, items: readonly SchemaItem[], kind: SchemaKind): SchemaCommand | null {
  const [worn] = items.filter(({ standing, sendCount }) => standing.at === 'to-send' && sendCount >= MAX_SENDS_AN_ATTEMPT);
  const [elsewhere] = items.filter(({ standing }) => standing.at === 'elsewhere');
  const failing = worn ?? elsewhere;
  if (failing !== undefined) {
    return { do: 'fail', failure: { type: 'TransientError', code: 'in-doubt', kind, name: failing.thing.name, correlationId: null } };
  }
  const marked = items.filter(({ standing }) => standing.at === 'marked');
  if (marked.length > 0) {
    return callOf(state, marked);
  }
  const unread = items.filter(({ standing, isChecked, thing }) => standing.at === 'unread' || standing.at === 'refused' || (standing.at === 'settled' && !isChecked && (thing.kind === 'property' || thing.kind === 'pipeline')));
  const toSend = ofOneCall(items.filter(({ standing }) => standing.at === 'to-send'));
  const made = items.filter(({ standing }) => standing.at === 'made');
  if (unread.length === 0 && toSend.length === 0 && made.length === 0) {
    return null;
  }
  if (!state.quotaChecked) {
    return { do: 'check-quota' };
  }
  if (unread.length > 0) {
    return readOf(unread, kind);
  }
  if (toSend.length === 0) {
    return readOf(made, kind);
  }
  return { do: 'settle', changes: toSend.map(({ thing, state: from }) => ({ kind, name: thing.name, from: [from], to: from === 'intended' ? 'sent' : 'sent-again' })) };
}

function readOf(items: readonly SchemaItem[], kind: SchemaKind): SchemaCommand {
  const [first] = items;
  switch (kind) {
    case 'group':
      return { do: 'read-groups' };
    case 'property':
    case 'option':
      return { do: 'read-properties', names: [...new Set(items.map(({ thing }) => (thing.kind === 'option' ? thing.property : thing.name)))].slice(0, MAX_PROPERTIES_A_CALL) };
    case 'pipeline':
      return { do: 'read-pipelines' };
    case 'label':
      return first?.thing.kind === 'label' ? { do: 'read-labels', associationType: first.thing.definition.associationType } : { do: 'done' };
  }
}

/** Dying leaves no more in doubt than one call can carry. */
function ofOneCall(items: readonly SchemaItem[]): readonly SchemaItem[] {
  const [first] = items;
  switch (first?.thing.kind) {
    case undefined:
      return [];
    case 'property':
      return items.slice(0, MAX_PROPERTIES_A_CALL);
    case 'option': {
      const { property } = first.thing;
      return items.filter(({ thing }) => thing.kind === 'option' && thing.property === property);
    }
    case 'group':
    case 'pipeline':
    case 'label':
      return [first];
  }
}

function callOf({ run, options }: SchemaState, marked: readonly SchemaItem[]): SchemaCommand {
  const [first] = marked;
  const things = marked.map(({ thing }) => thing);
  switch (first?.thing.kind) {
    case undefined:
      return { do: 'done' };
    case 'group':
      return { do: 'create-group', definition: first.thing.definition };
    case 'property':
      return { do: 'create-properties', definitions: things.flatMap((thing) => (thing.kind === 'property' ? [{ ...thing.definition, description: markedDescription(thing.definition.description, run) }] : [])) };
    case 'pipeline':
      return { do: 'create-pipeline', definition: first.thing.definition };
    case 'label':
      return { do: 'create-label', definition: first.thing.definition };
    case 'option': {
      const { property } = first.thing;
      // The list that is sent replaces the one that is there: it is read after the mark, as late as can be.
      if (marked.some(({ standing }) => standing.at === 'marked' && !standing.isFresh)) {
        return { do: 'read-properties', names: [property] };
      }
      const there = options[property] ?? [];
      const added = things.flatMap((thing, index) => (thing.kind === 'option' ? [{ ...thing.definition, displayOrder: there.length + index }] : []));
      return { do: 'replace-options', property, options: [...there, ...added] };
    }
  }
}

function itemsAt(state: SchemaState, at: SchemaStanding['at']): readonly SchemaItem[] {
  return state.items.filter((item) => item.standing.at === at);
}
