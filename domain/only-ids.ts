import { toEighteen } from './salesforce-id';

/** One source record that a run moves, by the line of the list that names it. */
export interface OnlyId {
  /** 1-based. */
  readonly line: number;
  /** 18 characters. */
  readonly sourceId: string;
}

/**
 * Reads `--only FILE`: one Salesforce id a line, of any object type, in 15 or 18 characters; empty lines and what follows a `#` count for nothing.
 * @returns the ids, each once by its first line, or the lines that hold none
 */
export function parseOnlyIds(text: string): { readonly ids: readonly OnlyId[]; readonly badLines: readonly number[] } {
  const ids = new Map<string, number>();
  const badLines: number[] = [];
  for (const [at, line] of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/).entries()) {
    const written = line.replace(/#.*$/, '').trim();
    const sourceId = toEighteen(written);
    if (written !== '' && sourceId === null) {
      badLines.push(at + 1);
    } else if (sourceId !== null && !ids.has(sourceId)) {
      ids.set(sourceId, at + 1);
    }
  }
  return { ids: [...ids].map(([sourceId, line]) => ({ line, sourceId })), badLines };
}
