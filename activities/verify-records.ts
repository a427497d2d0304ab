import type { CallContext, TargetConnector } from '../connectors/connector';
import type { PortalRecord, Values } from '../domain/batch-state';
import { MERGED_OBJECTS_PROPERTY, mergedAway } from '../domain/merged-records';
import { changedSince } from '../domain/property-history';
import { STAMP_PROPERTY } from '../domain/provenance';
import { meansTheSame } from '../domain/value-comparison';
import { differencesOf, expectedValues } from '../domain/verification';
import type { CellDifference, WrittenRecord } from '../domain/verification';
import type { ObjectType } from '../domain/object-type';
import type { BatchRecord, Difference } from '../ledger/ledger';
import { createPlannedPortals, propertyTypesOf } from './batch-context';
import type { PortalActivities } from './migration-activities';
import { createQuotaGuard } from './quota-guard';
import { inRun, requireCount } from './run-context';
import type { PortalCollaborators } from './run-context';

// 50 records a batch read with history: HubSpot CRM objects API, 2026-09.
const MAX_HISTORY_INPUTS = 50;

/** Reads only; a repeat replaces what an earlier attempt recorded. */
export function createVerifyRecords(collaborators: PortalCollaborators): Pick<PortalActivities, 'verifyRecords'> {
  const { ledger, target } = collaborators;
  const quota = createQuotaGuard(collaborators);
  const plannedPortal = createPlannedPortals(ledger);
  return {
    verifyRecords: (input) =>
      inRun(collaborators, input, 'verify', async ({ row, call }) => {
        const { run, objectType, batch } = input;
        const records = await ledger.writing.readBatch(run, objectType, batch);
        requireCount(records.length, input.count, `${objectType} batch ${batch}`);
        const portal = await plannedPortal(row.stagingId);
        const types = propertyTypesOf(portal, objectType);
        const written = records.flatMap(toWritten);
        const expected = new Map(written.map((record) => [record.ordinal, expectedValues(record, run, portal.schemaPlan.keyProperty)]));
        if (written.length > 0) {
          await quota.assertLeft(input.portalId, input.reserve, call);
        }
        const found = await readByTargetId(target, objectType, written, expected, call);
        const merged = mergedAway(written.map(({ targetId }) => targetId), [...found.values()]);
        const compared = written.map((record) => compare(objectType, record, expected.get(record.ordinal) ?? {}, found.get(record.targetId), types, merged.has(record.targetId) ? 'merged-since' : 'deleted-since'));
        const differences = [...compared.flatMap(({ missing }) => missing), ...(await withCauses(target, objectType, compared, types, call)), ...records.flatMap((record) => inDoubtDifference(objectType, record))];
        const result = {
          recordsCompared: compared.length,
          cellsCompared: compared.reduce((sum, each) => sum + each.cellCount, 0),
          associationsCompared: 0,
        };
        await ledger.facts.recordVerification(run, objectType, batch, { ...result, differences });
        return { ...result, differences: differences.length };
      }),
  };
}

function toWritten({ ordinal, sourceId, kind, properties, outcome }: BatchRecord): readonly WrittenRecord[] {
  return outcome === null || outcome.outcome === 'refused' || outcome.targetId === null
    ? []
    : [{ ordinal, sourceId, kind, outcome: outcome.outcome, targetId: outcome.targetId, properties, postImage: outcome.postImage }];
}

/** A record in doubt at the end is named, never passed over. */
function inDoubtDifference(objectType: ObjectType, { ordinal, sourceId, state, outcome }: BatchRecord): readonly Difference[] {
  return outcome === null && state === 'sent'
    ? [{ kind: 'not-compared', objectType, ordinal, sourceId, targetId: null, property: null, cause: 'in-doubt', expected: null, found: null }]
    : [];
}

async function readByTargetId(target: TargetConnector, objectType: ObjectType, written: readonly WrittenRecord[], expected: ReadonlyMap<number, Values>, call: CallContext): Promise<ReadonlyMap<string, PortalRecord>> {
  if (written.length === 0) {
    return new Map();
  }
  const properties = [...new Set([STAMP_PROPERTY, MERGED_OBJECTS_PROPERTY, ...written.flatMap((record) => Object.keys(expected.get(record.ordinal) ?? {}))])];
  const ids = [...new Set(written.map((record) => record.targetId))];
  const records = await target.readRecords(objectType, { ids, idProperty: null, properties, archived: false }, call);
  return new Map(records.map((record) => [record.id, record]));
}

interface Comparison {
  readonly record: WrittenRecord;
  readonly cellCount: number;
  readonly missing: readonly Difference[];
  readonly cells: readonly (CellDifference & { readonly base: Difference })[];
}

function compare(objectType: ObjectType, record: WrittenRecord, expected: Values, found: PortalRecord | undefined, types: Values, causeIfMissing: 'merged-since' | 'deleted-since'): Comparison {
  const cellCount = Object.keys(expected).length;
  const base = (kind: Difference['kind']): Difference => ({ kind, objectType, ordinal: record.ordinal, sourceId: record.sourceId, targetId: record.targetId, property: null, cause: 'unknown', expected: null, found: null });
  if (found === undefined || found.archived) {
    return { record, cellCount, missing: [{ ...base('record-missing'), cause: causeIfMissing }], cells: [] };
  }
  return { record, cellCount, missing: [], cells: differencesOf(expected, found, types).map((cell) => ({ ...cell, base: base('value') })) };
}

/** One history read for the records that differ, and for no other. */
async function withCauses(target: TargetConnector, objectType: ObjectType, compared: readonly Comparison[], types: Values, call: CallContext): Promise<readonly Difference[]> {
  const differing = compared.filter((each) => each.cells.length > 0);
  const causes: Difference[] = [];
  for (let start = 0; start < differing.length; start += MAX_HISTORY_INPUTS) {
    const part = differing.slice(start, start + MAX_HISTORY_INPUTS);
    const properties = [...new Set(part.flatMap((each) => each.cells.map((cell) => cell.property)))];
    const histories = await target.readHistory(objectType, part.map((each) => each.record.targetId), properties, call);
    for (const { record, cells } of part) {
      for (const { base, property, expected, found } of cells) {
        const kind = { name: property, type: types[property] ?? 'string' };
        const ours = record.postImage?.[property] ?? expected;
        const change = changedSince(histories.get(record.targetId)?.[property] ?? [], ours, (left, right) => meansTheSame(kind, left, right));
        causes.push({ ...base, property, expected, found, cause: change === 'none' ? 'unknown' : change === 'person' ? 'edited-since' : 'changed-by-portal' });
      }
    }
  }
  return causes;
}
