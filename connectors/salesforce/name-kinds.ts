/** What a file's name says of it. Pure. */
const TABLE = /\.(csv|tsv|tab)$/i;
const SPREADSHEET = /\.(xlsx?|xlsm|xlsb|ods|numbers)$/i;
const ZIP = /\.zip$/i;
const ARCHIVE = /\.(gz|7z|rar|tar|tgz)$/i;
const ABOUT = /^(readme|license|licence|notice|copying)(\.|$)|\.(txt|md)$/i;

export type NameKind = 'table' | 'spreadsheet' | 'zip' | 'archive' | 'about' | 'other';

export const isTableName = (name: string): boolean => TABLE.test(name);

/** @param isDeclared the migration file says that it is a table, whatever its extension */
export function kindOfName(name: string, isDeclared: boolean): NameKind {
  if (SPREADSHEET.test(name)) {
    return 'spreadsheet';
  }
  if (ZIP.test(name)) {
    return 'zip';
  }
  if (ARCHIVE.test(name)) {
    return 'archive';
  }
  return isDeclared || TABLE.test(name) ? 'table' : ABOUT.test(name) ? 'about' : 'other';
}
