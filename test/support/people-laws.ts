/** What must hold after a run during which people worked in the portal: told from the portal's dump, the histories of all values, and the ledger. */
import type { EventState, PersonEdit, PortalDump } from '../../simulator/control-plane';
import { ASSOCIATION_ENDS, ASSOCIATION_TYPES, OBJECT_TYPES } from '../../domain/object-type';
import type { AssociationType, ObjectType } from '../../domain/object-type';
import type { PlannedRecord } from '../../domain/planned-record';
import { STAMP_PROPERTY } from '../../domain/provenance';
import { meansTheSame } from '../../domain/value-comparison';
import type { BatchAssociation, BatchRecord, Difference, UndoState } from '../../ledger/ledger';
import { openLedger } from '../../ledger/open-ledger';
import { gapsOf, isInGap, KEY, pathPattern } from './people-schedule';
import type { Boundary, Landscape, PeopleSchedule } from './people-schedule';
import type { DrivenRun, DrivenScene } from './driver/driven-scene';
import { DRIVEN_TOKEN } from './driver/small-export';
import type { LoggedCall } from '../../simulator/control-plane';

export interface HistoryEntry {
  readonly value: string;
  readonly timestamp: string;
  readonly sourceType: string;
}

/** Everything there is to know of a run that has ended. */
export interface Aftermath {
  readonly schedule: PeopleSchedule;
  readonly state: string;
  readonly before: PortalDump;
  readonly after: PortalDump;
  /** By `<type> <id>`, then property: oldest first. */
  readonly histories: ReadonlyMap<string, Readonly<Record<string, readonly HistoryEntry[]>>>;
  readonly calls: readonly LoggedCall[];
  /** Edits that took effect, in order. */
  readonly edits: readonly DoneEdit[];
  readonly planned: Readonly<Record<ObjectType, readonly PlannedRecord[]>>;
  readonly written: Readonly<Record<ObjectType, readonly (BatchRecord & { readonly undo: UndoState | null })[]>>;
  readonly links: Readonly<Record<AssociationType, readonly BatchAssociation[]>>;
  readonly differences: readonly Difference[];
}

export interface DoneEdit {
  readonly edit: PersonEdit;
  /** Place in `calls`. */
  readonly at: Boundary;
  /** The record touched; of a merge the winner. */
  readonly id: string;
}

const RUN = 'driven.1';
const MOST_DIFFERENCES = 1_000;

export async function readAftermath(scene: DrivenScene, run: DrivenRun, schedule: PeopleSchedule, landscape: Landscape, before: PortalDump, state: string): Promise<Aftermath> {
  const { url } = scene.portal;
  const { calls } = await scene.portal.calls();
  const { happened } = (await (await fetch(`${url}/_simulator/faults`)).json()) as { happened: readonly EventState[] };
  const edits = happened.flatMap((event, index): DoneEdit[] => {
    const { at, edit } = schedule.edits[index]!;
    const path = pathPattern(landscape.calls[at.call]!);
    const callNumber = landscape.calls.slice(0, at.call + 1).filter((call) => pathPattern(call) === path).length;
    const matching = calls.flatMap((call, place) => (pathPattern(call) === path ? [place] : []));
    return event.done === 0 ? [] : [{ edit, id: event.ids[0]!, at: { call: matching[callNumber - 1]!, when: at.when } }];
  });
  const after = await scene.portal.dump();
  const ledger = await openLedger({ location: run.options.ledgerFile });
  try {
    const stagingId = (await ledger.runs.find(RUN))!.stagingId;
    const eachBatch = async <T>(workType: ObjectType | AssociationType, read: (batch: number) => Promise<readonly T[]>): Promise<readonly T[]> => {
      const batches = (await ledger.plans.readPartitions(stagingId, workType)).flatMap(({ firstBatch, batchCounts }) => batchCounts.map((_, index) => firstBatch + index));
      return (await Promise.all(batches.map(read))).flat();
    };
    const ofTypes = async <Type extends string, T>(types: readonly Type[], read: (type: Type) => Promise<T>): Promise<Record<Type, T>> => Object.fromEntries(await Promise.all(types.map(async (type) => [type, await read(type)]))) as Record<Type, T>;
    return {
      schedule, state, before, after, calls, edits,
      histories: await readHistories(url, after),
      planned: await ofTypes(OBJECT_TYPES, (type) => ledger.plans.readRecords(stagingId, type, 0, 1_000)),
      written: await ofTypes(OBJECT_TYPES, (type) => eachBatch(type, async (batch) => {
        const undone = new Map((await ledger.writing.readUndo(RUN, type, batch)).map(({ ordinal, undo }) => [ordinal, undo]));
        return (await ledger.writing.readBatch(RUN, type, batch)).map((record) => ({ ...record, undo: undone.get(record.ordinal) ?? null }));
      })),
      links: await ofTypes(ASSOCIATION_TYPES, (type) => eachBatch(type, (batch) => ledger.linking.readBatch(RUN, type, batch))),
      differences: await ledger.facts.readDifferences(RUN, MOST_DIFFERENCES),
    };
  } finally {
    await ledger.close();
  }
}

async function readHistories(url: string, dump: PortalDump): Promise<Aftermath['histories']> {
  const histories = new Map<string, Readonly<Record<string, readonly HistoryEntry[]>>>();
  for (const objectType of OBJECT_TYPES) {
    const names = [...new Set((dump.records[objectType] ?? []).flatMap(({ properties }) => Object.keys(properties)))];
    for (const archived of [false, true]) {
      const inputs = (dump.records[objectType] ?? []).filter((record) => record.archived === archived).map(({ id }) => ({ id }));
      if (inputs.length > 0) {
        const reply = await fetch(`${url}/crm/objects/2026-09/${objectType}/batch/read?archived=${archived}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${DRIVEN_TOKEN}`, 'content-type': 'application/json' },
          body: JSON.stringify({ properties: [], propertiesWithHistory: names, inputs }),
        });
        const { results } = (await reply.json()) as { results: readonly { id: string; propertiesWithHistory: Record<string, HistoryEntry[]> }[] };
        results.forEach(({ id, propertiesWithHistory }) => histories.set(`${objectType} ${id}`, Object.fromEntries(Object.entries(propertiesWithHistory).map(([name, entries]) => [name, entries.toReversed()]))));
      }
    }
  }
  return histories;
}

// ---------------------------------------------------------------- laws

export interface Judgement {
  /** In words; empty when all is well. */
  readonly broken: readonly string[];
  /** A user's values that the run wrote over between its look and its write. */
  readonly overwrittenInGap: number;
  readonly merged: number;
  readonly archived: number;
  readonly matchedSince: number;
}

const LAST_ID = 'hs_object_id';
const KIND_OF: Readonly<Record<string, string>> = { amount: 'number', closedate: 'datetime' };
const isSame = (name: string, left: string | null | undefined, right: string | null | undefined): boolean => meansTheSame({ name, type: KIND_OF[name] ?? 'string' }, left, right);
const isBlank = (value: string | null | undefined): boolean => value === null || value === undefined || value === '';

export function judge(aftermath: Aftermath): Judgement {
  const overwritten = overwrittenValues(aftermath);
  const matchedSince = OBJECT_TYPES.flatMap((type) => aftermath.written[type].filter((record) => record.kind === 'create' && record.outcome?.outcome === 'updated'));
  return {
    broken: [
      ...(['verified', 'differs', 'finished-with-refusals', 'rolled-back'].includes(aftermath.state) ? [] : [`ended as ${aftermath.state}`]),
      ...overwritten.broken,
      ...resurrected(aftermath),
      ...doubled(aftermath),
      ...(aftermath.schedule.direction === 'forward' ? [...dangling(aftermath), ...notFollowed(aftermath)] : lostInRollback(aftermath)),
      ...unnamed(aftermath),
    ],
    overwrittenInGap: overwritten.inGap,
    merged: aftermath.edits.filter(({ edit }) => edit.action === 'merge').length,
    archived: aftermath.edits.filter(({ edit }) => edit.action === 'archive').length,
    matchedSince: matchedSince.length,
  };
}

const isOurs = ({ sourceType }: HistoryEntry): boolean => sourceType === 'INTEGRATION';

/** A person's value that ours came after: allowed under `overwrite` in the write that matched the record, and where it says the same; else only in the gap, and then verify names it. */
function overwrittenValues({ schedule, histories, edits, calls, differences }: Aftermath): { readonly broken: readonly string[]; readonly inGap: number } {
  const broken: string[] = [];
  let inGap = 0;
  const gaps = gapsOf(calls);
  for (const [place, history] of histories) {
    const [objectType = '', id = ''] = place.split(' ');
    const [matchedAt] = Object.values(history).flat().filter(isOurs).map(({ timestamp }) => timestamp).sort();
    for (const [name, entries] of Object.entries(history)) {
      entries.forEach((entry, index) => {
        const person = entries[index - 1];
        if (name === STAMP_PROPERTY || name === LAST_ID || person === undefined || !isOurs(entry) || isOurs(person) || isBlank(person.value) || isSame(name, person.value, entry.value)) {
          return;
        }
        if (schedule.onMatch === 'overwrite' && entry.timestamp === matchedAt && !edits.some((done) => isEditInGap(done, objectType, id, name, gaps))) {
          return;
        }
        if (edits.some((done) => isEditInGap(done, objectType, id, name, gaps))) {
          inGap += 1;
          if (!differences.some((each) => each.targetId === id && each.property === name && each.cause === 'overwritten')) {
            broken.push(`${name} of ${place}, set by a person in the gap, was overwritten and is not named`);
          }
          return;
        }
        broken.push(`${name} of ${place}: a person's ${person.value} was overwritten with ${entry.value}`);
      });
    }
  }
  return { broken, inGap };
}

function isEditInGap({ edit, at, id: editedId }: DoneEdit, objectType: string, id: string, name: string, gaps: ReturnType<typeof gapsOf>): boolean {
  const touches = (edit.action === 'update' && name in edit.properties) || edit.action === 'merge';
  return touches && 'objectType' in edit && edit.objectType === objectType && editedId === id && gaps.some((gap) => gap.objectType === objectType && isInGap(gap, at));
}

/** Who a record is now: itself, or what it was merged into. */
function currentIds({ edits }: Aftermath): (objectType: string, id: string) => string {
  return (objectType, id) => edits.reduce((current, { edit, id: winner }) => (edit.action === 'merge' && edit.objectType === objectType && mergedIdOf(edits, edit) === current ? winner : current), id);
}

/** Of a record named by its key the id that the portal had for it: found among the ledger's. */
const mergedIds = new WeakMap<PersonEdit, string>();
function mergedIdOf(_edits: readonly DoneEdit[], edit: PersonEdit): string | undefined {
  return edit.action === 'merge' ? (edit.mergedId ?? mergedIds.get(edit)) : undefined;
}

/** Must be called once before the laws: ids of records that edits named by their key. */
export function resolveMergedIds({ edits, written }: Aftermath): void {
  for (const { edit } of edits) {
    if (edit.action === 'merge' && edit.mergedWhere !== undefined) {
      const key = edit.mergedWhere.value;
      const record = Object.values(written).flat().find(({ properties, sourceId }) => (properties[KEY] ?? sourceId) === key);
      const id = record?.outcome?.targetId ?? record?.targetId;
      if (id != null) {
        mergedIds.set(edit, id);
      }
    }
  }
}

function recordOf({ after }: Aftermath, objectType: string, id: string) {
  return (after.records[objectType] ?? []).find((record) => record.id === id);
}

/** What a person archived stays archived, and its key is not given to a new record. */
function resurrected(aftermath: Aftermath): readonly string[] {
  const { edits, planned, after, histories } = aftermath;
  return edits.flatMap(({ edit, id }, index) => {
    if (edit.action !== 'archive') {
      return [];
    }
    const later = edits.slice(index + 1);
    const wasRestored = edits.some((other, place) => place !== index && other.edit.action === 'restore' && other.id === id && (place > index || other.at.call > edits[index]!.at.call || other.at.call === edits[index]!.at.call));
    const { objectType } = edit;
    const record = recordOf(aftermath, objectType, id);
    const key = record?.properties[KEY] ?? planned[objectType as ObjectType].find((each) => each.targetId === id)?.properties[KEY];
    if (wasRestored) {
      return [];
    }
    const isBack = record !== undefined && !record.archived ? [`${objectType} ${id}, archived by a person, is live again`] : [];
    const anew = (after.records[objectType] ?? []).filter((other) => other.id !== id && !other.archived && key !== undefined && other.properties[KEY] === key && histories.get(`${objectType} ${other.id}`)?.[STAMP_PROPERTY]?.at(-1)?.value.endsWith(':created') === true);
    return [...isBack, ...(later.some((other) => other.edit.action === 'create') ? [] : anew.map((other) => `${objectType} ${id}, archived by a person, was made anew as ${other.id}`))];
  });
}

function doubled({ after }: Aftermath): readonly string[] {
  return OBJECT_TYPES.flatMap((objectType) => {
    const keys = (after.records[objectType] ?? []).filter(({ archived }) => !archived).flatMap(({ properties }) => properties[KEY] ?? []);
    return keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `${objectType} ${key} stands there twice`);
  });
}

const pairsOf = ({ after }: Aftermath): ReadonlySet<string> => new Set(after.associations.flatMap(({ from, fromId, to, toId }) => [`${from} ${fromId} ${to} ${toId}`, `${to} ${toId} ${from} ${fromId}`]));
/** The first call after which nothing looks at the type again. */
const lastCall = (calls: readonly LoggedCall[], isMeant: (call: LoggedCall) => boolean): number => calls.reduce((last, call, place) => (isMeant(call) ? place : last), -1);

/** An association that counts as ours is there between two live records, or verify names why it is not. */
function dangling(aftermath: Aftermath): readonly string[] {
  const { links, differences, calls, edits } = aftermath;
  const pairs = pairsOf(aftermath);
  const current = currentIds(aftermath);
  return ASSOCIATION_TYPES.flatMap((type) => {
    const { from, to } = ASSOCIATION_ENDS[type];
    const verified = lastCall(calls, ({ path, method }) => method === 'POST' && path.includes(`/associations/2026-09/${from}/${to}/batch/read`));
    return links[type].flatMap((link) => {
      if (link.outcome !== 'added' && link.outcome !== 'already-there') {
        return [];
      }
      const [fromId, toId] = [current(from, link.fromTargetId ?? ''), current(to, link.toTargetId ?? '')];
      const isLive = [recordOf(aftermath, from, fromId), recordOf(aftermath, to, toId)].every((record) => record?.archived === false);
      if (isLive && (pairs.has(`${from} ${fromId} ${to} ${toId}`) || (from === to && fromId === toId))) {
        return [];
      }
      const isLate = edits.some(({ at }) => at.call >= verified);
      const named = differences.find((each) => each.kind === 'association-missing' && each.objectType === type && each.ordinal === link.ordinal);
      return (named === undefined && !isLate) || named?.cause === 'unknown' ? [`${type} ${link.ordinal} counts as ${link.outcome} and is ${isLive ? 'not there' : 'without an end'}; verify says ${named?.cause ?? 'nothing'}`] : [];
    });
  });
}

/** A target that people merged is followed: its record lands, and its associations are those of the record it became. */
function notFollowed(aftermath: Aftermath): readonly string[] {
  const { edits, links, written } = aftermath;
  const current = currentIds(aftermath);
  const wasDisturbed = edits.some(({ edit }) => edit.action === 'archive' || edit.action === 'disassociate');
  const mergedLosers = edits.flatMap(({ edit }) => (edit.action === 'merge' ? [{ objectType: edit.objectType, id: mergedIdOf(edits, edit) ?? '' }] : []));
  const refused = mergedLosers.flatMap(({ objectType, id }) =>
    (written[objectType as ObjectType] ?? [])
      .filter((record) => record.targetId === id && record.outcome?.outcome === 'refused' && record.outcome.refusal?.code === 'deleted-since')
      .filter(() => recordOf(aftermath, objectType, current(objectType, id))?.archived === false && !wasDisturbed)
      .map((record) => `${objectType} ${record.sourceId} was merged into ${current(objectType, id)}, and is refused as ${record.outcome?.refusal?.code}`),
  );
  const lost = wasDisturbed ? [] : ASSOCIATION_TYPES.flatMap((type) => links[type].filter((link) => link.outcome === 'refused').map((link) => `${type} ${link.ordinal} is refused although both its ends are live`));
  return [...refused, ...lost];
}

/** Whatever differs at the end, and was so when verify looked, is named with a cause. */
function unnamed(aftermath: Aftermath): readonly string[] {
  const { written, differences, edits, calls, schedule } = aftermath;
  const current = currentIds(aftermath);
  const unknown = differences.filter((each) => each.cause === 'unknown' && each.kind !== 'unexpected-record').map((each) => `${each.kind} of ${each.objectType} ${each.targetId ?? ''} ${each.property ?? ''} has no cause`);
  if (schedule.direction === 'back') {
    return unknown;
  }
  return [...unknown, ...OBJECT_TYPES.flatMap((objectType) => {
    const relink = calls.findIndex(({ path }) => path.includes('/associations/'));
    const verified = lastCall(calls.slice(0), ({ kind }) => kind === `${objectType}.batch.read`);
    const lateIds = new Set(edits.filter(({ at }) => at.call >= Math.min(verified, firstVerifyRead(calls, objectType, relink))).map(({ id }) => id));
    return written[objectType].flatMap((record) => {
      if (record.outcome === null || record.outcome.outcome === 'refused') {
        return [];
      }
      const id = current(objectType, record.outcome.targetId ?? '');
      const found = recordOf(aftermath, objectType, id);
      if (lateIds.has(id)) {
        return [];
      }
      const named = differences.filter((each) => each.objectType === objectType && each.ordinal === record.ordinal);
      if (found === undefined || found.archived) {
        return named.some((each) => each.kind === 'record-missing') ? [] : [`${objectType} ${record.sourceId} is gone and not named`];
      }
      return Object.entries(record.outcome.postImage ?? {}).flatMap(([name, value]) =>
        isSame(name, value, found.properties[name]) || named.some((each) => each.property === name) ? [] : [`${name} of ${objectType} ${record.sourceId} is ${found.properties[name]}, not ${value}, and not named`],
      );
    });
  })];
}

function firstVerifyRead(calls: readonly LoggedCall[], objectType: ObjectType, relink: number): number {
  return calls.findIndex(({ kind }, place) => place > relink && kind === `${objectType}.batch.read`);
}

/** After a rollback every record and value of people's is as they left it. */
function lostInRollback(aftermath: Aftermath): readonly string[] {
  const { before, after, edits, histories, links } = aftermath;
  const current = currentIds(aftermath);
  const broken: string[] = [];
  const removedByPerson = (objectType: string, id: string): boolean => edits.some((done) => done.edit.action === 'archive' && done.edit.objectType === objectType && done.id === id);
  const people = [
    ...OBJECT_TYPES.flatMap((objectType) => (before.records[objectType] ?? []).map(({ id }) => ({ objectType: objectType as string, id }))),
    ...edits.flatMap(({ edit, id }) => (edit.action === 'create' || edit.action === 'merge' ? [{ objectType: edit.objectType, id }] : [])),
  ];
  for (const { objectType, id } of people) {
    const now = recordOf(aftermath, objectType, current(objectType, id));
    if ((now === undefined || now.archived) && !removedByPerson(objectType, current(objectType, id))) {
      broken.push(`${objectType} ${id} of people's is gone after the rollback`);
    }
  }
  for (const [place, history] of histories) {
    const [objectType = '', id = ''] = place.split(' ');
    const now = recordOf(aftermath, objectType, id);
    const isOursAlone = history[STAMP_PROPERTY]?.[0]?.value.endsWith(':created') === true && isOurs(history[STAMP_PROPERTY][0]);
    for (const [name, entries] of Object.entries(history)) {
      const byPerson = entries.findLast((entry) => !isOurs(entry));
      const hasHad = byPerson !== undefined && !isBlank(byPerson.value) && byPerson.sourceType === 'CRM_UI';
      if (name === STAMP_PROPERTY || name === KEY || name.startsWith('hs_') || byPerson === undefined || isBlank(byPerson.value)) {
        continue;
      }
      if (!isOursAlone && !isSame(name, now?.properties[name], byPerson.value)) {
        broken.push(`${name} of ${place} is ${now?.properties[name]} after the rollback, people left ${byPerson.value}`);
      }
      if (isOursAlone && hasHad && now?.archived === true && !removedByPerson(objectType, id)) {
        broken.push(`${place} was archived by the rollback although a person set ${name}`);
      }
    }
  }
  const pairs = pairsOf(aftermath);
  const added = new Set(ASSOCIATION_TYPES.flatMap((type) => links[type].filter(({ outcome }) => outcome === 'added').map(({ fromTargetId, toTargetId }) => `${ASSOCIATION_ENDS[type].from} ${current(ASSOCIATION_ENDS[type].from, fromTargetId ?? '')} ${ASSOCIATION_ENDS[type].to} ${current(ASSOCIATION_ENDS[type].to, toTargetId ?? '')}`)));
  const ofPeople = [
    ...before.associations,
    ...edits.flatMap(({ edit }, index) => {
      const idOf = (end: { readonly id?: string | undefined }): string | undefined => end.id;
      return edit.action === 'associate' && idOf(edit.from) !== undefined && idOf(edit.to) !== undefined && index >= 0 ? [{ from: edit.from.objectType, fromId: idOf(edit.from)!, to: edit.to.objectType, toId: idOf(edit.to)! }] : [];
    }),
  ];
  for (const { from, fromId, to, toId } of ofPeople) {
    const pair = `${from} ${current(from, fromId)} ${to} ${current(to, toId)}`;
    const isLive = [recordOf(aftermath, from, current(from, fromId)), recordOf(aftermath, to, current(to, toId))].every((record) => record?.archived === false);
    const wasTaken = edits.some(({ edit }) => edit.action === 'disassociate');
    if (isLive && !wasTaken && !pairs.has(pair) && !added.has(pair)) {
      broken.push(`${pair}, associated by people, is gone after the rollback`);
    }
  }
  return after === before ? ['nothing was read'] : broken;
}
