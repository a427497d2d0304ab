/**
 * What people do in a portal while a run writes to it: 1 to 5 edits, each at a boundary of a call. The same seed gives the same schedule. The boundaries are those of an
 * undisturbed run, so that an edit that makes the run call more often moves later ones by a call or two.
 */
import type { LoggedCall, PersonEdit, ScheduledEvent, SwitchChanges } from '../../simulator/control-plane';
import type { RecordAddress } from '../../simulator/control-plane';
import { createSeededRandom } from '../../simulator/seeded-random';
import type { SeededRandom } from '../../simulator/seeded-random';
import type { ObjectType } from '../../domain/object-type';
import { OBJECT_TYPES } from '../../domain/object-type';
import type { OnMatch } from '../../domain/on-match';

/** What an undisturbed run shows: its calls up to the report, and the records that it made, matched or left alone. */
export interface Landscape {
  readonly calls: readonly Pick<LoggedCall, 'method' | 'path' | 'kind'>[];
  readonly records: Readonly<Record<ObjectType, readonly LandscapeRecord[]>>;
}

export interface LandscapeRecord {
  readonly made: 'by-run' | 'matched' | 'stranger';
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
}

export interface Boundary {
  /** Place in the landscape's calls. */
  readonly call: number;
  readonly when: 'before' | 'after';
}

export interface PeopleSchedule {
  readonly seed: number;
  readonly onMatch: OnMatch;
  readonly direction: 'forward' | 'back';
  readonly switches: SwitchChanges;
  readonly edits: readonly { readonly at: Boundary; readonly edit: PersonEdit }[];
}

export const KEY = 'salesforce_id';

interface Subject {
  readonly objectType: ObjectType;
  readonly record: LandscapeRecord;
  readonly address: RecordAddress;
  /** The first call after which it is there; -1 from the beginning. */
  readonly bornAt: number;
}

const MOST_EDITS = 5;
const VALUES: Readonly<Record<ObjectType, readonly string[]>> = {
  companies: ['name', 'domain', 'website', 'city', 'phone', 'description'],
  contacts: ['firstname', 'lastname', 'phone', 'jobtitle', 'email', 'mobilephone'],
  deals: ['dealname', 'amount', 'closedate', 'description'],
};

/** @param gap where the edits go: anywhere but between the pre-image read of a matched record and its update, or just there */
export function randomPeopleSchedule(seed: number, landscape: Landscape, gap: 'avoid' | 'only' = 'avoid'): PeopleSchedule {
  const random = createSeededRandom(seed);
  const count = between(random, 1, MOST_EDITS);
  const onMatch = pick(random, ['fill-blanks', 'overwrite', 'leave'] as const);
  const direction = random() < 0.25 ? 'back' : 'forward';
  const switches: SwitchChanges = { mergedIdsInAssociations: pick(random, ['follow', 'unknown'] as const), archivedRecordsKeepUniqueValues: random() < 0.3 };
  if (gap === 'only') {
    return { seed, onMatch: onMatch === 'leave' ? 'overwrite' : onMatch, direction, switches, edits: Array.from({ length: count }, () => editInGap(random, landscape)) };
  }
  return { seed, onMatch, direction, switches, edits: Array.from({ length: count }, () => pick(random, KINDS)(random, landscape)).flat() };
}

/** As the fault plan of the simulator takes it. */
export function toEvents(schedule: PeopleSchedule, landscape: Landscape): readonly ScheduledEvent[] {
  return schedule.edits.map(({ at, edit }) => {
    const { path, callNumber } = occasionOf(at, landscape);
    return { when: at.when, path, callNumbers: [callNumber], event: { kind: 'edit', edit } };
  });
}

/** The how manieth of its kind the call is. */
export function occasionOf({ call }: Boundary, { calls }: Landscape): { readonly path: string; readonly callNumber: number } {
  const path = pathPattern(calls[call]!);
  return { path, callNumber: calls.slice(0, call + 1).filter((each) => pathPattern(each) === path).length };
}

export function pathPattern({ method, path }: Pick<LoggedCall, 'method' | 'path'>): string {
  return `^${method} ${path.replace(/\?.*$/, '').replaceAll('.', '\\.')}(\\?|$)`;
}

/** The calls between which an update's pre-image is old: first the read, then the update. */
export function gapsOf(calls: readonly Pick<LoggedCall, 'kind'>[]): readonly { readonly objectType: ObjectType; readonly read: number; readonly update: number }[] {
  return OBJECT_TYPES.flatMap((objectType) =>
    calls.flatMap((call, update) => {
      if (call.kind !== `${objectType}.batch.update`) {
        return [];
      }
      let read = update;
      while (calls[read - 1]?.kind === `${objectType}.batch.read`) {
        read -= 1;
      }
      return read < update ? [{ objectType, read, update }] : [];
    }),
  );
}

export function isInGap({ read, update }: { readonly read: number; readonly update: number }, { call, when }: Boundary): boolean {
  return (call > read || (call === read && when === 'after')) && (call < update || (call === update && when === 'before'));
}

// ---------------------------------------------------------------- edits

type Placed = PeopleSchedule['edits'][number];

const KINDS: readonly ((random: SeededRandom, landscape: Landscape) => readonly Placed[])[] = [createWhatIsPlanned, createWhatIsPlanned, changeValue, changeValue, changeValue, mergeTwo, mergeTwo, archiveOne, archiveOne, archiveAndRestore, associateTwo];

/** Somebody enters by hand a person, company or deal that the run is about to create. */
function createWhatIsPlanned(random: SeededRandom, landscape: Landscape): readonly Placed[] {
  const objectType = pick(random, ['contacts', 'contacts', 'companies', 'deals'] as const);
  const { properties } = pick(random, landscape.records[objectType].filter(({ made }) => made === 'by-run'));
  const isKeyed = random() < 0.4;
  const identity = { contacts: 'email', companies: 'domain', deals: 'dealname' }[objectType];
  const own = Object.fromEntries(VALUES[objectType].filter((name) => name !== 'email' && name !== 'domain' && name !== 'closedate' && random() < 0.4).map((name) => [name, valueFor(random, name)]));
  const there = { ...own, ...(properties[identity] === undefined ? {} : { [identity]: properties[identity] }) };
  const edit: PersonEdit = { action: 'create', objectType, properties: { ...(objectType === 'contacts' && properties['email'] === undefined ? { lastname: 'Entered' } : {}), ...there, ...(isKeyed ? { [KEY]: properties[KEY]! } : {}) } };
  // A key can be entered as soon as the property is there.
  const from = isKeyed ? landscape.calls.findIndex(({ method, path }) => method === 'POST' && path.includes(`/properties/2026-09/${objectType}/batch/create`)) : 0;
  return [{ at: boundary(random, landscape, from), edit }];
}

function changeValue(random: SeededRandom, landscape: Landscape): readonly Placed[] {
  const subject = anySubject(random, landscape);
  const name = pick(random, VALUES[subject.objectType]);
  const value = random() < 0.2 ? '' : valueFor(random, name);
  const edit: PersonEdit = { action: 'update', objectType: subject.objectType, ...subject.address, properties: { [name]: value } };
  return [{ at: boundary(random, landscape, subject.bornAt, subject.objectType), edit }];
}

function mergeTwo(random: SeededRandom, landscape: Landscape): readonly Placed[] {
  const winner = anySubject(random, landscape);
  const others = subjects(landscape).filter(({ objectType, record }) => objectType === winner.objectType && record !== winner.record);
  const loser = pick(random, others);
  const merged = loser.address.where === undefined ? { mergedId: loser.address.id } : { mergedWhere: loser.address.where };
  const edit: PersonEdit = { action: 'merge', objectType: winner.objectType, ...winner.address, ...merged };
  return [{ at: boundary(random, landscape, Math.max(winner.bornAt, loser.bornAt), winner.objectType), edit }];
}

function archiveOne(random: SeededRandom, landscape: Landscape): readonly Placed[] {
  const { objectType, address, bornAt } = anySubject(random, landscape);
  return [{ at: boundary(random, landscape, bornAt, objectType), edit: { action: 'archive', objectType, ...address } }];
}

function archiveAndRestore(random: SeededRandom, landscape: Landscape): readonly Placed[] {
  const { objectType, address, bornAt } = anySubject(random, landscape);
  const at = boundary(random, landscape, bornAt, objectType);
  return [
    { at, edit: { action: 'archive', objectType, ...address } },
    { at: boundary(random, landscape, at.call + 1), edit: { action: 'restore', objectType, ...address } },
  ];
}

function associateTwo(random: SeededRandom, landscape: Landscape): readonly Placed[] {
  const [fromType, toType] = pick(random, [['contacts', 'companies'], ['deals', 'companies'], ['deals', 'contacts']] as const);
  const [from, to] = [pick(random, subjects(landscape).filter(({ objectType }) => objectType === fromType)), pick(random, subjects(landscape).filter(({ objectType }) => objectType === toType))];
  const ends = { from: { objectType: fromType, ...from.address }, to: { objectType: toType, ...to.address } };
  return [{ at: boundary(random, landscape, Math.max(from.bornAt, to.bornAt)), edit: { action: random() < 0.6 ? 'associate' : 'disassociate', ...ends } }];
}

/** A value of a matched record, changed after the run has looked at it and before it writes. */
function editInGap(random: SeededRandom, landscape: Landscape): Placed {
  const { objectType, read, update } = pick(random, gapsOf(landscape.calls));
  const { id } = pick(random, landscape.records[objectType].filter(({ made }) => made === 'matched'));
  const name = pick(random, VALUES[objectType].filter((value) => value !== 'email' && value !== 'domain'));
  const at: Boundary = random() < 0.5 ? { call: read, when: 'after' } : { call: update, when: 'before' };
  return { at, edit: { action: 'update', objectType, id, properties: { [name]: valueFor(random, name) } } };
}

function subjects({ calls, records }: Landscape): readonly Subject[] {
  return OBJECT_TYPES.flatMap((objectType) => {
    const creation = calls.findIndex(({ kind }) => kind === `${objectType}.batch.create`);
    return records[objectType].map((record): Subject =>
      record.made === 'by-run' ? { objectType, record, address: { where: { property: KEY, value: record.properties[KEY]! } }, bornAt: creation } : { objectType, record, address: { id: record.id }, bornAt: -1 },
    );
  });
}

/** Matched records and strangers are few: they get as much of people's time as the many that the run makes. */
function anySubject(random: SeededRandom, landscape: Landscape): Subject {
  const made = random() < 0.5 ? 'by-run' : random() < 0.8 ? 'matched' : 'stranger';
  return pick(random, subjects(landscape).filter(({ record }) => record.made === made));
}

/** Any boundary after `bornAt`; for a record of a type that is updated not where its pre-image is being used. */
function boundary(random: SeededRandom, { calls }: Landscape, bornAt: number, objectType?: ObjectType): Boundary {
  const gaps = gapsOf(calls).filter((gap) => gap.objectType === objectType);
  const all = calls.flatMap((_, call) => (['before', 'after'] as const).map((when): Boundary => ({ call, when })));
  const possible = all.filter((at) => (at.call > bornAt || (at.call === bornAt && at.when === 'after')) && !gaps.some((gap) => isInGap(gap, at)));
  return pick(random, possible.length > 0 ? possible : all.slice(-1));
}

function valueFor(random: SeededRandom, name: string): string {
  const number = between(random, 1, 99);
  switch (name) {
    case 'email':
      return `typed-${number}@people.example.net`;
    case 'domain':
      return `typed-${number}.example.net`;
    case 'amount':
      return String(7_000 + number);
    case 'closedate':
      return `2026-05-${String(1 + (number % 28)).padStart(2, '0')}T00:00:00.000Z`;
    default:
      return `Typed ${number}`;
  }
}

function between(random: SeededRandom, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

function pick<T>(random: SeededRandom, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]!;
}
