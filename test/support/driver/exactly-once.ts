/** Looks at source, ledger and portal of a finished run, and says in words what is doubled, lost, wrongly paired, unnamed or in doubt. Reads the three themselves: it compares with no other run. */
import type { IdPair } from '../../../domain/id-map';
import { OBJECT_TYPES } from '../../../domain/object-type';
import type { ObjectType } from '../../../domain/object-type';
import type { BatchRecord, Ledger } from '../../../ledger/ledger';
import type { DumpedRecord, PortalDump } from '../../../simulator/control-plane';

/** Source ids by object type. */
export type SourceIds = Readonly<Partial<Record<ObjectType, readonly string[]>>>;

export interface NamedRefusal {
  readonly objectType: ObjectType;
  readonly sourceId: string;
  readonly code: string;
  readonly property: string | null;
}

export interface Findings {
  /** Source records that more than one live record carries, and live records of the run's making that no source record has. */
  readonly doubled: readonly string[];
  readonly lost: readonly string[];
  readonly wrongPairs: readonly string[];
  readonly inDoubt: readonly string[];
  /** Every source record that the ledger calls refused, with what it says of it. */
  readonly refused: readonly NamedRefusal[];
}

const KEY = 'salesforce_id';
const MERGED = 'salesforce_merged_ids';
const STAMP = 'migration_provenance';

export interface FinishedRun {
  readonly ledger: Ledger;
  readonly run: string;
  readonly source: SourceIds;
  readonly portal: PortalDump;
  /** Records that stood in the portal before the run, by their ids. */
  readonly knownIds: ReadonlySet<string>;
}

export async function lookForBrokenPromises(finished: FinishedRun): Promise<Findings> {
  const found = await Promise.all(OBJECT_TYPES.map((objectType) => lookAt(finished, objectType)));
  const { associations } = await finished.ledger.facts.tallies(finished.run);
  const doubtfulAssociations = Object.entries(associations).flatMap(([type, tally]) => (tally.inDoubt + tally.pending > 0 ? [`${type}: ${tally.inDoubt} in doubt, ${tally.pending} pending`] : []));
  return {
    doubled: found.flatMap(({ doubled }) => doubled),
    lost: found.flatMap(({ lost }) => lost),
    wrongPairs: found.flatMap(({ wrongPairs }) => wrongPairs),
    inDoubt: [...found.flatMap(({ inDoubt }) => inDoubt), ...doubtfulAssociations],
    refused: found.flatMap(({ refused }) => refused),
  };
}

async function lookAt({ ledger, run, source, portal, knownIds }: FinishedRun, objectType: ObjectType): Promise<Findings> {
  const sourceIds = source[objectType] ?? [];
  const live = (portal.records[objectType] ?? []).filter(({ archived }) => !archived);
  const records = await writtenRecords(ledger, run, objectType);
  const pairs = await pairsOf(ledger, run, objectType);
  const targetOf = new Map(pairs.map(([sourceId, targetId]) => [sourceId, targetId]));
  const recordOf = new Map(records.flatMap((record) => [record.sourceId, ...record.foldedSourceIds].map((sourceId) => [sourceId, record] as const)));
  const holders = (sourceId: string): readonly DumpedRecord[] => live.filter(({ properties }) => properties[KEY] === sourceId || (properties[MERGED] ?? '').split(';').includes(sourceId));
  const place = (sourceId: string): string => `${objectType} ${sourceId}`;

  const doubled: string[] = [];
  const lost: string[] = [];
  const wrongPairs: string[] = [];
  const inDoubt: string[] = [];
  const refused: NamedRefusal[] = [];
  for (const sourceId of sourceIds) {
    const record = recordOf.get(sourceId);
    const [holder, ...more] = holders(sourceId);
    if (more.length > 0) {
      doubled.push(`${place(sourceId)} is in ${[holder, ...more].map((each) => each?.id).join(', ')}`);
    }
    if (record === undefined) {
      lost.push(`${place(sourceId)} is in no batch`);
      continue;
    }
    if (record.outcome === null) {
      inDoubt.push(`${place(sourceId)} is ${record.state}`);
      continue;
    }
    if (record.outcome.outcome === 'refused') {
      refused.push({ objectType, sourceId, code: record.outcome.refusal?.code ?? '', property: record.outcome.refusal?.property ?? null });
      if (holder !== undefined) {
        wrongPairs.push(`${place(sourceId)} is refused and yet in ${holder.id}`);
      }
      continue;
    }
    if (holder === undefined) {
      lost.push(`${place(sourceId)} is ${record.outcome.outcome} and in no live record`);
    } else if (targetOf.get(sourceId) !== holder.id || record.outcome.targetId !== holder.id) {
      wrongPairs.push(`${place(sourceId)} is in ${holder.id}, the id map says ${targetOf.get(sourceId) ?? 'nothing'}, the outcome ${record.outcome.targetId ?? 'nothing'}`);
    }
  }
  const paired = new Set(pairs.map(([, targetId]) => targetId));
  for (const { id, properties } of live) {
    if (!paired.has(id) && (!knownIds.has(id) || properties[STAMP] !== undefined || properties[KEY] !== undefined)) {
      doubled.push(`${objectType} ${id} is of the run's making, and the ledger does not know it`);
    }
  }
  for (const [sourceId] of pairs) {
    if (!sourceIds.includes(sourceId)) {
      wrongPairs.push(`${place(sourceId)} has a pair and no source record`);
    }
  }
  return { doubled, lost, wrongPairs, inDoubt, refused };
}

async function writtenRecords(ledger: Ledger, run: string, objectType: ObjectType): Promise<readonly BatchRecord[]> {
  const row = await ledger.runs.find(run);
  const partitions = await ledger.plans.readPartitions(row?.stagingId ?? run, objectType);
  const batches = partitions.flatMap(({ firstBatch, batchCounts }) => batchCounts.map((_, place) => firstBatch + place));
  return (await Promise.all(batches.map((batch) => ledger.writing.readBatch(run, objectType, batch)))).flat();
}

async function pairsOf(ledger: Ledger, run: string, objectType: ObjectType): Promise<readonly IdPair[]> {
  const pages: IdPair[] = [];
  for await (const page of ledger.facts.streamIdMap(run, objectType)) {
    pages.push(...page);
  }
  return pages;
}
