/** What the schema says of a migration file, in the words of a person who writes one: what was expected, and the nearest right word. */
import { z } from 'zod';
import { lineOf, pathText } from './migration-file-lines';
import type { OpenFile, SettingPath } from './migration-file-lines';
import { migrationDefinitionSchema } from './migration-definition.schema';
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

type Issue = z.core.$ZodIssue;

interface Surroundings {
  readonly above: SettingPath;
  readonly root: unknown;
  readonly file: OpenFile;
  /** Is this a setting in another of the shapes that the value may have? */
  readonly knownBeside: (key: string) => boolean;
}

export function problemsOf(issue: Issue, around: Surroundings): readonly MigrationFileProblem[] {
  const { root, file } = around;
  const path = [...around.above, ...issue.path];
  const found = valueAt(root, path);
  const problem = (message: string, suggestion: string | null): readonly MigrationFileProblem[] => [{ line: lineOf(file, path, 'value'), path: pathText(path), message, suggestion }];
  const missing = `${pathText(path)} is missing.`;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, around));
    case 'invalid_value':
      return problem(found === undefined ? missing : `${pathText(path)} must be ${oneOf(issue.values.map(String))}${issue.values.length === 1 ? written(found) : ''}.`, nearestOf(found, issue.values.map(String)));
    case 'invalid_union':
      return problemsOfUnion(issue, path, around);
    case 'invalid_type': {
      const isKind = path.at(-1) === 'transform' && typeof found === 'string';
      return problem(found === undefined ? missing : path.length === 0 ? 'This is no migration file: it must be a list of settings (id, source, target).' : `${pathText(path)} must be ${wordFor(issue.expected)}.`, isKind ? `Write it as { kind: ${found} }.` : null);
    }
    case 'too_small':
      return problem(`${pathText(path)} must ${issue.origin === 'number' ? `be at least ${issue.minimum}` : 'not be empty'}.`, null);
    case 'too_big':
      return problem(`${pathText(path)} must be at most ${issue.maximum}.`, null);
    case 'custom': {
      const nearest: unknown = issue.params?.nearest;
      return problem(`${pathText(path)} ${issue.message}.`, typeof nearest === 'string' ? `Did you mean ${nearest}?` : null);
    }
    default:
      return problem(`${pathText(path)}: ${issue.message}.`, null);
  }
}

function unknownKey(key: string, path: SettingPath, { above, root, file, knownBeside }: Surroundings): MigrationFileProblem {
  const taken = valueAt(root, path);
  const at = { line: lineOf(file, [...path, key], 'key'), path: pathText([...path, key]) };
  if (path.length === above.length && knownBeside(key)) {
    const others = isRecord(taken) ? Object.keys(taken).filter((other) => other !== key) : [];
    return { ...at, message: `${key} cannot stand beside ${others.join(', ')}.`, suggestion: `Keep either ${key} or ${others.join(', ')}.` };
  }
  const known = knownKeys(path, root);
  return { ...at, message: `${key} is not a setting here${known.length === 0 ? '' : `; known here: ${known.join(', ')}`}.`, suggestion: nearestOf(key, known) };
}

/** Two words may differ by a letter that the eye passes over. */
const written = (found: unknown): string => (typeof found === 'string' && found.length <= 40 ? `, not "${found}"` : '');

const oneOf = (allowed: readonly string[]): string => (allowed.length === 1 ? (allowed[0] ?? '') : `one of ${allowed.join(', ')}`);

/** What people call our words, where no letters lead from one to the other. */
const SYNONYMS: Readonly<Record<string, string>> = {
  date: 'day', boolean: 'bool', string: 'text', trim: 'text', join: 'joined', concat: 'joined', multiselect: 'multi', 'multi-select': 'multi', url: 'domain', website: 'domain', currency: 'number', telephone: 'phone',
  uppercase: 'upper', lowercase: 'lower', '=': 'equals', eq: 'equals', '!=': 'not-equals', '>': 'greater', '<': 'less', 'greater-than': 'greater', 'less-than': 'less', exists: 'is-filled', ',': 'comma', '.': 'point', skip: 'leave-out',
};

function nearestOf(found: unknown, allowed: readonly string[]): string | null {
  const word = typeof found === 'string' ? found : '';
  const synonym = Object.hasOwn(SYNONYMS, word.toLowerCase()) ? (SYNONYMS[word.toLowerCase()] ?? '') : '';
  const nearest = allowed.includes(synonym) ? synonym : nearestWord(word, allowed);
  return nearest === null ? null : `Did you mean ${nearest}?`;
}

/** Of the shapes that a value may have, the one that was meant tells what is wrong with it. */
function problemsOfUnion(issue: Extract<Issue, { code: 'invalid_union' }>, path: SettingPath, around: Surroundings): readonly MigrationFileProblem[] {
  const found = valueAt(around.root, path);
  const isOfType = (issues: readonly Issue[]): boolean => !issues.some(({ code, path: inner }) => code === 'invalid_type' && inner.length === 0);
  const meant = issue.errors.filter(isOfType);
  if (isRecord(found) && !Array.isArray(found) && meant.length > 0) {
    const closest = meant.reduce((best, issues) => (mismatch(issues, found) < mismatch(best, found) ? issues : best));
    const others = meant.filter((issues) => issues !== closest);
    const knownBeside = (key: string): boolean => others.some((issues) => !issues.some((each) => each.code === 'unrecognized_keys' && each.path.length === 0 && each.keys.includes(key)));
    return withoutMisspelled(closest.flatMap((inner) => problemsOf(inner, { ...around, above: path, knownBeside })));
  }
  const [only] = meant;
  if (only !== undefined && meant.length === 1) {
    return only.flatMap((inner) => problemsOf(inner, { ...around, above: path }));
  }
  const allowed = [...discriminators(issue), ...issue.errors.flatMap((issues) => issues.flatMap((inner) => (inner.code === 'invalid_value' ? inner.values.map(String) : inner.code === 'invalid_format' && inner.format === 'email' ? ['an e-mail address'] : [])))];
  const types = issue.errors.flatMap((issues) => issues.flatMap((inner) => (inner.code === 'invalid_type' ? [wordFor(inner.expected)] : [])));
  const expected = allowed.length > 0 ? oneOf(allowed) : [...new Set(types)].join(' or ');
  return [{ line: lineOf(around.file, path, 'value'), path: pathText(path), message: found === undefined ? `${pathText(path)} is missing; it must be ${expected}.` : `${pathText(path)} must be ${expected}.`, suggestion: nearestOf(found, allowed) }];
}

/** The kinds of which one was to be named. */
const discriminators = (issue: Issue): readonly string[] => ('options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : []);

/** How far a shape is from a list of settings: settings that it does not know, and such as it misses. */
function mismatch(issues: readonly Issue[], found: unknown): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys.length : valueAt(found, issue.path) === undefined ? 1 : 0), 0);
}

/** What is missing because it is misspelled is told once. */
function withoutMisspelled(problems: readonly MigrationFileProblem[]): readonly MigrationFileProblem[] {
  const meant = new Set(problems.map(({ suggestion }) => suggestion));
  return problems.filter(({ path, message }) => !(message.startsWith(`${path} is missing`) && meant.has(`Did you mean ${path.split('.').at(-1) ?? ''}?`)));
}

const WORDS: Readonly<Record<string, string>> = { object: 'a list of settings', record: 'a list of settings', string: 'a text', number: 'a number', array: 'a list', boolean: 'true or false', null: 'nothing (null)' };
const wordFor = (expected: string): string => WORDS[expected] ?? expected;

const isRecord = (value: unknown): value is Record<PropertyKey, unknown> => typeof value === 'object' && value !== null;

function valueAt(root: unknown, path: SettingPath): unknown {
  let value = root;
  for (const step of path) {
    value = isRecord(value) ? value[step] : undefined;
  }
  return value;
}

/** Settings that the schema knows at a path; where a kind is named there, those of that kind. */
function knownKeys(path: SettingPath, root: unknown): readonly string[] {
  const schemas = path.reduce<readonly z.core.$ZodType[]>((here, step) => here.flatMap((schema) => membersOf(schema, step)), shapesOf(migrationDefinitionSchema));
  const objects = schemas.flatMap((schema) => (schema instanceof z.ZodObject ? [schema.shape] : []));
  const ofKind = objects.filter(({ kind }) => kind instanceof z.ZodLiteral && kind.value === valueAt(root, [...path, 'kind']));
  return [...new Set((ofKind.length > 0 ? ofKind : objects).flatMap((shape) => Object.keys(shape)))];
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
  return schema instanceof z.ZodRecord ? shapesOf(schema.valueType) : schema instanceof z.ZodArray ? shapesOf(schema.element) : [];
}
