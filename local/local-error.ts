/** What can go wrong on this machine. Each message names the thing, the place and the remedy; none holds a token. */

/** A process that we need cannot be found, fetched or started. */
export class LocalError extends Error {
  override readonly name: string = 'LocalError';
}

/** Somebody else listens where we want to listen. */
export class PortInUseError extends LocalError {
  override readonly name = 'PortInUseError';

  constructor(
    readonly port: number,
    readonly purpose: string,
    option: string,
  ) {
    super(`Port ${port} on 127.0.0.1 is in use, and ${purpose} needs it. Stop what listens there (see: lsof -i :${port}), or choose another port with ${option}.`);
  }
}

/** Is it an error of the system with this code (`EADDRINUSE`)? */
export function hasCode(error: unknown, code: string): boolean {
  // Not `instanceof`: an error of the system belongs to another realm where a test runner has its own globals.
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

/** What went wrong, in its own words. `fetch failed` alone tells nobody anything: its cause has host and code. */
export function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return 'unknown error';
  return error.message === 'fetch failed' && 'cause' in error ? reasonOf(error.cause) : String(error.message);
}
