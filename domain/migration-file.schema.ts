/** Reads a migration file: YAML text in, a definition with every default filled in out, or all mistakes at once, each with its line and the nearest right word. */
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import { z } from 'zod';
import { migrationDefinitionSchema } from './migration-definition.schema';
import type { MigrationDefinition } from './migration-definition.schema';
import { nearestWord } from './nearest-word';

export interface MigrationFileProblem {
  /** 1-based line in the file. */
  readonly line: number;
  /** e.g. `objects.contacts.onMatch`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** What was probably meant, or what is allowed; null where there is nothing to suggest. */
  readonly suggestion: string | null;
}

export type MigrationFile = { readonly definition: MigrationDefinition } | { readonly problems: readonly MigrationFileProblem[] };

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/**
 * @param text content of the file
 * @param fileName for messages only
 */
export function parseMigrationFile(text: string, fileName: string): MigrationFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return { problems: document.errors.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, path: '', message: `${fileName} is not valid YAML: ${firstLine(message)}`, suggestion: null })) };
  }
  const value: unknown = document.toJS();
  if (value === null || value === undefined) {
    return { problems: [{ line: 1, path: '', message: `${fileName} is empty.`, suggestion: 'It needs at least id, source and target.' }] };
  }
  const parsed = migrationDefinitionSchema.safeParse(value);
  if (parsed.success) {
    return { definition: parsed.data };
  }
  const lineOf = (path: Path, part: 'key' | 'value'): number => lines.linePos(offsetOf(document, path, part)).line;
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, [], value, lineOf));
  return { problems: problems.sort((a, b) => a.line - b.line) };
}

const firstLine = (message: string): string => message.split('\n')[0] ?? message;
const toText = (path: Path): string => path.map(String).join('.');

/** Where a path stands in the text; the nearest member above it that does. */
function offsetOf(document: Document.Parsed, path: Path, part: 'key' | 'value'): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [at, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) {
        return offset;
      }
      const [key, value] = [pair.key, pair.value].map((side) => (isScalar(side) || isMap(side) || isSeq(side) ? side : null));
      const wanted = at === path.length - 1 && part === 'key' ? key : (value ?? key);
      offset = (isMap(wanted) || isSeq(wanted) ? key : wanted)?.range?.[0] ?? offset;
      node = value ?? null;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(step)];
      node = isScalar(item) || isMap(item) || isSeq(item) ? item : null;
      offset = node?.range?.[0] ?? offset;
    }
  }
  return offset;
}

function problemsOf(issue: Issue, above: Path, root: unknown, lineOf: (path: Path, part: 'key' | 'value') => number): readonly MigrationFileProblem[] {
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const all = knownKeys(path);
        const nearest = nearestWord(key, all);
        const taken = valueAt(root, path);
        const known = all.filter((candidate) => !isRecord(taken) || !(candidate in taken));
        return { line: lineOf([...path, key], 'key'), path: toText([...path, key]), message: `${key} is not a setting here.`, suggestion: nearest !== null ? `Did you mean ${nearest}?` : known.length > 0 ? `Known here: ${known.join(', ')}.` : null };
      });
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const found = valueAt(root, path);
      const nearest = typeof found === 'string' ? nearestWord(found, allowed) : null;
      const message = found === undefined ? `${toText(path)} is missing.` : `${toText(path)} has a value that is not allowed.`;
      return [{ line: lineOf(path, 'value'), path: toText(path), message, suggestion: nearest !== null ? `Did you mean ${nearest}?` : `Allowed: ${allowed.join(', ')}.` }];
    }
    case 'invalid_union': {
      const branch = closestBranch(issue.errors, valueAt(root, path));
      if (branch !== null) {
        return branch.flatMap((inner) => problemsOf(inner, path, root, lineOf));
      }
      const allowed = issue.errors.flatMap((issues) => issues.flatMap((inner) => (inner.code === 'invalid_value' ? inner.values.map(String) : [])));
      const found = valueAt(root, path);
      const nearest = typeof found === 'string' ? nearestWord(found, allowed) : null;
      return [{ line: lineOf(path, 'value'), path: toText(path), message: found === undefined ? `${toText(path)} is missing.` : `${toText(path)} has a value that cannot be read.`, suggestion: nearest !== null ? `Did you mean ${nearest}?` : allowed.length > 0 ? `Allowed: ${allowed.join(', ')}.` : null }];
    }
    case 'invalid_type':
      return [{ line: lineOf(path, 'value'), path: toText(path), message: valueAt(root, path) === undefined ? `${toText(path)} is missing.` : `${path.length === 0 ? 'The file' : toText(path)} must be ${wordFor(issue.expected)}.`, suggestion: null }];
    default:
      return [{ line: lineOf(path, 'value'), path: toText(path), message: `${toText(path)}: ${issue.message}.`, suggestion: null }];
  }
}

const WORDS: Readonly<Record<string, string>> = { object: 'a list of settings', record: 'a list of settings', string: 'a text', number: 'a number', array: 'a list', boolean: 'true or false' };
const wordFor = (expected: string): string => WORDS[expected] ?? expected;

const isRecord = (value: unknown): value is Record<PropertyKey, unknown> => typeof value === 'object' && value !== null;

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    value = isRecord(value) ? value[step] : undefined;
  }
  return value;
}

/** Of the shapes that a value may have, the one that was meant: a list of settings is held against the branch for lists of settings. */
function closestBranch(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] | null {
  if (!isRecord(value)) {
    return null;
  }
  return branches.find((issues) => issues.length > 0 && issues.every(({ code, path }) => path.length > 0 || code === 'unrecognized_keys')) ?? null;
}

/** Settings that the schema knows at a path. */
function knownKeys(path: Path): readonly string[] {
  const schemas = path.reduce<readonly z.core.$ZodType[]>((here, step) => here.flatMap((schema) => membersOf(schema, step)), shapesOf(migrationDefinitionSchema));
  return [...new Set(schemas.flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : [])))];
}

/** The shapes behind defaults, optionals and unions. */
function shapesOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) {
    return shapesOf(schema.def.innerType);
  }
  return schema instanceof z.ZodUnion ? schema.options.flatMap((option) => shapesOf(option)) : [schema];
}

function membersOf(schema: z.core.$ZodType, step: PropertyKey): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodObject) {
    const member: unknown = schema.shape[String(step)];
    return member instanceof z.ZodType ? shapesOf(member) : [];
  }
  return schema instanceof z.ZodRecord ? shapesOf(schema.valueType) : [];
}
