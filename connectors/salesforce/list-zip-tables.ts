import type { Finding } from '../../domain/finding';
import { DamagedZipError, listZip } from '../csv/zip-file';
import type { ZipEntry } from '../csv/zip-file';
import type { ListedTable } from './list-folder';
import { folderNotRead, otherFile, spreadsheet, zipDamaged, zipInZip, zipObstacle, zipTooLarge } from './findings';
import { isTableName, kindOfName } from './name-kinds';

export interface ZipLimits {
  /** What the tables of one zip may come to, unpacked. */
  readonly zipBytes: number;
}

/** 32 GiB: Salesforce cuts its zips at 512 MB, and tables are packed some 40 to 1 at most; a bomb is packed 1,000 to 1. */
export const DEFAULT_ZIP_LIMITS: ZipLimits = { zipBytes: 32 * 2 ** 30 };

/** An export has a table for each object, some hundreds. */
const MAX_TABLES = 5_000;

interface ZipListing {
  readonly tables: readonly Omit<ListedTable, 'archive'>[];
  readonly findings: readonly Finding[];
}

/**
 * The tables of a zip, as if they lay in the folder; folders within it (of files and notes, in a weekly export) are not entered. One that cannot be trusted or is too
 * large gives a finding and no table.
 * @param name of the zip, for findings
 */
export async function listZipTables(path: string, name: string, declared: readonly string[], { zipBytes }: ZipLimits, signal: AbortSignal): Promise<ZipListing> {
  const tables: ZipEntry[] = [];
  const findings: Finding[] = [];
  const tablesInFolders = new Map<string, number>();
  let sizeBytes = 0;
  try {
    for await (const entry of listZip(path, signal)) {
      if (isReadTable(entry, name, declared, findings, tablesInFolders)) {
        tables.push(entry);
        sizeBytes += entry.sizeBytes;
      }
      if (sizeBytes > zipBytes || tables.length > MAX_TABLES) {
        return { tables: [], findings: [zipTooLarge(name, zipBytes, MAX_TABLES)] };
      }
    }
  } catch (error) {
    if (error instanceof DamagedZipError) {
      return { tables: [], findings: [zipDamaged(name)] };
    }
    throw error;
  }
  findings.push(...[...tablesInFolders].map(([folder, count]) => folderNotRead(`${name}/${folder}`, count)));
  return { tables: tables.map((entry) => ({ name: entry.name, bytes: { path, entry } })), findings };
}

/** Is it a table that is read? What a person should know of it otherwise is added to the findings. */
function isReadTable(entry: ZipEntry, archive: string, declared: readonly string[], findings: Finding[], tablesInFolders: Map<string, number>): boolean {
  const place = `${archive}/${entry.name}`;
  if (entry.obstacle === 'unsafe-name') {
    findings.push(zipObstacle(archive, 'unsafe-name'));
    return false;
  }
  const [folder = '', ...below] = entry.name.split('/');
  // What macOS adds to a zip, and hidden files, which are not read in a folder either.
  if (folder === '__MACOSX' || entry.name.split('/').some((part) => part.startsWith('.'))) {
    return false;
  }
  const isDeclared = declared.includes(entry.name);
  if (below.length > 0 && !isDeclared) {
    tablesInFolders.set(folder, (tablesInFolders.get(folder) ?? 0) + (isTableName(entry.name) ? 1 : 0));
    return false;
  }
  const kind = kindOfName(entry.name, isDeclared);
  if (kind !== 'table') {
    findings.push(...(kind === 'spreadsheet' ? [spreadsheet(place)] : kind === 'zip' || kind === 'archive' ? [zipInZip(place)] : kind === 'other' ? [otherFile(place)] : []));
    return false;
  }
  if (entry.obstacle !== null) {
    findings.push(zipObstacle(place, entry.obstacle));
    return false;
  }
  return true;
}
