import type { JsonObject } from '../json';
import { isJsonObject, listOf, textOf, textsOf } from '../json';
import { validationError, VendorError } from './errors';
import type { WriteContext } from './object-writes';
import type { Token } from './tokens';

/** Families of paths that are served from one core. HubSpot docs, "Migration guide". */
export type ApiVersion = 'v1' | 'v2' | 'v3' | 'v4' | '2025-09' | '2026-03' | '2026-09';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly version: ApiVersion;
  readonly token: Token;
  /** Parsed, or undefined where there was none. */
  readonly body: unknown;
  /** Inputs (0-based) of a batch that a fault plan wants refused, with the code and, where one is meant, the property to name. */
  readonly refused?: { readonly inputs: ReadonlySet<number>; readonly code: string; readonly property?: string };
}

export interface ApiAnswer {
  readonly status: number;
  readonly body?: unknown;
}

export function isDated(version: ApiVersion): boolean {
  return version.startsWith('20');
}

/** 2026-09 brings nullable values and the admins' rules on writes. */
export function isNewest(version: ApiVersion): boolean {
  return version === '2026-09';
}

export function writeContextOf({ token, version }: ApiRequest): WriteContext {
  return { actor: token.actor, adminRules: isNewest(version) ? 'all' : 'single-properties', nulls: isNewest(version) ? 'clear' : 'refuse' };
}

/** @throws VendorError 400 when the body is missing or no object */
export function bodyOf({ body }: ApiRequest): JsonObject {
  if (body === undefined) throw validationError('Invalid JSON input: a request body was expected, but none found');
  if (!isJsonObject(body)) throw new VendorError(400, { message: 'Invalid input JSON on line 1, column 1: Cannot deserialize value of type from Array value' });
  return body;
}

/** The objects under `inputs`. @throws VendorError 400 where they are no list of objects, or more than `limit` */
export function inputsOf(request: ApiRequest, limit: number, tooMany: (limit: number) => VendorError): JsonObject[] {
  const { inputs } = bodyOf(request);
  if (!Array.isArray(inputs)) throw validationError('Invalid input JSON on line 1, column 1: Some required fields were not set: [inputs]');
  const objects = listOf(inputs).filter(isJsonObject);
  if (objects.length !== inputs.length) throw new VendorError(400, { message: 'Invalid input JSON on line 1, column 1: Cannot deserialize an input' });
  if (objects.length > limit) throw tooMany(limit);
  return objects;
}

export function propertiesIn(input: JsonObject): JsonObject {
  if (input['properties'] === undefined) return {};
  if (!isJsonObject(input['properties'])) throw new VendorError(400, { message: 'Invalid input JSON on line 1, column 1: Cannot deserialize value of type `java.util.LinkedHashMap`' });
  return input['properties'];
}

/** A required text member. @throws VendorError 400 */
export function requiredText(input: JsonObject, name: string): string {
  const text = textOf(input[name]);
  if (text === undefined) throw validationError(`Invalid input JSON on line 1, column 1: Some required fields were not set: [${name}]`);
  return text;
}

/** A list in a query: repeated, or parted by commas. */
export function queryList(query: URLSearchParams, name: string): string[] {
  return query.getAll(name).flatMap((value) => value.split(',')).map((value) => value.trim()).filter((value) => value !== '');
}

export function bodyList(body: JsonObject, name: string): string[] {
  return textsOf(body[name]);
}
