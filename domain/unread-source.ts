/** What the source holds and nothing reads: named with its count, never passed over in silence. */
import type { Finding } from './finding';

export const UNREAD_COLUMN = 'unread-column';
export const UNREAD_OBJECT = 'unread-object';

const info = (code: string, place: string, message: string, remedy: string, count: number): Finding => ({ code, severity: 'info', place, message, remedy, count });

/** One finding for each column with data that no rule, link or identity reads. */
export function unreadColumns(sourceObject: string, filled: Readonly<Record<string, number>>, readColumns: ReadonlySet<string>): readonly Finding[] {
  return Object.entries(filled)
    .filter(([column, count]) => count > 0 && !readColumns.has(column))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([column, count]) => info(UNREAD_COLUMN, `${sourceObject}.${column}`, `${sourceObject}.${column} is filled in ${count} row${count === 1 ? '' : 's'} and is not moved.`, 'To move it, map it to a property in the migration file.', count));
}

/** One finding for each file that is not read. */
export function unreadObjects(unread: readonly { readonly name: string; readonly object: string | null; readonly rowCount: number }[]): readonly Finding[] {
  return unread.map(({ name, object, rowCount }) =>
    info(UNREAD_OBJECT, name, object === null ? `${name} holds no object that is known and is not moved.` : `${name} holds ${object}, which this version does not move.`, 'Nothing, unless you miss it: it stays in the source.', rowCount),
  );
}
