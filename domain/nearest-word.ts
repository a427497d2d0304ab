/** Edits (insert, delete, replace, swap of neighbours) between two words, without regard to case. */
function editDistance(left: string, right: string): number {
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced, swapped));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known word that was probably meant, or null when none is near (more than a third of the letters differ). */
export function nearestWord(word: string, known: Iterable<string>): string | null {
  let nearest: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = Math.abs(candidate.length - word.length) >= least ? least : editDistance(word, candidate);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

/** The known words that share the longest piece with this one, the best first; those that share less than four letters are none. */
export function mostAlike(word: string, known: readonly string[], count: number): readonly string[] {
  return known
    .map((candidate) => ({ candidate, shared: longestSharedPiece(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ shared }) => shared >= 4)
    .sort((one, other) => other.shared - one.shared || one.candidate.length - other.candidate.length)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

function longestSharedPiece(one: string, other: string): number {
  let longest = 0;
  for (let from = 0; from < one.length; from += 1) {
    while (from + longest < one.length && other.includes(one.slice(from, from + longest + 1))) {
      longest += 1;
    }
  }
  return longest;
}
