import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils';

/** How a target record came to be in the map: `c`reated by this run or `m`atched (was there before). One letter, because it stands in history 10,000 times. */
export type PairOrigin = 'c' | 'm';

/** [source id, target id, origin] */
export type IdPair = readonly [sourceId: string, targetId: string, origin: PairOrigin];

/** SHA-256 (hex) over the pairs, whatever their order: the same code in workflow and ledger, so that both homes of the map can be compared. */
export function idMapDigest(pairs: readonly IdPair[]): string {
  const lines = pairs.map(([sourceId, targetId, origin]) => `${sourceId}\t${targetId}\t${origin}\n`).sort();
  const hash = sha256.create();
  for (const line of lines) {
    hash.update(utf8ToBytes(line));
  }
  return bytesToHex(hash.digest());
}
