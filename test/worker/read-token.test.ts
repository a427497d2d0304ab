import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReadToken } from '../../worker/read-token';
import { Secret } from '../../worker/secret';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portage-token-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('createReadToken', () => {
  it('gives the token of the environment', async () => {
    expect(await createReadToken({ kind: 'value', token: new Secret('pat-1') })()).toBe('pat-1');
  });

  it('reads the file again each time, so that a renewed token needs no restart', async () => {
    const path = join(folder, 'token');
    const readToken = createReadToken({ kind: 'file', path });

    await writeFile(path, 'pat-1\n');
    expect(await readToken()).toBe('pat-1');
    await writeFile(path, 'pat-2\n');
    expect(await readToken()).toBe('pat-2');
  });

  it.each([
    { why: 'there is no token', source: () => ({ kind: 'none' }) as const, code: 'missing-token' },
    { why: 'the file is not there', source: () => ({ kind: 'file', path: join(folder, 'absent') }) as const, code: 'unreadable-token-file' },
  ])('throws AuthorizationError when $why', async ({ source, code }) => {
    await expect(createReadToken(source())()).rejects.toMatchObject({ type: 'AuthorizationError', details: { code, exitCode: 4 } });
  });
});
