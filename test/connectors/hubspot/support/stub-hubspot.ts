import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StubRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: unknown;
}

/** `reset`: the connection breaks without an answer. `silence`: no answer ever. `cut`: half an answer. */
export type StubReply = 'reset' | 'silence' | 'cut' | { readonly status: number; readonly body?: unknown; readonly text?: string; readonly headers?: Readonly<Record<string, string>> };

export interface StubHubspot {
  readonly baseUrl: string;
  readonly requests: readonly StubRequest[];
  readonly connectionCount: number;
  close(): Promise<void>;
}

/** An HTTP server on loopback that says what the test tells it to. Knows nothing of HubSpot. */
export async function startStubHubspot(reply: (request: StubRequest) => StubReply): Promise<StubHubspot> {
  const requests: StubRequest[] = [];
  const server = http.createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://stub');
      const text = Buffer.concat(chunks).toString('utf8');
      const body: unknown = text === '' ? null : JSON.parse(text);
      const request: StubRequest = { method: incoming.method ?? '', path: url.pathname, query: Object.fromEntries(url.searchParams), headers: incoming.headers, body };
      requests.push(request);
      const answer = reply(request);
      if (answer === 'silence') {
        return;
      }
      if (answer === 'reset') {
        incoming.socket.resetAndDestroy();
        return;
      }
      if (answer === 'cut') {
        outgoing.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 1000 });
        outgoing.write('{"results":[', () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers });
      outgoing.end(answer.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body)));
    });
  });
  let connectionCount = 0;
  server.on('connection', () => (connectionCount += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    requests,
    get connectionCount() {
      return connectionCount;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
