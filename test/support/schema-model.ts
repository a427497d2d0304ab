/** A portal's schema in miniature, a ledger, two attempts that may run at once, and another admin. What is made and undone there is made and undone by the code that runs. */
import { labelThingName } from '../../domain/association-label';
import type { PortalLabel } from '../../domain/association-label';
import type { AssociationType } from '../../domain/object-type';
import type { PipelineDefinition, PropertyDefinition } from '../../domain/schema-plan';
import { advanceSchema, beginSchema } from '../../domain/schema-protocol';
import type { SchemaChange, SchemaCommand, SchemaEvent, SchemaName, SchemaPart, SchemaState, SchemaThing, SchemaThingState, SchemaUndoCommand, SchemaUndoEvent, SchemaUndoState } from '../../domain/schema-state';
import { advanceSchemaUndo, beginSchemaUndo } from '../../domain/schema-undo-protocol';
import { explore } from './explorer';
import type { Exploration, Transition } from './explorer';
import type { ModelWithParts } from './mutants';

const RUN = 'acme.2';

/** Who made it is the portal's secret: the laws know it, the code does not. */
type Maker = 'run' | 'other';
interface PortalProperty {
  readonly by: Maker;
  readonly archived: boolean;
  readonly description: string;
  readonly type: string;
  readonly unique: boolean;
  readonly options: Readonly<Record<string, { readonly label: string; readonly by: Maker }>>;
}
interface PortalSchema {
  readonly groups: Readonly<Record<string, { readonly label: string; readonly by: Maker }>>;
  readonly properties: Readonly<Record<string, PortalProperty>>;
  readonly pipelines: Readonly<Record<string, { readonly by: Maker }>>;
  /** By `association type:label`. A label that is made anew gets another type. */
  readonly labels: Readonly<Record<string, { readonly by: Maker; readonly typeId: number }>>;
  readonly labelsMade: number;
  /** Values that records hold. */
  readonly held: readonly string[];
}
interface Intent extends SchemaName {
  readonly state: SchemaThingState;
  readonly associationKind: string | null;
}
type Slot = { readonly doing: 'apply'; readonly machine: SchemaState } | { readonly doing: 'undo'; readonly machine: SchemaUndoState };
interface World {
  readonly portal: PortalSchema;
  readonly intents: readonly Intent[];
  readonly slots: readonly Slot[];
  readonly phase: 'apply' | 'applied' | 'refused' | 'undo' | 'end';
  /** Calls of a process that died, still on their way. */
  readonly late: readonly SchemaCommand[];
  readonly faultsLeft: number;
  readonly overlapsLeft: number;
  readonly editsLeft: readonly string[];
  readonly edited: string | null;
}

/** Every part can be replaced by a wrong one: `test/support/schema-mutants.ts`. */
export interface SchemaParts {
  begin: typeof beginSchema;
  advance: typeof advanceSchema;
  beginUndo: typeof beginSchemaUndo;
  advanceUndo: typeof advanceSchemaUndo;
  intend: (intents: readonly Intent[], things: readonly SchemaThing[]) => readonly Intent[];
  settle: (intents: readonly Intent[], changes: readonly SchemaChange[]) => { readonly intents: readonly Intent[]; readonly changed: readonly SchemaName[] };
}

export interface SchemaScene {
  readonly name: string;
  readonly part: SchemaPart;
  readonly portal: PortalSchema;
  readonly edits: readonly string[];
  readonly faults: number;
  readonly overlaps: number;
}

const isSame = (one: SchemaName, other: SchemaName): boolean => one.kind === other.kind && one.name === other.name;
const without = <T>(all: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> => Object.fromEntries(Object.entries(all).filter(([each]) => each !== name));

const RIGHT: SchemaParts = {
  begin: beginSchema,
  advance: advanceSchema,
  beginUndo: beginSchemaUndo,
  advanceUndo: advanceSchemaUndo,
  intend: (intents, things) => [...intents, ...things.filter((thing) => !intents.some((intent) => isSame(intent, thing))).map(({ kind, name }): Intent => ({ kind, name, state: 'intended', associationKind: null }))],
  settle: (intents, changes) => {
    const changed = changes.filter((change) => intents.some((intent) => isSame(intent, change) && change.from.includes(intent.state)));
    const changeOf = (intent: Intent): SchemaChange | undefined => changed.find((change) => isSame(change, intent));
    return { intents: intents.map((intent) => ({ ...intent, state: changeOf(intent)?.to ?? intent.state, associationKind: changeOf(intent)?.associationKind ?? intent.associationKind })), changed: changed.map(({ kind, name }) => ({ kind, name })) };
  },
};

// ---------------------------------------------------------------- the portal

const toDefinition = (name: string, { description, type, unique, options, archived }: PortalProperty) => ({
  name, label: name, description, groupName: 'g', type, fieldType: 'text', hasUniqueValue: unique, archived,
  options: Object.entries(options).map(([value, { label }], displayOrder) => ({ value, label, displayOrder, hidden: false })),
});

const withLabel = (portal: PortalSchema, name: string, by: Maker): PortalSchema => ({ ...portal, labels: { ...portal.labels, [name]: { by, typeId: portal.labelsMade + 1 } }, labelsMade: portal.labelsMade + 1 });

function writeTo(portal: PortalSchema, command: SchemaCommand): { readonly portal: PortalSchema; readonly event: SchemaEvent } {
  switch (command.do) {
    case 'create-group': {
      const { name, label } = command.definition;
      return portal.groups[name] === undefined ? { portal: { ...portal, groups: { ...portal.groups, [name]: { label, by: 'run' } } }, event: { on: 'made', answer: 'created' } } : { portal, event: { on: 'made', answer: 'existed' } };
    }
    case 'create-pipeline': {
      const { pipelineId } = command.definition;
      return portal.pipelines[pipelineId] === undefined ? { portal: { ...portal, pipelines: { ...portal.pipelines, [pipelineId]: { by: 'run' } } }, event: { on: 'made', answer: 'created' } } : { portal, event: { on: 'made', answer: 'existed' } };
    }
    case 'create-label': {
      const name = labelThingName(command.definition);
      // Which answer a label gets that is there already is not documented.
      return portal.labels[name] === undefined ? { portal: withLabel(portal, name, 'run'), event: { on: 'label-made', answer: { created: name.endsWith('Donor') ? `USER_DEFINED:${portal.labelsMade + 1}` : null } } } : { portal, event: { on: 'label-made', answer: { refused: { correlationId: null } } } };
    }
    case 'create-properties': {
      const existed = command.definitions.filter(({ name }) => portal.properties[name]?.archived === false).map(({ name }) => name);
      const made = command.definitions.filter(({ name }) => !existed.includes(name));
      // An archived name comes back as the old property, whatever was asked for (HubSpot, live run of 2026-09-29).
      const properties = Object.fromEntries(made.map(({ name, description, type, hasUniqueValue, options }): [string, PortalProperty] => {
        const old = portal.properties[name];
        return [name, old === undefined ? { by: 'run', archived: false, description, type, unique: hasUniqueValue, options: Object.fromEntries(options.map(({ value, label }) => [value, { label, by: 'run' as const }])) } : { ...old, archived: false, by: 'run' }];
      }));
      return { portal: { ...portal, properties: { ...portal.properties, ...properties } }, event: { on: 'properties-made', answer: { created: made.map(({ name }) => name), existed, refused: [] } } };
    }
    case 'replace-options': {
      const property = portal.properties[command.property]!;
      return { portal: { ...portal, properties: { ...portal.properties, [command.property]: { ...property, options: Object.fromEntries(command.options.map(({ value, label }) => [value, property.options[value] ?? { label, by: 'run' as const }])) } } }, event: { on: 'made', answer: 'created' } };
    }
    default:
      throw new Error(`${command.do} writes nothing`);
  }
}

const readGroups = ({ groups }: PortalSchema) => Object.entries(groups).map(([name, { label }]) => ({ name, label }));
const readProperties = ({ properties }: PortalSchema, names: readonly string[]) => Object.entries(properties).filter(([name, { archived }]) => names.includes(name) && !archived).map(([name, property]) => toDefinition(name, property));
const readPipelines = ({ pipelines }: PortalSchema): PipelineDefinition[] => Object.keys(pipelines).map((pipelineId) => ({ pipelineId, label: pipelineId, displayOrder: 0, stages: [] }));

const readLabels = ({ labels }: PortalSchema, associationType: AssociationType): PortalLabel[] => Object.entries(labels).filter(([name]) => name.startsWith(`${associationType}:`)).map(([name, { typeId }]) => ({ label: name.slice(name.indexOf(':') + 1), kind: `USER_DEFINED:${typeId}` }));

// ---------------------------------------------------------------- what can happen

function nextOf(parts: SchemaParts, scene: SchemaScene, world: World): Transition<World>[] {
  const { slots, phase, faultsLeft, overlapsLeft, late } = world;
  const found: Transition<World>[] = [];
  const add = (label: string, change: Partial<World>): void => void found.push({ label, state: { ...world, ...change } });
  if ((phase === 'apply' || phase === 'undo') && (slots.length === 0 || (slots.length === 1 && overlapsLeft > 0))) {
    const context = { run: RUN, objectType: scene.part.objectType, groupLabels: { g: 'Ours' }, optionLabels: { 'choice:a': 'a' }, records: {}, associations: {} };
    const slot: Slot = phase === 'apply' ? { doing: 'apply', machine: parts.begin(RUN, scene.part).state } : { doing: 'undo', machine: parts.beginUndo(context, world.intents).state };
    add(`an attempt to ${phase} begins`, { slots: [...slots, slot], overlapsLeft: overlapsLeft - slots.length });
  }
  // A person may stop a run at any time; what is under way is waited for.
  if ((phase === 'applied' || phase === 'refused' || (phase === 'apply' && world.intents.length > 0)) && slots.length === 0 && late.length === 0) {
    add('rollback begins', { phase: 'undo' });
  }
  slots.forEach((slot, index) => {
    const put = (next: Slot | null): readonly Slot[] => (next === null ? slots.filter((_, place) => place !== index) : slots.map((each, place) => (place === index ? next : each)));
    found.push(...(slot.doing === 'apply' ? stepsOf(parts, world, slot.machine, put, `attempt ${index + 1}`) : undoStepsOf(parts, world, slot.machine, put, `attempt ${index + 1}`)));
    if (faultsLeft > 0) {
      add(`attempt ${index + 1} dies before ${slot.machine.asked.do}`, { slots: put(null), faultsLeft: faultsLeft - 1 });
    }
  });
  late.forEach((command, index) => add(`a late ${command.do} lands`, { portal: writeTo(world.portal, command).portal, late: late.filter((_, place) => place !== index) }));
  for (const edit of phase === 'end' ? [] : world.editsLeft) {
    const portal = editAsAdmin(world, edit);
    if (portal !== null) {
      add(`an admin: ${edit}`, { portal, editsLeft: [], edited: edit });
    }
  }
  return found;
}

function stepsOf(parts: SchemaParts, world: World, machine: SchemaState, put: (next: Slot | null) => readonly Slot[], who: string): Transition<World>[] {
  const { asked } = machine;
  const found: Transition<World>[] = [];
  const add = (label: string, change: Partial<World>): void => void found.push({ label: `${who}: ${label}`, state: { ...world, ...change } });
  const told = (event: SchemaEvent): readonly Slot[] => put({ doing: 'apply', machine: parts.advance(machine, event).state });
  const { portal, intents } = world;
  switch (asked.do) {
    case 'done':
      add('ends well', { slots: put(null), phase: world.phase === 'apply' ? 'applied' : world.phase });
      return found;
    case 'rethrow':
      add('fails', { slots: put(null) });
      return found;
    case 'fail':
      add(`fails with ${asked.failure.code}`, { slots: put(null), phase: asked.failure.type === 'PlanError' && world.phase === 'apply' ? 'refused' : world.phase });
      return found;
    case 'intend': {
      const intended = parts.intend(intents, asked.things);
      add('intend', { intents: intended, slots: told({ on: 'intended', states: intended }) });
      return found;
    }
    case 'check-quota':
      add('check-quota', { slots: told({ on: 'quota-suffices' }) });
      return found;
    case 'read-groups':
      add('read groups', { slots: told({ on: 'groups-read', groups: readGroups(portal) }) });
      return found;
    case 'read-properties':
      add('read properties', { slots: told({ on: 'properties-read', properties: readProperties(portal, asked.names) }) });
      return found;
    case 'read-pipelines':
      add('read pipelines', { slots: told({ on: 'pipelines-read', pipelines: readPipelines(portal) }) });
      return found;
    case 'read-labels':
      add('read labels', { slots: told({ on: 'labels-read', labels: readLabels(portal, asked.associationType) }) });
      return found;
    case 'settle': {
      const settled = parts.settle(intents, asked.changes);
      add(`settle ${asked.changes.map(({ name, to }) => `${name} ${to}`).join()}`, { intents: settled.intents, slots: told({ on: 'settled', changed: settled.changed }) });
      return found;
    }
    default: {
      const done = writeTo(portal, asked);
      add(asked.do, { portal: done.portal, slots: told(done.event) });
      if (world.faultsLeft > 0) {
        const faultsLeft = world.faultsLeft - 1;
        add(`${asked.do}, request lost`, { slots: told({ on: 'no-answer' }), faultsLeft });
        add(`${asked.do}, answer lost`, { portal: done.portal, slots: told({ on: 'no-answer' }), faultsLeft });
        add(`${asked.do}, declined`, { slots: told({ on: 'not-carried-out' }), faultsLeft });
        add(`${asked.do}, and dies`, { portal: done.portal, slots: put(null), faultsLeft });
        // A list of options on its way replaces whatever is there when it lands: no client can close that.
        if (asked.do !== 'replace-options') {
          add(`${asked.do} goes out, and dies`, { slots: put(null), late: [...world.late, asked], faultsLeft });
        }
      }
      return found;
    }
  }
}

function undoStepsOf(parts: SchemaParts, world: World, machine: SchemaUndoState, put: (next: Slot | null) => readonly Slot[], who: string): Transition<World>[] {
  const found: Transition<World>[] = [];
  const add = (label: string, change: Partial<World>): void => void found.push({ label: `${who}: ${label}`, state: { ...world, ...change } });
  if (machine.asked.do === 'done') {
    add('ends well', { slots: put(null), phase: 'end' });
    return found;
  }
  const effect = undoEffect(parts, world, machine.asked);
  add(machine.asked.do, { portal: effect.portal, intents: effect.intents, slots: put({ doing: 'undo', machine: parts.advanceUndo(machine, effect.event).state }) });
  if (world.faultsLeft > 0 && (machine.asked.do === 'archive' || machine.asked.do === 'archive-label' || machine.asked.do === 'replace-options')) {
    add(`${machine.asked.do}, and dies`, { portal: effect.portal, slots: put(null), faultsLeft: world.faultsLeft - 1 });
  }
  return found;
}

function undoEffect(parts: SchemaParts, { portal, intents }: World, command: Exclude<SchemaUndoCommand, { do: 'done' }>): { readonly portal: PortalSchema; readonly intents: readonly Intent[]; readonly event: SchemaUndoEvent } {
  switch (command.do) {
    case 'check-quota':
      return { portal, intents, event: { on: 'quota-suffices' } };
    case 'read-groups':
      return { portal, intents, event: { on: 'groups-read', groups: readGroups(portal) } };
    case 'read-properties':
      return { portal, intents, event: { on: 'properties-read', properties: readProperties(portal, command.names) } };
    case 'read-pipelines':
      return { portal, intents, event: { on: 'pipelines-read', pipelines: readPipelines(portal) } };
    case 'read-labels':
      return { portal, intents, event: { on: 'labels-read', labels: readLabels(portal, command.associationType) } };
    case 'read-holders':
      return { portal, intents, event: { on: 'holders-read', held: command.values.filter((value) => portal.held.includes(value)) } };
    case 'settle': {
      const settled = parts.settle(intents, command.changes);
      return { portal, intents: settled.intents, event: { on: 'settled', changed: settled.changed } };
    }
    case 'replace-options':
      return { portal: writeTo(portal, command).portal, intents, event: { on: 'options-replaced' } };
    case 'archive':
      return { ...archive(portal, command), intents };
    case 'archive-label': {
      const [name] = Object.entries(portal.labels).find(([each, { typeId }]) => each.startsWith(`${command.associationType}:`) && `USER_DEFINED:${typeId}` === command.kind) ?? [];
      return { portal: name === undefined ? portal : { ...portal, labels: without(portal.labels, name) }, intents, event: { on: 'archived', answer: name === undefined ? 'absent' : 'archived' } };
    }
  }
}

function archive(portal: PortalSchema, { kind, name }: Extract<SchemaUndoCommand, { do: 'archive' }>): { readonly portal: PortalSchema; readonly event: SchemaUndoEvent } {
  const answered = (answer: 'archived' | 'in-use' | 'absent', after: PortalSchema = portal): { readonly portal: PortalSchema; readonly event: SchemaUndoEvent } => ({ portal: after, event: { on: 'archived', answer } });
  switch (kind) {
    case 'group': {
      const isUsed = Object.values(portal.properties).some(({ archived }) => !archived);
      return portal.groups[name] === undefined ? answered('absent') : isUsed ? answered('in-use') : answered('archived', { ...portal, groups: without(portal.groups, name) });
    }
    case 'property': {
      const property = portal.properties[name];
      return property === undefined || property.archived ? answered('absent') : answered('archived', { ...portal, properties: { ...portal.properties, [name]: { ...property, archived: true } } });
    }
    case 'pipeline':
      return portal.pipelines[name] === undefined ? answered('absent') : answered('archived', { ...portal, pipelines: without(portal.pipelines, name) });
  }
}

/**
 * Of what carries no mark (groups, pipelines, labels, options) an admin's twin cannot be told from ours while ours is in doubt or just taken away, nor what is made in the gap between a look
 * and the call that rests on it: there no twin is made. Null where the edit cannot be made now.
 */
function editAsAdmin({ portal, intents, slots, late }: World, edit: string): PortalSchema | null {
  const [verb, name = '', more = ''] = edit.split('|');
  const stateOf = (kind: string, thing: string): SchemaThingState => intents.find((intent) => intent.kind === kind && intent.name === thing)?.state ?? 'intended';
  const isAtWork = (kind: string, thing: string): boolean => late.length > 0 || slots.some(({ doing, machine }) => (doing === 'apply'
    ? machine.items.some((item) => item.thing.kind === kind && item.thing.name === thing && (item.standing.at === 'to-send' || item.standing.at === 'marked'))
    : machine.items.some((item) => item.kind === kind && item.name === thing && (item.standing.at === 'to-remove' || item.standing.at === 'marked'))));
  const isGoing = (kind: string, thing: string): boolean => slots.some(({ doing }) => doing === 'undo') && isAtWork(kind, thing);
  const mayTwin = (kind: string, thing: string): boolean => (stateOf(kind, thing) === 'intended' || stateOf(kind, thing) === 'undone') && !isAtWork(kind, thing);
  const isReplacing = slots.some(({ machine }) => machine.asked.do === 'replace-options');
  switch (verb) {
    case 'group': {
      const isTwin = more === 'Ours';
      return portal.groups[name] !== undefined || (isTwin ? !mayTwin('group', name) : isGoing('group', name)) ? null : { ...portal, groups: { ...portal.groups, [name]: { label: more, by: 'other' } } };
    }
    case 'pipeline':
      return portal.pipelines[name] !== undefined || !mayTwin('pipeline', name) ? null : { ...portal, pipelines: { ...portal.pipelines, [name]: { by: 'other' } } };
    case 'label':
      return portal.labels[name] !== undefined || !mayTwin('label', name) ? null : withLabel(portal, name, 'other');
    case 'property': {
      const made: PortalProperty = { by: 'other', archived: false, description: 'Somebody’s own', type: more === 'number' ? 'number' : more === 'choice' ? 'enumeration' : 'string', unique: more === 'unique', options: {} };
      return portal.properties[name]?.archived === false || portal.properties[name]?.by === 'other' || isGoing('property', name) ? null : { ...portal, properties: { ...portal.properties, [name]: made } };
    }
    case 'option': {
      const property = portal.properties[name];
      const isTwin = more === 'a';
      if (property === undefined || property.archived || property.options[more] !== undefined || isReplacing || (isTwin && !mayTwin('option', `${name}:${more}`))) {
        return null;
      }
      return { ...portal, properties: { ...portal.properties, [name]: { ...property, options: { ...property.options, [more]: { label: more, by: 'other' } } } } };
    }
    case 'use':
      return portal.properties.choice?.options[name] === undefined || slots.some(({ doing }) => doing === 'undo') ? null : { ...portal, held: [...portal.held, name] };
    default:
      throw new Error(`no such edit: ${edit}`);
  }
}

// ---------------------------------------------------------------- laws

export const SCHEMA_LAWS = [
  'intent before making',
  'nothing of others is changed or goes',
  'what we made counts as created, what others made as existed',
  'what the plan needs is there at the end, or a PlanError says that others hold its name',
  'rollback leaves nothing of ours but what records hold',
  'nothing is in doubt at the end',
] as const;

interface LiveThing extends SchemaName {
  readonly by: Maker;
}

function liveThings({ groups, properties, pipelines, labels }: PortalSchema): readonly LiveThing[] {
  return [
    ...Object.entries(groups).map(([name, { by }]): LiveThing => ({ kind: 'group', name, by })),
    ...Object.entries(pipelines).map(([name, { by }]): LiveThing => ({ kind: 'pipeline', name, by })),
    ...Object.entries(labels).map(([name, { by }]): LiveThing => ({ kind: 'label', name, by })),
    ...Object.entries(properties).filter(([, { archived }]) => !archived).flatMap(([name, { by, options }]): LiveThing[] => [{ kind: 'property', name, by }, ...(by === 'other' ? Object.entries(options).map(([value, option]): LiveThing => ({ kind: 'option', name: `${name}:${value}`, by: option.by })) : [])]),
  ];
}

function lawOf(scene: SchemaScene, world: World): string | null {
  const { portal, intents, phase, slots, late, edited } = world;
  const live = liveThings(portal);
  const stateOf = (thing: SchemaName): SchemaThingState | undefined => intents.find((intent) => isSame(intent, thing))?.state;
  const unintended = live.find((thing) => thing.by === 'run' && (stateOf(thing) === undefined || stateOf(thing) === 'intended'));
  if (unintended !== undefined) {
    return `${unintended.kind} ${unintended.name} was made, and the ledger does not know of it`;
  }
  const theirs = liveThings(scene.portal).filter(({ by }) => by === 'other');
  const gone = [...theirs, ...(edited === null ? [] : thingsOf(edited))].find((thing) => !live.some((each) => isSame(each, thing) && each.by === 'other'));
  if (gone !== undefined) {
    return `${gone.kind} ${gone.name} of somebody else went`;
  }
  if (portal.held.some((value) => portal.properties.choice?.options[value] === undefined)) {
    return 'an option that records hold went';
  }
  const isQuiet = slots.length === 0 && late.length === 0;
  if ((phase === 'applied' || phase === 'refused') && isQuiet) {
    for (const thing of live) {
      const state = stateOf(thing);
      if (state !== undefined && thing.by === 'other' && state === 'created') {
        return `${thing.kind} ${thing.name} is somebody else’s, and counts as created`;
      }
      if (state === 'existed' && thing.by === 'run') {
        return `${thing.kind} ${thing.name} is ours, and counts as there before`;
      }
    }
  }
  if (phase === 'applied' && isQuiet) {
    // An option that was intended and never sent is nobody's: somebody else may have added it since.
    const open = intents.find(({ kind, state }) => state !== 'created' && state !== 'existed' && !(kind === 'option' && state === 'intended'));
    if (open !== undefined) {
      return `${open.kind} ${open.name} is in doubt at the end`;
    }
    const missing = scene.part.things.find((thing) => !live.some((each) => isSame(each, thing)));
    if (missing !== undefined) {
      return `${missing.kind} ${missing.name} is not there at the end`;
    }
    const misfit = scene.part.things.find((thing) => thing.kind === 'property' && !fits(thing.definition, portal.properties[thing.name]!));
    if (misfit !== undefined) {
      return `${misfit.name} is not what the plan needs`;
    }
  }
  if (phase === 'refused' && !live.some(({ by }) => by === 'other')) {
    return 'a PlanError, and nobody else made anything';
  }
  if (phase === 'end' && isQuiet) {
    const left = live.find((thing) => thing.by === 'run' && stateOf(thing) !== 'kept');
    if (left !== undefined) {
      return `${left.kind} ${left.name} of ours is left after the rollback`;
    }
    const kept = intents.find((intent) => intent.state === 'kept' && intent.kind !== 'group' && !live.some((thing) => isSame(thing, intent) && thing.by === 'other') && !(intent.kind === 'option' && portal.held.includes(intent.name.split(':')[1] ?? '')));
    if (kept !== undefined) {
      return `${kept.kind} ${kept.name} was kept for no reason`;
    }
    const open = intents.find(({ state }) => state === 'sent' || state === 'sent-again' || state === 'removing' || state === 'created');
    if (open !== undefined) {
      return `${open.kind} ${open.name} is in doubt after the rollback`;
    }
  }
  return null;
}

function fits({ type, hasUniqueValue, options }: PropertyDefinition, found: PortalProperty): boolean {
  return found.type === type && (found.unique || !hasUniqueValue) && options.every(({ value }) => found.options[value] !== undefined);
}

function thingsOf(edit: string): readonly SchemaName[] {
  const [verb, name = '', more = ''] = edit.split('|');
  switch (verb) {
    case 'group':
    case 'property':
    case 'pipeline':
    case 'label':
      return [{ kind: verb, name }];
    default:
      return verb === 'option' ? [{ kind: 'option', name: `${name}:${more}` }] : [];
  }
}

// ---------------------------------------------------------------- models

export function schemaModel(scene: SchemaScene): ModelWithParts<SchemaParts> {
  const start: World = { portal: scene.portal, intents: [], slots: [], phase: 'apply', late: [], faultsLeft: scene.faults, overlapsLeft: scene.overlaps, editsLeft: scene.edits, edited: null };
  return {
    name: scene.name,
    parts: RIGHT,
    explore: (parts): Exploration => explore<World>({ start, next: (world) => nextOf(parts, scene, world), law: (world) => lawOf(scene, world), maxStates: 2_000_000 }),
  };
}

const aProperty = (name: string, change: Partial<PropertyDefinition> = {}): SchemaThing => ({
  kind: 'property', name, definition: { name, label: name, description: 'What for', groupName: 'g', type: 'string', fieldType: 'text', hasUniqueValue: false, options: [], ...change },
});
const group: SchemaThing = { kind: 'group', name: 'g', definition: { name: 'g', label: 'Ours' } };
const key = aProperty('key', { hasUniqueValue: true });
const choice = aProperty('choice', { type: 'enumeration', fieldType: 'select', options: [{ value: 'a', label: 'a', displayOrder: 0, hidden: false }] });
const pipeline: SchemaThing = { kind: 'pipeline', name: 'p', definition: { pipelineId: 'p', label: 'p', displayOrder: 0, stages: [] } };
const aLabel = (label: string): SchemaThing => ({ kind: 'label', name: `deals-contacts:${label}`, definition: { associationType: 'deals-contacts', label, name: label, isThere: false } });
const empty: PortalSchema = { groups: {}, properties: {}, pipelines: {}, labels: {}, labelsMade: 0, held: [] };
const theirs = (change: Partial<PortalProperty>): PortalProperty => ({ by: 'other', archived: false, description: 'Somebody’s own', type: 'string', unique: false, options: {}, ...change });
const ofAnEarlierRun = theirs({ archived: true, description: 'What for (Portage run acme.1)', unique: true });
const theirChoice = theirs({ type: 'enumeration', options: { x: { label: 'x', by: 'other' } } });

const groupAndKey: Omit<SchemaScene, 'name' | 'faults' | 'overlaps'> = {
  part: { objectType: 'contacts', things: [group, key] },
  portal: empty,
  edits: ['group|g|Theirs', 'group|g|Ours', 'property|key|unique', 'property|key|number', 'property|other|string'],
};
const revived: Omit<SchemaScene, 'name' | 'faults' | 'overlaps'> = {
  part: { objectType: 'contacts', things: [key] },
  portal: { ...empty, properties: { key: ofAnEarlierRun } },
  edits: ['property|other|string'],
};
const choices: Omit<SchemaScene, 'name' | 'faults' | 'overlaps'> = {
  part: { objectType: 'contacts', things: [choice] },
  portal: { ...empty, properties: { choice: theirChoice } },
  edits: ['option|choice|y', 'option|choice|a', 'use|a'],
};
const pipelines: Omit<SchemaScene, 'name' | 'faults' | 'overlaps'> = { part: { objectType: 'deals', things: [pipeline] }, portal: empty, edits: ['pipeline|p'] };

const addedOption: Omit<SchemaScene, 'name' | 'faults' | 'overlaps'> = {
  part: { objectType: 'contacts', things: [{ kind: 'option', name: 'choice:a', property: 'choice', definition: { value: 'a', label: 'a', displayOrder: 1, hidden: false } }] },
  portal: { ...empty, properties: { choice: theirChoice } },
  edits: ['option|choice|y', 'option|choice|a', 'use|a'],
};
const labels: Omit<SchemaScene, 'name' | 'faults' | 'overlaps'> = {
  part: { objectType: 'deals', things: [aLabel('Influencer'), aLabel('Donor')] },
  portal: withLabel(empty, 'deals-contacts:Buyer', 'other'),
  edits: ['label|deals-contacts:Influencer', 'label|deals-contacts:Other'],
};

const bounds = [{ faults: 2, overlaps: 0, how: 'two faults' }, { faults: 1, overlaps: 1, how: 'two attempts at once' }];
export const SCHEMA_SCENES: readonly SchemaScene[] = [
  ...bounds.map(({ how, ...bound }) => ({ ...groupAndKey, ...bound, part: bound.overlaps === 0 ? groupAndKey.part : { ...groupAndKey.part, things: [group] }, edits: bound.overlaps === 0 ? groupAndKey.edits : ['group|g|Theirs', 'group|g|Ours'], name: bound.overlaps === 0 ? `schema: a group and the key, ${how}` : `schema: a group, ${how}` })),
  ...bounds.map(({ how, ...bound }) => ({ ...revived, ...bound, name: `schema: a key that a rollback archived, ${how}` })),
  ...bounds.map(({ how, ...bound }) => ({ ...choices, ...bound, edits: bound.overlaps === 0 ? choices.edits : ['option|choice|y'], name: `schema: an option for somebody’s property, ${how}` })),
  ...bounds.map(({ how, ...bound }) => ({ ...addedOption, ...bound, edits: bound.overlaps === 0 ? addedOption.edits : ['option|choice|y'], name: `schema: an option that the file adds, ${how}` })),
  ...bounds.map(({ how, ...bound }) => ({ ...labels, ...bound, part: bound.overlaps === 0 ? labels.part : { ...labels.part, things: [aLabel('Influencer')] }, name: `schema: labels, ${how}` })),
  ...bounds.map(({ how, ...bound }) => ({ ...pipelines, ...bound, name: `schema: a pipeline, ${how}` })),
];
