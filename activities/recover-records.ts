import type { CallContext } from '../connectors/connector';
import type { IdPair } from '../domain/id-map';
import type { ObjectType } from '../domain/object-type';
import type { BatchRecord, FencedLedger, RecordSettlement } from '../ledger/ledger';
import { MERGED_RECORDS_PROPERTY, byFormerId } from '../domain/merged-record';
import { STAMP_PROPERTY, stampOf } from '../domain/provenance';
import { createPlannedPortals, toBatchContext } from './batch-context';
import { carryOutBatch } from './carry-out-batch';
import type { PortalActivities } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun, requireCount, toIso } from './run-context';
import type { PortalCollaborators } from './run-context';

/**
 * After the ledger was lost nobody knows which records went out: all of them count as sent without an answer, and are looked up as those always are, by key, a hundred a
 * call. What is ours is settled with its pair. What the workflows knew of, and the portal no longer shows, is settled from their word: nothing is made a second time.
 * Repeat-safe: a record that was looked up is not asked about again.
 */
export function createRecoverRecords(collaborators: PortalCollaborators): Pick<PortalActivities, 'recoverRecords'> {
  const { target, clock } = collaborators;
  const quota = createQuotaGuard(collaborators);
  const plannedPortal = createPlannedPortals(collaborators.ledger);
  return {
    recoverRecords: (input) =>
      inRun(collaborators, input, input.objectType, async ({ row, ledger, call }) => {
        const { run, objectType, manifest } = input;
        const portal = await plannedPortal(row);
        const context = toBatchContext(row, portal, objectType, 'settle');
        const assertQuota = (): Promise<void> => quota.assertLeft(input.portalId, input.reserve, call);
        const look: Look = { ledger, target, clock, run, objectType, call };
        let found = 0;
        let differing = 0;
        for (const [index, count] of manifest.batchCounts.entries()) {
          const batch = manifest.firstBatch + index;
          const planned = await ledger.writing.readBatch(run, objectType, batch);
          requireCount(planned.length, count, `${objectType} batch ${batch}`);
          const untold = planned.filter((record) => record.kind !== 'unchanged' && record.state === 'unsent' && record.attempt === 0);
          if (untold.length > 0) {
            await assertQuota();
            await ledger.writing.markSent(run, objectType, untold.map(({ ordinal, attempt }) => ({ ordinal, attempt })), toIso(clock()));
          }
          const records = await ledger.writing.readBatch(run, objectType, batch);
          if (records.some((record) => record.state === 'sent')) {
            await carryOutBatch({ ledger, target, clock, call, assertQuota, changedProperties: () => Promise.resolve([]) }, context, records);
          }
          differing += await compareWithWitnesses(look, batch);
          found += (await ledger.writing.readPairs(run, objectType, batch)).length;
        }
        return { found, differing };
      }),
  };
}

type Look = Pick<PortalCollaborators, 'target' | 'clock'> & { readonly ledger: FencedLedger; readonly run: string; readonly objectType: ObjectType; readonly call: CallContext };

/** Where a record is that the workflows knew by this id. */
type Whereabouts = 'there' | 'merged' | 'gone';

/** @returns how many pairs the portal and the workflows tell differently, for no reason that can be seen */
async function compareWithWitnesses(look: Look, batch: number): Promise<number> {
  const { ledger, run, objectType, clock } = look;
  const records = await ledger.writing.readBatch(run, objectType, batch);
  const sourceIds = records.flatMap((record) => [record.sourceId, ...record.foldedSourceIds]);
  const witnesses = await ledger.recovery.findWitnesses(run, objectType, sourceIds);
  if (witnesses.length === 0) {
    return 0;
  }
  const pairs = new Map((await ledger.writing.readPairs(run, objectType, batch)).map((pair) => [pair[0], pair]));
  const contradicted = witnesses.filter((witness) => !isSame(pairs.get(witness[0]) ?? witness, witness));
  const witnessOf = new Map(witnesses.map((witness) => [witness[0], witness]));
  const unpaired = records.flatMap((record) => {
    const witness = witnessOf.get(record.sourceId);
    // One that was right already is paired when it is its turn, with the record that the plan names.
    const isMatchedAlike = witness !== undefined && record.kind === 'unchanged' && record.targetId === witness[1];
    return witness === undefined || pairs.has(record.sourceId) || isMatchedAlike ? [] : [{ record, witness }];
  });
  const whereabouts = await findWhereabouts(look, [...contradicted, ...unpaired.map(({ witness }) => witness)].map(([, targetId]) => targetId));
  const whereIs = ([, targetId]: IdPair): Whereabouts => whereabouts.get(targetId) ?? 'gone';

  const unsettled = unpaired.filter(({ record }) => record.outcome === null);
  await ledger.writing.settle(run, objectType, unsettled.map(({ record, witness }) => ({ ordinal: record.ordinal, ...settledFrom(run, record, witness, whereIs(witness)) })), toIso(clock()));
  const unexplained = contradicted.filter((witness) => whereIs(witness) !== 'merged');
  const count = (where: Whereabouts): number => [...contradicted.filter((witness) => !unexplained.includes(witness)), ...unpaired.map(({ witness }) => witness)].filter((witness) => whereIs(witness) === where).length;
  await tell(look, batch, { gone: count('gone'), merged: count('merged'), there: count('there'), unexplained: unexplained.map((witness) => ({ witness, pair: pairs.get(witness[0]) })) });
  return unexplained.length;
}

const isSame = ([, target, origin]: IdPair, [, otherTarget, otherOrigin]: IdPair): boolean => target === otherTarget && origin === otherOrigin;

/** The pair stays as it was recorded; a record that is gone was deleted by somebody, and is not made again. */
function settledFrom(run: string, { properties }: BatchRecord, [, targetId, origin]: IdPair, where: Whereabouts): RecordSettlement {
  if (where === 'gone') {
    return { outcome: 'refused', targetId: null, refusal: { code: 'deleted-since', property: null, message: '', correlationId: null }, postImage: null };
  }
  return origin === 'c'
    ? { outcome: 'created', targetId, refusal: null, postImage: { ...properties, [STAMP_PROPERTY]: stampOf(run, 'c') } }
    : { outcome: 'updated', targetId, refusal: null, postImage: {} };
}

async function findWhereabouts({ target, call, objectType }: Look, targetIds: readonly string[]): Promise<ReadonlyMap<string, Whereabouts>> {
  const ids = [...new Set(targetIds)];
  const read = ids.length === 0 ? [] : await target.readRecords(objectType, { ids, idProperty: null, properties: [MERGED_RECORDS_PROPERTY], archived: false }, call);
  const standing = byFormerId(read.filter(({ archived }) => !archived));
  return new Map(ids.map((id) => [id, whereaboutsOf(id, standing.get(id)?.id)]));
}

const whereaboutsOf = (id: string, standingId: string | undefined): Whereabouts => (standingId === undefined ? 'gone' : standingId === id ? 'there' : 'merged');

interface Told {
  readonly gone: number;
  readonly merged: number;
  readonly there: number;
  readonly unexplained: readonly { readonly witness: IdPair; readonly pair: IdPair | undefined }[];
}

/** Ids and counts only. A repeated attempt replaces what it told before. */
async function tell({ ledger, run, objectType }: Look, batch: number, { gone, merged, there, unexplained }: Told): Promise<void> {
  const place = `${objectType} batch ${batch}`;
  const finding = (code: string, count: number, message: string, remedy: string, at = place) => (count === 0 ? [] : [{ code, severity: 'warning' as const, place: at, message, remedy, count }]);
  await ledger.runs.addFindings(run, [
    ...finding('recovered-deleted', gone, 'Records that the run had written are no longer in the portal: somebody deleted them. They are not written again.', 'Restore them in HubSpot if they should be there.'),
    ...finding('recovered-merged', merged, 'Records that the run had written were merged into others since.', 'Nothing: the pair is kept, and leads to the record that they were merged into.'),
    ...finding('recovered-key-changed', there, 'Records that the run had written no longer carry its key or stamp.', 'Look at who edits these properties; a rollback leaves such records alone.'),
    ...unexplained.flatMap(({ witness: [sourceId, targetId, origin], pair }) =>
      finding('id-map-witness-differs', 1, `The workflows knew ${targetId} (${origin}), the portal shows ${pair?.[1] ?? 'none'} (${pair?.[2] ?? '-'}).`, 'Look at both records in HubSpot; the portal is believed once the run is resumed.', `${objectType} ${sourceId}`),
    ),
  ]);
}
