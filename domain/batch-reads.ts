/** Transitions of the batch protocol on what was read: records in doubt, pre-images, and holders of a unique value. */
import type { BatchItem, BatchState, HolderLook, NullableValues, PortalRecord, Settlement, Standing, Values } from './batch-state';
import { LIFE_CYCLE_PROPERTY } from './life-cycle-stage';
import { byFormerId } from './merged-record';
import { applyOnMatch } from './on-match';
import type { OwnRefusalCode, Refusal } from './record-outcome';
import { STAMP_PROPERTY, originFromStamp, stampOf } from './provenance';
import { isBlank, meansTheSame } from './value-comparison';

/** In doubt: ours is what carries our key and a stamp of this run. Neither live nor archived: it never arrived. */
export function applyInDoubtRead(state: BatchState, ordinals: readonly number[], records: readonly PortalRecord[]): BatchState {
  const byKey = indexByKey(state, records);
  return change(state, ordinals, (item) => {
    const looked = item.standing.at === 'in-doubt' ? item.standing.look : 'live';
    const found = byKey.get(item.key);
    const origin = originFromStamp(found?.properties[STAMP_PROPERTY], state.context.run);
    if (looked === 'archived') {
      return { ...item, standing: found !== undefined && origin !== null ? refusedBy('deleted-since', item, null) : { at: 'absent' } };
    }
    if (found === undefined) {
      return { ...item, standing: { at: 'in-doubt', look: 'archived' } };
    }
    return origin === null ? notOursByKey(item, found) : { ...item, standing: landed(state, item, found) };
  });
}

/** A record with our key that this run did not stamp: it turned up since the plan, or stood there already. It is matched, not doubled. */
function notOursByKey(item: BatchItem, found: PortalRecord): BatchItem {
  return item.targetId === null ? { ...item, targetId: found.id, preImage: null, standing: { at: 'absent' } } : { ...item, standing: { at: 'absent' } };
}

/** Reads what stands in the portal right before an update, and decides anew what may be written over it. */
export function applyPreImageRead(state: BatchState, ordinals: readonly number[], records: readonly PortalRecord[]): BatchState {
  const byId = new Map(records.map((record) => [record.id, record]));
  const asked = new Set(state.items.filter((item) => ordinals.includes(item.ordinal)).map((item) => item.targetId));
  const winners = records.filter((record) => !asked.has(record.id));
  const formerly = byFormerId(records);
  const owners = ownersOf(state);
  return change(state, ordinals, (target) => {
    const [winner] = winners;
    // A merged record answers under the winner's id, and the answer does not say for whom: asked for alone, there is no doubt.
    if (!byId.has(target.targetId ?? '') && (winner !== undefined || formerly.has(target.targetId ?? '')) && ordinals.length > 1) {
      return { ...target, standing: { at: 'unsent', look: 'alone' } };
    }
    const item = !byId.has(target.targetId ?? '') && winner !== undefined ? { ...target, targetId: winner.id } : target;
    const found = byId.get(item.targetId ?? '');
    if (found === undefined || found.archived) {
      // What was to be created and only met a record that is gone again is still to be created, unless what is gone had become ours.
      return item.kind === 'create' ? { ...item, targetId: null, preImage: null, standing: { at: 'in-doubt', look: 'archived' } } : { ...item, standing: refusedBy('deleted-since', item, null) };
    }
    const key = found.properties[state.context.keyProperty];
    const isTakenByAnother = !isBlank(key) && key !== item.key;
    if (isTakenByAnother || (owners.get(found.id) ?? item.ordinal) !== item.ordinal) {
      return { ...item, standing: refusedBy('key-conflict', item, state.context.keyProperty) };
    }
    // Ours already: an attempt that was given up on landed after all.
    if (key === item.key && originFromStamp(found.properties[STAMP_PROPERTY], state.context.run) !== null) {
      return { ...item, standing: landed(state, item, found) };
    }
    return withImage(state, item, found.properties);
  });
}

/** By record id who writes to it in this batch: who prepared it already, else who comes first. What landed is known by its key, and whom the portal or we refused owns nothing. */
function ownersOf({ items }: BatchState): ReadonlyMap<string, number> {
  const waiting = items.filter(({ standing }) => standing.at === 'unsent' || standing.at === 'absent');
  const prepared = items.filter((item) => !waiting.includes(item) && item.standing.at !== 'settled' && !(item.standing.at === 'outcome' && item.standing.settlement.outcome === 'refused'));
  const owners = new Map<string, number>();
  for (const { targetId, ordinal } of [...prepared, ...waiting]) {
    if (targetId !== null && !owners.has(targetId)) {
      owners.set(targetId, ordinal);
    }
  }
  return owners;
}

function withImage(state: BatchState, item: BatchItem, found: NullableValues): BatchItem {
  const { context } = state;
  const older = item.preImage ?? {};
  const holdsPlanned = (name: string): boolean => name in older && meansTheSame({ name, type: context.propertyTypes[name] ?? 'string' }, found[name], item.properties[name]);
  const planned = Object.fromEntries(Object.entries(item.properties).filter(([name]) => name !== context.keyProperty && name !== STAMP_PROPERTY));
  const allowed = applyOnMatch(context.onMatch, planned, found, context.propertyTypes, context.lifeCycle);
  const again = Object.fromEntries(Object.entries(planned).filter(([name]) => holdsPlanned(name)));
  const writing = { ...again, ...allowed, [context.keyProperty]: item.key, [STAMP_PROPERTY]: stampOf(context.run, 'm') };
  // A stage that an earlier attempt cleared, and died before it could write the planned one: what stood there before is the older value.
  const wasCleared = (name: string): boolean => name === LIFE_CYCLE_PROPERTY && context.lifeCycle.rule === 'set' && isBlank(found[name]) && !isBlank(older[name]);
  const image = Object.fromEntries(Object.keys(writing).map((name) => [name, (holdsPlanned(name) || wasCleared(name) ? older[name] : found[name]) ?? null]));
  return { ...item, writing, standing: { at: 'imaged', image } };
}

/** Who holds the value that made the portal refuse? Found by reading, never from the words of the answer. */
export function applyHolders(state: BatchState, ordinals: readonly number[], records: readonly PortalRecord[]): BatchState {
  const byKey = indexByKey(state, records);
  const byEmail = new Map(records.map((record) => [record.properties.email?.toLowerCase() ?? '', record]));
  const asked = new Set(ordinals.map((ordinal) => state.items.find((item) => item.ordinal === ordinal)?.writing.email?.toLowerCase()));
  const secondary = records.filter((record) => !asked.has(record.properties.email?.toLowerCase()));
  return change(state, ordinals, (item) => {
    const { standing } = item;
    if (standing.at !== 'contested') {
      return item;
    }
    switch (standing.look) {
      case 'key':
        return heldByKey(state, item, standing, byKey.get(item.key));
      case 'archived-key':
        return heldByArchived(state, item, standing, byKey.get(item.key));
      case 'email': {
        const found = byEmail.get(item.writing.email?.toLowerCase() ?? '');
        return found === undefined && secondary.length > 0 ? lookOn(state, item, standing, 'email-alone') : heldByEmail(state, item, standing, found);
      }
      case 'email-alone':
        return heldByEmail(state, item, standing, records[0]);
      case 'archived-email':
        return heldByArchived(state, item, standing, byEmail.get(item.writing.email?.toLowerCase() ?? '') ?? (ordinals.length === 1 ? records[0] : undefined));
    }
  });
}

type Contested = Extract<Standing, { at: 'contested' }>;

function heldByKey(state: BatchState, item: BatchItem, standing: Contested, found: PortalRecord | undefined): BatchItem {
  if (found === undefined) {
    return lookOn(state, item, standing, 'archived-key');
  }
  if (originFromStamp(found.properties[STAMP_PROPERTY], state.context.run) !== null) {
    return { ...item, standing: landed(state, item, found) };
  }
  if (item.targetId === found.id) {
    return lookOn(state, item, standing, 'archived-key');
  }
  return item.targetId === null ? rematched(item, found) : { ...item, standing: refusedBy('key-conflict', item, state.context.keyProperty, standing.refusal) };
}

function heldByEmail(state: BatchState, item: BatchItem, standing: Contested, found: PortalRecord | undefined): BatchItem {
  if (found === undefined || found.id === item.targetId) {
    return lookOn(state, item, standing, 'archived-email');
  }
  const key = found.properties[state.context.keyProperty];
  // Another attempt wrote it between the two look-ups.
  if (key === item.key && originFromStamp(found.properties[STAMP_PROPERTY], state.context.run) !== null) {
    return { ...item, standing: landed(state, item, found) };
  }
  if (item.targetId === null && isBlank(key) && state.context.matchesByEmail) {
    return rematched(item, found);
  }
  return { ...item, standing: refusedBy(item.targetId === null && !isBlank(key) ? 'key-conflict' : 'email-conflict', item, 'email', standing.refusal) };
}

function heldByArchived(state: BatchState, item: BatchItem, standing: Contested, found: PortalRecord | undefined): BatchItem {
  if (found === undefined || found.id === item.targetId) {
    return lookOn(state, item, standing, standing.look === 'archived-key' ? 'email' : 'exhausted');
  }
  const isOurs = standing.look === 'archived-key' && originFromStamp(found.properties[STAMP_PROPERTY], state.context.run) !== null;
  return { ...item, standing: refusedBy(isOurs ? 'deleted-since' : 'held-by-archived', item, standing.look === 'archived-key' ? state.context.keyProperty : 'email', standing.refusal) };
}

function lookOn(state: BatchState, item: BatchItem, standing: Contested, next: HolderLook | 'exhausted'): BatchItem {
  const hasEmail = state.context.objectType === 'contacts' && !isBlank(item.writing.email);
  if (next === 'exhausted' || (next.includes('email') && !hasEmail)) {
    return { ...item, standing: standing.whole ? { at: 'absent' } : { at: 'held-back', refusal: standing.refusal } };
  }
  return { ...item, standing: { ...standing, look: next } };
}

/** The record turned up since the plan: it is matched under the plan's own rule, with its pre-image, as an update. */
function rematched(item: BatchItem, found: PortalRecord): BatchItem {
  return { ...item, targetId: found.id, preImage: null, standing: { at: 'absent' } };
}

/** The stamp says who made it. What was sent counts as written unless the portal spells it otherwise: a person's later edit must not pass for ours. */
function landed(state: BatchState, item: BatchItem, found: PortalRecord): Standing {
  const { run, keyProperty, propertyTypes } = state.context;
  const origin = originFromStamp(found.properties[STAMP_PROPERTY], run);
  const sent = origin === 'm' ? item.writing : toCreate(run, keyProperty, item);
  const postImage = Object.fromEntries(
    Object.entries(sent).map(([name, value]) => {
      const read = found.properties[name] ?? null;
      return [name, meansTheSame({ name, type: propertyTypes[name] ?? 'string' }, read, value) ? read : value];
    }),
  );
  return outcome({ ordinal: item.ordinal, outcome: origin === 'm' ? 'updated' : 'created', targetId: found.id, refusal: null, postImage });
}

/** A create carries everything that was planned. */
export function toCreate(run: string, keyProperty: string, { key, properties }: Pick<BatchItem, 'key' | 'properties'>): Values {
  return { ...properties, [keyProperty]: key, [STAMP_PROPERTY]: stampOf(run, 'c') };
}

export function refusedBy(code: OwnRefusalCode, item: BatchItem, property: string | null, from: Refusal | null = null): Standing {
  const refusal: Refusal = { code, category: from?.category, property, message: from?.message ?? '', correlationId: from?.correlationId ?? null };
  return outcome({ ordinal: item.ordinal, outcome: 'refused', targetId: null, refusal, postImage: null });
}

function outcome(settlement: Settlement): Standing {
  return { at: 'outcome', settlement };
}

function indexByKey({ context }: BatchState, records: readonly PortalRecord[]): ReadonlyMap<string, PortalRecord> {
  return new Map(records.flatMap((record) => {
    const key = record.properties[context.keyProperty];
    return typeof key === 'string' ? [[key, record] as const] : [];
  }));
}

function change(state: BatchState, ordinals: readonly number[], to: (item: BatchItem) => BatchItem): BatchState {
  return { ...state, items: state.items.map((item) => (ordinals.includes(item.ordinal) ? to(item) : item)) };
}
