import type { CallContext, TargetConnector } from '../connectors/connector';
import type { PortalRecord, Values } from '../domain/batch-state';
import { byFormerId, MERGED_RECORDS_PROPERTY } from '../domain/merged-record';
import { changedSince, overwrittenValue } from '../domain/property-history';
import type { HistoryEntry } from '../domain/property-history';
import { STAMP_PROPERTY } from '../domain/provenance';
import { meansTheSame } from '../domain/value-comparison';
import { differencesOf, expectedValues, overwritingProperties } from '../domain/verification';
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
  const { target } = collaborators;
  const quota = createQuotaGuard(collaborators);
  const plannedPortal = createPlannedPortals(collaborators.ledger);
  return {
    verifyRecords: (input) =>
      inRun(collaborators, input, 'verify', async ({ row, ledger, call }) => {
        const { run, objectType, batch } = input;
        const records = await ledger.writing.readBatch(run, objectType, batch);
        requireCount(records.length, input.count, `${objectType} batch ${batch}`);
        const portal = await plannedPortal(row);
        const { keyProperty } = portal.schemaPlan;
        const types = propertyTypesOf(portal, objectType);
        const written = records.flatMap(toWritten);
        const expected = new Map(written.map((record) => [record.ordinal, expectedValues(record, run, keyProperty)]));
        if (written.length > 0) {
          await quota.assertLeft(input.portalId, input.reserve, call);
        }
        const found = await readByTargetId(target, objectType, written, expected, call);
        const compared = written.map((record) => compare(objectType, record, expected.get(record.ordinal) ?? {}, found.get(record.targetId), types, keyProperty));
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

function toWritten({ ordinal, sourceId, kind, properties, preImage, outcome }: BatchRecord): readonly WrittenRecord[] {
  return outcome === null || outcome.outcome === 'refused' || outcome.targetId === null
    ? []
    : [{ ordinal, sourceId, kind, outcome: outcome.outcome, targetId: outcome.targetId, properties, preImage, postImage: outcome.postImage }];
}

/** A record in doubt at the end is named, never passed over. */
function inDoubtDifference(objectType: ObjectType, { ordinal, sourceId, state, outcome }: BatchRecord): readonly Difference[] {
  return outcome === null && state === 'sent'
    ? [{ kind: 'not-compared', objectType, ordinal, sourceId, targetId: null, property: null, cause: 'in-doubt', expected: null, found: null }]
    : [];
}

/** A record that people merged into another is compared with that one. */
async function readByTargetId(target: TargetConnector, objectType: ObjectType, written: readonly WrittenRecord[], expected: ReadonlyMap<number, Values>, call: CallContext): Promise<ReadonlyMap<string, PortalRecord>> {
  if (written.length === 0) {
    return new Map();
  }
  const properties = [...new Set([STAMP_PROPERTY, MERGED_RECORDS_PROPERTY, ...written.flatMap((record) => Object.keys(expected.get(record.ordinal) ?? {}))])];
  const ids = [...new Set(written.map((record) => record.targetId))];
  return byFormerId(await target.readRecords(objectType, { ids, idProperty: null, properties, archived: false }, call));
}

interface Comparison {
  readonly record: WrittenRecord;
  readonly cellCount: number;
  /** The record is gone, or another one by now. */
  readonly missing: readonly Difference[];
  readonly cells: readonly CellDifference[];
  /** Properties whose history tells whether a person's value was lost. */
  readonly overwriting: readonly string[];
}

function compare(objectType: ObjectType, record: WrittenRecord, expected: Values, found: PortalRecord | undefined, types: Values, keyProperty: string): Comparison {
  const cellCount = Object.keys(expected).length;
  if (found === undefined || found.archived) {
    return { record, cellCount, missing: [{ ...differenceOf(objectType, record), kind: 'record-missing', cause: 'deleted-since' }], cells: [], overwriting: [] };
  }
  const cells = differencesOf(expected, found, types);
  if (found.id !== record.targetId) {
    return { record, cellCount, missing: cells.map((cell) => ({ ...differenceOf(objectType, record), ...cell, cause: 'merged-since' })), cells: [], overwriting: [] };
  }
  return { record, cellCount, missing: [], cells, overwriting: overwritingProperties(record, keyProperty) };
}

const differenceOf = (objectType: ObjectType, { ordinal, sourceId, targetId }: WrittenRecord): Difference => ({ kind: 'value', objectType, ordinal, sourceId, targetId, property: null, cause: 'unknown', expected: null, found: null });

/** History is read of records that differ, and of those whose values we wrote over: somebody may have changed one after its pre-image was read. */
async function withCauses(target: TargetConnector, objectType: ObjectType, compared: readonly Comparison[], types: Values, call: CallContext): Promise<readonly Difference[]> {
  const asked = compared.filter((each) => each.cells.length > 0 || each.overwriting.length > 0);
  const differences: Difference[] = [];
  for (let start = 0; start < asked.length; start += MAX_HISTORY_INPUTS) {
    const part = asked.slice(start, start + MAX_HISTORY_INPUTS);
    const properties = [...new Set(part.flatMap(({ cells, overwriting }) => [...cells.map((cell) => cell.property), ...overwriting]))];
    const histories = await target.readHistory(objectType, part.map(({ record }) => record.targetId), properties, call);
    for (const each of part) {
      const history = (property: string): readonly HistoryEntry[] => histories.get(each.record.targetId)?.[property] ?? [];
      differences.push(...changedCells(objectType, each, history, types), ...overwrittenCells(objectType, each, history, types));
    }
  }
  return differences;
}

type HistoryOf = (property: string) => readonly HistoryEntry[];

function changedCells(objectType: ObjectType, { record, cells }: Comparison, history: HistoryOf, types: Values): readonly Difference[] {
  return cells.map((cell) => {
    const ours = record.postImage?.[cell.property] ?? cell.expected;
    const change = changedSince(history(cell.property), ours, sameAs(cell.property, types));
    return { ...differenceOf(objectType, record), ...cell, cause: change === 'none' ? 'unknown' : change === 'person' ? 'edited-since' : 'changed-by-portal' };
  });
}

/** `found` is the value that got lost. */
function overwrittenCells(objectType: ObjectType, { record, overwriting }: Comparison, history: HistoryOf, types: Values): readonly Difference[] {
  return overwriting.flatMap((property) => {
    const ours = record.postImage?.[property] ?? null;
    const lost = overwrittenValue(history(property), { ours, before: record.preImage?.[property] ?? null }, sameAs(property, types));
    return lost === null ? [] : [{ ...differenceOf(objectType, record), property, expected: ours, found: lost, cause: 'overwritten' }];
  });
}

function sameAs(property: string, types: Values): (left: string | null, right: string | null) => boolean {
  return (left, right) => meansTheSame({ name: property, type: types[property] ?? 'string' }, left, right);
}
