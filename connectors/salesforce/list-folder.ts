import { open, readdir, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, normalize } from 'node:path';
import type { Finding } from '../../domain/finding';
import type { TableBytes } from '../csv/table-bytes';
import { isFileError } from '../csv/zip-file';
import { fileMissing, fileTwice, fileUnreadable, folderMissing, folderNotRead, notAFolder, otherFile, spreadsheet, zipArchive } from './findings';
import { listZipTables } from './list-zip-tables';
import type { ZipLimits } from './list-zip-tables';
import { isTableName, kindOfName } from './name-kinds';

export interface ListedTable {
  readonly name: string;
  /** The zip that it lies in: its name in the folder, empty where the source is that zip; null for a file of its own. */
  readonly archive: string | null;
  readonly bytes: TableBytes;
}

export interface FolderListing {
  /** In natural order of their names, each name once. */
  readonly tables: readonly ListedTable[];
  /** Names of archives that are not read. Whether they matter depends on what else is there. */
  readonly archives: readonly string[];
  readonly findings: readonly Finding[];
}

interface Sorted extends FolderListing {
  /** Declared names that are no file of their own: they may lie in a zip. */
  readonly absent: readonly string[];
}

const NOTHING: Sorted = { tables: [], archives: [], findings: [], absent: [] };

const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'variant' });

/** `part2` before `part10`, whatever the machine's language; names that compare alike keep the order of their code units. */
export const byNaturalName = (a: string, b: string): number => natural.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);

/** A file's first bytes tell a renamed spreadsheet or zip: both are zip files, old spreadsheets are OLE files. */
async function containerOf(path: string): Promise<'zip' | 'spreadsheet' | null> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4_096), 0, 4_096, 0);
    const head = buffer.subarray(0, bytesRead).toString('latin1');
    if (head.startsWith('\xd0\xcf\x11\xe0')) {
      return 'spreadsheet';
    }
    return head.startsWith('PK\x03\x04') ? (/\[Content_Types\]\.xml|xl\/|_rels\//.test(head) ? 'spreadsheet' : 'zip') : null;
  } finally {
    await file.close();
  }
}

/**
 * Sorts what lies in the source: tables, those within zips as if they were unpacked into the folder, archives of other kinds, and what a person should know of the rest.
 * Folders within it are not entered.
 * @param source a folder, or a zip
 * @param declared names that the migration file gives to objects; they are tables whatever their extension, and must be there
 */
export async function listFolder(source: string, declared: readonly string[], limits: ZipLimits, signal: AbortSignal): Promise<FolderListing> {
  let sorted: readonly Sorted[];
  try {
    sorted = (await stat(source)).isDirectory() ? await sortFolder(source, declared, limits, signal) : [await sortZipAlone(source, declared, limits, signal)];
  } catch (error) {
    if (!isFileError(error)) {
      throw error;
    }
    return { tables: [], archives: [], findings: [folderMissing(source)] };
  }
  const findings = sorted.flatMap((each) => each.findings);
  const tables = new Map<string, ListedTable>();
  for (const table of sorted.flatMap((each) => each.tables)) {
    const first = tables.get(table.name);
    if (first === undefined) {
      tables.set(table.name, table);
    } else {
      findings.push(fileTwice(table.name, whereOf(source, first), whereOf(source, table)));
    }
  }
  const isFound = (name: string): boolean => tables.has(name) || findings.some(({ place }) => place.endsWith(`/${name}`));
  findings.push(...sorted.flatMap(({ absent }) => absent.filter((name) => !isFound(name)).map(fileMissing)));
  return { tables: [...tables.values()].sort((one, other) => byNaturalName(one.name, other.name)), archives: sorted.flatMap(({ archives }) => archives), findings: findings.filter(({ count }) => count > 0) };
}

const whereOf = (source: string, { archive }: ListedTable): string => (archive === null ? 'the folder' : archive === '' ? basename(source) : archive);

async function sortFolder(folder: string, declared: readonly string[], limits: ZipLimits, signal: AbortSignal): Promise<readonly Sorted[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  const sorted: Sorted[] = [];
  for (const name of [...new Set([...names, ...declared])].sort(byNaturalName)) {
    sorted.push(await sortFile(folder, name, declared, limits, signal));
  }
  return sorted;
}

async function sortFile(folder: string, name: string, declared: readonly string[], limits: ZipLimits, signal: AbortSignal): Promise<Sorted> {
  const isDeclared = declared.includes(name);
  const told = (finding: Finding): Sorted => ({ ...NOTHING, findings: [finding] });
  if (isAbsolute(name) || normalize(name).startsWith('..')) {
    return told(fileMissing(name));
  }
  const path = join(folder, name);
  let isDirectory: boolean;
  try {
    isDirectory = (await stat(path)).isDirectory();
  } catch {
    return isDeclared ? { ...NOTHING, absent: [name] } : told(fileUnreadable(name));
  }
  if (isDirectory) {
    return told(folderNotRead(name, await tableCount(path)));
  }
  const kind = kindOfName(name, isDeclared);
  if (kind === 'spreadsheet') {
    return told(spreadsheet(name));
  }
  if (kind === 'archive') {
    return { ...NOTHING, archives: [name] };
  }
  if (kind === 'about' || kind === 'other') {
    return kind === 'about' ? NOTHING : told(otherFile(name));
  }
  try {
    const container = kind === 'zip' ? 'zip' : await containerOf(path);
    if (container === 'zip') {
      return withArchive(name, await listZipTables(path, name, declared, limits, signal));
    }
    return container === 'spreadsheet' ? told(spreadsheet(name)) : { ...NOTHING, tables: [{ name, archive: null, bytes: { path, entry: null } }] };
  } catch (error) {
    if (!isFileError(error)) {
      throw error;
    }
    return told(fileUnreadable(name));
  }
}

async function sortZipAlone(path: string, declared: readonly string[], limits: ZipLimits, signal: AbortSignal): Promise<Sorted> {
  const isZip = kindOfName(path, false) === 'zip' || (await containerOf(path)) === 'zip';
  return isZip ? { ...withArchive('', await listZipTables(path, basename(path), declared, limits, signal)), absent: declared } : { ...NOTHING, findings: [notAFolder(path)] };
}

const withArchive = (archive: string, { tables, findings }: Awaited<ReturnType<typeof listZipTables>>): Sorted => ({ ...NOTHING, tables: tables.map((table) => ({ ...table, archive })), findings });

async function tableCount(path: string): Promise<number> {
  try {
    return (await readdir(path)).filter(isTableName).length;
  } catch {
    return 0;
  }
}

export const archiveFindings = (archives: readonly string[], severity: 'error' | 'warning'): readonly Finding[] => archives.map((name) => zipArchive(name, severity));
