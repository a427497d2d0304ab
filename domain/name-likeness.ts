/** How like two names are: a column's and a property's, each written in its own way. Pure words; what they mean is not known here. */
import { nearestWord } from './nearest-word';

/** `FloorArea__c`, `floor_area`, `Floor area` → floor, area. A package's prefix and Salesforce's ending of custom columns are no words. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/__p?c$/i, '')
    .replace(/^[a-z0-9]+__/i, '')
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** `same`: the same words in the same order, however they are joined. `near`: two of three words in common, or the same word but for its spelling. */
export type Likeness = 'same' | 'near' | 'none';

/** Of two texts with fewer letters a near spelling is chance. */
const LEAST_LETTERS = 5;
const WORDS_IN_COMMON = 2 / 3;

export function likenessOf(column: string, names: readonly string[]): Likeness {
  const own = wordsOf(column);
  const others = names.map(wordsOf).filter((words) => words.length > 0);
  const joined = own.join('');
  if (joined === '') {
    return 'none';
  }
  if (others.some((words) => words.join('') === joined)) {
    return 'same';
  }
  const shared = (words: readonly string[]): number => (2 * own.filter((word) => words.includes(word)).length) / (own.length + words.length);
  const isNear = others.some((words) => shared(words) >= WORDS_IN_COMMON) || (joined.length >= LEAST_LETTERS && nearestWord(joined, others.map((words) => words.join('')).filter((text) => text.length >= LEAST_LETTERS)) !== null);
  return isNear ? 'near' : 'none';
}
