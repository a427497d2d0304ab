/** Leaves out columns of zeros, but for those that a reader looks for to see a zero. The sums stay the same. */
export function withoutZeroColumns(rows: readonly (readonly string[])[], kept: ReadonlySet<string>): readonly (readonly string[])[] {
  const [heading = [], ...body] = rows;
  const shown = heading.map((name, column) => column === 0 || kept.has(name) || body.some((row) => row[column] !== '0'));
  return rows.map((row) => row.filter((_cell, column) => shown[column]));
}

/** Columns of text, the first left-aligned, the others right-aligned where they are numbers, two blanks apart. */
export function formatTable(rows: readonly (readonly string[])[], others: 'right' | 'left' = 'right'): readonly string[] {
  const widths = rows.reduce<number[]>((known, row) => row.map((cell, column) => Math.max(known[column] ?? 0, cell.length)), []);
  return rows.map((row) => row.map((cell, column) => (column === 0 || others === 'left' ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ').trimEnd());
}
