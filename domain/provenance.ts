import type { PairOrigin } from './id-map';

/** The property that says who made or matched a record: `<run>:created` or `<run>:matched`. The stamp, never the vendor's own flag, decides. */
export const STAMP_PROPERTY = 'migration_provenance';

export function stampOf(run: string, origin: PairOrigin): string {
  return `${run}:${origin === 'c' ? 'created' : 'matched'}`;
}

/** How this run came to a record, read from its stamp; null for a stamp of nobody or of another run. */
export function originFromStamp(stamp: string | null | undefined, run: string): PairOrigin | null {
  if (stamp === stampOf(run, 'c')) {
    return 'c';
  }
  return stamp === stampOf(run, 'm') ? 'm' : null;
}
