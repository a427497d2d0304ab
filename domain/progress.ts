import { OBJECT_TYPES } from './object-type';
import type { WorkKind, WorkType } from './phase';
import type { PlanFacts } from './plan-facts';

type Counts = Readonly<Record<string, number>>;

/** Where a migration stands, in counts alone. Grows with the number of types, never with that of records. */
export interface Progress {
  /** Outcomes of records and associations by type. */
  readonly written: Readonly<Partial<Record<WorkType, Counts>>>;
  readonly verified: Counts;
  readonly undone: Counts;
  /** Batches written, linked and read back. */
  readonly batchesDone: number;
  /** Counts that a person has seen and accepted: refusals are judged by what came after them. */
  readonly accepted: Readonly<Partial<Record<WorkType, { readonly settled: number; readonly refused: number }>>>;
  /** The last readings, oldest first, for the rate. */
  readonly pulses: readonly { readonly atMs: number; readonly batchesDone: number }[];
}

/** What was done since the last message. */
export interface ProgressReport {
  readonly kind: WorkKind;
  readonly workType: WorkType;
  readonly batches: number;
  readonly counts: Counts;
}

export interface WorkTypeProgress {
  readonly workType: WorkType;
  readonly done: number;
  readonly total: number;
  readonly counts: Counts;
}

const PULSES = 20;
const PULSE_WINDOW_MS = 60_000;
/** Refused records pause a migration when they are more than 5 % of what was settled, and 20 at least, from 200 settled on. */
const REFUSED_SHARE = 0.05;
const REFUSED_AT_LEAST = 20;
const SETTLED_AT_LEAST = 200;

export const EMPTY_PROGRESS: Progress = { written: {}, verified: {}, undone: {}, batchesDone: 0, accepted: {}, pulses: [] };

/** As one report for each kind of work and type. */
export function reportsTogether(reports: readonly ProgressReport[]): readonly ProgressReport[] {
  const together = new Map<string, ProgressReport>();
  for (const report of reports) {
    const key = `${report.kind} ${report.workType}`;
    const before = together.get(key);
    together.set(key, before === undefined ? report : { ...report, batches: before.batches + report.batches, counts: added(before.counts, report.counts) });
  }
  return [...together.values()];
}

export function progressMade(progress: Progress, report: ProgressReport, nowMs: number): Progress {
  switch (report.kind) {
    case 'write-records':
    case 'write-associations': {
      const written = { ...progress.written, [report.workType]: added(progress.written[report.workType] ?? {}, report.counts) };
      return pulsed({ ...progress, written }, report.batches, nowMs);
    }
    case 'verify-records':
    case 'verify-associations':
      return pulsed({ ...progress, verified: added(progress.verified, report.counts) }, report.batches, nowMs);
    case 'undo-associations':
    case 'undo-records':
      return { ...progress, undone: added(progress.undone, report.counts) };
  }
}

/** Work begins, or goes on after a wait that must not count as slow work. */
export const workBegun = (progress: Progress, nowMs: number): Progress => ({ ...progress, pulses: [{ atMs: nowMs, batchesDone: progress.batchesDone }] });

/** The types whose refusals ask for a person, judged by what was settled since they were last accepted. */
export const typesRefusedTooOften = (progress: Progress): readonly WorkType[] =>
  writtenTypes(progress).filter((workType) => {
    const { settled, refused } = settledOf(progress.written[workType] ?? {});
    const seen = progress.accepted[workType] ?? { settled: 0, refused: 0 };
    const newlySettled = settled - seen.settled;
    const newlyRefused = refused - seen.refused;
    return newlySettled >= SETTLED_AT_LEAST && newlyRefused >= REFUSED_AT_LEAST && newlyRefused > newlySettled * REFUSED_SHARE;
  });

/** A person resumed in sight of the refusals. */
export const refusalsAccepted = (progress: Progress): Progress => ({
  ...progress,
  accepted: Object.fromEntries(writtenTypes(progress).map((workType) => [workType, settledOf(progress.written[workType] ?? {})])),
});

/** A round of retry takes back what had become of its records: refusals are judged by what comes now. @param written outcomes by type without the round's own */
export const roundBegun = (progress: Progress, written: Progress['written']): Progress => refusalsAccepted({ ...progress, written });

export function progressByType(progress: Progress, facts: PlanFacts | null): readonly WorkTypeProgress[] {
  const of = (workType: WorkType, total: number): WorkTypeProgress => {
    const counts = progress.written[workType] ?? {};
    return { workType, done: settledOf(counts).settled, total, counts };
  };
  return [
    ...(facts?.records ?? []).map(({ objectType, create, update, unchanged }) => of(objectType, create + update + unchanged)),
    ...(facts?.associations ?? []).map(({ associationType, planned }) => of(associationType, planned)),
  ];
}

/** Each batch is written once and read back once. */
export const batchTotal = (facts: PlanFacts | null): number =>
  2 * [...(facts?.records ?? []), ...(facts?.associations ?? [])].flatMap(({ partitions }) => partitions).reduce((sum, { batchCounts }) => sum + batchCounts.length, 0);

export function batchesPerMinute({ pulses }: Progress): number | null {
  const first = pulses[0];
  const last = pulses.at(-1);
  if (first === undefined || last === undefined || last.atMs <= first.atMs || last.batchesDone === first.batchesDone) {
    return null;
  }
  return ((last.batchesDone - first.batchesDone) / (last.atMs - first.atMs)) * 60_000;
}

/** ISO-8601, by the rate of late; null where none is known. @param fromMs now, or the end of a wait */
export function expectedEnd(progress: Progress, facts: PlanFacts | null, fromMs: number): string | null {
  const rate = batchesPerMinute(progress);
  const left = batchTotal(facts) - progress.batchesDone;
  return rate === null || facts === null ? null : new Date(fromMs + (Math.max(0, left) / rate) * 60_000).toISOString();
}

/** Records settled, of all types; what the list of workflows shows. */
export const recordsDone = (progress: Progress, facts: PlanFacts | null): { readonly done: number; readonly total: number } => {
  const types = progressByType(progress, facts).filter(({ workType }) => OBJECT_TYPES.some((objectType) => objectType === workType));
  return { done: types.reduce((sum, { done }) => sum + done, 0), total: types.reduce((sum, { total }) => sum + total, 0) };
};

function pulsed(progress: Progress, batches: number, nowMs: number): Progress {
  const batchesDone = progress.batchesDone + batches;
  const recent = progress.pulses.filter(({ atMs }) => atMs >= nowMs - PULSE_WINDOW_MS);
  const kept = recent.length > 0 ? recent : progress.pulses.slice(-1);
  return { ...progress, batchesDone, pulses: [...kept, { atMs: nowMs, batchesDone }].slice(-PULSES) };
}

export const added = (one: Counts, other: Counts): Counts =>
  Object.fromEntries([...new Set([...Object.keys(one), ...Object.keys(other)])].map((key) => [key, (one[key] ?? 0) + (other[key] ?? 0)]));

const settledOf = (counts: Counts): { settled: number; refused: number } => ({
  settled: Object.values(counts).reduce((sum, count) => sum + count, 0),
  refused: counts.refused ?? 0,
});

const isWorkType = (progress: Progress, key: string): key is WorkType => Object.hasOwn(progress.written, key);
const writtenTypes = (progress: Progress): readonly WorkType[] => Object.keys(progress.written).filter((key) => isWorkType(progress, key));
