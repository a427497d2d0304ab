import { createServer, type Server } from 'node:net';
import { findFreePort, requireFreePort } from '../../local/free-port';
import { PortInUseError } from '../../local/local-error';

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

describe('findFreePort', () => {
  it('gives a port that a server can take', async () => {
    const port = await findFreePort();

    const server = await listen(port);

    expect(port).toBeGreaterThan(0);
    server.close();
  });
});

describe('requireFreePort', () => {
  it('gives back a port that nobody uses', async () => {
    const port = await findFreePort();

    await expect(requireFreePort(port, { purpose: 'the test', option: '--port' })).resolves.toBe(port);
  });

  it('names port, purpose and remedy when somebody listens there', async () => {
    const port = await findFreePort();
    const server = await listen(port);

    const refused = requireFreePort(port, { purpose: "Temporal's server", option: '--temporal-port' });

    const error: unknown = await refused.catch((reason: unknown) => reason);
    server.close();
    expect(error).toBeInstanceOf(PortInUseError);
    expect(error).toMatchObject({ port, message: expect.stringMatching(new RegExp(`Port ${port} .*Temporal's server.*--temporal-port`)) as string });
  });
});
