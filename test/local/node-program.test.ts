import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../local/install';
import { LocalError } from '../../local/local-error';
import { nodeArguments, startNodeProgram, type NodeProgramOptions } from '../../local/node-program';
import { eventually } from './eventually';

const PROGRAMS = join(__dirname, 'programs');
let folder: string;
let logFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portage-local-'));
  logFile = join(folder, 'logs', 'program.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(program: string, more: Partial<NodeProgramOptions> = {}) {
  return startNodeProgram({ name: 'the program', program: join(PROGRAMS, program), logFile, ...more });
}

describe('startNodeProgram', () => {
  it('settles with what the program said, hands arguments on, and logs the rest', async () => {
    const program = await start('says-ready.cjs', { arguments: ['--port', '0'] });

    expect(program.ready).toMatchObject({ pid: program.pid, arguments: ['--port', '0'] });
    await eventually(() => expect(readFileSync(logFile, 'utf8')).toContain('later on stderr'));
    await program.stop();
  });

  it('gives the program what it is given, and no steering variable of its own shell', async () => {
    const hostile = { HUBSPOT_ACCESS_TOKEN: 'hostile', TEMPORAL_ADDRESS: 'hostile:1', PORTAGE_LEDGER: '/hostile' };
    Object.assign(process.env, hostile);

    const program = await start('says-ready.cjs', { environment: { PORTAGE_LEDGER: '/mine' } });

    for (const name of Object.keys(hostile)) delete process.env[name];
    const seen = program.ready['environment'] as Record<string, string>;
    expect(Object.entries(seen).filter(([name]) => /^(HUBSPOT|TEMPORAL|PORTAGE)_/.test(name))).toEqual([['PORTAGE_LEDGER', '/mine']]);
    expect(seen['PATH']).toBe(process.env.PATH);
    await program.stop();
  });

  it('keeps its memory small, unless somebody knows better', async () => {
    const heapsOf = async (more: Partial<NodeProgramOptions>) => {
      const program = await start('says-ready.cjs', more);
      await program.stop();
      return (program.ready['environment'] as Record<string, string>)['MALLOC_ARENA_MAX'];
    };

    expect([await heapsOf({}), await heapsOf({ environment: { MALLOC_ARENA_MAX: '8' } })]).toEqual(['2', '8']);
  });

  it('stops a program that ends when it is asked, and tells how it ended', async () => {
    const program = await start('says-ready.cjs');

    const exit = await program.stop();

    expect(exit).toEqual({ code: 7, signal: null });
    expect(program.isRunning()).toBe(false);
    expect(isAlive(program.pid)).toBe(false);
  });

  it('ends a program that does not want to', async () => {
    const program = await start('ignores-sigterm.cjs');

    await expect(program.stop(50)).resolves.toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('stops a program that stands still', async () => {
    const program = await start('says-ready.cjs');
    program.suspend();

    await expect(program.stop()).resolves.toEqual({ code: 7, signal: null });
  });

  it('tells the end of the log when the program ends too early', async () => {
    const started = start('ends-early.cjs');

    await expect(started).rejects.toBeInstanceOf(LocalError);
    await expect(started).rejects.toThrow(/the program ended before it was ready \(exit code 3\).*the ledger is on fire/s);
  });

  it('ends a program that says something else than JSON', async () => {
    await expect(start('says-rubbish.cjs')).rejects.toThrow(/something else than one line of JSON/);
  });

  it('ends a program that says nothing in time', async () => {
    await expect(start('says-nothing.cjs', { readyTimeoutMs: 50 })).rejects.toThrow(/did not get ready within 0.05 s/);
  });

  it('names a program that does not exist', () => {
    expect(() => nodeArguments('worker/no-such-program')).toThrow(/There is no program .*worker\/no-such-program/);
  });
});

describe('a child of a process that is killed', () => {
  const asParent = (lifetime: string) => start('parent.ts', { arguments: [join(PROGRAMS, 'says-ready.cjs'), join(folder, 'grandchild.log'), lifetime] });

  it('ends as well', async () => {
    const parent = await asParent('ends-with-us');
    const grandchild = Number(parent.ready['grandchild']);
    expect(isAlive(grandchild)).toBe(true);

    await parent.kill();

    await eventually(() => expect(isAlive(grandchild)).toBe(false));
  });

  it('goes on when it was started to outlive it', async () => {
    const parent = await asParent('outlives-us');
    const grandchild = Number(parent.ready['grandchild']);

    await parent.kill();

    expect(isAlive(grandchild)).toBe(true);
    process.kill(grandchild, 'SIGKILL');
  });
});
