/** The plan as files for a person: a page to look at, and CSVs with every record. */
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../domain/finding';
import { FOLD_CONFLICT } from '../domain/folding';
import { ASSOCIATION_TYPES, OBJECT_TYPES } from '../domain/object-type';
import type { ObjectType } from '../domain/object-type';
import type { PlanSummary } from '../domain/plan-summary.schema';
import type { CellNote, PlannedRecord } from '../domain/planned-record';
import type { Ledger, RunRow } from '../ledger/ledger';
import { openCsv } from './csv-file';
import type { CsvFile } from './csv-file';
import { ChangeCounter, changesOf } from './plan-changes';
import { renderPlanPage } from './plan-page';
import { createPageRows } from './plan-rows';

/** As many ids as the ledger looks up at once. */
const PAGE_RECORDS = 1_000;

export interface PlanFilesInput {
  readonly ledger: Ledger;
  readonly row: RunRow;
  readonly plan: PlanSummary;
  readonly findings: readonly Finding[];
  /** Made if it is not there. */
  readonly folder: string;
}

/**
 * Writes plan.html, plan.csv, rejected-cells.csv, matched.csv, folded.csv, unmade-associations.csv and unresolved-names.csv, each readable by its owner alone. One pass over the ledger, page by page: memory
 * does not grow with the plan. A repeat writes the same files again.
 */
export async function writePlanFiles({ ledger, row, plan, findings, folder }: PlanFilesInput): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const csv = await openAll(folder);
  const pageRows = createPageRows(plan);
  const changes = new ChangeCounter();
  try {
    for (const objectType of OBJECT_TYPES) {
      for await (const records of pagesOf((after) => ledger.plans.readRecords(row.stagingId, objectType, after, PAGE_RECORDS))) {
        const survivors = await survivorsOf(ledger, row.stagingId, objectType, records);
        await csv.plan.write(records.map(planRow));
        await csv.rejected.write(records.flatMap(rejectedRows));
        await csv.folded.write(records.flatMap((record) => foldedRows(record, survivors)));
        const changed = records.map((record) => ({ record, changes: changesOf(record) }));
        await csv.matched.write(changed.flatMap(({ record, changes: own }) => own.map(({ property, effect, before, fromSource }) => [objectType, record.ordinal, record.sourceId, record.targetId, property, effect, before, fromSource])));
        for (const { record, changes: own } of changed) {
          changes.add(objectType, own);
          pageRows.add(record, survivors.get(record.foldInto ?? '') ?? {});
        }
      }
    }
    for (const associationType of ASSOCIATION_TYPES) {
      const readAfter = (after: number) => ledger.plans.readUnmadeAssociations(row.stagingId, associationType, after, PAGE_RECORDS);
      for await (const unmade of pagesOf(readAfter)) {
        await csv.associations.write(unmade.map(({ fromSourceId, toSourceId, verdict, statedBy }) => [associationType, fromSourceId, toSourceId, verdict, statedBy]));
      }
    }
    await csv.names.write((plan.unresolvedNames ?? []).map(({ sourceObject, column, target, code, name, rows, nearest }) => [sourceObject, column, target, code, name, rows, nearest]));
  } finally {
    await Promise.all(Object.values(csv).map((file) => file.close()));
  }
  const snapshot = await ledger.plans.readSnapshot(row.stagingId);
  const { companies, contacts, deals } = row.definition.objects;
  const page = renderPlanPage({ migration: row.migrationId, plannedAt: snapshot?.snapshot.takenAt ?? row.createdAt, plan, findings, rows: pageRows.rows, changes: changes.all(), onMatch: { companies: companies.onMatch, contacts: contacts.onMatch, deals: deals.onMatch }, ownerNames: await ownerNames(ledger, row.stagingId, plan) });
  await writePrivately(join(folder, 'plan.html'), page);
}

/** Names of owners, where the export has them: the plan itself knows them by id alone. */
async function ownerNames(ledger: Ledger, stagingId: string, { owners }: PlanSummary): Promise<ReadonlyMap<string, string>> {
  const ids = owners.slice(0, PAGE_RECORDS).map(({ sourceOwner }) => sourceOwner);
  const users = ids.length === 0 ? [] : await ledger.staging.findRecords(stagingId, 'User', ids);
  return new Map(users.map(({ sourceId, values }) => [sourceId ?? '', values.Name?.trim() || [values.FirstName, values.LastName].map((part) => part?.trim() ?? '').filter((part) => part !== '').join(' ')]));
}

async function openAll(folder: string): Promise<Readonly<Record<'plan' | 'rejected' | 'matched' | 'folded' | 'associations' | 'names', CsvFile>>> {
  return {
    plan: await openCsv(join(folder, 'plan.csv'), ['object', 'ordinal', 'source_object', 'source_id', 'verdict', 'reason', 'code', 'folds_into', 'matched_id', 'changed_cells', 'dropped_cells']),
    rejected: await openCsv(join(folder, 'rejected-cells.csv'), ['object', 'ordinal', 'source_id', 'column', 'property', 'code', 'raw_value']),
    matched: await openCsv(join(folder, 'matched.csv'), ['object', 'ordinal', 'source_id', 'matched_id', 'property', 'effect', 'in_portal', 'from_source']),
    folded: await openCsv(join(folder, 'folded.csv'), ['object', 'ordinal', 'source_id', 'folds_into', 'property', 'winning_value', 'other_value']),
    names: await openCsv(join(folder, 'unresolved-names.csv'), ['source_object', 'column', 'refers_to', 'code', 'name', 'rows', 'nearest']),
    associations: await openCsv(join(folder, 'unmade-associations.csv'), ['type', 'from_source_id', 'to_source_id', 'reason', 'stated_by']),
  };
}

async function writePrivately(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    // Also where a file of that name was there before.
    await file.chmod(0o600);
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

async function* pagesOf<T extends { readonly ordinal: number }>(readAfter: (ordinal: number) => Promise<readonly T[]>): AsyncGenerator<readonly T[]> {
  for (let after = -1; ; ) {
    const page = await readAfter(after);
    const last = page.at(-1);
    if (last === undefined) {
      return;
    }
    yield page;
    after = last.ordinal;
  }
}

type Survivors = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** What will stand in the records that these fold into: what is written, and what the portal holds of the rest. */
async function survivorsOf(ledger: Ledger, stagingId: string, objectType: ObjectType, records: readonly PlannedRecord[]): Promise<Survivors> {
  const ids = new Set(records.flatMap(({ foldInto, cells }) => (foldInto !== null && cells.some(isConflict) ? [foldInto] : [])));
  if (ids.size === 0) {
    return new Map();
  }
  const found = await ledger.plans.findRecords(stagingId, objectType, [...ids]);
  const held = (before: PlannedRecord['before']) => Object.fromEntries(Object.entries(before).flatMap(([property, value]) => (value === null ? [] : [[property, value]])));
  return new Map(found.filter(({ reason }) => reason !== 'repeated-id').map(({ sourceId, properties, before }) => [sourceId ?? '', { ...held(before), ...properties }]));
}

const isConflict = ({ code }: CellNote): boolean => code === FOLD_CONFLICT;
const countOf = ({ cells }: PlannedRecord, isChanged: boolean): number => cells.filter(({ verdict }) => (verdict === 'changed') === isChanged).length;

const planRow = (record: PlannedRecord): readonly (string | number | null)[] => {
  const { objectType, ordinal, sourceObject, sourceId, action, reason, reasonCode, foldInto, targetId } = record;
  return [objectType, ordinal, sourceObject, sourceId, action, reason, reasonCode, foldInto, targetId, countOf(record, true), countOf(record, false)];
};

/** Every value of the source that is not written where it belongs. */
const rejectedRows = ({ objectType, ordinal, sourceId, cells }: PlannedRecord): readonly (readonly (string | number | null)[])[] =>
  cells.filter(({ verdict }) => verdict !== 'changed').map(({ column, property, code, rawValue }) => [objectType, ordinal, sourceId, column, property, code, rawValue]);

/** A row for each value that differs; one with no property for a record that agrees with the one it folds into. */
function foldedRows({ objectType, ordinal, sourceId, action, foldInto, cells }: PlannedRecord, survivors: Survivors): readonly (readonly (string | number | null)[])[] {
  if (action !== 'fold') {
    return [];
  }
  const winning = survivors.get(foldInto ?? '') ?? {};
  const conflicts = cells.filter(isConflict).map(({ property, rawValue }) => [objectType, ordinal, sourceId, foldInto, property, winning[property] ?? '', rawValue]);
  return conflicts.length > 0 ? conflicts : [[objectType, ordinal, sourceId, foldInto, '', '', '']];
}
