import { open, readdir, stat } from 'node:fs/promises';
import { join, normalize, isAbsolute } from 'node:path';
import type { Finding } from '../../domain/finding';
import { fileMissing, fileUnreadable, folderMissing, folderNotRead, notAFolder, otherFile, spreadsheet, zipArchive } from './findings';

export interface FolderListing {
  /** Names of CSV files, in natural order. */
  readonly tables: readonly string[];
  /** Names of archives. Whether they matter depends on what else is there. */
  readonly archives: readonly string[];
  readonly findings: readonly Finding[];
}

const TABLE = /\.(csv|tsv|tab)$/i;
const SPREADSHEET = /\.(xlsx?|xlsm|xlsb|ods|numbers)$/i;
const ARCHIVE = /\.(zip|gz|7z|rar|tar|tgz)$/i;
const ABOUT = /^(readme|license|licence|notice|copying)(\.|$)|\.(txt|md)$/i;

const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'variant' });

/** `part2` before `part10`, whatever the machine's language; names that compare alike keep the order of their code units. */
export const byNaturalName = (a: string, b: string): number => natural.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);

/** A file's first bytes tell a renamed spreadsheet or archive: both are zip files, old spreadsheets are OLE files. */
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
 * Sorts what lies in the source folder: tables, archives, and what a person should know of the rest. Folders within it are not entered.
 * @param declared names that the migration file gives to objects; they are tables whatever their extension, and must be there
 */
export async function listFolder(folder: string, declared: readonly string[]): Promise<FolderListing> {
  const nothing = { tables: [], archives: [] };
  try {
    if (!(await stat(folder)).isDirectory()) {
      return { ...nothing, findings: [notAFolder(folder)] };
    }
  } catch {
    return { ...nothing, findings: [folderMissing(folder)] };
  }
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  const findings: Finding[] = [];
  const tables: string[] = [];
  const archives: string[] = [];
  for (const name of [...new Set([...names, ...declared])].sort(byNaturalName)) {
    const kind = await kindOf(folder, name, declared.includes(name));
    if (kind === 'table') {
      tables.push(name);
    } else if (kind === 'archive') {
      archives.push(name);
    } else if (kind !== 'about') {
      findings.push(kind);
    }
  }
  return { tables, archives, findings: findings.filter(({ count }) => count > 0) };
}

async function kindOf(folder: string, name: string, isDeclared: boolean): Promise<'table' | 'archive' | 'about' | Finding> {
  if (isAbsolute(name) || normalize(name).startsWith('..')) {
    return fileMissing(name);
  }
  const path = join(folder, name);
  let isDirectory: boolean;
  try {
    isDirectory = (await stat(path)).isDirectory();
  } catch {
    return isDeclared ? fileMissing(name) : fileUnreadable(name);
  }
  if (isDirectory) {
    return folderNotRead(name, await tableCount(path));
  }
  if (SPREADSHEET.test(name)) {
    return spreadsheet(name);
  }
  if (ARCHIVE.test(name)) {
    return 'archive';
  }
  if (!isDeclared && !TABLE.test(name)) {
    return ABOUT.test(name) ? 'about' : otherFile(name);
  }
  try {
    const container = await containerOf(path);
    return container === 'spreadsheet' ? spreadsheet(name) : container === 'zip' ? 'archive' : 'table';
  } catch {
    return fileUnreadable(name);
  }
}

async function tableCount(path: string): Promise<number> {
  try {
    return (await readdir(path)).filter((name) => TABLE.test(name)).length;
  } catch {
    return 0;
  }
}

export const archiveFindings = (archives: readonly string[], severity: 'error' | 'warning'): readonly Finding[] => archives.map((name) => zipArchive(name, severity));
