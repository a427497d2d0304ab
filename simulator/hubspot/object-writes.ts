import { compactValues, valueIn } from './compact-values';
import { VendorError, validationError } from './errors';
import type { JsonObject } from '../json';
import { textOf } from '../json';
import { LIFECYCLE_STAGES } from './default-properties';
import { upperName } from './object-types';
import { isReadOnly, optionsOf, takeRecordId, type Portal, type PortalObject } from './portal';
import { missingProblems, ruleProblems } from './portal-rules';
import { checkValue, type ValueProblem } from './property-values';
import type { Actor, StoredRecord } from './record-store';

/** On whose behalf a write happens and which rules bind it. */
export interface WriteContext {
  readonly actor: Actor;
  /** Rules that admins set: those for single properties bind every API write, those for what is required bind writes on the 2026-09 paths, and none binds a person. */
  readonly adminRules: 'all' | 'single-properties' | 'none';
  readonly nulls: 'clear' | 'refuse';
}

export interface PreparedWrite {
  commit(): StoredRecord;
}

/** Values that earlier inputs of the same batch will take, so that a batch that is all or nothing sees its own collisions. */
export type ClaimedValues = Map<string, string>;

/**
 * Checks one create completely, without changing anything.
 * @throws VendorError 400 or 409 as the vendor answers it
 */
export function prepareCreate(portal: Portal, object: PortalObject, raw: JsonObject, context: WriteContext, claimed?: ClaimedValues): PreparedWrite {
  const changes = checkProperties(portal, object, raw, undefined, context);
  for (const [name, value] of changes) if (value === '') changes.delete(name);
  requireOnCreate(object, changes);
  const { pipelineProperty } = object.type;
  if (pipelineProperty && !changes.has(pipelineProperty)) {
    const first = object.pipelines.inOrder()[0];
    if (first) changes.set(pipelineProperty, first.id);
  }
  requireStageOfPipeline(portal, object, changes, undefined);
  requireUnique(portal, object, changes, undefined, context, claimed);
  return {
    commit() {
      const record = insertRecord(portal, object, changes, context.actor);
      portal.newRecords.push({ object, record });
      return record;
    },
  };
}

/** Checks one update completely. @throws VendorError as for a create */
export function prepareUpdate(portal: Portal, object: PortalObject, record: StoredRecord, raw: JsonObject, context: WriteContext, claimed?: ClaimedValues): PreparedWrite {
  const changes = checkProperties(portal, object, raw, record, context);
  requireStageOfPipeline(portal, object, changes, record);
  requireUnique(portal, object, changes, record, context, claimed);
  return {
    commit() {
      changeRecord(portal, object, record, changes, context.actor);
      return record;
    },
  };
}

export function insertRecord(portal: Portal, object: PortalObject, properties: ReadonlyMap<string, string>, actor: Actor, given: { id?: number; createdMs?: number } = {}): StoredRecord {
  const atMs = given.createdMs ?? portal.clock.nowMs();
  const values = new Map(properties);
  if (object.type.plural === 'contacts' && !values.has('lifecyclestage') && portal.switches.newContactLifecycleStage !== '') {
    values.set('lifecyclestage', portal.switches.newContactLifecycleStage);
  }
  stampLifecycle(values, atMs, object);
  const compact = compactValues(values);
  const record: StoredRecord = {
    id: given.id ?? takeRecordId(portal),
    createdMs: atMs,
    updatedMs: atMs,
    archivedMs: 0,
    values: compact,
    writes: [{ atMs, actor, changes: compact }],
  };
  object.records.insert(record);
  return record;
}

export function changeRecord(portal: Portal, object: PortalObject, record: StoredRecord, properties: ReadonlyMap<string, string>, actor: Actor): void {
  const changes = new Map([...properties].filter(([name, value]) => value !== (valueIn(record.values, name) ?? '')));
  if (movesBackward(object, valueIn(record.values, 'lifecyclestage'), changes.get('lifecyclestage'))) changes.delete('lifecyclestage');
  if (changes.size === 0) return;
  const atMs = portal.clock.nowMs();
  stampLifecycle(changes, atMs, object);
  object.records.change(record, { atMs, actor, changes: compactValues(changes) });
}

function checkProperties(portal: Portal, object: PortalObject, raw: JsonObject, record: StoredRecord | undefined, context: WriteContext): Map<string, string> {
  const problems: ValueProblem[] = [];
  const changes = new Map<string, string>();
  const given = new Map<string, string>();
  for (const [name, value] of Object.entries(raw)) {
    if (value === null && context.nulls === 'refuse') {
      throw validationError(`Invalid input JSON: the value of property ${name} must not be null`);
    }
    const text = value === null ? '' : textOf(value);
    if (text === undefined) throw new VendorError(400, { message: `Invalid input JSON on line 1, column 1: Cannot deserialize value of type \`java.lang.String\` (property ${name})` });
    given.set(name, text);
    const property = object.registry.live(name);
    if (!property) {
      problems.push({ name, code: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` });
    } else if (isReadOnly(portal, property)) {
      problems.push({ name, code: 'READ_ONLY_VALUE', message: `"${name}" is a ${property.calculated ? 'calculated' : 'read only'} property; its value cannot be set.` });
    } else {
      const checked = checkValue(property, text, record && valueIn(record.values, name), {
        optionsOf: (enumeration) => optionsOf(portal, object, enumeration),
        ownerExists: (ownerId) => portal.owners.has(ownerId) && portal.owners.get(ownerId)?.archived !== true,
      });
      if ('problem' in checked) problems.push({ name, ...checked.problem });
      else changes.set(name, checked.value);
    }
  }
  if (context.adminRules !== 'none') problems.push(...ruleProblems(portal, object, changes));
  if (context.adminRules === 'all') problems.push(...missingProblems(portal, object, given, record));
  if (problems.length > 0) throw propertiesNotValid(portal, problems);
  return changes;
}

/** HubSpot docs, "Error handling": the message repeats the problems as JSON. */
export function propertiesNotValid(portal: Portal, problems: readonly ValueProblem[]): VendorError {
  const asJson = problems.map(({ name, code, message }) => ({ isValid: false, message, error: code, name, localizedErrorMessage: message, portalId: portal.settings.portalId }));
  return new PropertiesNotValid(problems, `Property values were not valid: ${JSON.stringify(asJson)}`);
}

/** Kept apart so that a batch without trace ids can put the problems of several inputs into one answer. */
export class PropertiesNotValid extends VendorError {
  constructor(
    readonly problems: readonly ValueProblem[],
    message: string,
  ) {
    super(400, {
      message,
      errors: problems.map((problem) => ({ message: problem.message, code: problem.code, context: { propertyName: [problem.name] } })),
      category: 'VALIDATION_ERROR',
    });
  }
}

function requireOnCreate(object: PortalObject, changes: ReadonlyMap<string, string>): void {
  const { required } = object.type;
  const missing = 'allOf' in required ? required.allOf.filter((name) => !changes.has(name)) : required.oneOf.some((name) => changes.has(name)) ? [] : required.oneOf;
  if (missing.length === 0) return;
  // The vendor's documents name the requirement, not the answer's text.
  throw validationError(`Error creating ${upperName(object.type)}. Some required properties were not set.`, { context: { properties: missing } });
}

/** A stage of another pipeline is expected to be refused; the vendor's words for it are not known. */
function requireStageOfPipeline(portal: Portal, object: PortalObject, changes: ReadonlyMap<string, string>, record: StoredRecord | undefined): void {
  const { pipelineProperty, stageProperty } = object.type;
  if (!pipelineProperty || !stageProperty || !(changes.has(pipelineProperty) || changes.has(stageProperty))) return;
  const after = (name: string): string | undefined => changes.get(name) ?? (record && valueIn(record.values, name));
  const [pipelineId, stageId] = [after(pipelineProperty), after(stageProperty)];
  const pipeline = object.pipelines.pipelines.get(pipelineId ?? '');
  if (!pipeline || !stageId || pipeline.stages.some(({ id }) => id === stageId)) return;
  const allowed = pipeline.stages.map(({ id }) => id).join(', ');
  throw propertiesNotValid(portal, [{ name: stageProperty, code: 'INVALID_OPTION', message: `${stageId} was not one of the allowed options: [${allowed}]` }]);
}

function requireUnique(portal: Portal, object: PortalObject, changes: ReadonlyMap<string, string>, record: StoredRecord | undefined, context: WriteContext, claimed: ClaimedValues | undefined): void {
  for (const name of object.records.uniqueNames()) {
    const value = changes.get(name);
    if (value === undefined || value === '') continue;
    const holder = holderOf(portal, object, name, value, record);
    const claim = `${name}\n${object.records.normalised(name, value)}`;
    if (!holder && claimed?.has(claim)) throw conflict(portal, object, name, value, record?.id ?? portal.nextRecordId, undefined);
    claimed?.set(claim, value);
    if (!holder) continue;
    if (name === 'email' || record) throw conflict(portal, object, name, value, record?.id ?? 0, holder.id);
    const halfMadeId = takeRecordId(portal);
    if (portal.switches.rejectedCreateLeavesHalfMadeRecord) {
      const rest = new Map([...changes].filter(([other]) => !object.records.isUnique(other)));
      insertRecord(portal, object, rest, context.actor, { id: halfMadeId });
    }
    throw conflict(portal, object, name, value, halfMadeId, holder.id);
  }
}

/** Who holds a unique value that `record` wants, if anyone else does. */
function holderOf(portal: Portal, object: PortalObject, name: string, value: string, record: StoredRecord | undefined): StoredRecord | undefined {
  const live = object.records.holder(name, value);
  if (live) return live === record ? undefined : live;
  return portal.switches.archivedRecordsKeepUniqueValues ? object.records.holder(name, value, 'archived') : undefined;
}

function conflict(portal: Portal, object: PortalObject, name: string, value: string, recordId: number, holderId: number | undefined): VendorError {
  if (name === 'email') {
    const id = holderId === undefined ? {} : { context: { existingId: [String(holderId)] } };
    return new VendorError(409, { message: `Contact already exists.${holderId === undefined ? '' : ` Existing ID: ${holderId}`}`, category: 'CONFLICT', ...id });
  }
  const { objectTypeId } = object.type;
  const typeName = objectTypeId.startsWith('0-') ? `legacyObjectType=${upperName(object.type)}` : objectTypeId;
  return validationError(
    `Cannot set PropertyValueCoordinates{portalId=${portal.settings.portalId}, objectTypeId=ObjectTypeId{${typeName}}, propertyName=${name}, value=${value}} on ${recordId}. ${holderId ?? recordId} already has that value.`,
  );
}

/** HubSpot docs, "Lifecycle stages": forward only; a backward write is answered as if it had worked and changes nothing. */
function movesBackward(object: PortalObject, before: string | undefined, after: string | undefined): boolean {
  if (!before || !after) return false;
  const order: readonly string[] = object.registry.live('lifecyclestage')?.options.map(({ value }) => value) ?? LIFECYCLE_STAGES;
  return order.indexOf(after) < order.indexOf(before);
}

/** The vendor notes when a stage was reached: `hs_lifecyclestage_<stage>_date`. */
function stampLifecycle(changes: Map<string, string>, atMs: number, object: PortalObject): void {
  const stage = changes.get('lifecyclestage');
  const dateProperty = `hs_lifecyclestage_${stage}_date`;
  if (stage && object.registry.live(dateProperty)) changes.set(dateProperty, new Date(atMs).toISOString());
}
