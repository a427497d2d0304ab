import { join } from 'node:path';
import type { SourceFile } from '../../domain/source-inspection';
import type { TableBytes } from '../csv/table-bytes';
import { DamagedZipError, isFileError, listZip } from '../csv/zip-file';
import type { ZipEntry } from '../csv/zip-file';
import { sourceChanged } from './file-guard';

/** Where the bytes of inspected files lie, in the order of the files; each zip's list is read once. @throws PlanError `source-changed` where a zip lacks one of them by now */
export async function findTables(source: string, files: readonly SourceFile[], signal: AbortSignal): Promise<readonly TableBytes[]> {
  const zips = new Map<string, ReadonlyMap<string, ZipEntry>>();
  for (const archive of new Set(files.flatMap((file) => (file.archive === undefined ? [] : [file.archive])))) {
    const wanted = files.filter((file) => file.archive === archive).map(({ name }) => name);
    zips.set(archive, await entriesOf(join(source, archive), wanted, signal));
  }
  return files.map(({ name, archive }) => {
    if (archive === undefined) {
      return { path: join(source, name), entry: null };
    }
    const entry = zips.get(archive)?.get(name);
    if (entry === undefined) {
      throw sourceChanged(name);
    }
    return { path: join(source, archive), entry };
  });
}

async function entriesOf(path: string, names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, ZipEntry>> {
  const found = new Map<string, ZipEntry>();
  try {
    for await (const entry of listZip(path, signal)) {
      if (names.includes(entry.name)) {
        found.set(entry.name, entry);
      }
    }
  } catch (error) {
    if (error instanceof DamagedZipError || isFileError(error)) {
      throw sourceChanged(names.join(', '), error);
    }
    throw error;
  }
  return found;
}
