import { MigrationError } from '../../domain/migration-error';
import type { CsvPosition } from '../csv/row-splitter';

/** A place between two rows of an object's files. */
export interface ReadPosition extends CsvPosition {
  readonly fileIndex: number;
}

export const toCursor = ({ fileIndex, byteOffset, line }: ReadPosition): string => `f${fileIndex}.b${byteOffset}.l${line}`;

/** @throws PlanError for a cursor that this connector did not write */
export function fromCursor(cursor: string): ReadPosition {
  const [, fileIndex, byteOffset, line] = /^f(\d{1,9})\.b(\d{1,15})\.l(\d{1,15})$/.exec(cursor) ?? [];
  if (fileIndex === undefined || byteOffset === undefined || line === undefined) {
    throw new MigrationError('PlanError', 'A cursor of the Salesforce source cannot be read. Stage the source again.', { code: 'invalid-cursor', exitCode: 3 });
  }
  return { fileIndex: Number(fileIndex), byteOffset: Number(byteOffset), line: Number(line) };
}
