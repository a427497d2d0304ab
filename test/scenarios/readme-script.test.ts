import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readmeScriptFromAnywhere } from '../support/readme-script';
import { startRehearsal, type Rehearsal } from '../support/rehearsal';

const ROOT = join(__dirname, '..', '..');

/** One of each. */
const FILES = {
  'Account.csv': 'Id,Name\n0015e0000000001AAA,Portage Test\n',
  'Contact.csv': 'Id,AccountId,FirstName,LastName,Email\n0035e0000000001AAA,0015e0000000001AAA,Ada,Test,ada@example.com\n',
  'Opportunity.csv': 'Id,AccountId,Name,StageName,Amount,CloseDate,IsClosed,IsWon\n0065e0000000001AAA,0015e0000000001AAA,Test deal,Closed Won,12.5,2024-02-29,true,true\n',
};

/** Runs a script in a folder as a user would, with the settings of a rehearsal and of nothing else. */
async function runScript(path: string, folder: string, environment: Readonly<Record<string, string>>): Promise<{ readonly exitCode: number | null; readonly out: string; readonly err: string }> {
  const child = spawn(process.execPath, ['--require', require.resolve('tsx/cjs'), path], {
    cwd: folder,
    env: { ...environment, PATH: process.env['PATH'], HOME: folder, XDG_CONFIG_HOME: folder, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.json') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const caught = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => void (caught.out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => void (caught.err += chunk.toString('utf8')));
  // It polls for as long as the migration goes on: a test that gives up must not leave it behind.
  const tooLong = setTimeout(() => child.kill('SIGKILL'), 120_000);
  await once(child, 'close');
  clearTimeout(tooLong);
  return { exitCode: child.exitCode, ...caught };
}

describe('the script in the README', () => {
  let rehearsal: Rehearsal | undefined;
  beforeAll(async () => {
    rehearsal = await startRehearsal();
  }, 120_000);
  afterAll(() => rehearsal?.end());

  it('migrates what its migration file names, prints how it ended, and ends itself', async () => {
    if (rehearsal === undefined) {
      throw new Error('no rehearsal');
    }
    const { folder, stack, portal } = rehearsal;
    rehearsal.migrationFile(rehearsal.sourceFolder('export', FILES), '', 'migration');
    const script = join(folder, 'script.ts');
    writeFileSync(script, readmeScriptFromAnywhere());

    const { exitCode, out, err } = await runScript(script, folder, stack.environment);

    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toMatch(/^verified /);
    expect(out).toMatch(/source: 1\b/);
    expect(out).toMatch(/created: 1\b/);
    const { records } = await portal.canonicalDump();
    expect(Object.keys(records['contacts'] ?? {})).toEqual(['0035e0000000001AAA']);
  }, 150_000);
});
