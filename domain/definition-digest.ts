import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import type { MigrationDefinition } from './migration-definition.schema';

/** SHA-256 (hex) over the definition with sorted keys. The folder of the files is left out: the same export in another place is the same source. */
export function definitionDigest(definition: MigrationDefinition): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson({ ...definition, source: { ...definition.source, files: '' } }))));
}

/** JSON with object keys in code point order at every depth, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member,
  );
}
