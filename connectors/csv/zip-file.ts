/**
 * Zips, read entry by entry and never unpacked. They are hostile until read: names may lead out of a folder, sizes may be lies, bodies may be damaged. Nothing is
 * written to the disk, and no more than a chunk is held in memory.
 */
import { getFileNameLowLevel, openPromise, validateFileName } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { Crc32 } from './crc32';

/** Why an entry cannot be read: it is encrypted, packed in a way that is not known, or its name leads out of the folder. */
export type ZipObstacle = 'encrypted' | 'unknown-method' | 'unsafe-name';

export interface ZipEntry {
  /** With `/` between folders; a folder's own ends in one. */
  readonly name: string;
  /** Unpacked, as the zip declares it; what is read is held against it. */
  readonly sizeBytes: number;
  readonly obstacle: ZipObstacle | null;
  /** What finds the body. */
  readonly place: Entry;
}

/** The zip is not what it says: cut off, changed on its way, or no zip at all. */
export class DamagedZipError extends Error {
  constructor(cause: unknown) {
    super('The zip is damaged or not complete.', { cause });
  }
}

/** Node's file errors name a system call; anything else that reading a zip throws is about its content. */
export const isFileError = (error: unknown): boolean => typeof error === 'object' && error !== null && 'code' in error && 'syscall' in error;

/** In the order of the zip's own list. @throws DamagedZipError; file errors of Node as they are */
export async function* listZip(path: string, signal: AbortSignal): AsyncGenerator<ZipEntry> {
  const zip = await openZip(path);
  try {
    for await (const entry of orDamaged(zip.eachEntry())) {
      signal.throwIfAborted();
      const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
      yield { name, sizeBytes: entry.uncompressedSize, obstacle: obstacleOf(name, entry), place: entry };
    }
  } finally {
    zip.close();
  }
}

/** The unpacked bytes of an entry from an offset, in chunks; what lies before is unpacked and let go. @throws DamagedZipError also where size or checksum are not those that the zip declares */
export async function* readZipEntry(path: string, { place }: ZipEntry, byteOffset: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const zip = await openZip(path);
  try {
    const sum = new Crc32();
    let position = 0;
    for await (const chunk of orDamaged(await bodyOf(zip, place))) {
      signal.throwIfAborted();
      if (!Buffer.isBuffer(chunk)) {
        throw new TypeError('A zip gives bytes.');
      }
      sum.push(chunk);
      const skipped = Math.max(0, byteOffset - position);
      position += chunk.length;
      if (skipped < chunk.length) {
        yield chunk.subarray(skipped);
      }
    }
    if (sum.value !== place.crc32) {
      throw new DamagedZipError(new Error('The checksum of an entry does not fit.'));
    }
  } finally {
    zip.close();
  }
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    // Names are read here, so that one that is not safe is told by its name and not as damage.
    return await openPromise(path, { autoClose: false, decodeStrings: false, validateEntrySizes: true });
  } catch (error) {
    throw isFileError(error) ? error : new DamagedZipError(error);
  }
}

async function bodyOf(zip: ZipFile, place: Entry): Promise<AsyncIterable<unknown>> {
  try {
    return await zip.openReadStreamPromise(place);
  } catch (error) {
    throw isFileError(error) ? error : new DamagedZipError(error);
  }
}

async function* orDamaged<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  try {
    yield* items;
  } catch (error) {
    throw isFileError(error) ? error : new DamagedZipError(error);
  }
}

function obstacleOf(name: string, entry: Entry): ZipObstacle | null {
  if (validateFileName(name) !== null || name.includes('\0')) {
    return 'unsafe-name';
  }
  return entry.isEncrypted() ? 'encrypted' : entry.canDecodeFileData() ? null : 'unknown-method';
}
