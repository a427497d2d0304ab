/** Structures that the ledger keeps as JSON text, parsed whenever they are read. */
import { z } from 'zod';
import type { Finding } from '../domain/finding';
import { PAUSE_REASONS } from '../domain/phase';
import type { PauseReason } from '../domain/phase';
import type { CellNote } from '../domain/planned-record';
import type { Refusal } from '../domain/record-outcome';
import type { SourceInspection } from '../domain/source-inspection';
import { ledgerRowInvalid } from './ledger-errors';

const findingSchema: z.ZodType<Finding> = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  place: z.string(),
  message: z.string(),
  remedy: z.string(),
  count: z.number(),
  exitCode: z.number().exactOptional(),
});

export const pauseReasonsSchema: z.ZodType<readonly PauseReason[]> = z.array(
  z.object({ kind: z.enum(PAUSE_REASONS), since: z.string(), until: z.string().nullable(), code: z.string().nullable(), remedy: z.string() }),
);

const sourceFileSchema = z.object({
  name: z.string(),
  archive: z.string().exactOptional(),
  fileIndex: z.number(),
  encoding: z.string(),
  separator: z.string(),
  lineBreak: z.enum(['LF', 'CRLF', 'CR']),
  sizeBytes: z.number(),
  digest: z.string(),
  headings: z.array(z.string()),
  columns: z.array(z.object({ name: z.string(), filledCount: z.number() })),
  rowCount: z.number(),
});

const columnSampleSchema = z.object({ filledCount: z.number(), rowCount: z.number(), type: z.enum(['string', 'number', 'bool', 'enumeration', 'date', 'datetime']), reason: z.string(), shapes: z.array(z.string()) });

export const inspectionSchema: z.ZodType<SourceInspection> = z.object({
  objects: z.array(z.object({ object: z.string(), dialect: z.enum(['data-loader', 'weekly-export', 'third-party']), files: z.array(sourceFileSchema) })),
  unread: z.array(z.object({ name: z.string(), object: z.string().nullable(), rowCount: z.number() })),
  findings: z.array(findingSchema),
  digest: z.string(),
  samples: z.record(z.string(), z.record(z.string(), columnSampleSchema)).exactOptional(),
});

const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === 'string';
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

function isCellNote(value: unknown): value is CellNote {
  if (!isObject(value) || !('column' in value && 'property' in value && 'verdict' in value && 'code' in value && 'rawValue' in value)) {
    return false;
  }
  const { column, property, verdict, code, rawValue } = value;
  return isText(column) && isText(property) && (verdict === 'changed' || verdict === 'dropped' || verdict === 'shared') && isText(code) && isText(rawValue);
}

// A plan reads each row several times and each row has dozens of cells: what holds them is looked at by hand, which takes a tenth of the time of a schema of members.
export const cellNotesSchema: z.ZodType<readonly CellNote[]> = z.custom<readonly CellNote[]>((value) => Array.isArray(value) && value.every(isCellNote));

export const refusalSchema: z.ZodType<Refusal> = z.object({ code: z.string(), category: z.string().optional(), property: z.string().nullable(), message: z.string(), correlationId: z.string().nullable() });

/** Property or column to value. */
export const textsSchema: z.ZodType<Readonly<Record<string, string>>> = z.custom<Readonly<Record<string, string>>>((value) => isObject(value) && Object.values(value).every(isText));
export const nullableTextsSchema: z.ZodType<Readonly<Record<string, string | null>>> = z.custom<Readonly<Record<string, string | null>>>((value) => isObject(value) && Object.values(value).every(isTextOrNull));
export const batchCountsSchema = z.array(z.number());
export const countsSchema = z.record(z.string(), z.number());

/** Of a planned association. */
export const toLabelNames = (text: string): readonly string[] => (text === '[]' ? [] : parseJsonColumn(z.array(z.string()), text, 'planned_associations.labels'));

/** @param place table and column, for the error; never a value */
export function parseJsonColumn<Value>(schema: z.ZodType<Value>, text: string, place: string): Value {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may be personal data.
    throw ledgerRowInvalid(place);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw ledgerRowInvalid(place, new Error(parsed.error.issues.map((issue) => issue.code).join(', ')));
  }
  return parsed.data;
}

/** By schema the text that was parsed last, and what came of it. */
const lastParsed = new WeakMap<z.ZodType, { readonly text: string; readonly value: unknown }>();

/** As `parseJsonColumn`, for what is large and hardly ever changes, and is asked for by every activity: a migration's definition, the portal's schema, a plan's summary. Nobody may change what it returns. */
export function parseSteadyColumn<Value>(schema: z.ZodType<Readonly<Value>>, text: string, place: string): Readonly<Value>;
export function parseSteadyColumn(schema: z.ZodType, text: string, place: string): unknown {
  const last = lastParsed.get(schema);
  if (last?.text === text) {
    return last.value;
  }
  const value = parseJsonColumn(schema, text, place);
  lastParsed.set(schema, { text, value });
  return value;
}

export function parseNullableJsonColumn<Value>(schema: z.ZodType<Value>, text: string | null, place: string): Value | null {
  return text === null ? null : parseJsonColumn(schema, text, place);
}
