import { open } from 'node:fs/promises';
import { unparse } from 'papaparse';
import { guardFormula } from '../domain/formula-guard';

/** A CSV file that grows page by page. */
export interface CsvFile {
  /** Resolves when the rows are with the file system, so that a caller who waits holds one page in memory. */
  write(rows: readonly (readonly (string | number | null)[])[]): Promise<void>;
  close(): Promise<void>;
}

/** For its owner's eyes alone (mode 0600, also where a file of that name was there before); cells that a spreadsheet would run are neutralised, headings too. */
export async function openCsv(path: string, headings: readonly string[]): Promise<CsvFile> {
  const file = await open(path, 'w', 0o600);
  const write: CsvFile['write'] = async (rows) => {
    if (rows.length > 0) {
      const cells = rows.map((row) => row.map((cell) => (cell === null ? '' : typeof cell === 'number' ? String(cell) : guardFormula(cell))));
      await file.appendFile(`${unparse(cells, { newline: '\n' })}\n`);
    }
  };
  try {
    await file.chmod(0o600);
    await write([headings]);
  } catch (error) {
    await file.close();
    throw error;
  }
  return { write, close: () => file.close() };
}
