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

export const cellNotesSchema: z.ZodType<readonly CellNote[]> = z.array(
  z.object({ column: z.string(), property: z.string(), verdict: z.enum(['changed', 'dropped', 'shared']), code: z.string(), rawValue: z.string() }),
);

export const refusalSchema: z.ZodType<Refusal> = z.object({ code: z.string(), category: z.string().optional(), property: z.string().nullable(), message: z.string(), correlationId: z.string().nullable() });

/** Property or column to value. */
export const textsSchema = z.record(z.string(), z.string());
export const nullableTextsSchema = z.record(z.string(), z.string().nullable());
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

export function parseNullableJsonColumn<Value>(schema: z.ZodType<Value>, text: string | null, place: string): Value | null {
  return text === null ? null : parseJsonColumn(schema, text, place);
}
