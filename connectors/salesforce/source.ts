/**
 * Salesforce as exported files in a folder, or in zips: Data Loader, weekly export, third-party tools. What a file holds is told by its ids and headings, never by its name.
 */
import { MigrationError } from '../../domain/migration-error';
import { descriptionOf } from '../../domain/name-links';
import { toEighteen } from '../../domain/salesforce-id';
import type { RejectedRow, SourceFile, SourceObject, SourcePage, SourceRecord } from '../../domain/source-inspection';
import type { SourceConnector } from '../connector';
import { decodeByteText } from '../csv/byte-text';
import { byteOrderMark } from '../csv/csv-layout';
import type { CsvEncoding, CsvLayout } from '../csv/csv-layout';
import { DEFAULT_CSV_LIMITS, readCsvRows } from '../csv/read-csv-rows';
import type { CsvLimits } from '../csv/read-csv-rows';
import { RowTooLongError } from '../csv/row-splitter';
import type { CsvRow } from '../csv/row-splitter';
import { readChunks } from '../csv/table-bytes';
import type { TableBytes } from '../csv/table-bytes';
import { cellValue, isNullCell } from './columns';
import { describedId, tableColumns } from './described-table';
import { FileGuard } from './file-guard';
import { findTables } from './find-tables';
import { inspectFolder } from './inspect-folder';
import type { DeclaredObjects } from './inspect-folder';
import { DEFAULT_ZIP_LIMITS } from './list-zip-tables';
import type { ZipLimits } from './list-zip-tables';
import { prefixOfObject } from './objects';
import { fromCursor, toCursor } from './read-cursor';
import type { ReadPosition } from './read-cursor';

export interface SalesforceSourceLimits extends CsvLimits, ZipLimits {
  /** Rows of a page, rejected ones included; at most 1,000. */
  readonly pageRows: number;
}

export interface SalesforceFileSourceOptions {
  /** A folder with CSV files and zips of them, or a zip. */
  readonly folder: string;
  /** What the migration file says of files that do not tell it themselves. */
  readonly objects?: DeclaredObjects;
  readonly limits?: Partial<SalesforceSourceLimits>;
}

const DEFAULT_LIMITS: SalesforceSourceLimits = { ...DEFAULT_CSV_LIMITS, ...DEFAULT_ZIP_LIMITS, pageRows: 1_000 };

/** One instance for a folder and process: it remembers which files it has hashed already. */
export function createSalesforceFileSource({ folder, objects = {}, limits: given = {} }: SalesforceFileSourceOptions): SourceConnector {
  const limits = { ...DEFAULT_LIMITS, ...given };
  const guard = new FileGuard();

  return {
    inspect: (signal) => inspectFolder(folder, objects, limits, signal),

    /** An object without a single row gives one empty page, so that every reading ends with a null cursor. */
    async *read(object, cursor, signal): AsyncGenerator<SourcePage> {
      const from = cursor === null ? null : fromCursor(cursor);
      let page = emptyPage();
      let end: ReadPosition | null = null;
      const files = object.files.slice(from?.fileIndex ?? 0);
      const tables = await findTables(folder, files, signal);
      for (const [at, file] of files.entries()) {
        const bytes = tables[at] ?? { path: folder, entry: null };
        await guard.check(bytes, file, limits.chunkBytes, signal);
        const toItem = rowReader(object, file, descriptionOf(objects, object.object, file.name));
        for await (const row of rowsOf(bytes, file, from?.fileIndex === file.fileIndex ? from : null, limits, signal)) {
          // A full page goes out when the next row is there: only then is it known not to be the last one.
          if (end !== null && page.records.length + page.rejected.length >= limits.pageRows) {
            await guard.check(bytes, file, limits.chunkBytes, signal);
            yield { ...page, cursor: toCursor(end) };
            page = emptyPage();
          }
          const item = toItem(row);
          if ('code' in item) {
            page.rejected.push(item);
          } else {
            page.records.push(item);
          }
          end = { fileIndex: file.fileIndex, ...row.next };
        }
        await guard.check(bytes, file, limits.chunkBytes, signal);
      }
      yield { ...page, cursor: null };
    },
  };
}

/** A mark of two bytes, and the first character of UTF-32 behind it. */
const MARK_BYTES = 8;

const emptyPage = (): { records: SourceRecord[]; rejected: RejectedRow[] } => ({ records: [], rejected: [] });

const ENCODINGS: Readonly<Record<CsvEncoding, true>> = { 'utf-8': true, 'windows-1252': true, 'utf-16le': true, 'utf-16be': true, 'utf-32le': true, 'utf-32be': true };
const isEncoding = (name: string): name is CsvEncoding => Object.hasOwn(ENCODINGS, name);

function layoutOf(file: SourceFile): CsvLayout {
  const { encoding, separator, lineBreak, name } = file;
  if (!isEncoding(encoding)) {
    throw new MigrationError('InvariantError', `The inspection names an encoding of ${name} that the CSV reader does not know.`, { code: 'unknown-encoding' });
  }
  return { encoding, separator, lineBreak };
}

/** The rows of one file one by one, its heading row left out, from a place or from the beginning. */
async function* rowsOf(bytes: TableBytes, file: SourceFile, from: ReadPosition | null, limits: SalesforceSourceLimits, signal: AbortSignal): AsyncGenerator<CsvRow> {
  let isHeading = from === null;
  const start = from ?? { byteOffset: await markBytes(bytes, limits, signal), line: 1 };
  try {
    for await (const rows of readCsvRows(bytes, layoutOf(file), start, limits, signal)) {
      for (const row of rows) {
        if (!isHeading) {
          yield row;
        }
        isHeading = false;
      }
    }
  } catch (error) {
    if (error instanceof RowTooLongError) {
      throw new MigrationError('PlanError', `${file.name}:${error.line}: a row does not end. Inspect the source again.`, { code: 'row-too-long', exitCode: 3 }, { cause: error });
    }
    throw error;
  }
}

/** How many bytes the byte order mark takes. */
async function markBytes(bytes: TableBytes, { chunkBytes }: CsvLimits, signal: AbortSignal): Promise<number> {
  let head: Buffer = Buffer.alloc(0);
  for await (const chunk of readChunks(bytes, 0, chunkBytes, signal)) {
    head = Buffer.concat([head, chunk]);
    if (head.length >= MARK_BYTES) {
      break;
    }
  }
  return byteOrderMark(head)?.sizeBytes ?? 0;
}

/** Turns rows of a file into records, or says why a row is none. */
function rowReader({ object }: SourceObject, file: SourceFile, description: ReturnType<typeof descriptionOf>): (row: CsvRow) => SourceRecord | RejectedRow {
  const { fileIndex, headings } = file;
  const { encoding } = layoutOf(file);
  const { keys, idAt } = tableColumns(object, headings, description);
  const cells = keys.flatMap((names, at) => names.map(({ name, isLookup }) => ({ name, at, isLookup })));
  const idOf = description?.id === undefined ? salesforceId(object) : (cell: string) => describedId(object, description, decodeByteText(encoding, cell));
  // The id of a described table has a name of its own only where the file gives it one.
  const idKey = description?.id === undefined ? idAt : -1;

  return ({ cells: row, line }) => {
    const rejected = (code: RejectedRow['code']): RejectedRow => ({ fileIndex, line, code });
    if (row.length !== headings.length) {
      return rejected(row.length > headings.length ? 'too-many-cells' : 'too-few-cells');
    }
    const id = (row[idAt] ?? '').trim();
    if (isNullCell(id)) {
      return rejected('missing-id');
    }
    const sourceId = idOf(id);
    if (sourceId === null || sourceId === '') {
      return rejected(sourceId === null ? 'invalid-id' : 'missing-id');
    }
    // fromEntries defines own properties, so that a heading like `__proto__` is a column and nothing else.
    const values = Object.fromEntries(cells.map(({ name, at, isLookup }) => [name, at === idKey ? sourceId : cellValue(decodeByteText(encoding, row[at] ?? ''), isLookup)]));
    return { sourceId, fileIndex, line, values };
  };
}

/** Brought to 18 characters; null for what is no id of the object. */
function salesforceId(object: string): (cell: string) => string | null {
  const prefix = prefixOfObject(object) ?? '';
  return (cell) => {
    const sourceId = toEighteen(cell);
    return sourceId?.startsWith(prefix) === true ? sourceId : null;
  };
}
