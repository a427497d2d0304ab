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
