import * as http from 'node:http';
import * as https from 'node:https';

export interface TransportRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface TransportAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface SendOptions {
  readonly signal: AbortSignal;
  /** For the whole exchange: connect, send, answer. */
  readonly timeoutMs: number;
  /** Asked once the connection stands, right before the first byte. No: nothing is sent and the failure's code is `stale-slot`. */
  readonly maySend: () => boolean;
}

/** Sends one request once: no retry, no redirect. */
export type Send = (request: TransportRequest, options: SendOptions) => Promise<TransportAnswer>;

/** The request got no whole answer. */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';

  constructor(
    /** `nothing-sent`: not one byte of the request left us. `perhaps-sent`: the other side may have carried it out. */
    readonly reached: 'nothing-sent' | 'perhaps-sent',
    /** `stale-slot`, `aborted`, `timeout`, `truncated`, or the system's own code, e.g. `ECONNREFUSED`. */
    readonly code: string,
    cause?: unknown,
  ) {
    super(`${code} (${reached})`, { cause });
  }
}

/**
 * Idle connections are given up after this: sooner than servers (5 s by default in Node) and firewalls give them up, as a write into a connection that is just
 * being closed is a write in doubt. It does not limit how long an answer may take.
 */
const IDLE_CONNECTION_MS = 4_000;

/**
 * Sends over kept-alive connections. The SDK's own sender has neither an abort signal nor a time-out (looked up in 13.5.0), and cannot tell whether anything had
 * been sent when it failed; this one writes only when the connection stands, so it knows.
 */
export function createTransport(): Send {
  // No limit of sockets: how many calls are in flight is the pace's business, and a request must not queue here after it got its slot.
  const agentOptions = { keepAlive: true, timeout: IDLE_CONNECTION_MS };
  const agents = { 'http:': new http.Agent(agentOptions), 'https:': new https.Agent(agentOptions) };

  return (request, { signal, timeoutMs, maySend }) =>
    new Promise((resolve, reject) => {
      let sent = false;
      let stoppedBy: string | null = null;
      const secure = request.url.protocol === 'https:';
      const outgoing = (secure ? https : http).request(request.url, {
        method: request.method,
        headers: { ...request.headers, ...(request.body === null ? {} : { 'Content-Length': Buffer.byteLength(request.body) }) },
        agent: secure ? agents['https:'] : agents['http:'],
      });

      const stop = (code: string): void => {
        stoppedBy ??= code;
        outgoing.destroy();
      };
      const onAbort = (): void => stop('aborted');
      const timer = setTimeout(() => stop('timeout'), timeoutMs);
      signal.addEventListener('abort', onAbort, { once: true });
      let settled = false;
      const settle = (finish: () => void): void => {
        if (settled) {
          return;
        }
        settled = true;
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        finish();
      };
      const fail = (code: string, cause?: unknown): void => settle(() => reject(new TransportFailure(sent ? 'perhaps-sent' : 'nothing-sent', stoppedBy ?? code, cause)));

      const write = (): void => {
        if (stoppedBy !== null || !maySend()) {
          stop('stale-slot');
          return;
        }
        sent = true;
        outgoing.end(request.body ?? undefined);
      };

      outgoing.on('socket', (socket) => {
        if (socket.connecting) {
          socket.once(secure ? 'secureConnect' : 'connect', write);
        } else {
          write();
        }
      });
      outgoing.on('error', (cause: NodeJS.ErrnoException) => fail(cause.code ?? 'connection-failed', cause));
      outgoing.on('response', (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () =>
          incoming.complete
            ? settle(() => resolve({ status: incoming.statusCode ?? 0, headers: toFlatHeaders(incoming.headers), text: Buffer.concat(chunks).toString('utf8') }))
            : fail('truncated'),
        );
        // An answer that breaks off closes without an end; after an end this comes too late to matter.
        incoming.on('close', () => fail('truncated'));
        incoming.on('error', (cause: NodeJS.ErrnoException) => fail(cause.code ?? 'truncated', cause));
      });
      outgoing.on('close', () => fail('connection-closed'));
      if (signal.aborted) {
        onAbort();
      }
    });
}

function toFlatHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : (value ?? '')]));
}
