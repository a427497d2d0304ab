/** The laws of writing and undoing exactly once, asked of the model of records-model: each function says what is broken, or null. */
import type { BatchState, NullableValues, Settlement } from '../../domain/batch-state';
import type { Rows } from './batch-model';
import { recordOf } from './model-portal';
import type { Landing, ModelPortal, ModelRecord, WriteInput } from './model-portal';
import { isOpen } from './rollback-model';
import type { Scene, World } from './records-model';

/** As printed beside an exploration. */
export const LAWS_OF_WRITING = [
  'no doubled record', 'no lost record', 'no wrong pair', 'nobody’s value overwritten against the rule', 'no overwriting without its pre-image', 'an outcome is written once and true',
  'no send without a mark', 'one send a mark', 'what landed is not sent again', 'nothing in doubt at the end', 'an attempt that says so is done', 'an end can always be reached',
] as const;
export const LAWS_OF_ROLLBACK = ['the portal is as it was, but for what people did', 'only what the run made is archived', 'what is archived holds no unique value of ours', 'what people touched stays', 'nothing left to undo at the end'] as const;

const first = (broken: Iterable<string | null>): string | null => {
  for (const each of broken) {
    if (each !== null) {
      return each;
    }
  }
  return null;
};

// ---------------------------------------------------------------- sending

export function brokenBySends({ rows, portal, overlapped }: World, state: BatchState, inputs: readonly WriteInput[]): string | null {
  return first(
    inputs.map(({ traceId }) => {
      const row = rows.find(({ record }) => String(record.ordinal) === traceId);
      const item = state.items.find(({ ordinal }) => String(ordinal) === traceId);
      if (row === undefined || item === undefined || item.attempt < 1 || row.record.attempt < item.attempt) {
        return `no send without a mark: ${traceId} goes out`;
      }
      if (state.context.mode === 'settle') {
        return `nothing goes out while a rollback settles: ${traceId} does`;
      }
      if (row.sends.includes(item.attempt)) {
        return `one send a mark: ${traceId} goes out again under the mark of attempt ${String(item.attempt)}`;
      }
      return !overlapped && portal.records.some((record) => record.carried.includes(row.record.ordinal)) ? `what landed is not sent again: ${traceId} is` : null;
    }),
  );
}

export function brokenByLandings({ context, bound }: Scene, { rows, portal }: World, landings: readonly Landing[]): string | null {
  return first(landings.map((landing) => (landing.before === null ? brokenByCreate(portal, landing) : brokenByUpdate(context, bound.gap, rows, landing.before, landing))));
}

function brokenByCreate(portal: ModelPortal, { ordinal, after }: Landing): string | null {
  const other = portal.records.find((record) => record.id !== after.id && record.carried.includes(ordinal));
  return other === undefined ? null : `no doubled record: ${String(ordinal)} stands as ${other.id}${other.archived ? ' (archived)' : ''}, and now as ${after.id} too`;
}

function brokenByUpdate({ keyProperty, onMatch }: Scene['context'], gap: Scene['bound']['gap'], rows: Rows, before: ModelRecord, { ordinal, after }: Landing): string | null {
  const preImage: NullableValues = rows.find(({ record }) => record.ordinal === ordinal)?.record.preImage ?? {};
  return first(
    Object.keys(after.properties).map((name) => {
      const old = before.properties[name] ?? null;
      const kept = Object.hasOwn(preImage, name) ? preImage[name] : undefined;
      // Excused is what was not there when the record was read.
      if (old === (after.properties[name] ?? null) || (gap === 'excused' && kept !== undefined && kept !== old)) {
        return null;
      }
      const isForeign = !before.ours.includes(name);
      const isBookkeeping = name === keyProperty || name === 'migration_provenance';
      if (isForeign && name === keyProperty && old !== null) {
        return `nobody’s value overwritten against the rule: the key of ${before.id}, by ${String(ordinal)}`;
      }
      if (isForeign && !isBookkeeping && (onMatch === 'leave' || (onMatch === 'fill-blanks' && old !== null))) {
        return `nobody’s value overwritten against the rule: ${name} of ${before.id}, by ${String(ordinal)}`;
      }
      return kept === (before.foreign[name] ?? null) ? null : `no overwriting without its pre-image: ${name} of ${before.id}, by ${String(ordinal)}, kept ${String(kept)}`;
    }),
  );
}

// ---------------------------------------------------------------- outcomes

export function brokenBySettling(portal: ModelPortal, before: Rows, after: Rows): string | null {
  return first(
    after.map(({ record, settlement }, index) => {
      const old = before[index]?.settlement ?? null;
      if (old !== null) {
        return old === settlement ? null : `an outcome is written once: that of ${String(record.ordinal)} changes`;
      }
      return settlement === null ? null : brokenByOutcome(portal, record.sourceId, settlement);
    }),
  );
}

function brokenByOutcome(portal: ModelPortal, key: string, { ordinal, outcome, targetId, refusal }: Settlement): string | null {
  const landed = portal.records.filter((record) => record.carried.includes(ordinal));
  if (outcome === 'refused') {
    if (landed.some((record) => !record.archived && record.mergedInto === null)) {
      return `no lost record: ${String(ordinal)} is told as refused (${refusal?.code ?? ''}) and stands in the portal`;
    }
    return isTrueRefusal(portal, key, refusal?.code ?? '') ? null : `an outcome is true: ${String(ordinal)} is refused with ${refusal?.code ?? ''}, for no reason`;
  }
  if (outcome === 'unchanged') {
    return null;
  }
  if (landed.length === 0) {
    return `no lost record: ${String(ordinal)} is told as ${outcome} and stands nowhere`;
  }
  // Merged or not, both ids lead to the same record.
  const isPair = targetId !== null && landed.some((record) => recordOf(portal, record.id) === recordOf(portal, targetId));
  if (!isPair) {
    return `no wrong pair: ${String(ordinal)} with ${String(targetId)}`;
  }
  return outcome === (landed.some(({ made }) => made === ordinal) ? 'created' : 'updated') ? null : `an outcome is true: ${String(ordinal)} is told as ${outcome}`;
}

/** Is there what the refusal speaks of? */
function isTrueRefusal({ records, refusedKeys }: ModelPortal, key: string, code: string): boolean {
  const isMerged = records.some(({ mergedInto }) => mergedInto !== null);
  const isArchived = records.some(({ archived }) => archived);
  switch (code) {
    case 'deleted-since':
      return isArchived || isMerged;
    case 'key-conflict':
      return isMerged || records.some(({ properties, ours }) => typeof properties.salesforce_id === 'string' && !ours.includes('salesforce_id'));
    case 'email-conflict':
      return isMerged || records.some(({ made, properties }) => made === null && typeof properties.email === 'string');
    case 'held-by-archived':
      // Whether it still holds the value is unknown: the refusal came from when it was live, or from now.
      return isArchived;
    default:
      return refusedKeys[key] !== undefined;
  }
}

export function brokenAtEndOfWriting({ rows, portal }: World): string | null {
  const open = rows.find(({ settlement }) => settlement === null);
  if (open !== undefined) {
    return `nothing in doubt at the end: ${String(open.record.ordinal)} is ${open.record.state}`;
  }
  return first(rows.map(({ record, settlement }) => (settlement?.outcome === 'refused' && portal.records.some((each) => !each.archived && each.mergedInto === null && each.carried.includes(record.ordinal)) ? `no lost record: ${String(record.ordinal)} is told as refused and stands in the portal` : null)));
}

// ---------------------------------------------------------------- undoing

/** Undoing may take back what the run gave, and nothing else. */
export function brokenByUndo(landings: readonly Landing[]): string | null {
  return first(
    landings.flatMap(({ before, after }) =>
      Object.keys(after.properties).map((name) => {
        const isForeign = before === null || !(before.ours.includes(name) || before.mixed.includes(name));
        return isForeign && (before?.properties[name] ?? null) !== (after.properties[name] ?? null) && (before === null || before.made === null || before.touched) ? `what people touched stays: the rollback overwrites ${name} of ${after.id}` : null;
      }),
    ),
  );
}

export function brokenByArchive({ records }: ModelPortal, ids: readonly string[]): string | null {
  return first(
    records.map((record) => {
      if (!ids.includes(record.id) || record.archived) {
        return null;
      }
      return record.made === null ? `only what the run made is archived: ${record.id} was there before` : record.touched ? `what people touched stays: the rollback archives ${record.id}` : null;
    }),
  );
}

export function brokenAtEndOfRollback({ rows, portal }: World): string | null {
  const open = rows.find((row) => isOpen(row) || row.record.state === 'sent');
  if (open !== undefined) {
    return `nothing left to undo at the end: ${String(open.record.ordinal)} is ${open.record.state}, its undoing ${open.undo}`;
  }
  return first(
    portal.records.map((record) => {
      if (record.mergedInto !== null || (record.archived && record.touched)) {
        return null;
      }
      if (record.archived) {
        const held = portal.unique.find((name) => (record.properties[name] ?? null) !== null);
        return record.made === null || held === undefined ? null : `what is archived holds no unique value of ours: ${record.id} holds ${held}`;
      }
      if (record.made !== null) {
        return record.touched ? null : `the portal is as it was: ${record.id}, made for ${String(record.made)}, is left behind`;
      }
      const left = Object.keys(record.properties).find((name) => !record.mixed.includes(name) && (record.properties[name] ?? null) !== (record.foreign[name] ?? null));
      return left === undefined ? null : `the portal is as it was: ${left} of ${record.id} is ${String(record.properties[left])} instead of ${String(record.foreign[left] ?? null)}`;
    }),
  );
}
