/** The records that the page shows one by one: all of a small plan, the first of each kind of a large one. */
import { KEPT_IN_PORTAL } from '../domain/matching';
import type { PlanSummary } from '../domain/plan-summary.schema';
import type { CellNote, PlannedRecord } from '../domain/planned-record';
import { isBlank } from '../domain/value-comparison';

/** More rows make a page of many megabytes that a browser opens slowly; the files beside it have them all. */
export const MOST_ROWS = 4_000;

/** Of each kind of a plan that does not fit: so many one looks at. */
export const ROWS_OF_A_KIND = 50;

/** A value longer than this is cut: the page is for looking, the files are for mending. */
const LONGEST_VALUE = 160;

/** One record as the page's script reads it. Values are cut; null before means that nothing is there. */
export interface PageRow {
  readonly type: string;
  readonly ordinal: number;
  readonly from: string;
  readonly id: string | null;
  readonly verdict: string;
  readonly reason: string | null;
  readonly code: string | null;
  readonly foldInto: string | null;
  readonly matched: string | null;
  /** Property, before, after. */
  readonly values: readonly (readonly [string, string | null, string])[];
  /** Column, property, verdict, code, raw value, and the value that stands instead. */
  readonly notes: readonly (readonly [string, string, string, string, string, string | null])[];
}

export interface PageRows {
  add(record: PlannedRecord, winning: Readonly<Record<string, string>>): void;
  readonly rows: readonly PageRow[];
}

const HALF_A_CHARACTER = /[\uD800-\uDBFF]$/;

const cut = (value: string): string => (value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE).replace(HALF_A_CHARACTER, '')}…` : value);
const cutOrNull = (value: string | null | undefined): string | null => (isBlank(value) ? null : cut(value ?? ''));

/** Chooses rows as the records pass by, so that no more than what is shown is ever held. */
export function createPageRows({ records }: Pick<PlanSummary, 'records'>): PageRows {
  const showsAll = records.reduce((sum, { source }) => sum + source, 0) <= MOST_ROWS;
  const mostOfAType = Math.floor(MOST_ROWS / Math.max(1, records.length));
  const seen = new Map<string, number>();
  const shown = new Map<string, number>();
  const rows: PageRow[] = [];
  /** A record stands for its verdict, and for each code of its values. */
  const isWanted = (record: PlannedRecord): boolean => {
    const kinds = [`${record.action}/${record.reason ?? ''}/${record.reasonCode ?? ''}`, ...new Set(record.cells.map(({ code }) => code))].map((kind) => `${record.objectType}/${kind}`);
    const isRare = kinds.some((kind) => (seen.get(kind) ?? 0) < ROWS_OF_A_KIND);
    if (isRare) {
      kinds.forEach((kind) => seen.set(kind, (seen.get(kind) ?? 0) + 1));
    }
    return isRare;
  };
  return {
    rows,
    add(record, winning) {
      const already = shown.get(record.objectType) ?? 0;
      if (showsAll || (already < mostOfAType && isWanted(record))) {
        shown.set(record.objectType, already + 1);
        rows.push(toPageRow(record, winning));
      }
    },
  };
}

function toPageRow(record: PlannedRecord, winning: Readonly<Record<string, string>>): PageRow {
  const isWritten = record.action === 'create' || record.action === 'update';
  return {
    type: record.objectType,
    ordinal: record.ordinal,
    from: record.sourceObject,
    id: record.sourceId,
    verdict: record.action,
    reason: record.reason,
    code: record.reasonCode,
    foldInto: record.foldInto,
    matched: record.targetId,
    values: isWritten ? Object.entries(record.properties).map(([property, value]) => [property, cutOrNull(record.before[property]), cut(value)] as const) : [],
    notes: record.cells.map((note) => [note.column, note.property, note.verdict, note.code, cut(note.rawValue), cutOrNull(standsInstead(note, record, winning))] as const),
  };
}

/** The value that the record, or the one that it folds into, has in place of the source's. */
function standsInstead({ code, property, verdict }: CellNote, { properties, before }: PlannedRecord, winning: Readonly<Record<string, string>>): string | null {
  if (verdict === 'changed') {
    return properties[property] ?? before[property] ?? null;
  }
  return code === KEPT_IN_PORTAL ? (before[property] ?? null) : (winning[property] ?? null);
}
