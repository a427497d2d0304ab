import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, ['--require', 'tsx/cjs', join('simulator', 'main.ts'), ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function read(child: ChildProcess, stream: 'stdout' | 'stderr', until: (text: string) => boolean): Promise<string> {
  let text = '';
  for await (const chunk of child[stream] ?? []) {
    text += String(chunk);
    if (until(text)) break;
  }
  return text;
}

describe('simulator process', () => {
  it('prints its address as one line of JSON, serves the portal of the file, and ends cleanly on SIGTERM', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'portal-')), 'portal.json');
    writeFileSync(file, JSON.stringify({ portalId: 4711, tier: 'starter' }));
    const child = start('hubspot', '--port', '0', '--portal', file, '--latency', 'none', '--seed', '7');

    const { url } = JSON.parse(await read(child, 'stdout', (text) => text.includes('\n'))) as { url: string };
    const health: unknown = await (await fetch(`${url}/_simulator/health`)).json();
    const limits: unknown = await (await fetch(`${url}/_simulator/limits`)).json();
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];

    expect(health).toMatchObject({ simulator: 'hubspot', portalId: 4711 });
    expect(limits).toMatchObject({ tier: 'starter' });
    expect(code).toBe(0);
  });

  it('says so and ends with 8 when the port is in use', async () => {
    const occupant = createServer().listen(0, '127.0.0.1');
    await once(occupant, 'listening');
    const address = occupant.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const child = start('hubspot', '--port', String(port));
    const exited = once(child, 'exit');

    const message = await read(child, 'stderr', () => false);
    const [code] = (await exited) as [number];
    occupant.close();

    expect(code).toBe(8);
    expect(message).toContain(`Port ${port} on 127.0.0.1 is in use`);
  });

  it.each([
    { case: 'a vendor it does not know', args: ['salesbroom'], code: 2, says: 'usage' },
    { case: 'a portal file that is not there', args: ['hubspot', '--port', '0', '--portal', '/nowhere/portal.json'], code: 3, says: '/nowhere/portal.json' },
  ])('ends with $code for $case', async ({ args, code, says }) => {
    const child = start(...args);
    const exited = once(child, 'exit');

    const message = await read(child, 'stderr', () => false);

    expect(((await exited) as [number])[0]).toBe(code);
    expect(message).toContain(says);
  });
});
