import type { WorkKind, WorkType } from './phase';
import type { PartitionManifest } from './planned-record';

/** At most this many partitions are open: more of them would not send faster, only hold more state. */
export const MAX_OPEN_PARTITIONS = 4;

/** One partition of a phase: what is done to which batches. */
export interface WorkItem {
  readonly kind: WorkKind;
  readonly workType: WorkType;
  readonly manifest: PartitionManifest;
  /** Records or associations of its type in the partitions before it: for what people read. */
  readonly before: number;
}

export interface BatchPlace {
  readonly batch: number;
  /** Records or associations in it. */
  readonly count: number;
  /** `contacts 12,301–12,400`: ordinals from 1, for people. */
  readonly summary: string;
}

/** How many batches each open partition may have in flight; at least one. */
export const windowShare = (window: number, openPartitions: number): number => Math.max(1, Math.floor(window / Math.max(1, openPartitions)));

/** The batches of a partition in order. */
export function batchesOf({ workType, manifest, before }: WorkItem): readonly BatchPlace[] {
  let last = before;
  return manifest.batchCounts.map((count, index) => {
    const first = last + 1;
    last += count;
    return { batch: manifest.firstBatch + index, count, summary: `${workType} ${grouped(first)}–${grouped(last)}` };
  });
}

/** All partitions of a type as work, in order. */
export function toItems(kind: WorkKind, workType: WorkType, partitions: readonly PartitionManifest[]): readonly WorkItem[] {
  let before = 0;
  return partitions.map((manifest) => {
    const item = { kind, workType, manifest, before };
    before += manifest.batchCounts.reduce((sum, count) => sum + count, 0);
    return item;
  });
}

/** 12345 → `12,345`. */
export const grouped = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
