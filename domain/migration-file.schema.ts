/** Reads a migration file: YAML text in, a definition with every default filled in out, or all mistakes at once, each with its line and the nearest right word. */
import { migrationDefinitionSchema } from './migration-definition.schema';
import type { MigrationDefinition } from './migration-definition.schema';
import { looseReferences, openYaml, pathText, repeatedKeys } from './migration-file-lines';
import { problemsOf } from './migration-file-problems.schema';
import type { MigrationFileProblem } from './migration-file-problems.schema';

export type MigrationFile = { readonly definition: MigrationDefinition } | { readonly problems: readonly MigrationFileProblem[] };

/**
 * @param text content of the file
 * @param fileName for messages only
 */
export function parseMigrationFile(text: string, fileName: string): MigrationFile {
  const file = openYaml(text);
  const { document, lines } = file;
  if (document.errors.length > 0) {
    // One slip often breaks the reading of its line in several ways: the first tells it.
    const errors = document.errors.filter(({ pos }, at) => document.errors.findIndex((other) => lines.linePos(other.pos[0]).line === lines.linePos(pos[0]).line) === at);
    return { problems: errors.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, path: '', message: `${fileName} is not valid YAML: ${firstLine(message)}`, suggestion: message.includes('Tabs are not allowed') ? 'Indent with blanks.' : null })) };
  }
  const loose = looseReferences(file);
  if (loose.length > 0) {
    return { problems: loose.map(({ line, name }) => ({ line, path: '', message: `*${name} is a reference in YAML, and nothing bears that name.`, suggestion: `Put it in quotes: '*${name}'.` })) };
  }
  const value: unknown = document.toJS();
  if (value === null || value === undefined) {
    return { problems: [{ line: 1, path: '', message: `${fileName} is empty.`, suggestion: 'It needs at least id, source and target.' }] };
  }
  const repeated = repeatedKeys(file).map(({ path, line, firstLine: first }) => ({ line, path: pathText(path), message: `${pathText(path)} is there already, in line ${first}.`, suggestion: 'Keep one of the two.' }));
  const parsed = migrationDefinitionSchema.safeParse(value);
  if (parsed.success && repeated.length === 0) {
    return { definition: parsed.data };
  }
  const problems = (parsed.error?.issues ?? []).flatMap((issue) => problemsOf(issue, { above: [], root: value, file, knownBeside: () => false }));
  return { problems: [...repeated, ...problems].sort((a, b) => a.line - b.line) };
}

const firstLine = (message: string): string => message.split('\n')[0] ?? message;
