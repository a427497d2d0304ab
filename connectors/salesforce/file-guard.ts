import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { MigrationError } from '../../domain/migration-error';
import type { SourceFile } from '../../domain/source-inspection';
import { readChunks } from '../csv/read-csv-rows';

const changed = (name: string, cause?: unknown): MigrationError =>
  new MigrationError('PlanError', `The source file ${name} is not the one that was inspected. Put the inspected file back, or plan again.`, { code: 'source-changed', exitCode: 3 }, { cause });

/** Makes sure that a file is still the one that was inspected. Hashes it once in a process; afterwards size and times tell. */
export class FileGuard {
  private readonly seen = new Map<string, string>();

  /** @throws PlanError `source-changed` when the file is gone or its bytes differ */
  async check(path: string, file: SourceFile, chunkBytes: number, signal: AbortSignal): Promise<void> {
    const mark = `${file.digest} ${await this.markOf(path, file)}`;
    if (this.seen.get(path) === mark) {
      return;
    }
    const hash = createHash('sha256');
    for await (const chunk of readChunks(path, 0, chunkBytes, signal)) {
      hash.update(chunk);
    }
    if (hash.digest('hex') !== file.digest) {
      throw changed(file.name);
    }
    this.seen.set(path, mark);
  }

  private async markOf(path: string, file: SourceFile): Promise<string> {
    try {
      const { size, mtimeMs, ctimeMs, ino } = await stat(path);
      if (size !== file.sizeBytes) {
        throw changed(file.name);
      }
      return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
    } catch (error) {
      throw error instanceof MigrationError ? error : changed(file.name, error);
    }
  }
}
