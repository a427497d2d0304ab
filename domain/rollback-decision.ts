/** What undoing does to one record, decided from what stands in the portal: only what this run stamped is touched, and what people changed since is theirs. */
import type { NullableValues, PortalRecord } from './batch-state';
import { mergedInto } from './merged-record';
import type { ObjectType } from './object-type';
import { changedSince, filledInSince } from './property-history';
import type { HistoryEntry } from './property-history';
import { STAMP_PROPERTY, originFromStamp } from './provenance';
import type { Histories, RecordToUndo, RollbackContext, UndoDecision, UndoStanding } from './rollback-state';
import { isBlank, meansTheSame } from './value-comparison';

/** Moves forward only: to go back it is cleared in one request and set in the next (HubSpot, life cycle stage, 2026-09). */
const LIFE_CYCLE = 'lifecyclestage';

/**
 * What the portal fills in by itself as a record is created: no reason to read its history. A new contact was observed to become a `lead` (2026); another default
 * costs a look at the history and protects nothing either. `createdate` is writable in some portals.
 */
const FILLED_AT_CREATION: Readonly<Partial<Record<ObjectType, Readonly<Record<string, string>>>>> = { contacts: { [LIFE_CYCLE]: 'lead' } };
const SET_BY_THE_PORTAL: ReadonlySet<string> = new Set(['createdate']);

export function decideUndo(context: RollbackContext, record: RecordToUndo, found: PortalRecord): UndoStanding {
  const stampedAs = originFromStamp(found.properties[STAMP_PROPERTY], context.run);
  if (stampedAs === null) {
    const wasRestored = record.undo === 'sent' && record.origin === 'm';
    return outcome(record, wasRestored ? 'restored' : 'kept', wasRestored ? null : 'not-ours');
  }
  // What people merged into it would go with it, and cannot be taken apart again.
  if (record.origin === 'c' && mergedInto(found).length > 0) {
    return outcome(record, 'kept', 'merged-since');
  }
  const differing = [...differingProperties(context, record, found.properties), ...filledInProperties(context, record, found.properties)];
  if (differing.length > 0 && context.edited === 'keep') {
    return { at: 'suspect', found: found.properties, differing };
  }
  return record.origin === 'c' ? { at: 'to-archive', decision: archiveDecision(context, record) } : { at: 'decided', decision: restoreDecision(context, record, found.properties, []) };
}

export function decideByHistory(context: RollbackContext, record: RecordToUndo, suspect: Extract<UndoStanding, { at: 'suspect' }>, histories: Histories): UndoStanding {
  const history = (name: string): readonly HistoryEntry[] => histories[record.targetId]?.[name] ?? [];
  const byPerson = suspect.differing.filter((name) => {
    const kind = { name, type: context.propertyTypes[name] ?? 'string' };
    if (!isWritten(record, name)) {
      return filledInSince(history(name), history(STAMP_PROPERTY)) === 'person';
    }
    return changedSince(history(name), record.postImage?.[name] ?? null, (left, right) => meansTheSame(kind, left, right)) === 'person';
  });
  if (record.origin === 'm') {
    return { at: 'decided', decision: restoreDecision(context, record, suspect.found, byPerson) };
  }
  return byPerson.length > 0 ? outcome(record, 'kept', 'edited-since') : { at: 'to-archive', decision: archiveDecision(context, record) };
}

export function outcome({ ordinal }: RecordToUndo, state: 'restored' | 'archived' | 'kept' | 'gone' | 'failed', code: string | null): UndoStanding {
  return { at: 'outcome', settlement: { ordinal, state, code } };
}

function differingProperties({ keyProperty, propertyTypes, uniqueProperties }: RollbackContext, { undo, origin, preImage, postImage }: RecordToUndo, found: NullableValues): readonly string[] {
  return Object.entries(postImage ?? {}).flatMap(([name, ours]) => {
    const kind = { name, type: propertyTypes[name] ?? 'string' };
    const isOurs = meansTheSame(kind, found[name], ours);
    // An attempt before this one may have cleared or restored it already.
    const isUndoneAlready = undo === 'sent' && (origin === 'c' ? uniqueProperties.includes(name) && isBlank(found[name]) : meansTheSame(kind, found[name], preImage?.[name]));
    return isOurs || isUndoneAlready || name === STAMP_PROPERTY || name === keyProperty ? [] : [name];
  });
}

/** Values of a created record in properties that we never wrote. A matched record keeps those whatever happens. */
function filledInProperties({ objectType, writableProperties }: RollbackContext, record: RecordToUndo, found: NullableValues): readonly string[] {
  if (record.origin !== 'c') {
    return [];
  }
  const isDefault = (name: string): boolean => SET_BY_THE_PORTAL.has(name) || (found[name] ?? null) === FILLED_AT_CREATION[objectType]?.[name];
  return writableProperties.filter((name) => !isWritten(record, name) && !isBlank(found[name]) && !isDefault(name));
}

/** By this run: its value, or what stood there before, is known. */
export function isWritten({ preImage, postImage }: RecordToUndo, name: string): boolean {
  return Object.hasOwn(postImage ?? {}, name) || Object.hasOwn(preImage ?? {}, name);
}

function archiveDecision({ uniqueProperties, keyProperty }: RollbackContext, { postImage }: RecordToUndo): UndoDecision {
  const written = Object.keys(postImage ?? {});
  const toClear = uniqueProperties.filter((name) => name === keyProperty || written.includes(name));
  return { steps: [Object.fromEntries(toClear.map((name) => [name, '']))], then: 'archive', code: null };
}

function restoreDecision({ propertyTypes }: RollbackContext, { preImage, postImage }: RecordToUndo, found: NullableValues, keep: readonly string[]): UndoDecision {
  const restored = Object.keys(postImage ?? {}).filter((name) => {
    const before = preImage?.[name] ?? null;
    return !keep.includes(name) && (name === STAMP_PROPERTY || !meansTheSame({ name, type: propertyTypes[name] ?? 'string' }, found[name], before));
  });
  const values = Object.fromEntries(restored.map((name) => [name, preImage?.[name] ?? '']));
  const goesBack = !isBlank(values[LIFE_CYCLE]);
  return { steps: [...(goesBack ? [{ [LIFE_CYCLE]: '' }] : []), values], then: 'nothing', code: keep.length > 0 ? 'partly-edited-since' : null };
}
