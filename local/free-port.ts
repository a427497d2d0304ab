/** Ports on the loopback address: find a free one, or say clearly that a wanted one is taken. */
import { connect, createServer } from 'node:net';
import { hasCode, PortInUseError } from './local-error';

const LOOPBACK = '127.0.0.1';

/** A port that is free now. Somebody may take it before it is used, so whoever starts a server on it tries again with another. */
export function findFreePort(): Promise<number> {
  return listenOnce(0);
}

/** `option` is the command-line option that chooses another port. @throws PortInUseError */
export async function requireFreePort(port: number, { purpose, option }: { readonly purpose: string; readonly option: string }): Promise<number> {
  try {
    return await listenOnce(port);
  } catch (error) {
    if (hasCode(error, 'EADDRINUSE')) throw new PortInUseError(port, purpose, option);
    throw error;
  }
}

/** Does somebody take connections on this port? */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: LOOPBACK });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('No port was given by the system.'));
        else resolve(address.port);
      });
    });
  });
}
