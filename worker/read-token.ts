import { readFile } from 'node:fs/promises';
import { MigrationError } from '../domain/migration-error';
import type { TokenSource } from './config';

/**
 * How the connector gets the portal's token. A file is read again each time, so that a renewed token needs no restart.
 * @returns a function that throws AuthorizationError `missing-token` where there is none
 */
export function createReadToken(source: TokenSource): () => Promise<string> {
  return async () => {
    switch (source.kind) {
      case 'value':
        return source.token.reveal();
      case 'file':
        return readTokenFile(source.path);
      case 'none':
        throw new MigrationError('AuthorizationError', 'The worker has no token of the portal. Set HUBSPOT_ACCESS_TOKEN or HUBSPOT_ACCESS_TOKEN_FILE and restart it.', { code: 'missing-token', exitCode: 4 });
    }
  };
}

async function readTokenFile(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new MigrationError('AuthorizationError', `The token file ${path} cannot be read. Mend HUBSPOT_ACCESS_TOKEN_FILE or the file.`, { code: 'unreadable-token-file', exitCode: 4 }, { cause: error });
  });
  if (text.trim() === '') {
    throw new MigrationError('AuthorizationError', `The token file ${path} is empty.`, { code: 'missing-token', exitCode: 4 });
  }
  return text.trim();
}
