import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../local/eventually';
import { createTellCommand } from '../../worker/tell-command';

describe('tellCommand', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portage tell '));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const program = (text: string, name = 'tell-us.sh'): string => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o700);
    return path;
  };
  const never = new AbortController().signal;
  const told = { words: ['acme.1', 'waits', 'paused'], line: '{"run":"acme.1"}' };
  const environment = { PATH: process.env.PATH, HUBSPOT_ACCESS_TOKEN: 'pat-secret', HUBSPOT_ACCESS_TOKEN_FILE: '/secret', TEMPORAL_API_KEY: 'key', PORTAGE_CODEC_KEY: 'codec', LANG: 'C' };
  const written = (name: string): string => readFileSync(join(folder, name), 'utf8');

  it('gives it one line on its input and three words, in the folder of the program', async () => {
    const problem = await createTellCommand(environment)(program('cat > line; echo "$@" > words; pwd > where'), told, never);

    expect(problem).toBeNull();
    expect(written('line')).toBe('{"run":"acme.1"}\n');
    expect(written('words')).toBe('acme.1 waits paused\n');
    expect(written('where').trim()).toContain('portage tell ');
  });

  it('hands on no token, key or address of the worker', async () => {
    await createTellCommand(environment)(program('env > env'), told, never);

    const names = written('env').split('\n').map((line) => line.split('=')[0]);
    expect(names).toContain('PATH');
    expect(names.filter((name) => /HUBSPOT|TEMPORAL|PORTAGE/.test(name ?? ''))).toEqual([]);
  });

  it('asks no shell: what would be a command there is a name here', async () => {
    expect(await createTellCommand(environment)(`${join(folder, 'x')}; touch ${join(folder, 'touched')}`, told, never)).toBe('ENOENT');
    expect(existsSync(join(folder, 'touched'))).toBe(false);
  });

  it.each([
    { what: 'ends with another code', text: 'exit 3', problem: 'exit-code-3' },
    { what: 'is killed', text: 'kill -TERM $$', problem: 'SIGTERM' },
    { what: 'does not read its input', text: 'exec 0<&-; exit 0', problem: null },
  ])('says so where the program $what', async ({ text, problem }) => {
    expect(await createTellCommand(environment)(program(text), told, never)).toBe(problem);
  });

  it('says so where it must not be executed, or is none', async () => {
    const path = program('exit 0');
    chmodSync(path, 0o600);
    mkdirSync(join(folder, 'a-folder'));

    expect(await createTellCommand(environment)(path, told, never)).toBe('EACCES');
    expect(await createTellCommand(environment)(join(folder, 'a-folder'), told, never)).toBe('EACCES');
  });

  it('kills what takes too long, with what it has started', async () => {
    const problem = await createTellCommand(environment, 300)(program('(sleep 30; touch late) & echo $! > pid; sleep 30'), told, never);

    expect(problem).toBe('took-too-long');
    const started = Number(written('pid'));
    await eventually(() => expect(isAlive(started)).toBe(false));
  });
});

/** One that nobody has buried yet is dead too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
