import type { AssociationType, ObjectType } from '../../domain/object-type';
import type { PlanFacts } from '../../domain/plan-facts';
import type { PartitionManifest } from '../../domain/planned-record';

const BATCH = 100;
const BATCHES_A_PARTITION = 100;

/** Partitions over so many records, in full batches but the last. */
export function partitionsOf(count: number, batchesAPartition = BATCHES_A_PARTITION): PartitionManifest[] {
  const size = BATCH * batchesAPartition;
  return Array.from({ length: Math.ceil(count / size) }, (_, partition) => {
    const recordCount = Math.min(size, count - partition * size);
    return { partition, firstBatch: partition * batchesAPartition, batchCounts: Array.from({ length: Math.ceil(recordCount / BATCH) }, (__, batch) => Math.min(BATCH, recordCount - batch * BATCH)) };
  });
}

/** A plan that creates so many records and associations of each type. */
export function aPlan(
  named: Partial<Omit<PlanFacts, 'records' | 'associations'>> & {
    readonly creates?: Partial<Record<ObjectType, number>>;
    readonly links?: Partial<Record<AssociationType, number>>;
    readonly batchesAPartition?: number;
  } = {},
): PlanFacts {
  const { creates = { companies: 250, contacts: 130, deals: 90 }, links = { 'contacts-companies': 130 }, batchesAPartition, ...rest } = named;
  return {
    digest: 'plan-digest',
    portalId: '4711',
    simulator: true,
    leftOutToAccept: 0,
    undecided: 0,
    calls: 0,
    ...rest,
    records: (['companies', 'contacts', 'deals'] as const)
      .filter((objectType) => creates[objectType] !== undefined)
      .map((objectType) => {
        const create = creates[objectType] ?? 0;
        return { objectType, source: create, create, update: 0, unchanged: 0, fold: 0, leftOut: {},
      cells: {}, partitions: partitionsOf(create, batchesAPartition) };
      }),
    associations: (['contacts-companies', 'deals-companies', 'deals-contacts', 'companies-companies'] as const)
      .filter((associationType) => links[associationType] !== undefined)
      .map((associationType) => {
        const planned = links[associationType] ?? 0;
        return { associationType, source: planned, planned, duplicate: 0, selfLink: 0, missingEnd: 0, partitions: partitionsOf(planned, batchesAPartition) };
      }),
  };
}
