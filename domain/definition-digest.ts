import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';
import type { MigrationDefinition } from './migration-definition.schema';
import type { OnlyId } from './only-ids';

/**
 * SHA-256 (hex) over the definition with sorted keys, and over the records that a start names. The folder of the files is left out: the same export in another place is
 * the same source.
 */
export function definitionDigest(definition: MigrationDefinition, only: readonly OnlyId[] | null = null): string {
  const ids = only === null ? {} : { only: only.map(({ sourceId }) => sourceId).sort() };
  return bytesToHex(sha256(utf8ToBytes(canonicalJson({ ...definition, source: { ...definition.source, files: '' }, ...ids }))));
}

/** JSON with object keys in code point order at every depth, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member,
  );
}
