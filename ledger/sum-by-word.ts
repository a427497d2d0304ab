/** Counted rows as word → count; counts of one word are added. */
export function sumByWord<Row extends { readonly count: string | number | bigint }>(rows: readonly Row[], wordOf: (row: Row) => string): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const row of rows) {
    sums.set(wordOf(row), (sums.get(wordOf(row)) ?? 0) + Number(row.count));
  }
  return Object.fromEntries(sums);
}
