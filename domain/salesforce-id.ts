/** Salesforce's record ids: 15 characters in which case counts, or 18, the same with three check characters that survive a change of case (published rule). */

const CHECK_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const BLOCK_LENGTH = 5;

/** An empty look-up as the weekly export writes it: the check characters of fifteen zeros. */
export const NULL_ID = '000000000000000AAA';

/** One check character for each block of five: bit j is set where character j is an upper-case letter. */
function checkCharacters(fifteen: string): string {
  let characters = '';
  for (let block = 0; block < fifteen.length; block += BLOCK_LENGTH) {
    let bits = 0;
    for (let at = 0; at < BLOCK_LENGTH; at += 1) {
      bits |= /[A-Z]/.test(fifteen.charAt(block + at)) ? 1 << at : 0;
    }
    characters += CHECK_CHARACTERS.charAt(bits);
  }
  return characters;
}

/** The 18-character form of an id, or null for what is none: other length or characters, or check characters that do not fit (refused, never repaired). */
export function toEighteen(id: string): string | null {
  if (/^[0-9A-Za-z]{15}$/.test(id)) {
    return id + checkCharacters(id);
  }
  return /^[0-9A-Za-z]{18}$/.test(id) && checkCharacters(id.slice(0, 15)) === id.slice(15) ? id : null;
}

export const isRecordId = (text: string): boolean => toEighteen(text) !== null;
