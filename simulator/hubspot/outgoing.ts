import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ApiAnswer } from './api-request';

export interface Outgoing extends ApiAnswer {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, in place of a JSON body. */
  readonly text?: string;
  /** Of `text`: whether it is called JSON all the same. */
  readonly isJson?: boolean;
}

/** How an answer reaches the client: whole, not at all because the connection is closed or reset, or half. */
export type Delivery = 'whole' | 'closed' | 'reset' | 'cut-short';

export function deliver(response: ServerResponse, answer: Outgoing, delivery: Delivery): void {
  switch (delivery) {
    case 'whole':
      return send(response, answer);
    case 'closed':
      return void response.socket?.destroy();
    case 'reset':
      return void response.socket?.resetAndDestroy();
    case 'cut-short': {
      const payload = payloadOf(answer);
      if (payload.length < 2) return void response.socket?.resetAndDestroy();
      response.writeHead(answer.status, headersOf(answer, payload));
      // Reset only once the half is on its way, so that the client is reading when it happens.
      response.write(payload.slice(0, payload.length / 2), () => response.socket?.resetAndDestroy());
    }
  }
}

export function send(response: ServerResponse, answer: Outgoing): void {
  const payload = payloadOf(answer);
  response.writeHead(answer.status, headersOf(answer, payload));
  response.end(payload);
}

function payloadOf({ body, text }: Outgoing): string {
  return text ?? (body === undefined ? '' : JSON.stringify(body));
}

function headersOf({ status, text, isJson, headers }: Outgoing, payload: string): Record<string, string | number> {
  return {
    ...(payload === '' ? {} : { 'content-type': text === undefined || isJson ? 'application/json;charset=utf-8' : 'text/html' }),
    ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(payload) }),
    'x-hubspot-correlation-id': randomUUID(),
    ...headers,
  };
}
