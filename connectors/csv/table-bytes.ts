import { open } from 'node:fs/promises';
import { readZipEntry } from './zip-file';
import type { ZipEntry } from './zip-file';

/** Where a table's bytes lie: in a file of their own, or in an entry of a zip. */
export interface TableBytes {
  readonly path: string;
  readonly entry: ZipEntry | null;
}

/** The bytes of a table from an offset, in chunks; holds one chunk in memory. A zip's are read from its beginning in any case. */
export function readChunks({ path, entry }: TableBytes, byteOffset: number, chunkBytes: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  return entry === null ? readFileChunks(path, byteOffset, chunkBytes, signal) : readZipEntry(path, entry, byteOffset, signal);
}

async function* readFileChunks(path: string, byteOffset: number, chunkBytes: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    for (let position = byteOffset; ; ) {
      signal.throwIfAborted();
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, position);
      if (bytesRead === 0) {
        return;
      }
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
