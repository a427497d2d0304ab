import { createByteTextReader } from './byte-text';
import type { CsvLayout } from './csv-layout';
import { RowSplitter } from './row-splitter';
import type { CsvPosition, CsvRow } from './row-splitter';
import { readChunks } from './table-bytes';
import type { TableBytes } from './table-bytes';

export interface CsvLimits {
  /** Bytes taken from the file at once: the slice of work between two turns of the event loop. */
  readonly chunkBytes: number;
  /** A row longer than this ends the reading: more likely an unclosed quote than data. */
  readonly maxRowBytes: number;
}

/** 64 KiB parse in a few ms. All long text fields of a Salesforce object hold 1,638,400 characters together, so that 8 MiB is beyond any true row. */
export const DEFAULT_CSV_LIMITS: CsvLimits = { chunkBytes: 64 * 1024, maxRowBytes: 8 * 1024 * 1024 };

/**
 * The rows of a file from a place between two rows, those of one chunk at a time. The same place gives the same rows, however large the chunks are.
 * @throws RowTooLongError, DamagedZipError; file errors of Node as they are
 */
export async function* readCsvRows(bytes: TableBytes, layout: CsvLayout, from: CsvPosition, limits: CsvLimits, signal: AbortSignal): AsyncGenerator<readonly CsvRow[]> {
  const reader = createByteTextReader(layout.encoding);
  const splitter = new RowSplitter(layout, from, limits.maxRowBytes);
  for await (const chunk of readChunks(bytes, from.byteOffset, limits.chunkBytes, signal)) {
    yield splitter.push(reader.write(chunk));
  }
  const rest = splitter.push(reader.end());
  yield [...rest, ...splitter.end()];
}
