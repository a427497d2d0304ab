import type { CallContext, TargetConnector, TargetRecord } from '../connectors/connector';
import type { ObjectType } from '../domain/object-type';
import { STAMP_PROPERTY, originFromStamp, stampOf } from '../domain/provenance';
import { isBlank } from '../domain/value-comparison';
import type { Difference, FencedLedger, RunRow } from '../ledger/ledger';
import { createPlannedPortals } from './batch-context';
import type { PortalActivities } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun } from './run-context';
import type { PortalCollaborators } from './run-context';

// A search ends at 10,000 results, a batch read takes 100 inputs: HubSpot CRM search and objects API, 2026-09.
const MAX_SEARCH_RESULTS = 10_000;
const MAX_READ_INPUTS = 100;
/** A search a 200 records, at 5 a second: a minute's worth. What lies beyond is counted, not read. */
const MAX_STAMPED_READ = 50_000;
/** Place of these findings beside the batches of the type, so that a repeat replaces them. */
const UNEXPECTED_BATCH = -1;

/**
 * Two looks: what was created since the start without our stamp, and what carries our stamp though the ledger knows nothing of it (what a refused create left behind,
 * or a write that came in late). Search is eventually consistent: what it finds is read again by id, and only that counts. Reads only; a repeat replaces the earlier findings.
 */
export function createFindUnexpected(collaborators: PortalCollaborators): Pick<PortalActivities, 'findUnexpected'> {
  const { target } = collaborators;
  const plannedPortal = createPlannedPortals(collaborators.ledger);
  const quota = createQuotaGuard(collaborators);
  return {
    findUnexpected: (input) =>
      inRun(collaborators, input, 'verify', async ({ row, ledger, call }) => {
        const { run, objectType } = input;
        const { keyProperty } = (await plannedPortal(row)).schemaPlan;
        const assertQuota = (): Promise<void> => quota.assertLeft(input.portalId, input.reserve, call);
        const look: Look = { ledger, target, call, row, objectType, keyProperty, assertQuota };
        const looks = [await findUnstamped(look), await findUnknownStamped(look)];
        const uncounted = looks.reduce((sum, { beyond }) => sum + beyond, 0);
        const differences = looks.flatMap(({ ids, cause, beyond }): Difference[] => [
          ...ids.map((targetId) => toDifference(objectType, targetId, cause)),
          ...(beyond === 0 ? [] : [{ ...toDifference(objectType, null, 'beyond-search'), kind: 'not-compared' as const, found: String(beyond) }]),
        ]);
        await ledger.facts.recordVerification(run, objectType, UNEXPECTED_BATCH, { recordsCompared: 0, cellsCompared: 0, associationsCompared: 0, differences });
        return { unexpected: looks.reduce((sum, { ids }) => sum + ids.length, 0) + uncounted };
      }),
  };
}

interface Look {
  readonly ledger: FencedLedger;
  readonly target: TargetConnector;
  readonly call: CallContext;
  readonly row: RunRow;
  readonly objectType: ObjectType;
  readonly keyProperty: string;
  /** Before each page: a portal full of strangers must not cost the day's reserve. */
  readonly assertQuota: () => Promise<void>;
}
interface Found {
  readonly ids: readonly string[];
  readonly cause: string;
  /** Counted by the portal, but not read. */
  readonly beyond: number;
}

async function findUnstamped(look: Look): Promise<Found> {
  const { target, call, row, objectType } = look;
  const found: string[] = [];
  let after: string | null = null;
  let read = 0;
  let total = 0;
  do {
    await look.assertQuota();
    const page: Awaited<ReturnType<typeof target.searchCreatedWithout>> = await target.searchCreatedWithout(objectType, { createdSince: row.createdAt, property: STAMP_PROPERTY, after }, call);
    total = page.total;
    found.push(...(await readUnknown(look, page.ids, (record) => isBlank(record.properties[STAMP_PROPERTY]))));
    read += page.ids.length;
    after = page.ids.length === 0 ? null : page.after;
  } while (after !== null && read < MAX_SEARCH_RESULTS);
  return { ids: found, cause: 'unknown', beyond: Math.max(0, total - Math.max(read, Math.min(total, MAX_SEARCH_RESULTS))) };
}

/** As many as the ledger counts: then they are the ledger's, and one search has told so. */
async function findUnknownStamped(look: Look): Promise<Found> {
  const { ledger, target, call, row, objectType } = look;
  const { run } = row;
  const known = (await ledger.facts.tallies(run)).records[objectType]?.created ?? 0;
  const found: string[] = [];
  let afterId: string | null = null;
  let read = 0;
  for (;;) {
    await look.assertQuota();
    const page: Awaited<ReturnType<typeof target.searchHolding>> = await target.searchHolding(objectType, { createdSince: row.createdAt, property: STAMP_PROPERTY, value: stampOf(run, 'c'), afterId }, call);
    if ((afterId === null && page.total === known) || page.ids.length === 0) {
      return { ids: found, cause: 'unknown-stamped', beyond: 0 };
    }
    found.push(...(await readUnknown(look, page.ids, (record) => originFromStamp(record.properties[STAMP_PROPERTY], run) === 'c')));
    read += page.ids.length;
    afterId = page.ids.at(-1) ?? null;
    if (read >= MAX_STAMPED_READ) {
      return { ids: found, cause: 'unknown-stamped', beyond: Math.max(0, page.total - page.ids.length) };
    }
  }
}

/** Of these ids those that are alive, that the ledger does not know, and that still are as the search said. */
async function readUnknown({ ledger, target, call, row, objectType, keyProperty }: Look, ids: readonly string[], isAsFound: (record: TargetRecord) => boolean): Promise<readonly string[]> {
  const known = new Set((await ledger.writing.findByTargetIds(row.run, objectType, ids)).map(([, targetId]) => targetId));
  const unknown = ids.filter((id) => !known.has(id));
  const found: string[] = [];
  for (let start = 0; start < unknown.length; start += MAX_READ_INPUTS) {
    const records = await target.readRecords(objectType, { ids: unknown.slice(start, start + MAX_READ_INPUTS), idProperty: null, properties: [STAMP_PROPERTY, keyProperty], archived: false }, call);
    found.push(...records.filter((record) => !record.archived && isAsFound(record)).map((record) => record.id));
  }
  return found;
}

function toDifference(objectType: ObjectType, targetId: string | null, cause: string): Difference {
  return { kind: 'unexpected-record', objectType, ordinal: null, sourceId: null, targetId, property: null, cause, expected: null, found: null };
}
