import { randomUUID } from 'node:crypto';

/** One entry of an error body's `errors`, or what a property value was refused for. */
export interface ErrorDetail {
  readonly message: string;
  readonly code?: string;
  readonly subCategory?: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

export interface ErrorBody {
  readonly message: string;
  readonly category?: string;
  readonly subCategory?: string;
  readonly errors?: readonly ErrorDetail[];
  readonly context?: Readonly<Record<string, readonly string[]>>;
  readonly links?: Readonly<Record<string, string>>;
}

/** An answer of the vendor's error envelope (HubSpot docs, "Error handling"). In a batch it can become an entry of a 207 instead. */
export class VendorError extends Error {
  constructor(
    readonly status: number,
    readonly body: ErrorBody,
  ) {
    super(body.message);
  }
}

/** Top-level envelope, members in the order in which the vendor sends them. */
export function toErrorEnvelope({ message, errors, context, subCategory, links, category }: ErrorBody): unknown {
  return {
    status: 'error',
    message,
    correlationId: randomUUID(),
    ...(errors && errors.length > 0 ? { errors } : {}),
    ...(context ? { context } : {}),
    ...(subCategory ? { subCategory } : {}),
    ...(links ? { links } : {}),
    ...(category ? { category } : {}),
  };
}

/** An entry of `errors` in a 207 (HubSpot docs, "Error handling", multi-status errors). */
export function toBatchErrorEntry({ message, errors, context, subCategory, category }: ErrorBody, extraContext: Readonly<Record<string, readonly string[]>> = {}): unknown {
  return {
    status: 'error',
    ...(category ? { category } : {}),
    ...(subCategory ? { subCategory } : {}),
    message,
    context: { ...context, ...extraContext },
    ...(errors && errors.length > 0 ? { errors } : {}),
  };
}

export function validationError(message: string, extra: Omit<ErrorBody, 'message' | 'category'> = {}): VendorError {
  return new VendorError(400, { message, category: 'VALIDATION_ERROR', ...extra });
}

export function notFound(): VendorError {
  return new VendorError(404, { message: 'resource not found' });
}

export function notNumeric(id: string): VendorError {
  return new VendorError(404, { message: 'Object not found.  objectId are usually numeric.', context: { id: [id] }, category: 'OBJECT_NOT_FOUND' });
}

export function tooManyInputs(limit: number): VendorError {
  return validationError(`The maximum number of inputs supported in a batch is ${limit}. Please reduce the number of items and try again`);
}

export function duplicateIds(ids: readonly string[]): VendorError {
  return validationError(`Duplicate IDs found in batch input: [${ids.join(', ')}]. IDs must be unique`, { context: { ids } });
}
