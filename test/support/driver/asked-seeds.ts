/** Seeds that somebody wants to see: `PORTAGE_TEST_SEED=123`, or `301-900`. Null where nothing was asked for. */
export function askedSeeds(): readonly number[] | null {
  const match = /^(\d+)(?:-(\d+))?$/.exec(process.env['PORTAGE_TEST_SEED'] ?? '');
  if (match === null) {
    return null;
  }
  const first = Number(match[1]);
  return Array.from({ length: Number(match[2] ?? first) - first + 1 }, (_, place) => first + place);
}
