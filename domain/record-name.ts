/** Records that are known by a name: where an export has no ids, and where a link holds a name instead of one. */
import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';

/** How a name is compared: upper and lower case are the same, and so are blanks of any kind and number; those at the ends count for nothing. Accents and everything else do count. Empty where nothing is left. */
export const nameKey = (name: string): string => name.normalize('NFC').toLowerCase().replace(/\s+/gu, ' ').trim();

const PREFIX = 'name-';

/** 128 bits: two names of one export never meet. */
const DIGITS = 32;

/**
 * The id of a record that has none but its name. A source id stands in workflow histories, which a name must not: so it is hashed. The same name gives the same id, in
 * every export.
 */
export const idOfName = (sourceObject: string, name: string): string => `${PREFIX}${bytesToHex(sha256(utf8ToBytes(`${sourceObject}\n${nameKey(name)}`))).slice(0, DIGITS)}`;

export const isIdOfName = (sourceId: string): boolean => sourceId.startsWith(PREFIX);
