import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { MigrationError } from '../../domain/migration-error';
import type { SourceFile } from '../../domain/source-inspection';
import { readChunks } from '../csv/table-bytes';
import type { TableBytes } from '../csv/table-bytes';
import { DamagedZipError } from '../csv/zip-file';

/** What is there is not what was inspected. */
export const sourceChanged = (name: string, cause?: unknown): MigrationError =>
  new MigrationError('PlanError', `The source file ${name} is not the one that was inspected. Put the inspected file back, or plan again.`, { code: 'source-changed', exitCode: 3 }, { cause });

/** Makes sure that a file is still the one that was inspected. Hashes it once in a process; afterwards size and times of the file, or of the zip that it lies in, tell. */
export class FileGuard {
  private readonly seen = new Map<string, string>();

  /** @throws PlanError `source-changed` when the file is gone or its bytes differ */
  async check(bytes: TableBytes, file: SourceFile, chunkBytes: number, signal: AbortSignal): Promise<void> {
    const key = JSON.stringify([bytes.path, bytes.entry?.name ?? null]);
    const mark = `${file.digest} ${await this.markOf(bytes, file)}`;
    if (this.seen.get(key) === mark) {
      return;
    }
    const hash = createHash('sha256');
    try {
      for await (const chunk of readChunks(bytes, 0, chunkBytes, signal)) {
        hash.update(chunk);
      }
    } catch (error) {
      // It was whole when it was inspected.
      throw error instanceof DamagedZipError ? sourceChanged(file.name, error) : error;
    }
    if (hash.digest('hex') !== file.digest) {
      throw sourceChanged(file.name);
    }
    this.seen.set(key, mark);
  }

  private async markOf({ path, entry }: TableBytes, file: SourceFile): Promise<string> {
    try {
      const { size, mtimeMs, ctimeMs, ino } = await stat(path);
      if ((entry?.sizeBytes ?? size) !== file.sizeBytes) {
        throw sourceChanged(file.name);
      }
      return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
    } catch (error) {
      throw error instanceof MigrationError ? error : sourceChanged(file.name, error);
    }
  }
}
