/**
 * How long is the window that no client can close: from the last look at our own clock to the moment at which the bytes of an update are the kernel's?
 * `node --require tsx/cjs test/bench/measure-send-window.ts [calls]` measures it over loopback, in microseconds, with a batch of 100 records as body.
 */
import { createServer } from 'node:http';
import { Socket, type AddressInfo } from 'node:net';
import { createTransport } from '../../connectors/hubspot/transport';

const CALLS = Number(process.argv[2] ?? 2_000);

async function measure(): Promise<readonly number[]> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const body = JSON.stringify({ inputs: Array.from({ length: 100 }, (_, index) => ({ id: String(index), properties: { firstname: 'First', lastname: 'Last', city: 'City', phone: '+1 202 555 0100' } })) });
  const send = createTransport();

  let lookedAt = 0;
  let handedOverAt = 0;
  // Header and body are gathered and go out in one; what returns from here has been offered to the kernel.
  const names = ['_write', '_writev'] as const;
  const originals = names.map((name) => Reflect.get(Socket.prototype, name) as (...given: unknown[]) => unknown);
  names.forEach((name, index) =>
    Reflect.set(Socket.prototype, name, function (this: Socket, ...given: unknown[]) {
      const result = Reflect.apply(originals[index]!, this, given);
      if (lookedAt > 0 && handedOverAt < lookedAt) {
        handedOverAt = performance.now();
      }
      return result;
    }),
  );
  const windows: number[] = [];
  for (let call = 0; call < CALLS; call += 1) {
    lookedAt = 0;
    await send(
      { url, method: 'POST', headers: { 'content-type': 'application/json' }, body },
      { signal: new AbortController().signal, timeoutMs: 10_000, maySend: () => { lookedAt = performance.now(); return true; } },
    );
    windows.push((handedOverAt - lookedAt) * 1_000);
  }
  names.forEach((name, index) => Reflect.set(Socket.prototype, name, originals[index]));
  server.closeAllConnections();
  server.close();
  return windows.sort((one, other) => one - other);
}

void measure().then((windows) => {
  const at = (share: number): string => (windows[Math.min(windows.length - 1, Math.floor(windows.length * share))] ?? 0).toFixed(0);
  process.stdout.write(`${JSON.stringify({ calls: windows.length, microseconds: { median: at(0.5), p99: at(0.99), longest: at(1) } })}\n`);
});
