/** Links by name: rows of the source get the ids that the names in them stand for, before anything else looks at them. */
import { parseBool } from '../domain/cell-transforms';
import type { Finding } from '../domain/finding';
import type { MigrationDefinition } from '../domain/migration-definition.schema';
import { AMBIGUOUS_NAME, NameCensus, nameLinks, UNMATCHED_NAME, unresolvedValue, wantedKey } from '../domain/name-links';
import type { NameLink, NameTrouble, UnresolvedName } from '../domain/name-links';
import type { CellNote } from '../domain/planned-record';
import { nameKey } from '../domain/record-name';
import { spelled } from '../domain/source-columns';
import type { StagedRecord } from '../ledger/ledger';
import type { PlanningScope } from './planning-scope';

/** Rows read at once. */
const PAGE_ROWS = 250;

interface Unresolved {
  readonly link: NameLink;
  readonly code: NameTrouble;
  readonly cell: string;
}

/** A staged row whose links hold ids, and those links that could not be resolved. */
export interface LinkedRow extends StagedRecord {
  readonly unresolved: readonly Unresolved[];
}

type NameRows = Pick<PlanningScope, 'ledger' | 'stagingId' | 'breathe'>;

/** A link, and the ids of the records that it may refer to, by compared name; null where several have the name. */
export interface OpenLink extends NameLink {
  readonly ids: ReadonlyMap<string, string | null>;
}

/**
 * Reads the names that links refer to; those of deleted rows are nobody's. They are the one thing of a source that planning holds in memory: some 150 bytes a name, and
 * only of objects that are linked by name.
 * @param columns by object, in the source's spelling; a link whose column is not there is a mistake that is told elsewhere
 */
export async function openLinks(rows: NameRows, { source }: MigrationDefinition, columns: Readonly<Record<string, readonly string[]>>): Promise<readonly OpenLink[]> {
  const known = new Map<string, ReadonlyMap<string, string | null>>();
  const links: OpenLink[] = [];
  for (const link of nameLinks(source.objects)) {
    const by = spelled(link.by, columns[link.target] ?? []);
    if (by !== null) {
      const ids = known.get(`${link.target} ${by}`) ?? (await readNames(rows, link.target, by));
      known.set(`${link.target} ${by}`, ids);
      links.push({ ...link, by, ids });
    }
  }
  return links;
}

async function readNames(rows: NameRows, sourceObject: string, column: string): Promise<ReadonlyMap<string, string | null>> {
  const ids = new Map<string, string | null>();
  for await (const page of pagesOf(rows, sourceObject)) {
    for (const { sourceId, values } of page) {
      const key = parseBool(values.IsDeleted) === true ? '' : nameKey(values[column] ?? '');
      if (key !== '') {
        ids.set(key, ids.has(key) ? null : sourceId);
      }
    }
  }
  return ids;
}

/** @param links of the row's object */
export function withLinks(links: readonly OpenLink[], row: StagedRecord): LinkedRow {
  const values = { ...row.values };
  const unresolved: Unresolved[] = [];
  for (const link of row.state === 'ok' ? links : []) {
    const cell = values[link.column];
    if (cell) {
      const sourceId = link.ids.get(wantedKey(link, cell));
      if (!sourceId) {
        unresolved.push({ link, code: sourceId === null ? AMBIGUOUS_NAME : UNMATCHED_NAME, cell });
      }
      values[link.column] = sourceId ?? unresolvedValue(link, cell);
    }
  }
  return { ...row, values, unresolved };
}

export const notesOf = ({ unresolved }: LinkedRow): readonly CellNote[] =>
  unresolved.map(({ link, code, cell }) => ({ column: link.heading, property: link.column, verdict: 'dropped', code, rawValue: cell }));

/** Names that could not be resolved, with the nearest right ones, once all rows of linking objects went by. */
export async function unresolvedNames(rows: NameRows, links: readonly OpenLink[]): Promise<{ readonly names: readonly UnresolvedName[]; readonly findings: readonly Finding[] }> {
  const census = new NameCensus();
  for (const sourceObject of new Set(links.map((link) => link.sourceObject))) {
    for await (const page of pagesOf(rows, sourceObject)) {
      page.flatMap((row) => withLinks(links.filter((link) => link.sourceObject === sourceObject), row).unresolved).forEach(({ link, code, cell }) => census.see(link, code, cell));
    }
  }
  for (const target of census.targets()) {
    for await (const page of pagesOf(rows, target.target)) {
      if (!census.compare(target, page.flatMap(({ values }) => values[target.by]?.trim() || []))) {
        break;
      }
    }
  }
  return { names: census.names(), findings: census.findings() };
}

async function* pagesOf({ ledger, stagingId, breathe }: NameRows, sourceObject: string): AsyncGenerator<readonly StagedRecord[]> {
  for (let after = -1; ; ) {
    const page = await ledger.staging.readPage(stagingId, sourceObject, after, PAGE_ROWS);
    const last = page.at(-1);
    if (last === undefined) {
      return;
    }
    yield page.filter(({ state }) => state === 'ok');
    after = last.ordinal;
    await breathe();
  }
}
