import { ASSOCIATION_KINDS, kindText } from '../domain/association-kind';
import type { PortalRecord } from '../domain/batch-state';
import { byFormerId, MERGED_RECORDS_PROPERTY } from '../domain/merged-record';
import { ASSOCIATION_ENDS } from '../domain/object-type';
import type { ObjectType } from '../domain/object-type';
import type { BatchAssociation, Difference } from '../ledger/ledger';
import type { PortalActivities } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun, requireCount } from './run-context';
import type { PortalCollaborators } from './run-context';

// 1,000 sources a batch read: HubSpot associations API, 2026-09.
const MAX_SOURCES_A_READ = 1_000;
// 100 inputs a batch read: HubSpot CRM objects API, 2026-09.
const MAX_READ_INPUTS = 100;

/** Reads only; a repeat replaces what an earlier attempt recorded. */
export function createVerifyAssociations(collaborators: PortalCollaborators): Pick<PortalActivities, 'verifyAssociations'> {
  const { target } = collaborators;
  const quota = createQuotaGuard(collaborators);
  return {
    verifyAssociations: (input) =>
      inRun(collaborators, input, 'verify', async ({ ledger, call }) => {
        const { run, associationType, batch } = input;
        const { from, to } = ASSOCIATION_ENDS[associationType];
        const plain = kindText(ASSOCIATION_KINDS[associationType].plain);
        const links = await ledger.linking.readBatch(run, associationType, batch);
        requireCount(links.length, input.count, `${associationType} batch ${batch}`);

        const written = links.filter((link) => link.outcome === 'added' || link.outcome === 'already-there');
        const readPairs = async (fromIds: readonly string[]): Promise<PairsThere> => {
          const there = new Map<string, ReadonlySet<string>>();
          for (const sources of inChunks([...new Set(fromIds)], MAX_SOURCES_A_READ)) {
            await quota.assertLeft(input.portalId, input.reserve, call);
            for (const found of await target.readAssociations(from, to, sources, call)) {
              if (found.kinds.some((kind) => kindText(kind) === plain)) {
                there.set(pairKey(found.fromId, found.toId), new Set(found.kinds.map(kindText)));
              }
            }
          }
          return there;
        };
        /** Which record stands now under each id. */
        const readEnds = async (objectType: ObjectType, ids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
          const records: PortalRecord[] = [];
          for (const chunk of inChunks([...new Set(ids)], MAX_READ_INPUTS)) {
            await quota.assertLeft(input.portalId, input.reserve, call);
            records.push(...(await target.readRecords(objectType, { ids: chunk, idProperty: null, properties: [MERGED_RECORDS_PROPERTY], archived: false }, call)));
          }
          return new Map([...byFormerId(records)].map(([id, record]) => [id, record.id]));
        };
        const missing = await explainMissing(written, readPairs, { from: (ids) => readEnds(from, ids), to: (ids) => readEnds(to, ids) });
        const toDifference = (link: BatchAssociation, kind: Difference['kind'], cause: string): Difference => ({
          kind, objectType: associationType, ordinal: link.ordinal, sourceId: link.fromSourceId, targetId: link.fromTargetId, property: null, cause, expected: link.toTargetId, found: null,
        });
        const differences = [
          ...missing.map(({ link, cause }) => toDifference(link, cause === LABEL_REMOVED ? 'label-missing' : 'association-missing', cause)),
          ...links.filter((link) => link.outcome === null && link.state === 'sent').map((link) => toDifference(link, 'not-compared', 'in-doubt')),
        ];
        const result = { recordsCompared: 0, cellsCompared: 0, associationsCompared: written.length };
        await ledger.facts.recordVerification(run, associationType, batch, { ...result, differences });
        return { ...result, differences: differences.length };
      }),
  };
}

/** Kinds by pair. */
type PairsThere = ReadonlyMap<string, ReadonlySet<string>>;
const LABEL_REMOVED = 'label-removed-since';

type ReadIds<T> = (ids: readonly string[]) => Promise<T>;

/**
 * Those of the associations that are not there with all their labels, and why: an end is gone (`deleted-since`), both ends became one record (`merged-since`), or somebody took it away
 * (`removed-since`, or a label of it, `label-removed-since`: the portal had confirmed it). One whose end was merged is looked for where that end went; only what is missing costs these further calls.
 */
async function explainMissing(written: readonly BatchAssociation[], readPairs: ReadIds<PairsThere>, readEnds: { readonly from: ReadIds<ReadonlyMap<string, string>>; readonly to: ReadIds<ReadonlyMap<string, string>> }) {
  const fromId = (link: BatchAssociation): string => link.fromTargetId ?? '';
  const toId = (link: BatchAssociation): string => link.toTargetId ?? '';
  const there = await readPairs(written.map(fromId));
  const missing = written.filter((link) => !there.has(pairKey(fromId(link), toId(link))));
  const [fromNow, toNow] = [await readEnds.from(missing.map(fromId)), await readEnds.to(missing.map(toId))];
  const ends = missing.map((link) => ({ link, from: fromNow.get(fromId(link)), to: toNow.get(toId(link)) }));
  const moved = ends.filter(({ link, from, to }) => from !== undefined && to !== undefined && (from !== fromId(link) || to !== toId(link)));
  const thereNow = await readPairs(moved.flatMap(({ from }) => from ?? []));
  const unlabelled = written.filter((link) => lacksLabel(link, there.get(pairKey(fromId(link), toId(link))))).map((link) => ({ link, cause: LABEL_REMOVED }));
  return ends.flatMap(({ link, from, to }) => {
    if (from === undefined || to === undefined) {
      return [{ link, cause: 'deleted-since' }];
    }
    const kinds = thereNow.get(pairKey(from, to));
    return kinds === undefined ? [{ link, cause: from === to ? 'merged-since' : 'removed-since' }] : lacksLabel(link, kinds) ? [{ link, cause: LABEL_REMOVED }] : [];
  }).concat(unlabelled);
}

/** One whose pair is not there at all is told as that. */
function lacksLabel({ labels }: BatchAssociation, kinds: ReadonlySet<string> | undefined): boolean {
  return kinds !== undefined && labels.some((label) => !kinds.has(label));
}

function pairKey(fromId: string, toId: string): string {
  return `${fromId} ${toId}`;
}

function inChunks<T>(values: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size));
}
