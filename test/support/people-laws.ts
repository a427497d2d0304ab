/** What must hold after a run during which people worked in the portal: told from the portal's dump, the histories of all values, and the ledger. */
import type { EventState, PersonEdit, PortalDump } from '../../simulator/control-plane';
import { ASSOCIATION_ENDS, ASSOCIATION_TYPES, OBJECT_TYPES } from '../../domain/object-type';
import type { AssociationType, ObjectType } from '../../domain/object-type';
import type { PlannedRecord } from '../../domain/planned-record';
import { STAMP_PROPERTY } from '../../domain/provenance';
import { isBlank, meansTheSame } from '../../domain/value-comparison';
import type { BatchAssociation, BatchRecord, Difference, KeptRecord } from '../../ledger/ledger';
import { openLedger } from '../../ledger/open-ledger';
import { gapsOf, isInGap, KEY, occasionOf, pathPattern } from './people-schedule';
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
  readonly written: Readonly<Record<ObjectType, readonly BatchRecord[]>>;
  readonly links: Readonly<Record<AssociationType, readonly BatchAssociation[]>>;
  readonly differences: readonly Difference[];
  /** What the rollback says that it left as it is, or could not undo whole. */
  readonly kept: readonly KeptRecord[];
}

export interface DoneEdit {
  readonly edit: PersonEdit;
  /** Place in `calls`. */
  readonly at: Boundary;
  /** The record touched; of a merge the winner. */
  readonly id: string;
  /** Of a merge: the record that was taken in. Who picks a record in the browser gets one that is live: an id that was merged before stands for what it became. */
  readonly mergedId: string | null;
}

const RUN = 'driven.1';
const MOST_NAMED = 1_000;

export async function readAftermath(scene: DrivenScene, run: DrivenRun, schedule: PeopleSchedule, landscape: Landscape, before: PortalDump, state: string): Promise<Aftermath> {
  const { url } = scene.portal;
  const { calls } = await scene.portal.calls();
  const { happened } = (await (await fetch(`${url}/_simulator/faults`)).json()) as { happened: readonly EventState[] };
  const after = await scene.portal.dump();
  const ledger = await openLedger({ location: run.options.ledgerFile });
  try {
    const stagingId = (await ledger.runs.find(RUN))!.stagingId;
    const eachBatch = async <T>(workType: ObjectType | AssociationType, read: (batch: number) => Promise<readonly T[]>): Promise<readonly T[]> => {
      const batches = (await ledger.plans.readPartitions(stagingId, workType)).flatMap(({ firstBatch, batchCounts }) => batchCounts.map((_, index) => firstBatch + index));
      return (await Promise.all(batches.map(read))).flat();
    };
    const ofTypes = async <Type extends string, T>(types: readonly Type[], read: (type: Type) => Promise<T>): Promise<Record<Type, T>> => Object.fromEntries(await Promise.all(types.map(async (type) => [type, await read(type)]))) as Record<Type, T>;
    const written = await ofTypes(OBJECT_TYPES, (type) => eachBatch(type, (batch) => ledger.writing.readBatch(RUN, type, batch)));
    return {
      schedule, state, before, after, calls, written,
      edits: editsDone(schedule, landscape, calls, happened, written),
      histories: await readHistories(url, after),
      planned: await ofTypes(OBJECT_TYPES, (type) => ledger.plans.readRecords(stagingId, type, 0, 1_000)),
      links: await ofTypes(ASSOCIATION_TYPES, (type) => eachBatch(type, (batch) => ledger.linking.readBatch(RUN, type, batch))),
      differences: await ledger.facts.readDifferences(RUN, MOST_NAMED),
      kept: (await ledger.facts.readKept(RUN, MOST_NAMED)).records,
    };
  } finally {
    await ledger.close();
  }
}

/** Those that took effect, in the order in which they did. */
function editsDone(schedule: PeopleSchedule, landscape: Landscape, calls: readonly LoggedCall[], happened: readonly EventState[], written: Aftermath['written']): readonly DoneEdit[] {
  const idOfKey = (key: string): string | null => {
    const record = Object.values(written).flat().find(({ properties, sourceId }) => (properties[KEY] ?? sourceId) === key);
    return record?.outcome?.targetId ?? record?.targetId ?? null;
  };
  const inOrder = happened
    .flatMap(({ done, ids: [id] }, index): DoneEdit[] => {
      const { at, edit } = schedule.edits[index]!;
      const { path, callNumber } = occasionOf(at, landscape);
      const call = calls.flatMap((each, place) => (pathPattern(each) === path ? [place] : []))[callNumber - 1];
      const mergedId = edit.action !== 'merge' ? null : (edit.mergedId ?? idOfKey(edit.mergedWhere?.value ?? ''));
      return done === 0 || call === undefined || id === undefined ? [] : [{ edit, id, mergedId, at: { call, when: at.when } }];
    })
    .sort((one, other) => one.at.call - other.at.call || (one.at.when === other.at.when ? 0 : one.at.when === 'before' ? -1 : 1));
  return inOrder.reduce<readonly DoneEdit[]>((edits, each) => [...edits, each.edit.action === 'merge' && each.mergedId !== null ? { ...each, mergedId: currentIds({ edits })(each.edit.objectType, each.mergedId) } : each], []);
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

export const LAWS = ['aborted', 'overwritten', 'resurrected', 'doubled', 'dangling', 'not followed', 'not named', 'lost in rollback'] as const;
export type Law = (typeof LAWS)[number];

export interface Breach {
  readonly law: Law;
  readonly words: string;
}

export interface Judgement {
  /** Empty when all is well. */
  readonly breaches: readonly Breach[];
  /** Values of people's that the run wrote over between its look and its write, each of them named by verify. */
  readonly namedInGap: number;
  /** Records that were to be created and turned out to stand there. */
  readonly matchedSince: number;
  readonly deletedSince: number;
  readonly mergedSince: number;
}

export function judge(aftermath: Aftermath): Judgement {
  const { state, schedule, written, differences } = aftermath;
  const overwritten = overwrittenValues(aftermath);
  const of = (law: Law, words: readonly string[]): readonly Breach[] => words.map((each) => ({ law, words: each }));
  const records = Object.values(written).flat();
  const named = (cause: string): number => new Set(differences.filter((each) => each.cause === cause && each.kind !== 'association-missing').map(({ objectType, ordinal }) => `${objectType} ${ordinal}`)).size;
  return {
    breaches: [
      ...of('aborted', ENDS.includes(state) ? [] : [`it ended as: ${state}`]),
      ...of('overwritten', overwritten.words),
      ...of('resurrected', resurrected(aftermath)),
      ...of('doubled', doubled(aftermath)),
      ...(schedule.direction === 'forward' ? [...of('dangling', dangling(aftermath)), ...of('not followed', notFollowed(aftermath))] : of('lost in rollback', lostInRollback(aftermath))),
      ...of('not named', unnamed(aftermath)),
    ],
    namedInGap: overwritten.inGap,
    matchedSince: records.filter(({ kind, outcome }) => kind === 'create' && outcome?.outcome === 'updated').length,
    deletedSince: named('deleted-since') + records.filter(({ outcome }) => outcome?.refusal?.code === 'deleted-since').length,
    mergedSince: named('merged-since'),
  };
}

const ENDS: readonly string[] = ['verified', 'differs', 'finished-with-refusals', 'rolled-back'];
const KIND_OF: Readonly<Record<string, string>> = { amount: 'number', closedate: 'datetime' };
const isSame = (name: string, left: string | null | undefined, right: string | null | undefined): boolean => meansTheSame({ name, type: KIND_OF[name] ?? 'string' }, left, right);
const isOurs = ({ sourceType }: HistoryEntry): boolean => sourceType === 'INTEGRATION';

/** A person's value that ours came after: allowed in the write that matched the record, if the rule is to overwrite; else only in the gap, and then verify names it. */
function overwrittenValues({ schedule, histories, edits, calls, differences }: Aftermath): { readonly words: readonly string[]; readonly inGap: number } {
  const words: string[] = [];
  let inGap = 0;
  const gaps = gapsOf(calls);
  for (const [place, history] of histories) {
    const [objectType = '', id = ''] = place.split(' ');
    const [matchedAt] = Object.values(history).flat().filter(isOurs).map(({ timestamp }) => timestamp).sort();
    for (const [name, entries] of Object.entries(history)) {
      entries.forEach((entry, index) => {
        const person = entries[index - 1];
        const isLoss = person !== undefined && isOurs(entry) && !isOurs(person) && !isBlank(person.value) && !isSame(name, person.value, entry.value);
        if (!isLoss || name === STAMP_PROPERTY) {
          return;
        }
        if (edits.some((done) => isEditInGap(done, objectType, id, name, gaps))) {
          inGap += 1;
          if (!differences.some((each) => each.targetId === id && each.property === name && each.cause === 'overwritten')) {
            words.push(`${name} of ${place}, set by a person in the gap, was overwritten and is not named`);
          }
        } else if (schedule.onMatch !== 'overwrite' || entry.timestamp !== matchedAt) {
          words.push(`${name} of ${place}: a person's ${person.value} was overwritten with ${entry.value}`);
        }
      });
    }
  }
  return { words, inGap };
}

function isEditInGap({ edit, at, id: editedId }: DoneEdit, objectType: string, id: string, name: string, gaps: ReturnType<typeof gapsOf>): boolean {
  const touches = (edit.action === 'update' && name in edit.properties && edit.objectType === objectType) || (edit.action === 'merge' && edit.objectType === objectType);
  return touches && editedId === id && gaps.some((gap) => gap.objectType === objectType && isInGap(gap, at));
}

/** Who a record is now: itself, or what it was merged into. */
function currentIds({ edits }: Pick<Aftermath, 'edits'>): (objectType: string, id: string) => string {
  return (objectType, id) => edits.reduce((current, { edit, mergedId, id: winner }) => (edit.action === 'merge' && edit.objectType === objectType && mergedId === current ? winner : current), id);
}

function recordOf({ after }: Aftermath, objectType: string, id: string) {
  return (after.records[objectType] ?? []).find((record) => record.id === id);
}

const isLive = (aftermath: Aftermath, objectType: string, id: string): boolean => recordOf(aftermath, objectType, id)?.archived === false;

/** What a person archived stays archived, and its key is not given to a new record. */
function resurrected(aftermath: Aftermath): readonly string[] {
  const { edits, planned, after, histories } = aftermath;
  return edits.flatMap(({ edit, id }, index) => {
    if (edit.action !== 'archive' || edits.slice(index + 1).some((later) => later.edit.action === 'restore' && later.id === id)) {
      return [];
    }
    const { objectType } = edit;
    const key = recordOf(aftermath, objectType, id)?.properties[KEY] ?? planned[objectType as ObjectType].find((each) => each.targetId === id)?.properties[KEY];
    const madeByRun = (after.records[objectType] ?? []).filter((other) => {
      const [firstStamp] = histories.get(`${objectType} ${other.id}`)?.[STAMP_PROPERTY] ?? [];
      return other.id !== id && !other.archived && key !== undefined && other.properties[KEY] === key && firstStamp !== undefined && isOurs(firstStamp) && firstStamp.value.endsWith(':created');
    });
    return [
      ...(isLive(aftermath, objectType, id) ? [`${objectType} ${id}, archived by a person, is live again`] : []),
      ...madeByRun.map((other) => `${objectType} ${id}, archived by a person, was made anew as ${other.id}`),
    ];
  });
}

function doubled({ after }: Aftermath): readonly string[] {
  return OBJECT_TYPES.flatMap((objectType) => {
    const keys = (after.records[objectType] ?? []).filter(({ archived }) => !archived).flatMap(({ properties }) => properties[KEY] ?? []);
    return keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `${objectType} ${key} stands there twice`);
  });
}

const pairsOf = ({ after }: Aftermath): ReadonlySet<string> => new Set(after.associations.flatMap(({ from, fromId, to, toId }) => [`${from} ${fromId} ${to} ${toId}`, `${to} ${toId} ${from} ${fromId}`]));

/** Place of the first call of verify, which comes after the last association was made: what people do from then on it may have seen or not. */
function verifyStart(calls: readonly LoggedCall[]): number {
  const relink = calls.findLastIndex(({ path }) => path.includes('/associations/') && path.includes('/batch/create'));
  return calls.findIndex(({ kind }, place) => place > relink && OBJECT_TYPES.some((objectType) => kind === `${objectType}.batch.read`));
}

/** An association that counts as ours is there between two live records, or verify names why it is not. */
function dangling(aftermath: Aftermath): readonly string[] {
  const { links, differences, calls, edits } = aftermath;
  const pairs = pairsOf(aftermath);
  const current = currentIds(aftermath);
  const late = edits.filter(({ at }) => at.call >= verifyStart(calls));
  return ASSOCIATION_TYPES.flatMap((type) => {
    const { from, to } = ASSOCIATION_ENDS[type];
    return links[type].flatMap((link) => {
      const [fromId, toId] = [current(from, link.fromTargetId ?? ''), current(to, link.toTargetId ?? '')];
      const isThere = isLive(aftermath, from, fromId) && isLive(aftermath, to, toId) && (pairs.has(`${from} ${fromId} ${to} ${toId}`) || (from === to && fromId === toId));
      const isLate = late.some(({ edit, id }) => edit.action === 'disassociate' || [fromId, toId].includes(id));
      const isNamed = differences.some((each) => each.kind === 'association-missing' && each.objectType === type && each.ordinal === link.ordinal);
      return (link.outcome !== 'added' && link.outcome !== 'already-there') || isThere || isLate || isNamed ? [] : [`${type} ${link.ordinal} counts as ${link.outcome} and is not there, and verify does not say so`];
    });
  });
}

/** A target that people merged is followed: its record lands or meets another of ours, and its associations are those of the record that it became. */
function notFollowed(aftermath: Aftermath): readonly string[] {
  const { edits, links, written } = aftermath;
  const current = currentIds(aftermath);
  const isFollowable = (objectType: string, id: string): boolean => current(objectType, id) !== id && isLive(aftermath, objectType, current(objectType, id)) && !edits.some(({ edit, id: edited }) => edit.action === 'archive' && [id, current(objectType, id)].includes(edited));
  const refused = OBJECT_TYPES.flatMap((objectType) =>
    written[objectType].flatMap(({ targetId, sourceId, outcome }) => (targetId !== null && outcome?.refusal?.code === 'deleted-since' && isFollowable(objectType, targetId) ? [`${objectType} ${sourceId} is refused as deleted-since; its record ${targetId} was merged into ${current(objectType, targetId)}`] : [])),
  );
  const lost = ASSOCIATION_TYPES.flatMap((type) => {
    const { from, to } = ASSOCIATION_ENDS[type];
    const isUntouched = (objectType: string, id: string): boolean => isLive(aftermath, objectType, current(objectType, id)) && !edits.some(({ edit, id: edited }) => edit.action === 'archive' && [id, current(objectType, id)].includes(edited));
    // Both ends may have become one record, which cannot be associated to itself.
    const areOne = (link: BatchAssociation): boolean => from === to && current(from, link.fromTargetId ?? '') === current(to, link.toTargetId ?? '');
    return links[type].flatMap((link) => (link.outcome === 'refused' && !areOne(link) && isUntouched(from, link.fromTargetId ?? '') && isUntouched(to, link.toTargetId ?? '') ? [`${type} ${link.ordinal} is refused although both its ends are live`] : []));
  });
  return [...refused, ...lost];
}

/** Whatever differs at the end, and was so when verify looked, is named with a cause. */
function unnamed(aftermath: Aftermath): readonly string[] {
  const { written, differences, edits, calls, schedule } = aftermath;
  const current = currentIds(aftermath);
  const causeless = differences.filter((each) => each.cause === 'unknown' && each.kind !== 'unexpected-record').map((each) => `${each.kind} of ${each.objectType} ${each.targetId ?? ''} ${each.property ?? ''} has no cause`);
  const late = new Set(edits.filter(({ at }) => at.call >= verifyStart(calls)).map(({ id }) => id));
  const silent = schedule.direction === 'back' ? [] : OBJECT_TYPES.flatMap((objectType) => written[objectType].flatMap((record) => silentDifferences(aftermath, objectType, record, current(objectType, record.outcome?.targetId ?? ''), late)));
  return [...causeless, ...silent, ...(schedule.direction === 'back' ? [] : silentNewcomers(aftermath, late))];
}

function silentDifferences(aftermath: Aftermath, objectType: ObjectType, { ordinal, sourceId, outcome }: BatchRecord, id: string, late: ReadonlySet<string>): readonly string[] {
  if (outcome === null) {
    return [`${objectType} ${sourceId} has no outcome`];
  }
  if (outcome.outcome === 'refused' || late.has(id)) {
    return [];
  }
  const found = recordOf(aftermath, objectType, id);
  const named = aftermath.differences.filter((each) => each.objectType === objectType && each.ordinal === ordinal);
  if (found === undefined || found.archived) {
    return named.some((each) => each.kind === 'record-missing') ? [] : [`${objectType} ${sourceId} is gone and not named`];
  }
  return Object.entries(outcome.postImage ?? {}).flatMap(([name, value]) => (isSame(name, value, found.properties[name]) || named.some((each) => each.property === name) ? [] : [`${name} of ${objectType} ${sourceId} is ${found.properties[name]}, not ${value}, and not named`]));
}

/** What people entered since the start either was matched, and carries the stamp, or stands among what is unexpected. */
function silentNewcomers(aftermath: Aftermath, late: ReadonlySet<string>): readonly string[] {
  const { edits, differences, calls } = aftermath;
  return edits.flatMap(({ edit, id, at }) => {
    const now = edit.action === 'create' ? recordOf(aftermath, edit.objectType, id) : undefined;
    const isSilent = now !== undefined && !now.archived && isBlank(now.properties[STAMP_PROPERTY]) && at.call < verifyStart(calls) && !late.has(id) && !differences.some((each) => each.kind === 'unexpected-record' && each.targetId === id);
    return isSilent ? [`${id}, entered by a person, is neither matched nor named`] : [];
  });
}

/**
 * After a rollback every record, value and association of people's is as they left it. A record that people deleted stays deleted: calls that change records do not find one that is
 * archived, and none brings it back (HubSpot, archive, 2026-09: restore in its screens alone). What the run had written to it cannot be taken back then: the
 * rollback names it instead.
 */
function lostInRollback(aftermath: Aftermath): readonly string[] {
  const { before, edits, histories, calls, kept } = aftermath;
  const gaps = gapsOf(calls);
  const current = currentIds(aftermath);
  const wasArchived = (objectType: string, id: string): boolean => edits.some((done) => done.edit.action === 'archive' && done.edit.objectType === objectType && done.id === id);
  const ofPeople = [
    ...OBJECT_TYPES.flatMap((objectType) => (before.records[objectType] ?? []).map(({ id }) => ({ objectType, id }))),
    ...edits.flatMap(({ edit, id }) => (edit.action === 'create' || edit.action === 'merge' ? [{ objectType: edit.objectType, id }] : [])),
  ];
  const gone = ofPeople.flatMap(({ objectType, id }) => {
    const now = current(objectType, id);
    return isLive(aftermath, objectType, now) || wasArchived(objectType, now) || wasArchived(objectType, id) ? [] : [`${objectType} ${id} of people's is gone`];
  });
  const changed = [...histories].flatMap(([place, history]) => {
    const [objectType = '', id = ''] = place.split(' ');
    const now = recordOf(aftermath, objectType, id);
    const isByRun = Object.values(history).flat().every((entry) => isOurs(entry) || Date.parse(entry.timestamp) >= Math.min(...Object.values(history).flat().filter(isOurs).map(({ timestamp }) => Date.parse(timestamp)))) && !before.records[objectType]?.some((record) => record.id === id) && !edits.some((done) => done.edit.action === 'create' && done.id === id);
    return Object.entries(history).flatMap(([name, entries]) => {
      const byPerson = entries.findLast((entry) => !isOurs(entry) && entry.sourceType !== 'CALCULATED');
      if (name === STAMP_PROPERTY || name === KEY || name.startsWith('hs_') || name === 'lifecyclestage' || byPerson === undefined || isBlank(byPerson.value) || edits.some((done) => isEditInGap(done, objectType, id, name, gaps))) {
        return [];
      }
      if (isByRun) {
        return now?.archived === true && byPerson.sourceType === 'CRM_UI' && !wasArchived(objectType, id) ? [`${place} was archived although a person had set its ${name}`] : [];
      }
      if (now?.archived === true && wasArchived(objectType, id)) {
        return isSame(name, now.properties[name], byPerson.value) || kept.some((each) => each.targetId === id && each.why === 'deleted-since') ? [] : [`${name} of ${place} is not as people left it in what they deleted, and the rollback does not name it`];
      }
      return isSame(name, now?.properties[name], byPerson.value) ? [] : [`${name} of ${place} is ${now?.properties[name]}, people left ${byPerson.value}`];
    });
  });
  return [...gone, ...changed, ...lostPairs(aftermath)];
}

function lostPairs(aftermath: Aftermath): readonly string[] {
  const { before, edits, links } = aftermath;
  const pairs = pairsOf(aftermath);
  const current = currentIds(aftermath);
  const textOf = (from: string, fromId: string, to: string, toId: string): string => `${from} ${current(from, fromId)} ${to} ${current(to, toId)}`;
  const added = new Set(ASSOCIATION_TYPES.flatMap((type) => links[type].filter(({ outcome }) => outcome === 'added').map(({ fromTargetId, toTargetId }) => textOf(ASSOCIATION_ENDS[type].from, fromTargetId ?? '', ASSOCIATION_ENDS[type].to, toTargetId ?? ''))));
  const associated = edits.flatMap(({ edit }) => (edit.action === 'associate' && edit.from.id !== undefined && edit.to.id !== undefined ? [{ from: edit.from.objectType, fromId: edit.from.id, to: edit.to.objectType, toId: edit.to.id }] : []));
  const wasTaken = edits.some(({ edit }) => edit.action === 'disassociate');
  return [...before.associations, ...associated].flatMap(({ from, fromId, to, toId }) => {
    const pair = textOf(from, fromId, to, toId);
    const areLive = isLive(aftermath, from, current(from, fromId)) && isLive(aftermath, to, current(to, toId));
    return areLive && !wasTaken && !pairs.has(pair) && !added.has(pair) ? [`${pair}, associated by people, is gone`] : [];
  });
}
