import type { SourceConnector } from '../../connectors/connector';
import type { Finding } from '../../domain/finding';
import type { RejectedRow, SourceInspection, SourceRecord } from '../../domain/source-inspection';

export type Row = Readonly<Record<string, string | null>>;

/** Fifteen characters and a count: ids of the right prefix, as the connector hands them over. */
export const anId = (prefix: string, number: number): string => `${prefix}5e000000${String(number).padStart(4, '0')}AAA`;

/** A source held in memory, in pages of `pageRows`, that obeys the connector's contract. */
export function aRowsSource(objects: Readonly<Record<string, readonly Row[]>>, options: { readonly rejected?: Readonly<Record<string, readonly RejectedRow[]>>; readonly unread?: SourceInspection['unread']; readonly findings?: readonly Finding[]; readonly pageRows?: number } = {}): SourceConnector {
  const { rejected = {}, unread = [], findings = [], pageRows = 1_000 } = options;
  const namesOf = (rows: readonly Row[]): readonly string[] => [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return {
    inspect: async () => ({
      objects: Object.entries(objects).map(([object, rows]) => {
        const columns = namesOf(rows).map((name) => ({ name, filledCount: rows.filter((row) => row[name]).length }));
        return {
          object, dialect: 'data-loader',
          files: [{ name: `${object}.csv`, fileIndex: 0, encoding: 'utf-8', separator: ',', lineBreak: 'LF', sizeBytes: 1, digest: JSON.stringify(rows), headings: namesOf(rows), columns, rowCount: rows.length }],
        };
      }),
      unread,
      findings,
      digest: JSON.stringify([objects, rejected]),
    }),
    async *read({ object }, cursor) {
      const rows = objects[object] ?? [];
      const names = namesOf(rows);
      for (let from = Number(cursor ?? 0); ; from += pageRows) {
        const records = rows.slice(from, from + pageRows).map((row, at): SourceRecord => ({ sourceId: row.Id ?? '', fileIndex: 0, line: from + at + 2, values: Object.fromEntries(names.map((name) => [name, row[name] || null])) }));
        const isLast = from + pageRows >= rows.length;
        yield { records, rejected: isLast ? (rejected[object] ?? []) : [], cursor: isLast ? null : String(from + pageRows) };
        if (isLast) {
          return;
        }
      }
    },
  };
}

export const anAccount = (number: number, changes: Row = {}): Row => ({ Id: anId('001', number), Name: `Account ${number}`, ...changes });
export const aContactRow = (number: number, changes: Row = {}): Row => ({ Id: anId('003', number), FirstName: 'Ann', LastName: `Lee ${number}`, ...changes });
export const anOpportunity = (number: number, changes: Row = {}): Row => ({ Id: anId('006', number), Name: `Deal ${number}`, StageName: 'Prospecting', IsClosed: 'false', IsWon: 'false', ...changes });
export const aLead = (number: number, changes: Row = {}): Row => ({ Id: anId('00Q', number), FirstName: 'Bea', LastName: `Ray ${number}`, Company: 'Acme', ...changes });
