/** Carries out the commands of the protocols that make and undo schema. It decides nothing. */
import type { CallContext, TargetConnector } from '../connectors/connector';
import { wasCertainlyNotCarriedOut } from '../domain/call-certainty';
import { MigrationError } from '../domain/migration-error';
import { ASSOCIATION_ENDS } from '../domain/object-type';
import type { AssociationType, ObjectType } from '../domain/object-type';
import { advanceSchema, beginSchema } from '../domain/schema-protocol';
import type { SchemaCommand, SchemaEvent, SchemaFailure, SchemaPart, SchemaThingToUndo, SchemaUndoCommand, SchemaUndoContext, SchemaUndoEvent, SchemaUndoWord } from '../domain/schema-state';
import { advanceSchemaUndo, beginSchemaUndo } from '../domain/schema-undo-protocol';
import type { FencedLedger } from '../ledger/ledger';

// 100 inputs a batch read: HubSpot CRM objects API, 2026-09.
const MAX_RECORDS_A_READ = 100;
/** Before any record of any portal. */
const THE_BEGINNING = '2000-01-01T00:00:00.000Z';

const WRITES: ReadonlySet<SchemaCommand['do']> = new Set<SchemaCommand['do']>(['create-group', 'create-properties', 'create-pipeline', 'create-label', 'replace-options']);

export interface SchemaHands {
  readonly ledger: FencedLedger;
  readonly target: TargetConnector;
  readonly call: CallContext;
  readonly run: string;
  readonly assertQuota: () => Promise<void>;
}

/** @throws PlanError where the portal refuses or holds something else under a name of the plan; else TransientError `in-doubt` or the error of the call that failed */
export async function carryOutSchema(hands: SchemaHands, part: SchemaPart): Promise<void> {
  let failure: unknown = null;
  let { state, command } = beginSchema(hands.run, part);
  while (command.do !== 'done') {
    if (command.do === 'rethrow') {
      throw failure;
    }
    if (command.do === 'fail') {
      throw toError(part.objectType, command.failure);
    }
    let event: SchemaEvent;
    try {
      event = await carryOut(hands, part.objectType, command);
    } catch (error) {
      if (!WRITES.has(command.do)) {
        throw error;
      }
      failure = error;
      event = wasCertainlyNotCarriedOut(error) ? { on: 'not-carried-out' } : { on: 'no-answer' };
    }
    ({ state, command } = advanceSchema(state, event));
  }
}

function toError(objectType: ObjectType, { type, code, kind, name, correlationId }: SchemaFailure): MigrationError {
  const place = `${kind} ${name} of ${objectType}`;
  return type === 'TransientError'
    ? new MigrationError(type, `What became of ${place} is not known yet; it is looked up again.`, { code, mayHaveLanded: true })
    : new MigrationError(type, `The portal does not have ${place} as the plan needs it: ${code}${correlationId === null ? '' : ` [correlation id ${correlationId}]`}. Rename or remove what is there, or mend the mapping, then plan again.`, { code });
}

type Working<Command extends { readonly do: string }> = Exclude<Command, { do: 'done' | 'rethrow' | 'fail' }>;

async function carryOut({ ledger, target, call, run, assertQuota }: SchemaHands, objectType: ObjectType, command: Working<SchemaCommand>): Promise<SchemaEvent> {
  switch (command.do) {
    case 'intend':
      return { on: 'intended', states: await ledger.schema.intend(run, objectType, command.things) };
    case 'check-quota':
      await assertQuota();
      return { on: 'quota-suffices' };
    case 'read-groups':
      return { on: 'groups-read', groups: await target.readPropertyGroups(objectType, call) };
    case 'read-properties':
      return { on: 'properties-read', properties: await target.readProperties(objectType, command.names, call) };
    case 'read-pipelines':
      return { on: 'pipelines-read', pipelines: await target.readPipelines(objectType, call) };
    case 'read-labels':
      return { on: 'labels-read', labels: await readLabels(target, command.associationType, call) };
    case 'settle':
      return { on: 'settled', changed: await ledger.schema.settle(run, objectType, command.changes) };
    case 'create-group':
      return { on: 'made', answer: await target.createPropertyGroup(objectType, command.definition, call) };
    case 'create-properties':
      return { on: 'properties-made', answer: await target.createProperties(objectType, command.definitions, call) };
    case 'replace-options':
      await target.replaceOptions(objectType, command.property, command.options, call);
      return { on: 'made', answer: 'created' };
    case 'create-pipeline':
      return { on: 'made', answer: await target.createPipeline(objectType, command.definition, call) };
    case 'create-label': {
      const { from, to } = ASSOCIATION_ENDS[command.definition.associationType];
      return { on: 'label-made', answer: await target.createLabel(from, to, command.definition, call) };
    }
  }
}

/** A call that fails leaves its mark; the next attempt looks before it does anything. @returns what this attempt did, by word */
export async function carryOutSchemaUndo(hands: SchemaHands, context: SchemaUndoContext, things: readonly SchemaThingToUndo[]): Promise<Readonly<Record<SchemaUndoWord, number>>> {
  let { state, command } = beginSchemaUndo(context, things);
  while (command.do !== 'done') {
    ({ state, command } = advanceSchemaUndo(state, await carryOutUndo(hands, context.objectType, command)));
  }
  return command.tally;
}

async function carryOutUndo(hands: SchemaHands, objectType: ObjectType, command: Working<SchemaUndoCommand>): Promise<SchemaUndoEvent> {
  const { ledger, target, call, run, assertQuota } = hands;
  switch (command.do) {
    case 'check-quota':
      await assertQuota();
      return { on: 'quota-suffices' };
    case 'read-groups':
      return { on: 'groups-read', groups: await target.readPropertyGroups(objectType, call) };
    case 'read-properties':
      return { on: 'properties-read', properties: await target.readProperties(objectType, command.names, call) };
    case 'read-pipelines':
      return { on: 'pipelines-read', pipelines: await target.readPipelines(objectType, call) };
    case 'read-labels':
      return { on: 'labels-read', labels: await readLabels(target, command.associationType, call) };
    case 'read-holders':
      return { on: 'holders-read', held: await heldValues(hands, objectType, command) };
    case 'settle':
      return { on: 'settled', changed: await ledger.schema.settle(run, objectType, command.changes) };
    case 'archive':
      return { on: 'archived', answer: await archive(target, objectType, command, call) };
    case 'archive-label': {
      const { from, to } = ASSOCIATION_ENDS[command.associationType];
      return { on: 'archived', answer: await target.archiveLabel(from, to, command.kind, call) };
    }
    case 'replace-options':
      await target.replaceOptions(objectType, command.property, command.options, call);
      return { on: 'options-replaced' };
  }
}

function readLabels(target: TargetConnector, associationType: AssociationType, call: CallContext): ReturnType<TargetConnector['readLabels']> {
  const { from, to } = ASSOCIATION_ENDS[associationType];
  return target.readLabels(from, to, call);
}

/** Search lags behind, so whom it names is read. Where it names more than a page of it, and none of the page holds the value, there may be others: it counts as held. */
async function heldValues({ target, call }: SchemaHands, objectType: ObjectType, { property, values }: { readonly property: string; readonly values: readonly string[] }): Promise<readonly string[]> {
  const held: string[] = [];
  for (const value of values) {
    const { ids, total } = await target.searchHolding(objectType, { createdSince: THE_BEGINNING, property, value, afterId: null }, call);
    const live = [];
    for (let start = 0; start < ids.length; start += MAX_RECORDS_A_READ) {
      live.push(...(await target.readRecords(objectType, { ids: ids.slice(start, start + MAX_RECORDS_A_READ), idProperty: null, properties: [property], archived: false }, call)));
    }
    if (total > ids.length || live.some(({ properties }) => (properties[property] ?? '').split(';').includes(value))) {
      held.push(value);
    }
  }
  return held;
}

function archive(target: TargetConnector, objectType: ObjectType, { kind, name }: Extract<SchemaUndoCommand, { do: 'archive' }>, call: CallContext): Promise<'archived' | 'in-use' | 'absent'> {
  switch (kind) {
    case 'property':
      return target.archiveProperty(objectType, name, call);
    case 'pipeline':
      return target.archivePipeline(objectType, name, call);
    case 'group':
      return target.archivePropertyGroup(objectType, name, call);
  }
}

/** Runs the tasks side by side and lets all of them end before it fails with the first error: a call of a failed attempt must not be under way beside the next attempt. */
export async function allEnded<Result>(tasks: readonly (() => Promise<Result>)[]): Promise<readonly Result[]> {
  const ends = await Promise.allSettled(tasks.map((task) => task()));
  return ends.map((end) => {
    if (end.status === 'rejected') {
      throw end.reason;
    }
    return end.value;
  });
}
