import { readFile } from 'node:fs/promises';
import { parseOnlyIds } from '../domain/only-ids';
import type { OnlyId } from '../domain/only-ids';
import { CommandError, EXIT } from './command-error';

const MOST_LINES_NAMED = 20;

/** Reads the list of `--only`. @throws CommandError that names each line without an id */
export async function readOnlyIds(path: string): Promise<readonly OnlyId[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CommandError(EXIT.usage, `The list ${path} cannot be read.`, 'Check the path: --only takes a file with one Salesforce id a line.', { cause: error });
  });
  const { ids, badLines } = parseOnlyIds(text);
  if (badLines.length > 0) {
    const named = badLines.slice(0, MOST_LINES_NAMED).join(', ');
    throw new CommandError(EXIT.configuration, `${path} has no Salesforce id in line${badLines.length === 1 ? '' : 's'} ${named}${badLines.length > MOST_LINES_NAMED ? ` and ${badLines.length - MOST_LINES_NAMED} more` : ''}.`, 'One id a line, of any object, in 15 or 18 characters as Salesforce shows it.');
  }
  if (ids.length === 0) {
    throw new CommandError(EXIT.configuration, `${path} names no record.`, 'One Salesforce id a line; leave --only out to move everything.');
  }
  return ids;
}
